"""What the platform sends to merchants.

Webhooks and callbacks, waiting to be sent. Pages post; the sender takes.

A page never waits for an answer. It says what to do with one, and is told when the sender has one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

TIME_LIMIT = 10.0
"""Seconds that a receiver has to answer (Webhooks API guide)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back.

    Attributes:
        status: The HTTP status; None when no answer came.
        body: What the receiver answered with.
        reason: Why there was no answer, in one sentence.
        sent: Whether the request was sent at all. The sandbox sends nothing beyond this machine, so a receiver
            elsewhere is neither alive nor dead: there is nothing to try again.
    """

    status: int | None
    body: bytes = b""
    reason: str | None = None
    sent: bool = True

    @property
    def accepted(self) -> bool:
        """Whether the receiver took it: any 2xx."""
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004 - the class of good statuses


def _forget(reply: Reply) -> None:
    """For a request that nobody waits for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingRequest:
    """One HTTP request to a merchant's server.

    Attributes:
        url: Where to; exactly as the merchant gave it.
        on_reply: Told what came back, at the moment of the world's clock when it did. May give the moment of the
            next attempt, for the delivery log.
        about: What it is about, such as an event's name; for the delivery log.
        attempt: How many times this has been tried, this time included.
        time_limit: Seconds that the receiver has.
    """

    url: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "POST"
    on_reply: Callable[[Reply], datetime | None] = _forget
    about: str = ""
    attempt: int = 1
    time_limit: float = TIME_LIMIT


class Outbox:
    """The requests of one world that nobody has taken yet, oldest first."""

    def __init__(self) -> None:
        self._waiting: list[OutgoingRequest] = []

    def post(self, outgoing: OutgoingRequest) -> None:
        """Hand in a request."""
        self._waiting.append(outgoing)

    def take(self) -> list[OutgoingRequest]:
        """Take all requests out."""
        waiting, self._waiting = self._waiting, []
        return waiting
