"""Payments: their records, their moves, and how the API shows them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache

from vipps_nb.sandbox.apis.epayment import errors
from vipps_nb.sandbox.apis.epayment.schemas import (
    Address,
    Aggregate,
    Amount,
    CreatePaymentRequest,
    Modification,
    PaymentEvent,
    PaymentMethodResponse,
    PaymentResponse,
    ProfileResponse,
    ShippingDetails,
    ShippingGroup,
    ShippingOption,
    State,
    UserDetails,
)
from vipps_nb.sandbox.customer.customer import KARI, PHONE_NUMBER
from vipps_nb.sandbox.world.clock import Moment, timestamp
from vipps_nb.sandbox.world.state_machine import StateMachine
from vipps_nb.sandbox.world.tables import Table

MOVES = StateMachine({State.CREATED: frozenset({State.AUTHORIZED, State.ABORTED, State.EXPIRED, State.TERMINATED})})
TIME_TO_APPROVE = timedelta(minutes=10)
CAPTURE_PERIOD = {"NO": timedelta(days=180), "DK": timedelta(days=14), "FI": timedelta(days=14)}
LATE_CAPTURE_PERIOD = timedelta(days=180)
REFUND_PERIOD = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a payment's event log."""

    name: str
    value: int
    psp_reference: str
    moment: Moment
    success: bool = True
    idempotency_key: str | None = None


@dataclass(slots=True, kw_only=True, eq=False)
class Payment:
    """One payment of one sales unit.

    Amounts are integers in minor units of ``currency``.

    Attributes:
        order: The request that created it.
        value: What the customer is asked for; with Express the shipping is added on approval.
        token: Opens the payment on the customer's phone; part of ``redirect_url`` where the flow has one.
        shipping_choice: With Express, the id of the option that the customer chose; None until then.
        dynamic_groups: What the merchant answered to the question for shipping options; None without an answer.
        busy_until: While the outcome of an approval is unknown (a special amount), the moment it becomes known.
    """

    msn: str
    psp_reference: str
    order: CreatePaymentRequest
    value: int
    created: Moment
    expires: Moment
    token: str
    redirect_url: str | None
    state: State = State.CREATED
    authorized: int = 0
    captured: int = 0
    cancelled: int = 0
    refunded: int = 0
    authorized_at: Moment | None = None
    last_captured_at: Moment | None = None
    busy_until: Moment | None = None
    sub: str | None = None
    phone_number: str | None = None
    shipping: ShippingOption | None = None
    shipping_choice: str | None = None
    dynamic_groups: list[ShippingGroup] | None = None
    events: list[Event] = field(default_factory=list)

    @property
    def reference(self) -> str:
        """The merchant's own name for it."""
        return self.order.reference

    @property
    def currency(self) -> str:
        """ISO 4217."""
        return self.order.amount.currency

    @property
    def uncaptured(self) -> int:
        """What is still reserved."""
        return self.authorized - self.captured - self.cancelled

    @property
    def refundable(self) -> int:
        """What was taken and not given back."""
        return self.captured - self.refunded

    def check_capture(self, value: int, now: datetime, *, period: timedelta, in_parts: bool) -> None:
        """See to it that so much may be captured now.

        Args:
            value: In minor units.
            now: By the world's clock.
            period: How long after the authorization money can be taken.
            in_parts: Whether the sales unit may take less than all of it.

        Raises:
            Refusal: It may not; each reason is one of its own (ePayment API guide, Capture).
        """
        if self.busy_until is not None:
            raise errors.OrderProcessing
        if self.state is State.CREATED:
            raise errors.CaptureBeforeReservation
        if self.state is State.TERMINATED or self.cancelled:
            raise errors.CannotCaptureCancelled
        if self.state is not State.AUTHORIZED:
            raise errors.CannotBeCaptured(f"The payment is {self.state}.")
        if not self.uncaptured:
            raise errors.AlreadyCaptured
        if self.authorized_at is None or now > self.authorized_at + period:
            raise errors.CapturePeriodExpired
        if value > self.uncaptured:
            raise errors.CaptureAmountTooHigh(f"{self.uncaptured} can be captured.")
        if value < self.uncaptured and not in_parts:
            raise errors.MustCaptureFullAmount

    def check_refund(self, value: int, now: datetime, *, allowed: bool) -> None:
        """See to it that so much may be given back now.

        Args:
            value: In minor units.
            now: By the world's clock.
            allowed: Whether the sales unit may refund at all.

        Raises:
            Refusal: It may not; each reason is one of its own (ePayment API guide, Refund).
        """
        if self.state is State.CREATED:
            raise errors.RefundBeforeReservation
        if self.state is not State.AUTHORIZED:
            raise errors.CannotBeRefunded(f"The payment is {self.state}.")
        if not allowed:
            raise errors.RefundNotPossible
        if self.captured and not self.refundable:
            raise errors.AlreadyRefunded
        if value > self.refundable:
            raise errors.NotEnoughRefundable(f"{self.refundable} can be refunded.")
        if self.last_captured_at is None or now > self.last_captured_at + REFUND_PERIOD:
            raise errors.RefundPeriodExpired

    @property
    def is_express(self) -> bool:
        """Whether the customer also chooses the shipping."""
        return self.order.shipping is not None


class Payments:
    """All payments of one world; found by MSN and reference, never by search."""

    def __init__(self) -> None:
        self.rows: Table[tuple[str, str], Payment] = Table()
        self._by_token: dict[str, tuple[str, str]] = {}
        self._namesakes: dict[str, list[tuple[str, str]]] = {}

    def __len__(self) -> int:
        return len(self.rows)

    def store(self, payment: Payment) -> None:
        """Keep a new payment."""
        key = payment.msn, payment.reference
        self.rows[key] = payment
        self._by_token[payment.token] = key
        self._namesakes.setdefault(payment.reference, []).append(key)

    def get(self, msn: str, reference: str) -> Payment | None:
        """The payment a sales unit calls by this reference."""
        return self.rows.get((msn, reference))

    def with_token(self, token: str) -> Payment | None:
        """The payment whose link carries this token."""
        key = self._by_token.get(token)
        return None if key is None else self.rows.get(key)

    def namesakes(self, reference: str) -> list[Payment]:
        """Every sales unit's payment with this reference.

        References are unique per MSN only.
        """
        return [self.rows[key] for key in self._namesakes.get(reference, [])]


def payment_answer(payment: Payment) -> PaymentResponse:
    """The answer to get payment."""
    express = payment.is_express and payment.state is State.AUTHORIZED
    return PaymentResponse(
        aggregate=_aggregate(payment),
        amount=_amount(payment, payment.value),
        state=payment.state,
        payment_method=PaymentMethodResponse(type=payment.order.payment_method.type),
        profile=ProfileResponse(sub=payment.sub),
        psp_reference=payment.psp_reference,
        reference=payment.reference,
        redirect_url=payment.redirect_url,
        metadata=payment.order.metadata,
        shipping_details=_shipping_details(payment) if express else None,
        user_details=_user_details(payment) if express else None,
    )


def modification_answer(payment: Payment) -> Modification:
    """The answer to capture, refund and cancel.

    Its pspReference is that of the payment's creation.
    """
    return Modification(
        amount=_amount(payment, payment.value),
        state=payment.state,
        aggregate=_aggregate(payment),
        psp_reference=payment.psp_reference,
        reference=payment.reference,
    )


def event_answer(payment: Payment, event: Event) -> PaymentEvent:
    """One line of the event log."""
    return PaymentEvent.model_validate(
        {
            "reference": payment.reference,
            "psp_reference": event.psp_reference,
            "name": event.name,
            "amount": _amount(payment, event.value),
            "timestamp": timestamp(event.moment),
            "success": event.success,
            "idempotency_key": event.idempotency_key,
        }
    )


def _amount(payment: Payment, value: int) -> Amount:
    return _shown_amount(payment.order.amount.currency, value)


@lru_cache(maxsize=4096)  # an answer shows five, most of them zero or the same, and nobody changes one
def _shown_amount(currency: str, value: int) -> Amount:
    # Not validated: with Express, shipping may lift it over what a merchant can ask for in one request.
    return Amount.model_construct(currency=currency, value=value)


def _aggregate(payment: Payment) -> Aggregate:
    return Aggregate(
        authorized_amount=_amount(payment, payment.authorized),
        cancelled_amount=_amount(payment, payment.cancelled),
        captured_amount=_amount(payment, payment.captured),
        refunded_amount=_amount(payment, payment.refunded),
    )


def _address() -> Address:
    return Address(address_line1=KARI.address_line_1, city=KARI.city, country=KARI.country, post_code=KARI.post_code)


def _shipping_details(payment: Payment) -> ShippingDetails | None:
    if payment.shipping is None:
        return None
    return ShippingDetails(
        address=_address(),
        shipping_cost=payment.shipping.amount.value,
        shipping_option_id=payment.shipping.id,
        shipping_option_name=payment.shipping.name,
    )


def _user_details(payment: Payment) -> UserDetails:
    return UserDetails(
        email=KARI.email,
        first_name=KARI.first_name,
        last_name=KARI.last_name,
        mobile_number=payment.phone_number or PHONE_NUMBER,
        date_of_birth=KARI.born.isoformat(),
        addresses=[_address()],
    )
