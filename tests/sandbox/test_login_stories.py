"""However one asks, approves, aborts, fetches, repeats, revokes and waits: a code buys once, a token opens in time.

Hypothesis makes up the stories; the model knows of each login only who asked, how it was decided, and when.
"""

from dataclasses import dataclass

import requests
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests.sandbox.conftest import NOON
from tests.sandbox.login_client import CALLBACK, CIBA_GRANT, REDIRECT_GRANT, LoginClient, query
from vipps_nb.sandbox import Sandbox

TO_DECIDE, TO_FETCH, TO_READ = 600, 600, 600  # seconds
WAITS = st.sampled_from([5, 60, 299, 300, 599, 600, 601])
GRANT_OF = {"browser": "code", "by phone": "polling", "by phone, to a page": "code of a phone"}
GRANTS = list(GRANT_OF.values())
WEBPAGE = {"requested_flow": "login_to_webpage", "redirect_uri": CALLBACK}
DECISIONS = st.sampled_from(["approve", "approve", "abort", None])
RARELY = st.sampled_from([False, False, False, True])


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

    @rule(target=logins, flow=st.sampled_from(list(GRANT_OF)), owner=st.integers(0, 1), soon=DECISIONS)
    def ask(self, flow, owner, soon):
        client = self.clients[owner]
        if flow == "browser":
            login = Expected(flow, owner, client.authorize().headers["Location"], self.now)
        else:
            name = client.begin(**(WEBPAGE if "page" in flow else {})).json()["auth_req_id"]
            login = Expected(flow, owner, f"{client.base_url}/landing?token={name}", self.now, auth_req_id=name)
        self.expected.append(login)
        if soon is not None:
            self.press(login, soon)
        return login

    @rule(login=logins, decision=st.sampled_from(["approve", "abort"]))
    def decide(self, login, decision):
        self.press(login, decision)

    def press(self, login, decision):
        back = query(self.clients[login.owner].press(login.phone, decision))
        if login.decision is None and self.now < login.asked + TO_DECIDE:
            login.decision, login.decided = decision, self.now
            login.code = back.get("code")
        leads_on = login.flow != "by phone" and login.decision is not None
        assert ("error" in back) is (leads_on and login.decision == "abort")
        assert back.get("code") == (login.code if leads_on else None)

    @rule(login=logins, stranger=RARELY, by=st.sampled_from(["the right way", "the right way", *GRANTS]))
    def fetch(self, login, stranger, by):
        right = GRANT_OF[login.flow]
        by = right if by == "the right way" else by
        client = self.clients[1 - login.owner if stranger else login.owner]
        if by == "polling":
            fits = login.auth_req_id is not None and self.now < login.asked + TO_DECIDE
            answer = client.token(grant_type=CIBA_GRANT, auth_req_id=login.auth_req_id)
        else:
            fits = by == right and self.now < login.decided + TO_FETCH
            form = {"code": login.code, "redirect_uri": CALLBACK}
            answer = client.token(grant_type="authorization_code" if by == "code" else REDIRECT_GRANT, **form)
        fits = fits and not stranger and login.decision == "approve" and login.token is None
        assert (answer.status_code == 200) is fits, answer.text
        if fits:
            login.token, login.issued = answer.json()["access_token"], self.now
        elif login.token is not None and not stranger and by == right != "polling":
            login.revoked = True  # a code that comes twice may have been stolen

    @rule(login=logins, stranger=RARELY)
    def revoke(self, login, stranger):
        if login.token is not None:
            client = self.clients[1 - login.owner if stranger else login.owner]
            assert client.revoke(login.token).status_code == 200
            login.revoked = login.revoked or not stranger

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
