"""The operations of the eCom API, in the order of its guide."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import Path, Response

from vipps_nb.sandbox.apis.legacy.ecom import errors
from vipps_nb.sandbox.apis.legacy.ecom.app import (
    approve,
    ask,
    attempt,
    find_on_phone,
    log,
    move,
    on_phone,
    time_is_up,
)
from vipps_nb.sandbox.apis.legacy.ecom.models import (
    REFUND_PERIOD,
    RESERVATION_PERIOD,
    TIME_TO_APPROVE,
    Payment,
    Payments,
    capture_answer,
    details_answer,
    refund_answer,
    status_answer,
)
from vipps_nb.sandbox.apis.legacy.ecom.schemas import (
    CancelRequest,
    Capture,
    Details,
    ForceApproveRequest,
    InitiatePaymentCommand,
    PaymentActionsRequest,
    PaymentInitiationResponse,
    PaymentStatus,
    Refund,
    State,
)
from vipps_nb.sandbox.apis.legacy.ecom.validation import check, check_force_approval, check_msn, mobile_number
from vipps_nb.sandbox.server.authentication import MSN, AuthPolicy, Caller
from vipps_nb.sandbox.server.problems import NotForThisSalesUnit
from vipps_nb.sandbox.server.routing import Page, Rules, TheCaller, TheKey, TheWorld, rules
from vipps_nb.sandbox.world.world import World

REQUEST_ID = "X-Request-Id"
LONGEST_REQUEST_ID = 40
NOT_STARTED = frozenset({State.INITIATE, State.REGISTER})
OVER = frozenset({State.CANCEL, State.FAILED, State.REJECTED})
KEYED = Rules(
    idempotency_key="required",
    key_header=REQUEST_ID,
    key_per_resource=True,
    longest_key=LONGEST_REQUEST_ID,
    conflict=errors.IdempotencyConflict,
)
KEYED_IF_GIVEN = Rules(
    idempotency_key="optional",
    key_header=REQUEST_ID,
    key_per_resource=True,
    longest_key=LONGEST_REQUEST_ID,
    conflict=errors.IdempotencyConflict,
)
OrderId = Annotated[str, Path(alias="orderId", description="The merchant's own name for the payment, unique per MSN.")]


def _counts(world: World) -> Mapping[str, int]:
    return {"ecomPayments": len(world.records(Payments))}


page = Page(
    title="eCom API",
    auth=AuthPolicy(msn="optional"),
    dialect=errors.dialect,
    deprecated=True,
    selector="reference",
    find_on_phone=find_on_phone,
    counts=_counts,
)
router = page.router


@router.post("/ecomm/v2/payments", response_model=PaymentInitiationResponse)
async def initiate_payment(
    order: InitiatePaymentCommand, world: TheWorld, caller: TheCaller
) -> PaymentInitiationResponse:
    """Initiate payment: ask a customer for money.

    They have 10 minutes; then `callbackPrefix` hears how it went.
    """
    msn = _msn(caller)
    check_msn(order.merchant_info.merchant_serial_number, msn)
    check(order, world.switches[msn], world)
    number = mobile_number(order.customer_info.mobile_number, world)
    order_id = order.transaction.order_id
    if world.records(Payments).get(msn, order_id) is not None:
        raise errors.OrderIdTaken(f"This sales unit already has an order {order_id}.")
    token = world.ids.urlsafe(24)
    address = "vippsMT://?token=" if order.merchant_info.is_app else f"{world.base_url}/landing?v=2&token="
    payment = Payment(
        msn=msn,
        order=order,
        value=order.transaction.amount,
        token=token,
        url=f"{address}{token}",
        expires=world.clock.now() + TIME_TO_APPROVE,
        mobile_number=number,
        methods=order.merchant_info.static_shipping_details or (),
    )
    world.records(Payments).store(payment)
    log(world, payment, State.INITIATE, payment.value)
    world.phone.show(token, on_phone.of(world, msn, order_id))
    world.clock.at(payment.expires, time_is_up.of(world, msn, order_id))
    if payment.is_express and not payment.methods:
        ask(world, payment)
    return PaymentInitiationResponse(order_id=order_id, url=payment.url)


@router.post("/ecomm/v2/payments/{orderId}/capture", response_model=Capture, response_model_exclude_none=True)
@rules(KEYED)
async def capture_payment(
    order_id: OrderId, order: PaymentActionsRequest, world: TheWorld, caller: TheCaller, key: TheKey
) -> Capture:
    """Capture payment.

    Take part or all of what is reserved, as often as something is left.
    """
    payment = _find(order_id, world, caller)
    check_msn(order.merchant_info.merchant_serial_number, payment.msn)
    if payment.state in NOT_STARTED or payment.state in OVER or payment.released:
        raise errors.NotReserved(f"The order is {payment.state}.")
    if payment.uncaptured == 0:
        raise errors.AlreadyProcessed("All of it is captured.")
    value = payment.uncaptured if order.transaction.amount is None else order.transaction.amount
    if value > payment.uncaptured:
        raise errors.CaptureAmountTooHigh(f"{payment.uncaptured} can be captured.")
    if value < payment.uncaptured and not world.switches[payment.msn].partial_capture_allowed:
        raise errors.NotAllowed("This sales unit must capture the full amount.")
    if _too_old(payment, world):
        raise errors.CaptureFailed("The reservation is more than 180 days old.")
    payment.captured += value
    payment.last_captured_at = world.clock.now()
    move(world, payment, State.CAPTURE, value, request_id=key, text=order.transaction.transaction_text)
    return capture_answer(payment)


@router.put("/ecomm/v2/payments/{orderId}/cancel", response_model=Capture, response_model_exclude_none=True)
@rules(KEYED_IF_GIVEN)
async def cancel_payment(order_id: OrderId, order: CancelRequest, world: TheWorld, caller: TheCaller) -> Capture:
    """Cancel payment: before approval or before capture.

    Afterwards only the rest, and only if the body says so.
    """
    payment = _find(order_id, world, caller)
    check_msn(order.merchant_info.merchant_serial_number, payment.msn)
    if payment.state in OVER or payment.released:
        raise errors.CancellationFailed(f"The order is {payment.state}.")
    if payment.state is State.REGISTER:
        raise errors.CannotCancelYet
    if payment.captured and (not order.should_release_remaining_funds or not payment.uncaptured):
        raise errors.CannotCancelCaptured("What is captured can be refunded.")
    if _too_old(payment, world):
        raise errors.CancellationFailed("The reservation is more than 180 days old.")
    value = payment.uncaptured if payment.reserved else payment.value
    payment.released = True
    move(world, payment, State.VOID, value, text=order.transaction.transaction_text)
    return capture_answer(payment)


@router.post("/ecomm/v2/payments/{orderId}/refund", response_model=Refund)
@rules(KEYED)
async def refund_payment(
    order_id: OrderId, order: PaymentActionsRequest, world: TheWorld, caller: TheCaller, key: TheKey
) -> Refund:
    """Refund payment: give back part or all of what was captured, within 365 days."""
    payment = _find(order_id, world, caller)
    check_msn(order.merchant_info.merchant_serial_number, payment.msn)
    if not payment.captured:
        if payment.state in OVER or payment.released:
            raise errors.CannotRefundCancelled(f"The order is {payment.state}.")
        raise errors.CannotRefundReserved(f"The order is {payment.state}.")
    if not world.switches[payment.msn].refund_allowed:
        raise errors.RefundFailed("This sales unit cannot refund.")
    value = payment.refundable if order.transaction.amount is None else order.transaction.amount
    if payment.refundable == 0 or value > payment.refundable:
        raise errors.RefundAmountTooHigh(f"{payment.refundable} can be refunded.")
    if payment.last_captured_at is None or world.clock.now() > payment.last_captured_at + REFUND_PERIOD:
        raise errors.RefundFailed("It was captured more than 365 days ago.")
    payment.refunded += value
    move(world, payment, State.REFUND, value, request_id=key, text=order.transaction.transaction_text)
    return refund_answer(payment)


@router.get("/ecomm/v2/payments/{orderId}/details", response_model=Details, response_model_exclude_none=True)
async def get_payment_details(order_id: OrderId, world: TheWorld, caller: TheCaller) -> Details:
    """Get payment details.

    Everything that happened to a payment, newest first, and where the money is.
    """
    return details_answer(_find(order_id, world, caller), world)


@router.get("/ecomm/v2/payments/{orderId}/status", response_model=PaymentStatus)
async def get_order_status(order_id: OrderId, world: TheWorld, caller: TheCaller) -> PaymentStatus:
    """Get order status: the latest operation alone.

    Deprecated even within eCom; the details say more.
    """
    return status_answer(_find(order_id, world, caller))


@router.post("/ecomm/v2/integration-test/payments/{orderId}/approve", response_class=Response, response_model=None)
@rules(KEYED_IF_GIVEN)
async def force_approve_payment(
    order_id: OrderId, order: ForceApproveRequest, world: TheWorld, caller: TheCaller
) -> Response:
    """Force approve payment: what the customer does in the app, without the app.

    Test only; not with Express.
    """
    payment = _find(order_id, world, caller)
    number = mobile_number(order.customer_phone_number, world) or payment.mobile_number
    check_force_approval(payment, order.token)
    if number is None:
        raise errors.UserNotRegistered("Neither the payment nor this request says who approves.")
    if payment.state is not State.INITIATE:
        raise errors.OrderInWrongState(f"The order is {payment.state}.")
    payment.mobile_number = number
    if world.settings.force_approve_honours_special_amounts:
        reason = attempt(world, payment)
        if reason is not None:
            raise errors.OrderInWrongState(f"Not approved: {reason}.")
    else:
        approve(world, payment)
    return Response()


def _msn(caller: Caller) -> str:
    """The sales unit that is acted for; partner keys must name it in the header."""
    if caller.unit is None:
        raise NotForThisSalesUnit(f"Partner keys need the {MSN} header.")
    return caller.unit.merchant_serial_number


def _find(order_id: str, world: World, caller: Caller) -> Payment:
    """The caller's payment.

    Another sales unit's with the same orderId is as unknown as none.
    """
    payment = world.records(Payments).get(_msn(caller), order_id)
    if payment is None:
        raise errors.UnknownOrder("This sales unit has no such order.")
    return payment


def _too_old(payment: Payment, world: World) -> bool:
    return payment.reserved_at is not None and world.clock.now() > payment.reserved_at + RESERVATION_PERIOD
