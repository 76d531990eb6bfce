"""An eCom payment: its record, and the shelf it stands on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from vipps_nb.sandbox.apis.legacy.ecom.bodies import EXPRESS, InitiatePaymentCommand, ShippingMethod
from vipps_nb.sandbox.apis.legacy.ecom.states import State

TIME_TO_APPROVE = timedelta(minutes=10)
RESERVATION_PERIOD = timedelta(days=180)
REFUND_PERIOD = timedelta(days=365)
CURRENCY = "NOK"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a payment's history."""

    operation: State
    value: int
    moment: datetime
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
    expires: datetime
    mobile_number: str | None
    state: State = State.INITIATE
    reserved: int = 0
    captured: int = 0
    refunded: int = 0
    released: bool = False
    consent_removed: bool = False
    reserved_at: datetime | None = None
    last_captured_at: datetime | None = None
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
        """What the customer chose, or what is chosen for them at first: the default, or the first they see."""
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
    """The shipping cost is the one amount in kroner; by way of its digits, so that 0.29 is 29."""
    return int((Decimal(str(kroner)) * 100).to_integral_value())


class Payments:
    """All eCom payments of one world; found by MSN and orderId."""

    def __init__(self) -> None:
        self._by_order: dict[tuple[str, str], Payment] = {}
        self._namesakes: dict[str, list[Payment]] = {}

    def __len__(self) -> int:
        return len(self._by_order)

    def store(self, payment: Payment) -> None:
        """Put a new payment on the shelf."""
        self._by_order[payment.msn, payment.order_id] = payment
        self._namesakes.setdefault(payment.order_id, []).append(payment)

    def get(self, msn: str, order_id: str) -> Payment | None:
        """The payment a sales unit calls by this orderId."""
        return self._by_order.get((msn, order_id))

    def namesakes(self, order_id: str) -> list[Payment]:
        """Every sales unit's payment with this orderId."""
        return self._namesakes.get(order_id, [])
