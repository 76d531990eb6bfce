"""Rate limits of the ePayment API, counted by the world's clock."""

import pytest


@pytest.fixture
def strict(sandbox):
    sandbox.settings(rateLimits=True)
    return sandbox


def test_they_are_off_until_asked_for(merchant):
    merchant.create()

    assert {merchant.cancel().status_code for _ in range(8)} == {200, 400}


def test_five_captures_a_minute_per_payment(merchant, strict):
    merchant.reserved("order-0001")
    merchant.reserved("order-0002")
    statuses = [merchant.modify("capture", 100).status_code for _ in range(6)]

    assert statuses == [200] * 5 + [429]
    assert merchant.modify("capture", 100, "order-0002").status_code == 200
    assert merchant.modify("refund", 100).status_code == 200


def test_retry_after_tells_when_it_goes_on(merchant, strict):
    merchant.reserved()
    merchant.modify("capture", 100)
    strict.advance(20)
    for _ in range(4):
        merchant.modify("capture", 100)

    refused = merchant.modify("capture", 100)
    assert refused.headers["Retry-After"] == "40"
    strict.advance(39)
    assert merchant.modify("capture", 100).status_code == 429
    strict.advance(1)
    assert merchant.modify("capture", 100).status_code == 200


def test_120_looks_a_minute_per_payment_and_subscription_key(merchant, strict):
    merchant.create()
    path = "/epayment/v1/payments/order-0001"

    assert {merchant.get(path).status_code for _ in range(120)} == {200}
    assert merchant.get(path).status_code == 429
    assert merchant.get(f"{path}/events").status_code == 200


def test_creates_without_a_reference_share_one_bucket(merchant, strict):
    statuses = [merchant.create(reference=None, refrence=f"order-000{number}").status_code for number in range(6)]

    assert statuses == [400] * 5 + [429]
    assert merchant.create("order-0009").status_code == 201


def test_words_that_a_caller_chooses_take_no_more_and_no_more_memory(monkeypatch):
    from datetime import UTC, datetime

    from vipps_nb.sandbox.server import rate_limits

    monkeypatch.setattr(rate_limits, "MOST_BUCKETS", 10)
    counter = rate_limits.RateCounter()
    limit = rate_limits.RateLimit(calls=2, resource="reference", counted_with="subscription_key")
    now = datetime(2026, 1, 1, tzinfo=UTC)
    for number in range(100):
        counter.admit(limit, ("POST", "x" * 100_000, str(number), "\ud800"), now)

    assert len(counter._calls) == 10
    assert all(len(bucket) == 32 for bucket in counter._calls)
    counter.admit(limit, ("POST", "x" * 100_000, "99", "\ud800"), now)
    with pytest.raises(rate_limits.TooManyRequests):
        counter.admit(limit, ("POST", "x" * 100_000, "99", "\ud800"), now)


def test_a_sales_unit_that_calls_too_often_leaves_room_for_the_others(sandbox, merchant, other_merchant):
    sandbox.settings(callsPerMinute=3)

    answers = [merchant.get("/epayment/v1/payments/none") for _ in range(5)]

    assert [answer.status_code for answer in answers] == [404, 404, 404, 429, 429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 60  # of real time, although the world's clock is held
    assert other_merchant.get("/epayment/v1/payments/none").status_code == 404
    sandbox.settings(callsPerMinute=None)
    assert merchant.get("/epayment/v1/payments/none").status_code == 404
