"""The shop's own tests, against the sandbox: ``pytest examples/shop``."""

from __future__ import annotations

import pytest
from shop import HOOK, create_app

# The shop looks at its own clock when it judges how old a webhook is.
pytestmark = pytest.mark.vipps(at="now")


@pytest.fixture
def shop(vipps_env, vipps_sandbox):
    client = create_app().test_client()
    vipps_sandbox.receive(
        HOOK, lambda headers, body: client.post("/vipps/webhook", data=body, headers=dict(headers)).status_code
    )
    return client


@pytest.fixture
def bought(shop):
    return shop.post("/orders", json={"amount": 49900}).json["reference"]


def state(shop, reference):
    return shop.get(f"/orders/{reference}").json["state"]


def test_a_customer_pays_and_the_shop_hears_of_it(shop, bought, vipps_sandbox):
    assert state(shop, bought) == "new"

    vipps_sandbox.approve(reference=bought)

    assert [one["status"] for one in vipps_sandbox.deliveries()] == [200]
    assert state(shop, bought) == "authorized"


def test_shipping_captures_and_a_return_gives_the_money_back(shop, bought, vipps_sandbox):
    vipps_sandbox.approve(reference=bought)

    assert shop.post(f"/orders/{bought}/ship").json == {"shipped": True}
    assert shop.post(f"/orders/{bought}/return").json == {"refunded": True}

    vipps_sandbox.deliveries()
    assert state(shop, bought) == "refunded"
    captured = {"modificationAmount": {"currency": "NOK", "value": 49900}}
    vipps_sandbox.requests.one("POST", "*/capture", status=200, body=captured)


def test_nothing_is_captured_when_the_customer_says_no(shop, bought, vipps_sandbox):
    vipps_sandbox.abort(reference=bought)

    assert shop.post(f"/orders/{bought}/ship").status_code == 502
    vipps_sandbox.requests.none("POST", "*/capture", status=200)


@pytest.mark.vipps(faults=[{"method": "POST", "path": "*/capture", "status": 503}])
def test_an_outage_is_said_and_the_capture_was_tried_twice(shop, bought, vipps_sandbox):
    vipps_sandbox.approve(reference=bought)

    assert shop.post(f"/orders/{bought}/ship").json == {"error": "Vipps said 503."}
    tries = vipps_sandbox.requests.all("POST", "*/capture", status=503)
    assert len({dict(one["headers"])["idempotency-key"] for one in tries}) == 1
    assert len(tries) == 2


def test_an_answer_that_is_lost_does_not_take_the_money_twice(shop, bought, vipps, vipps_sandbox):
    vipps_sandbox.approve(reference=bought)
    vipps_sandbox.faults([{"method": "POST", "path": "*/capture", "drop": "after"}])

    assert shop.post(f"/orders/{bought}/ship").status_code == 502

    money = vipps.get(f"/epayment/v1/payments/{bought}").json()["aggregate"]
    assert money["capturedAmount"]["value"] == 49900


def test_a_forged_webhook_changes_nothing(shop, bought):
    forged = b'{"reference": "%s", "name": "CAPTURED"}' % bought.encode()

    assert shop.post("/vipps/webhook", data=forged).status_code == 401
    assert state(shop, bought) == "new"
