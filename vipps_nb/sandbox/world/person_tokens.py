"""Access tokens that stand for a person.

Login issues them, the userinfo of a login accepts them, no other API does.

A merchant's token is a signed statement; a person's is an opaque word that means something only here. So
neither can be taken for the other. Kept are the hashes of tokens, and not what opens something.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from vipps_nb.sandbox.world.clock import Moment
from vipps_nb.sandbox.world.tables import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonToken:
    """What one token lets be read.

    Attributes:
        sub: The person towards the sales unit; see ``customer.subject``.
        sid: The login that it came from.
        scope: What the person shares.
        first: Whether this was the person's first login here; only then are marketing consents handed over.
        logged_in: When the person approved.
    """

    sub: str
    sid: str
    msn: str
    phone_number: str
    scope: frozenset[str]
    first: bool
    logged_in: Moment
    expires: Moment


class PersonTokens:
    """All persons' tokens of one world."""

    def __init__(self) -> None:
        self.by_hash: Table[str, PersonToken] = Table(frozen=True)

    def issue(self, token: str, meaning: PersonToken) -> None:
        """From now on, ``token`` opens what ``meaning`` says."""
        self.by_hash[token_hash(token)] = meaning

    def get(self, token: str) -> PersonToken | None:
        """What a token opens; whether it has expired is for the caller to judge."""
        return self.by_hash.get(token_hash(token))

    def revoke(self, hashed: str) -> None:
        """The token with this hash opens nothing any more."""
        self.by_hash.pop(hashed)


def token_hash(token: str) -> str:
    """What a token is known by."""
    return hashlib.sha256(token.encode()).hexdigest()
