"""What is tried again, after which pause, and when it is enough."""

from __future__ import annotations

import logging
import pickle
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import requests

from vipps_nb import Retries, UnreachableError, VippsSession
from vipps_nb.client.pacing import departures, limit_of

from .conftest import Answer
from .test_session import TOKEN, calls, speaks


@pytest.fixture
def quick_retries():
    """Not here, where the pauses are what is tested; hardly any of them is waited for (see ``pauses``)."""


class Pauses(list):
    """The pauses that were made; no time passes but theirs."""

    now = 0.0

    def sleep(self, seconds):
        self.append(seconds)
        self.now += seconds


@pytest.fixture
def pauses(monkeypatch):
    pauses = Pauses()
    monkeypatch.setattr("vipps_nb.client.adapter.sleep", pauses.sleep)
    monkeypatch.setattr("vipps_nb.client.adapter.monotonic", lambda: pauses.now)
    monkeypatch.setattr("vipps_nb.client.retries.random.uniform", lambda least, most: most)
    return pauses


@pytest.fixture
def shop(serve, credentials):
    """A session with a server that says these things, one after the other, and then ``{}`` for ever."""

    def open_with(*answers):
        line = iter(answers)
        server = serve(speaks(lambda seen: next(line, Answer())))
        session = VippsSession(credentials, server.environment)
        session.longest_answer = None  # the time of these tests is not that of the sockets
        return server, session

    return open_with


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_read_is_tried_again_after_what_passes(shop, pauses, status):
    server, session = shop(Answer(status), Answer(status))

    response = session.get("/report/v2/ledgers")

    assert response.status_code == 200
    assert [retry.cause[:3] for retry in response.retries] == [str(status)] * 2
    assert [retry.waited for retry in response.retries] == pauses == [0.5, 1.0]
    assert len(calls(server)) == 3


@pytest.mark.parametrize("status", [400, 403, 404, 409, 423, 500, 501])
def test_other_refusals_are_answers(shop, pauses, status):
    server, session = shop(Answer(status))

    response = session.get("/report/v2/ledgers")

    assert (response.status_code, response.retries, len(calls(server))) == (status, (), 1)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/epayment/v1/payments"),
        ("POST", "/epayment/v1/payments/abc-12345/capture"),
        ("POST", "/recurring/v3/agreements"),
        ("PATCH", "/recurring/v3/agreements/agr_1"),
        ("DELETE", "/recurring/v3/agreements/agr_1/charges/chr_1"),
        ("POST", "/checkout/v3/session"),
        ("POST", "/management/v1/product-orders"),
        ("POST", "/ecomm/v2/payments/order-1/capture"),
        ("PUT", "/ecomm/v2/payments/order-1/cancel"),
    ],
)
def test_a_write_is_repeated_with_the_same_key_and_body_where_the_api_remembers_keys(shop, pauses, method, path):
    server, session = shop(Answer(503), Answer(502))

    response = session.request(method, path, json={"a": 1})

    first, *more = calls(server)
    header = "X-Request-Id" if path.startswith("/ecomm") else "Idempotency-Key"
    assert (response.status_code, len(more)) == (200, 2)
    assert {seen.headers[header] for seen in more} == {first.headers[header]}
    assert {seen.body for seen in more} == {first.body}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/webhooks/v1/webhooks"),
        ("DELETE", "/webhooks/v1/webhooks/1"),
        ("POST", "/qr/v1/merchant-redirect"),
        ("PUT", "/order-management/v2/ecom/receipts/abc"),
        ("POST", "/epayment/v1/test/payments/abc-12345/approve"),
        ("POST", "/ecomm/v2/payments"),
    ],
)
def test_a_write_to_an_api_that_remembers_no_keys_is_sent_once(shop, pauses, method, path):
    server, session = shop(Answer(503))

    assert session.request(method, path, json={}).status_code == 503
    assert len(calls(server)) == 1


def test_a_write_whose_key_was_taken_off_is_sent_once(shop, pauses):
    server, session = shop(Answer(503))

    assert session.post("/epayment/v1/payments", headers={"Idempotency-Key": None}).status_code == 503
    assert len(calls(server)) == 1


def test_a_body_that_is_gone_after_sending_is_sent_once(shop, pauses):
    server, session = shop(Answer(503))

    assert session.post("/epayment/v1/payments", data=iter([b"a", b"b"])).status_code == 503
    assert len(calls(server)) == 1


def test_retry_after_in_seconds_is_waited_for(shop, pauses):
    _, session = shop(Answer(429, headers={"Retry-After": "7"}))

    session.get("/report/v2/ledgers")

    assert pauses == [7.0]


def test_retry_after_as_a_date_is_read_by_the_servers_clock(shop, pauses):
    """This computer's clock may be a day off; the difference to the answer's own Date is not."""
    moment = datetime(2030, 1, 1, 12, tzinfo=UTC)
    later = {"Date": moment, "Retry-After": moment + timedelta(seconds=9)}
    _, session = shop(Answer(503, headers={name: format_datetime(at, usegmt=True) for name, at in later.items()}))

    session.get("/report/v2/ledgers")

    assert pauses == [9.0]


@pytest.mark.parametrize("nonsense", ["soon", "-5", "", "1.5", "Wed, 99 Foo"])
def test_a_retry_after_nobody_understands_is_not_one(shop, pauses, nonsense):
    _, session = shop(Answer(503, headers={"Retry-After": nonsense}))

    session.get("/report/v2/ledgers")

    assert pauses == [0.5]


def test_a_retry_after_in_the_past_means_now(shop, pauses):
    past = {"Date": "Tue, 01 Jan 2030 12:00:00 GMT", "Retry-After": "Tue, 01 Jan 2030 11:00:00 GMT"}
    _, session = shop(Answer(503, headers=past))

    session.get("/report/v2/ledgers")

    assert pauses == [0.0]


def test_a_retry_after_longer_than_the_bound_is_handed_back_at_once(shop, pauses):
    server, session = shop(Answer(429, headers={"Retry-After": "31"}))

    assert session.get("/report/v2/ledgers").status_code == 429
    assert (pauses, len(calls(server))) == ([], 1)
    assert session.get("/report/v2/ledgers", retries=Retries(within=60)).status_code == 200


def test_a_429_without_retry_after_waits_for_the_documented_pace(shop, pauses):
    _, session = shop(Answer(429), Answer(), Answer(429))

    session.post("/epayment/v1/payments/abc-12345/capture", json={})  # 5 a minute
    session.get("/epayment/v1/payments/abc-12345")
    session.get("/epayment/v1/payments/abc-12345")  # 120 a minute

    assert pauses == [12.0, 0.5]


def test_it_is_enough_after_so_many_tries(shop, pauses):
    server, session = shop(*[Answer(503)] * 99)

    response = session.get("/report/v2/ledgers")

    assert (response.status_code, len(response.retries), len(calls(server))) == (503, 4, 5)
    assert pauses == [0.5, 1.0, 2.0, 4.0]


def test_it_is_enough_after_so_many_seconds(shop, pauses):
    server, session = shop(*[Answer(503)] * 99)
    session.retries = Retries(total=99, within=20)

    session.get("/report/v2/ledgers")

    assert sum(pauses) <= 20 < sum(pauses) + 8
    assert len(calls(server)) == len(pauses) + 1


@pytest.mark.parametrize("none", [0, False, Retries(total=0)])
def test_one_call_can_do_without(shop, pauses, none):
    server, session = shop(Answer(503))

    assert session.get("/report/v2/ledgers", retries=none).status_code == 503
    assert len(calls(server)) == 1


def test_a_session_for_another_merchant_tries_as_often(shop, pauses):
    _, session = shop(Answer(503))
    session.retries = Retries(total=0)

    assert session.as_merchant("654321").get("/report/v2/ledgers").status_code == 503


def test_a_prepared_request_can_say_it_too(shop, pauses):
    _, session = shop(Answer(503))
    prepared = session.prepare_request(requests.Request("GET", "/report/v2/ledgers"))

    assert session.send(prepared, retries=0).status_code == 503
    assert session.send(prepared).status_code == 200


def test_each_retry_is_in_the_log_without_query_or_secret(shop, pauses, caplog):
    _, session = shop(Answer(503))

    with caplog.at_level(logging.INFO, "vipps_nb"):
        session.get("/report/v2/ledgers", params={"who": "4712345678"})

    assert caplog.messages == ["GET /report/v2/ledgers: 503 Service Unavailable; try 2 follows in 0.5 s"]
    assert TOKEN not in caplog.text


def test_a_pickled_answer_still_tells_of_its_retries(shop, pauses):
    _, session = shop(Answer(503))
    response = session.get("/report/v2/ledgers")

    again = pickle.loads(pickle.dumps(response))

    assert (again.retries, again.json(), again.status_code) == (response.retries, {}, 200)
    assert TOKEN.encode() not in pickle.dumps(response)


def test_without_a_token_nothing_has_left_so_even_a_write_is_tried_again(serve, credentials, pauses):
    down = iter([True, True])
    server = serve(lambda seen: Answer(503) if seen.path.startswith("/acc") and next(down, False) else up(seen))
    up = speaks()
    session = VippsSession(credentials, server.environment)
    session.longest_answer = None

    response = session.post("/webhooks/v1/webhooks", json={})

    assert [retry.cause for retry in response.retries] == ["no access token"] * 2
    assert len(calls(server)) == 1


def test_a_token_that_stays_away_is_said_in_a_sentence(serve, credentials, pauses):
    server = serve(lambda seen: Answer(503))

    with pytest.raises(UnreachableError, match="answered 503") as caught:
        VippsSession(credentials, server.environment).get("/report/v2/ledgers")

    assert caught.value.__notes__ == ["Tried 5 times in 8 s."]


def test_each_of_many_who_waited_for_a_token_in_vain_gets_an_error_of_its_own(serve, credentials, monkeypatch):
    monkeypatch.setattr("vipps_nb.client.retries.FIRST_WAIT", 0.01)
    server = serve(lambda seen: time.sleep(0.05) or Answer(503))
    session = VippsSession(credentials, server.environment)

    def fail(_):
        with pytest.raises(UnreachableError) as caught:
            session.get("/report/v2/ledgers", retries=2)
        return caught.value

    with ThreadPoolExecutor(16) as threads:
        errors = list(threads.map(fail, range(16)))

    assert len({id(error) for error in errors}) == 16
    assert all(len(error.__notes__) == 1 for error in errors)


def test_the_limits_are_the_documented_ones():
    """Fact sheet, section 1: so many a minute for each resource."""
    table = {
        ("POST", "/epayment/v1/payments/abc-12345/refund"): 5,
        ("GET", "/epayment/v1/payments/abc-12345/events"): 120,
        ("POST", "/recurring/v3/agreements"): 300,
        ("GET", "/recurring/v3/agreements/agr_1"): 120,
        ("GET", "/recurring/v3/agreements?status=ACTIVE"): 5,
        ("PATCH", "/recurring/v3/agreements/agr_1"): 5,
        ("GET", "/recurring/v3/agreements/agr_1/charges"): 10,
        ("GET", "/recurring/v3/agreements/agr_1/charges/chr_1"): 10,
        ("GET", "/recurring/v3/charges/chr_1"): 100,
        ("POST", "/recurring/v3/agreements/agr_1/charges/chr_1/capture"): 5,
        ("DELETE", "/recurring/v3/agreements/agr_1/charges/chr_1"): 5,
    }

    assert {call: limit_of(*call).per_minute for call in table} == table
    assert limit_of("POST", "/epayment/v1/payments") is None


def test_calls_for_one_resource_are_spread_over_the_minutes_and_others_are_not():
    capture = ("POST", "/epayment/v1/payments/abc-12345/capture")

    assert departures([capture] * 12) == [0.0] * 5 + [60.0] * 5 + [120.0] * 2
    assert departures([("GET", f"/epayment/v1/payments/order-{n}") for n in range(999)]) == [0.0] * 999
