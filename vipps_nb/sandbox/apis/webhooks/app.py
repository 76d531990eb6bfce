"""What time does: an event becomes an accepted delivery, or is given up.

Source: Webhooks API guide, Retries.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from vipps_nb.sandbox.apis.webhooks.models import PendingEvent, Registration, Registrations
from vipps_nb.sandbox.apis.webhooks.signature import signed_headers
from vipps_nb.sandbox.webhook_delivery.outbox import OutgoingRequest, Reply
from vipps_nb.sandbox.world.event_bus import DomainEvent, EventBus
from vipps_nb.sandbox.world.world import World

FIRST_PAUSES = [timedelta(seconds=seconds) for seconds in (2, 2, 2, 60, 120)]
"""After the first five attempts: attempts 1 to 4 follow each other closely, then it waits longer."""
LAST_HOURLY_ATTEMPT = 29
TRIED_FOR = timedelta(days=7)
DEAD_AFTER = timedelta(weeks=2)


def pause_after(attempt: int) -> timedelta:
    """How long to wait after an attempt has failed; the first is number 1."""
    if attempt <= len(FIRST_PAUSES):
        return FIRST_PAUSES[attempt - 1]
    return timedelta(hours=1) if attempt < LAST_HOURLY_ATTEMPT else timedelta(days=1)


class WebhookQueue:
    """Hears what happens in one world and has it delivered.

    Opens with the first registration.
    """

    def __init__(self) -> None:
        self._world: World | None = None

    def open(self, world: World) -> None:
        """Listen from now on; does nothing when it does already."""
        if self._world is None:
            self._world = world
            world.records(EventBus).subscribe(lambda domain_event: self._hear(world, domain_event))

    def _hear(self, world: World, domain_event: DomainEvent) -> None:
        body = json.dumps(domain_event.payload, ensure_ascii=False, separators=(",", ":")).encode()
        for registration in world.records(Registrations).that_hear(domain_event):
            registration.queue.append(PendingEvent(domain_event.event, domain_event.subject, body))
            _deliver_next(world, registration)


def _deliver_next(world: World, registration: Registration) -> None:
    if registration.busy or registration not in world.records(Registrations):
        return
    event = registration.next_event()
    if event is None:
        return
    now = world.clock.now()
    registration.busy = True
    event.first_attempt = event.first_attempt or now

    def on_reply(reply: Reply) -> datetime | None:
        return _answered(world, registration, event, reply)

    world.outbox.post(
        OutgoingRequest(
            url=registration.url,
            body=event.body,
            headers={
                "Content-Type": "application/json",
                "Webhook-Id": registration.id,  # reported by third parties, not documented
                **signed_headers(registration.secret, registration.url, event.body, now),
            },
            about=event.name,
            attempt=event.attempts + 1,
            on_reply=on_reply,
        )
    )


def _answered(world: World, registration: Registration, event: PendingEvent, reply: Reply) -> datetime | None:
    """Deal with an answer; tells when the next attempt is, if there is one."""
    if registration not in world.records(Registrations):
        return None
    registration.busy = False
    next_attempt = None
    if reply.accepted or not reply.sent:
        registration.queue.remove(event)
        registration.failing_since = None
    else:
        next_attempt = _failed(world, registration, event)
    _deliver_next(world, registration)
    return next_attempt


def _failed(world: World, registration: Registration, event: PendingEvent) -> datetime | None:
    now = world.clock.now()
    if registration.failing_since is None:
        _watch(world, registration, now)
    event.attempts += 1
    next_attempt = now + pause_after(event.attempts)
    if event.first_attempt is None or next_attempt > event.first_attempt + TRIED_FOR:
        registration.queue.remove(event)
        return None
    event.waiting = True

    def try_again() -> None:
        event.waiting = False
        _deliver_next(world, registration)

    world.clock.at(next_attempt, try_again)
    return next_attempt


def _watch(world: World, registration: Registration, since: datetime) -> None:
    """Remove the registration unless its receiver recovers in time."""
    registration.failing_since = since

    def bury() -> None:
        if registration.failing_since == since:
            world.records(Registrations).remove(registration)

    world.clock.at(since + DEAD_AFTER, bury)
