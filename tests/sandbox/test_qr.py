"""QR API: codes that are really pictures, that lead where they should, and that customers can scan."""

import struct
import zlib
from urllib.parse import quote

import jsonschema
import pytest
import segno

from tests.sandbox.official import needs_documents
from tests.sandbox.official.qr import official
from vipps_nb.sandbox import SandboxError
from vipps_nb.sandbox.apis.qr.models import MerchantCallback
from vipps_nb.sandbox.world.event_bus import EventBus
from vipps_nb.sandbox.world.sales_unit import KeyStore
from vipps_nb.sandbox.world.settings import Settings
from vipps_nb.sandbox.world.world import Backend

PNG, SVG, TARGET = {"Accept": "image/png"}, {"Accept": "image/svg+xml"}, {"Accept": "text/targetUrl"}
REDIRECTS = "/qr/v1/merchant-redirect"
CALLBACKS = "/qr/v1/merchant-callback"
BILLBOARD = {"id": "billboard_1", "redirectUrl": "https://example.com/myProduct"}
TILL = {"locationDescription": "Kasse 1"}


def pixels(png):
    """The rows of a grayscale PNG, True for dark; read by the format's own rules, not by the sandbox's code."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    chunks, place = {}, 8
    while place < len(png):
        length, kind = struct.unpack(">I4s", png[place : place + 8])
        data = png[place + 8 : place + 8 + length]
        assert struct.unpack(">I", png[place + 8 + length : place + 12 + length]) == (zlib.crc32(kind + data),)
        chunks[kind] = chunks.get(kind, b"") + data
        place += 12 + length
    width, height, depth, colour = struct.unpack(">IIBB", chunks[b"IHDR"][:10])
    assert (depth, colour) == (8, 0)
    raw = zlib.decompress(chunks[b"IDAT"])
    rows = [raw[start : start + width + 1] for start in range(0, len(raw), width + 1)]
    assert len(rows) == height
    assert {row[0] for row in rows} == {0}, "rows are not filtered"
    return [[value < 128 for value in row[1:]] for row in rows]


def modules(png):
    """The QR code in a picture as rows of dark and light modules, without its border."""
    picture = pixels(png)
    top = next(number for number, row in enumerate(picture) if any(row))
    left, right = picture[top].index(True), len(picture[top]) - picture[top][::-1].index(True)
    size = picture[top][left:].index(False) // 7  # a code begins with a bar of seven dark modules
    count = (right - left) // size
    middle = size // 2
    return [
        [picture[top + size * row + middle][left + size * column + middle] for column in range(count)]
        for row in range(count)
    ]


def expected(content):
    return [[bool(module) for module in row] for row in segno.make_qr(content, error="m").matrix]


def params(answer):
    """The names of the fields that were refused."""
    problem = answer.json()
    assert {"title", "detail", "instance"} <= set(problem)
    return [item["name"] for item in problem.get("invalidParams", [])]


@pytest.fixture
def billboard(merchant):
    return merchant.post(REDIRECTS, BILLBOARD, **TARGET).json()


@pytest.fixture
def till(merchant):
    assert merchant.put(f"{CALLBACKS}/till-1", TILL).status_code == 200
    return merchant.get(f"{CALLBACKS}/till-1").json()


@pytest.fixture
def token(sandbox, till):
    """What the merchant gets when a customer checks in."""
    return sandbox.scan(till["qrContent"])["checkedIn"]["customerToken"]


# Pictures


@pytest.mark.parametrize("size", [100, 333, 2000])
def test_a_png_is_a_scannable_code_of_just_that_size(merchant, http, billboard, size):
    answer = merchant.get(f"{REDIRECTS}/billboard_1", **PNG, Size=str(size)).json()
    picture = http.get(answer["url"])

    assert picture.headers["Content-Type"] == "image/png"
    assert (len(pixels(picture.content)), len(pixels(picture.content)[0])) == (size, size)
    assert modules(picture.content) == expected(billboard["url"])


def test_an_svg_is_a_code_of_the_same_content(merchant, http, billboard):
    answer = merchant.get(f"{REDIRECTS}/billboard_1", **SVG).json()
    picture = http.get(answer["url"])

    assert picture.headers["Content-Type"] == "image/svg+xml"
    assert picture.text.count("<path") == 2  # the ground and the code
    wanted = segno.make_qr(billboard["url"], error="m").svg_inline(border=4, omitsize=True, light="#fff")
    assert wanted.partition("<path")[2].removesuffix("</svg>") in picture.text


@pytest.mark.parametrize("accept", ["image/*", "*/*", "image/webp, image/svg+xml;q=0.9", "IMAGE/SVG+XML"])
def test_any_image_is_an_svg(merchant, billboard, accept):
    assert "/qr.svg?" in merchant.get(f"{REDIRECTS}/billboard_1", Accept=accept).json()["url"]


@pytest.mark.parametrize("headers", [{"Accept": "application/json"}, {"Accept": None}])
def test_the_kind_of_picture_must_be_named(merchant, headers):
    answer = merchant.post(REDIRECTS, BILLBOARD, **headers)

    assert (answer.status_code, params(answer)) == (400, ["Accept"])


@pytest.mark.parametrize("size", ["99", "2001", "large"])
def test_a_size_out_of_range_is_refused(merchant, size):
    answer = merchant.post(REDIRECTS, BILLBOARD, **PNG, Size=size)

    assert (answer.status_code, params(answer)) == (400, ["Size"])


# One-time payment QR


def test_a_payment_becomes_a_code_that_lives_as_long_as_the_payment(merchant, sandbox, http):
    landing = merchant.create().json()["redirectUrl"]
    sandbox.advance(56)

    answer = merchant.post("/qr/v1", {"url": f"  {landing}"}, **PNG).json()

    assert answer["expiresIn"] == 544
    assert modules(http.get(answer["url"]).content) == expected(landing)
    assert merchant.post("/qr/v1", {"url": landing}, **TARGET).json()["url"] == landing


def test_a_scanned_one_time_code_opens_the_payment_on_the_phone(merchant, sandbox):
    landing = merchant.create().json()["redirectUrl"]
    picture = merchant.post("/qr/v1", {"url": landing}, **SVG).json()["url"]

    for content in (landing, picture):
        seen = sandbox.scan(content)
        assert (seen["kind"], seen["price"], seen["open"]) == ("one-time", "499.00 NOK", True)
    sandbox.approve(reference="order-0001")
    assert sandbox.scan(landing)["open"] is False


@pytest.mark.parametrize("url", ["https://example.com/", "{base}/landing?token=unknown", "{base}/landing", ""])
def test_only_landing_pages_of_this_sandbox_become_codes(merchant, sandbox, url):
    answer = merchant.post("/qr/v1", {"url": url.format(base=sandbox.base_url)}, **PNG)

    assert (answer.status_code, params(answer)) == (400, ["url"])


def test_a_foreign_payment_is_not_known(merchant, other_merchant):
    landing = merchant.create().json()["redirectUrl"]

    assert other_merchant.post("/qr/v1", {"url": landing}, **PNG).status_code == 400


def test_a_payment_that_is_over_gets_no_code(merchant, sandbox):
    landing = merchant.create().json()["redirectUrl"]
    sandbox.advance(600)

    answer = merchant.post("/qr/v1", {"url": landing}, **PNG)

    assert answer.status_code == 400
    assert answer.json()["detail"] == "This payment has expired."


# Merchant redirect QR


def test_a_redirect_is_created_read_listed_and_deleted(merchant, http):
    created = merchant.post(REDIRECTS, BILLBOARD, **PNG)

    assert created.status_code == 200
    assert created.json().items() >= {**BILLBOARD, "expiresIn": -1}.items()
    assert merchant.get(f"{REDIRECTS}/billboard_1", **PNG).json() == created.json()
    assert merchant.get(REDIRECTS, **PNG).json() == [created.json()]
    assert merchant.delete(f"{REDIRECTS}/billboard_1").status_code == 200
    assert merchant.get(REDIRECTS, **PNG).json() == []
    assert http.get(created.json()["url"]).status_code == 404


def test_the_printed_code_stays_and_leads_somewhere_else(merchant, sandbox, http, billboard):
    changed = merchant.put(f"{REDIRECTS}/billboard_1", {"redirectUrl": "https://example.com/autumn"}, **TARGET)

    assert changed.status_code == 200
    assert changed.json() == billboard | {"redirectUrl": "https://example.com/autumn"}
    assert sandbox.scan(billboard["url"])["redirectUrl"] == "https://example.com/autumn"
    opened = http.get(billboard["url"], allow_redirects=False)
    assert (opened.status_code, opened.headers["Location"]) == (302, "https://example.com/autumn")


def test_a_page_may_have_letters_of_any_alphabet(merchant, http):
    answer = merchant.post(REDIRECTS, BILLBOARD | {"redirectUrl": "https://example.com/blåbær#日"}, **TARGET).json()

    opened = http.get(answer["url"], allow_redirects=False)

    assert answer["redirectUrl"] == "https://example.com/blåbær#日"
    assert opened.headers["Location"] == "https://example.com/bl%C3%A5b%C3%A6r#%E6%97%A5"


def test_a_redirect_lives_for_its_ttl(merchant, sandbox):
    answer = merchant.post(REDIRECTS, BILLBOARD | {"ttl": 600}, **TARGET).json()
    sandbox.advance(2)
    merchant.put(f"{REDIRECTS}/billboard_1", {"redirectUrl": "https://example.com/autumn"}, **TARGET)

    left = merchant.get(f"{REDIRECTS}/billboard_1", **TARGET).json()["expiresIn"]
    sandbox.advance(598)

    assert (answer["expiresIn"], left) == (600, 598)
    assert merchant.get(f"{REDIRECTS}/billboard_1", **TARGET).status_code == 404
    with pytest.raises(SandboxError, match="no code of this sandbox"):
        sandbox.scan(answer["url"])


def test_the_ttl_of_a_deleted_code_does_not_end_its_successor(merchant, sandbox):
    merchant.post(REDIRECTS, BILLBOARD | {"ttl": 300}, **PNG)
    merchant.delete(f"{REDIRECTS}/billboard_1")
    merchant.post(REDIRECTS, BILLBOARD, **PNG)

    sandbox.advance(300)

    assert merchant.get(f"{REDIRECTS}/billboard_1", **PNG).status_code == 200


def test_an_id_is_taken_once(merchant, other_merchant, billboard):
    again = merchant.post(REDIRECTS, BILLBOARD, **PNG)

    assert (again.status_code, again.json()["id"]) == (409, "billboard_1")
    assert other_merchant.post(REDIRECTS, BILLBOARD, **PNG).status_code == 200


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"id": ""}, "id"),
        ({"id": "a/b"}, "id"),
        ({"id": "x" * 129}, "id"),
        ({"redirectUrl": "http://example.com"}, "redirectUrl"),
        ({"redirectUrl": "javascript:alert(1)"}, "redirectUrl"),
        ({"ttl": 299}, "ttl"),
        ({"ttl": 2_147_483_648}, "ttl"),
        ({"ttl": "600.0"}, "ttl"),
    ],
)
def test_a_bad_redirect_is_refused(merchant, change, field):
    answer = merchant.post(REDIRECTS, BILLBOARD | change, **PNG)

    assert (answer.status_code, params(answer)) == (400, [field])


@pytest.mark.parametrize("name", ["æøå 1", "50%", "a+b"])
def test_ids_may_have_characters_that_a_path_must_escape(merchant, name):
    assert merchant.post(REDIRECTS, BILLBOARD | {"id": name}, **PNG).json()["id"] == name
    assert merchant.get(f"{REDIRECTS}/{quote(name)}", **PNG).json()["id"] == name


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_another_sales_units_redirect_is_not_known(other_merchant, billboard, method):
    body = {"redirectUrl": "https://example.com/"} if method == "PUT" else None

    assert other_merchant.send(method, f"{REDIRECTS}/billboard_1", body, **PNG).status_code == 404
    assert other_merchant.get(REDIRECTS, **PNG).json() == []


# Merchant callback QR


def test_a_till_has_a_code(merchant, till, http):
    assert till["merchantSerialNumber"] == merchant.keys["merchant_serial_number"]
    assert (till["merchantQrId"], till["locationDescription"]) == ("till-1", "Kasse 1")
    assert http.get(till["qrImageUrl"]).headers["Content-Type"] == "image/svg+xml"
    listed = merchant.get(f"{CALLBACKS}?QrImageFormat=PNG&QrImageSize=200").json()
    picture = http.get(listed[0]["qrImageUrl"]).content
    assert len(pixels(picture)) == 200
    assert modules(picture) == expected(till["qrContent"])


def test_a_till_can_be_moved_and_keeps_its_code(merchant, till):
    merchant.put(f"{CALLBACKS}/till-1", {"locationDescription": "Kiosk", "category": "till"})

    assert merchant.get(f"{CALLBACKS}/till-1").json() == till | {"locationDescription": "Kiosk"}


def test_a_deleted_till_is_gone(merchant, till, sandbox):
    assert merchant.delete(f"{CALLBACKS}/till-1").status_code == 200

    assert merchant.delete(f"{CALLBACKS}/till-1").status_code == 404
    assert merchant.get(f"{CALLBACKS}/till-1").status_code == 404
    with pytest.raises(SandboxError):
        sandbox.scan(merchant_qr_id="till-1")


def test_a_scan_checks_the_customer_in_and_tells_the_merchant(merchant, sandbox, till):
    told = sandbox.scan(till["qrContent"])["checkedIn"]

    assert told.pop("customerToken").startswith("sandbox-customer-")
    msn = merchant.keys["merchant_serial_number"]
    assert told == {"merchantQrId": "till-1", "msn": msn, "initiatedAt": "2026-01-01T12:00:00.000Z"}
    assert sandbox.scan(merchant_qr_id="till-1")["kind"] == "merchant-callback"


def test_the_check_in_is_announced_as_an_event():
    backend = Backend(1, KeyStore(1, 1), Settings(), "http://127.0.0.1:1")
    heard, world = [], backend.world
    world.records(EventBus).subscribe(heard.append)
    till = MerchantCallback(msn="123456", name="till-1", token="t", location="Kasse 1")

    told = till.scan(world, "4712345678")["checkedIn"]

    [event] = heard
    assert (event.event, event.msn, event.subject, event.payload) == ("user.checked-in.v1", "123456", "till-1", told)


def test_a_browser_that_opens_the_code_can_check_in_too(till, http):
    page = http.get(till["qrContent"])
    after = http.post(till["qrContent"])

    assert "Kasse 1" in page.text
    assert "Check in</button>" in page.text
    assert "You are checked in." in after.text


def test_what_a_merchant_writes_is_only_text(merchant, http):
    merchant.put(f"{CALLBACKS}/till-1", {"locationDescription": "<script>alert(1)</script>"})
    page = http.get(merchant.get(f"{CALLBACKS}/till-1").json()["qrContent"])

    assert "<script>" not in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]


def test_a_redirect_is_no_place_to_check_in(billboard, http):
    assert http.post(billboard["url"]).status_code == 404


def test_a_printed_mobilepay_code_stays_in_use(merchant, other_merchant, sandbox):
    assert merchant.put(f"{CALLBACKS}/mobilepay/1234567890", TILL).status_code == 200

    assert merchant.get(f"{CALLBACKS}/1234567890").json()["merchantQrId"] == "1234567890"
    assert sandbox.scan(merchant_qr_id="1234567890")["checkedIn"]["merchantQrId"] == "1234567890"
    taken = other_merchant.put(f"{CALLBACKS}/mobilepay/1234567890", TILL)
    assert (taken.status_code, taken.json()["id"]) == (409, "1234567890")
    assert merchant.put(f"{CALLBACKS}/mobilepay/1234567890", TILL).status_code == 200


def test_tills_of_two_sales_units_may_have_the_same_name(merchant, other_merchant, sandbox, till):
    other_merchant.put(f"{CALLBACKS}/till-1", {"locationDescription": "Elsewhere"})

    with pytest.raises(SandboxError, match="Say which with msn"):
        sandbox.scan(merchant_qr_id="till-1")
    msn = other_merchant.keys["merchant_serial_number"]
    assert sandbox.scan(merchant_qr_id="till-1", msn=msn)["locationDescription"] == "Elsewhere"
    assert other_merchant.get(f"{CALLBACKS}/till-1").json()["merchantSerialNumber"] == msn


@pytest.mark.parametrize("body", [{}, {"locationDescription": "x" * 37}, {"locationDescription": True}])
def test_a_bad_place_is_refused(merchant, body):
    answer = merchant.put(f"{CALLBACKS}/till-1", body)

    assert (answer.status_code, params(answer)) == (400, ["locationDescription"])


@pytest.mark.parametrize("query", ["QrImageFormat=GIF", "QrImageSize=99"])
def test_a_bad_picture_is_refused(merchant, till, query):
    assert merchant.get(f"{CALLBACKS}?{query}").status_code == 400


# Exchange


def test_a_personal_qr_becomes_a_phone_number(merchant, sandbox, http):
    shown = sandbox.show_personal_qr(phone_number="4798765432")

    answer = merchant.post("/qr/v1/exchange", {"qrCode": shown["qrCode"]})

    assert answer.json() == {"msisdn": "4798765432", "timestamp": 1767268800, "version": "2.0"}
    assert http.get(shown["qrImageUrl"]).headers["Content-Type"] == "image/svg+xml"


def test_the_old_format_tells_no_time(merchant, sandbox):
    shown = sandbox.show_personal_qr(version="1.0")

    answer = merchant.post("/qr/v1/exchange", {"qrCode": shown["qrCode"], "requestedData": ["MSISDN"]})

    assert answer.json() == {"msisdn": "4712345678", "version": "1.0"}


def test_a_customer_token_becomes_a_phone_number(merchant, token):
    answer = merchant.post("/qr/v1/exchange/customer", {"customer": {"customerToken": token}})

    assert answer.json() == {"msisdn": "4712345678", "timestamp": 1767268800}


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("", {"qrCode": "https://qr.vipps.no/p/qwerty"}, "qrCode"),
        ("", {"qrCode": "https://qr.vipps.no/p/qwerty", "requestedData": ["EMAIL"]}, "requestedData.0"),
        ("", {"qrCode": "https://qr.vipps.no/p/qwerty", "requestedData": []}, "requestedData"),
        ("/customer", {}, "customer"),
        ("/customer", {"customer": {"customerToken": "eyJra"}}, "customer.customerToken"),
    ],
)
def test_what_nobody_has_shown_cannot_be_exchanged(merchant, path, body, field):
    answer = merchant.post(f"/qr/v1/exchange{path}", body)

    problem = answer.json()
    assert (answer.status_code, problem["status"]) == (400, 400)
    assert {"title", "detail"} <= set(problem)
    assert [item["name"] for item in problem["extraDetails"]] == [field]


def test_a_customer_token_lives_for_15_minutes(merchant, sandbox, token):
    body = {"customer": {"customerToken": token}}

    sandbox.advance(15 * 60 - 1)
    assert merchant.post("/qr/v1/exchange/customer", body).status_code == 200
    sandbox.advance(1)
    assert merchant.post("/qr/v1/exchange/customer", body).status_code == 400


def test_a_customer_token_is_for_one_sales_unit(other_merchant, token):
    answer = other_merchant.post("/qr/v1/exchange/customer", {"customer": {"customerToken": token}})

    assert answer.status_code == 400


# ePayment knows the codes that were given out here


def push(merchant, reference="order-0001", *, more=None, **customer):
    return merchant.create(reference, userFlow="PUSH_MESSAGE", returnUrl=None, customer=customer, **more or {})


def test_a_customer_token_is_asked_for_money(merchant, sandbox, code, token):
    assert push(merchant, customerToken=token).status_code == 201

    assert sandbox.approve(reference="order-0001")["state"] == "AUTHORIZED"
    assert merchant.payment()["state"] == "AUTHORIZED"
    sandbox.advance(15 * 60)
    assert code(push(merchant, "order-0002", customerToken=token)) == "4050"


def test_a_personal_qr_is_asked_for_money(merchant, sandbox, code):
    shown = sandbox.show_personal_qr()["qrCode"]

    assert push(merchant, personalQr=shown).status_code == 201
    assert code(push(merchant, "order-0002", personalQr=shown[:-1])) == "4060"


def test_whoever_showed_the_code_is_the_one_who_pays(merchant, sandbox, till):
    profile = {"profile": {"scope": "phoneNumber"}}
    shown = sandbox.show_personal_qr(phone_number="4798765432")["qrCode"]
    told = sandbox.scan(till["qrContent"], phone_number="4798765432")["checkedIn"]
    push(merchant, "order-0001", phoneNumber="4798765432", more=profile)
    push(merchant, "order-0002", personalQr=shown, more=profile)
    push(merchant, "order-0003", customerToken=told["customerToken"], more=profile)
    push(merchant, "order-0004", phoneNumber="4712345678", more=profile)

    references = [f"order-000{number}" for number in range(1, 5)]
    for reference in references:
        sandbox.approve(reference=reference)

    subs = [merchant.payment(reference)["profile"]["sub"] for reference in references]
    assert subs[0] == subs[1] == subs[2] != subs[3]


def test_a_foreign_customer_token_is_refused_by_epayment(other_merchant, token, code):
    assert code(push(other_merchant, customerToken=token)) == "4050"


def test_codes_of_the_guides_examples_go_on_working(merchant):
    assert push(merchant, "order-0001", customerToken="eyJraWQiO").status_code == 201
    assert push(merchant, "order-0002", personalQr="https://qr.vipps.no/p/qwerty").status_code == 201


# What no generated request reaches is official all the same


@needs_documents
def test_answers_about_living_things_validate(merchant, sandbox, token):
    components = official.load()["components"]
    landing = merchant.create().json()["redirectUrl"]
    shown = sandbox.show_personal_qr()["qrCode"]
    answers = {
        "OneTimePaymentQrResponse": merchant.post("/qr/v1", {"url": landing}, **PNG),
        "QrExchangeResponse": merchant.post("/qr/v1/exchange", {"qrCode": shown, "requestedData": ["MSISDN"]}),
        "CustomerExchangeResponse": merchant.post("/qr/v1/exchange/customer", {"customer": {"customerToken": token}}),
    }

    for name, answer in answers.items():
        assert answer.status_code == 200
        jsonschema.validate(answer.json(), {"$ref": f"#/components/schemas/{name}", "components": components})


# The door, the camera, and the fixed address


def test_partner_keys_must_say_for_whom(partner, merchant, till, billboard):
    assert partner.get(f"{CALLBACKS}/till-1").json() == till
    del partner.headers["Merchant-Serial-Number"]
    del merchant.headers["Merchant-Serial-Number"]

    assert partner.get(REDIRECTS, **PNG).status_code == 403
    assert partner.get(CALLBACKS).status_code == 403
    assert merchant.get(REDIRECTS, **PNG).status_code == 200
    assert params(merchant.get(CALLBACKS)) == ["Merchant-Serial-Number"]


@pytest.mark.parametrize("what", [{}, {"content": "x", "merchant_qr_id": "y"}])
def test_the_camera_looks_at_one_thing(sandbox, what):
    with pytest.raises(SandboxError, match="Exactly one"):
        sandbox.scan(**what)


@pytest.mark.parametrize("content", ["https://example.com/?token=x", "hello", "https://qr.vipps.no/p/sandbox-x"])
def test_other_codes_mean_nothing_to_the_app(sandbox, content):
    with pytest.raises(SandboxError, match="no code of this sandbox"):
        sandbox.scan(content)


def test_pictures_can_be_the_same_everywhere(merchant, sandbox, http):
    sandbox.settings(qrBaseUrl="https://qr.example.com")
    answer = merchant.post(REDIRECTS, BILLBOARD, **TARGET).json()
    picture = merchant.get(f"{REDIRECTS}/billboard_1", **PNG).json()["url"]

    assert answer["url"].startswith("https://qr.example.com/landing/code?token=")
    assert picture.startswith(sandbox.base_url)
    assert modules(http.get(picture).content) == expected(answer["url"])
    assert sandbox.scan(answer["url"])["redirectUrl"] == BILLBOARD["redirectUrl"]


def test_the_overview_counts_codes(sandbox, till, billboard):
    assert sandbox.overview()["counts"].items() >= {"merchantRedirects": 1, "merchantCallbacks": 1}.items()
