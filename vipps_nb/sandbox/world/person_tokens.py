"""Access tokens that stand for a person.

Login issues them, the userinfo of a login accepts them, no other API does.

A merchant's token is a signed statement; a person's is an opaque word that means something only here. So
neither can be taken for the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


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
    logged_in: datetime
    expires: datetime


class PersonTokens:
    """All persons' tokens of one world."""

    def __init__(self) -> None:
        self._by_token: dict[str, PersonToken] = {}

    def issue(self, token: str, meaning: PersonToken) -> None:
        """From now on, ``token`` opens what ``meaning`` says."""
        self._by_token[token] = meaning

    def get(self, token: str) -> PersonToken | None:
        """What a token opens; whether it has expired is for the caller to judge."""
        return self._by_token.get(token)

    def revoke(self, token: str) -> None:
        """The token opens nothing any more."""
        self._by_token.pop(token, None)
