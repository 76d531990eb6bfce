"""What happened, said aloud.

Pages announce, whoever listens hears it at once, in order.

The events are those of the Webhooks API. A page announces whether or not anybody listens; it never learns who does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainEvent:
    """One event.

    Attributes:
        event: Its name in the Webhooks API, such as ``epayments.payment.captured.v1``.
        msn: The sales unit it happened to.
        subject: What it happened to, such as a payment's reference; events of one subject keep their order.
        payload: The JSON object that a receiver gets.
        moment: When it happened.
    """

    event: str
    msn: str
    subject: str
    payload: Mapping[str, Any]
    moment: datetime


class EventBus:
    """The loudspeaker of one world."""

    def __init__(self) -> None:
        self.listeners: list[Callable[[DomainEvent], None]] = []
        self.made = 0
        """How many there have been."""

    def subscribe(self, listener: Callable[[DomainEvent], None]) -> None:
        """Hear every event from now on. A listener takes note and returns; it acts later."""
        self.listeners.append(listener)

    def subscribe_once(self, listener: Callable[[DomainEvent], None]) -> None:
        """The same, unless an equal one hears already."""
        if listener not in self.listeners:
            self.subscribe(listener)

    def publish(self, domain_event: DomainEvent) -> None:
        """Say it."""
        self.made += 1
        for listener in self.listeners:
            listener(domain_event)
