"""Checkout API, version 2."""

from tests.sandbox.official import Official, close_objects
from tests.sandbox.official.checkout import PROBLEM, introduction


def order(reference):
    return {
        "merchantInfo": {
            "callbackPrefix": "https://example.com/vipps",
            "returnUrl": "https://example.com/done",
            "callbackAuthorizationToken": "a-token-of-the-shop",
        },
        "transaction": {
            "amount": {"value": 49900, "currency": "NOK"},
            "reference": reference,
            "paymentDescription": "Socks",
        },
        "contactFields": True,
        "addressFields": True,
    }


def populate(sandbox, merchant):
    path = "/checkout/v2/session"
    headers = introduction(sandbox, merchant, path)
    ids = []
    for reference in ("open-session-0001", "paid-session-0001"):
        answer = merchant.http.post(sandbox.base_url + path, json=order(reference), headers=headers)
        assert answer.status_code == 200, answer.text
        ids.append(answer.json()["pollingUrl"].rpartition("/")[2])
    sandbox.approve(reference=reference)
    return {"sessionId": ids}


def narrow(document):
    """What this sales unit can really be asked for; the document leaves to prose what a URL is."""
    close_objects(document)
    schemas = document["components"]["schemas"]
    merchant = schemas["PaymentMerchantInfo"]["properties"]
    for name in ("callbackPrefix", "returnUrl", "termsAndConditionsUrl"):
        merchant[name]["pattern"] = r"^https://example\.com/[a-z]{1,9}$"
    merchant["callbackAuthorizationToken"]["pattern"] = "^[a-z0-9]{4,20}$"
    amount = schemas["RequestAmount"]
    amount["required"].append("value")
    amount["properties"] = {
        "value": {"type": "integer", "minimum": 1, "maximum": 2000},
        "currency": {"type": "string", "enum": ["NOK"]},
    }
    options = schemas["Logistics"]["properties"]
    del options["dynamicOptionsCallback"], options["integrations"]
    options["fixedOptions"]["maxItems"] = 1
    asked = schemas["InitiateSessionRequest"]["properties"]
    asked["customerInteraction"]["enum"] = ["customer_present", "customer_not_present"]
    asked["userFlow"]["enum"] = ["WEB_REDIRECT", "NATIVE_REDIRECT"]
    asked["contactFields"]["enum"] = [True]


def mend(document):
    for methods in document["paths"].values():
        for operation in methods.values():
            for parameter in operation["parameters"]:
                if not parameter["name"].startswith("Vipps-System-"):
                    parameter["required"] = True


official = Official(
    name="checkout-v2",
    base="/checkout",
    shelf=("/checkout/v2/",),
    headers=introduction,
    populate=populate,
    narrow=narrow,
    mend=mend,
    broken=["Does not mark the headers with the keys as required, although no call succeeds without them."],
    also_says=[PROBLEM],
)
