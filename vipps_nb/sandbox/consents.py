"""What customers agreed to share, and with whom. Payments, agreements and logins write here; Userinfo reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """One customer's consent towards one sales unit.

    Attributes:
        sub: The customer towards this sales unit; see ``customer.subject``.
        scope: What may be read, such as ``name`` and ``phoneNumber``.
    """

    sub: str
    msn: str
    phone_number: str
    scope: frozenset[str]
    granted: datetime


class Consents:
    """The latest consent of each customer towards each sales unit."""

    def __init__(self) -> None:
        self._by_sub: dict[str, Consent] = {}

    def grant(self, consent: Consent) -> None:
        """A newer consent takes the place of an older one."""
        self._by_sub[consent.sub] = consent

    def get(self, sub: str) -> Consent | None:
        """The consent behind a ``sub``."""
        return self._by_sub.get(sub)
