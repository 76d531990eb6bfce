"""However one asks, approves, aborts, fetches, repeats, revokes and waits: a code buys once, a token opens in time.

Hypothesis makes up the stories; the model knows of each login only who asked, how it was decided, and when.
"""

from dataclasses import dataclass

import requests
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests.sandbox.conftest import NOON
from tests.sandbox.login_client import CIBA_GRANT, REDIRECT_GRANT, LoginClient, query
from vipps_nb.sandbox import Sandbox

TO_DECIDE, TO_FETCH, TO_READ = 600, 600, 600  # seconds
WAITS = st.sampled_from([5, 60, 299, 300, 599, 600, 601])
FLOWS = st.sampled_from(["browser", "by phone", "by phone, to a page"])
WEBPAGE = {"requested_flow": "login_to_webpage", "redirect_uri": "https://example.com/callback"}


@dataclass
class Expected:
    """What is known of a login."""

    flow: str
    owner: int
    phone: str
    asked: int
    auth_req_id: str | None = None
    decision: str | None = None
    decided: int = 0
    code: str | None = None
    token: str | None = None
    issued: int = 0
    revoked: bool = False


class Door(RuleBasedStateMachine):
    """Two sales units, their logins, and a model of them."""

    sandbox: Sandbox
    http: requests.Session
    logins = Bundle("logins")

    @initialize()
    def open(self):
        self.sandbox.reset(seed=1)
        self.sandbox.hold(NOON)
        msns = [unit["merchantSerialNumber"] for unit in self.sandbox.overview()["salesUnits"][:2]]
        self.clients = [LoginClient(self.sandbox.base_url, self.sandbox.keys(msn=msn), self.http) for msn in msns]
        self.now = 0
        self.expected = []

    @rule(target=logins, flow=FLOWS, owner=st.integers(0, 1))
    def ask(self, flow, owner):
        client = self.clients[owner]
        if flow == "browser":
            login = Expected(flow, owner, client.authorize().headers["Location"], self.now)
        else:
            name = client.begin(**(WEBPAGE if "page" in flow else {})).json()["auth_req_id"]
            login = Expected(flow, owner, f"{client.base_url}/landing?token={name}", self.now, auth_req_id=name)
        self.expected.append(login)
        return login

    @rule(login=logins, decision=st.sampled_from(["approve", "abort"]))
    def decide(self, login, decision):
        back = query(self.clients[login.owner].press(login.phone, decision))
        if login.decision is None and self.now < login.asked + TO_DECIDE:
            login.decision, login.decided = decision, self.now
            login.code = back.get("code")
        leads_on = login.flow != "by phone" and login.decision is not None
        assert ("error" in back) is (leads_on and login.decision == "abort")
        assert back.get("code") == (login.code if leads_on else None)

    @rule(login=logins, asker=st.integers(0, 1), by=st.sampled_from(["browser's grant", "phone's grant", "polling"]))
    def fetch(self, login, asker, by):
        client = self.clients[asker]
        if by == "polling":
            fits = login.auth_req_id is not None and self.now < login.asked + TO_DECIDE
            answer = client.token(grant_type=CIBA_GRANT, auth_req_id=login.auth_req_id)
        elif by == "phone's grant":
            fits = login.flow == "by phone, to a page" and self.now < login.decided + TO_FETCH
            answer = client.token(grant_type=REDIRECT_GRANT, code=login.code)
        else:
            fits = login.flow == "browser" and self.now < login.decided + TO_FETCH
            answer = client.exchange(login.code)
        mine, approved = asker == login.owner, login.decision == "approve"
        assert (answer.status_code == 200) is (fits and mine and approved and login.token is None), answer.text
        if answer.status_code == 200:
            login.token, login.issued = answer.json()["access_token"], self.now
        elif login.token is not None and mine and by != "polling" and self.right_grant(login, by):
            login.revoked = True  # a code that comes twice may have been stolen

    @staticmethod
    def right_grant(login, by):
        return by == {"browser": "browser's grant", "by phone, to a page": "phone's grant"}.get(login.flow)

    @rule(login=logins, asker=st.integers(0, 1))
    def revoke(self, login, asker):
        if login.token is not None:
            assert self.clients[asker].revoke(login.token).status_code == 200
            login.revoked = login.revoked or asker == login.owner

    @rule(seconds=WAITS)
    def wait(self, seconds):
        self.sandbox.advance(seconds)
        self.now += seconds

    @invariant()
    def tokens_open_what_they_should(self):
        tokens = [login.token for login in self.expected if login.token is not None]
        assert len(set(tokens)) == len(tokens)
        for login in self.expected:
            if login.token is not None:
                answer = self.clients[login.owner].userinfo(login.token)
                still = not login.revoked and self.now < login.issued + TO_READ
                assert answer.status_code == (200 if still else 401)


def test_a_token_opens_only_what_was_agreed_once_and_in_time(sandbox, http):
    class Here(Door):
        pass

    Here.sandbox, Here.http = sandbox, http
    run_state_machine_as_test(Here, settings=settings())
