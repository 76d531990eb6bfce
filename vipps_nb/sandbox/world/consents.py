"""What customers agreed to share, and with whom.

Payments and agreements write here; Userinfo reads.

A login does not: what it lets be read travels with the person's token (see ``person_tokens``).
"""

from __future__ import annotations

from collections.abc import Mapping
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
    """The consents of each customer towards each sales unit."""

    def __init__(self) -> None:
        self._by_sub: dict[str, Consent] = {}
        self._moments: dict[str, dict[str, datetime]] = {}

    def grant(self, consent: Consent) -> None:
        """Keep a consent.

        What was shared before stays shared; each scope has its own, latest moment.
        """
        self._by_sub[consent.sub] = consent
        self._moments.setdefault(consent.sub, {}).update(dict.fromkeys(sorted(consent.scope), consent.granted))

    def get(self, sub: str) -> Consent | None:
        """The latest consent behind a ``sub``."""
        return self._by_sub.get(sub)

    def shared(self, sub: str) -> Mapping[str, datetime]:
        """Every scope that was ever consented to, and when it was last."""
        return self._moments.get(sub, {})
