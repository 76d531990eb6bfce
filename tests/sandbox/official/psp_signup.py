"""PSP Signup API."""

import base64
import struct

from tests.sandbox.official import Official, close_objects


def png(width, height):
    """As much of a PNG as anybody looks at."""
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height)).decode()


MERCHANT = {
    "organizationNumber": "123456789",
    "name": "Example",
    "mccCode": "5411",
    "logo": png(100, 100),
    "address": {"addressLine1": "Storgata 1", "city": "Oslo", "postCode": "0155", "country": "NO"},
    "companyName": "Example AS",
    "companyEmail": "user@example.com",
}
PATH = "/merchant-management/psp/v1/merchants"


def populate(sandbox, merchant):
    return {"merchantSerialNumber": [merchant.post(PATH, MERCHANT).json()["merchantSerialNumber"] for _ in range(3)]}


def narrow(document):
    """What its prose says of logos and organisation numbers."""
    close_objects(document)
    for one in ("CreateMerchantRequest", "UpdateMerchantRequest"):
        properties = document["components"]["schemas"][one]["properties"]
        properties["logo"]["enum"] = [MERCHANT["logo"]]
        properties["email"] = properties["website"] = {"enum": ["user@example.com"]}
        properties["companyEmail"] = {"enum": ["user@example.com"]}
    document["components"]["schemas"]["Address"]["properties"]["country"]["enum"] = ["NO", "SE"]
    document["components"]["schemas"]["Address"]["properties"]["postCode"]["pattern"] = "^[A-Za-z0-9 ]{1,10}$"
    order = document["components"]["schemas"]["CreateMerchantRequest"]
    order["properties"]["organizationNumber"]["enum"] = ["123456789"]
    order["properties"]["mccCode"]["enum"] = ["5411"]
    change = document["components"]["schemas"]["UpdateMerchantRequest"]
    del change["properties"]["companyEmail"]
    change["properties"]["mccCode"]["enum"] = ["5411"]
    change["minProperties"] = 1


def mend(document):
    for methods in document["paths"].values():
        for operation in methods.values():
            operation["responses"] = {str(status): answer for status, answer in operation["responses"].items()}
    for moment in ("createdAt", "updatedAt"):
        del document["components"]["schemas"]["Merchant"]["properties"][moment]["example"]


official = Official(
    name="psp-signup",
    shelf=["/merchant-management/"],
    populate=populate,
    narrow=narrow,
    mend=mend,
    broken=["Writes the statuses of its answers as numbers.", "Gives examples of text that YAML reads as moments."],
    examples_differ={
        ("POST", "/merchant-management/psp/v1/merchants", "fields"): "the logo is cut short, and was no picture",
        (
            "POST",
            "/merchant-management/psp/v1/merchants",
            "required fields",
        ): "the logo is cut short, and was no picture",
        ("PATCH", "/merchant-management/psp/v1/merchants/{merchantSerialNumber}", "fields"): "the logo is no picture",
    },
)
