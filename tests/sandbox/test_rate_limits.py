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
