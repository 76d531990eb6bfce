"""Management API."""

from tests.sandbox.conftest import Merchant
from tests.sandbox.official import Official, close_objects


def headers(sandbox, merchant, path):
    """A partner's; they see and may do the most."""
    return partner(sandbox, merchant).headers


def partner(sandbox, merchant):
    found = Merchant(sandbox.base_url, sandbox.keys("partner"), merchant.http)
    del found.headers["Merchant-Serial-Number"]
    return found


def populate(sandbox, merchant):
    asking = partner(sandbox, merchant)
    msns = [unit["msn"] for unit in asking.get("/management/v1/sales-units").json()]
    details = asking.get(f"/management/v1/sales-units/{msns[0]}").json()
    owner = details["businessIdentifier"]
    body = {"businessIdentifier": owner, "productType": "CHECKOUT", "salesUnitName": "The shop next door"}
    orders = [
        asking.post("/management/v1/product-orders", body).json()["prefilledOrderId"] for _ in range(AFRESH_ENOUGH)
    ]
    for step in ("submit", "complete"):
        sandbox.product_order(orders[0], step)
    return {
        "msn": msns,
        "scheme": [owner["scheme"]],
        "id": [owner["id"]],
        "productOrderId": orders[1:],
    }


AFRESH_ENOUGH = 12  # each may be deleted once


def narrow(document):
    """What the prose says of texts, and the price packages, which are looked up and not made up."""
    close_objects(document)
    properties = document["components"]["schemas"]["ProductOrderRequest"]["properties"]
    del properties["pricePackageId"]
    properties["merchantCategoryCode"] = {"enum": ["5942", None]}
    properties["salesUnitName"] = {"enum": ["The shop", "Café (2)", None]}
    properties["salesUnitLogo"] = {"enum": ["VGhlIGltYWdl", None]}
    properties["app"] = {"enum": [{"appName": "The app"}, None]}
    address = {"enum": ["https://example.com", "https://example.com/terms"]}
    website = properties["website"]["properties"]
    website |= dict.fromkeys(("url", "termsUrl", "testWebsiteUrl"), address)
    properties["website"]["additionalProperties"] = False


def mend(document):
    del document["components"]["schemas"]["ProductOrderRequest"]["properties"]["salesUnitName"]["pattern"]


official = Official(
    name="management",
    shelf=("/management/",),
    headers=headers,
    populate=populate,
    narrow=narrow,
    mend=mend,
    broken=["Has a pattern with \\p, which the generator's regular expressions do not know."],
    examples_differ={("POST", "/management/v1/product-orders", "fields"): "the price package is another partner's"},
)
