"""Advice for a refused request comes from the request: whoever sent it, however, and to whichever API."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.answers import TEST_HOST, answer
from tests.errors.bench import AGREEMENTS, DRAFT, NOON, ORDERS, PAYMENT, PAYMENTS, Bench
from vipps_nb import ApiError
from vipps_nb.apis import catalogue
from vipps_nb.apis.catalogue import schemas
from vipps_nb.client.recorder.money import Money
from vipps_nb.display.answer import AnswerCard
from vipps_nb.explain import SYMPTOMS, explain
from vipps_nb.explain.exchange import Exchange
from vipps_nb.sandbox import Sandbox

ORDER = PAYMENT | {"reference": "order-0001"}
CAPTURE = f"{PAYMENTS}/order-0001/capture"


def nok(value):
    return {"currency": "NOK", "value": value}


@pytest.fixture(scope="module")
def running():
    with Sandbox(seed=1) as sandbox:
        yield sandbox


@pytest.fixture
def bench(running, serve, nowhere):
    running.reset(seed=1)
    running.hold(NOON)
    (nowhere / ".env").write_text(running.dotenv())
    (nowhere / ".env").chmod(0o600)
    return Bench(running, serve)


def advice(response):
    """What the card says beneath the server's words."""
    explanation = AnswerCard(response).explanation
    return " ".join(sentence for _, sentence in explanation.sentences)


def sent_by_requests_call(session):
    return lambda path, body: session.request("POST", path, json=body)


def sent_by_post(session):
    return lambda path, body: session.post(path, json=body)


def sent_as_text(session):
    headers = {"Content-Type": "application/json"}
    return lambda path, body: session.post(path, data=json.dumps(body), headers=headers)


def sent_by_map(session):
    return lambda path, body: session.map("POST", [(path, {"json": body})], quiet=True)[0]


def sent_again(session):
    def send(path, body):
        session.post(path, json=body)
        return session.history.resend(-1)  # with the same key, which the advice says as well

    return send


def looked_up(session):
    def send(path, body):
        session.post(path, json=body)
        return session.history[-1].response

    return send


@pytest.mark.parametrize("way", [sent_by_post, sent_by_requests_call, sent_as_text, sent_by_map, sent_again, looked_up])
def test_a_misnamed_field_is_told_however_it_was_sent(bench, way):
    bench.reserved()

    said = advice(way(bench.vipps)(CAPTURE, {"amount": nok(100)}))

    assert "Did you mean `modificationAmount`?" in said
    assert "returnUrl" not in said


def test_what_the_api_named_comes_first(bench):
    body = {name: value for name, value in ORDER.items() if name != "returnUrl"} | {
        "amount": {"currency": "NOK", "val": 100},
        "userFlow": "WEB_REDIRECT",
        "returnURL": "https://example.com",
    }

    said = advice(bench.vipps.post(PAYMENTS, json=body))

    assert "`amount.val` is no documented field, and `amount.value` is missing." in said
    assert "Did you mean `value`?" in said
    assert "WEB_REDIRECT needs" not in said


def test_a_missing_field_that_the_api_named_comes_before_another_mistake(bench):
    body = ORDER | {"amount": {"currency": "NOK"}, "expireAt": "2030-01-01T00:00:00Z"}

    said = advice(bench.vipps.post(PAYMENTS, json=body))

    assert said.index("`amount.value` is missing") < said.index("`expireAt`")
    assert "Add `amount.value`." in said


@pytest.mark.parametrize("name", ["redirectUrl", "returnURL", "return_url", "backTo"])
def test_a_misnamed_return_url_is_told(bench, name):
    body = {key: value for key, value in ORDER.items() if key != "returnUrl"}

    said = advice(bench.vipps.post(PAYMENTS, json=body | {"userFlow": "WEB_REDIRECT", name: "https://example.com"}))

    assert f"`{name}` is no documented field, and `returnUrl` is missing." in said
    assert "Did you mean `returnUrl`?" in said


def test_a_sole_unknown_field_beside_a_sole_missing_one_is_that(bench):
    bench.reserved()
    events = ["epayments.payment.created.v1"]
    webhook = {"callbackUrl": "https://example.com/hook", "events": events}

    captured = advice(bench.vipps.post(CAPTURE, json={"modificationAmount": {"currency": "NOK", "amount": 100}}))
    registered = advice(bench.vipps.post("/webhooks/v1/webhooks", json=webhook))

    assert "`modificationAmount.value` is missing" in captured
    assert "Did you mean `value`?" in captured
    assert "`callbackUrl` is no documented field, and `url` is missing." in registered
    assert "Did you mean `url`?" in registered


@pytest.mark.parametrize(
    ("field", "value", "meant"),
    [
        ("redirectUrl", "https://example.com", " Did you mean returnUrl?"),
        ("expireAt", "2030-01-01T00:00:00Z", " Did you mean expiresAt?"),  # though returnUrl is missing
        ("zzzzz", {"a": 1}, ""),  # no address
    ],
)
def test_a_body_that_is_checked_before_sending_is_told_the_same(field, value, meant):
    operation = catalogue.find("POST", PAYMENTS)
    body = {key: kept for key, kept in ORDER.items() if key != "returnUrl"} | {"userFlow": "WEB_REDIRECT", field: value}

    (fault,) = schemas.faults(catalogue.document_of(operation), operation.body.schema, body)

    assert (fault.name, fault.reason) == (f"/{field}", f"There is no such field.{meant}")


def test_raise_for_status_notes_the_same(bench):
    bench.reserved()
    with pytest.raises(ApiError) as refused:
        bench.vipps.post(CAPTURE, json={"amount": nok(100)}).raise_for_status()

    assert "Did you mean `modificationAmount`?" in "".join(refused.value.__notes__)


@pytest.mark.parametrize(
    ("method", "path", "body", "told"),
    [
        ("POST", PAYMENTS, ORDER | {"amount": 5}, '"amount": {"currency": "NOK", "value": 5}'),
        ("POST", PAYMENTS, ORDER | {"amount": {"value": 5}}, "`amount.currency` is missing"),
        ("POST", PAYMENTS, [ORDER], "The body should be an object with"),
        ("POST", PAYMENTS, None, "The request has no body"),
        ("POST", PAYMENTS, ORDER | {"userFlow": "WEB_REDIREKT"}, "Did you mean WEB_REDIRECT?"),
        ("POST", PAYMENTS, ORDER | {"paymentMethod": "WALLET"}, "`paymentMethod` should be an object with `type`"),
        ("POST", PAYMENTS, {**ORDER, "returnUrl": None}, "WEB_REDIRECT needs `returnUrl`"),
        ("POST", PAYMENTS, ORDER | {"amount": nok(-5)}, "the least of a payment in NOK is 100, 1.00 NOK"),
        ("POST", PAYMENTS, ORDER | {"amount": nok(0)}, "the least of a payment in NOK is 100, 1.00 NOK"),
        ("POST", PAYMENTS, ORDER | {"amount": nok(499.5)}, "a whole number of minor units"),
        ("POST", AGREEMENTS, {"pricing": {"type": "LEGACY", "amount": nok(5), "currency": "NOK"}}, '"amount": 5'),
        ("POST", AGREEMENTS, DRAFT | {"initialCharge": {"amount": nok(5)}}, "`initialCharge.amount` should be a whole"),
        ("POST", ORDERS, {"transaction": {"amount": nok(5), "orderId": "order-0001"}}, '"amount": 5'),
        ("POST", "/checkout/v3/session", {"amount": 5}, "`transaction` are missing"),
        ("POST", "/qr/v1/merchant-redirect", {"id": "a", "redirecturl": "https://example.com"}, "`redirectUrl`"),
        ("POST", "/webhooks/v1/webhooks", {"url": "https://example.com"}, "`events` is missing"),
        ("PUT", "/order-management/v2/ecom/categories/order-0001", {"catgeory": "RECEIPT"}, "`category`"),
        ("POST", AGREEMENTS, [], "The body should be an object"),
    ],
)
def test_the_body_is_held_against_the_document_of_the_api_that_was_asked(bench, method, path, body, told):
    assert told in advice(bench.vipps.request(method, path, json=body))


@pytest.mark.parametrize(
    ("value", "told"),
    [(0, "The amount sent is 0"), (-5, "The amount sent is -5")],
)
def test_a_capture_has_a_limit_of_its_own(bench, value, told):
    bench.reserved()

    said = advice(bench.modify("capture", value))

    assert told in said
    assert "the least of a capture is 1, 0.01 NOK" in said


def test_a_capture_in_another_currency_is_told_that_of_the_payment(bench):
    bench.reserved()

    said = advice(bench.vipps.post(CAPTURE, json={"modificationAmount": {"currency": "EUR", "value": 100}}))

    assert "The amount is in EUR, and the payment is in NOK." in said
    assert '{"modificationAmount": {"currency": "NOK", "value": 100}}' in said
    assert "sales unit" not in said


# What is left is known from what this kernel has seen. The real API does not say it, so the sandbox's words go.


def unsaid(response):
    """The same refusal, in words that tell no amount."""
    body = response.json()
    response._content = json.dumps({name: body[name] for name in body if name != "detail"}).encode()
    return response


def test_a_capture_of_too_much_is_told_what_is_left(bench):
    bench.reserved()
    bench.modify("capture", 10000)

    said = advice(unsaid(bench.modify("capture", 9_999_900)))

    assert "9999900 (99,999.00 NOK) was to be captured, and 39900 (399.00 NOK) is left" in said
    assert "authorised 499.00, captured 100.00, released 0.00" in said
    assert 'Send at most 39900: {"modificationAmount": {"currency": "NOK", "value": 39900}}.' in said


def test_the_making_of_a_payment_tells_it_too(bench):
    bench.reserved()

    said = advice(unsaid(bench.modify("capture", 49901)))

    assert "49900 (499.00 NOK) is left: the payment was made over 499.00 NOK." in said


def test_a_refund_of_too_much_is_told_what_can_go_back(bench):
    bench.captured(10000)
    bench.modify("refund", 4000)

    said = advice(unsaid(bench.modify("refund", 6001)))

    assert "6000 (60.00 NOK) is left: captured 100.00, refunded 40.00." in said


def test_who_has_seen_nothing_is_told_where_to_look(bench):
    bench.reserved()
    bench.vipps.history.clear()

    said = advice(unsaid(bench.modify("capture", 49901)))

    assert "This kernel has not seen how much that is." in said
    assert "GET /epayment/v1/payments/order-0001)" in said


def test_ecom_is_told_in_its_own_names(bench):
    bench.ecom()
    bench.sandbox.approve(reference="order-0001")
    merchant = {"merchantInfo": {"merchantSerialNumber": bench.msn}}
    too_much = merchant | {"transaction": {"amount": 49901, "transactionText": "Socks"}}
    refused = bench.vipps.post(f"{ORDERS}/order-0001/capture", json=too_much)

    said = advice(refused)

    assert "49901 (499.01) was to be captured, and 49900 (499.00) is left" in said
    assert 'Send at most 49900: "amount": 49900.' in said
    assert "modificationAmount" not in said


def test_a_charge_is_told_what_is_left_of_it(bench):
    charge = bench.charged(transactionType="RESERVE_CAPTURE")
    bench.wait(25)
    assert bench.vipps.get(charge).json()["status"] == "RESERVED"
    assert bench.vipps.post(f"{charge}/capture", json={"amount": 10000}).ok

    said = advice(unsaid(bench.vipps.post(f"{charge}/capture", json={"amount": 40000})))

    assert "40000 (400.00 NOK) was to be captured, and 39900 (399.00 NOK) is left" in said
    assert 'Send at most 39900: {"amount": 39900}.' in said


# Paths, methods, names.


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("/epayment/v1/payment/order-0001", "/epayment/v1/payments/order-0001"),
        ("/epayments/v1/payments/order-0001", "/epayment/v1/payments/order-0001"),
        ("/epayment/v2/payments/order-0001", "/epayment/v1/payments/order-0001"),
        ("/epayment/v1/payments/order-0001/event", "/epayment/v1/payments/order-0001/events"),
        ("/v1/payments/order-0001", "/epayment/v1/payments/{reference}"),
        ("/ecom/v2/payments/order-0001/details", "/ecomm/v2/payments/order-0001/details"),
        ("/recurring/v3/agreement/agr_1234567/charges", "/recurring/v3/agreements/agr_1234567/charges"),
        ("/report/v2/legders", "/report/v2/ledgers/{ledgerId}/{topic}/feed"),
        ("/webhooks/v1/webhook", "/webhooks/v1/webhooks"),
        ("/management/v1/salesunits", "/management/v1/sales-units"),
    ],
)
def test_a_path_that_no_api_has_is_told_the_nearest(bench, path, meant):
    said = advice(bench.vipps.get(path))

    assert said.startswith("No API has this path.")
    assert said.endswith(f"Did you mean {meant}?")


def test_a_path_far_from_all_is_not_guessed_at(bench):
    assert "Did you mean" not in advice(bench.vipps.get("/nowhere/at/all"))


def test_a_wrong_method_is_told_which_there_are(bench):
    said = advice(bench.vipps.delete("/qr/v1/merchant-redirect"))

    assert "This path has no DELETE. It has GET and POST." in said


@pytest.mark.parametrize(
    ("path", "what"),
    [
        (f"{PAYMENTS}/order-9999", "No payment of this sales unit has this reference."),
        ("/qr/v1/merchant-redirect/table-7", "There is no `id` table-7 for these keys."),
        (f"{AGREEMENTS}/agr_1234567", "There is no `agreementId` agr_1234567 for these keys."),
    ],
)
def test_a_name_that_nothing_has_is_no_wrong_path(bench, path, what):
    said = advice(bench.vipps.get(path))

    assert what in said
    assert "No API has this path" not in said


@pytest.mark.parametrize("path", [f"{PAYMENTS}/{{reference}}", f"{AGREEMENTS}/{{agreementId}}"])
def test_a_name_that_was_never_filled_in_is_told(bench, path):
    assert "in the path was never filled in" in advice(bench.vipps.get(path))


# A refusal that an idempotency key repeats is the same refusal; another one is not.


def test_another_refusal_under_the_same_key_is_explained_for_itself(bench):
    bench.reserved()
    first, again = bench.modify("capture", 49901, key="one-key"), bench.modify("capture", 49901, key="one-key")
    bench.sandbox.faults([{"code": "6260"}])
    other = bench.modify("capture", 49901, key="one-key")

    told = [explain(one).name for one in (first, again, other)]
    assert told == ["capture-too-much", "refusal-bound-to-key", "funds-unavailable"]


# Never an exception, whatever was sent and answered; and nothing of a person is repeated.


NAMES = [
    "amount",
    "modificationAmount",
    "currency",
    "value",
    "reference",
    "customer",
    "phoneNumber",
    "customerToken",
    "scope",
    "profile",
    "metadata",
    "pricing",
    "type",
    "campaign",
    "status",
    "transaction",
    "orderId",
    "returnUrl",
    "url",
    "userFlow",
    "paymentMethod",
    "receipt",
    "orderLines",
    "merchantSerialNumber",
    "grant_type",
    "suggestedMaxAmount",
    "due",
    "merchantInfo",
    "code",
    "redirect_uri",
]
WORDS = [
    "NOK",
    "EUR",
    "-5",
    "49900",
    "4.5",
    "WALLET",
    "CARD",
    "http://localhost",
    "https://[",
    "a,b",
    "\ud800",
    "WEB_REDIRECT",
]
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(WORDS)
BODIES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=5), inner, max_size=6)
    ),
    max_leaves=12,
)
PATHS = st.sampled_from([one.path for one in catalogue.operations()]) | st.text("abc/{}.%é", max_size=20).map(
    "/".__add__
)
CODES = sorted({code for symptom in SYMPTOMS for code in symptom.codes})
PROBLEM = "https://developer.vippsmobilepay.com/docs/APIs/recurring-api/recurring-api-problems#"
REFUSALS = BODIES | st.sampled_from(CODES).flatmap(
    lambda code: st.sampled_from(
        [
            {"title": "No", "extraDetails": [{"name": "ErrorCode", "reason": code}]},
            {"title": "No", "type": f"{PROBLEM}{code}", "extraDetails": [{"name": "amount.value", "reason": "x"}]},
            [{"errorGroup": "Payment", "errorCode": code, "errorMessage": "User not registered"}],
            {"error": code, "error_description": "AADSTS70001"},
        ]
    )
)
RAW = (
    st.none() | st.binary(max_size=20) | st.text(max_size=20) | BODIES.map(json.dumps) | BODIES.map(lambda _: iter(()))
)
HEADERS = st.dictionaries(
    st.sampled_from(["Authorization", "Content-Type", "Idempotency-Key", "X-Request-Id", "Merchant-Serial-Number"]),
    st.sampled_from(["", "Bearer x", "bearer", "x", "application/json", "Basic  x", b"bytes", "\u00e9" * 60]),
)
SEEN = st.none() | st.builds(
    Money,
    currency=st.sampled_from(["", "NOK"]),
    amount=st.integers(0, 10**6),
    captured=st.none() | st.integers(0, 10**6),
)


@settings(max_examples=300)
@given(
    method=st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"]),
    host=st.sampled_from([TEST_HOST, "https://api.vipps.no", "http://127.0.0.1:8080"]),
    path=PATHS,
    status=st.sampled_from([200, 400, 401, 403, 404, 405, 409, 415, 422, 423, 429, 500, 503]),
    sent=RAW,
    headers=HEADERS,
    refusal=REFUSALS,
    seen=SEEN,
)
def test_no_request_and_no_answer_breaks_an_explanation(method, host, path, status, sent, headers, refusal, seen):
    response = answer(refusal, method=method, url=host + "/", status=status)
    response.request.url, response.request.body = host + path, sent
    response.request.headers.update(headers)
    vars(response)["seen"] = seen
    exchange = Exchange.of(response)

    for symptom in SYMPTOMS:  # not only the one that wins
        told = symptom.fitted(exchange)
        assert all(isinstance(sentence, str) and sentence for _, sentence in told.sentences)
    explain(response)


@pytest.mark.parametrize(
    "body",
    [
        "[" * 100_000 + "]" * 100_000,
        '{"a":' * 900 + "1" + "}" * 900,
        json.dumps({"metadata": {str(number): "x" for number in range(100_000)}}),
        json.dumps([{"amount": 5}] * 50_000),
        "x" * (5 << 20),
    ],
    ids=["deep list", "900 deep", "wide", "long", "5 MiB"],
)
def test_a_huge_or_deep_body_is_explained_like_any_other(body):
    response = answer({"title": "No"}, method="POST", url=f"{TEST_HOST}{PAYMENTS}", status=400)
    response.request.body = body

    explain(response)


@pytest.mark.parametrize("place", ["phoneNumber", "amount", "returnUrl", "reference", "paymentDescription", "scope"])
def test_advice_repeats_no_text_of_the_request_that_could_be_somebodys(place):
    secret = "c2VjcmV0LXRoYXQtbXVzdA 4712345678"
    for code in CODES:
        body = {"title": "No", "extraDetails": [{"name": "ErrorCode", "reason": code}]}
        sent = ORDER | {place: secret, "customer": {"phoneNumber": secret}}
        response = answer(body, method="POST", url=f"{TEST_HOST}{PAYMENTS}", status=400, sent=sent)
        explanation = explain(response)

        assert explanation is None or secret[:12] not in repr(explanation.sentences)


# What the server names beside the body


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "told"),
    [
        ("POST", "/psp/v3/psppayments/init", {"amount": "1,00"}, {}, "Add the header `Psp-Id`."),
        ("POST", PAYMENTS, ORDER, {"Idempotency-Key": "k" * 51}, "Correct the header `Idempotency-Key`."),
        ("POST", "/qr/v1/merchant-redirect", {"id": "a"}, {"Accept": "text/x"}, "Correct the header `Accept`."),
        ("GET", f"{PAYMENTS}/x", None, {"Merchant-Serial-Number": "x"}, "the header `Merchant-Serial-Number`."),
        ("POST", "/order-management/v2/epayment/receipts/x", {}, {}, "Correct `paymentType` in the path."),
    ],
)
def test_a_header_or_a_part_of_the_path_that_the_api_named_comes_before_the_body(
    bench, method, path, body, headers, told
):
    assert told in advice(bench.vipps.request(method, path, json=body, headers=headers))


def test_who_wanted_to_read_is_not_told_to_write(bench):
    said = advice(bench.vipps.get(PAYMENTS))

    assert "GET /epayment/v1/payments/{reference}" in said
    assert "Send POST" not in said


def test_an_address_with_a_blank_is_not_called_a_good_one(bench):
    said = advice(bench.vipps.post(PAYMENTS, json=ORDER | {"returnUrl": "https://example.com/a b"}))

    assert "`returnUrl` has a blank in it" in said
    assert "Percent-encode" in said


def test_all_faults_of_the_alternative_that_fits_best_are_told(bench):
    order = {
        "type": "PAYMENT",
        "merchantInfo": {"callbackUrl": "https://example.com/c", "returnUrl": "https://e.com/r"},
    }

    said = advice(
        bench.vipps.post(
            "/checkout/v3/session",
            json=order | {"transaction": {"amount": nok(100), "paymentDescription": "x", "reference": "session-1"}},
        )
    )

    assert "`merchantInfo.callbackAuthorizationToken` is missing" in said
    assert "`transaction.paymentDescription` is shorter than 3 characters" in said


def test_a_misspelled_event_is_told_the_right_one(bench):
    order = {"url": "https://example.com/hook", "events": ["epayment.payment.captured.v1"]}

    assert "Did you mean epayments.payment.captured.v1?" in bench.vipps.post("/webhooks/v1/webhooks", json=order).text
