"""eCom payments: their records, their moves, and how the API shows them."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from vipps_nb.sandbox.apis.legacy.ecom.schemas import (
    EXPRESS,
    Address,
    Capture,
    Details,
    InitiatePaymentCommand,
    LogEntry,
    PaymentStatus,
    Refund,
    ShippingDetails,
    ShippingMethod,
    State,
    StatusInfo,
    TransactionInfo,
    TransactionSummary,
    UserDetails,
)
from vipps_nb.sandbox.customer.customer import KARI, PHONE_NUMBER, subject
from vipps_nb.sandbox.world.clock import Moment, timestamp
from vipps_nb.sandbox.world.state_machine import StateMachine
from vipps_nb.sandbox.world.tables import Table
from vipps_nb.sandbox.world.world import World

_ATTEMPT = frozenset({State.RESERVE, State.SALE, State.FAILED})
MOVES = StateMachine(
    {
        State.INITIATE: _ATTEMPT | {State.REGISTER, State.CANCEL, State.VOID, State.REJECTED},
        State.REGISTER: _ATTEMPT,
        State.RESERVE: frozenset({State.CAPTURE, State.VOID}),
        State.CAPTURE: frozenset({State.CAPTURE, State.REFUND, State.VOID}),
        State.SALE: frozenset({State.REFUND}),
        State.REFUND: frozenset({State.CAPTURE, State.REFUND, State.VOID}),
        State.VOID: frozenset({State.REFUND}),  # what was captured before the rest was released
    }
)
"""CANCEL is the customer, VOID the merchant, REJECTED the clock, FAILED the bank."""
TIME_TO_APPROVE = timedelta(minutes=10)
RESERVATION_PERIOD = timedelta(days=180)
REFUND_PERIOD = timedelta(days=365)
CURRENCY = "NOK"
CARD = "Visa"
BANK_IDENTIFICATION_NUMBER = 492556
COUNTRY_CODE = "47"
DONE = {State.CAPTURE: "Captured", State.REFUND: "Refund", State.VOID: "Cancelled"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a payment's history."""

    operation: State
    value: int
    moment: Moment
    transaction_id: str
    text: str
    success: bool = True
    request_id: str | None = None


@dataclass(slots=True, kw_only=True, eq=False)
class Payment:
    """One payment of one sales unit, in øre.

    Attributes:
        order: The request that initiated it.
        value: What the customer is asked for; with Express the shipping is added on approval.
        mobile_number: The customer's 8 digits, once known.
        methods: With Express, the ways of delivery that the customer chooses from.
        choice: The id of the one they chose, if they did.
        shipping: The one that was paid for.
        released: Whether the merchant gave up the rest of the reservation.
        consent_removed: Whether the customer no longer wants the merchant to know them (Express).
    """

    msn: str
    order: InitiatePaymentCommand
    value: int
    token: str
    url: str
    expires: Moment
    mobile_number: str | None
    state: State = State.INITIATE
    reserved: int = 0
    captured: int = 0
    refunded: int = 0
    released: bool = False
    consent_removed: bool = False
    reserved_at: Moment | None = None
    last_captured_at: Moment | None = None
    methods: Sequence[ShippingMethod] = ()
    choice: str | None = None
    shipping: ShippingMethod | None = None
    sub: str | None = None
    history: list[Entry] = field(default_factory=list)

    @property
    def order_id(self) -> str:
        """The merchant's own name for it."""
        return self.order.transaction.order_id

    @property
    def is_express(self) -> bool:
        """Whether the customer also shares an address and chooses the shipping."""
        return self.order.merchant_info.payment_type == EXPRESS

    @property
    def selected(self) -> ShippingMethod | None:
        """What the customer chose, or what is chosen for them at first.

        The default, or the first they see.
        """
        chosen = [one for one in self.methods if one.shipping_method_id == self.choice]
        return next(iter(chosen), None) or min(
            self.methods, key=lambda one: (one.is_default != "Y", one.priority or 0), default=None
        )

    @property
    def uncaptured(self) -> int:
        """What is still reserved."""
        return 0 if self.released else self.reserved - self.captured

    @property
    def refundable(self) -> int:
        """What was taken and not given back."""
        return self.captured - self.refunded


def ore(kroner: float) -> int:
    """The shipping cost is the one amount in kroner.

    By way of its digits, so that 0.29 is 29.
    """
    return int((Decimal(str(kroner)) * 100).to_integral_value())


class Payments:
    """All eCom payments of one world; found by MSN and orderId."""

    def __init__(self) -> None:
        self.rows: Table[tuple[str, str], Payment] = Table()
        self._namesakes: dict[str, list[tuple[str, str]]] = {}

    def __len__(self) -> int:
        return len(self.rows)

    def store(self, payment: Payment) -> None:
        """Keep a new payment."""
        key = payment.msn, payment.order_id
        self.rows[key] = payment
        self._namesakes.setdefault(payment.order_id, []).append(key)

    def get(self, msn: str, order_id: str) -> Payment | None:
        """The payment a sales unit calls by this orderId."""
        return self.rows.get((msn, order_id))

    def namesakes(self, order_id: str) -> list[Payment]:
        """Every sales unit's payment with this orderId."""
        return [self.rows[key] for key in self._namesakes.get(order_id, [])]


def capture_answer(payment: Payment) -> Capture:
    """The answer to capture and cancel."""
    return Capture(
        order_id=payment.order_id,
        payment_instrument=CARD if payment.reserved else None,
        transaction_info=_transaction(payment.history[-1]),
        transaction_summary=_summary(payment),
    )


def refund_answer(payment: Payment) -> Refund:
    """The answer to refund."""
    return Refund(
        order_id=payment.order_id,
        transaction=_transaction(payment.history[-1]),
        transaction_summary=_summary(payment),
    )


def details_answer(payment: Payment, world: World) -> Details:
    """The answer to get payment details."""
    express = payment.is_express and payment.reserved > 0 and not payment.consent_removed
    return Details(
        order_id=payment.order_id,
        transaction_log_history=[_line(entry) for entry in reversed(payment.history)],
        transaction_summary=_summary(payment),
        shipping_details=shipping_details(payment) if express else None,
        user_details=user_details(payment, world) if express else None,
        sub=payment.sub,
    )


def status_answer(payment: Payment) -> PaymentStatus:
    """The answer to get order status."""
    latest = payment.history[-1]
    return PaymentStatus(
        order_id=payment.order_id,
        transaction_info=StatusInfo(
            amount=payment.value,
            status=payment.state,
            time_stamp=timestamp(latest.moment),
            transaction_id=latest.transaction_id,
        ),
    )


def shipping_details(payment: Payment) -> ShippingDetails | None:
    """Where to send it, and how."""
    if payment.shipping is None:
        return None
    return ShippingDetails(
        address=Address(address_line1=KARI.address_line_1, city=KARI.city, country="Norway", post_code=KARI.post_code),
        shipping_cost=payment.shipping.shipping_cost,
        shipping_method=payment.shipping.shipping_method,
        shipping_method_id=payment.shipping.shipping_method_id,
    )


def user_details(payment: Payment, world: World) -> UserDetails:
    """Who it is for."""
    return UserDetails(
        email=KARI.email,
        first_name=KARI.first_name,
        last_name=KARI.last_name,
        mobile_number=payment.mobile_number or PHONE_NUMBER.removeprefix(COUNTRY_CODE),
        user_id=user_id(payment, world),
    )


def user_id(payment: Payment, world: World) -> str:
    """Express's own name for the customer: the ``sub`` in another spelling."""
    sub = subject(world.seed, payment.msn, msisdn(payment))
    return base64.b64encode(uuid.UUID(sub).bytes).decode()


def msisdn(payment: Payment) -> str:
    """The customer's number as every newer API writes it."""
    return f"{COUNTRY_CODE}{payment.mobile_number}" if payment.mobile_number else PHONE_NUMBER


def _transaction(entry: Entry) -> TransactionInfo:
    return TransactionInfo.model_validate(
        {
            "amount": entry.value,
            "status": DONE[entry.operation],
            "time_stamp": timestamp(entry.moment),
            "transaction_id": entry.transaction_id,
            "transaction_text": entry.text,
        }
    )


def _line(entry: Entry) -> LogEntry:
    return LogEntry.model_validate(
        {
            "amount": entry.value,
            "operation": str(entry.operation),
            "operation_success": entry.success,
            "request_id": entry.request_id,
            "time_stamp": timestamp(entry.moment),
            "transaction_id": entry.transaction_id,
            "transaction_text": entry.text,
        }
    )


def _summary(payment: Payment) -> TransactionSummary:
    return TransactionSummary(
        captured_amount=payment.captured,
        refunded_amount=payment.refunded,
        remaining_amount_to_capture=payment.uncaptured,
        remaining_amount_to_refund=payment.refundable,
        bank_identification_number=BANK_IDENTIFICATION_NUMBER if payment.reserved else None,
    )
