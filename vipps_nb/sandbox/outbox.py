"""What the platform sends to merchants: webhooks and callbacks, waiting to be carried. Pages post; the courier takes.

A page never waits for an answer. It says what to do with one, and is told when the courier is back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back.

    Attributes:
        status: The HTTP status; None when no answer came.
        body: What the receiver answered with.
        reason: Why there was no answer, in one sentence.
    """

    status: int | None
    body: bytes = b""
    reason: str | None = None

    @property
    def accepted(self) -> bool:
        """Whether the receiver took it: any 2xx."""
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004 - the class of good statuses


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One HTTP request to a merchant's server.

    Attributes:
        url: Where to; exactly as the merchant gave it.
        on_reply: Told what came back, at the moment of the world's clock when it did.
    """

    url: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "POST"
    on_reply: Callable[[Reply], None] = lambda reply: None


class Outbox:
    """The letters of one world that nobody has taken yet, oldest first."""

    def __init__(self) -> None:
        self._letters: list[Letter] = []

    def post(self, letter: Letter) -> None:
        """Hand in a letter."""
        self._letters.append(letter)

    def take(self) -> list[Letter]:
        """Take all letters out."""
        letters, self._letters = self._letters, []
        return letters
