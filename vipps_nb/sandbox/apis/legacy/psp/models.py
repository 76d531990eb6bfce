"""Transactions of a payment service provider: their records and their moves."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from vipps_nb.sandbox.apis.legacy.psp.schemas import InitiatePaymentRequest, Operation, State, StatusUpdate
from vipps_nb.sandbox.world.clock import Moment
from vipps_nb.sandbox.world.state_machine import StateMachine
from vipps_nb.sandbox.world.tables import Table

TIME_TO_APPROVE = timedelta(minutes=10)
CURRENCY = "NOK"
MOVES = StateMachine({State.INITIATED: frozenset({State.APPROVED, State.FAILED, State.CANCELLED, State.EXPIRED})})


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a transaction's history."""

    operation: Operation
    value: int
    moment: Moment
    text: str
    success: bool = True


@dataclass(slots=True, kw_only=True, eq=False)
class Transaction:
    """One transaction, in øre.

    Attributes:
        psp_id: Whose it is, together with ``msn``.
        asking: Whether the provider has been sent the card token and has not answered yet.
        declined_softly: Whether the provider wanted 3-D Secure once.
        remark: What the provider's answer means for the customer.
    """

    psp_id: str
    msn: str
    order: InitiatePaymentRequest
    token: str
    expires: Moment
    state: State = State.INITIATED
    reserved: int = 0
    captured: int = 0
    cancelled: int = 0
    refunded: int = 0
    asking: bool = False
    declined_softly: bool = False
    remark: str | None = None
    history: list[Line] = field(default_factory=list)

    @property
    def text(self) -> str:
        """What it is for."""
        return self.order.payment_text or self.order.merchant_order_id

    @property
    def uncaptured(self) -> int:
        """What is still reserved."""
        return self.reserved - self.captured - self.cancelled

    @property
    def refundable(self) -> int:
        """What was taken and not given back."""
        return self.captured - self.refunded

    def apply(self, update: StatusUpdate, moment: datetime) -> None:
        """Take over what the provider says.

        More than there is, or a failed operation, moves nothing.
        """
        value = update.amount
        room = {
            "RESERVED": self.order.amount - self.reserved,
            "CAPTURED": self.uncaptured,
            "CANCELLED": self.uncaptured,
            "REFUNDED": self.refundable,
        }[update.status]
        success = update.operation_status == "SUCCESS" and 0 < value <= room
        if success:
            counter = update.status.lower()
            setattr(self, counter, getattr(self, counter) + value)
        self.history.append(Line(update.status, value, moment, update.payment_text or self.text, success))


class Transactions:
    """All transactions of one world. Their ids are unique across all providers."""

    def __init__(self) -> None:
        self.rows: Table[str, Transaction] = Table()
        self._orders: set[tuple[str, str]] = set()

    def __len__(self) -> int:
        return len(self.rows)

    def store(self, transaction: Transaction) -> None:
        """Keep a new transaction."""
        order = transaction.order
        self.rows[order.psp_transaction_id] = transaction
        self._orders.add((transaction.msn, order.merchant_order_id))

    def has(self, msn: str, order: InitiatePaymentRequest) -> bool:
        """Whether one of its names is taken."""
        return order.psp_transaction_id in self.rows or (msn, order.merchant_order_id) in self._orders

    def get(self, psp_id: str, msn: str, psp_transaction_id: str) -> Transaction | None:
        """A provider's own transaction for one of its merchants."""
        found = self.rows.get(psp_transaction_id)
        return found if found is not None and (found.psp_id, found.msn) == (psp_id, msn) else None

    def namesakes(self, merchant_order_id: str) -> list[Transaction]:
        """Every merchant's transaction with this order id."""
        fitting = [name for name, one in self.rows.items() if one.order.merchant_order_id == merchant_order_id]
        return [self.rows[name] for name in fitting]
