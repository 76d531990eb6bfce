"""A shop with subscribers, for the tests of the Recurring API; and a sandbox that can be looked into."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.sandbox.conftest import NOON, Merchant
from vipps_nb.sandbox import Sandbox

AGREEMENTS = "/recurring/v3/agreements"
DAY = 24 * 3600
HOUR = 3600
DRAFT = {
    "pricing": {"type": "LEGACY", "amount": 49900, "currency": "NOK"},
    "interval": {"unit": "MONTH", "count": 1},
    "productName": "The daily news",
    "merchantRedirectUrl": "https://example.com/done",
    "merchantAgreementUrl": "https://example.com/me",
}
CHARGE = {"amount": 49900, "description": "January", "transactionType": "DIRECT_CAPTURE"}


def problem(answer):
    """The problem id of a refusal, and the fields it names."""
    assert answer.headers["Content-Type"] == "application/problem+json", answer.text
    body = answer.json()
    assert body["status"] == answer.status_code
    assert len(body["contextId"]) == 36
    return body["type"].partition("#")[2], [item["name"] for item in body.get("extraDetails", [])]


@dataclass
class Subscriptions:
    """A merchant that talks to the Recurring API. A change to None leaves the field out."""

    merchant: Merchant
    sandbox: Any

    def draft(self, *, key=None, **changes):
        return self.merchant.post(AGREEMENTS, given(DRAFT | changes), key)

    def drafted(self, **changes):
        answer = self.draft(**changes)
        assert answer.status_code == 201, answer.text
        return answer.json()["agreementId"]

    def active(self, **changes):
        agreement = self.drafted(**changes)
        self.sandbox.approve(agreement_id=agreement)
        return agreement

    def look(self, agreement):
        answer = self.merchant.get(f"{AGREEMENTS}/{agreement}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def patch(self, agreement, *, key=None, **changes):
        return self.merchant.patch(f"{AGREEMENTS}/{agreement}", changes, key)

    def charge(self, agreement, due="2026-01-20", *, key=None, **changes):
        body = given(CHARGE | {"due": due, "retryDays": 2} | changes)
        return self.merchant.post(f"{AGREEMENTS}/{agreement}/charges", body, key)

    def charged(self, agreement, due="2026-01-20", **changes):
        answer = self.charge(agreement, due, **changes)
        assert answer.status_code == 201, answer.text
        return answer.json()["chargeId"]

    def find(self, agreement, charge):
        answer = self.merchant.get(f"{AGREEMENTS}/{agreement}/charges/{charge}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def status(self, agreement, charge):
        return self.find(agreement, charge)["status"]

    def act(self, verb, agreement, charge, amount=None, *, key=None):
        path = f"{AGREEMENTS}/{agreement}/charges/{charge}"
        if verb == "cancel":
            return self.merchant.delete(path, None, key)
        body = {"amount": amount} if verb == "capture" else {"amount": amount, "description": "sorry"}
        return self.merchant.post(f"{path}/{verb}", body, key)

    def until(self, moment):
        """Let time pass, and take a token of that time."""
        self.sandbox.hold(moment)
        self.merchant.headers["Authorization"] = f"Bearer {self.merchant.token()}"


def given(body):
    return {name: value for name, value in body.items() if value is not None}


@dataclass
class Inside:
    """What nobody sees over HTTP: announcements, movements, consents."""

    sandbox: Sandbox
    backend: Any
    heard: list[Any] = field(default_factory=list)

    def begin(self):
        """A new world, its clock held, its announcements heard."""
        from vipps_nb.sandbox.world.event_bus import EventBus

        self.sandbox.reset(seed=1)
        self.sandbox.hold(NOON)
        self.heard = []
        self.records(EventBus).subscribe(self.heard.append)

    def records(self, kind):
        return self.backend.world.records(kind)

    def merchant(self, http):
        [unit] = self.backend.keys.units.values()
        return Merchant(self.sandbox.base_url, unit.keys.as_dict(), http)

    def payload(self, event):
        """What was last announced by this name."""
        return next(one.payload for one in reversed(self.heard) if one.event == event)

    def names(self):
        return [one.event.removeprefix("recurring.").removesuffix(".v1") for one in self.heard]


@contextmanager
def open_world():
    """A sandbox in this process with a door to its world; talk to it over HTTP all the same."""
    from vipps_nb.sandbox.server.app import build_app
    from vipps_nb.sandbox.server.http_server import LoopbackServer
    from vipps_nb.sandbox.world.sales_unit import KeyStore
    from vipps_nb.sandbox.world.settings import Settings
    from vipps_nb.sandbox.world.world import Backend

    server = LoopbackServer(0)
    backend = Backend(1, KeyStore(1, 1), Settings(), f"http://127.0.0.1:{server.port}")
    server.start(build_app(backend))
    try:
        yield Inside(Sandbox.join(backend.base_url), backend)
    finally:
        server.stop()
