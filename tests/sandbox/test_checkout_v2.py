"""Checkout v2: what differs from version 3."""

import json

import pytest

from tests.conftest import Answer
from tests.sandbox.official.checkout import introduction
from tests.sandbox.official.checkout_v2 import order

SESSIONS = "/checkout/v2/session"
BIKE = {"id": "bike", "amount": {"currency": "NOK", "value": 4900}, "brand": "posten", "product": "By bike"}
FOOT = {"id": "foot", "amount": {"currency": "NOK", "value": 900}, "brand": "other", "product": "On foot"}


class Shop:
    """A sales unit with an old integration."""

    def __init__(self, merchant, sandbox):
        self.sandbox, self.http = sandbox, merchant.http
        self.headers = introduction(sandbox, merchant, SESSIONS)

    def create(self, **changes):
        body = order("order-0001") | changes
        return self.http.post(self.sandbox.base_url + SESSIONS, json=body, headers=self.headers)

    def created(self, **changes):
        answer = self.create(**changes)
        assert answer.status_code == 200, answer.text
        return Session(self, answer.json())


class Session:
    def __init__(self, shop, created):
        self.shop, self.created = shop, created

    def poll(self):
        answer = self.shop.http.get(self.created["pollingUrl"], headers=self.shop.headers)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
def shop(merchant, sandbox):
    return Shop(merchant, sandbox)


def test_a_session_is_asked_for_by_its_id(shop):
    session = shop.created()

    told = session.poll()

    assert session.created["pollingUrl"].endswith(f"{SESSIONS}/{told['sessionId']}")
    assert told == {"sessionId": told["sessionId"], "reference": "order-0001", "sessionState": "SessionStarted"}


def test_a_paid_session_is_told_in_old_words(shop, merchant):
    session = shop.created(requireUserInfo=True)

    shop.sandbox.approve(reference="order-0001")

    told = session.poll()
    assert told["sessionState"] == "SessionStarted"
    assert told["paymentDetails"]["state"] == "AUTHORISED"
    assert told["billingDetails"]["region"] == "Oslo"
    assert told["userDetails"]["userInfoSub"] == merchant.payment()["profile"]["sub"]
    assert merchant.modify("capture", 49900).status_code == 200
    assert session.poll()["paymentDetails"]["aggregate"]["capturedAmount"]["value"] == 49900


@pytest.mark.parametrize(
    "ends", [lambda sandbox: sandbox.abort(reference="order-0001"), lambda sandbox: sandbox.advance(3600)]
)
def test_a_session_that_nobody_can_pay_in_is_terminated(shop, ends):
    session = shop.created()

    ends(shop.sandbox)

    assert session.poll()["sessionState"] == "SessionTerminated"


def test_another_sales_units_session_is_as_unknown_as_none(shop, other_merchant):
    session = shop.created()
    session.shop = Shop(other_merchant, shop.sandbox)

    answer = shop.http.get(session.created["pollingUrl"], headers=session.shop.headers)

    assert (answer.status_code, answer.json()["errorCode"]) == (404, "SessionNotFound")


def test_the_system_headers_may_be_left_out(shop):
    shop.headers = {name: value for name, value in shop.headers.items() if not name.startswith("Vipps-System-")}

    shop.created()


def test_an_address_needs_a_contact(shop):
    answer = shop.create(contactFields=False)

    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["addressFields"])


@pytest.mark.parametrize(
    ("contact", "address", "fields"),
    [(True, True, {"firstName", "streetAddress"}), (True, False, {"firstName"}), (False, False, set())],
)
def test_the_form_asks_for_as_much_as_it_was_told_to(shop, contact, address, fields):
    session = shop.created(contactFields=contact, addressFields=address)

    shop.sandbox.approve(reference="order-0001")

    billing = session.poll().get("billingDetails", {})
    assert billing.keys() & {"firstName", "streetAddress"} == fields


def test_a_wrong_prefix_is_refused_by_its_old_name(shop):
    merchant_info = order("order-0001")["merchantInfo"] | {"callbackPrefix": "http://example.com"}

    answer = shop.create(merchantInfo=merchant_info)

    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["merchantInfo.callbackPrefix"])


@pytest.mark.parametrize(
    ("options", "chosen"),
    [
        ([BIKE, FOOT | {"priority": 1}], "foot"),
        ([BIKE | {"isDefault": True}, FOOT | {"priority": 1}], "bike"),
    ],
)
def test_the_default_delivery_is_marked_or_has_the_lowest_priority(shop, merchant, options, chosen):
    session = shop.created(logistics={"fixedOptions": options})

    shop.sandbox.approve(reference="order-0001")

    assert session.poll()["shippingDetails"]["shippingMethodId"] == chosen


def test_an_option_has_its_old_name_on_the_phone(shop):
    session = shop.created(logistics={"fixedOptions": [BIKE]})

    page = shop.http.get(session.created["checkoutFrontendUrl"], params={"token": session.created["token"]}).text

    assert "posten By bike · 49.00 NOK" in page


def test_the_merchant_answers_with_options_in_old_words(shop, serve):
    options = [FOOT | {"priority": 1, "isDefault": True, "product": None}]
    server = serve(lambda seen: Answer(body=json.dumps(options).encode()))
    session = shop.created(logistics={"dynamicOptionsCallback": f"{server.base_url}/ways"})
    shop.sandbox.deliveries()

    shop.sandbox.approve(reference="order-0001")

    assert session.poll()["shippingDetails"]["shippingMethodId"] == "foot"


@pytest.mark.parametrize(
    ("decision", "state", "payment"),
    [("approve", "PaymentSuccessful", "AUTHORISED"), ("abort", "PaymentFailed", "TERMINATED")],
)
def test_the_end_is_told_below_the_prefix(shop, serve, decision, state, payment):
    server = serve(lambda seen: Answer())
    merchant_info = order("order-0001")["merchantInfo"] | {"callbackPrefix": f"{server.base_url}/shop/"}
    shop.created(merchantInfo=merchant_info)

    getattr(shop.sandbox, decision)(reference="order-0001")
    shop.sandbox.deliveries()

    [seen] = server.seen
    assert seen.path == "/shop/checkout/v2/order/order-0001"
    told = json.loads(seen.body)
    assert told["sessionState"] == state
    assert told["paymentDetails"] == {"amount": {"currency": "NOK", "value": 49900}, "state": payment}


def test_an_expiry_is_not_told(shop):
    shop.created()

    shop.sandbox.advance(3600)

    assert shop.sandbox.deliveries() == []


def test_both_versions_see_the_same_session(shop):
    session = shop.created()

    answer = shop.http.post(f"{shop.sandbox.base_url}/checkout/v3/session/order-0001/expire", headers=shop.headers)

    assert answer.status_code == 200
    assert session.poll()["sessionState"] == "SessionTerminated"
