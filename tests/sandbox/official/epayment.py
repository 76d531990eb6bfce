"""ePayment API."""

from tests.sandbox.official import Official, close_objects


def populate(sandbox, merchant):
    merchant.create("created-0001")
    merchant.reserved("reserved-0001", profile={"scope": "name"}, metadata={"a": "b"})
    merchant.reserved("captured-0001")
    merchant.modify("capture", 49900, "captured-0001")
    return {"Reference": ["created-0001", "reserved-0001", "captured-0001"]}


def narrow(document):
    """What this sales unit can really be asked for; the document leaves to prose what a URL or a scope is."""
    close_objects(document)
    schemas = document["components"]["schemas"]
    del schemas["Customer"]["type"]  # its three variants are objects already
    for one in ("CustomerPhoneNumber", "PersonalQrCode", "CustomerToken"):
        schemas[one]["required"] = list(schemas[one]["properties"])
    schemas["CustomerToken"]["properties"]["customerToken"]["minLength"] = 1
    schemas["Currency"]["enum"] = ["NOK"]
    schemas["Amount"]["properties"]["value"] |= {"minimum": 100, "maximum": 2000}
    schemas["PaymentMethodType"]["enum"] = ["WALLET"]
    schemas["Metadata"]["additionalProperties"] = {"type": "string", "maxLength": 500}
    schemas["OrderLine"]["required"].append("taxRate")
    schemas["OrderLine"]["properties"]["taxRate"]["nullable"] = False
    schemas["ProfileRequest"]["properties"]["scope"]["enum"] = ["name", "name phoneNumber"]
    del schemas["PaymentMethod"]["properties"]["blockedSources"]
    order = schemas["CreatePaymentRequest"]
    for special in ("expiresAt", "shipping", "cardPassthrough", "receiptUrl", "minimumUserAge"):
        del order["properties"][special]
    order["properties"]["returnUrl"]["enum"] = ["https://example.com/return", "shop://return"]
    order["required"] += ["returnUrl", "customer"]
    approval = schemas["ForceApprove"]
    del approval["properties"]["token"]
    approval["required"] = ["customer"]


def mend(document):
    content = document["components"]["responses"]["AdjustResponse"]["content"]
    content["application/json"] = content.pop("application/problem+json")


official = Official(
    name="epayment",
    base="/epayment",
    populate=populate,
    narrow=narrow,
    mend=mend,
    broken=["Declares the good answers to capture, refund and cancel as application/problem+json."],
    not_served={("POST", "/merchant-dynamic-shipping-callback"): "for the merchant to serve"},
    examples_differ={
        ("POST", "/v1/payments", "fields"): "fields put together: blocked sources are for Denmark and Finland, in NOK",
        ("POST", "/v1/payments", "required fields"): "WEB_REDIRECT needs a returnUrl, as the document's text says",
    },
)
