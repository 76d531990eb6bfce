"""What time does: an event becomes an accepted delivery, or is given up.

Source: Webhooks API guide, Retries.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from vipps_nb.sandbox.apis.webhooks.models import PendingEvent, Registration, Registrations
from vipps_nb.sandbox.apis.webhooks.signature import signed_headers
from vipps_nb.sandbox.webhook_delivery.outbox import OutgoingRequest, Reply
from vipps_nb.sandbox.world.deeds import deed
from vipps_nb.sandbox.world.event_bus import DomainEvent, EventBus
from vipps_nb.sandbox.world.world import World

FIRST_PAUSES = [timedelta(seconds=seconds) for seconds in (2, 2, 2, 60, 120)]
"""After the first five attempts: attempts 1 to 4 follow each other closely, then it waits longer."""
LAST_HOURLY_ATTEMPT = 29
TRIED_FOR = timedelta(days=7)
DEAD_AFTER = timedelta(weeks=2)
DELIVERY = "webhooks.answered"
"""What becomes of a delivery's answer, by its name among the deeds."""


def pause_after(attempt: int) -> timedelta:
    """How long to wait after an attempt has failed; the first is number 1."""
    if attempt <= len(FIRST_PAUSES):
        return FIRST_PAUSES[attempt - 1]
    return timedelta(hours=1) if attempt < LAST_HOURLY_ATTEMPT else timedelta(days=1)


def listen(world: World) -> None:
    """Hear what happens from now on and have it delivered.

    Does nothing when somebody does already.
    """
    world.records(EventBus).subscribe_once(hear.of(world))


@deed("webhooks.hear", more=1)
def hear(world: World, domain_event: DomainEvent) -> None:
    """Have an event told to whoever asked for it."""
    body = json.dumps(domain_event.payload, ensure_ascii=False, separators=(",", ":")).encode()
    for registration in world.records(Registrations).that_hear(domain_event):
        registration.put(domain_event.event, domain_event.subject, body)
        _deliver_next(world, registration)


def go_on(world: World) -> None:
    """Send once more what was on its way when the world was written down.

    Its signature is of now.
    """
    registrations = world.records(Registrations)
    for name in list(registrations.rows):
        registration = registrations.rows[name]
        if registration.busy:
            registration.busy = False
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
            on_reply=_answered.of(world, registration.id, event.number),
        )
    )


@deed(DELIVERY, more=1)
def _answered(world: World, registration_id: str, number: int, reply: Reply) -> datetime | None:
    """Deal with an answer; tells when the next attempt is, if there is one."""
    registration = world.records(Registrations).rows.get(registration_id)
    event = None if registration is None else registration.numbered(number)
    if registration is None or event is None:
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
    world.clock.at(next_attempt, _try_again.of(world, registration.id, event.number))
    return next_attempt


@deed("webhooks.again")
def _try_again(world: World, registration_id: str, number: int) -> None:
    registration = world.records(Registrations).rows.get(registration_id)
    event = None if registration is None else registration.numbered(number)
    if registration is not None and event is not None:
        event.waiting = False
        _deliver_next(world, registration)


def _watch(world: World, registration: Registration, since: datetime) -> None:
    """Remove the registration unless its receiver recovers in time."""
    registration.failing_since = since
    world.clock.at(since + DEAD_AFTER, _bury.of(world, registration.id, since.isoformat()))


def _is_since(registration: Registration, since: str) -> bool:
    return registration.failing_since is not None and registration.failing_since.isoformat() == since


@deed("webhooks.bury")
def _bury(world: World, registration_id: str, since: str) -> None:
    registration = world.records(Registrations).rows.get(registration_id)
    if registration is not None and _is_since(registration, since):
        world.records(Registrations).remove(registration)
