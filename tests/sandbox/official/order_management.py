"""Order Management API."""

import base64
import struct
import zlib

from tests.sandbox.official import Official, close_objects

UNREFUSING = [
    ("put", "/v1/orders/{transactionId}"),
    ("get", "/v1/orders/{transactionId}"),
    ("post", "/v1/images"),
    ("get", "/v1/receipts/{transactionId}"),
]


def png(width=200, height=200):
    """A grey picture."""
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"".join(b"\x00" + b"\x80" * width for _ in range(height)))),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


IMAGE = {"imageId": "socks-orange-123", "src": base64.b64encode(png()).decode(), "type": "base64"}
CATEGORY = {"category": "GENERAL", "orderDetailsUrl": "https://example.com", "imageId": "socks-orange-123"}
LINE = {
    "name": "socks",
    "id": "line_item_1",
    "totalAmount": 1000,
    "totalAmountExcludingTax": 800,
    "totalTaxAmount": 200,
    "taxRate": 2500,
}
RECEIPT = {"orderLines": [LINE], "bottomLine": {"currency": "NOK"}}


def populate(sandbox, merchant):
    base = "/order-management"
    assert merchant.post(f"{base}/v1/images", IMAGE).status_code == 200
    assert merchant.post(f"{base}/v2/ecom/receipts/written", RECEIPT).status_code == 201
    assert merchant.put(f"{base}/v2/ecom/categories/written", CATEGORY).status_code == 200
    ids = []
    for order in ("first", "second", "third"):
        body = {"orderId": order, "paymentType": "ECOM", "type": "TICKET", "url": "https://example.com"}
        ids.append(merchant.post(f"{base}/v3/categories", body).json()["categoryId"])
    orders = ["written", "new-1", "new-2", "new-3", "new-4"]
    return {"orderId": orders, "transactionId": orders, "paymentType": ["ecom"], "categoryId": ids}


def narrow(document):
    """Sums that add up, links that are links, a picture that is one."""
    close_objects(document)
    schemas = document["components"]["schemas"]
    for name in ("CategoryEnum", "CurrencyEnum"):
        del schemas[name]["nullable"]
    schemas["Order"]["properties"]["orderDetailsUrl"] = {"enum": ["https://example.com", "http://example.com/a?b#c"]}
    schemas["AddCategoryRequest"]["properties"]["url"] = {"enum": ["https://example.com"]}
    for name in ("Order", "AddCategoryRequest"):
        schemas[name]["properties"]["imageId"] = {"enum": [IMAGE["imageId"]]}
    schemas["AddCategoryRequest"]["properties"]["orderId"] = {"type": "string", "pattern": r"^[0-9A-Za-z_\.-]+$"}
    schemas["Image"]["properties"] |= {
        "src": {"enum": [IMAGE["src"]]},
        "imageId": {"type": "string", "pattern": "^[a-z]{8}$"},
    }
    line = schemas["OrderLine"]
    for field in ("totalAmount", "totalAmountExcludingTax", "totalTaxAmount", "taxRate"):
        line["properties"][field] = {"enum": [LINE[field]]}
    line["properties"].pop("taxPercentage")
    line["required"].append("taxRate")
    bottom = schemas["BottomLine"]["properties"]
    for deprecated in ("totalAmount", "totalTax", "totalDiscount", "paymentSources"):
        del bottom[deprecated]


def mend(document):
    problem = {"$ref": "#/components/responses/400BadRequest"}
    for method, path in UNREFUSING:
        responses = document["paths"][path][method]["responses"]
        responses |= dict.fromkeys(("400", "404", "409"), problem)
    document["paths"]["/v1/receipts/{transactionId}"]["post"]["responses"]["409"] = problem
    # As the one in bodies, which a regular expression's reader takes for a range.
    document["components"]["parameters"]["Order-Id"]["schema"]["pattern"] = r"^[0-9A-Za-z_\.-]+$"
    for schema in document["components"]["schemas"].values():
        for field in [schema, *schema.get("properties", {}).values()]:
            if field.get("pattern") == r"^[0-9A-Za-z-_\.]+$":
                field["pattern"] = r"^[0-9A-Za-z_\.-]+$"


def pictures(sandbox, merchant, examples):
    """The pictures that examples show; the document's own are none."""
    for name in {one.body["imageId"] for one in examples if "imageId" in one.body}:
        merchant.post("/order-management/v1/images", IMAGE | {"imageId": name})


official = Official(
    name="order-management",
    base="/order-management",
    populate=populate,
    narrow=narrow,
    mend=mend,
    broken=[
        "Declares no refusal for version 1 and for images.",
        "Has the pattern [0-9A-Za-z-_], whose hyphen some take for a range.",
    ],
    before_examples=pictures,
    examples_differ={
        ("POST", "/v1/images", "Example 1"): "the Base64 is of a sentence, not of a picture",
        **{
            ("POST", path, name): "fields put together, whose sums are of different purchases"
            for path in ("/v2/{paymentType}/receipts/{orderId}", "/v1/receipts/{transactionId}")
            for name in ("fields", "required fields")
        },
    },
)
