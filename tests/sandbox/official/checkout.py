"""Checkout API, version 3."""

from tests.sandbox.official import Official, close_objects

SYSTEM = {
    "Vipps-System-Name": "tests",
    "Vipps-System-Version": "1.0",
    "Vipps-System-Plugin-Name": "none",
    "Vipps-System-Plugin-Version": "0",
}
REFERENCES = ["open-session-0001", "open-session-0002", "open-session-0003"]
PATH = "/checkout/v3/session"


def introduction(sandbox, merchant, path):
    """There is no token: the keys travel themselves."""
    keys = merchant.keys
    return SYSTEM | {
        "client_id": keys["client_id"],
        "client_secret": keys["client_secret"],
        "Ocp-Apim-Subscription-Key": keys["subscription_key"],
        "Merchant-Serial-Number": keys["merchant_serial_number"],
    }


def order(reference):
    return {
        "type": "PAYMENT",
        "reference": reference,
        "merchantInfo": {
            "callbackUrl": "https://example.com/callback",
            "returnUrl": "https://example.com/done",
            "callbackAuthorizationToken": "a-token-of-the-shop",
        },
        "transaction": {"amount": {"value": 49900, "currency": "NOK"}, "paymentDescription": "Socks"},
    }


def populate(sandbox, merchant):
    """Open sessions to act on; the one that is paid is only read, and comes last."""
    headers = introduction(sandbox, merchant, PATH)
    references = [*REFERENCES, "paid-session-0001"]
    for reference in references:
        answer = merchant.http.post(sandbox.base_url + PATH, json=order(reference), headers=headers)
        assert answer.status_code == 200, answer.text
    sandbox.approve(reference=references[-1])
    return {"reference": references}


def flatten(document):
    """Closed objects cannot be put together with `allOf`; so they are one object each."""
    schemas = document["components"]["schemas"]
    for schema in schemas.values():
        for part in schema.pop("allOf", []):
            base = schemas[part["$ref"].rpartition("/")[2]]
            schema.setdefault("properties", {}).update(base.get("properties", {}))
            schema["required"] = sorted({*schema.get("required", []), *base.get("required", [])})


def narrow(document):
    """What this sales unit can really be asked for; the document leaves to prose what a URL or a reference is."""
    flatten(document)
    close_objects(document)
    schemas = document["components"]["schemas"]
    for schema in schemas.values():
        for name, field in schema.get("properties", {}).items():
            if name.lower().endswith(("url", "callback")):
                field["pattern"] = r"^https://example\.com/[a-z]{1,9}$"
            if "pattern" in field and field["pattern"].isupper():
                field["enum"] = [field.pop("pattern")]
            if name == "currency":
                field.clear()
                field |= {"type": "string", "enum": ["NOK"]}
    schemas["Amount"]["properties"]["value"] |= {"minimum": 1, "maximum": 2000}
    schemas["MerchantInfo"]["properties"]["callbackAuthorizationToken"]["pattern"] = "^[a-z0-9]{4,20}$"
    schemas["Countries"]["properties"]["supported"]["items"]["enum"] = ["NO", "SE"]
    for day in ("earliest", "latest"):
        schemas["LeadTime"]["properties"][day]["pattern"] = r"^2026-01-[0-2][1-9]$"
    slot = schemas["Timeslot"]["properties"]
    slot["date"]["pattern"] = r"^2026-01-[0-2][1-9]$"
    slot["start"]["pattern"] = slot["end"]["pattern"] = "^1[0-9]:30$"
    schemas["OrderUnitInfo"]["properties"]["quantity"]["pattern"] = r"^[0-9]{1,4}$"
    for amount in ("tipAmount", "giftCardAmount"):
        schemas["OrderBottomLine"]["properties"][amount]["minimum"] = 0
    del schemas["PaymentTransaction"]["properties"]["reference"]
    for kind in ("InitiatePaymentSessionRequest", "InitiateSubscriptionSessionRequest"):
        schemas[kind]["properties"]["reference"] = {"type": "string", "pattern": "^[a-zA-Z0-9-]{8,64}$"}
        schemas[kind]["required"].append("reference")
    options = schemas["Logistics"]["properties"]
    del options["dynamicOptionsCallback"], options["integrations"]
    for many in (options["fixedOptions"], schemas["UpdateSessionRequest"]["properties"]["logisticOptions"]):
        many["maxItems"] = 1


PROBLEM = {
    "type": "object",
    "required": ["errorCode", "errors"],
    "properties": {
        "errorCode": {"type": "string"},
        "errors": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
    },
}
official = Official(
    name="checkout",
    shelf=("/checkout/v3/",),
    headers=introduction,
    populate=populate,
    narrow=narrow,
    also_says=[PROBLEM],
)
