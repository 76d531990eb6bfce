"""What published clients send and no document has: taken and noted by default, refused where the sandbox is strict."""

import copy
import json
from uuid import uuid4

import pytest

from tests.each import for_each
from tests.sandbox.official import checkout
from tests.sandbox.official.psp_signup import MERCHANT
from tests.sandbox.recurring_shop import AGREEMENTS, DRAFT
from vipps_nb.sandbox import Sandbox, SandboxError

PAYMENTS = "/epayment/v1/payments"
PAYMENT = {
    "amount": {"currency": "NOK", "value": 49900},
    "paymentMethod": {"type": "WALLET"},
    "reference": "order-0001",
    "userFlow": "WEB_REDIRECT",
    "returnUrl": "https://example.com/return",
    "customer": {"phoneNumber": "4712345678"},
    "profile": {"scope": "name"},
    "metadata": {"shelf": "71"},
}
ECOM = {
    "customerInfo": {},
    "merchantInfo": {
        "merchantSerialNumber": "",
        "callbackPrefix": "https://example.com/callback",
        "fallBack": "https://example.com/done",
    },
    "transaction": {"amount": 49900, "orderId": "order-1", "transactionText": "Socks"},
}
PSP = {
    "pspTransactionId": "transaction-1",
    "merchantOrderId": "order-1",
    "amount": 49900,
    "currency": "NOK",
    "pspRedirectUrl": "https://example.com/done",
    "makePaymentUrl": "https://example.com/pay",
    "makePaymentToken": "token",
}
PARTNER = {"orgno": "987654321", "productType": "VIPPS_PA_NETT"}
COMPLIANCE = {
    "giftCard": {"isSalesPercentageLessThanTen": True},
    "donation": {"acceptsDonation": True},
    "course": {"turnoverShare": "1", "timeBeforeOrder": "1", "period": "1", "isOnlineCourseOffered": True},
}
CHECKOUT = checkout.order("session-0001") | {
    "configuration": {
        "externalPaymentMethods": [{"paymentMethod": "Klarna", "redirectUrl": "https://example.com/klarna"}]
    }
}
HOME = {"id": "home", "priority": 1, "isDefault": True, "amount": {"value": 4900, "currency": "NOK"}}
SUBSCRIPTION = {
    "productName": "News",
    "amount": {"value": 9900, "currency": "NOK"},
    "interval": {"unit": "MONTH", "count": 1},
    "merchantAgreementUrl": "https://example.com/me",
}
MISSING = object()


class Shop:
    """Sends bodies to any API, as a client that is none of ours."""

    def __init__(self, sandbox, merchant):
        self.sandbox = sandbox
        self.merchant = merchant
        msn = merchant.keys["merchant_serial_number"]
        self.orders = {
            "ePayment": ("POST", PAYMENTS, PAYMENT),
            "Recurring": ("POST", AGREEMENTS, DRAFT),
            "Checkout": ("POST", checkout.PATH, CHECKOUT),
            "eCom": ("POST", "/ecomm/v2/payments", changed(ECOM, "merchantInfo.merchantSerialNumber", msn)),
            "PSP": ("POST", "/psp/v3/psppayments/init", PSP),
            "PSP Signup": ("POST", "/merchant-management/psp/v1/merchants", MERCHANT),
            "Partner": ("POST", "/partner-api/v1/products/orders", PARTNER),
            "QR": ("POST", "/qr/v1/merchant-redirect", {"id": "board", "redirectUrl": "https://example.com/"}),
            "Webhooks": (
                "POST",
                "/webhooks/v1/webhooks",
                {"url": "https://example.com/hook", "events": ["epayments.payment.captured.v1"]},
            ),
        }
        self.headers = {
            **checkout.introduction(sandbox, merchant, checkout.PATH),
            "Accept": "image/png",
            "Psp-Id": "psp",
        }

    def introduced(self, api):
        if api == "Checkout":
            return self.headers
        if api == "Partner":
            return {**self.merchant.headers, **partner_headers(self.sandbox, self.merchant)}
        return {**self.merchant.headers, "Accept": "image/png", "Psp-Id": "psp"}

    def send(self, api, body, *, path=None, method=None, **headers):
        usual_method, usual_path, _ = self.orders[api]
        data = body if isinstance(body, bytes | str) else json.dumps(body)
        return self.merchant.http.request(
            method or usual_method,
            self.sandbox.base_url + (path or usual_path),
            data=data,
            headers={
                **self.introduced(api),
                "Idempotency-Key": str(uuid4()),
                "X-Request-Id": str(uuid4()),
                "Content-Type": "application/json",
                **headers,
            },
        )

    def order(self, api, place, value, **headers):
        """The usual order with one thing changed."""
        return self.send(api, changed(self.orders[api][2], place, value), **headers)


def partner_headers(sandbox, merchant):
    keys = sandbox.keys("partner")
    headers = {
        "client_id": keys["client_id"],
        "client_secret": keys["client_secret"],
        "Ocp-Apim-Subscription-Key": keys["subscription_key"],
    }
    token = merchant.http.post(f"{sandbox.base_url}/accesstoken/get", headers=headers).json()["access_token"]
    return {"Authorization": f"Bearer {token}", "Ocp-Apim-Subscription-Key": keys["subscription_key"]}


def changed(body, place, value):
    """A copy with something else at a place; without it where that is MISSING."""
    body = copy.deepcopy(body)
    *way, last = (int(part) if part.isdecimal() else part for part in place.split("."))
    inner = body
    for part in way:
        inner = inner.setdefault(part, {}) if isinstance(inner, dict) else inner[part]
    if value is MISSING:
        del inner[last]
    else:
        inner[last] = value
    return body


@pytest.fixture
def shop(sandbox, merchant):
    return Shop(sandbox, merchant)


def notes(sandbox):
    return sandbox.requests(last=1)[0].get("tolerated", [])


NUMBER = "a number where text is documented"
TEXT = "text where a number is documented"
UNKNOWN = "no document knows this field"
CASE = "another case than documented"
NULL = "null where the field may only be absent"
TAKEN = [
    ("ePayment", "reference", 9520311795931189154, NUMBER),
    ("ePayment", "reference", 2**63, NUMBER),
    ("ePayment", "customer.phoneNumber", 4791234567, NUMBER),
    ("ePayment", "metadata.shelf", 71, NUMBER),
    ("ePayment", "metadata.shelf", 1.5, NUMBER),
    ("ePayment", "amount.value", "49900", TEXT),
    ("ePayment", "customer.customerInteraction", "CUSTOMER_PRESENT", UNKNOWN),
    ("ePayment", "profile.scope", None, NULL),
    ("ePayment", "customer", None, NULL),
    ("ePayment", "customerInteraction", None, NULL),
    ("ePayment", "amount.currency", "nok", CASE),
    ("Recurring", "interval.count", "2", TEXT),
    ("Recurring", "pricing.amount", "3000", TEXT),
    ("Recurring", "phoneNumber", 4791234567, NUMBER),
    ("Recurring", "scope", None, NULL),
    ("Recurring", "pricing.type", None, NULL),
    ("Recurring", "pricing.currency", None, NULL),
    ("Recurring", "pricing.type", "legacy", CASE),
    ("Recurring", "pricing.vat", 25, UNKNOWN),
    ("Checkout", "transaction.amount.value", "49900", TEXT),
    ("Checkout", "configuration.externalPaymentMethods.0.paymentMethod", "klarna", CASE),
    ("Checkout", "merchantInfo.shop", 1, UNKNOWN),
    ("Checkout", "type", "payment", CASE),
    ("eCom", "transaction.amount", "49900", TEXT),
    ("eCom", "transaction.timeStamp", "2026-01-01T12:00:00Z", UNKNOWN),
    ("eCom", "transaction.orderId", 12345678, NUMBER),
    ("PSP", "amount", "49900", TEXT),
    ("PSP", "mcc", "5411", UNKNOWN),
    ("PSP Signup", "mccCode", 5411, NUMBER),
    ("PSP Signup", "address.region", "Oslo", UNKNOWN),
    ("Partner", "annualTurnover", "100000", TEXT),
    ("Partner", "mcc", "5411", UNKNOWN),
    ("QR", "ttl", "600", TEXT),
    ("QR", "name", "Board", UNKNOWN),
    ("Webhooks", "name", "mine", UNKNOWN),
]


@pytest.mark.parametrize(("api", "place", "value", "words"), TAKEN)
def test_what_clients_send_is_taken_and_noted(shop, sandbox, api, place, value, words):
    answer = shop.order(api, place, value)

    assert answer.ok, answer.text
    assert notes(sandbox) == [f"{place}: {words}"]
    assert answer.headers["Vipps-Nb-Tolerated"] == f"{place}: {words}"


@pytest.mark.parametrize(("api", "place", "value", "words"), TAKEN)
def test_a_strict_sandbox_refuses_all_of_it_and_names_the_field(shop, sandbox, api, place, value, words):
    sandbox.settings(strictness="strict")
    assert shop.send(api, shop.orders[api][2]).ok

    answer = shop.order(api, place, value)

    assert 400 <= answer.status_code < 500
    assert "Vipps-Nb-Tolerated" not in answer.headers
    assert notes(sandbox) == []
    if api not in ("eCom", "PSP"):  # these have words of their own for some fields, and no place for a path
        assert place in answer.text
        assert words[1:] in answer.text


@for_each("value", ["", " 2", "2 ", "1e3", "1.0", "0x1", "+5", "1_000", "\u0663", 1.5, 100.0, True, [], {}])
@for_each(
    ("api", "place"),
    [
        ("ePayment", "amount.value"),
        ("Recurring", "interval.count"),
        ("Checkout", "transaction.amount.value"),
        ("eCom", "transaction.amount"),
        ("PSP", "amount"),
        ("QR", "ttl"),
    ],
)
def test_what_is_no_number_is_refused_as_ever(shop, api, place, value):
    answer = shop.order(api, place, value)

    assert answer.status_code == 400


@for_each("value", [1.5, 100.0, True, [], {}])
@for_each(("api", "place"), [("ePayment", "reference"), ("Recurring", "productName"), ("QR", "id")])
def test_what_is_no_text_is_refused_as_ever(shop, api, place, value):
    assert shop.order(api, place, value).status_code == 400


def test_all_digits_of_a_number_count(shop, merchant):
    assert shop.order("ePayment", "reference", 9520311795931189154).json()["reference"] == "9520311795931189154"
    assert shop.order("ePayment", "metadata.shelf", 0).ok
    number = shop.send("ePayment", json.dumps(PAYMENT).replace('"order-0001"', "9" * 5000))
    assert number.status_code == 400
    amount = shop.send("ePayment", json.dumps(PAYMENT).replace("49900", "9" * 5000))
    assert "a number of 5000 digits" in amount.text


def test_a_clean_request_has_no_note(shop, sandbox):
    for api, (_, _, body) in shop.orders.items():
        answer = shop.send(api, body)
        assert answer.ok, (api, answer.text)
        assert "Vipps-Nb-Tolerated" not in answer.headers
        assert notes(sandbox) == []


def test_null_is_not_kept_where_it_means_absent(shop, merchant):
    nulls = {"pricing": {"type": None, "currency": None, "amount": 3000}}

    agreement = shop.send("Recurring", DRAFT | nulls).json()["agreementId"]

    pricing = merchant.get(f"{AGREEMENTS}/{agreement}").json()["pricing"]
    assert (pricing["type"], pricing["currency"], pricing["amount"]) == ("LEGACY", "NOK", 3000)


def test_null_for_what_is_required_is_refused(shop):
    answer = shop.order("ePayment", "amount.value", None)

    assert answer.status_code == 400
    assert "Came null, expected a whole number" in answer.text


def test_a_charge_can_be_sent_back_to_its_capture_as_it_was_read(merchant, sandbox):
    agreement = merchant.post(AGREEMENTS, DRAFT).json()["agreementId"]
    sandbox.approve(agreement_id=agreement)
    charge = {"amount": 20000, "description": "January", "transactionType": "RESERVE_CAPTURE"}
    charge_id = merchant.post(
        f"{AGREEMENTS}/{agreement}/charges", charge | {"due": "2026-01-02", "retryDays": 0}
    ).json()["chargeId"]
    sandbox.advance(86_400)
    merchant.headers["Authorization"] = f"Bearer {merchant.token()}"
    read = merchant.get(f"{AGREEMENTS}/{agreement}/charges/{charge_id}").json()

    answer = merchant.post(f"{AGREEMENTS}/{agreement}/charges/{charge_id}/capture", read | {"orderId": None})

    assert answer.status_code == 204, answer.text
    assert "due: no document knows this field" in notes(sandbox)


@pytest.mark.parametrize("value", ["YES", True, 1, {"a": None}])
def test_a_field_without_a_documented_type_takes_any(shop, sandbox, value):
    answer = shop.order("Partner", "complianceData", {"course": COMPLIANCE["course"] | {"online": value}})

    assert answer.ok, answer.text
    assert notes(sandbox) == []


# Introduction, paths, bodies


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "bEARER"])
@pytest.mark.parametrize("api", ["ePayment", "Recurring", "eCom", "PSP", "QR", "Webhooks", "Partner"])
def test_the_scheme_may_be_in_any_case(shop, sandbox, api, scheme):
    introduced = shop.introduced(api)["Authorization"].replace("Bearer", scheme)
    body = shop.orders[api][2]

    assert shop.send(api, body, Authorization=introduced).ok
    assert notes(sandbox)[0].startswith(f"Authorization: scheme {scheme} in ")
    assert shop.send(api, body, Authorization=introduced.split()[1]).status_code == 401

    sandbox.settings(strictness="strict")
    assert shop.send(api, body, Authorization=introduced).status_code == 401


@pytest.mark.parametrize("between", ["  ", "   ", "\t"])
@pytest.mark.parametrize("api", ["ePayment", "Recurring", "Partner"])
def test_there_may_be_more_than_one_space_after_the_scheme(shop, sandbox, api, between):
    introduced = shop.introduced(api)["Authorization"].replace(" ", between)
    body = shop.orders[api][2]

    assert shop.send(api, body, Authorization=introduced).ok
    assert notes(sandbox) == ["Authorization: more than one space after the scheme"]

    sandbox.settings(strictness="strict")
    assert shop.send(api, body, Authorization=introduced).status_code == 401


@pytest.mark.parametrize(
    ("api", "path"),
    [
        ("eCom", "/ecomm/v2/payments/"),
        ("eCom", "/Ecomm/v2/Payments"),
        ("PSP", "/psp/v3/pspPayments/Init/"),
        ("Recurring", "/Recurring/v3/agreements"),
        ("Checkout", "/Checkout/v3/session"),
        ("QR", "/qr/v1/merchant-redirect/"),
        ("ePayment", "/EPAYMENT/V1/PAYMENTS"),
    ],
)
def test_fixed_parts_of_a_path_are_in_any_case_and_may_end_with_a_slash(shop, sandbox, api, path):
    body = shop.orders[api][2]
    assert shop.send(api, body, path=path).ok
    assert notes(sandbox)[0].startswith(f"path: {path} ")
    assert shop.send(api, body, path=f"{path.rstrip('/')}//").status_code == 404

    sandbox.settings(strictness="strict")
    refused = shop.send(api, body, path=path)
    assert refused.status_code == 404
    assert "strict" in refused.json()["message"]


def test_ids_in_a_path_are_exact(merchant):
    merchant.create("Order-0001")

    assert merchant.get("/EPAYMENT/v1/Payments/Order-0001/").status_code == 200
    assert merchant.get("/epayment/v1/payments/order-0001").status_code == 404


def test_another_spelling_is_the_same_operation(merchant, sandbox):
    """For idempotency keys, faults and the log alike."""
    first = merchant.post(PAYMENTS, PAYMENT, "one-key")
    again = merchant.post("/Epayment/v1/payments/", PAYMENT, "one-key")
    assert again.json() == first.json()

    sandbox.faults([{"path": "/epayment/*", "status": 503}])
    assert merchant.get("/Epayment/v1/payments/order-0001").status_code == 503
    assert sandbox.requests(last=1)[0]["path"] == "/Epayment/v1/payments/order-0001"


def test_a_note_tells_no_id(merchant, sandbox):
    merchant.get("/Epayment/v1/payments/4712345678")

    assert notes(sandbox) == ["path: /Epayment/v1/payments/... in another case than documented"]


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        ("[]", "application/json"),
        ("{}", "application/json"),
        ("null", "application/json"),
        ("grant_type=client_credentials", "application/x-www-form-urlencoded"),
        ("hello", "text/plain"),
        ("{", "application/json"),
    ],
)
def test_a_body_where_none_is_documented_means_nothing(shop, sandbox, merchant, data, kind):
    keys = {name: merchant.keys[name] for name in ("client_id", "client_secret")}
    asked = [
        ("POST", "/accessToken/get", keys),
        ("GET", f"{PAYMENTS}/order-0001", {}),
        ("DELETE", "/webhooks/v1/webhooks/4a8d7e2c-0000-4000-8000-000000000000", {}),
        ("GET", AGREEMENTS, {}),
    ]
    merchant.create()

    for method, path, more in asked:
        clean = merchant.http.request(method, sandbox.base_url + path, headers=merchant.headers | more)
        answer = merchant.http.request(
            method, sandbox.base_url + path, data=data, headers=merchant.headers | more | {"Content-Type": kind}
        )
        assert answer.status_code == clean.status_code
        assert notes(sandbox) == ["body where none is documented"]

    sandbox.settings(strictness="strict")
    for method, path, more in asked:
        answer = merchant.http.request(
            method, sandbox.base_url + path, data=data, headers=merchant.headers | more | {"Content-Type": kind}
        )
        assert answer.status_code == 400


@pytest.mark.parametrize("kind", ["text/json", "application/vnd.api+json", "text/JSON; charset=utf-8"])
def test_json_by_another_name_is_json(shop, sandbox, kind):
    assert shop.send("ePayment", PAYMENT, **{"Content-Type": kind}).ok
    assert notes(sandbox)[0].startswith("Content-Type: ")
    another = PAYMENT | {"reference": "order-0002"}
    assert shop.send("ePayment", another, **{"Content-Type": "application/json;charset=UTF-8"}).ok
    assert notes(sandbox) == []
    assert shop.send("ePayment", PAYMENT, **{"Content-Type": "text/plain"}).status_code == 415

    sandbox.settings(strictness="strict")
    assert shop.send("ePayment", PAYMENT, **{"Content-Type": kind}).status_code == 415


@pytest.mark.parametrize("kind", ["text/json", "application/vnd.shop+json"])
def test_what_checkout_documents_as_json_needs_no_note(shop, sandbox, kind):
    sandbox.settings(strictness="strict")

    assert shop.send("Checkout", CHECKOUT, **{"Content-Type": kind}).ok


def test_queries_follow_the_same_rules(merchant, sandbox):
    assert merchant.get(f"{AGREEMENTS}?status=active&pageSize=5&colour=red").status_code == 200
    assert notes(sandbox) == [f"query parameter colour: {UNKNOWN.replace('field', 'parameter')}", f"status: {CASE}"]
    for wrong in ("1.0", " 2", "+5", "1_0", "\u0663", ""):
        answer = merchant.get(AGREEMENTS + "?pageNumber=" + wrong)
        assert answer.status_code == 400, wrong

    sandbox.settings(strictness="strict")
    assert merchant.get(f"{AGREEMENTS}?status=active").status_code == 400
    assert merchant.get(f"{AGREEMENTS}?colour=red").status_code == 400


# Notes


def test_a_note_names_fields_and_tells_no_value(shop, sandbox):
    secret = sandbox.keys()["client_secret"]
    strange = "x\u202e\n" + "y" * 100

    answer = shop.send("ePayment", PAYMENT | {secret: 1, strange: 2, "note": secret})

    assert answer.ok
    noted = json.dumps(notes(sandbox)) + answer.headers["Vipps-Nb-Tolerated"]
    assert secret not in noted
    assert "\u202e" not in noted
    assert "y" * 60 not in noted


def test_many_notes_are_counted(shop, sandbox):
    answer = shop.send("ePayment", PAYMENT | {f"field{number}": 1 for number in range(5000)})

    assert answer.ok
    assert len(notes(sandbox)) == 21
    assert notes(sandbox)[-1] == "and 4980 more"
    assert len(answer.headers["Vipps-Nb-Tolerated"]) <= 1000


@pytest.mark.parametrize("name", [" at its beginning", "at its end ", " ", "", "\t", "\x00", "a\nb", "ø", "\u2028"])
def test_a_name_with_anything_in_it_can_be_told_in_a_header(merchant, sandbox, name):
    answer = merchant.create(**{name: 1})

    assert answer.status_code == 201
    assert answer.headers["Vipps-Nb-Tolerated"].endswith("no document knows this field")


# The setting


def test_strictness_is_set_at_the_start_and_survives_a_reset():
    with Sandbox(strictness="strict") as sandbox:
        assert sandbox.settings()["strictness"] == "strict"
        sandbox.settings(strictness="real")
        sandbox.reset()
        assert sandbox.settings()["strictness"] == "strict"
    with pytest.raises(SandboxError, match="strictness is one of real, strict, not 'lax'"):
        Sandbox(strictness="lax")


def test_the_desk_reads_to_the_letter(sandbox, http):
    for order in ({"rateLimit": True}, {"chargeLeadDays": "2"}, {"strictness": "STRICT"}):
        assert http.put(f"{sandbox.base_url}/sandbox/settings", json=order).status_code == 400
    with pytest.raises(SandboxError, match="There is no such field; did you mean rateLimits\\? The fields here are "):
        sandbox.settings(rateLimit=True)


def test_recurring_v2_says_that_it_is_not_here_and_what_is(merchant):
    answer = merchant.post("/recurring/v2/agreements", {})

    assert answer.status_code == 501
    assert "/recurring/v3" in answer.json()["detail"]
