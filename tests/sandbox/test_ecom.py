"""The eCom API: its own states, its own errors, and the merchant's server that is asked and told."""

import json
from uuid import uuid4

import pytest

from tests.conftest import Answer
from vipps_nb.sandbox.webhook_delivery.outbox import Outbox, Reply
from vipps_nb.sandbox.world.movements import Movements

STATIC = [
    {"isDefault": "N", "shippingCost": 99, "shippingMethod": "Home", "shippingMethodId": "home", "priority": 1},
    {"isDefault": "Y", "shippingCost": 39.9, "shippingMethod": "Shop", "shippingMethodId": "shop", "priority": 2},
]
EXPRESS = {
    "paymentType": "eComm Express Payment",
    "consentRemovalPrefix": "https://example.com/consent",
    "authToken": "of-the-shop",
}


class Shop:
    """One merchant's old integration."""

    def __init__(self, merchant):
        self.merchant = merchant
        self.msn = merchant.headers["Merchant-Serial-Number"]

    def initiate(self, order_id="order-1", *, merchant=None, customer=None, **transaction):
        order = {
            "customerInfo": {"mobileNumber": "12345678"} if customer is None else customer,
            "merchantInfo": {
                "merchantSerialNumber": self.msn,
                "callbackPrefix": "https://example.com/callbacks",
                "fallBack": "https://example.com/return",
                **(merchant or {}),
            },
            "transaction": {"amount": 49900, "orderId": order_id, "transactionText": "Socks", **transaction},
        }
        return self.merchant.post("/ecomm/v2/payments", order)

    def reserved(self, sandbox, order_id="order-1", **changes):
        assert self.initiate(order_id, **changes).status_code == 200
        assert sandbox.approve(reference=order_id)["approved"]

    def capture(self, amount=None, order_id="order-1", key=None):
        return self.act("POST", "capture", amount, order_id, key)

    def refund(self, amount=None, order_id="order-1", key=None):
        return self.act("POST", "refund", amount, order_id, key)

    def cancel(self, order_id="order-1", **body):
        return self.act("PUT", "cancel", None, order_id, None, **body)

    def act(self, method, verb, amount, order_id, key, **more):
        body = {
            "merchantInfo": {"merchantSerialNumber": self.msn},
            "transaction": {"transactionText": "Box 7"} | ({} if amount is None else {"amount": amount}),
            **more,
        }
        headers = {"X-Request-Id": key or uuid4().hex}
        return self.merchant.send(method, f"/ecomm/v2/payments/{order_id}/{verb}", body, **headers)

    def force_approve(self, order_id="order-1", **body):
        path = f"/ecomm/v2/integration-test/payments/{order_id}/approve"
        return self.merchant.post(path, body or {"customerPhoneNumber": "12345678"})

    def details(self, order_id="order-1"):
        return self.merchant.get(f"/ecomm/v2/payments/{order_id}/details").json()

    def status(self, order_id="order-1"):
        answer = self.merchant.get(f"/ecomm/v2/payments/{order_id}/status")
        return answer.json()["transactionInfo"]["status"]

    def history(self, order_id="order-1"):
        return [entry["operation"] for entry in self.details(order_id)["transactionLogHistory"]]

    def summary(self, order_id="order-1"):
        summary = self.details(order_id)["transactionSummary"]
        names = ("capturedAmount", "refundedAmount", "remainingAmountToCapture", "remainingAmountToRefund")
        return tuple(summary[name] for name in names)


@pytest.fixture
def shop(merchant):
    return Shop(merchant)


@pytest.fixture
def letters(monkeypatch):
    """What the platform posts, kept instead of carried."""
    kept = []
    monkeypatch.setattr(Outbox, "post", lambda self, letter: kept.append(letter))
    return kept


def error(answer, status=400):
    """The code of a refusal's only error."""
    assert answer.status_code == status, answer.text
    [said] = answer.json()
    assert set(said) == {"errorGroup", "errorCode", "errorMessage", "contextId"}
    return said["errorCode"]


# Initiating


def test_a_new_payment_waits_for_the_customer(shop, sandbox):
    answer = shop.initiate()

    assert answer.status_code == 200
    assert answer.json()["orderId"] == "order-1"
    assert answer.json()["url"].startswith(f"{sandbox.base_url}/landing?v=2&token=")
    assert shop.history() == ["INITIATE"]
    assert shop.status() == "INITIATE"
    assert shop.summary() == (0, 0, 0, 0)


def test_an_app_gets_a_deep_link(shop):
    assert shop.initiate(merchant={"isApp": True, "fallBack": "shop://"}).json()["url"].startswith("vippsMT://?token=")


def test_the_customer_finds_it_on_the_phone_and_the_way_back(shop, sandbox):
    url = shop.initiate().json()["url"]
    page = shop.merchant.http.get(url).text
    assert "499.00 NOK" in page
    assert "Socks" in page

    sandbox.approve(reference="order-1")

    assert 'href="https://example.com/return"' in shop.merchant.http.get(url).text


def test_its_address_can_be_made_a_qr(shop):
    url = shop.initiate().json()["url"]

    answer = shop.merchant.post("/qr/v1", {"url": url})

    assert (answer.status_code, answer.json()["expiresIn"]) == (200, 600)


@pytest.mark.parametrize("number", ["12345678", "+4712345678", "004712345678", "4712345678", "123 45 678"])
def test_a_phone_number_is_forgiven_its_country_code(shop, number):
    assert shop.initiate(customer={"mobileNumber": number}).status_code == 200


REFUSED = {
    "too little": ("transaction.amount", 400, {"amount": 99}),
    "a string as amount": ("transaction.amount", 400, {"amount": "499.00"}),
    "a long order ID": ("transaction.orderId", 400, {"order_id": "x" * 51}),
    "a callback over http": ("merchantInfo.callbackPrefix", 400, {"merchant": {"callbackPrefix": "http://a.no/"}}),
    "a way back that is a script": ("merchantInfo.fallBack", 400, {"merchant": {"fallBack": "javascript:alert(1)"}}),
    "an unknown scope": ("transaction.scope", 400, {"scope": "name shoeSize"}),
    "a scope without approval": ("transaction.scope", 400, {"scope": "nin"}),
    "a seven-digit number": ("81", 400, {"customer": {"mobileNumber": "1234567"}}),
    "another's MSN": ("37", 403, {"merchant": {"merchantSerialNumber": "123456"}}),
    "the landing page skipped": ("91", 400, {"skipLandingPage": True}),
    "express without consent removal": (
        "merchantInfo.consentRemovalPrefix",
        400,
        {"merchant": {"paymentType": "eComm Express Payment"}},
    ),
    "express without shipping": ("merchantInfo.shippingDetailsPrefix", 400, {"merchant": EXPRESS}),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_initiated(shop, name):
    code, status, changes = REFUSED[name]

    assert error(shop.initiate(**changes), status) == code


def test_several_bad_fields_are_several_errors(shop):
    answer = shop.initiate(amount=1, transactionText=True)

    assert {(one["errorGroup"], one["errorCode"]) for one in answer.json()} == {
        ("InvalidRequest", "transaction.amount"),
        ("InvalidRequest", "transaction.transactionText"),
    }


@pytest.mark.parametrize(
    ("switch", "value", "changes", "code", "status"),
    [
        ("paymentAllowed", False, {}, "37", 403),
        ("bankAccountVerified", False, {}, "37", 403),
        ("market", "DK", {}, "37", 403),
        ("expressAllowed", False, {"merchant": EXPRESS}, "91", 403),
        ("skipLandingPageAllowed", True, {"skipLandingPage": True, "customer": {}}, "customerInfo.mobileNumber", 400),
    ],
)
def test_what_a_sales_unit_may_not_do(shop, sandbox, switch, value, changes, code, status):
    sandbox.sales_unit(shop.msn, **{switch: value})

    assert error(shop.initiate(**changes), status) == code


def test_an_order_id_is_taken_once_per_sales_unit(shop, other_merchant):
    shop.initiate()

    assert error(shop.initiate()) == "34"
    assert Shop(other_merchant).initiate().status_code == 200


def test_an_unknown_number_is_no_customer(shop, sandbox):
    sandbox.settings(unknownPhoneNumbers=["4799999999"])

    assert error(shop.initiate(customer={"mobileNumber": "99999999"})) == "81"


# Reserve, capture, refund


def test_reserve_then_capture_then_refund(shop, sandbox):
    shop.reserved(sandbox)
    assert shop.status() == "RESERVE"
    assert shop.summary() == (0, 0, 49900, 0)

    captured = shop.capture().json()
    assert captured["transactionInfo"]["status"] == "Captured"
    assert captured["transactionInfo"]["amount"] == 49900
    assert captured["paymentInstrument"] == "Visa"

    refunded = shop.refund().json()
    assert refunded["transaction"]["status"] == "Refund"
    assert shop.summary() == (49900, 49900, 0, 0)
    assert shop.history() == ["REFUND", "CAPTURE", "RESERVE", "INITIATE"]


def test_parts_can_be_captured_and_refunded(shop, sandbox):
    shop.reserved(sandbox)

    assert [shop.capture(20000).status_code, shop.refund(5000).status_code, shop.capture(29900).status_code] == [
        200
    ] * 3

    assert shop.summary() == (49900, 5000, 0, 44900)
    assert error(shop.capture(100)) == "92"
    assert error(shop.refund(45000)) == "71"


def test_direct_capture_takes_the_money_at_once(shop, sandbox, letters, monkeypatch):
    moved = []
    monkeypatch.setattr(Movements, "add", lambda self, movement: moved.append((movement.kind, movement.value)))
    sandbox.sales_unit(shop.msn, captureType="DirectCapture")
    shop.reserved(sandbox)

    assert shop.history() == ["SALE", "INITIATE"]
    assert shop.status() == "SALE"
    assert shop.summary() == (49900, 0, 0, 49900)
    assert json.loads(letters[0].body)["transactionInfo"]["status"] == "SALE"
    assert shop.refund(100).status_code == 200
    assert moved == [("capture", 49900), ("refund", 100)]


@pytest.mark.parametrize(
    ("prepare", "act", "code"),
    [
        ([], lambda shop: shop.capture(), "62"),
        (["approve"], lambda shop: shop.capture(49901), "61"),
        (["approve", "cancel"], lambda shop: shop.capture(), "62"),
        (["abort"], lambda shop: shop.capture(), "62"),
        (["approve"], lambda shop: shop.refund(), "72"),
        ([], lambda shop: shop.refund(), "72"),
        (["approve", "cancel"], lambda shop: shop.refund(), "73"),
        (["approve", "capture", "refund"], lambda shop: shop.refund(), "71"),
        (["approve", "capture"], lambda shop: shop.cancel(), "51"),
        (["approve", "capture"], lambda shop: shop.cancel(shouldReleaseRemainingFunds=True), "51"),
        (["cancel"], lambda shop: shop.cancel(), "52"),
        (["abort"], lambda shop: shop.cancel(), "52"),
        (["late"], lambda shop: shop.cancel(), "52"),
        (["approve"], lambda shop: shop.force_approve(), "22"),
        (["abort"], lambda shop: shop.force_approve(), "22"),
        (["approve", "half a year"], lambda shop: shop.capture(), "63"),
        (["approve", "half a year"], lambda shop: shop.cancel(), "52"),
        (["approve", "capture", "a year"], lambda shop: shop.refund(), "74"),
    ],
)
def test_illegal_moves(shop, sandbox, prepare, act, code):
    shop.initiate()
    steps = {
        "approve": lambda: sandbox.approve(reference="order-1"),
        "abort": lambda: sandbox.abort(reference="order-1"),
        "late": lambda: sandbox.advance(600),
        "half a year": lambda: sandbox.advance(181 * 86400),
        "a year": lambda: sandbox.advance(366 * 86400),
        "cancel": shop.cancel,
        "capture": shop.capture,
        "refund": shop.refund,
    }
    for step in prepare:
        steps[step]()
    merchant = shop.merchant
    merchant.headers["Authorization"] = f"Bearer {merchant.token()}"

    assert error(act(shop)) == code


def test_the_rest_is_released_only_if_the_merchant_says_so(shop, sandbox):
    shop.reserved(sandbox)
    shop.capture(20000)
    assert error(shop.cancel()) == "51"

    released = shop.cancel(shouldReleaseRemainingFunds=True).json()

    assert released["transactionInfo"]["status"] == "Cancelled"
    assert released["transactionInfo"]["amount"] == 29900
    assert shop.summary() == (20000, 0, 0, 20000)
    assert error(shop.capture(100)) == "62"
    assert shop.refund(20000).status_code == 200


def test_cancelling_before_approval_is_void(shop):
    shop.initiate()

    assert shop.cancel().json()["transactionInfo"]["amount"] == 49900
    assert shop.history() == ["VOID", "INITIATE"]


@pytest.mark.parametrize(
    ("switch", "act", "code"),
    [
        ({"partialCaptureAllowed": False}, lambda shop: shop.capture(100), "91"),
        ({"refundAllowed": False}, lambda shop: (shop.capture(), shop.refund())[1], "74"),
    ],
)
def test_switches_of_the_sales_unit(shop, sandbox, switch, act, code):
    shop.reserved(sandbox)
    sandbox.sales_unit(shop.msn, **switch)

    assert error(act(shop)) == code


# The request ID


def test_a_repeated_request_id_acts_once(shop, sandbox):
    shop.reserved(sandbox)

    first, second = shop.capture(100, key="once"), shop.capture(100, key="once")

    assert first.json() == second.json()
    assert shop.summary()[0] == 100
    assert shop.details()["transactionLogHistory"][0]["requestId"] == "once"


def test_a_repeated_cancel_is_answered_as_the_first(shop, sandbox):
    shop.reserved(sandbox)

    first, second = (shop.act("PUT", "cancel", None, "order-1", "once") for _ in range(2))

    assert (first.status_code, first.json()) == (200, second.json())
    assert shop.history() == ["VOID", "RESERVE", "INITIATE"]


def test_a_request_id_with_another_amount_is_refused(shop, sandbox):
    shop.reserved(sandbox)
    shop.capture(100, key="once")

    assert error(shop.capture(200, key="once")) == "93"


def test_a_request_id_may_come_back_for_another_order(shop, sandbox):
    for order_id in ("order-1", "order-2"):
        shop.reserved(sandbox, order_id)
        assert shop.capture(100, order_id, key="same").status_code == 200


def test_capture_needs_a_short_request_id(shop, sandbox):
    shop.reserved(sandbox)
    body = {"merchantInfo": {"merchantSerialNumber": shop.msn}, "transaction": {"transactionText": "x"}}

    assert error(shop.merchant.post("/ecomm/v2/payments/order-1/capture", body)) == "X-Request-Id"
    assert error(shop.capture(100, key="x" * 41)) == "X-Request-Id"


# The customer and time


def test_aborting_is_a_cancel_by_the_customer(shop, sandbox, letters):
    shop.initiate()
    sandbox.abort(reference="order-1")

    assert shop.history() == ["CANCEL", "INITIATE"]
    assert json.loads(letters[0].body)["transactionInfo"]["status"] == "CANCELLED"


def test_after_ten_minutes_it_is_over(shop, sandbox, letters):
    shop.initiate()
    sandbox.advance(599)
    assert shop.status() == "INITIATE"
    sandbox.advance(1)

    assert shop.status() == "REJECTED"
    assert shop.history() == ["CANCEL", "INITIATE"]
    assert json.loads(letters[0].body)["transactionInfo"]["status"] == "REJECTED"


def test_a_refused_card_is_a_failed_payment(shop, sandbox, letters):
    shop.initiate(amount=186)

    assert sandbox.approve(reference="order-1")["reason"] == "the card has expired"
    assert shop.status() == "FAILED"
    assert shop.details()["transactionLogHistory"][0]["operationSuccess"] is False
    assert json.loads(letters[0].body)["errorInfo"]["errorCode"] == "44"
    assert error(shop.cancel()) == "52"


def test_an_unknown_outcome_is_registered_for_an_hour(shop, sandbox):
    shop.initiate(amount=201)
    sandbox.approve(reference="order-1")
    assert shop.status() == "REGISTER"
    assert error(shop.cancel()) == "53"
    assert error(shop.capture()) == "62"

    sandbox.advance(3600)
    shop.merchant.headers["Authorization"] = f"Bearer {shop.merchant.token()}"

    assert shop.status() == "RESERVE"


def test_force_approval_needs_no_phone(shop):
    url = shop.initiate(customer={}).json()["url"]
    assert error(shop.force_approve(token="of-another")) == "token"
    assert error(shop.force_approve(token=url.partition("token=")[2])) == "81"

    assert shop.force_approve(customerPhoneNumber="12345678", token=url.partition("token=")[2]).status_code == 200

    assert shop.status() == "RESERVE"


def test_force_approval_honours_special_amounts_if_told_to(shop, sandbox):
    shop.initiate(amount=151)
    sandbox.settings(forceApproveHonoursSpecialAmounts=True)

    assert error(shop.force_approve()) == "22"
    assert shop.status() == "FAILED"


def test_consent_gives_a_sub(shop, sandbox):
    shop.reserved(sandbox, scope="name phoneNumber")

    assert "sub" in shop.details()
    assert "userDetails" not in shop.details()


# Callbacks


def test_the_merchant_is_told_once(shop, sandbox, letters):
    shop.reserved(sandbox, merchant={"authToken": "of-the-shop"})
    shop.capture()

    [letter] = letters
    assert (letter.method, letter.url) == ("POST", "https://example.com/callbacks/v2/payments/order-1")
    assert letter.headers["Authorization"] == "of-the-shop"
    assert json.loads(letter.body) == {
        "merchantSerialNumber": shop.msn,
        "orderId": "order-1",
        "transactionInfo": {
            "amount": 49900,
            "status": "RESERVED",
            "timeStamp": "2026-01-01T12:00:00.000Z",
            "transactionId": shop.details()["transactionLogHistory"][1]["transactionId"],
        },
    }


def test_express_with_fixed_shipping(shop, sandbox, letters):
    shop.reserved(sandbox, merchant={**EXPRESS, "staticShippingDetails": STATIC})

    details = shop.details()
    assert details["shippingDetails"]["shippingMethodId"] == "shop"
    assert details["userDetails"]["mobileNumber"] == "12345678"
    assert shop.summary()[2] == 49900 + 3990
    told = json.loads(letters[0].body)
    assert told["transactionInfo"] | {"status": "RESERVE", "amount": 53890} == told["transactionInfo"]
    assert told["shippingDetails"]["address"]["zipCode"] == "0155"
    assert told["userDetails"] == details["userDetails"]


def test_the_customer_chooses_how_it_is_sent(shop, sandbox, letters):
    url = shop.initiate(merchant={**EXPRESS, "staticShippingDetails": STATIC}).json()["url"]
    assert "Home · 99.00 NOK" in shop.merchant.http.get(url).text

    sandbox.approve(reference="order-1", choice="home")

    assert shop.details()["shippingDetails"]["shippingMethodId"] == "home"
    assert shop.summary()[2] == 49900 + 9900


def test_express_asks_the_merchant_for_shipping(shop, sandbox, letters):
    shop.initiate(merchant={**EXPRESS, "shippingDetailsPrefix": "https://example.com/shipping"})
    [letter] = letters
    assert letter.url == "https://example.com/shipping/v2/payments/order-1/shippingDetails"
    question = json.loads(letter.body)
    assert question["postCode"] == "0155"

    answer = {"addressId": question["addressId"], "orderId": "order-1", "shippingDetails": STATIC}
    letter.on_reply(Reply(status=200, body=json.dumps(answer).encode()))
    sandbox.approve(reference="order-1")

    assert shop.status() == "RESERVE"
    assert shop.details()["shippingDetails"]["shippingCost"] == 39.9


@pytest.mark.parametrize(
    "reply",
    [
        Reply(status=None, reason="nobody there"),
        Reply(status=500),
        Reply(status=200, body=b"not JSON"),
        Reply(status=200, body=b'{"addressId":100,"orderId":"order-1","shippingDetails":[]}'),
        Reply(status=200, body=b'{"addressId":100,"orderId":"order-2","shippingDetails":[]}'),
    ],
)
def test_without_shipping_methods_nothing_is_approved(shop, sandbox, letters, reply):
    shop.initiate(merchant={**EXPRESS, "shippingDetailsPrefix": "https://example.com/shipping"})
    letters[0].on_reply(reply)

    assert sandbox.approve(reference="order-1")["reason"] == "no shipping methods found"
    assert shop.status() == "INITIATE"
    assert len(letters) == 2, "the merchant is asked once more"


def test_express_cannot_be_force_approved(shop):
    shop.initiate(merchant={**EXPRESS, "staticShippingDetails": STATIC})

    assert error(shop.force_approve()) == "91"


def test_the_merchant_is_told_to_forget_the_customer(shop, sandbox, letters):
    shop.reserved(sandbox, merchant={**EXPRESS, "staticShippingDetails": STATIC})
    user = shop.details()["userDetails"]["userId"]

    sandbox.withdraw(reference="order-1")

    assert letters[-1].method == "DELETE"
    assert letters[-1].url == f"https://example.com/consent/v2/consents/{user.replace('=', '%3D').replace('/', '%2F')}"
    assert "userDetails" not in shop.details()


def test_a_merchants_server_is_really_asked_and_told(shop, sandbox, serve):
    def answer(seen):
        if not seen.path.endswith("/shippingDetails"):
            return Answer(500)
        found = {"addressId": json.loads(seen.body)["addressId"], "orderId": "order-1", "shippingDetails": STATIC}
        return Answer(body=json.dumps(found).encode())

    server = serve(answer)
    prefixes = dict.fromkeys(("callbackPrefix", "shippingDetailsPrefix"), f"{server.base_url}/vipps/")
    shop.initiate(merchant={**EXPRESS, **prefixes})
    sandbox.deliveries()
    sandbox.approve(reference="order-1")
    sandbox.advance(3600)

    assert [seen.path for seen in server.seen] == [
        "/vipps/v2/payments/order-1/shippingDetails",
        "/vipps/v2/payments/order-1",
    ], "a callback that was not taken is not repeated"
    assert {seen.headers["Authorization"] for seen in server.seen} == {"of-the-shop"}
    shop.merchant.headers["Authorization"] = f"Bearer {shop.merchant.token()}"
    assert shop.status() == "RESERVE"


# Who may see what


def test_a_foreign_order_is_as_unknown_as_none(shop, other_merchant):
    shop.initiate()

    answer = other_merchant.get("/ecomm/v2/payments/order-1/details")
    assert error(answer, 404) == "35"
    assert answer.json()[0]["errorGroup"] == "Merchant"


def test_partner_keys_name_the_sales_unit(shop, partner):
    shop.initiate()

    assert partner.get("/ecomm/v2/payments/order-1/details").status_code == 200
    del partner.headers["Merchant-Serial-Number"]
    answer = partner.get("/ecomm/v2/payments/order-1/details")
    assert error(answer, 403) == "403"
    assert answer.json()[0]["errorGroup"] == "Authentication"


def test_merchant_keys_need_no_header(shop):
    del shop.merchant.headers["Merchant-Serial-Number"]

    assert shop.initiate().status_code == 200
    assert shop.merchant.get("/sandbox").json()["counts"]["ecomPayments"] == 1
