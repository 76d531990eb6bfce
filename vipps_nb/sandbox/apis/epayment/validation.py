"""The terms of a new payment: what the types cannot say.

Source: ePayment API, create payment and its features.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from vipps_nb.sandbox.apis.epayment import errors
from vipps_nb.sandbox.apis.epayment.models import TIME_TO_APPROVE
from vipps_nb.sandbox.apis.epayment.schemas import CreatePaymentRequest, Customer
from vipps_nb.sandbox.customer.codes import CustomerCodes, looks_like_ours
from vipps_nb.sandbox.customer.customer import KARI
from vipps_nb.sandbox.server.field_errors import FieldError
from vipps_nb.sandbox.server.leniency import tolerate
from vipps_nb.sandbox.server.problems import InvalidRequest, Refusal
from vipps_nb.sandbox.server.urls import PAGE, is_for_this_machine_alone, is_readable
from vipps_nb.sandbox.world.settings import Switches
from vipps_nb.sandbox.world.world import World

LEAST = {"NOK": 100, "DKK": 1, "EUR": 1}
SCOPES = frozenset({"name", "address", "email", "phoneNumber", "birthDate", "nin"})
LONGEST_LIFE = timedelta(days=60)
METADATA_PAIRS, METADATA_KEY, METADATA_VALUE = 5, 100, 500
# A custom scheme has two letters at least, and none that a browser would run or open from disk.
URL = re.compile(
    r"(?!http:|javascript:|data:|file:|vbscript:|blob:|about:)[a-z][a-z0-9+.-]+:/?/?[^\s\x00-\x20/?#][^\s]*", re.I
)
# A receiver under construction is on one's own machine, where there is no certificate.
RECEIVER_URL = re.compile(r"(https://[^\s/?#]+|http://(127\.0\.0\.1|localhost|\[::1\])(:\d+)?)([/?]\S*)?", re.I)
_AGAIN = object()  # a key no JSON can have
_BY_FIELD: Sequence[tuple[re.Pattern[str], type[Refusal]]] = [
    (re.compile(r"^(amount|modificationAmount)\b"), errors.InvalidAmount),
    (re.compile(r"^customer\.phoneNumber$"), errors.InvalidPhoneNumber),
    (re.compile(r"^customer\.personalQr$"), errors.InvalidPersonalQr),
    (re.compile(r"^customer\.customerToken$"), errors.InvalidCustomerToken),
    (re.compile(r"^profile\.scope$"), errors.InvalidScope),
    (re.compile(r"^returnUrl$"), errors.InvalidUrl),
    (re.compile(r"^paymentMethod\.type$"), errors.InvalidPaymentMethod),
    (re.compile(r"^body$"), errors.MalformedRequest),
]


def explain(wrong: Sequence[FieldError]) -> Refusal:
    """The refusal for fields that break a rule.

    With a code where the error list has one for that field.
    """
    fields = [(error.path, error.reason) for error in wrong]
    first = wrong[0]
    if first.kind == "missing":
        return errors.MissingParameter(fields=fields)
    # Which code an unknown field gets is not documented, so it gets none.
    for pattern, kind in _BY_FIELD:
        if first.kind != "extra_forbidden" and pattern.search(first.path):
            return kind(fields=fields)
    return InvalidRequest(fields=fields)


def check(order: CreatePaymentRequest, msn: str, world: World) -> None:
    """Hold a new payment against the terms.

    Raises:
        Refusal: The first term it breaks.
    """
    switches = world.switches[msn]
    if not switches.payment_allowed:
        raise errors.PaymentsNotAllowed("Merchant Not Allowed for Ecommerce Payment")
    if not switches.bank_account_verified:
        raise errors.BankAccountNotVerified
    _check_method(order, switches)
    _check_amount(order, switches)
    _check_flow(order, switches)
    if order.customer is not None and not _is_nobody(order):
        check_customer(order.customer, msn, world)
        if order.minimum_user_age is not None and order.minimum_user_age > KARI.age(world.clock.now()):
            raise errors.CustomerNotFound("The customer is younger than minimumUserAge.")
    _check_scope(order, switches)
    _check_metadata(order)
    _check_receipt(order)
    _check_express(order, switches)
    _check_expiry(order, switches, world.clock.now())


def check_customer(customer: Customer, msn: str, world: World) -> None:
    """See that a customer is named in exactly one way, and exists.

    A personal QR or customer token that the sandbox did not give out is anybody's, so that examples of the guide
    work; one that looks as if it did must be known, and not too old.
    """
    named = [name for name, value in customer.to_json().items() if value]
    if not named:
        raise errors.MissingParameter(
            fields=[("customer", "One of phoneNumber, personalQr, customerToken is required.")]
        )
    if len(named) > 1:
        raise InvalidRequest(fields=[("customer", f"Only one of {', '.join(named)} may be given.")])
    if customer.phone_number in world.settings.unknown_phone_numbers:
        raise errors.CustomerNotFound("No customer has this phone number.")
    codes, token, qr = world.records(CustomerCodes), customer.customer_token or "", customer.personal_qr or ""
    if looks_like_ours(token) and codes.owner(token, msn, world.clock.now()) is None:
        raise errors.InvalidCustomerToken("The token is unknown to this sales unit, or older than 15 minutes.")
    if looks_like_ours(qr) and codes.shown(qr) is None:
        raise errors.InvalidPersonalQr("No customer has shown this QR.")


def _is_nobody(order: CreatePaymentRequest) -> bool:
    """Whether an order's customer need not be known, and nothing names them.

    The official WooCommerce plugin sends such an object whenever the shop does not know the phone number.
    """
    nobody = order.customer is not None and not any(order.customer.to_json().values())
    return (
        nobody and order.user_flow != "PUSH_MESSAGE" and tolerate("customer", "nobody is named, which counts as absent")
    )


def expiry(order: CreatePaymentRequest, now: datetime) -> datetime:
    """When the customer's time is up."""
    return now + TIME_TO_APPROVE if order.expires_at is None else _moment(order.expires_at)


def duplicate_metadata_key(body: bytes) -> str | None:
    """A key that the metadata has twice.

    JSON allows it and parsers drop one silently, so the raw body is asked.
    """
    if b'"metadata"' not in body:
        return None

    def note(pairs: list[tuple[str, Any]]) -> dict[Any, Any]:
        names = [name for name, _ in pairs]
        again = [name for name in names if names.count(name) > 1]
        content = dict(pairs)
        return content | {_AGAIN: again[0]} if again else content

    metadata = json.loads(body, object_pairs_hook=note, parse_int=str).get("metadata") or {}
    again: str | None = metadata.get(_AGAIN)
    return again


def _check_method(order: CreatePaymentRequest, switches: Switches) -> None:
    kind = order.payment_method.type
    if kind == "CARD_PASSTHROUGH":
        raise errors.InvalidPaymentMethod("CARD_PASSTHROUGH needs the keys of a payment service provider.")
    if kind == "CARD":
        if order.user_flow != "WEB_REDIRECT":
            raise errors.InvalidPaymentMethod("CARD can only be combined with the user flow WEB_REDIRECT.")
        if not switches.card_payment_allowed:
            raise errors.InvalidPaymentMethod("CARD payments are not offered in the test environment.")
    if order.payment_method.blocked_sources and switches.market == "NO":
        raise errors.BlockingSourcesNotApplicable("Sources can be blocked in Denmark and Finland only.")


def _check_amount(order: CreatePaymentRequest, switches: Switches) -> None:
    if order.amount.currency != switches.currency:
        raise errors.InvalidCurrency(f"This sales unit takes {switches.currency}.")
    least = LEAST[order.amount.currency]
    if order.amount.value < least:
        raise errors.AmountTooSmall(f"The smallest amount is {least} in minor units.")


def _check_flow(order: CreatePaymentRequest, switches: Switches) -> None:
    if order.user_flow == "WEB_REDIRECT" and order.return_url is None:
        raise errors.MissingParameter(fields=[("returnUrl", "Required with the user flow WEB_REDIRECT.")])
    for name, url in (("returnUrl", order.return_url), ("receiptUrl", order.receipt_url)):
        if url is not None and not (URL.fullmatch(url) and is_readable(url)):
            raise errors.InvalidUrl(fields=[(name, "Must be https:// or a custom URL scheme, blanks percent-encoded.")])
    if order.return_url is not None and is_for_this_machine_alone(order.return_url):
        raise errors.InvalidUrl(fields=[("returnUrl", PAGE)])
    if order.user_flow == "PUSH_MESSAGE":
        if order.customer is None:
            raise errors.MissingParameter(fields=[("customer", "Required with the user flow PUSH_MESSAGE.")])
        if not switches.push_message_allowed:
            raise errors.PushMessageNotAllowed


def _check_scope(order: CreatePaymentRequest, switches: Switches) -> None:
    if order.profile is None or order.profile.scope is None:
        return
    asked = order.profile.scope.split()
    unknown = [scope for scope in asked if scope not in SCOPES]
    if unknown or not asked:
        raise errors.InvalidScope(fields=[("profile.scope", f"Must be some of {', '.join(sorted(SCOPES))}.")])
    if "nin" in asked and not switches.national_identity_number_allowed:
        raise errors.IllegalScope("The scope nin needs an approval.")


def _check_metadata(order: CreatePaymentRequest) -> None:
    metadata = order.metadata or {}
    if len(metadata) > METADATA_PAIRS:
        raise errors.TooMuchMetadata(f"At most {METADATA_PAIRS} pairs.")
    if any(len(key) > METADATA_KEY for key in metadata):
        raise errors.MetadataKeyTooLong(f"At most {METADATA_KEY} characters.")
    if any(len(value) > METADATA_VALUE for value in metadata.values()):
        raise errors.MetadataValueTooLong(f"At most {METADATA_VALUE} characters.")


def _check_receipt(order: CreatePaymentRequest) -> None:
    lines = order.receipt.order_lines if order.receipt else []
    for number, line in enumerate(lines):
        if line.tax_rate is None and line.tax_percentage is None:
            raise InvalidRequest(fields=[(f"receipt.orderLines.{number}.taxRate", "A tax rate is required.")])


def _check_express(order: CreatePaymentRequest, switches: Switches) -> None:
    if order.shipping is None:
        return
    if not switches.express_allowed:
        raise errors.ExpressNotAllowed
    if order.payment_method.type != "WALLET":
        raise errors.InvalidPaymentMethod("Express needs WALLET.")
    if (order.shipping.fixed_options is None) == (order.shipping.dynamic_options is None):
        raise errors.MissingParameter(fields=[("shipping", "Exactly one of fixedOptions and dynamicOptions.")])
    if order.profile is None or "address" not in (order.profile.scope or "").split():
        raise errors.InvalidScope("Express needs address in profile.scope.")
    asked = order.shipping.dynamic_options
    if asked is not None and not (RECEIVER_URL.fullmatch(asked.callback_url) and is_readable(asked.callback_url)):
        raise errors.InvalidUrl(fields=[("shipping.dynamicOptions.callbackUrl", "Must be https://.")])
    for group in order.shipping.fixed_options or []:
        if any(option.amount.currency != order.amount.currency for option in group.options):
            raise errors.InvalidCurrency("Shipping must be priced in the currency of the payment.")


def _check_expiry(order: CreatePaymentRequest, switches: Switches, now: datetime) -> None:
    if order.expires_at is None:
        return
    if not switches.long_living_payment_allowed:
        raise errors.LongLivingNotAllowed
    if order.receipt is None:
        raise errors.ReceiptRequired
    expires = _moment(order.expires_at)
    if expires <= now + TIME_TO_APPROVE:
        raise errors.ExpiresTooSoon("expiresAt must be more than 10 minutes ahead.")
    if expires >= now + LONGEST_LIFE:
        raise errors.ExpiresTooLate("expiresAt must be less than 60 days ahead.")


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidRequest(fields=[("expiresAt", "There is no such moment.")]) from error
