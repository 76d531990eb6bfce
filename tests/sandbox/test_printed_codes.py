"""However one prints, changes, deletes, outlives and scans codes, each leads where its owner last said, or nowhere.

Hypothesis makes up the stories of two sales units that use the same names; the model is a dict.
"""

from dataclasses import dataclass

import requests
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests.sandbox.conftest import NOON, Merchant
from vipps_nb.sandbox import Sandbox, SandboxError

TARGET = {"Accept": "text/targetUrl"}
REDIRECTS = "/qr/v1/merchant-redirect"
OWNERS, NAMES, PAGES = st.sampled_from([0, 1]), st.sampled_from(["a", "b"]), st.sampled_from(["spring", "summer"])
LIVES = st.sampled_from([None, 300, 600])


@dataclass
class Poster:
    content: str
    page: str
    ends: int | None


class Walls(RuleBasedStateMachine):
    """Two sales units, their posters, and what each must lead to."""

    sandbox: Sandbox
    http: requests.Session

    @initialize()
    def open(self):
        self.sandbox.reset(seed=1)
        self.sandbox.hold(NOON)
        units = [unit["merchantSerialNumber"] for unit in self.sandbox.overview()["salesUnits"]]
        self.owners = [Merchant(self.sandbox.base_url, self.sandbox.keys(msn=msn), self.http) for msn in units[:2]]
        self.posters, self.gone, self.now = {}, set(), 0

    @rule(owner=OWNERS, name=NAMES, page=PAGES, life=LIVES)
    def hang_up(self, owner, name, page, life):
        body = {"id": name, "redirectUrl": f"https://example.com/{page}", "ttl": life}
        answer = self.owners[owner].post(REDIRECTS, body, **TARGET)

        assert answer.status_code == (409 if (owner, name) in self.posters else 200)
        if answer.status_code == 200:
            content = answer.json()["url"]
            assert content not in self.gone
            self.posters[owner, name] = Poster(content, page, None if life is None else self.now + life)

    @rule(owner=OWNERS, name=NAMES, page=PAGES)
    def change(self, owner, name, page):
        body = {"redirectUrl": f"https://example.com/{page}"}
        answer = self.owners[owner].put(f"{REDIRECTS}/{name}", body, **TARGET)

        poster = self.posters.get((owner, name))
        assert answer.status_code == (404 if poster is None else 200)
        if poster is not None:
            poster.page = page

    @rule(owner=OWNERS, name=NAMES)
    def take_down(self, owner, name):
        answer = self.owners[owner].delete(f"{REDIRECTS}/{name}")

        poster = self.posters.pop((owner, name), None)
        assert answer.status_code == (404 if poster is None else 200)
        if poster is not None:
            self.gone.add(poster.content)

    @rule(seconds=st.sampled_from([1, 299, 300, 301]))
    def wait(self, seconds):
        self.sandbox.advance(seconds)
        self.now += seconds
        for key, poster in list(self.posters.items()):
            if poster.ends is not None and poster.ends <= self.now:
                self.gone.add(self.posters.pop(key).content)
        for owner in self.owners:
            owner.headers["Authorization"] = f"Bearer {owner.token()}"

    @invariant()
    def every_code_leads_where_it_should(self):
        for number, owner in enumerate(self.owners):
            listed = {one["id"]: one for one in owner.get(REDIRECTS, **TARGET).json()}
            mine = {name: poster for (whose, name), poster in self.posters.items() if whose == number}
            assert set(listed) == set(mine)
            for name, poster in mine.items():
                left = -1 if poster.ends is None else poster.ends - self.now
                assert (listed[name]["url"], listed[name]["expiresIn"]) == (poster.content, left)
                assert self.sandbox.scan(poster.content)["redirectUrl"] == f"https://example.com/{poster.page}"
        for content in self.gone:
            try:
                seen = self.sandbox.scan(content)
            except SandboxError:
                continue
            raise AssertionError(f"a code that is gone leads to {seen}")


def test_every_code_leads_where_its_owner_last_said(sandbox, http):
    class Here(Walls):
        pass

    Here.sandbox, Here.http = sandbox, http
    stories = settings().max_examples // 6  # each is a long one
    run_state_machine_as_test(Here, settings=settings(max_examples=stories, stateful_step_count=15))
