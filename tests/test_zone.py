"""One setting says in which time zone moments are shown, and every place that shows one goes by it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import requests

from tests.test_webhooks import send
from vipps_nb import Sandbox, VippsSession
from vipps_nb.client.login import sandbox_session
from vipps_nb.client.sandbox_gate import SandboxError
from vipps_nb.core.zone import zone_for_page
from vipps_nb.display.answer import AnswerCard
from vipps_nb.display.history import CallsTable
from vipps_nb.display.session import SessionCard
from vipps_nb.display.token import TokenCard
from vipps_nb.notebook import desk_words, live_deliveries
from vipps_nb.notebook.calls_panel.live import LiveCalls
from vipps_nb.notebook.desk import LiveDesk
from vipps_nb.notebook.live_token import LiveToken, status_text
from vipps_nb.webhooks import Listener
from vipps_nb.webhooks.card import DeliveryCard

AUCKLAND = ZoneInfo("Pacific/Auckland")
NOON = "2026-01-01T12:00:00Z"  # the second of January there, one hour past midnight
TIME = re.compile(r"\b\d\d:\d\d(?::\d\d)?\b(?P<zone> NZ[DS]T\b)?")
ORDER = {
    "amount": {"currency": "NOK", "value": 49900},
    "paymentMethod": {"type": "WALLET"},
    "reference": "order-0001",
    "userFlow": "WEB_REDIRECT",
    "returnUrl": "https://example.com/return",
    "paymentDescription": "One pair of socks",
}
PAYMENT = "/epayment/v1/payments/order-0001"
AGREEMENT = {
    "pricing": {"type": "LEGACY", "amount": 29900, "currency": "NOK"},
    "interval": {"unit": "MONTH", "count": 1},
    "productName": "Socks every month",
    "merchantRedirectUrl": "https://example.com/return",
    "merchantAgreementUrl": "https://example.com/agreement",
}


@pytest.fixture
def auckland(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIPPS_NB_ZONE", AUCKLAND.key)


@pytest.fixture
def vipps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[VippsSession]:
    monkeypatch.chdir(tmp_path)
    with Sandbox(door="in-process") as sandbox:
        sandbox.settings(zone=AUCKLAND.key)
        yield sandbox_session(sandbox)


def shown(vipps: VippsSession) -> Iterator[tuple[str, str]]:
    """Every place that shows a moment, and what it shows."""
    sandbox = vipps.sandbox
    assert sandbox is not None
    vipps.post("/epayment/v1/payments", json=ORDER)
    yield "the desk as text", desk_words.text(sandbox)
    sandbox.approve(reference="order-0001")
    place = "/recurring/v3/agreements"
    name = vipps.post(place, json=AGREEMENT).json()["agreementId"]
    sandbox.approve(agreement_id=name)
    vipps.post(f"{PAYMENT}/capture", json={"modificationAmount": {"currency": "NOK", "value": 100}})
    for what, path in (("events", f"{PAYMENT}/events"), ("agreement", f"{place}/{name}")):
        card = AnswerCard(vipps.get(path))
        drawn = card._drawing
        assert drawn is not None
        yield f"{what} as a card", words_of(drawn.html)
        yield f"{what} as text", drawn.text
    [books] = vipps.get("/settlement/v1/ledgers").json()["items"]
    ledger = AnswerCard(vipps.get(f"/report/v2/ledgers/{books['ledgerId']}/funds/feed"))._drawing
    assert ledger is not None
    yield "a ledger", ledger.text
    yield "history", words_of(vipps.history._repr_html_())
    yield "history as text", CallsTable(vipps.history).text
    session = SessionCard(vipps)
    yield "the session's card", words_of(session.html)
    yield "the session as text", session.text
    token = vipps.token
    yield "a token", repr(token)
    yield "the token's status", status_text(vipps)
    yield "the token's claims", TokenCard(token).text
    with Listener(secrets=["a secret"]) as listener:
        send(listener)
        [delivery] = listener.deliveries
    yield "a delivery", DeliveryCard(delivery).text
    calls = LiveCalls({"vipps": vipps})
    said: list[dict[str, Any]] = []
    calls.widget.send = said.append  # type: ignore[method-assign]  # no front end hears it
    calls.widget._receive(None, {"ask": "rows", "id": 1}, None)
    [answered] = said
    yield "the panel's rows", " ".join(row["time"] for row in answered["all"])
    calls.widget._receive(None, {"ask": "details", "call": answered["all"][0]["key"], "id": 2}, None)
    yield "a call in the panel", str(said[-1]["details"]["moment"])
    desk = LiveDesk(sandbox)
    yield "the desk's log", " ".join(row["time"] for row in desk.widget.rows)
    yield "the desk's clock, moved", desk._obey("advance", {"seconds": 60})[0]
    desk.close()
    board = f"{sandbox.base_url}/sandbox/board"
    request = requests.Request("GET", board).prepare()
    page = sandbox.adapter().send(request).text
    yield "the board", words_of(page[page.index("<body") : page.index("<script")])


def words_of(html: str) -> str:
    return re.sub(r"<(style|pre)\b.*?</\1>|<[^>]+>", " ", html, flags=re.DOTALL)


@pytest.mark.parametrize("clock", ["running", "held"])
def test_every_place_tells_the_zone_that_is_set(vipps: VippsSession, auckland: None, clock: str) -> None:
    assert vipps.sandbox is not None
    if clock == "held":
        vipps.sandbox.hold(NOON)

    for place, said in shown(vipps):
        times = list(TIME.finditer(said))
        assert times, f"{place}: {said}"
        assert all(found["zone"] for found in times), f"{place}: {said}"


def test_widgets_are_told_the_same_zone(vipps: VippsSession, auckland: None) -> None:
    assert vipps.sandbox is not None
    vipps.get("/epayment/v1/payments/none")
    token, desk = LiveToken(vipps, lambda: None), LiveDesk(vipps.sandbox)
    with Listener(secrets=["a secret"]) as listener:
        told: list[Any] = []

        class Card:
            def __init__(self, **_: Any) -> None: ...

            def show(self, *, zone: Any, **_: Any) -> None:
                told.append(zone)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(live_deliveries, "DeliveriesCard", Card)
            patch.setattr(live_deliveries, "get_ipython", lambda: type("Shell", (), {"kernel": None}))
            live_deliveries.show(listener)
    desk.close()
    token.close()

    for zone in (token.widget.zone, desk.widget.zone, told[0]):
        assert {name for _, _, name in zone} == {"NZDT", "NZST"}


def test_a_page_is_told_each_change_to_the_minute(auckland: None) -> None:
    changes = zone_for_page()

    for start, minutes, name in changes[1:]:
        assert isinstance(start, int)
        moment = datetime.fromtimestamp(start / 1000, UTC)
        after, before = moment.astimezone(AUCKLAND), (moment - timedelta(minutes=1)).astimezone(AUCKLAND)
        assert (after.utcoffset(), after.tzname()) == (timedelta(minutes=int(minutes)), name)
        assert before.utcoffset() != after.utcoffset()
    assert len(changes) > 2 * 8


def test_nothing_set_is_this_machines_zone_and_utc_where_all_must_be_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VIPPS_NB_ZONE", raising=False)

    assert {name for _, _, name in zone_for_page(still=True)} == {"UTC"}
    assert zone_for_page()[0][2] == datetime.now().astimezone().tzname() or len(zone_for_page()) > 1


def test_a_zone_that_is_none_is_refused_by_the_sandbox() -> None:
    with Sandbox(door="in-process") as sandbox, pytest.raises(SandboxError, match="Europe/Oslo"):
        sandbox.settings(zone="Europe/Olso")
