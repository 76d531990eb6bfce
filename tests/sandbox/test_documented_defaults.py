"""A field to which an official document gives a default may be left out, also where the document requires it."""

import copy
import inspect

import pytest
from pydantic import TypeAdapter

from tests.sandbox.official import SPECS, checkout, documents, needs_documents
from tests.sandbox.official.psp_signup import MERCHANT
from tests.sandbox.recurring_shop import DRAFT
from tests.sandbox.test_leniency import ECOM, HOME, PARTNER, PAYMENT, PSP, SUBSCRIPTION, changed
from tests.sandbox.test_leniency import shop as shop  # noqa: PLC0414 - a fixture
from vipps_nb.sandbox.apis import APIS
from vipps_nb.sandbox.server.leniency import Leniency
from vipps_nb.sandbox.server.shapes import relaxed

pytestmark = needs_documents
ADDRESS = MERCHANT["address"]
LINE = {
    "name": "Socks",
    "id": "1",
    "totalAmount": 1,
    "totalAmountExcludingTax": 1,
    "totalTaxAmount": 0,
    "taxRate": 0,
    "unitInfo": {"unitPrice": 1, "quantity": "1", "quantityUnit": "PCS"},
}
RECEIPT = {"orderLines": [LINE], "bottomLine": {"currency": "NOK"}}
CAMPAIGNS = (
    {"type": "EVENT_CAMPAIGN", "price": 1, "eventDate": "2026-03-01T00:00:00Z", "eventText": "until spring"},
    {"type": "PERIOD_CAMPAIGN", "price": 1, "period": {"unit": "WEEK", "count": 4}},
    {"type": "PRICE_CAMPAIGN", "price": 1, "end": "2026-03-01T00:00:00Z"},
)
CARRIERS = ("POSTEN", "BRING", "POSTNORD", "PORTERBUDDY", "HELTHJEM", "POSTI", "GLS", "DAO", "OTHER")
SESSION = checkout.order("session-0001")
SUBSCRIBED = SESSION | {"type": "SUBSCRIPTION", "subscription": SUBSCRIPTION}
COMPLIANCE = {
    "giftCard": {"isSalesPercentageLessThanTen": False},
    "donation": {"acceptsDonation": False},
    "course": {"turnoverShare": "1", "timeBeforeOrder": "1", "period": "1", "isOnlineCourseOffered": False},
}
CARD = {
    "pspReference": "1",
    "cardCallbackUrl": "https://example.com/card",
    "allowedCardTypes": ["DANKORT"],
    "preferVisaPartOfVisaDankort": False,
}
GOOD = {
    "ePayment": [
        PAYMENT
        | {
            "customerInteraction": "CUSTOMER_NOT_PRESENT",
            "qrFormat": {"format": "IMAGE/SVG+XML"},
            "receipt": RECEIPT,
            "cardPassthrough": CARD,
        }
    ],
    "Recurring": [DRAFT | {"isApp": False, "skipLandingPage": False}],
    "Checkout": [
        SESSION,
        SUBSCRIBED,
        *(SESSION | {"logistics": {"fixedOptions": [HOME | {"brand": carrier}]}} for carrier in CARRIERS),
        *(SUBSCRIBED | {"subscription": SUBSCRIPTION | {"campaign": campaign}} for campaign in CAMPAIGNS),
    ],
    "eCom": [
        {
            "customerInfo": {},
            "merchantInfo": ECOM["merchantInfo"]
            | {"merchantSerialNumber": "952031", "isApp": False, "paymentType": "eComm Regular Payment"},
            "transaction": ECOM["transaction"] | {"skipLandingPage": False, "useExplicitCheckoutFlow": False},
        }
    ],
    "PSP": [PSP | {"isApp": False, "skipLandingPage": False}],
    "PSP Signup": [MERCHANT],
    "Partner": [PARTNER | {"productUseCase": "Website", "complianceData": COMPLIANCE}],
}
OTHERS = {
    ("PUT", "/ecomm/v2/payments/{orderId}/cancel"): {
        "merchantInfo": {"merchantSerialNumber": "952031"},
        "transaction": {"transactionText": "No socks"},
        "shouldReleaseRemainingFunds": False,
    },
    ("PATCH", "/checkout/v3/session/{reference}"): [
        {"logisticOptions": [HOME | {"brand": carrier}]} for carrier in CARRIERS
    ]
    + [{"transaction": SESSION["transaction"]}],
    ("POST", "/management/v1/product-orders"): {
        "businessIdentifier": {"scheme": "business:NO:ORG", "id": "987654321"},
        "productType": "CHECKOUT",
        "hasRecurring": False,
    },
    ("PATCH", "/merchant-management/psp/v1/merchants/{merchantSerialNumber}"): {"address": ADDRESS},
    ("POST", "/psp/v3/psppayments/updatestatus"): {
        "transactions": [
            {
                "pspTransactionId": "1",
                "status": "CAPTURED",
                "amount": 100,
                "currency": "NOK",
                "operationStatus": "SUCCESS",
            }
        ]
    },
    ("POST", "/qr/v1/exchange"): {"qrCode": "1", "requestedData": ["MSISDN"]},
    ("POST", "/qr/v1/exchange/customer"): {"customer": {"customerToken": "1"}, "requestedData": ["MSISDN"]},
    ("PATCH", "/recurring/v3/agreements/{agreementId}"): {
        "interval": {"type": "RECURRING", "period": {"unit": "DAY", "count": 1}}
    },
    ("POST", "/recurring/v3/agreements/{agreementId}/charges"): {
        "type": "RECURRING",
        "amount": 100,
        "description": "January",
        "transactionType": "DIRECT_CAPTURE",
    },
    ("POST", "/order-management/v2/{paymentType}/receipts/{orderId}"): RECEIPT,
    ("POST", "/order-management/v1/receipts/{transactionId}"): RECEIPT,
}
NO_WORD = {"brand": "OTHER"}
"""What counts where each of several variants has its own word for a default, and nothing else tells them apart."""


def defaults(official):
    """Every field with a default in a request body: method, path, where it is, the default, and whether required."""
    document = official.load()

    def whole(schema):
        while "$ref" in schema:
            target = document
            for part in schema["$ref"].split("/")[1:]:
                target = target[part]
            schema = {**target, **{name: value for name, value in schema.items() if name != "$ref"}}
        return schema

    def walk(schema, way):
        schema = whole(schema)
        for kind in ("oneOf", "anyOf", "allOf"):
            for part in schema.get(kind, ()):
                yield from walk(part, way)
        for name, inner in schema.get("properties", {}).items():
            if "default" in whole(inner):
                yield (*way, name), whole(inner)["default"], name in schema.get("required", ())
            yield from walk(inner, (*way, name))
        if "items" in schema:
            yield from walk(schema["items"], (*way, 0))

    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            content = whole(operation.get("requestBody", {})).get("content", {}) if isinstance(operation, dict) else {}
            for media_type in list(content.values())[:1]:
                for found in walk(media_type.get("schema", {}), ()):
                    yield method.upper(), official.base + path, *found


FOUND = [found for one in (documents() if SPECS.is_dir() else ()) for found in defaults(one)]
FOUND = list({repr(found): found for found in FOUND}.values())


def annotation(method, path):
    """The type of an operation's body."""
    for page in (page for pages in APIS for page in pages.read()):
        for route in page.router.routes:
            if method in route.methods and route.path == path:
                (body,) = route.dependant.body_params
                return inspect.signature(route.endpoint, eval_str=True).parameters[body.name].annotation
    return None


def at(body, way):
    try:
        for part in way:
            body = body[part]
    except (KeyError, IndexError, TypeError):
        return None
    return body


def without(body, way):
    body = copy.deepcopy(body)
    del at(body, way[:-1])[way[-1]]
    return body


def good_bodies(shop, method, path):
    for api, bodies in GOOD.items():
        if shop.orders[api][:2] == (method, path):
            return api, bodies
    bodies = OTHERS.get((method, path), [])
    return None, bodies if isinstance(bodies, list) else [bodies]


def test_the_documents_have_many_defaults():
    assert len(FOUND) > 40


# What merchants are asked for, or the sandbox says itself, is not asked of the sandbox.
ASKED = [one for one in FOUND if annotation(*one[:2]) is not None]


@pytest.mark.parametrize("found", ASKED, ids=lambda found: f"{found[0]} {found[1]} {'.'.join(map(str, found[2]))}")
def test_what_has_a_default_may_be_absent_and_then_the_default_counts(shop, sandbox, found):
    method, path, way, default, required = found
    kind = annotation(method, path)
    if way == ("address", "country"):
        default = "NO"  # without quotes, YAML reads it as false
    api, bodies = good_bodies(shop, method, path)
    fitting = [body for body in bodies if at(body, way) == default]
    assert fitting, f"Write a good body with {way} for {method} {path}."

    for body in fitting:
        validated = TypeAdapter(kind).validate_python(relaxed(kind)(without(body, way), "", Leniency()))
        shown = TypeAdapter(kind).dump_python(validated, mode="json", by_alias=True)
        assert at(shown, way) == NO_WORD.get(way[-1], default)

    if api is not None and "cardPassthrough" not in way:
        body = changed(fitting[0], "cardPassthrough", None) if api == "ePayment" else fitting[0]
        if api == "eCom":
            body = changed(body, "merchantInfo.merchantSerialNumber", shop.merchant.keys["merchant_serial_number"])
        if api == "ePayment":
            del body["cardPassthrough"]
            if "qrFormat" in way:
                body["userFlow"] = "QR"
            else:
                del body["qrFormat"]
        answer = shop.send(api, without(body, way))
        assert answer.ok, answer.text
        if required:
            sandbox.settings(strictness="strict")
            assert 400 <= shop.send(api, without(body, way)).status_code < 500
