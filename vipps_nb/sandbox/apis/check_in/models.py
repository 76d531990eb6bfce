"""Check-ins: one customer in one shop."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckIn:
    """One customer in one shop."""

    id: str
    msn: str
    phone_number: str
    is_member: bool
    moment: datetime


class CheckIns(list[CheckIn]):
    """All of them, oldest first."""
