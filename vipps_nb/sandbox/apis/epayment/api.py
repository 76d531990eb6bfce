"""The operations of the ePayment API, in the order of its guide."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated

from fastapi import Path, Request, Response

from vipps_nb.sandbox.apis.epayment import errors
from vipps_nb.sandbox.apis.epayment.app import attempt, authorize, capture_period, find_on_phone, move, record, start
from vipps_nb.sandbox.apis.epayment.models import (
    Payment,
    Payments,
    event_answer,
    modification_answer,
    payment_answer,
)
from vipps_nb.sandbox.apis.epayment.schemas import (
    Amount,
    CancelRequest,
    CreatePaymentRequest,
    CreatePaymentResponse,
    ForceApproveRequest,
    Modification,
    ModificationRequest,
    PaymentEvent,
    PaymentResponse,
    State,
)
from vipps_nb.sandbox.apis.epayment.validation import check, check_customer, duplicate_metadata_key, explain
from vipps_nb.sandbox.server.authentication import AuthPolicy, Caller
from vipps_nb.sandbox.server.rate_limits import RateLimit
from vipps_nb.sandbox.server.routing import Page, Rules, TheCaller, TheKey, TheWorld, rules
from vipps_nb.sandbox.world.world import World

WRITES = RateLimit(5, "reference", "merchant_serial_number")
READS = RateLimit(120, "reference", "subscription_key")
REFUSED_REFUNDS = {
    123: errors.CannotBeRefunded,
    124: errors.RefundPeriodExpired,
}  # special amounts of the test environment
Reference = Annotated[str, Path(description="The merchant's own name for the payment, unique per MSN.")]


def _counts(world: World) -> Mapping[str, int]:
    return {"payments": len(world.records(Payments))}


page = Page(
    title="ePayment API",
    auth=AuthPolicy(missing_header=errors.MissingParameter),
    explain=explain,
    selector="reference",
    find_on_phone=find_on_phone,
    counts=_counts,
)
router = page.router


@router.post(
    "/epayment/v1/payments",
    status_code=HTTPStatus.CREATED,
    response_model=CreatePaymentResponse,
    response_model_exclude_none=True,
)
@rules(Rules(idempotency_key="required", conflict=errors.IdempotencyConflict, limit=WRITES))
async def create_payment(
    order: CreatePaymentRequest, request: Request, world: TheWorld, caller: TheCaller, key: TheKey
) -> CreatePaymentResponse:
    """Create payment: ask a customer for money.

    They have 10 minutes, or until `expiresAt`.
    """
    duplicate = duplicate_metadata_key(await request.body())
    if duplicate is not None:
        raise errors.DuplicateMetadataKey(fields=[("metadata", f"The key {duplicate} occurs twice.")])
    msn = caller.merchant.merchant_serial_number
    payments = world.records(Payments)
    check(order, msn, world)
    if payments.get(msn, order.reference) is not None:
        raise errors.ReferenceTaken(f"This sales unit already has a payment {order.reference}.")
    payment = start(world, msn, order, key=key)
    return CreatePaymentResponse(reference=payment.reference, redirect_url=payment.redirect_url)


@router.get("/epayment/v1/payments/{reference}", response_model=PaymentResponse, response_model_exclude_none=True)
@rules(Rules(limit=READS))
async def get_payment(reference: Reference, world: TheWorld, caller: TheCaller) -> PaymentResponse:
    """Get payment: its state and where the money is."""
    return payment_answer(_find(reference, world, caller))


@router.get(
    "/epayment/v1/payments/{reference}/events",
    response_model=list[PaymentEvent],
    response_model_exclude_none=True,
)
@rules(Rules(limit=READS))
async def get_payment_events(reference: Reference, world: TheWorld, caller: TheCaller) -> list[PaymentEvent]:
    """Get event log: everything that happened to a payment, oldest first."""
    payment = _find(reference, world, caller)
    return [event_answer(payment, event) for event in payment.events]


@router.post("/epayment/v1/payments/{reference}/capture", response_model=Modification)
@rules(Rules(idempotency_key="required", conflict=errors.CaptureIdempotencyConflict, limit=WRITES))
async def capture_payment(
    reference: Reference, order: ModificationRequest, world: TheWorld, caller: TheCaller, key: TheKey
) -> Modification:
    """Capture payment: take part or all of what is reserved.

    The state stays AUTHORIZED; the aggregate moves.
    """
    payment = _find(reference, world, caller)
    switches = world.switches[payment.msn]
    value = _value(order.modification_amount, payment)
    payment.check_capture(
        value, world.clock.now(), period=capture_period(switches), in_parts=switches.partial_capture_allowed
    )
    payment.captured += value
    payment.last_captured_at = world.clock.now()
    record(world, payment, "CAPTURED", value, key=key)
    return modification_answer(payment)


@router.post("/epayment/v1/payments/{reference}/refund", response_model=Modification)
@rules(Rules(idempotency_key="required", conflict=errors.RefundIdempotencyConflict, limit=WRITES))
async def refund_payment(
    reference: Reference, order: ModificationRequest, world: TheWorld, caller: TheCaller, key: TheKey
) -> Modification:
    """Refund payment: give back part or all of what was captured, within 365 days."""
    payment = _find(reference, world, caller)
    value = _value(order.modification_amount, payment)
    payment.check_refund(value, world.clock.now(), allowed=world.switches[payment.msn].refund_allowed)
    if value in REFUSED_REFUNDS:
        record(world, payment, "REFUNDED", value, success=False, key=key)
        raise REFUSED_REFUNDS[value](f"{value} is a special amount of the test environment.")
    payment.refunded += value
    record(world, payment, "REFUNDED", value, key=key)
    return modification_answer(payment)


@router.post("/epayment/v1/payments/{reference}/cancel", response_model=Modification)
@rules(Rules(idempotency_key="optional", conflict=errors.IdempotencyConflict, limit=WRITES))
async def cancel_payment(
    reference: Reference,
    world: TheWorld,
    caller: TheCaller,
    key: TheKey,
    order: CancelRequest | None = None,
) -> Modification:
    """Cancel payment.

    Before approval it is TERMINATED, afterwards all that is not captured is released.
    """
    payment = _find(reference, world, caller)
    if payment.busy_until is not None:
        raise errors.CannotCancelProcessing
    if payment.state is State.CREATED:
        move(world, payment, State.TERMINATED, key=key)
        return modification_answer(payment)
    if payment.state is not State.AUTHORIZED:
        raise errors.CannotCancelNonReserved(f"The payment is {payment.state}.")
    if order is not None and order.cancel_transaction_only:
        raise errors.CannotCancelAuthorized
    if payment.cancelled and world.settings.repeated_cancel == "accepted":
        return modification_answer(payment)
    if payment.cancelled:
        raise errors.CannotBeCancelled("What was left is already released.")
    if not payment.uncaptured:
        raise errors.CannotCancelCaptured
    period = capture_period(world.switches[payment.msn])
    if payment.authorized_at is None or world.clock.now() > payment.authorized_at + period:
        raise errors.CancelPeriodExpired
    value = payment.uncaptured
    payment.cancelled += value
    record(world, payment, "CANCELLED", value, key=key)
    return modification_answer(payment)


@router.post("/epayment/v1/test/payments/{reference}/approve", response_class=Response, response_model=None)
async def force_approve_payment(
    reference: Reference, world: TheWorld, caller: TheCaller, order: ForceApproveRequest | None = None
) -> Response:
    """Force approve: what the customer does in the app, without the app.

    Test environment only; not with Express.

    The special amounts are not honoured (2023 text) unless a setting of the sandbox says so.
    """
    payment = _find(reference, world, caller)
    if order is None or (order.customer is None and order.token is None):
        raise errors.MissingParameter(fields=[("customer", "A customer or the token of the redirectUrl is required.")])
    if order.customer is not None:
        check_customer(order.customer, payment.msn, world)
    if order.token is not None and world.records(Payments).with_token(order.token) is not payment:
        raise errors.ForceApproveFailed("The token does not belong to this payment.")
    if payment.is_express:
        raise errors.ForceApproveNotSupported("Express cannot be force approved.")
    if payment.state is State.AUTHORIZED:
        raise errors.AlreadyReserved
    if payment.state is not State.CREATED or payment.busy_until is not None:
        raise errors.ForceApproveFailed(f"The payment is {payment.state}.")
    if world.settings.force_approve_honours_special_amounts:
        reason = attempt(world, payment)
        if reason is not None:
            raise errors.ForceApproveFailed(reason)
    else:
        authorize(world, payment)
    return Response()


def _find(reference: str, world: World, caller: Caller) -> Payment:
    """The caller's payment.

    Another sales unit's with the same reference is as unknown as none.
    """
    payment = world.records(Payments).get(caller.merchant.merchant_serial_number, reference)
    if payment is None:
        raise errors.ReferenceNotFound("This sales unit has no payment with this reference.")
    return payment


def _value(amount: Amount, payment: Payment) -> int:
    if amount.currency != payment.currency:
        raise errors.InvalidCurrency(f"The payment is in {payment.currency}.")
    if amount.value == 0:
        raise errors.InvalidAmount(fields=[("modificationAmount.value", "Must be more than 0.")])
    return amount.value
