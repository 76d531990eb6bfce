"""eCom API."""

from uuid import uuid4

from tests.sandbox.official import Official, close_objects
from vipps_nb.sandbox.world.sales_unit import KeyStore

MSN = next(iter(KeyStore(seed=1, sales_units=1).units))  # of the tests' sandbox: it stands in the bodies too


def initiate(merchant, order_id):
    msn = merchant.headers["Merchant-Serial-Number"]
    order = {
        "customerInfo": {"mobileNumber": "12345678"},
        "merchantInfo": {
            "merchantSerialNumber": msn,
            "callbackPrefix": "https://example.com/callbacks",
            "fallBack": "https://example.com/return",
        },
        "transaction": {"amount": 49900, "orderId": order_id, "transactionText": "Socks"},
    }
    assert merchant.post("/ecomm/v2/payments", order).status_code == 200


def populate(sandbox, merchant):
    """One payment that waits, one that is reserved, and two that are captured, in part and in whole."""
    orders = ["created-1", "reserved-1", "captured-1", "captured-2"]
    for order_id in orders:
        initiate(merchant, order_id)
    for order_id in orders[1:]:
        sandbox.approve(reference=order_id)
    for order_id, amount in (("captured-1", 40000), ("captured-2", 49900)):
        body = {
            "merchantInfo": {"merchantSerialNumber": merchant.headers["Merchant-Serial-Number"]},
            "transaction": {"amount": amount, "transactionText": "Sent"},
        }
        headers = {"X-Request-Id": order_id}
        assert merchant.post(f"/ecomm/v2/payments/{order_id}/capture", body, **headers).status_code == 200
    return {"orderId": orders}


def narrow(document):
    """What this sales unit can really be asked for; the document leaves to prose what a URL or a scope is."""
    close_objects(document)
    schemas = document["components"]["schemas"]
    for one in ("MerchantInfo", "MerchantInfoPayment"):
        schemas[one]["properties"]["merchantSerialNumber"] = {"type": "string", "enum": [MSN]}
    merchant = schemas["MerchantInfo"]["properties"]
    for prefix in ("callbackPrefix", "consentRemovalPrefix", "shippingDetailsPrefix"):
        merchant[prefix]["enum"] = ["https://example.com/vipps"]
    merchant["fallBack"]["enum"] = ["https://example.com/return", "shop://return"]
    merchant["paymentType"]["enum"] = ["eComm Regular Payment"]
    order = schemas["TransactionInfoInitiate"]["properties"]
    order["scope"]["enum"] = ["name", "name phoneNumber"]
    order["skipLandingPage"]["enum"] = [False]
    schemas["CustomerInfo"]["properties"]["mobileNumber"]["enum"] = ["12345678", "91234567"]
    schemas["Transaction"]["properties"]["amount"]["maximum"] = 2000
    schemas["PaymentActionsRequest"]["required"] = ["merchantInfo", "transaction"]
    del schemas["ForceApproveRequest"]["properties"]["token"]
    schemas["ForceApproveRequest"]["properties"]["customerPhoneNumber"]["enum"] = ["12345678"]


def mend(document):
    for path, item in list(document["paths"].items()):
        if "$ref" in item:
            del document["paths"][path]


official = Official(
    name="ecom",
    shelf=["/ecomm/"],
    headers=lambda sandbox, merchant, path: merchant.headers | {"X-Request-Id": uuid4().hex},
    populate=populate,
    narrow=narrow,
    mend=mend,
    broken=["Refers to a file of its own for three endpoints that are the merchant's to serve."],
    shop_of_examples=155863,
    examples_differ={
        (
            "POST",
            "/ecomm/v2/integration-test/payments/{orderId}/approve",
            "fields",
        ): "the token of a link is drawn at random"
    },
)
