"""What customers agreed to share, and with whom.

Payments and agreements write here; Userinfo reads.

A login does not: what it lets be read travels with the person's token (see ``person_tokens``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from vipps_nb.sandbox.world.clock import Moment
from vipps_nb.sandbox.world.tables import Table


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
    granted: Moment


@dataclass(slots=True)
class Shared:
    """The latest consent behind a ``sub``, and when each scope was last consented to."""

    latest: Consent
    moments: dict[str, Moment] = field(default_factory=dict)


class Consents:
    """The consents of each customer towards each sales unit."""

    def __init__(self) -> None:
        self.by_sub: Table[str, Shared] = Table()

    def grant(self, consent: Consent) -> None:
        """Keep a consent.

        What was shared before stays shared; each scope has its own, latest moment.
        """
        shared = self.by_sub.get(consent.sub)
        if shared is None:
            shared = self.by_sub[consent.sub] = Shared(consent)
        shared.latest = consent
        shared.moments.update(dict.fromkeys(sorted(consent.scope), consent.granted))

    def get(self, sub: str) -> Consent | None:
        """The latest consent behind a ``sub``."""
        shared = self.by_sub.get(sub)
        return None if shared is None else shared.latest

    def shared(self, sub: str) -> Mapping[str, Moment]:
        """Every scope that was ever consented to, and when it was last."""
        shared = self.by_sub.get(sub)
        return {} if shared is None else shared.moments
