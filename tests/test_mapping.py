"""Many requests at once: order, bounds, pace, and what becomes of those that fail."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import threading
import time
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor

import pytest
import requests
from IPython.lib.pretty import pretty

from vipps_nb import EnvironmentChoiceError, Retries, VippsSession, login
from vipps_nb.client.bulk import Call, RemoteErrand
from vipps_nb.client.crew import Crew

from .conftest import CLIENT_ID, CLIENT_SECRET, SUBSCRIPTION_KEY, Answer
from .test_polling import FakeTime
from .test_session import TOKEN, calls, speaks


@pytest.fixture
def shop(serve, credentials):
    def open_with(api=lambda seen: Answer()):
        server = serve(speaks(api))
        session = VippsSession(credentials, server.environment)
        session.retries = Retries(total=0)
        return server, session

    return open_with


def echo(seen):
    return Answer(body=f'{{"path": "{seen.path}"}}'.encode())


def test_order_is_kept_whoever_answers_first(shop):
    def slow_first(seen):
        time.sleep(0.05 if seen.path.endswith("0") else 0)
        return echo(seen)

    _, vipps = shop(slow_first)
    paths = [f"/report/v2/{number}" for number in range(40)]

    answers = vipps.map("get", paths)

    assert [answer.json()["path"] for answer in answers] == paths
    assert repr(answers) == "<40 answers: 40 ok, 0 failed>"
    assert answers.ok == answers


@pytest.mark.parametrize("at_once", [3, 5])
@pytest.mark.parametrize("mine", [True, False], ids=["my executor", "own threads"])
def test_as_many_are_under_way_as_asked_for_and_no_more(shop, at_once, mine):
    under_way, most, lock = 0, 0, threading.Lock()
    together = threading.Barrier(at_once)

    def count(seen):
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        together.wait(10)  # passed only by so many at the same time
        with lock:
            under_way -= 1
        return Answer()

    _, vipps = shop(count)
    with ThreadPoolExecutor(20) as threads:
        answers = vipps.map("GET", ["/report/v2/x"] * 30, at_once=at_once, executor=threads if mine else None)

    assert (len(answers.ok), most) == (30, at_once)


def test_nothing_is_nothing(shop):
    _, vipps = shop()

    assert vipps.map("GET", []) == []
    with pytest.raises(ValueError, match="Expected 1 or more"):
        vipps.map("GET", ["/x"], at_once=0)


def test_failures_are_collected_each_with_its_call(serve, shop):
    def moody(seen):
        if seen.path.endswith("3"):
            return Answer(404)
        return Answer(503) if seen.path.endswith("7") else Answer()

    _, vipps = shop(moody)
    paths = [f"/report/v2/{number}" for number in range(10)]

    answers = vipps.map("GET", [*paths, "/report/v2/bad\nheader"], headers={"A": "b"})
    answers_with_errors = vipps.map("GET", paths, timeout=(0.0, "nonsense"))

    assert [(failure.position, failure.call.path) for failure in answers.failed] == [(3, paths[3]), (7, paths[7])]
    assert [failure.outcome.status_code for failure in answers.failed] == [404, 503]
    assert len(answers.ok) == 9
    assert len(answers_with_errors.failed) == 10
    assert all(isinstance(outcome, Exception) for outcome in answers_with_errors)


def test_a_write_that_failed_is_sent_again_with_the_same_key(shop):
    refused = []

    def first_time_down(seen):
        if seen.headers["Idempotency-Key"] in refused:
            return Answer()
        refused.append(seen.headers["Idempotency-Key"])
        return Answer(503)

    server, vipps = shop(first_time_down)
    orders = [("/epayment/v1/payments", {"json": {"reference": f"order-{number}"}}) for number in range(20)]

    answers = vipps.map("POST", orders, headers={"X-Mine": "1"})
    again = vipps.map("POST", [failure.call for failure in answers.failed])

    first, second = calls(server)[:20], calls(server)[20:]
    assert (len(answers.failed), len(again.ok)) == (20, 20)
    keys = {seen.headers["Idempotency-Key"]: seen.body for seen in first}
    assert len(keys) == 20
    assert {seen.headers["Idempotency-Key"]: seen.body for seen in second} == keys
    assert all(seen.headers["X-Mine"] == "1" for seen in first)


def test_calls_for_one_payment_keep_to_the_documented_pace(shop, monkeypatch):
    clock = FakeTime()
    monkeypatch.setattr("vipps_nb.client.waiting.time", clock)
    server, vipps = shop()

    vipps.map("POST", ["/epayment/v1/payments/abc-12345/capture"] * 7, json={}, at_once=1)

    assert clock.pauses == [60.0]
    assert len(calls(server)) == 7
    vipps.map("POST", ["/epayment/v1/payments/abc-12345/capture"] * 7, json={}, paced=False)
    assert clock.pauses == [60.0]


def test_whoever_waits_for_the_pace_is_told_so_and_how_long_and_how_not_to(shop, monkeypatch, capsys):
    """A thousand agreements at 300 a minute: a line that stays, and one that counts down every second."""
    clock = FakeTime()
    monkeypatch.setattr("vipps_nb.client.waiting.time", clock)
    monkeypatch.setattr("vipps_nb.client.progress._AT_MOST_EVERY", 0)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setattr("vipps_nb.client.bulk.departures", lambda calls: [60.0 * (n // 3) for n, _ in enumerate(calls)])
    _, vipps = shop()

    vipps.map("POST", ["/recurring/v3/agreements"] * 10, json={})

    said = capsys.readouterr().err
    announced = "The documented limit is 300 a minute for POST /recurring/v3/agreements, so this takes 3 min or more."
    assert said.count(announced) == 1
    assert "paced=False does not wait" in said
    assert "about 3 min left" in said
    assert "about 90 s left" in said
    assert len(clock.pauses) > 170, "the line is written anew each second"


def test_many_answers_are_a_card_with_the_refusals_by_what_they_say(vipps):
    paths = [f"/epayment/v1/payments/batch-{number:02}" for number in range(5)]

    answers = vipps.map("GET", [*paths, "/epayment/v1/nothing-like-it"])
    card, failed = answers._repr_html_(), pretty(answers.failed)

    assert "5 × 404 Not Found" in card
    assert "batch-00, batch-01, batch-02 and 2 more" in card
    assert "Check the reference" in card, "what the refusal means"
    assert "0 ok" not in card
    assert failed.startswith("6 × GET, 2 kinds of calls · 6 refused")
    assert pretty([answers]) == "[<6 answers: 0 ok, 6 failed>]"


def test_a_card_of_answers_names_the_body_s_reference_and_how_to_send_again(vipps):
    vipps.sandbox.faults([{"path": "/epayment/*", "status": 503}])
    orders = [("/epayment/v1/payments", {"json": {"reference": f"order-{n}"}}) for n in range(2)]

    card = vipps.map("POST", orders, retries=0)._repr_html_()

    assert "2 × 503 Service Unavailable" in card
    assert "order-0, order-1" in card
    assert "failure.call for failure in answers.failed" in card


def test_no_answer_is_a_card_too_and_holds_no_token(shop):
    _, vipps = shop()

    text = pretty(vipps.map("GET", ["/report/v2/x"] * 2, timeout=(0.0, "nonsense")))

    assert "2 × no answer" in text
    assert TOKEN not in text


def test_a_held_clock_is_advanced_for_the_pace(vipps):
    vipps.sandbox.hold("2026-01-01T12:00:00Z")

    vipps.map("POST", ["/epayment/v1/payments/abc-12345/capture"] * 6, json={})

    assert vipps.sandbox.clock()["now"] >= "2026-01-01T12:00:59"


def test_ctrl_c_says_what_had_come_until_then(shop, monkeypatch):
    seen = threading.Event()

    def notice(request):
        seen.set()
        return echo(request)

    class Interrupting(Crew):
        def give(self, task):
            if task == 5:
                seen.wait(10)
                raise KeyboardInterrupt
            super().give(task)

    _, vipps = shop(notice)
    monkeypatch.setattr("vipps_nb.client.bulk.Crew", Interrupting)
    with pytest.raises(KeyboardInterrupt) as caught:
        vipps.map("GET", [f"/report/v2/{number}" for number in range(9)])

    assert len(caught.value.answers) == 9
    assert "No answer yet" in str(caught.value.answers[-1])
    assert "sys.last_value.answers" in caught.value.__notes__[0]
    assert vipps.interrupted is caught.value.answers
    assert 1 <= len(vipps.interrupted.ok) <= 5, "those under way in our own threads are waited for"
    assert "vipps.interrupted" in "\n".join(caught.value._render_traceback_())


def test_ctrl_c_tells_what_was_under_way_from_what_was_never_sent(shop):
    """An executor of the user's own goes on by itself; nobody waits for it."""
    _, vipps = shop(echo)

    class Slow(ThreadPoolExecutor):
        calls = 0

        def submit(self, *args, **kwargs):
            self.calls += 1
            if self.calls > 1:
                raise KeyboardInterrupt
            return Future()

    with pytest.raises(KeyboardInterrupt):
        vipps.map("POST", ["/epayment/v1/payments/abc/capture"] * 3, json={}, executor=Slow(1), paced=False)

    said = [str(outcome) for outcome in vipps.interrupted]
    assert "under way" in said[0]
    assert "before this call was sent" in said[2]


def test_an_executor_that_loses_work_loses_no_answer(shop):
    class Careless(ThreadPoolExecutor):
        def submit(self, function, /, *args):
            future = Future()
            if args[0].path == "/a":
                future.cancel()
                future.set_running_or_notify_cancel()
            else:
                future.set_exception(SystemExit())
            return future

    _, vipps = shop()
    answers = vipps.map("GET", ["/a", "/b"], executor=Careless())

    assert [str(outcome) for outcome in answers] == [
        "Not sent: the executor cancelled it.",
        "The executor stopped: SystemExit.",
    ]


@pytest.fixture
def elsewhere(monkeypatch, vipps):
    """This kernel's sandbox, joined as another process would: by what stands in the environment."""
    keys = vipps.sandbox.keys()
    monkeypatch.setenv("VIPPS_BASE_URL", vipps.base_url)
    for name, what in (
        ("CLIENT_ID", "client_id"),
        ("CLIENT_SECRET", "client_secret"),
        ("MSN", "merchant_serial_number"),
    ):
        monkeypatch.setenv(f"VIPPS_{name}", keys[what])
    monkeypatch.setenv("VIPPS_SUBSCRIPTION_KEY", keys["subscription_key"])
    return login(quiet=True)


def who(call):
    return os.getpid()


def test_other_processes_log_in_by_themselves_and_their_answers_come_back(elsewhere):
    """Started anew (not forked), so nothing of this process's memory is there."""
    elsewhere.system["Vipps-System-Name"] = "a shop"
    context = multiprocessing.get_context("spawn")

    with ProcessPoolExecutor(2, mp_context=context) as processes:
        answers = elsewhere.map("GET", ["/epayment/v1/payments/no-such-order"] * 6, executor=processes, retries=0)

    assert [answer.status_code for answer in answers] == [404] * 6
    assert {
        entry["headers"]["vipps-system-name"] for entry in elsewhere.sandbox.requests() if "payments" in entry["path"]
    } == {"a shop"}
    tokens = [entry for entry in elsewhere.sandbox.requests() if entry["path"] == "/accesstoken/get"]
    assert len(tokens) <= 1 + 2  # one for this process, and one for each worker that had something to do


def test_what_travels_to_another_process_holds_no_secret(elsewhere):
    elsewhere.token  # noqa: B018 - there is one to leak
    travelling = pickle.dumps(elsewhere) + pickle.dumps(RemoteErrand(*elsewhere.__reduce__(), "GET", {}))

    for secret in (
        elsewhere.token.reveal(),
        elsewhere.credentials.client_secret.reveal(),
        elsewhere.credentials.subscription_key.reveal(),
        elsewhere.credentials.client_id,
    ):
        assert secret.encode() not in travelling


def test_an_unpickled_session_is_logged_in_and_behaves_alike(elsewhere):
    elsewhere.timeout = 7
    other = elsewhere.as_merchant(elsewhere.merchant_serial_number)

    assert pickle.loads(pickle.dumps(elsewhere)) is elsewhere
    assert pickle.loads(pickle.dumps(other)).settings == elsewhere.settings


def test_a_process_whose_environment_leads_elsewhere_is_told(elsewhere, monkeypatch):
    from vipps_nb.client.login import _kernel

    bytes_ = pickle.dumps(elsewhere)
    monkeypatch.setattr(_kernel, "sessions", [])
    monkeypatch.setenv("VIPPS_BASE_URL", "http://127.0.0.1:1")

    with pytest.raises(EnvironmentChoiceError, match="does not lead there"):
        pickle.loads(bytes_)
    errand = RemoteErrand(*elsewhere.__reduce__(), "GET", {})
    assert isinstance(errand(Call("/x")), EnvironmentChoiceError)


def test_keys_that_were_typed_cannot_travel(shop):
    _, vipps = shop()

    with pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(vipps)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as processes:
        answers = vipps.map("GET", ["/report/v2/x"], executor=processes)
    assert "cannot be pickled" in str(answers[0])


@pytest.mark.parametrize("kind", ["refused", "unreachable", "api", "connection", "bug"])
def test_every_error_can_travel(serve, credentials, kind):
    server = serve(speaks(lambda seen: Answer(400, b'{"title": "No"}')))
    vipps = VippsSession(credentials, server.environment)
    vipps.retries = Retries(total=0)
    if kind == "refused":
        server.script = lambda seen: Answer(401, b'{"error": "invalid_client"}')
    elif kind == "unreachable":
        server.script = lambda seen: Answer(503)
    elif kind == "connection":
        vipps.token  # noqa: B018 - fetched while the server still answers
        server.close()

    def act():
        vipps.get("/x", timeout="nonsense" if kind == "bug" else None).raise_for_status()

    with pytest.raises(Exception) as caught:  # noqa: PT011 - which one it is differs
        act()
    there = pickle.dumps(caught.value)
    back = pickle.loads(there)

    assert (type(back), str(back)) == (type(caught.value), str(caught.value)) or kind == "connection"
    assert isinstance(back, type(caught.value))
    for secret in (CLIENT_ID, CLIENT_SECRET, SUBSCRIPTION_KEY, TOKEN):
        assert secret.encode() not in there
    assert not isinstance(back, requests.RequestException) or back.request is None or back.request.headers is not None
