"""The ePayment API: creating, approving, taking and giving back money, and every refusal on the way."""

import json

import pytest

from tests.conftest import Answer
from tests.each import for_each

RECEIPT = {
    "orderLines": [
        {
            "name": "socks",
            "id": "1",
            "totalAmount": 49900,
            "totalAmountExcludingTax": 39920,
            "totalTaxAmount": 9980,
            "taxRate": 2500,
        }
    ],
    "bottomLine": {"currency": "NOK"},
}
OPTION = {"id": "post", "name": "Post", "amount": {"currency": "NOK", "value": 4900}}
SHIPPING = {"fixedOptions": [{"type": "MAILBOX", "brand": "POSTEN", "options": [OPTION, {**OPTION, "id": "b"}]}]}


def aggregate(payment):
    return {name.removesuffix("Amount"): amount["value"] for name, amount in payment["aggregate"].items()}


def names(events):
    return [event["name"] for event in events]


# Creating


def test_a_new_payment_waits_for_the_customer(merchant, sandbox):
    created = merchant.create()

    assert created.status_code == 201
    assert created.json()["reference"] == "order-0001"
    assert created.json()["redirectUrl"].startswith(f"{sandbox.base_url}/landing?token=")
    payment = merchant.payment()
    assert payment["state"] == "CREATED"
    assert payment["amount"] == {"currency": "NOK", "value": 49900}
    assert payment["profile"] == {}
    assert payment["paymentMethod"] == {"type": "WALLET"}
    assert aggregate(payment) == {"authorized": 0, "cancelled": 0, "captured": 0, "refunded": 0}


def test_the_created_event_carries_the_payments_psp_reference_and_key(merchant):
    merchant.create(key="my-own-key")

    [event] = merchant.events()
    assert event == {
        "reference": "order-0001",
        "pspReference": merchant.payment()["pspReference"],
        "name": "CREATED",
        "amount": {"currency": "NOK", "value": 49900},
        "timestamp": "2026-01-01T12:00:00.000Z",
        "success": True,
        "idempotencyKey": "my-own-key",
    }


def test_metadata_comes_back(merchant):
    merchant.create(metadata={"order": "7", "shop": "Oslo"})

    assert merchant.payment()["metadata"] == {"order": "7", "shop": "Oslo"}


def test_a_push_message_needs_no_redirect(merchant):
    created = merchant.create(userFlow="PUSH_MESSAGE", returnUrl=None, customer={"phoneNumber": "4712345678"})

    assert created.status_code == 201
    assert "redirectUrl" not in created.json()
    assert "redirectUrl" not in merchant.payment()


def test_a_native_redirect_leads_to_the_phone_too(merchant):
    assert "/landing?token=" in merchant.create(userFlow="NATIVE_REDIRECT").json()["redirectUrl"]


@pytest.mark.parametrize(
    ("qr_format", "media_type", "begins"),
    [
        (None, "image/svg+xml", b"<?xml"),
        ({"format": "IMAGE/SVG+XML"}, "image/svg+xml", b"<?xml"),
        ({"format": "IMAGE/PNG", "size": 300}, "image/png", b"\x89PNG"),
        ({"format": "TEXT/TARGETURL"}, "text/html; charset=utf-8", b"<!doctype html>"),
    ],
)
def test_a_qr_payment_leads_to_a_picture_of_the_way_to_the_phone(merchant, qr_format, media_type, begins):
    url = merchant.create(userFlow="QR", qrFormat=qr_format).json()["redirectUrl"]

    answer = merchant.http.get(url)

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == media_type
    assert answer.content.startswith(begins)


def test_a_repeated_cancel_can_be_made_to_pass(merchant, sandbox, code):
    merchant.reserved()
    assert merchant.cancel().status_code == 200
    assert code(merchant.cancel()) == "6190"

    sandbox.settings(repeatedCancel="accepted")

    assert merchant.cancel().status_code == 200


def test_the_same_seed_gives_the_same_ids(merchant, sandbox):
    merchant.create()
    first = merchant.payment()["pspReference"]

    sandbox.reset(seed=1)
    sandbox.hold("2026-01-01T12:00:00Z")
    merchant.create()

    assert merchant.payment()["pspReference"] == first


REFUSED = {
    "a float as value": ("4040", 400, {"amount": {"currency": "NOK", "value": 1.5}}),
    "a word as value": ("4040", 400, {"amount": {"currency": "NOK", "value": "1e3"}}),
    "a boolean as value": ("4040", 400, {"amount": {"currency": "NOK", "value": True}}),
    "a negative value": ("4040", 400, {"amount": {"currency": "NOK", "value": -1}}),
    "too much": ("4040", 400, {"amount": {"currency": "NOK", "value": 65_000_001}}),
    "less than 1.00": ("6010", 400, {"amount": {"currency": "NOK", "value": 99}}),
    "another market's currency": ("5040", 400, {"amount": {"currency": "EUR", "value": 100}}),
    "no currency": ("4140", 400, {"amount": {"value": 100}}),
    "no amount": ("4140", 400, {"amount": None}),
    "no return URL": ("4140", 400, {"returnUrl": None}),
    "an http return URL": ("4090", 400, {"returnUrl": "http://example.com"}),
    "a return URL that is a script": ("4090", 400, {"returnUrl": "javascript:alert(1)"}),
    "no URL at all": ("4090", 400, {"returnUrl": "example.com"}),
    "a push message to nobody": ("4140", 400, {"userFlow": "PUSH_MESSAGE"}),
    "a customer without a name": ("4140", 400, {"customer": {}, "userFlow": "PUSH_MESSAGE"}),
    "a phone number with a plus": ("4070", 400, {"customer": {"phoneNumber": "+4712345678"}}),
    "a short phone number": ("4070", 400, {"customer": {"phoneNumber": "12345678"}}),
    "a short personal QR": ("4060", 400, {"customer": {"personalQr": "x"}}),
    "an empty customer token": ("4050", 400, {"customer": {"customerToken": ""}}),
    "a customer named twice": (None, 400, {"customer": {"phoneNumber": "4712345678", "customerToken": "x"}}),
    "an age the customer has not": (
        "7010",
        400,
        {"customer": {"phoneNumber": "4712345678"}, "minimumUserAge": 99},
    ),
    "an unknown scope": ("4080", 400, {"profile": {"scope": "name shoesize"}}),
    "a scope that needs approval": ("5030", 403, {"profile": {"scope": "nin"}}),
    "six pairs of metadata": ("4100", 400, {"metadata": {str(number): "x" for number in range(6)}}),
    "a long metadata key": ("4120", 400, {"metadata": {"k" * 101: "x"}}),
    "a long metadata value": ("4130", 400, {"metadata": {"k": "x" * 501}}),
    "metadata that is neither text nor number": (None, 400, {"metadata": {"k": True}}),
    "a card without a browser": ("4160", 400, {"paymentMethod": {"type": "CARD"}, "userFlow": "QR"}),
    "a card in the test environment": ("4160", 400, {"paymentMethod": {"type": "CARD"}}),
    "a passthrough without PSP keys": ("4160", 400, {"paymentMethod": {"type": "CARD_PASSTHROUGH"}}),
    "an unknown payment method": ("4160", 400, {"paymentMethod": {"type": "CASH"}}),
    "blocked cards in Norway": (
        "5010",
        400,
        {"paymentMethod": {"type": "WALLET", "blockedSources": ["COMMERCIAL_CARDS"]}},
    ),
    "an unknown user flow": (None, 400, {"userFlow": "FAX"}),
    "a short reference": (None, 400, {"reference": "short"}),
    "a reference with a blank": (None, 400, {"reference": "order 0001"}),
    "a short description": (None, 400, {"paymentDescription": "ab"}),
    "no receipt for a long life": ("6130", 400, {"expiresAt": "2026-01-02T12:00:00Z"}),
    "too short a life": ("6120", 400, {"expiresAt": "2026-01-01T12:10:00Z", "receipt": RECEIPT}),
    "too long a life": ("6110", 400, {"expiresAt": "2026-03-02T12:00:00Z", "receipt": RECEIPT}),
    "a moment that does not exist": (None, 400, {"expiresAt": "2026-13-01T12:00:00Z", "receipt": RECEIPT}),
    "a receipt line without tax": (
        None,
        400,
        {"receipt": {**RECEIPT, "orderLines": [{**RECEIPT["orderLines"][0], "taxRate": None}]}},
    ),
    "an http receipt": ("4090", 400, {"receiptUrl": "http://example.com"}),
    "express without an address": ("4080", 400, {"shipping": SHIPPING}),
    "express without options": ("4140", 400, {"shipping": {}, "profile": {"scope": "address"}}),
}


@for_each("case", REFUSED)
def test_terms_that_are_refused(merchant, code, case):
    expected, status, changes = REFUSED[case]

    answer = merchant.create(**changes)

    assert answer.status_code == status, answer.text
    assert code(answer) == expected
    assert {"type", "title", "status", "traceId"} <= set(answer.json())
    assert merchant.get("/epayment/v1/payments/order-0001").status_code == 404


def test_a_refused_field_is_named_by_its_path(merchant):
    details = merchant.create(amount={"currency": "NOK", "value": "1e3"}).json()["extraDetails"]

    assert [item["name"] for item in details] == ["ErrorCode", "amount.value"]


def test_a_metadata_key_given_twice_is_refused(merchant, code):
    text = (
        '{"amount":{"currency":"NOK","value":100},"paymentMethod":{"type":"WALLET"},"reference":"order-0001",'
        '"userFlow":"QR","metadata":{"a":"1","a":"2"}}'
    )

    answer = merchant.http.post(
        f"{merchant.base_url}/epayment/v1/payments",
        data=text,
        headers={**merchant.headers, "Idempotency-Key": "k", "Content-Type": "application/json"},
    )

    assert code(answer) == "4110"


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"{", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b'{"amount":' + b"9" * 5000 + b"}", "application/json", 400),
        (b'"text"', "application/json", 400),
        (b"", "application/json", 400),
        (b"{}", "text/plain", 415),
        (b"{}", None, 415),
    ],
)
def test_bodies_that_cannot_be_read(merchant, body, content_type, status):
    headers = {**merchant.headers, "Idempotency-Key": "k", "Content-Type": content_type}

    answer = merchant.http.post(f"{merchant.base_url}/epayment/v1/payments", data=body, headers=headers)

    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_body_beyond_all_measure_is_refused(merchant):
    headers = {**merchant.headers, "Idempotency-Key": "k", "Content-Type": "application/json"}

    answer = merchant.http.post(f"{merchant.base_url}/epayment/v1/payments", data=b" " * 5_000_000, headers=headers)

    assert answer.status_code == 413


def test_a_missing_msn_is_named(merchant, code):
    del merchant.headers["Merchant-Serial-Number"]

    answer = merchant.create()

    assert answer.status_code == 400
    assert code(answer) == "4140"
    assert answer.json()["extraDetails"][1]["name"] == "Merchant-Serial-Number"


@pytest.mark.parametrize("msn", ["12", "x" * 6, "12345678901"])
def test_an_msn_is_four_to_ten_digits(merchant, msn):
    merchant.headers["Merchant-Serial-Number"] = msn

    assert merchant.create().status_code == 400


def test_a_reference_can_be_used_once_per_sales_unit(merchant, other_merchant, code):
    merchant.create()

    again = merchant.create()

    assert (again.status_code, code(again)) == (409, "4150")
    assert other_merchant.create().status_code == 201


def test_references_are_case_sensitive(merchant):
    merchant.create("order-0001")

    assert merchant.create("ORDER-0001").status_code == 201


def test_another_sales_units_payment_does_not_exist(merchant, other_merchant, code):
    merchant.create()

    for path in ("", "/events"):
        answer = other_merchant.get(f"/epayment/v1/payments/order-0001{path}")
        assert (answer.status_code, code(answer)) == (404, "5090")
    assert code(other_merchant.modify("capture", 100)) == "5090"
    assert code(other_merchant.cancel()) == "5090"
    assert code(other_merchant.force_approve()) == "5090"


@pytest.mark.parametrize(
    ("switch", "value", "changes", "expected", "status"),
    [
        ("paymentAllowed", False, {}, "5070", 403),
        ("bankAccountVerified", False, {}, "5060", 403),
        (
            "pushMessageAllowed",
            False,
            {"userFlow": "PUSH_MESSAGE", "customer": {"phoneNumber": "4712345678"}},
            "5080",
            403,
        ),
        (
            "longLivingPaymentAllowed",
            False,
            {"expiresAt": "2026-01-02T12:00:00Z", "receipt": RECEIPT},
            "5050",
            403,
        ),
        ("expressAllowed", False, {"shipping": SHIPPING, "profile": {"scope": "address"}}, "5020", 403),
        ("market", "DK", {}, "5040", 400),
    ],
)
def test_switches_of_the_sales_unit_decide(merchant, sandbox, code, switch, value, changes, expected, status):
    sandbox.sales_unit(merchant.keys["merchant_serial_number"], **{switch: value})

    answer = merchant.create(**changes)

    assert (answer.status_code, code(answer)) == (status, expected)


def test_a_unit_with_card_payments_takes_cards(merchant, sandbox):
    sandbox.sales_unit(merchant.keys["merchant_serial_number"], cardPaymentAllowed=True)

    assert merchant.create(paymentMethod={"type": "CARD"}).status_code == 201
    assert merchant.payment()["paymentMethod"] == {"type": "CARD"}


def test_a_phone_number_can_be_nobodys(merchant, sandbox, code):
    sandbox.settings(unknownPhoneNumbers=["4700000000"])

    assert code(merchant.create(customer={"phoneNumber": "4700000000"})) == "7010"


# Approving


def test_force_approve_reserves_the_amount(merchant):
    merchant.create()

    answer = merchant.force_approve()

    assert (answer.status_code, answer.content) == (200, b"")
    assert merchant.payment()["state"] == "AUTHORIZED"
    assert aggregate(merchant.payment()) == {"authorized": 49900, "cancelled": 0, "captured": 0, "refunded": 0}
    assert names(merchant.events()) == ["CREATED", "AUTHORIZED"]


def test_force_approve_takes_the_token_from_the_redirect_url(merchant, code):
    token = merchant.create().json()["redirectUrl"].partition("token=")[2]
    merchant.create("order-0002")

    assert code(merchant.force_approve("order-0002", {"token": token})) == "10010"
    assert code(merchant.force_approve(body={"token": "nonsense"})) == "10010"
    assert merchant.force_approve(body={"token": token}).status_code == 200


def test_force_approve_wants_to_know_who_approves(merchant, code):
    merchant.create()

    assert code(merchant.force_approve(body={})) == "4140"


def test_force_approve_takes_a_customer_and_a_token_together(merchant, code):
    token = merchant.create().json()["redirectUrl"].partition("token=")[2]
    customer = {"phoneNumber": "4712345678"}

    assert code(merchant.force_approve(body={"customer": customer, "token": "x"})) == "10010"
    assert merchant.force_approve(body={"customer": customer, "token": token}).status_code == 200


def test_force_approve_happens_once(merchant, code):
    merchant.reserved()

    assert code(merchant.force_approve()) == "6230"


def test_force_approve_comes_too_late_after_a_cancel(merchant, code):
    merchant.create()
    merchant.cancel()

    assert code(merchant.force_approve()) == "10010"


def test_force_approve_does_not_know_express(merchant, code):
    merchant.create(shipping=SHIPPING, profile={"scope": "address"})

    assert code(merchant.force_approve()) == "10060"


def test_a_thumb_approves(merchant, sandbox):
    merchant.create()

    report = sandbox.approve(reference="order-0001")

    assert report["state"] == "AUTHORIZED"
    assert merchant.payment()["state"] == "AUTHORIZED"


def test_a_thumb_aborts(merchant, sandbox):
    merchant.create()

    sandbox.abort(reference="order-0001")

    assert merchant.payment()["state"] == "ABORTED"
    assert names(merchant.events()) == ["CREATED", "ABORTED"]


def test_a_payment_nobody_looks_at_expires_at_its_own_moment(merchant, sandbox):
    merchant.create()

    sandbox.advance(3000)

    assert merchant.payment()["state"] == "EXPIRED"
    assert merchant.events()[-1]["timestamp"] == "2026-01-01T12:10:00.000Z"


def test_a_payment_is_open_until_the_last_moment(merchant, sandbox):
    merchant.create()

    sandbox.advance(599.9)
    assert merchant.payment()["state"] == "CREATED"

    sandbox.advance(0.1)
    assert merchant.payment()["state"] == "EXPIRED"


def test_a_long_living_payment_lives_as_long_as_it_says(merchant, sandbox):
    assert merchant.create(expiresAt="2026-01-01T14:00:00+01:00", receipt=RECEIPT).status_code == 201

    sandbox.advance(3599)
    assert merchant.payment()["state"] == "CREATED"
    sandbox.advance(1)
    merchant.headers["Authorization"] = f"Bearer {merchant.token()}"
    assert merchant.payment()["state"] == "EXPIRED"


def test_a_scope_gives_a_sub_once_authorized(merchant):
    merchant.create(profile={"scope": "name phoneNumber"})
    assert merchant.payment()["profile"] == {}

    merchant.force_approve()
    sub = merchant.payment()["profile"]["sub"]
    merchant.reserved("order-0002", profile={"scope": "name"})
    assert merchant.payment("order-0002")["profile"]["sub"] == sub


def test_without_a_scope_there_is_no_sub(merchant):
    merchant.reserved()

    assert merchant.payment()["profile"] == {}


def test_express_adds_the_shipping_and_tells_who_and_where(merchant, sandbox):
    merchant.create(shipping=SHIPPING, profile={"scope": "name address"})

    sandbox.approve(reference="order-0001")

    payment = merchant.payment()
    assert payment["amount"]["value"] == 49900 + 4900
    assert aggregate(payment)["authorized"] == 49900 + 4900
    assert payment["shippingDetails"]["shippingOptionId"] == "post"
    assert payment["userDetails"]["mobileNumber"] == "4712345678"


@pytest.mark.parametrize("value", [151, 182, 183, 184, 186, 187, 197, 202])
def test_special_amounts_fail_on_the_phone(merchant, sandbox, value):
    merchant.create(amount={"currency": "NOK", "value": value})

    report = sandbox.approve(reference="order-0001")

    assert report["approved"] is False
    assert report["testAmount"] == f"{value / 100:.2f} NOK is a documented test amount"
    assert merchant.payment()["state"] == "CREATED"
    last = merchant.events()[-1]
    assert (last["name"], last["success"]) == ("AUTHORIZED", False)


def test_special_amounts_do_not_stop_a_force_approve(merchant):
    merchant.reserved(amount={"currency": "NOK", "value": 151})

    assert merchant.payment()["state"] == "AUTHORIZED"


def test_special_amounts_stop_a_force_approve_when_told_to(merchant, sandbox, code):
    sandbox.settings(forceApproveHonoursSpecialAmounts=True)
    merchant.create(amount={"currency": "NOK", "value": 151})

    assert code(merchant.force_approve()) == "10010"


def test_amount_201_is_unknown_for_an_hour(merchant, sandbox, code):
    merchant.create(amount={"currency": "NOK", "value": 201})
    sandbox.approve(reference="order-0001")

    assert code(merchant.modify("capture", 201)) == "6160"
    assert code(merchant.cancel()) == "6250"
    sandbox.advance(3599)
    assert merchant.payment()["state"] == "CREATED"
    sandbox.advance(1)
    merchant.headers["Authorization"] = f"Bearer {merchant.token()}"
    assert merchant.payment()["state"] == "AUTHORIZED"


# Taking and giving back


def test_the_state_stays_authorized_while_the_aggregate_moves(merchant):
    merchant.reserved()

    captured = merchant.modify("capture", 30000).json()
    refunded = merchant.modify("refund", 10000).json()
    cancelled = merchant.cancel().json()

    assert aggregate(captured) == {"authorized": 49900, "cancelled": 0, "captured": 30000, "refunded": 0}
    assert aggregate(refunded) == {"authorized": 49900, "cancelled": 0, "captured": 30000, "refunded": 10000}
    assert aggregate(cancelled) == {"authorized": 49900, "cancelled": 19900, "captured": 30000, "refunded": 10000}
    assert {answer["state"] for answer in (captured, refunded, cancelled)} == {"AUTHORIZED"}
    assert {answer["pspReference"] for answer in (captured, refunded)} == {merchant.payment()["pspReference"]}
    events = merchant.events()
    assert names(events) == ["CREATED", "AUTHORIZED", "CAPTURED", "REFUNDED", "CANCELLED"]
    assert len({event["pspReference"] for event in events}) == 5


def test_capture_before_approval_is_refused(merchant, code):
    merchant.create()

    answer = merchant.modify("capture", 100)

    assert (answer.status_code, code(answer)) == (400, "6080")


def test_capture_beyond_reservation_is_refused(merchant, code):
    merchant.reserved()
    merchant.modify("capture", 40000)

    assert code(merchant.modify("capture", 9901)) == "6090"


def test_capture_of_all_happens_once(merchant, code):
    merchant.reserved()
    merchant.modify("capture", 49900)

    assert code(merchant.modify("capture", 1)) == "6170"


@pytest.mark.parametrize("verb", ["capture", "refund"])
def test_nothing_and_another_currency_are_refused(merchant, code, verb):
    merchant.reserved()
    merchant.modify("capture", 100)

    assert code(merchant.modify(verb, 0)) == "4040"
    assert code(merchant.modify(verb, 100, currency="DKK")) == "5040"
    assert code(merchant.modify(verb, "100.0")) == "4040"
    assert code(merchant.post(f"/epayment/v1/payments/order-0001/{verb}", {})) == "4140"


def test_capture_after_cancel_is_refused(merchant, code):
    merchant.reserved()
    merchant.cancel()

    assert code(merchant.modify("capture", 100)) == "6070"


def test_capture_of_an_aborted_payment_is_refused(merchant, sandbox, code):
    merchant.create()
    sandbox.abort(reference="order-0001")

    assert code(merchant.modify("capture", 100)) == "6200"


def test_capture_is_possible_for_180_days_in_norway(merchant, sandbox, code):
    merchant.reserved()
    sandbox.clock(now="2026-06-30T12:00:00Z")
    merchant.headers["Authorization"] = f"Bearer {merchant.token()}"
    assert merchant.modify("capture", 100).status_code == 200

    sandbox.advance(1)
    assert code(merchant.modify("capture", 100)) == "6100"
    assert code(merchant.cancel()) == "6030"


@pytest.mark.parametrize(("late", "expected"), [(False, 400), (True, 200)])
def test_capture_is_possible_for_14_days_in_denmark_unless_late_capture_is_on(merchant, sandbox, late, expected):
    msn = merchant.keys["merchant_serial_number"]
    sandbox.sales_unit(msn, market="DK", lateCaptureAllowed=late)
    merchant.reserved(amount={"currency": "DKK", "value": 1})

    sandbox.clock(now="2026-01-16T12:00:00Z")
    merchant.headers["Authorization"] = f"Bearer {merchant.token()}"

    assert merchant.modify("capture", 1, currency="DKK").status_code == expected


def test_part_of_it_needs_a_switch(merchant, sandbox, code):
    sandbox.sales_unit(merchant.keys["merchant_serial_number"], partialCaptureAllowed=False)
    merchant.reserved()

    assert code(merchant.modify("capture", 100)) == "6140"
    assert merchant.modify("capture", 49900).status_code == 200


def test_refund_before_reservation_is_refused(merchant, code):
    merchant.create()

    assert code(merchant.modify("refund", 100)) == "6020"


def test_refund_beyond_what_was_captured_is_refused(merchant, code):
    merchant.reserved()
    assert code(merchant.modify("refund", 100)) == "6150"

    merchant.modify("capture", 1000)
    merchant.modify("refund", 400)
    assert code(merchant.modify("refund", 601)) == "6150"
    assert merchant.modify("refund", 600).status_code == 200
    assert code(merchant.modify("refund", 1)) == "6180"


def test_refund_of_an_expired_payment_is_refused(merchant, sandbox, code):
    merchant.create()
    sandbox.advance(600)

    assert code(merchant.modify("refund", 100)) == "6210"


def test_refund_is_possible_for_365_days(merchant, sandbox, code):
    merchant.reserved()
    merchant.modify("capture", 1000)
    sandbox.clock(now="2027-01-01T12:00:00Z")
    merchant.headers["Authorization"] = f"Bearer {merchant.token()}"
    assert merchant.modify("refund", 100).status_code == 200

    sandbox.advance(1)
    assert code(merchant.modify("refund", 100)) == "6220"


@pytest.mark.parametrize(("value", "expected"), [(123, "6210"), (124, "6220")])
def test_special_refunds_fail(merchant, code, value, expected):
    merchant.reserved()
    merchant.modify("capture", 1000)

    assert code(merchant.modify("refund", value)) == expected
    assert aggregate(merchant.payment())["refunded"] == 0


def test_refunds_can_be_switched_off(merchant, sandbox, code):
    sandbox.sales_unit(merchant.keys["merchant_serial_number"], refundAllowed=False)
    merchant.reserved()
    merchant.modify("capture", 1000)

    assert code(merchant.modify("refund", 100)) == "5100"


def test_cancel_before_approval_terminates(merchant, code):
    merchant.create()

    answer = merchant.cancel()

    assert (answer.status_code, answer.json()["state"]) == (200, "TERMINATED")
    assert names(merchant.events()) == ["CREATED", "TERMINATED"]
    assert code(merchant.cancel()) == "6050"
    assert code(merchant.modify("capture", 100)) == "6070"


def test_cancel_releases_everything_that_is_left(merchant, code):
    merchant.reserved()

    assert aggregate(merchant.cancel().json())["cancelled"] == 49900
    assert code(merchant.cancel()) == "6190"


def test_cancel_after_full_capture_is_refused(merchant, code):
    merchant.reserved()
    merchant.modify("capture", 49900)

    assert code(merchant.cancel()) == "6040"


def test_cancel_of_the_transaction_only_stops_at_a_reservation(merchant, code):
    merchant.create()
    merchant.create("order-0002")
    merchant.force_approve("order-0002")

    assert merchant.cancel(body={"cancelTransactionOnly": True}).json()["state"] == "TERMINATED"
    assert code(merchant.cancel("order-0002", {"cancelTransactionOnly": True})) == "6060"
    assert merchant.cancel("order-0002", {"cancelTransactionOnly": False}).status_code == 200


def test_cancel_needs_no_idempotency_key(merchant):
    merchant.create()

    answer = merchant.http.post(f"{merchant.base_url}/epayment/v1/payments/order-0001/cancel", headers=merchant.headers)

    assert answer.status_code == 200


# The rest of the shelf


def test_a_real_api_without_a_page_is_named(sandbox, http):
    answer = http.get(f"{sandbox.base_url}/loyalty/v1/events")

    assert answer.status_code == 501
    assert "Loyalty API" in answer.json()["detail"]


@pytest.mark.parametrize("path", ["/", "/nothing/here", "/epayment", "/epayment/v1/refunds"])
def test_an_unknown_path_is_the_gateways_404(sandbox, http, path):
    answer = http.get(sandbox.base_url + path)

    assert (answer.status_code, answer.json()) == (404, {"statusCode": 404, "message": "Resource not found"})


def test_a_wrong_method_is_refused(merchant):
    answer = merchant.http.delete(f"{merchant.base_url}/epayment/v1/payments/order-0001", headers=merchant.headers)

    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET"


# Express, with options asked for


DYNAMIC = {"profile": {"scope": "name address"}}
GROUPS = [
    {
        "type": "MAILBOX",
        "brand": "POSTEN",
        "options": [
            {"id": "slow", "name": "Within a week", "amount": {"currency": "NOK", "value": 4900}},
            {"id": "fast", "name": "Tomorrow", "amount": {"currency": "NOK", "value": 9900}, "isDefault": True},
        ],
    }
]


@pytest.fixture
def asked(serve, merchant, sandbox):
    """Creates an Express payment whose merchant answers as told; gives what the merchant was asked."""

    def create(body, status=200):
        server = serve(lambda seen: Answer(status, json.dumps(body).encode()))
        options = {"callbackUrl": f"{server.base_url}/ways", "callbackAuthorizationToken": "shop-token"}
        created = merchant.create(shipping={"dynamicOptions": options}, **DYNAMIC)
        assert created.status_code == 201, created.text
        sandbox.deliveries()
        return server.seen

    return create


def test_the_merchant_is_asked_for_shipping_options(merchant, sandbox, asked):
    [seen] = asked({"groups": GROUPS})

    report = sandbox.approve(reference="order-0001")

    assert report["approved"] is True
    assert (seen.method, seen.path, seen.headers["Authorization"]) == ("POST", "/ways", "shop-token")
    assert json.loads(seen.body) == {
        "reference": "order-0001",
        "AddressLine1": "Storgata 1",
        "City": "Oslo",
        "PostCode": "0155",
        "Country": "NO",
    }
    payment = merchant.payment()
    assert payment["amount"]["value"] == 59800
    assert payment["shippingDetails"]["shippingOptionId"] == "fast"


def test_a_merchants_answer_is_understood_as_leniently_as_a_request(merchant, sandbox, asked):
    option = {"id": 7, "name": "Slowly", "amount": {"currency": "nok", "value": "4900"}, "carrier": "bike"}
    groups = [{"type": "mailbox", "brand": "POSTEN", "isDefault": None, "options": [option]}]
    asked({"groups": groups, "version": 2})

    assert sandbox.approve(reference="order-0001")["approved"] is True
    assert merchant.payment()["shippingDetails"]["shippingOptionId"] == "7"


def test_in_a_strict_sandbox_a_merchants_answer_is_read_to_the_letter(merchant, sandbox, asked):
    sandbox.settings(strictness="strict")
    asked({"groups": GROUPS, "version": 2})

    assert sandbox.approve(reference="order-0001")["approved"] is False


def test_the_customer_chooses_the_shipping(merchant, sandbox, asked):
    asked({"groups": GROUPS})

    sandbox.approve(reference="order-0001", choice="slow")

    assert merchant.payment()["shippingDetails"]["shippingOptionId"] == "slow"


EUROS = [GROUPS[0] | {"options": [{"id": "slow", "name": "Slowly", "amount": {"currency": "EUR", "value": 1}}]}]


@pytest.mark.parametrize(
    ("body", "status"),
    [({"groups": GROUPS}, 500), ({"groups": []}, 200), ([], 200), ({"groups": EUROS}, 200)],
)
def test_without_usable_options_the_customer_cannot_go_on(merchant, sandbox, asked, body, status):
    asked(body, status)

    report = sandbox.approve(reference="order-0001")

    assert (report["approved"], report["reason"]) == (False, "the shop offers no delivery")
    assert merchant.payment()["state"] == "CREATED"


def test_the_receiver_of_the_question_must_be_safe(merchant, code):
    refused = merchant.create(shipping={"dynamicOptions": {"callbackUrl": "http://example.com"}}, **DYNAMIC)

    assert (refused.status_code, code(refused)) == (400, "4090")
