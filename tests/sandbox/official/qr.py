"""QR API."""

from tests.sandbox.official import Official, close_objects

PNG = {"Accept": "image/png"}


def populate(sandbox, merchant):
    for name in ("billboard-1", "billboard-2"):
        body = {"id": name, "redirectUrl": "https://example.com/here", "ttl": 600}
        assert merchant.post("/qr/v1/merchant-redirect", body, **PNG).status_code == 200
    for name in ("till-1", "till-2"):
        body = {"locationDescription": f"At {name}"}
        assert merchant.put(f"/qr/v1/merchant-callback/{name}", body).status_code == 200
    return {"id": ["billboard-1", "billboard-2"], "merchantQrId": ["till-1", "till-2"], "beaconId": ["1234567890"]}


def narrow(document):
    """Null is no id."""
    close_objects(document)
    schemas = document["components"]["schemas"]
    for field in ("id", "redirectUrl"):
        schemas["MerchantRedirectQrRequest"]["properties"][field]["nullable"] = False
    for name in ("QrExchangeRequest", "CustomerExchangeRequest"):
        schemas[name]["properties"]["requestedData"]["minItems"] = 1


def mend(document):
    for path in ("/v1/merchant-redirect", "/v1/merchant-redirect/{id}"):
        responses = document["paths"][path]["get"]["responses"]
        responses["400"] = {"$ref": "#/components/responses/400BadRequest"}


official = Official(
    name="qr",
    base="/qr",
    populate=populate,
    narrow=narrow,
    mend=mend,
    broken=["Declares no 400 where a redirect is read, although the header Accept is required there."],
    hopeless={
        ("POST", "/v1"): "only landing pages of this very world can be made into a code",
        ("POST", "/v1/exchange"): "only what a customer has shown can be exchanged",
        ("POST", "/v1/exchange/customer"): "only the token of a check-in can be exchanged",
    },
    examples_differ={
        ("POST", "/v1", "fields"): "the landing page is one of another environment",
        ("POST", "/v1/exchange", "Simple example"): "no customer of this sandbox shows that code",
        ("POST", "/v1/exchange", "Example 1"): "no customer of this sandbox shows that code",
        ("POST", "/v1/exchange/customer", "Simple example"): "no customer of this sandbox left that token",
        ("POST", "/v1/exchange/customer", "fields"): "the token itself has no example",
    },
)
