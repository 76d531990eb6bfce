"""Registrations: who wants to hear what, and what still waits to be told."""

from __future__ import annotations

from dataclasses import dataclass, field

from vipps_nb.sandbox.world.clock import Moment
from vipps_nb.sandbox.world.event_bus import DomainEvent
from vipps_nb.sandbox.world.tables import Blob, Table


@dataclass(eq=False, slots=True)
class PendingEvent:
    """An event that a receiver has not accepted yet.

    Attributes:
        body: What is sent, the same bytes each time.
        attempts: How many have failed.
        first_attempt: When it was first tried.
        number: Among those of its registration, from 1.
        waiting: Whether it waits for its next attempt.
    """

    name: str
    subject: str
    body: Blob
    number: int
    attempts: int = 0
    first_attempt: Moment | None = None
    waiting: bool = False


@dataclass(eq=False, kw_only=True)
class Registration:
    """One registration. The repr does not show its secret.

    Attributes:
        owner: Whose it is: an MSN, or the client ID of keys that registered without one.
        msn: The sales unit it hears; None for all that the keys are connected to.
        failing_since: When the first attempt after the last success failed; None while all is well.
        busy: Whether a delivery is on its way.
        heard: How many events there have been for it.
    """

    id: str
    owner: str
    msn: str | None
    url: str
    events: tuple[str, ...]
    secret: str = field(repr=False)
    queue: list[PendingEvent] = field(default_factory=list)
    failing_since: Moment | None = None
    busy: bool = False
    heard: int = 0

    def hears(self, domain_event: DomainEvent) -> bool:
        """Whether it asked for this."""
        return domain_event.event in self.events and self.msn in (None, domain_event.msn)

    def put(self, name: str, subject: str, body: bytes) -> None:
        """There is one more thing to tell."""
        self.heard += 1
        self.queue.append(PendingEvent(name, subject, body, self.heard))

    def numbered(self, number: int) -> PendingEvent | None:
        """The event with this number, while it is to be told."""
        return next((event for event in self.queue if event.number == number), None)

    def next_event(self) -> PendingEvent | None:
        """The oldest event that can be tried now.

        Nothing earlier about the same subject waits before it.
        """
        held_back: set[str] = set()
        for event in self.queue:
            if not event.waiting and event.subject not in held_back:
                return event
            held_back.add(event.subject)
        return None


class Registrations:
    """All registrations of one world."""

    def __init__(self) -> None:
        self.rows: Table[str, Registration] = Table()

    def __len__(self) -> int:
        return len(self.rows)

    def __contains__(self, registration: Registration) -> bool:
        return self.rows.rows.get(registration.id) is registration

    def store(self, registration: Registration) -> None:
        """Add a new one."""
        self.rows[registration.id] = registration

    def remove(self, registration: Registration) -> None:
        """Forget one, with everything that still waited for it."""
        self.rows.pop(registration.id)

    def get(self, owner: str, identifier: str) -> Registration | None:
        """The owner's registration with this id."""
        found = self.rows.get(identifier)
        return found if found is not None and found.owner == owner else None

    def of(self, owner: str) -> list[Registration]:
        """Everything that an owner has registered, oldest first."""
        return [registration for registration in self.rows.values() if registration.owner == owner]

    def that_hear(self, domain_event: DomainEvent) -> list[Registration]:
        """Everybody's registrations that asked for this, oldest first."""
        return [self.rows[one.id] for one in self.rows.values() if one.hears(domain_event)]
