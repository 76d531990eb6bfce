"""Check-ins: one customer in one shop."""

from __future__ import annotations

from dataclasses import dataclass

from vipps_nb.sandbox.world.clock import Moment
from vipps_nb.sandbox.world.tables import Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckIn:
    """One customer in one shop."""

    id: str
    msn: str
    phone_number: str
    is_member: bool
    moment: Moment


class CheckIns(Rows[CheckIn]):
    """All of them, oldest first."""
