"""Money that moved: every capture and refund of every API, in order.

Ledgers are built from this and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from vipps_nb.sandbox.world.clock import Moment
from vipps_nb.sandbox.world.tables import Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """Money that went to the merchant (capture) or back to the customer (refund).

    Attributes:
        value: Minor units, always positive; ``kind`` says the direction.
        reference: The merchant's own name for the payment or charge.
        psp_reference: Of this movement, not of the payment.
        handle: The number that it was paid to, such as ``NO:12345``; None when it was paid to the sales unit itself.
    """

    msn: str
    kind: Literal["capture", "refund"]
    value: int
    currency: str
    reference: str
    psp_reference: str
    moment: Moment
    phone_number: str | None = None
    message: str | None = None
    handle: str | None = None


class Movements:
    """All movements of one world, per sales unit."""

    def __init__(self) -> None:
        self.rows: Rows[Movement] = Rows(frozen=True)
        self._of: dict[str, list[Movement]] = {}

    def __len__(self) -> int:
        return len(self.rows)

    def add(self, movement: Movement) -> None:
        """Money has moved. Moments never decrease, for the clock acts in order."""
        self.rows.append(movement)
        self._of.setdefault(movement.msn, []).append(movement)

    def of(self, msn: str) -> list[Movement]:
        """What moved for one sales unit, oldest first."""
        return self._of.get(msn, [])
