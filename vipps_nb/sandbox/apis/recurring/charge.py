"""A charge: one payment within an agreement. Its record, and the shelf it stands on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from vipps_nb.sandbox.apis.recurring.bodies import TransactionType
from vipps_nb.sandbox.apis.recurring.states import ChargeStatus

ChargeType = Literal["INITIAL", "RECURRING", "UNSCHEDULED"]
ChargeEventName = Literal["CREATE", "RESERVE", "CAPTURE", "REFUND", "CANCEL", "FAIL"]
FailureReason = Literal["user_action_required", "charge_amount_too_high", "non_technical_error", "technical_error"]


@dataclass(frozen=True, slots=True)
class ChargeEvent:
    """One line of a charge's history."""

    name: ChargeEventName
    amount: int
    key: str
    transaction_id: str | None
    moment: datetime
    success: bool = True


@dataclass(slots=True, kw_only=True, eq=False)
class Charge:
    """One charge. Amounts are integers in minor units of the agreement's currency.

    Attributes:
        due: A day in the market's time zone.
        single_attempt: Whether it is tried once and never again.
        failure: Why it failed.
    """

    msn: str
    agreement_id: str
    id: str
    external_id: str | None
    type: ChargeType
    transaction_type: TransactionType
    amount: int
    currency: str
    description: str
    due: date
    retry_days: int
    single_attempt: bool
    status: ChargeStatus = ChargeStatus.PENDING
    transaction_id: str | None = None
    captured: int = 0
    refunded: int = 0
    cancelled: int = 0
    reserved_at: datetime | None = None
    last_captured_at: datetime | None = None
    failure: FailureReason | None = None
    history: list[ChargeEvent] = field(default_factory=list)

    @property
    def uncaptured(self) -> int:
        """What is not taken and not let go."""
        return self.amount - self.captured - self.cancelled

    @property
    def refundable(self) -> int:
        """What was taken and not given back."""
        return self.captured - self.refunded

    @property
    def counts(self) -> bool:
        """Whether it uses up what may be taken in its interval. There is no limit on initial charges."""
        return self.type != "INITIAL" and self.status not in (ChargeStatus.CANCELLED, ChargeStatus.FAILED)


class Charges:
    """All charges of one world, by MSN and id."""

    def __init__(self) -> None:
        self._by_id: dict[tuple[str, str], Charge] = {}

    def __len__(self) -> int:
        return len(self._by_id)

    def store(self, charge: Charge) -> None:
        """Put a new charge on the shelf."""
        self._by_id[charge.msn, charge.id] = charge

    def get(self, msn: str, charge_id: str) -> Charge | None:
        """The charge of a sales unit with this id."""
        return self._by_id.get((msn, charge_id))
