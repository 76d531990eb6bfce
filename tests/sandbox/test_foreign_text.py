"""Text that nobody can write down, and addresses that nobody can take apart: refused or replaced, never a failure."""

import json

import pytest

from tests.sandbox.fuzz import Story
from vipps_nb.sandbox.server.urls import is_for_this_machine_alone, parts_of

HALF = "\ud800"
ADDRESSES = [
    "https://\u2100.com",
    "http://[",
    "https://[::1",
    "https://example.com:port",
    "https://e.com:99999",
    "//[",
    HALF,
]
DESK = [
    ("POST", "/sandbox/customer/approve", "reference"),
    ("POST", "/sandbox/customer/abort", "agreementId"),
    ("POST", "/sandbox/customer/scan", "content"),
    ("POST", "/sandbox/customer/scan", "merchantQrId"),
    ("POST", "/sandbox/customer/personal-qr", "phoneNumber"),
    ("POST", "/sandbox/donors/gifts", "message"),
    ("PUT", "/sandbox/settings", "qrBaseUrl"),
    ("PUT", "/sandbox/clock", "now"),
]


@pytest.fixture(scope="module")
def story():
    """A shop in which everything has happened once, asked without a socket."""
    told = Story(seed=7, bad_headers=0)
    yield told
    told.direct.close()


@pytest.mark.parametrize("url", ADDRESSES)
def test_an_address_that_nobody_can_take_apart_has_no_parts(url):
    assert parts_of(url) is None or url == HALF
    assert not is_for_this_machine_alone(url) or url == "https://[::1"


@pytest.mark.parametrize("url", ADDRESSES)
@pytest.mark.parametrize(
    ("method", "path", "field"),
    [
        ("POST", "/qr/v1", "url"),
        ("POST", "/qr/v1/merchant-redirect", "redirectUrl"),
        ("POST", "/webhooks/v1/webhooks", "url"),
        ("POST", "/sandbox/customer/scan", "content"),
    ],
)
def test_such_an_address_is_refused_by_whoever_takes_one(story, method, path, field, url):
    body = {field: url, "id": "poster", "events": ["epayments.payment.created.v1"]}
    body = {name: body[name] for name in {field} | {"id", "events"}.intersection(WANTED.get(path, ()))}
    ask = story.desk if path.startswith("/sandbox") else story.api

    answer = ask(method, path, body)

    assert 400 <= answer.status < 500, answer.body


WANTED = {"/qr/v1/merchant-redirect": {"id"}, "/webhooks/v1/webhooks": {"events"}}


@pytest.mark.parametrize(("method", "path", "field"), DESK)
def test_the_desk_refuses_half_a_character(story, method, path, field):
    answer = story.desk(method, path, {field: f"a{HALF}b"})

    assert 400 <= answer.status < 500, answer.body
    assert HALF not in json.dumps(answer.json(), ensure_ascii=False)


@pytest.mark.parametrize("name", ["path", "method", "detail", "code"])
def test_a_fault_that_cannot_be_shown_is_not_kept(story, name):
    rule = {"path": "/no-such-path", "status": 500} | {name: f"/a{HALF}"}

    refused = story.desk("PUT", "/sandbox/faults", {"rules": [rule]})

    assert 400 <= refused.status < 500
    assert json.loads(story.desk("GET", "/sandbox").body)["faults"] == []


RECORDS = {
    "payment": lambda text: ("POST", "/epayment/v1/payments", {
        "amount": {"currency": "NOK", "value": 49900}, "paymentMethod": {"type": "WALLET"}, "reference": "payment-half",
        "userFlow": "WEB_REDIRECT", "returnUrl": "https://example.com", "paymentDescription": text,
        "metadata": {text: text}}),
    "agreement": lambda text: ("POST", "/recurring/v3/agreements", {
        "pricing": {"type": "LEGACY", "amount": 4000, "currency": "NOK"}, "productName": text,
        "merchantRedirectUrl": "https://example.com", "merchantAgreementUrl": "https://example.com"}),
    "receipt": lambda text: ("POST", "/order-management/v2/ecom/receipts/order-half", {
        "orderLines": [{"name": text, "id": "1", "totalAmount": 125, "totalAmountExcludingTax": 100,
                        "totalTaxAmount": 25, "taxRate": 2500}], "bottomLine": {"currency": "NOK"}}),
    "code": lambda text: ("PUT", "/qr/v1/merchant-callback/till-half", {"locationDescription": text}),
    "registration": lambda text: ("POST", "/webhooks/v1/webhooks", {
        "url": f"http://127.0.0.1:1/{text}", "events": ["epayments.payment.created.v1"]}),
    "merchant": lambda text: ("POST", "/epayment/v1/payments/payment-000001/capture", {
        "modificationAmount": {"currency": text, "value": 100}}),
    "unknown field": lambda text: ("POST", "/epayment/v1/payments/payment-000001/capture", {
        "modificationAmount": {"currency": "NOK", "value": 10**9}, text: text}),
}  # fmt: skip


@pytest.mark.parametrize("name", RECORDS)
def test_a_record_that_cannot_be_shown_is_not_kept(story, name):
    method, path, body = RECORDS[name](f"abc{HALF}")

    refused = story.api(method, path, body)

    assert 400 <= refused.status < 500
    assert HALF not in json.dumps(refused.json(), ensure_ascii=False)


@pytest.mark.parametrize(
    "raw",
    [
        b'{"reference": "\\ud800"}',
        b'{"reference": "\\uDBFF\\uD800"}',
        b'{"reference": "\xed\xa0\x80"}',
        b'"\\udfff"',
        b"\xff\xfe",
        b"a=%ED%A0%80",
    ],
)
@pytest.mark.parametrize("path", ["/epayment/v1/payments", "/accesstoken/get", "/no-such-path", "/sales/v1/x"])
def test_the_log_can_be_read_whatever_was_sent(story, path, raw):
    headers = {"content-type": b"application/json", "x-note": b"\xed\xa0\x80", "idempotency-key": b"\xff"}
    story.direct.request("POST", path + "?q=%ED%A0%80&%00", raw, headers)

    [*_, entry] = json.loads(story.desk("GET", "/sandbox/requests").body)

    assert entry["path"] == path
    json.dumps(entry, ensure_ascii=False).encode()


@pytest.mark.parametrize("name", ["%ED%A0%80", "%00", "%FF", "%E2%84%80", "..%2f", "%F0%9F%98%80"])
def test_a_name_in_a_path_that_is_none_is_not_found(story, name):
    for path in ("/epayment/v1/payments/{}", "/recurring/v3/agreements/{}", "/qr/v1/merchant-redirect/{}",
                 "/checkout/v3/session/{}", "/order-management/v2/ecom/{}", "/webhooks/v1/webhooks/{}"):  # fmt: skip
        method = "DELETE" if "webhooks" in path else "GET"
        assert story.api(method, path.format(name)).status in (400, 404, 405), path


def test_a_landing_page_of_a_broken_link_says_so(story):
    for query in ("token=%ED%A0%80", "token=%00", "v=2&token=", "token=x%E2%84%80"):
        assert story.ask("GET", f"/landing?{query}").status in (404, 400), query
