"""``%vipps_calls``: what the panel's kernel side knows of each call, and what it does with one."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

import pytest
import requests

from vipps_nb import CallError, HistoryError, Retries, calls
from vipps_nb.core.view import View
from vipps_nb.notebook import calls_panel
from vipps_nb.notebook.calls_panel import live as rooms
from vipps_nb.notebook.calls_panel.live import LiveCalls
from vipps_nb.notebook.calls_panel.nodes import nodes_of
from vipps_nb.widgets.calls import CallsPanel

PAYMENTS = "/epayment/v1/payments"
PHONE = "4799887766"


def order(reference: str = "order-0001", **changes: Any) -> dict[str, Any]:
    return {
        "amount": {"currency": "NOK", "value": 49900},
        "paymentMethod": {"type": "WALLET"},
        "reference": reference,
        "userFlow": "WEB_REDIRECT",
        "returnUrl": "https://example.com/return",
        "paymentDescription": "One pair of socks",
        **changes,
    }


class Front:
    """What a browser sees: it asks, and is told."""

    def __init__(self, panel: CallsPanel, monkeypatch: pytest.MonkeyPatch) -> None:
        self._panel = panel
        self.told: list[dict[str, Any]] = []
        self._came = threading.Condition()
        monkeypatch.setattr(panel, "send", self._hear)

    def _hear(self, content: dict[str, Any]) -> None:
        with self._came:
            self.told.append(json.loads(json.dumps(content)))  # as the wire has it
            self._came.notify_all()

    def ask(self, **content: Any) -> dict[str, Any]:
        self._panel._receive(None, {"id": 1, **content}, None)
        return self.wait(lambda one: one.get("id") == 1)

    def wait(self, fits: Any) -> dict[str, Any]:
        def first() -> dict[str, Any] | None:
            return next((one for one in self.told if fits(one)), None)

        with self._came:
            assert self._came.wait_for(lambda: first() is not None, timeout=20)
            found = first()
            assert found is not None
            self.told.remove(found)
        return found

    def known(self) -> list[str]:
        return [row["key"] for row in self.ask(ask="rows")["all"]]


@pytest.fixture
def panel(vipps, monkeypatch):
    """The panel's kernel side, for one session."""
    monkeypatch.setattr(rooms, "histories", lambda: [vipps.history])
    monkeypatch.setattr(rooms, "current_session", lambda: vipps)
    live = LiveCalls({"vipps": vipps})
    monkeypatch.setattr(calls_panel, "_live", live)
    if not calls_panel._listening:
        calls_panel._listening.append(True)
        calls_panel.listen(calls_panel._hear)
    return live


@pytest.fixture
def front(panel, monkeypatch):
    return Front(panel.widget, monkeypatch)


def test_rows_are_small_and_say_what_a_network_panel_says(vipps, front):
    vipps.post(PAYMENTS, json=order())
    vipps.get(f"{PAYMENTS}/order-0002")

    created, missing = front.ask(ask="rows")["all"]

    assert (created["method"], created["status"], created["tone"]) == ("POST", 201, "good")
    assert (created["title"], created["api"], created["about"]) == ("Create payment", "ePayment", "order-0001")
    assert created["money"] == "499.00 NOK"
    assert (missing["status"], missing["tone"], missing["about"]) == (404, "refused", "order-0002")
    assert missing["time"].split(" ")[1], "a time has its zone"
    assert max(len(json.dumps(row)) for row in (created, missing)) < 500


def test_a_burst_of_calls_is_few_messages_and_nobody_is_told_before_somebody_has_looked(vipps, front):
    vipps.get(f"{PAYMENTS}/order-0001")
    time.sleep(2 * rooms.BREATH)  # as long as a message would have taken
    assert front.told == []

    front.ask(ask="rows")
    for _ in range(20):
        vipps.get(f"{PAYMENTS}/order-0001")
    rows: list[Any] = []
    messages = 0
    while len(rows) < 20:
        rows += front.wait(lambda one: "rows" in one)["rows"]
        messages += 1

    assert [row["number"] for row in rows] == list(range(2, 22))
    assert messages <= 10


def test_a_card_links_into_the_panel_only_while_one_is_there(vipps, panel, monkeypatch):
    linked = vipps.get(f"{PAYMENTS}/order-0001")
    monkeypatch.setattr(calls_panel, "_live", None)
    alone = vipps.get(f"{PAYMENTS}/order-0001")
    from vipps_nb.display.answer import AnswerCard

    assert f'href="#{panel.key_of(vipps.history, vipps.history[1])}"' in AnswerCard(linked).html
    assert "calls panel" not in AnswerCard(alone).html


def test_details_have_answer_request_explanation_time_and_code(vipps, front):
    vipps.post(PAYMENTS, json=order())
    vipps.post(f"{PAYMENTS}/order-0001/capture", json={"modificationAmount": {"currency": "NOK", "value": 1}})

    [_, key] = front.known()
    details = front.ask(ask="details", call=key)["details"]

    assert details["outcome"].startswith("400")
    assert ["status", "word"] in [node[1:3] for node in details["answer"]["nodes"]]
    assert ["Idempotency-Key", vipps.history[2].idempotency_key] in details["facts"]
    assert any(name == "Content-Type" for name, _ in details["request"]["headers"])
    assert "What to do" in details["explained"]["html"]
    assert {part["name"] for part in details["time"]["parts"]} >= {"token", "connection", "server", "retries"}
    assert any("not known" in words for words in details["time"]["unknown"])
    texts = details["code"]["texts"]
    assert list(texts) == ["python", "magic", "curl", "httpie"]
    assert texts["python"].startswith(f'vipps.post(\n    "{PAYMENTS}/order-0001/capture"')
    assert vipps.history[2].idempotency_key not in "".join(texts.values()), "written down, it is a new call"


def test_neither_secrets_nor_peoples_numbers_are_told(vipps, front):
    vipps.post(PAYMENTS, json=order(customer={"phoneNumber": PHONE}))
    vipps.post("/webhooks/v1/webhooks", json={"url": "https://example.com", "events": ["epayments.payment.created.v1"]})
    vipps.get("/accesstoken/nothing?client_secret=typed-by-mistake")

    told = [front.ask(ask="rows")]
    keys = [row["key"] for row in told[0]["all"]]
    told += [front.ask(ask="details", call=key) for key in keys]
    told += [front.ask(ask="compare", call=keys[0], **{"with": keys[1]})]
    text = json.dumps(told)

    for secret in (vipps.credentials.client_secret.reveal(), vipps.credentials.subscription_key.reveal()):
        assert secret not in text
    assert vipps.token.reveal() not in text
    assert "typed-by-mistake" not in text
    assert PHONE not in text
    assert '"phoneNumber\\": phone_number' in text.replace("\\\\", "\\") or "phone_number" in text


def test_what_sending_again_would_do_is_said_before(vipps, front):
    vipps.post(PAYMENTS, json=order())
    vipps.get(f"{PAYMENTS}/order-0001")
    vipps.post(PAYMENTS, json=order("x"))
    [create, read, refused] = [front.ask(ask="details", call=key)["details"]["again"] for key in front.known()]

    assert "does nothing" in create["same"]
    assert "acts once more" in create["new"]
    assert read == {"reads": True, "same": "It only reads, so nothing changes."}
    assert "stay bound" in refused["same"]


@pytest.mark.parametrize(("new", "status"), [(False, 201), (True, 409)])
def test_a_call_is_sent_again_under_the_same_or_a_new_key(vipps, front, new, status):
    vipps.post(PAYMENTS, json=order())
    [key] = front.known()

    said = front.ask(do="again", call=key, new=new)

    first, again = vipps.history
    assert (again.status, again.idempotency_key == first.idempotency_key) == (status, not new)
    assert said["sent"] == front.known()[-1]
    assert str(status) in said["say"]


def test_what_cannot_be_done_is_a_sentence(vipps, front):
    vipps.post(PAYMENTS, data=(part for part in [b"{}"]))
    vipps.get("/nobody/knows/this")
    [streamed, unknown] = front.known()

    assert "cannot be sent again" in front.ask(do="again", call=streamed, new=False)["refused"]
    assert "No operation of the catalogue" in front.ask(ask="edit", call=unknown)["refused"]
    vipps.history.clear()
    assert "no longer kept" in front.ask(ask="details", call=streamed)["refused"]


def test_an_edited_call_is_the_explorer_filled_in(vipps, panel, front, monkeypatch):
    made: list[Any] = []
    from vipps_nb.notebook import explorer

    real = explorer.explore_call
    monkeypatch.setattr(explorer, "explore_call", lambda *given: made.append(real(*given)) or made[-1])
    monkeypatch.setattr(explorer, "current_session", lambda: vipps)
    vipps.post(PAYMENTS, json=order("a/b", customer={"phoneNumber": PHONE}))
    vipps.get("/report/v2/ledgers/1/funds/dates/2026-01-01?cursor=next%2F1")

    [create, ledger] = [front.ask(ask="edit", call=key) for key in front.known()]
    forms = [card._guide.form(card.chosen) for card in made]

    assert [create["explorer"], ledger["explorer"]] == [card.model_id for card in made]
    assert forms[0]["body"]["value"] == order("a/b", customer={"phoneNumber": PHONE})
    values = {one["name"]: one["value"] for one in forms[1]["parameters"]}
    assert values["ledgerDate"] == "2026-01-01"
    assert values["cursor"] == "next/1"
    assert not any(PHONE in json.dumps(card.get_state()) for card in made), "what is filled in is no state"


def test_two_calls_are_compared_by_field(vipps, front):
    vipps.post(PAYMENTS, json=order())
    vipps.sandbox.approve(reference="order-0001")
    vipps.get(f"{PAYMENTS}/order-0001")
    vipps.post(f"{PAYMENTS}/order-0001/capture", json={"modificationAmount": {"currency": "NOK", "value": 9900}})
    vipps.get(f"{PAYMENTS}/order-0001")
    [_, before, _, after] = front.known()

    compared = front.ask(ask="compare", call=before, **{"with": after})["compared"]

    assert compared["answers"] == [
        {"path": "/aggregate/capturedAmount/value", "kind": "changed", "before": "0", "after": "9900"}
    ]
    assert compared["requests"] == []


def test_a_difference_between_masked_numbers_is_not_hidden(vipps, front):
    for number in ("4799887766", "4799887755"):
        vipps.post(PAYMENTS, json=order(customer={"phoneNumber": number}))
    [one, other] = front.known()

    [*_, phone] = front.ask(ask="compare", call=one, **{"with": other})["compared"]["requests"]

    assert phone["path"] == "/body/customer/phoneNumber"
    assert phone["before"] != phone["after"]


def test_repeated_tries_and_the_time_between_them_are_told(serve, credentials, monkeypatch):
    from tests.conftest import Answer
    from vipps_nb import VippsSession

    monkeypatch.setattr("vipps_nb.client.retries.FIRST_WAIT", 0.001)
    asked: list[str] = []

    def say(seen):
        if seen.path == "/accesstoken/get":
            return Answer(body=json.dumps({"access_token": "a-token", "expires_in": 3599}).encode())
        asked.append(seen.path)
        return Answer(status=503) if len(asked) == 1 else Answer(body=b"{}")

    session = VippsSession(credentials, serve(say).environment)
    session.get(f"{PAYMENTS}/x")
    laps = session.history[1].laps

    assert laps is not None
    assert [cause for cause, _ in laps.tries] == ["503 Service Unavailable"]
    assert laps.token > 0
    assert laps.opened >= 1
    assert laps.connecting > 0
    parts = laps.token + laps.connecting + laps.waiting + laps.reading + sum(wait for _, wait in laps.tries)
    assert parts <= session.history[1].seconds


def test_a_call_without_an_answer_tells_its_time_too(vipps):
    with pytest.raises(requests.ConnectionError):
        vipps.get("http://127.0.0.1:9/nobody", retries=Retries(total=0))

    assert vipps.history[1].laps is not None
    assert vipps.history[1].laps.opened == 1


def test_a_body_is_listed_with_what_its_values_mean():
    body = {"amount": {"currency": "NOK", "value": 49900}, "big": 12345678901234567890, "list": [True, None]}

    nodes = nodes_of(body, View(still=True))

    assert nodes == [
        [0, None, "object", "3", None],
        [1, "amount", "object", "2", "499.00 NOK"],
        [2, "currency", "text", '"NOK"', None],
        [2, "value", "word", "49900", "499.00 NOK"],
        [1, "big", "word", "12345678901234567890", None],
        [1, "list", "array", "2", None],
        [2, 0, "word", "true", None],
        [2, 1, "word", "null", None],
    ]


def test_the_panel_is_one_and_says_in_words_what_it_is(monkeypatch):
    monkeypatch.setattr(calls_panel, "_live", None)
    widget = calls()
    bundle = widget._repr_mimebundle_()

    assert calls() is widget
    assert bundle is not None
    assert bundle[0]["text/plain"] == "Vipps calls"
    assert "run this cell" in bundle[0]["text/html"]
    assert {name for name in widget.keys if not name.startswith("_")} <= {"layout", "tabbable", "tooltip"}


def test_a_call_that_names_no_path_of_the_session_is_not_written_down(vipps):
    from vipps_nb.notebook.calls.past import as_call

    with pytest.raises(requests.ConnectionError):
        vipps.get("http://127.0.0.1:9/nobody", retries=Retries(total=0))
    with pytest.raises(CallError, match="another host"):
        as_call(vipps.history[1], vipps)
    with pytest.raises(HistoryError):
        vipps.history.resend(99)
