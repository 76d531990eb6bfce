"""Order Management API: pictures, categories and receipts, and sums that must be right."""

import base64
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sandbox.official.order_management import CATEGORY, IMAGE, LINE, RECEIPT, png
from vipps_nb.sandbox.apis.order_management import sums
from vipps_nb.sandbox.server.problems import InvalidRequest
from vipps_nb.sandbox.world.receipts import Receipt

BASE = "/order-management"
IMAGES = f"{BASE}/v1/images"
RECEIPT_OF = f"{BASE}/v2/ecom/receipts/order-0001"
CATEGORY_OF = f"{BASE}/v2/ecom/categories/order-0001"
ORDER = f"{BASE}/v2/ecom/order-0001"
CATEGORIES = f"{BASE}/v3/categories"
TICKET = {"orderId": "order-0001", "paymentType": "ECOM", "type": "TICKET", "url": "https://example.com/ticket"}
LINK = {"category": "GENERAL", "orderDetailsUrl": "https://example.com"}


def jpeg(width, height):
    """The beginning of a picture, as a camera writes it: a comment comes before the size."""
    comment = b"\xff\xfe" + struct.pack(">H", 7) + b"hello"
    frame = b"\xff\xff\xc0" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\x00"
    return b"\xff\xd8" + comment + frame + b"\xff\xd9"


def image(content, name="picture"):
    src = content if isinstance(content, str) else base64.b64encode(content).decode()
    return {"imageId": name, "src": src, "type": "base64"}


def receipt(*changes, **bottom):
    """A receipt with one line for each change."""
    lines = [LINE | {"id": f"line_{number}"} | change for number, change in enumerate(changes or [{}])]
    lines = [{name: value for name, value in line.items() if value is not None} for line in lines]
    return {"orderLines": lines, "bottomLine": {"currency": "NOK"} | bottom}


def params(answer):
    """The names of the fields that were refused."""
    assert answer.status_code == 400, answer.text
    problem = answer.json()
    assert {"title", "detail", "instance"} <= set(problem)
    return [item["name"] for item in problem.get("invalidParams", [])]


# Images


@pytest.mark.parametrize("content", [png(167, 167), png(900, 200), jpeg(167, 400)], ids=["png", "wide png", "jpeg"])
def test_a_picture_is_kept(merchant, content):
    answer = merchant.post(IMAGES, image(content))

    assert (answer.status_code, answer.json()) == (200, {"imageId": "picture"})
    assert merchant.put(CATEGORY_OF, LINK | {"imageId": "picture"}).status_code == 200


@pytest.mark.parametrize(
    "content",
    [
        png(400, 0),
        jpeg(400, 400)[:-12],
        b"GIF89a" + bytes(100),
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff",
        b"",
        "https://example.com/socks.png",
        "data:image/png;base64," + IMAGE["src"],
        IMAGE["src"][:-1],
    ],
    ids=[
        "png of no height", "cut jpeg", "gif", "only a signature", "only a beginning", "nothing", "url", "data url",
        "broken Base64",
    ],
)  # fmt: skip
def test_what_is_no_picture_is_refused(merchant, content):
    assert params(merchant.post(IMAGES, image(content))) == ["src"]


@pytest.mark.parametrize("content", [png(1, 167), jpeg(166, 400)], ids=["png", "jpeg"])
def test_a_narrow_picture_is_as_good_as_any(merchant, sandbox, content):
    assert merchant.post(IMAGES, image(content)).status_code == 200
    assert "tolerated" not in sandbox.requests()[-1]


@pytest.mark.parametrize(
    ("content", "note"),
    [
        (png(400, 166), "src: 166 pixels high where 167 are documented"),
        (jpeg(400, 1), "src: 1 pixels high where 167 are documented"),
        (png() + bytes(2 << 20), "src: a file larger than the documented 2 MB"),
        (base64.encodebytes(png()).decode(), "src: blank space in Base64"),
    ],
    ids=["flat png", "flat jpeg", "over 2 MB", "in lines"],
)
def test_a_picture_of_another_size_than_documented_is_taken_and_noted(merchant, sandbox, content, note):
    assert merchant.post(IMAGES, image(content)).status_code == 200
    assert note in sandbox.requests()[-1]["tolerated"]

    sandbox.settings(strictness="strict")
    assert params(merchant.post(IMAGES, image(content, "another"))) == ["src"]


@pytest.mark.parametrize(("change", "field"), [({"imageId": "a b"}, "imageId"), ({"type": "url"}, "type")])
def test_a_bad_image_is_refused(merchant, change, field):
    assert params(merchant.post(IMAGES, IMAGE | change)) == [field]


def test_an_image_is_written_once(merchant, other_merchant):
    merchant.post(IMAGES, IMAGE)

    assert merchant.post(IMAGES, IMAGE).status_code == 409
    assert other_merchant.put(CATEGORY_OF, CATEGORY).status_code == 400
    assert other_merchant.post(IMAGES, IMAGE).status_code == 200


# Categories


def test_a_category_overwrites_the_one_before(merchant):
    first = merchant.put(CATEGORY_OF, LINK)
    second = merchant.put(CATEGORY_OF, LINK | {"category": "TICKET"})

    assert first.status_code == second.status_code == 200
    assert first.json() == second.json()
    assert merchant.get(ORDER).json() == {"category": LINK | {"category": "TICKET"}}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"category": "PARTY"}, "category"),
        ({"orderDetailsUrl": "example.com"}, "orderDetailsUrl"),
        ({"orderDetailsUrl": "javascript:alert(1)"}, "orderDetailsUrl"),
        ({"imageId": "unknown"}, "imageId"),
    ],
)
def test_a_bad_category_is_refused(merchant, change, field):
    assert params(merchant.put(CATEGORY_OF, LINK | change)) == [field]


def test_version_3_adds_reads_and_deletes(merchant):
    merchant.post(IMAGES, IMAGE)
    created = merchant.post(CATEGORIES, TICKET | {"imageId": IMAGE["imageId"]})
    ticket = created.json()["categoryId"]
    delivery = merchant.post(CATEGORIES, TICKET | {"type": "DELIVERY"}).json()["categoryId"]
    merchant.post(CATEGORIES, TICKET | {"orderId": "other", "paymentType": "recurring"})

    assert created.status_code == 201
    one = merchant.get(f"{CATEGORIES}/{ticket}").json()
    assert one == TICKET | {"categoryId": ticket, "imageId": IMAGE["imageId"]}
    listed = merchant.get(f"{CATEGORIES}?orderId=order-0001").json()["categories"]
    assert [item["categoryId"] for item in listed] == [ticket, delivery]
    assert len(merchant.get(CATEGORIES).json()["categories"]) == 3
    assert merchant.delete(f"{CATEGORIES}/{ticket}").status_code == 200
    assert merchant.get(f"{CATEGORIES}/{ticket}").status_code == 404
    assert merchant.delete(f"{CATEGORIES}/{ticket}").status_code == 404


def test_the_customer_sees_the_latest_category(merchant):
    merchant.post(CATEGORIES, TICKET)
    merchant.put(CATEGORY_OF, LINK)
    assert merchant.get(ORDER).json()["category"]["category"] == "GENERAL"

    merchant.post(CATEGORIES, TICKET | {"type": "DELIVERY"})

    assert merchant.get(ORDER).json()["category"]["category"] == "DELIVERY"
    assert len(merchant.get(CATEGORIES).json()["categories"]) == 3


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"orderId": "a b"}, "orderId"),
        ({"paymentType": "EPAYMENT"}, "paymentType"),
        ({"type": None}, "type"),
        ({"url": "nowhere"}, "url"),
        ({"imageId": "unknown"}, "imageId"),
    ],
)
def test_a_bad_resource_is_refused(merchant, change, field):
    assert params(merchant.post(CATEGORIES, TICKET | change)) == [field]


# Receipts


def test_a_receipt_is_written_once(merchant):
    assert merchant.post(RECEIPT_OF, RECEIPT).status_code == 201

    assert merchant.post(RECEIPT_OF, RECEIPT).status_code == 409
    assert merchant.get(ORDER).json() == {"receipt": RECEIPT}


def test_payment_types_are_read_in_any_case_and_kept_apart(merchant):
    merchant.post(RECEIPT_OF, RECEIPT)

    assert merchant.get(f"{BASE}/v2/ECOM/order-0001").status_code == 200
    assert merchant.get(f"{BASE}/v2/Recurring/order-0001").status_code == 404
    assert merchant.post(f"{BASE}/v2/RECURRING/receipts/order-0001", RECEIPT).status_code == 201
    assert params(merchant.get(f"{BASE}/v2/epayment/order-0001")) == ["paymentType"]
    assert params(merchant.get(f"{BASE}/v2/ecom/a%20b")) == ["orderId"]


def test_the_receipt_of_a_payment_is_the_same_thing(merchant):
    foreign = {"currency": "SEK"}  # ePayment knows more currencies, and does not add up
    sent = RECEIPT | {"bottomLine": foreign, "orderLines": [LINE | {"totalAmount": 1}]}
    assert merchant.create(receipt=sent).status_code == 201

    assert merchant.get(ORDER).json() == {"receipt": sent}
    assert merchant.get(f"{BASE}/v1/receipts/order-0001").json() == sent
    assert merchant.post(RECEIPT_OF, RECEIPT).status_code == 409


KILOGRAMS = {"unitPrice": 334, "quantity": "3", "quantityUnit": "KG"}
OFFICIAL = [
    {
        "totalAmount": 1000, "totalAmountExcludingTax": 800, "totalTaxAmount": 200, "taxRate": None,
        "taxPercentage": 25, "unitInfo": {"unitPrice": 400, "quantity": "2.5", "quantityUnit": "KG"}, "discount": 0,
    },
    {
        "totalAmount": 5000, "totalAmountExcludingTax": 4000, "totalTaxAmount": 1000, "discount": 2500,
        "unitInfo": {"unitPrice": 2500, "quantity": "3"},
    },
    {"isShipping": True},
]  # fmt: skip


@pytest.mark.parametrize(
    "sent",
    [
        receipt(*OFFICIAL, tipAmount=0, paymentSources={"giftCard": 0, "card": 0}),
        receipt(*OFFICIAL, totalAmount=7000, totalTax=1400, totalDiscount=2500),
        receipt({}, {"isReturn": True}, totalAmount=0, totalTax=0),
        receipt({}, tipAmount=500, paymentSources={"card": 1500}),
        receipt({"totalAmount": 1001, "totalTaxAmount": 201}),
        receipt({"totalAmount": 999, "totalTaxAmount": 199}),
        receipt({"totalAmount": 1003, "totalTaxAmount": 203, "unitInfo": {"unitPrice": None, "quantity": "2.1"}}),
        receipt({"taxRate": 0, "totalAmountExcludingTax": 1000, "totalTaxAmount": 0}),
        receipt({}, totalAmount=1, shippingAmount=5000),
    ],
    ids=[
        "the official example", "with sums", "all returned", "with a tip", "one øre more", "one øre less",
        "one for each piece", "no tax", "faulty by design",
    ],
)  # fmt: skip
def test_a_receipt_that_adds_up_is_kept_as_it_was_sent(merchant, sent):
    assert merchant.post(RECEIPT_OF, sent).status_code == 201

    assert merchant.get(ORDER).json()["receipt"] == sent


@pytest.mark.parametrize(
    ("sent", "fields"),
    [
        (receipt({"totalAmount": 1001}), ["orderLines.0.totalAmount"]),
        (receipt({}, {"totalTaxAmount": 150, "totalAmount": 950}), ["orderLines.1.totalTaxAmount"]),
        (receipt({"taxRate": 1500}), ["orderLines.0.totalTaxAmount"]),
        (receipt({"taxRate": None}), ["orderLines.0.taxRate"]),
        (receipt({"taxPercentage": 15}), ["orderLines.0.taxPercentage"]),
        (receipt({"totalAmount": 1}, {"taxRate": 0}), ["orderLines.0.totalAmount", "orderLines.1.totalTaxAmount"]),
        (receipt({}, {}, totalAmount=1000), ["bottomLine.totalAmount"]),
        (receipt({}, totalTax=201), ["bottomLine.totalTax"]),
        (receipt({}, totalDiscount=1), ["bottomLine.totalDiscount"]),
        (receipt({}, paymentSources={"card": 600, "cash": 500}), ["bottomLine.paymentSources"]),
        (receipt({}, currency="SEK"), ["bottomLine.currency"]),
        (receipt({"unitInfo": {"unitPrice": 1, "quantity": "2,5"}}), ["orderLines.0.unitInfo.quantity"]),
        (
            receipt({"totalAmount": 1003, "totalTaxAmount": 203, "unitInfo": KILOGRAMS}),
            ["orderLines.0.totalTaxAmount"],
        ),
        (receipt({"discount": -1}), ["orderLines.0.discount"]),
        (RECEIPT | {"orderLines": []}, ["orderLines"]),
    ],
)
def test_a_receipt_that_does_not_add_up_is_refused(merchant, sent, fields):
    assert params(merchant.post(RECEIPT_OF, sent)) == fields
    assert merchant.get(ORDER).status_code == 404


@given(price=st.integers(0, 10**9), rate=st.integers(0, 10_000), count=st.integers(1, 50), returned=st.booleans())
def test_lines_computed_from_a_price_with_tax_always_add_up(price, rate, count, returned):
    tax = round(price * rate / (10_000 + rate))
    line = LINE | {
        "totalAmount": price * count,
        "totalAmountExcludingTax": (price - tax) * count,  # rounded for each unit, as many tills do
        "totalTaxAmount": tax * count,
        "taxRate": rate,
        "isReturn": returned,
        "unitInfo": {"unitPrice": price, "quantity": str(count)},
    }
    total = -price * count if returned else price * count

    sums.check(Receipt.model_validate(receipt(line, totalAmount=total)))


@given(off=st.integers(2, 10**6) | st.integers(-(10**6), -2), rate=st.integers(0, 10_000))
def test_tax_that_is_off_by_more_than_rounding_is_found(off, rate):
    tax = round(100_000 * rate / 10_000)
    amounts = {"totalAmountExcludingTax": 100_000, "totalTaxAmount": tax + off, "totalAmount": 100_000 + tax + off}

    with pytest.raises(InvalidRequest):
        sums.check(Receipt.model_validate(receipt(amounts | {"taxRate": rate})))


def test_a_refused_receipt_may_be_corrected(merchant):
    merchant.post(RECEIPT_OF, receipt({"totalAmount": 1001}))

    assert merchant.post(RECEIPT_OF, RECEIPT).status_code == 201


# Version 1, other sales units, and the environment


def test_version_1_reads_and_writes_the_same(merchant):
    assert merchant.get(f"{BASE}/v1/orders/order-0001").status_code == 404
    assert merchant.get(f"{BASE}/v1/receipts/order-0001").status_code == 404

    assert merchant.put(f"{BASE}/v1/orders/order-0001", LINK).status_code == 200
    assert merchant.post(f"{BASE}/v1/receipts/order-0001", RECEIPT).status_code == 200

    assert merchant.get(f"{BASE}/v1/orders/order-0001").json() == LINK
    assert merchant.get(f"{BASE}/v1/receipts/order-0001").json() == RECEIPT
    assert merchant.get(ORDER).json() == {"category": LINK, "receipt": RECEIPT}


def test_another_sales_unit_sees_nothing(merchant, other_merchant, partner):
    merchant.post(RECEIPT_OF, RECEIPT)
    category = merchant.put(CATEGORY_OF, LINK).json()

    assert other_merchant.get(ORDER).status_code == 404
    assert other_merchant.get(f"{CATEGORIES}/{category}").status_code == 404
    assert other_merchant.delete(f"{CATEGORIES}/{category}").status_code == 404
    assert other_merchant.get(CATEGORIES).json() == {"categories": []}
    assert other_merchant.post(RECEIPT_OF, RECEIPT).status_code == 201
    assert partner.get(ORDER).status_code == 200


def test_a_sales_unit_must_be_named(merchant):
    del merchant.headers["Merchant-Serial-Number"]

    assert params(merchant.get(ORDER)) == ["Merchant-Serial-Number"]


def test_whether_it_is_in_test_is_a_setting(merchant, sandbox, http):
    def said():
        operation = http.get(f"{sandbox.base_url}/sandbox/openapi.json").json()["paths"][f"{CATEGORIES}"]["get"]
        return merchant.get(CATEGORIES).headers.get("Vipps-Nb-Availability"), operation.get("x-availability")

    assert said() == ("not in test", "not in test")
    sandbox.settings(orderManagementInTest=True)
    assert said() == (None, None)


def test_the_overview_counts(merchant, sandbox):
    merchant.post(IMAGES, IMAGE)
    merchant.post(RECEIPT_OF, RECEIPT)

    assert sandbox.overview()["counts"].items() >= {"receipts": 1, "images": 1, "categories": 0}.items()
