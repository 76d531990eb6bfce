"""A payment: its record, and the shelf it stands on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from vipps_nb.sandbox.apis.epayment.bodies import CreatePaymentRequest, ShippingGroup, ShippingOption
from vipps_nb.sandbox.apis.epayment.states import State

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
    moment: datetime
    success: bool = True
    idempotency_key: str | None = None


@dataclass(slots=True, kw_only=True, eq=False)
class Payment:
    """One payment of one sales unit. Amounts are integers in minor units of ``currency``.

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
    created: datetime
    expires: datetime
    token: str
    redirect_url: str | None
    state: State = State.CREATED
    authorized: int = 0
    captured: int = 0
    cancelled: int = 0
    refunded: int = 0
    authorized_at: datetime | None = None
    last_captured_at: datetime | None = None
    busy_until: datetime | None = None
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

    @property
    def is_express(self) -> bool:
        """Whether the customer also chooses the shipping."""
        return self.order.shipping is not None


class Payments:
    """All payments of one world; found by MSN and reference, never by search."""

    def __init__(self) -> None:
        self._by_reference: dict[tuple[str, str], Payment] = {}
        self._by_token: dict[str, Payment] = {}
        self._namesakes: dict[str, list[Payment]] = {}

    def __len__(self) -> int:
        return len(self._by_reference)

    def store(self, payment: Payment) -> None:
        """Put a new payment on the shelf."""
        self._by_reference[payment.msn, payment.reference] = payment
        self._by_token[payment.token] = payment
        self._namesakes.setdefault(payment.reference, []).append(payment)

    def get(self, msn: str, reference: str) -> Payment | None:
        """The payment a sales unit calls by this reference."""
        return self._by_reference.get((msn, reference))

    def with_token(self, token: str) -> Payment | None:
        """The payment whose link carries this token."""
        return self._by_token.get(token)

    def namesakes(self, reference: str) -> list[Payment]:
        """Every sales unit's payment with this reference; references are unique per MSN only."""
        return self._namesakes.get(reference, [])
