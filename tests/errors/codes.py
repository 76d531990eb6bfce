"""The codes of ePayment and the problem ids of Recurring: each with what provokes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import requests

from tests.errors.bench import AGREEMENTS, LEGACY, PAYMENTS, RECEIPT, VARIABLE, Bench
from tests.errors.case import By, Case

Provocation = Callable[[Bench], requests.Response]
EXPRESS = {
    "shipping": {
        "fixedOptions": [
            {
                "type": "HOME_DELIVERY",
                "brand": "OTHER",
                "options": [{"id": "home", "amount": {"currency": "NOK", "value": 9900}, "name": "Home"}],
            }
        ]
    },
    "profile": {"scope": "address"},
}
JSON = {"Content-Type": "application/json"}


def _after(*steps: str | Callable[[Bench], Any], then: Provocation) -> Provocation:
    """Do these steps, names of the bench's methods or functions, and then what is refused."""

    def provoke(bench: Bench) -> requests.Response:
        for step in steps:
            getattr(bench, step)() if isinstance(step, str) else step(bench)
        return then(bench)

    return provoke


def _create(**changes: Any) -> Provocation:
    return lambda bench: bench.create(**changes)


def _modify(verb: str, value: int = 49900) -> Provocation:
    return lambda bench: bench.modify(verb, value)


def _switched(**switches: Any) -> Callable[[Bench], Any]:
    return lambda bench: bench.allow(**switches)


def _days(count: float) -> Callable[[Bench], Any]:
    return lambda bench: bench.wait(count)


def _old_customer_token(bench: Bench) -> requests.Response:
    till = bench.vipps.put("/qr/v1/merchant-callback/till-1", json={"locationDescription": "Till"})
    assert till.ok, till.text
    token = bench.sandbox.scan(merchant_qr_id="till-1")["checkedIn"]["customerToken"]
    bench.wait(16 / 24 / 60)
    return bench.create(userFlow="PUSH_MESSAGE", returnUrl=None, customer={"customerToken": token})


def _two_captures(bench: Bench) -> requests.Response:
    bench.reserved()
    bench.modify("capture", 100, key="one-key")
    return bench.modify("capture", 200, key="one-key")


def _two_refunds(bench: Bench) -> requests.Response:
    bench.captured()
    bench.modify("refund", 100, key="one-key")
    return bench.modify("refund", 200, key="one-key")


def _two_payments(bench: Bench) -> requests.Response:
    bench.create("order-0001", key="one-key")
    return bench.create("order-0002", key="one-key")


def _twice(bench: Bench) -> requests.Response:
    bench.created()
    return bench.create()


def _duplicate_metadata(bench: Bench) -> requests.Response:
    order = bench.create(metadata={"a": "1"}).request.body
    body = order if isinstance(order, str) else (order or b"").decode()
    body = body.replace('{"a": "1"}', '{"a": "1", "a": "2"}').replace("order-0001", "order-0002")
    return bench.vipps.post(PAYMENTS, data=body, headers=JSON)


def _after_abort(bench: Bench) -> None:
    bench.created()
    bench.sandbox.abort(reference="order-0001")


def _undecided(bench: Bench) -> None:
    """The special amount whose outcome is unknown for an hour."""
    bench.created(amount={"currency": "NOK", "value": 201})
    bench.sandbox.approve(reference="order-0001")


def _epayment(code: str, symptom: str, how: str, provoke: Provocation) -> Case:
    return Case(row=code, see=code, symptom=symptom, how=how, provoke=provoke)


def _ordered(code: str, symptom: str) -> Case:
    path = f"{PAYMENTS}/order-0001/{'approve' if code.startswith('100') else 'capture'}"
    return Case(
        row=code,
        see=code,
        symptom=symptom,
        how=f'`vipps.sandbox.faults([{{"code": "{code}"}}])`, then any call',
        by=By.FAULTS,
        provoke=lambda bench: (
            bench.refuse("POST", path.replace("v1", "v1/test"), code=code)
            if path.endswith("approve")
            else bench.refuse("POST", path, code=code)
        ),
    )


def _many(count: int) -> dict[str, str]:
    return {f"key-{number}": "value" for number in range(count)}


LONG_LIFE = {"receipt": RECEIPT, "expiresAt": "2026-01-10T12:00:00Z"}
EPAYMENT = (
    _epayment(
        "3010",
        "malformed-request",
        "A payment whose body is cut off",
        lambda bench: bench.vipps.post(PAYMENTS, data="{", headers=JSON),
    ),
    _epayment("4010", "capture-key-reused", "Two captures of different amounts with one key", _two_captures),
    _epayment("4020", "key-reused", "Two payments with one key", _two_payments),
    _epayment("4040", "amount-invalid", "A capture of 0", _after("reserved", then=_modify("capture", 0))),
    _epayment("4050", "customer-token-invalid", "A customer token of 16 minutes ago", _old_customer_token),
    _epayment(
        "4060",
        "personal-qr-invalid",
        "A personal QR of one letter",
        _create(userFlow="PUSH_MESSAGE", customer={"personalQr": "x"}),
    ),
    _epayment(
        "4070",
        "phone-number-invalid",
        "The number +47 123 45 678",
        _create(userFlow="PUSH_MESSAGE", customer={"phoneNumber": "+47 123 45 678"}),
    ),
    _epayment("4080", "scope-invalid", "The scope shoeSize", _create(profile={"scope": "shoeSize"})),
    _epayment("4090", "url-invalid", "A returnUrl with http://", _create(returnUrl="http://example.com")),
    _epayment("4100", "metadata-too-much", "Six pairs of metadata", _create(metadata=_many(6))),
    _epayment("4110", "metadata-too-much", "Metadata with the same key twice", _duplicate_metadata),
    _epayment("4120", "metadata-too-much", "A metadata key of 101 characters", _create(metadata={"k" * 101: "v"})),
    _epayment("4130", "metadata-too-much", "A metadata value of 501 characters", _create(metadata={"k": "v" * 501})),
    _epayment("4140", "parameter-missing", "WEB_REDIRECT without a returnUrl", _create(returnUrl=None)),
    _epayment("4150", "reference-taken", "The same reference for two payments", _twice),
    _epayment("4150", "refund-key-reused", "Two refunds of different amounts with one key", _two_refunds),
    _epayment(
        "4160",
        "payment-method-invalid",
        "CARD, which a test sales unit does not have",
        _create(paymentMethod={"type": "CARD"}),
    ),
    _epayment(
        "5010",
        "blocking-sources",
        "blockedSources on a Norwegian sales unit",
        _create(paymentMethod={"type": "WALLET", "blockedSources": ["COMMERCIAL_CARDS"]}),
    ),
    _epayment(
        "5020",
        "express-not-approved",
        "Express with the switch expressAllowed off",
        _after(_switched(expressAllowed=False), then=_create(**EXPRESS)),
    ),
    _epayment("5030", "scope-needs-approval", "The scope nin without an approval", _create(profile={"scope": "nin"})),
    _epayment(
        "5040",
        "currency-of-another-market",
        "EUR on a Norwegian sales unit",
        _create(amount={"currency": "EUR", "value": 49900}),
    ),
    _epayment(
        "5050",
        "long-living-not-approved",
        "expiresAt with the switch longLivingPaymentAllowed off",
        _after(_switched(longLivingPaymentAllowed=False), then=_create(**LONG_LIFE)),
    ),
    _epayment(
        "5060",
        "bank-account-unverified",
        "A payment with the switch bankAccountVerified off",
        _after(_switched(bankAccountVerified=False), then=_create()),
    ),
    _ordered("5070", "payment-cannot-be-created"),
    _epayment(
        "5080",
        "push-message-not-approved",
        "PUSH_MESSAGE with the switch pushMessageAllowed off",
        _after(
            _switched(pushMessageAllowed=False),
            then=_create(userFlow="PUSH_MESSAGE", customer={"phoneNumber": "4712345678"}),
        ),
    ),
    _epayment(
        "5090",
        "reference-unknown",
        "A payment that nobody made",
        lambda bench: bench.vipps.get(f"{PAYMENTS}/order-0001"),
    ),
    _epayment(
        "5100",
        "refunds-switched-off",
        "A refund with the switch refundAllowed off",
        _after("captured", _switched(refundAllowed=False), then=_modify("refund")),
    ),
    _epayment("6010", "amount-too-small", "A payment of 0.99 NOK", _create(amount={"currency": "NOK", "value": 99})),
    _epayment(
        "6020",
        "refund-before-reservation",
        "A refund before the approval",
        _after("created", then=_modify("refund")),
    ),
    _epayment(
        "6030",
        "cancel-period-over",
        "A cancel after 181 days",
        _after("reserved", _days(181), then=lambda bench: bench.cancel()),
    ),
    _epayment(
        "6040",
        "cancel-after-full-capture",
        "A cancel after everything was captured",
        _after("captured", then=lambda bench: bench.cancel()),
    ),
    _epayment(
        "6050",
        "cancel-unreserved",
        "A cancel after the customer has aborted",
        _after(_after_abort, then=lambda bench: bench.cancel()),
    ),
    _epayment(
        "6060",
        "cancel-transaction-only",
        "cancelTransactionOnly after the approval",
        _after("reserved", then=lambda bench: bench.cancel(cancelTransactionOnly=True)),
    ),
    _epayment(
        "6070",
        "capture-after-cancel",
        "A capture after a cancel",
        _after("reserved", "cancel", then=_modify("capture")),
    ),
    _epayment(
        "6080", "capture-before-approval", "A capture before the approval", _after("created", then=_modify("capture"))
    ),
    _epayment(
        "6090",
        "capture-too-much",
        "A capture of more than is reserved",
        _after("reserved", then=_modify("capture", 49901)),
    ),
    _epayment(
        "6100",
        "capture-period-over",
        "A capture after 181 days",
        _after("reserved", _days(181), then=_modify("capture")),
    ),
    _epayment(
        "6110",
        "expires-too-late",
        "expiresAt three months ahead",
        _create(**LONG_LIFE | {"expiresAt": "2026-04-01T12:00:00Z"}),
    ),
    _epayment(
        "6120",
        "expires-too-soon",
        "expiresAt five minutes ahead",
        _create(**LONG_LIFE | {"expiresAt": "2026-01-01T12:05:00Z"}),
    ),
    _epayment("6130", "receipt-needed", "expiresAt without a receipt", _create(**LONG_LIFE | {"receipt": None})),
    _epayment(
        "6140",
        "full-capture-only",
        "A part captured with the switch partialCaptureAllowed off",
        _after("reserved", _switched(partialCaptureAllowed=False), then=_modify("capture", 100)),
    ),
    _epayment(
        "6150",
        "refund-too-much",
        "A refund of more than was captured",
        _after(lambda bench: bench.captured(100), then=_modify("refund", 101)),
    ),
    _epayment(
        "6160",
        "still-processing",
        "A capture while the bank is thinking (special amount 201)",
        _after(_undecided, then=_modify("capture", 201)),
    ),
    _epayment(
        "6170",
        "captured-already",
        "A second capture of the whole amount",
        _after("captured", then=_modify("capture")),
    ),
    _epayment(
        "6180",
        "refunded-already",
        "A second refund of the whole amount",
        _after("captured", _modify("refund"), then=_modify("refund")),
    ),
    _epayment(
        "6190", "wrong-state", "A second cancel", _after("reserved", "cancel", then=lambda bench: bench.cancel())
    ),
    _epayment(
        "6200",
        "wrong-state",
        "A capture after the customer has aborted",
        _after(_after_abort, then=_modify("capture")),
    ),
    _epayment(
        "6210", "wrong-state", "A refund after the customer has aborted", _after(_after_abort, then=_modify("refund"))
    ),
    _epayment(
        "6220",
        "refund-period-over",
        "A refund after 366 days",
        _after("captured", _days(366), then=_modify("refund")),
    ),
    _epayment(
        "6230",
        "reserved-already",
        "Force approve after the approval",
        _after("reserved", then=lambda bench: bench.approve()),
    ),
    _epayment(
        "6250",
        "still-processing",
        "A cancel while the bank is thinking (special amount 201)",
        _after(_undecided, then=lambda bench: bench.cancel()),
    ),
    _ordered("6260", "funds-unavailable"),
    _ordered("6280", "capture-failed"),
    _epayment(
        "7010",
        "customer-unknown",
        "A number that the setting unknownPhoneNumbers names",
        _after(
            lambda bench: bench.sandbox.settings(unknownPhoneNumbers=["4799999999"]),
            then=_create(userFlow="PUSH_MESSAGE", customer={"phoneNumber": "4799999999"}),
        ),
    ),
    _epayment(
        "10010",
        "approve-failed",
        "Force approve with another payment's token",
        _after("created", then=lambda bench: bench.approve(token="of-another-one")),
    ),
    _ordered("10020", "approve-not-allowed"),
    _ordered("10030", "approve-needs-identification"),
    _ordered("10040", "approve-without-card"),
    _ordered("10050", "approve-without-card"),
    _epayment(
        "10060",
        "approve-not-supported",
        "Force approve of an Express payment",
        _after(lambda bench: bench.created(**EXPRESS), then=lambda bench: bench.approve()),
    ),
    _ordered("10070", "approve-over-limit"),
)


def _recurring(identifier: str, how: str, provoke: Provocation, *, symptom: str = "", by: By = By.SANDBOX) -> Case:
    name = symptom or f"recurring-{identifier}"
    return Case(row=identifier, see=identifier, symptom=name, how=how, provoke=provoke, by=by)


def _body(data: str, media_type: str) -> Provocation:
    return lambda bench: bench.vipps.post(AGREEMENTS, data=data, headers={"Content-Type": media_type})


def _charge(**changes: Any) -> Provocation:
    return lambda bench: bench.charge(**changes)


def _act(verb: str, **body: Any) -> Provocation:
    return lambda bench: bench.vipps.post(f"{bench.charged()}/{verb}", json=body)


def _cancel_twice(bench: Bench) -> requests.Response:
    charge = bench.charged()
    assert bench.vipps.delete(charge).ok
    return bench.vipps.delete(charge)


def _same_order_id(bench: Bench) -> requests.Response:
    agreement = bench.active()
    bench.charge(agreement, orderId="order-0001", amount=100)
    return bench.charge(agreement, orderId="order-0001", amount=100)


def _not_authorized(bench: Bench) -> requests.Response:
    return bench.refuse("GET", AGREEMENTS, code="not-authorized", status=403)


def _two_drafts(bench: Bench) -> requests.Response:
    bench.draft(key="one-key")
    return bench.draft(key="one-key", productName="The weekly news")


RECURRING = (
    _recurring("validation-error", "A product name of 46 letters", lambda bench: bench.draft(productName="n" * 46)),
    _recurring("invalid-agreement-id", "The agreement 7", lambda bench: bench.vipps.get(f"{AGREEMENTS}/7")),
    _recurring("invalid-json", "A draft whose body is cut off", _body("{", "application/json")),
    _recurring("unsupported-media-type", "A draft as text/plain", _body("{}", "text/plain")),
    _recurring(
        "not-authorized",
        '`vipps.sandbox.faults([{"code": "not-authorized", "status": 403}])`, then any call',
        _not_authorized,
        by=By.FAULTS,
    ),
    _recurring(
        "idempotency-key-header",
        "An Idempotency-Key of 41 characters",
        lambda bench: bench.draft(key="k" * 41),
    ),
    _recurring("charge-amount-too-high", "A charge of six times the LEGACY amount", _charge(amount=6 * 49900)),
    _recurring("charge-due-too-soon", "A charge that is due today", _charge(due="2026-01-01")),
    _recurring("charge-due-in-too-long", "A charge that is due in three years", _charge(due="2029-01-01")),
    _recurring("unsupported-feature", "The scope nin without an approval", lambda bench: bench.draft(scope="nin")),
    _recurring(
        "illegal-agreement-update",
        "Stopping an agreement and renaming it at once",
        lambda bench: bench.vipps.patch(bench.active(), json={"status": "STOPPED", "productName": "News"}),
    ),
    _recurring(
        "invalid-suggested-max-amount",
        "A suggestedMaxAmount of 20 000.01 NOK",
        lambda bench: bench.draft(pricing=VARIABLE | {"suggestedMaxAmount": 2_000_001}),
    ),
    _recurring("cancel-charge-failed", "Cancelling a charge twice", _cancel_twice),
    _recurring(
        "charge-creation-failed",
        "A charge on an agreement that nobody has accepted",
        lambda bench: bench.charge(f"{AGREEMENTS}/{bench.draft(pricing=LEGACY).json()['agreementId']}"),
    ),
    _recurring("charge-capture-failed", "A capture of a charge that is not reserved", _act("capture", amount=100)),
    _recurring(
        "missing-request-header",
        '`vipps.sandbox.faults([{"code": "missing-request-header"}])`, then any call',
        lambda bench: bench.refuse("GET", AGREEMENTS, code="missing-request-header"),
        by=By.FAULTS,
    ),
    _recurring(
        "invalid-sale-unit",
        "A draft with the switch recurringAllowed off",
        _after(_switched(recurringAllowed=False), then=lambda bench: bench.draft()),
        symptom="recurring-not-active",
    ),
    _recurring(
        "resource-not-found",
        "An agreement that nobody drafted",
        lambda bench: bench.vipps.get(f"{AGREEMENTS}/agr_1234567"),
    ),
    _recurring(
        "operation-failed", "A refund of a charge that was not taken", _act("refund", amount=100, description="Sorry")
    ),
    _recurring("conflict", "Two charges with one orderId", _same_order_id),
    _recurring("idempotency-conflict", "Two drafts with one key", _two_drafts),
)
