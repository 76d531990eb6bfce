"""Answers as they come: in order, a few at a time, and nothing lost when somebody stops."""

from __future__ import annotations

import itertools
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from vipps_nb import VippsSession
from vipps_nb.errors import NotSentError

from .conftest import Answer
from .test_mapping import echo, shop  # noqa: F401 - a fixture
from .test_polling import FakeTime
from .test_session import calls


def paths():
    return (f"/report/v2/{number}" for number in itertools.count())


@pytest.fixture(params=["own threads", "my executor"])
def executor(request):
    if request.param == "own threads":
        yield None
    else:
        with ThreadPoolExecutor(8) as threads:
            yield threads


def threads_of_map():
    return [thread for thread in threading.enumerate() if "vipps-nb-map" in thread.name]


def test_answers_come_in_order_and_no_more_is_taken_than_is_needed(shop, executor):  # noqa: F811 - a fixture
    server, vipps = shop(echo)
    answers = vipps.map("GET", paths(), at_once=3, lazy=True, executor=executor)
    assert server.seen == []

    first = list(itertools.islice(answers, 20))

    assert [answer.json()["path"] for answer in first] == list(itertools.islice(paths(), 20))
    assert (answers.done, answers.call.path) == (20, "/report/v2/19")
    assert len(calls(server)) <= 20 + 4 * 3
    answers.close()
    assert not threads_of_map()
    assert next(answers, None) is None


def test_who_leaves_the_loop_stops_it_and_hears_of_the_rest(shop):  # noqa: F811
    server, vipps = shop(echo)
    with vipps.map("POST", paths(), at_once=2, lazy=True, json={}) as answers:
        for answer in answers:
            assert answer.ok
            break

    rest = answers.rest
    assert [left.position for left in rest] == list(range(1, len(rest) + 1))
    assert all(isinstance(left.outcome, NotSentError) or left.outcome.ok for left in rest)
    sent = {seen.headers["Idempotency-Key"] for seen in calls(server)}
    told = {
        left.call.options["headers"]["Idempotency-Key"] for left in rest if not isinstance(left.outcome, NotSentError)
    }
    assert told <= sent
    assert len(sent) == len(told) + 1

    for answer in vipps.map("GET", paths(), lazy=True):
        break
    assert not threads_of_map()


def test_a_failure_has_its_call_and_is_not_the_end(shop):  # noqa: F811
    _, vipps = shop(lambda seen: Answer(503 if seen.path.endswith("3") else 200))
    answers = vipps.map("POST", [f"/epayment/v1/payments/{number}" for number in range(8)], lazy=True, json={})

    failed = [
        (answers.call.path, answers.call.options["headers"]["Idempotency-Key"]) for answer in answers if not answer.ok
    ]

    assert [path for path, _ in failed] == ["/epayment/v1/payments/3"]
    assert answers.rest == []
    assert answers.done == 8


def test_an_error_of_the_generator_is_the_callers(shop):  # noqa: F811
    def broken():
        yield "/report/v2/0"
        raise LookupError("no more")

    _, vipps = shop(echo)
    with pytest.raises(LookupError, match="no more"):
        list(vipps.map("GET", broken(), lazy=True))
    assert not threads_of_map()


def test_the_documented_pace_is_kept(shop, monkeypatch):  # noqa: F811
    clock = FakeTime()
    monkeypatch.setattr("vipps_nb.client.waiting.time", clock)
    server, vipps = shop()
    capture = "/epayment/v1/payments/abc-12345/capture"

    answers = list(vipps.map("POST", iter([capture] * 12), json={}, at_once=1, lazy=True))

    assert len(answers) == len(calls(server)) == 12
    assert sum(clock.pauses) == pytest.approx(120, abs=1)


def test_nothing_is_sent_where_nothing_could_be(credentials, serve):
    vipps = VippsSession(credentials, serve(echo).environment)

    with pytest.raises(ValueError, match="Expected 1 or more"):
        vipps.map("GET", paths(), at_once=0, lazy=True)
    assert list(vipps.map("GET", [], lazy=True)) == []
