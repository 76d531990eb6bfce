"""More of the desk, for those who have it in front of them.

What waits, what comes next, and a word when it changes.
"""

from __future__ import annotations

import hashlib
from functools import partial
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Path, Query, Response
from fastapi.responses import RedirectResponse
from pydantic import Field

from vipps_nb.sandbox.control.api import ClockState, DecisionOrder, TheSender, clock_state, find_on_phone
from vipps_nb.sandbox.customer.phone import Arrival
from vipps_nb.sandbox.customer.screen import PhoneScreen
from vipps_nb.sandbox.server.authentication import NO_AUTH
from vipps_nb.sandbox.server.json_model import JsonModel
from vipps_nb.sandbox.server.problems import NothingToDecide, Refusal
from vipps_nb.sandbox.server.routing import Page, TheWorld
from vipps_nb.sandbox.server.shelf import Shelf, TheShelf
from vipps_nb.sandbox.world.clock import timestamp
from vipps_nb.sandbox.world.event_bus import EventBus
from vipps_nb.sandbox.world.movements import Movements
from vipps_nb.sandbox.world.world import World

LONGEST_WAIT = 25.0  # seconds; the desk's client waits for 30

page = Page(title="The desk, live", auth=NO_AUTH, own=True)
router = page.router


class NothingToCome(Refusal):
    """Nobody has an appointment with the clock."""

    status = HTTPStatus.CONFLICT
    title = "Nothing is going to happen by itself"


class NoSuchRequest(Refusal):
    """Nobody has asked that; or in another world, before a reset."""

    status = HTTPStatus.NOT_FOUND
    title = "No such request on the phone"


class ChoiceOnPhone(JsonModel):
    """Something the customer may choose before they approve."""

    id: str
    label: str
    chosen: bool


class RequestOnPhone(JsonModel):
    """Something the customer can decide now."""

    request: Annotated[int, Field(description="Its number, by which approve, abort and ignore know it as well.")]
    kind: Annotated[str, Field(description="Such as payment, agreement or login.")]
    selector: Annotated[str | None, Field(description="reference, agreementId or authReqId, if it has one.")]
    value: str | None
    msn: str
    merchant: str
    price: Annotated[str | None, Field(description="As money; null where no money is asked for.")]
    text: str
    details: list[str]
    choices: list[ChoiceOnPhone]
    legend: Annotated[str, Field(description="What the choice is about.")]
    since: str
    expires: Annotated[str | None, Field(description="When the customer's time is up, where that is known.")]


class Mark(JsonModel):
    """What the world looks like, as a mark that changes with it."""

    mark: str


@router.get("/sandbox/customer/requests", response_model=list[RequestOnPhone])
async def read_waiting(world: TheWorld) -> list[RequestOnPhone]:
    """What waits on the customer's phone.

    Of the latest thousand what they can decide now, newest first.
    """
    return [_on_phone(one, screen, world) for one, screen in world.phone.waiting()]


@router.get(
    "/sandbox/customer/requests/{request}/page",
    response_class=Response,
    status_code=HTTPStatus.SEE_OTHER,
    responses={303: {"description": "On to the page"}},
)
async def open_page(request: Annotated[int, Path(ge=1)], world: TheWorld) -> Response:
    """The customer's phone as a page of its own, with one request on it."""
    for token, arrival in reversed(world.phone.arrivals.rows.items()):
        if arrival.number == request:
            return RedirectResponse(f"/landing?token={quote(token)}", HTTPStatus.SEE_OTHER)
    raise NoSuchRequest(f"Nothing on the phone has the number {request}. GET /sandbox/customer/requests lists them.")


@router.post("/sandbox/customer/ignore")
async def ignore(order: DecisionOrder, world: TheWorld, shelf: TheShelf, sender: TheSender) -> dict[str, Any]:
    """The customer does nothing.

    Time moves on until theirs is up, and everything that falls due happens.
    """
    asked = find_on_phone(order, world, shelf)
    if asked.outcome is not None:
        raise NothingToDecide(asked.outcome)
    if asked.expires is None:
        raise NothingToDecide("This one does not say when the customer's time is up.")
    await sender.travel(world, asked.expires, held=world.clock.held)
    return {"msn": asked.msn, "outcome": asked.renew().outcome, **clock_state(world).to_json()}


@router.post("/sandbox/clock/next", response_model=ClockState)
async def go_to_next_event(world: TheWorld, shelf: TheShelf, sender: TheSender) -> ClockState:
    """Move time forward to the next thing that happens by itself.

    Such as the end of the customer's time to pay.

    A thing happens if it is announced, moves money, posts a letter, or takes something from the phone.
    """
    if not await sender.go_on(world, partial(_trace, shelf)):
        raise NothingToCome("There is no deadline, retry or delivery to wait for.")
    return clock_state(world)


@router.get("/sandbox/changes", response_model=Mark)
async def wait_for_change(
    sender: TheSender,
    seen: Annotated[str | None, Query(description="The mark that was seen last.")] = None,
    wait: Annotated[float, Query(ge=0, le=LONGEST_WAIT, description="Seconds to wait for another one.")] = LONGEST_WAIT,
) -> Mark:
    """Wait until something changes.

    A request, the phone, the clock, the faults, the settings, or the world itself.

    Answers at once if ``seen`` is out of date or left out, and after ``wait`` with the same mark.
    """
    return Mark(mark=await sender.watch(_mark, seen, wait))


def _on_phone(arrival: Arrival, screen: PhoneScreen, world: World) -> RequestOnPhone:
    mask = world.masker.text  # what a merchant writes may hold a key that was pasted by mistake
    selector, value = screen.name or (None, None)
    return RequestOnPhone(
        request=arrival.number,
        kind=screen.kind,
        selector=selector,
        value=value,
        msn=screen.msn,
        merchant=screen.merchant,
        price=screen.price,
        text=mask(screen.text),
        details=[mask(line) for line in screen.details],
        choices=[ChoiceOnPhone(id=one.id, label=one.label, chosen=one.chosen) for one in screen.choices],
        legend=screen.legend if screen.choices else "",
        since=timestamp(arrival.since),
        expires=timestamp(screen.expires) if screen.expires else None,
    )


def _mark(world: World) -> str:
    phone = [_on_phone(one, screen, world).to_json() for one, screen in world.phone.waiting()]
    # Counts rather than states: what was changed and changed back is a change to those who looked in between.
    seen = (world.number, world.log.total, world.clock.moves, world.faults.changes, world.settings_changes, phone)
    return hashlib.sha256(repr(seen).encode()).hexdigest()[:16]


def _trace(shelf: Shelf, world: World) -> tuple[object, ...]:
    said = world.records(EventBus).made
    waiting = [one.number for one, _ in world.phone.waiting()]
    return said, len(world.records(Movements)), world.deliveries.total, waiting, shelf.counts(world)
