"""``vipps.history``: what it keeps, what it never keeps, and what can be done with it."""

from __future__ import annotations

import gc
import json
import pickle
import subprocess
import sys
from datetime import datetime

import pytest
import requests
from IPython.lib.pretty import pretty

from tests.conftest import Answer
from vipps_nb import VippsSession
from vipps_nb.client.recorder import history as rooms
from vipps_nb.client.recorder.calls import HistoryError
from vipps_nb.display.answer import AnswerCard

PAYMENTS = "/epayment/v1/payments"


def order(reference="order-0001", **changes):
    return {
        "amount": {"currency": "NOK", "value": 49900},
        "paymentMethod": {"type": "WALLET"},
        "reference": reference,
        "userFlow": "WEB_REDIRECT",
        "returnUrl": "https://example.com/return",
        "paymentDescription": "One pair of socks",
        **changes,
    }


@pytest.fixture
def told(vipps):
    """A session with a payment created, asked for twice and once in vain."""
    vipps.post(PAYMENTS, json=order(customer={"phoneNumber": "4799887766"}))
    vipps.get(f"{PAYMENTS}/order-0001")
    vipps.get(f"{PAYMENTS}/order-0002")
    vipps.get(f"{PAYMENTS}/order-0001/events")
    return vipps


@pytest.fixture
def scripted(serve, credentials):
    """A session that talks to a server which says what it is told; the token comes from there as well."""

    def start(script):
        def say(seen):
            if seen.path == "/accesstoken/get":
                return Answer(body=json.dumps({"access_token": "a-token-of-the-session", "expires_in": 3599}).encode())
            return script(seen)

        server = serve(say)
        return VippsSession(credentials, server.environment), server

    return start


def test_while_the_clock_is_held_no_column_waits_for_what_nobody_measures(vipps):
    vipps.get(f"{PAYMENTS}/order-0001")
    assert "Took" in vipps.history._repr_html_()
    vipps.history.clear()
    vipps.sandbox.hold("2026-01-01T12:00:00Z")
    vipps.get(f"{PAYMENTS}/order-0001")

    assert "Took" not in vipps.history._repr_html_()


def test_it_is_a_table_as_html_and_as_text(told):
    text, html = pretty(told.history), told.history._repr_html_()

    for said in (text, html):
        for words in (f"POST {PAYMENTS}", "201 Created", f"GET {PAYMENTS}/order-0002", "404 Not Found"):
            assert words in said
    assert "ePayment · Create payment" in html
    assert pretty([told.history]) == "[<4 calls>]"
    assert pretty(told.history.filter("nothing such")) == "No calls yet."


def test_the_newest_comes_first_and_amounts_and_refusals_can_be_seen(told):
    text, html = pretty(told.history), told.history._repr_html_()

    assert [line.split()[0] for line in text.splitlines()[1:]] == ["4", "3", "2", "1"]
    assert html.index("order-0001/events") < html.index("order-0002") < html.index("Create payment")
    assert "499.00 NOK" in text
    assert "only the 1 that was refused or failed" in html
    assert "No payment" in html or "Reference not found" in html, "a row opens to what its call means"
    assert [call.number for call in told.history.refusals()] == [3]
    assert "4799887766" not in html


def test_all_calls_are_there_and_only_the_newest_can_be_opened(told):
    for _ in range(60):
        told.get("/nobody/knows/this")
    html = told.history._repr_html_()

    assert html.count("<tr") == 1 + 64
    assert html.count("<details>") == 50
    assert "vipps.history[1] is any other" in html


def test_while_the_clock_is_held_the_table_is_the_same_each_time(vipps):
    vipps.sandbox.hold("2026-01-01T12:00:00Z")
    vipps.get(f"{PAYMENTS}/order-0001")

    title, row = pretty(vipps.history).splitlines()
    assert title == "Calls of this session · sandbox, newest first"
    assert row == f"1  12:00:00 UTC  404 Not Found    GET {PAYMENTS}/order-0001"


def test_a_call_is_shown_again_as_its_card(told):
    call = told.history[3]

    assert pretty(call).startswith("404 Not Found · ePayment · Get payment")
    assert "vipps-nb-answer" in call._repr_html_()
    assert repr(told.history[-1]) == f"<PastCall 4: GET {PAYMENTS}/order-0001/events, 200 OK>"


def test_a_number_that_is_not_there_is_named(told):
    with pytest.raises(HistoryError, match=r"no call 9 here.+1 to 4"):
        told.history[9]


@pytest.mark.parametrize(
    ("choice", "numbers"),
    [
        ({"words": "create"}, [1]),
        ({"words": "order-0001 event"}, [4]),
        ({"method": "get"}, [2, 3, 4]),
        ({"path": "*/events"}, [4]),
        ({"status": 404}, [3]),
        ({"status": "refused"}, [3]),
        ({"status": "ok", "method": "POST"}, [1]),
        ({"status": "unanswered"}, []),
    ],
)
def test_calls_can_be_chosen(told, choice, numbers):
    assert [call.number for call in told.history.filter(**choice)] == numbers


def test_an_unknown_status_is_named(told):
    with pytest.raises(HistoryError, match="'fine' is unknown"):
        told.history.filter(status="fine")


def test_a_call_sent_again_keeps_its_key_and_acts_once(told):
    first = told.history[1]
    again = told.history.resend(1)

    assert again.status_code == 201
    assert again.json()["reference"] == "order-0001"
    assert told.history[-1].idempotency_key == first.idempotency_key
    assert len(told.get(f"{PAYMENTS}/order-0001/events").json()) == 1


def test_a_call_sent_again_with_a_new_key_acts_again(told):
    again = told.history.resend(1, new_key=True)

    assert again.status_code == 409  # the reference is taken: it was no repetition


def test_a_call_without_an_answer_is_kept_with_its_error(vipps):
    with pytest.raises(requests.ConnectionError):
        vipps.get("http://127.0.0.1:9/nobody")

    assert pretty(vipps.history[-1]) == "<PastCall 1: GET /nobody, no answer (ConnectionError)>"
    assert "no answer (ConnectionError)" in pretty(vipps.history)


def test_no_secret_comes_in(scripted):
    """However it is carried: added by the session, set by hand, typed into a body, echoed by the server."""

    def echo(seen):
        said = {name: seen.headers.get(name) for name in ("Authorization", "Ocp-Apim-Subscription-Key")}
        return Answer(
            body=json.dumps({"said": said, "secret": "of-a-webhook", "deep": [{"id_token": "x.y.z"}]}).encode()
        )

    session, _ = scripted(echo)
    keys = session.credentials
    session.post("/webhooks/v1/webhooks", json={"url": "https://example.com", "client_secret": "typed-in"})
    session.get("/any", headers={"Authorization": "Bearer set-by-hand"})
    session.get("/any?access_token=in-the-query")
    session.post("/any", data={"grant_type": "x", "client_secret": "in-a-form"})
    history = session.history
    kept = [
        repr([vars(call) for call in history]),
        pickle.dumps(list(history)).decode("latin-1"),
        pretty(history) + history._repr_html_() + "".join(pretty(call) + call._repr_html_() for call in history),
        json.dumps(history.as_har(personal=True)) + history.as_python(personal=True),
    ]

    for secret in (
        keys.client_secret.reveal(),
        keys.subscription_key.reveal(),
        session.token.reveal(),
        *("of-a-webhook", "x.y.z", "typed-in", "set-by-hand", "in-the-query", "in-a-form"),
    ):
        assert not [place for place in kept if secret in place], secret
    assert all(call.left_out for call in history)


def test_a_call_that_carried_a_secret_is_not_sent_again_from_here(scripted):
    session, server = scripted(lambda seen: Answer())
    session.post("/any", json={"client_secret": "typed-in"})
    asked = len(server.seen)

    with pytest.raises(HistoryError, match="carried a secret in its body"):
        session.history.resend(1)
    assert len(server.seen) == asked


def test_numbers_of_persons_are_masked_until_asked_for(told):
    shown = pretty(told.history[1]) + told.history[1]._repr_html_()
    written = json.dumps(told.history.as_har()) + told.history.as_python()
    asked_for = json.dumps(told.history.as_har(personal=True)), told.history.as_python(personal=True)

    assert "4799887766" not in shown + written
    assert all("4799887766" in text for text in asked_for)


def test_memory_is_bounded_by_number_and_by_size(scripted, monkeypatch):
    monkeypatch.setattr(rooms, "MOST_BYTES", 200_000)
    session, _ = scripted(lambda seen: Answer(body=json.dumps("x" * 60_000).encode()))
    for _ in range(10):
        session.get("/any")
    large = list(session.history)

    assert large[-1].number == 10
    assert len(large) < 5
    assert sum(call.weight for call in large) <= 200_000


def test_the_newest_thousand_calls_are_kept(scripted):
    session, _ = scripted(lambda seen: Answer())
    request = session.prepare_request(requests.Request("GET", "/any"))
    for _ in range(rooms.MOST_CALLS + 5):
        session.history.add(request, requests.ConnectionError(), seconds=0, streamed=False)

    assert len(session.history) == rooms.MOST_CALLS
    assert session.history[-1].number == rooms.MOST_CALLS + 5
    assert "… 970 earlier calls" in pretty(session.history)


def test_a_large_body_is_not_kept_and_says_so(scripted):
    session, _ = scripted(lambda seen: Answer(body=b'"' + b"x" * 70_000 + b'"'))
    answer = session.post("/any", json="y" * 70_000)

    assert len(answer.json()) == 70_000
    assert session.history[1].content is None
    with pytest.raises(HistoryError, match=r"68\.4 KiB, which is too much to keep"):
        session.history.resend(1)


def test_what_is_streamed_is_left_to_the_caller(scripted):
    session, _ = scripted(lambda seen: Answer(body=b"[1, 2, 3]"))
    answer = session.get("/any", stream=True)

    assert session.history[1].received is None
    assert answer.json() == [1, 2, 3]


def test_each_hop_of_a_redirect_is_a_call(scripted):
    def script(seen):
        return Answer(302, headers={"Location": "/there"}) if seen.path == "/here" else Answer()

    session, _ = scripted(script)
    session.get("/here")

    assert [(call.path, call.status) for call in session.history] == [("/here", 302), ("/there", 200)]


def test_a_refusal_that_is_repeated_under_its_key_is_explained_as_that(vipps):
    capture = f"{PAYMENTS}/order-0001/capture"
    body = {"modificationAmount": {"currency": "NOK", "value": 100}}
    vipps.post(PAYMENTS, json=order())
    first = vipps.post(capture, json=body, headers={"Idempotency-Key": "capture-1"})
    vipps.sandbox.approve(reference="order-0001")
    second = vipps.post(capture, json=body, headers={"Idempotency-Key": "capture-1"})
    third = vipps.post(capture, json=body)

    assert "Nothing is reserved yet." in AnswerCard(first).text
    assert "The same refusal again" in AnswerCard(second).text
    assert "The same refusal again" in pretty(vipps.history[-2])
    assert third.status_code == 200


def test_production_stays_read_only_when_a_call_is_sent_again(scripted, monkeypatch):
    from vipps_nb.errors import ReadOnlyError

    session, _ = scripted(lambda seen: Answer())
    session.post("/any", json={"a": 1})
    object.__setattr__(session.environment, "name", "production")

    with pytest.raises(ReadOnlyError):
        session.history.resend(1)


def test_sessions_of_one_login_have_a_history_each(vipps):
    vipps.get(f"{PAYMENTS}/order-0001")
    other = vipps.as_merchant(vipps.merchant_serial_number)
    other.get(f"{PAYMENTS}/order-0002")

    assert [len(vipps.history), len(other.history)] == [1, 1]


def test_a_history_does_not_keep_its_session_alive(credentials, serve):
    session = VippsSession(credentials, serve(lambda seen: Answer()).environment)
    history = session.history
    del session
    gc.collect()

    with pytest.raises(HistoryError, match="is gone"):
        history.resend(1) if len(history) else history.filter("x")


# --- written down ---------------------------------------------------------------------------------------------------


def test_the_archive_has_what_the_format_demands(told, tmp_path):
    told.post("/webhooks/v1/webhooks", json={"url": "http://127.0.0.1:9/hook", "events": []})
    file = told.history.save(tmp_path / "calls.har")
    log = json.loads(file.read_text(encoding="utf-8"))["log"]

    assert set(log) == {"version", "creator", "pages", "entries"}
    assert log["version"] == "1.2"
    assert set(log["creator"]) == {"name", "version"}
    assert len(log["entries"]) == 5
    for entry in log["entries"]:
        request, response = entry["request"], entry["response"]
        assert datetime.fromisoformat(entry["startedDateTime"]).tzinfo is not None
        assert {"startedDateTime", "time", "request", "response", "cache", "timings"} <= set(entry)
        assert entry["time"] == sum(entry["timings"][part] for part in ("send", "wait", "receive"))
        common = {"httpVersion": str, "cookies": list, "headers": list, "headersSize": int, "bodySize": int}
        for name, kind in {"method": str, "url": str, "queryString": list, **common}.items():
            assert isinstance(request[name], kind), name
        for name, kind in {"status": int, "statusText": str, "content": dict, "redirectURL": str, **common}.items():
            assert isinstance(response[name], kind), name
        assert {"size", "mimeType"} <= set(response["content"])
        assert all(set(header) == {"name", "value"} for header in request["headers"] + response["headers"])
        assert "postData" not in request or {"mimeType", "text"} <= set(request["postData"])


def test_an_archive_of_a_call_without_an_answer_says_so(vipps):
    with pytest.raises(requests.ConnectionError):
        vipps.get("http://127.0.0.1:9/nobody")
    (entry,) = vipps.history.as_har()["log"]["entries"]

    assert entry["response"]["status"] == 0
    assert entry["_error"] == "ConnectionError"


def test_the_script_makes_the_same_calls(told, tmp_path):
    """In a process of its own, with a sandbox of its own."""
    file = told.history.save(tmp_path / "calls.py", personal=True)
    check = "\nprint([answer.status_code for answer in (answer_1, answer_2, answer_3, answer_4)])\n"
    file.write_text(file.read_text(encoding="utf-8") + check, encoding="utf-8")
    run = subprocess.run([sys.executable, file], capture_output=True, text=True, check=False, cwd=tmp_path)

    assert run.stdout.strip().endswith("[201, 200, 404, 200]"), run.stderr


def test_the_script_names_what_must_be_filled_in(told):
    script = told.history.as_python()

    assert 'PERSON_1 = ""  # a phone or identity number: fill it in' in script
    assert '"phoneNumber": PERSON_1' in script
    compile(script, "calls.py", "exec")


def test_a_file_that_cannot_be_written_costs_nothing(told, tmp_path, monkeypatch):
    kept = told.history.save(tmp_path / "calls.har")
    before = kept.read_text()

    def full(handle):
        raise OSError("No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        told.history.save(kept)

    assert kept.read_text() == before
    assert list(tmp_path.iterdir()) == [kept]


def test_an_unknown_ending_is_refused(told, tmp_path):
    with pytest.raises(HistoryError, match=r"none of \.har, \.py and \.json"):
        told.history.save(tmp_path / "calls.txt")
