"""What the platform sends to merchants.

Webhooks and callbacks, waiting to be sent. Pages post; the sender takes.

A page never waits for an answer. It says what to do with one, and is told when the sender has one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from vipps_nb.sandbox.world.tables import Table

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


def forget(reply: Reply) -> None:
    """For a request that nobody waits for."""


@dataclass(slots=True, kw_only=True, eq=False)
class OutgoingRequest:
    """One HTTP request to a merchant's server.

    Attributes:
        url: Where to; exactly as the merchant gave it.
        on_reply: Told what came back, at the moment of the world's clock when it did. May give the moment of the
            next attempt, for the delivery log.
        about: What it is about, such as an event's name; for the delivery log.
        attempt: How many times this has been tried, this time included.
        time_limit: Seconds that the receiver has.
        number: Given by the outbox.
    """

    url: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "POST"
    on_reply: Callable[[Reply], datetime | None] = forget
    about: str = ""
    attempt: int = 1
    time_limit: float = TIME_LIMIT
    number: int = 0


class Outbox:
    """The requests of one world that nobody has taken yet, oldest first.

    And those that were taken and have no answer yet: should the sandbox end before, they are sent once more.
    """

    def __init__(self) -> None:
        self._waiting: list[OutgoingRequest] = []
        self.unanswered: Table[int, OutgoingRequest] = Table(frozen=True)
        self.posted = 0
        """How many there have been."""

    def post(self, outgoing: OutgoingRequest) -> None:
        """Hand in a request."""
        self._waiting.append(outgoing)
        self.posted += 1
        outgoing.number = self.posted
        self.unanswered[self.posted] = outgoing

    def answered(self, outgoing: OutgoingRequest) -> None:
        """Whoever was asked has answered, or never will."""
        self.unanswered.pop(outgoing.number)

    def take(self) -> list[OutgoingRequest]:
        """Take all requests out."""
        waiting, self._waiting = self._waiting, []
        return waiting
