"""``%vipps_sandbox``: the desk as a live widget and as text, with a sandbox in this process and with a joined one."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.waiting import eventually
from vipps_nb import logout
from vipps_nb.auth.login_options import LoginOptions
from vipps_nb.doctor import examine
from vipps_nb.notebook.desk import LiveDesk
from vipps_nb.notebook.desk_words import PRESETS, counts, decided, faults, rows_of, text
from vipps_nb.sandbox import Sandbox
from vipps_nb.widgets.sandbox_desk import SandboxDesk

ORDER = {
    "amount": {"currency": "NOK", "value": 49900},
    "paymentMethod": {"type": "WALLET"},
    "reference": "order-0001",
    "userFlow": "WEB_REDIRECT",
    "returnUrl": "https://example.com/return",
    "paymentDescription": "One pair of socks",
}


class Said(list[dict[str, Any]]):
    """What the widget sent to the browser."""

    def answer(self, question: int) -> dict[str, Any]:
        eventually(lambda: any(one.get("did") == question for one in self))
        return next(one for one in self if one.get("did") == question)


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Said:
    messages = Said()
    monkeypatch.setattr(SandboxDesk, "send", lambda self, content, buffers=None: messages.append(content))
    return messages


@pytest.fixture
def held(vipps):
    vipps.sandbox.hold("2026-01-01T12:00:00Z")
    return vipps


@pytest.fixture(params=["in this process", "joined"])
def desk(request, held, said) -> Iterator[LiveDesk]:
    sandbox = held.sandbox if request.param == "in this process" else Sandbox.join(held.sandbox.base_url)
    desk = LiveDesk(sandbox)
    yield desk
    desk.close()


def receive(desk: LiveDesk, content: object) -> None:
    """What ipywidgets does when a message arrives from the browser."""
    desk.widget._handle_custom_msg(content, [])


def order(desk: LiveDesk, said: Said, verb: str, **given: Any) -> tuple[str, bool]:
    question = len(said) + 1000
    receive(desk, {"do": verb, "id": question, **given})
    answer = said.answer(question)
    return answer["say"], answer["well"]


def create(vipps, **changes: Any) -> None:
    assert vipps.post("/epayment/v1/payments", json={**ORDER, **changes}).status_code == 201


# Following


def test_a_request_appears_and_goes_when_it_is_decided(held, desk):
    widget = desk.widget
    assert (widget.waiting, widget.clock) == ([], {"held": True, "now": 1_767_268_800_000})

    create(held)
    eventually(lambda: widget.waiting)
    assert (widget.waiting[0]["price"], widget.waiting[0]["value"]) == ("499.00 NOK", "order-0001")
    assert widget.waiting[0]["expires"] - widget.clock["now"] == 600_000
    eventually(lambda: any(row["path"] == "/epayment/v1/payments" and row["status"] == 201 for row in widget.rows))

    held.sandbox.approve(reference="order-0001")
    eventually(lambda: not widget.waiting)


def test_a_desk_at_which_nothing_happens_says_nothing(held, desk, monkeypatch):
    create(held)
    eventually(lambda: desk.widget.total == held.sandbox.requests()[-1]["number"])
    time.sleep(0.5)  # the last look sets its traits before it has sent them
    sent: list[object] = []
    monkeypatch.setattr(SandboxDesk, "_send", lambda self, message, buffers=None: sent.append(message))
    time.sleep(1)

    assert sent == []


def test_a_running_clock_says_how_far_it_is_ahead_once(held, desk):
    held.sandbox.clock(now="2026-06-01T00:00:00Z", held=False)
    eventually(lambda: not desk.widget.clock["held"])
    ahead = desk.widget.clock["ahead"]

    create(held)
    eventually(lambda: desk.widget.waiting)

    assert desk.widget.clock["ahead"] == ahead
    assert abs(ahead - (1_780_272_000_000 - time.time() * 1000)) < 10_000


def test_the_state_holds_no_secret_no_link_and_no_body(held, desk):
    create(held)
    eventually(lambda: desk.widget.waiting and desk.widget.total > 1)

    state = json.dumps({name: value for name, value in desk.widget.get_state().items() if name[0] != "_"}, default=str)

    for text_ in ("eyJ", "landing", "token=", "returnUrl", "authorization", held.sandbox.base_url.rpartition(":")[2]):
        assert text_ not in state


def test_the_way_to_its_pages_is_told_and_kept_nowhere(held, desk, said, monkeypatch):
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/user/kari/")
    desk.widget._handle_custom_msg({"ask": "pages", "id": 7}, [])
    [answer] = [one for one in said if one.get("id") == 7]
    port = held.sandbox.base_url.rpartition(":")[2]

    assert answer["pages"]["base"] == f"/user/kari/proxy/{port}"
    assert port not in repr((desk.widget.get_state(), desk.widget._repr_mimebundle_()))


def test_a_stopped_sandbox_is_said(held, said):
    desk = LiveDesk(held.sandbox)
    held.sandbox.stop()

    eventually(lambda: desk.widget.state == "stopped")
    assert desk.widget.message == "The sandbox was stopped. %vipps_login --env sandbox starts a new one."
    assert not desk.shows(held.sandbox)


def test_a_joined_sandbox_that_is_gone_is_said_and_heard_again_when_it_is_back(said):
    there = Sandbox().start()
    port = int(there.base_url.rpartition(":")[2])
    desk = LiveDesk(Sandbox.join(there.base_url))

    there.stop()
    eventually(lambda: desk.widget.state == "lost")
    assert "No sandbox answers" in desk.widget.message
    assert "Traceback" not in desk.widget.message
    assert order(desk, said, "next")[1] is False

    with Sandbox(port=port):
        eventually(lambda: desk.widget.state == "live")
    desk.close()


def test_logging_out_leaves_no_thread_behind(held, said):
    desk = LiveDesk(held.sandbox)
    logout()

    assert (desk.widget.state, desk.widget.message.split(".")[0]) == ("stopped", "Logged out")
    eventually(lambda: not [one for one in threading.enumerate() if one.name == "vipps-nb desk"])


# Orders


def test_the_customer_approves_aborts_and_lets_expire(held, desk, said):
    for number in (1, 2, 3):
        create(held, reference=f"order-000{number}")

    assert order(desk, said, "approve", request=1) == ("Approved. order-0001 is AUTHORIZED now.", True)
    assert order(desk, said, "abort", request=2) == ("Aborted. order-0002 is ABORTED now.", True)
    assert order(desk, said, "ignore", request=3) == ("This payment has expired.", True)
    states = [held.get(f"/epayment/v1/payments/order-000{number}").json()["state"] for number in (1, 2, 3)]
    assert states == ["AUTHORIZED", "ABORTED", "EXPIRED"]


def test_a_bank_that_says_no_is_said(held, desk, said):
    create(held, amount={"currency": "NOK", "value": 151})

    assert order(desk, said, "approve", request=1) == (
        "Not approved: not enough funds. 1.51 NOK is a documented test amount, so nothing is wrong with the request.",
        False,
    )


def test_what_is_decided_already_is_said(held, desk, said):
    create(held)
    held.sandbox.abort(reference="order-0001")

    said_, well = order(desk, said, "approve", request=1)

    assert not well
    assert "ABORTED" in said_


def test_the_clock_obeys(held, desk, said):
    create(held)

    assert order(desk, said, "advance", seconds=60) == ("It is 2026-01-01 12:01:00 UTC.", True)
    assert order(desk, said, "next") == ("It is 2026-01-01 12:10:00 UTC.", True)
    assert order(desk, said, "next")[1] is False
    assert order(desk, said, "release") == ("Time runs.", True)
    assert order(desk, said, "hold") == ("Time stands still.", True)
    assert held.sandbox.clock()["held"] is True


@pytest.mark.parametrize("preset", PRESETS)
def test_faults_go_on_and_off(held, desk, said, preset):
    assert order(desk, said, "faults", preset=preset, rate=0.5)[1]
    eventually(lambda: desk.widget.faults == {"preset": preset, "rate": 0.5, "rules": 1})

    assert order(desk, said, "faults", preset="off", rate=1)[1]
    eventually(lambda: desk.widget.faults["preset"] == "off")


def test_strictness_is_a_switch_that_follows_the_sandbox(held, desk, said):
    assert order(desk, said, "strict", on=True)[1]
    eventually(lambda: desk.widget.strict)
    assert held.sandbox.settings()["strictness"] == "strict"

    held.sandbox.settings(strictness="real")
    eventually(lambda: not desk.widget.strict)


def test_a_reset_makes_a_new_world_with_that_seed(held, desk, said):
    create(held)

    assert order(desk, said, "reset", seed=7)[1]

    eventually(lambda: desk.widget.seed == 7)
    assert (desk.widget.waiting, desk.widget.total) == ([], 0)


def test_one_request_is_opened_with_its_secrets_masked(held, desk, said):
    create(held)
    number = held.sandbox.requests()[-1]["number"]

    receive(desk, {"look": number, "id": 5})
    eventually(lambda: any(one.get("id") == 5 for one in said))

    entry = next(one for one in said if one.get("id") == 5)["entry"]
    assert entry["body"]["reference"] == "order-0001"
    assert entry["headers"]["authorization"] == "***"
    receive(desk, {"look": 999, "id": 6})
    eventually(lambda: {"entry": None, "id": 6} in said)


@pytest.mark.parametrize(
    "content", [{"do": "shutdown"}, {"do": "approve"}, {"do": "advance", "seconds": "x"}, {"do": "faults", "preset": 1}]
)
def test_an_order_nobody_knows_is_refused_in_words(held, desk, said, content):
    receive(desk, {**content, "id": 1})

    assert said.answer(1)["well"] is False


@pytest.mark.parametrize("content", [None, "approve", {"do": "next"}, {"ask": "time"}, {"look": "1", "id": 1}])
def test_other_messages_do_nothing(held, said, content):
    desk = LiveDesk(held.sandbox)
    receive(desk, content)
    desk.close()

    assert said == []


# Words


def test_the_desk_has_twins_that_never_change(held, desk):
    before, _ = desk.widget._repr_mimebundle_()
    create(held)
    eventually(lambda: desk.widget.waiting)
    after, _ = desk.widget._repr_mimebundle_()

    assert before == after
    assert before["text/plain"] == repr(desk.widget) == "Vipps sandbox desk"
    assert "the customer's phone" in before["text/html"].replace("&#x27;", "'")


def test_the_desk_as_text(held):
    create(held)
    held.sandbox.faults([{"status": 429, "retryAfter": 2, "rate": 0.5}])

    lines = text(held.sandbox).splitlines()

    assert lines[:9] == [
        "Sandbox · 2026-01-01 12:00:00 UTC · held · seed 1",
        "",
        "Phone: 1 request waiting",
        "  499.00 NOK · Sandbox Shop · One pair of socks · until 2026-01-01 12:10:00 UTC",
        '    vipps.sandbox.approve(reference="order-0001")',
        "",
        "Faults: Requests are answered 429 with Retry-After: 2, and nothing is done, 50% of all",
        "",
        "Requests: 2",
    ]
    assert lines[9] == "  12:00:00 UTC  POST    201  /epayment/v1/payments"


def test_an_idle_desk_as_text(held):
    held.sandbox.reset(3)
    held.sandbox.hold("2026-01-01T12:00:00Z")

    assert text(held.sandbox).splitlines() == [
        "Sandbox · 2026-01-01 12:00:00 UTC · held · seed 3",
        "",
        "Phone: nothing is waiting",
        "",
        "Faults: none",
        "",
        "Requests: 0",
    ]


def test_a_terminal_does_not_obey_what_a_merchant_writes(held):
    create(held, paymentDescription="socks\x1b[2J\nand more")

    assert "\x1b" not in text(held.sandbox)
    assert "socks␛[2J and more" in text(held.sandbox)


def test_faults_that_are_no_preset_are_somebodys_own(held):
    held.sandbox.faults([{"status": 503}])
    assert faults(held.sandbox.overview()["faults"]) == {"preset": "own", "rate": 1, "rules": 1}
    held.sandbox.faults([{"status": 500, "method": "POST"}, {"latencyMs": 5}])
    assert "2 rules of your own" in text(held.sandbox)


def test_what_is_in_the_world_is_counted_in_words():
    shelves = {"payments": 1, "categories": 1, "checkoutSessions": 2, "webhooks": 0, "requests": 9}

    assert counts(shelves) == "1 payment · 1 category · 2 checkout sessions"


def test_the_log_says_how_much_was_tolerated(held):
    create(held, paymentDescription=12345, colour="red")

    entries = held.sandbox.requests(last=1)
    (row,) = rows_of(entries, still=True)
    assert row["tolerated"] == 2
    assert entries[0]["tolerated"] == [
        "paymentDescription: a number where text is documented",
        "colour: no document knows this field",
    ]


def test_what_the_doctor_asked_is_no_line_of_the_text(held):
    create(held)
    examine(LoginOptions(env="sandbox"))

    said = text(held.sandbox)

    assert "/webhooks/v1/webhooks" not in said
    assert ", the doctor's left out" in said
    assert said.count("/epayment/v1/payments") == 1


def test_lost_answers_and_long_paths_in_the_log():
    entry = {"number": 1, "time": "2026-01-01T12:00:00.000Z", "method": "GET", "path": "/x" * 300, "query": "a=1"}

    (row,) = rows_of([entry | {"status": None, "ms": 1.5, "dropped": "after"}], still=True)

    assert (row["time"], row["status"], row["dropped"]) == ("12:00:00 UTC", None, "after")
    assert len(row["path"]) == 301


@pytest.mark.parametrize(
    ("report", "sentence"),
    [
        ({"approved": True, "agreementId": "agr_1", "status": "ACTIVE"}, ("Approved. agr_1 is ACTIVE now.", True)),
        ({"approved": True, "state": "COMPLETED"}, ("Approved. It is COMPLETED now.", True)),
        ({"approved": False, "reason": "no funds"}, ("Not approved: no funds.", False)),
        ({"outcome": "This login has expired."}, ("This login has expired.", True)),
        ({"productOrderId": "1", "status": "ORDER_SUBMITTED"}, ("Done. It is ORDER_SUBMITTED now.", True)),
    ],
)
def test_what_came_of_a_decision_in_a_sentence(report, sentence):
    assert decided(report) == sentence
