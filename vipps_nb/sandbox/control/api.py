"""The desk: endpoints under ``/sandbox`` that say what happens in the world.

No keys are needed here.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import Body, Path, Query, Request, Response
from pydantic import Field

from vipps_nb.sandbox.customer.camera import NothingOnPhone, SeveralOnPhone, hold_up, look_at
from vipps_nb.sandbox.customer.customer import PHONE_NUMBER
from vipps_nb.sandbox.customer.screen import PhoneScreen
from vipps_nb.sandbox.server.authentication import NO_AUTH
from vipps_nb.sandbox.server.direct_call import AtHand
from vipps_nb.sandbox.server.docs_page import render
from vipps_nb.sandbox.server.json_model import JsonModel
from vipps_nb.sandbox.server.leniency import printable
from vipps_nb.sandbox.server.openapi import describe
from vipps_nb.sandbox.server.problems import InvalidRequest, Refusal
from vipps_nb.sandbox.server.routing import Page, TheBackend, TheWorld
from vipps_nb.sandbox.server.shelf import Shelf, TheShelf
from vipps_nb.sandbox.webhook_delivery.sender import JOURNEY_LIMIT, Sender
from vipps_nb.sandbox.world.clock import timestamp
from vipps_nb.sandbox.world.faults import MOST_RULES, FaultRule
from vipps_nb.sandbox.world.movements import Movements
from vipps_nb.sandbox.world.settings import Settings, Switches
from vipps_nb.sandbox.world.world import World

LARGEST_SEED = 10**18
TEN_YEARS = 315_360_000
JsonObject = dict[str, Any]
Name = Annotated[str, Field(max_length=1000)]  # which also keeps half characters out: an answer quotes it
PhoneNumber = Annotated[str, Field(pattern=r"^[1-9][0-9]{8,14}$", description="Digits only.")]

page = Page(title="The desk", auth=NO_AUTH, own=True)
router = page.router


class NoSuchSalesUnit(Refusal):
    """No sales unit of this sandbox has this MSN."""

    status = HTTPStatus.NOT_FOUND
    title = "No such sales unit"


class ClockState(JsonModel):
    """What time it is in this world, and whether time stands still."""

    now: str
    held: bool


class ClockOrder(JsonModel):
    """Where to put the clock; what is left out stays as it is."""

    now: Annotated[
        str | None, Field(max_length=100, description="A moment in ISO 8601, UTC unless it says otherwise.")
    ] = None
    held: bool | None = None


class AdvanceOrder(JsonModel):
    """How far to move time forward."""

    seconds: Annotated[float, Field(ge=0, le=TEN_YEARS)]


class DecisionOrder(JsonModel):
    """What the customer is looking at: exactly one of the first four."""

    reference: Name | None = None
    agreement_id: Name | None = None
    auth_req_id: Name | None = None
    request: Annotated[int | None, Field(description="Its number among the requests on the phone.")] = None
    msn: Annotated[Name | None, Field(description="Needed when several sales units use the same reference.")] = None
    choice: Annotated[
        Name | None,
        Field(description="What the customer chooses, such as the id of a way of delivery; or the default."),
    ] = None


class ScanOrder(JsonModel):
    """What the camera looks at.

    What a QR code says, or the name of a code at which customers check in.
    """

    content: Annotated[
        str | None, Field(max_length=5000, description="A code's content, or a link to its picture.")
    ] = None
    merchant_qr_id: Name | None = None
    msn: Annotated[Name | None, Field(description="Needed when several sales units use the same merchantQrId.")] = None
    phone_number: PhoneNumber = PHONE_NUMBER


class PersonalQrOrder(JsonModel):
    """Which customer shows their code, and in which format."""

    phone_number: PhoneNumber = PHONE_NUMBER
    version: Literal["1.0", "2.0"] = "2.0"


class FaultRules(JsonModel):
    """All rules; putting them replaces the ones before."""

    rules: Annotated[list[FaultRule], Field(max_length=MOST_RULES)]


class ResetOrder(JsonModel):
    """Which seed the new world gets; the old one's unless given."""

    seed: Annotated[int, Field(ge=-LARGEST_SEED, le=LARGEST_SEED)] | None = None


class SalesUnitState(JsonModel):
    """A sales unit and its switches."""

    merchant_serial_number: str
    name: str
    switches: Switches


def _sender(request: Request) -> Sender:
    found: Sender = request.scope["state"]["sender"]
    return found


TheSender = Annotated[Sender, AtHand(_sender)]
Msn = Annotated[str, Path(description="A merchant serial number.")]


@router.get("/sandbox/health")
async def health() -> dict[str, str]:
    """Whether requests are answered, for scripts that wait for it."""
    return {"status": "ok"}


@router.get("/sandbox")
async def overview(world: TheWorld, shelf: TheShelf) -> JsonObject:
    """What is in the world: counts, clock, seed, faults."""
    return {
        "baseUrl": world.base_url,
        "seed": world.seed,
        "clock": clock_state(world).to_json(),
        "counts": {
            **shelf.counts(world),
            "requests": len(world.log),
            "deliveries": len(world.deliveries),
            "idempotencyKeys": len(world.idempotency),
        },
        "faults": [rule.to_json() for rule in world.faults.rules],
        "settings": world.settings.to_json(),
        "salesUnits": [
            {"merchantSerialNumber": unit.merchant_serial_number, "name": unit.name}
            for unit in world.keys.units.values()
        ],
        "simulated": [title for pages in shelf.apis for title in pages.titles],
        "notSimulated": sorted(set(shelf.not_yet.values())),
    }


@router.get("/sandbox/clock", response_model=ClockState)
async def read_clock(world: TheWorld) -> ClockState:
    """What time it is."""
    return clock_state(world)


@router.put("/sandbox/clock", response_model=ClockState)
async def set_clock(order: ClockOrder, world: TheWorld, sender: TheSender) -> ClockState:
    """Move, hold or release the clock.

    Everything that falls due on the way happens, in order.

    Deliveries to merchants and their retries as well: the clock waits for each receiver's answer.
    """
    clock = world.clock
    try:
        target = _moment(order.now) or clock.now()
        await sender.travel(world, target, held=clock.held if order.held is None else order.held)
    except ValueError as error:
        raise InvalidRequest(str(error), fields=[("now", str(error))]) from error
    return clock_state(world)


@router.post("/sandbox/clock/advance", response_model=ClockState)
async def advance_clock(order: AdvanceOrder, world: TheWorld, sender: TheSender) -> ClockState:
    """Move time forward.

    Everything that falls due in between happens, in order, each at its own moment.

    Deliveries to merchants and their retries as well: the clock waits for each receiver's answer.
    """
    clock = world.clock
    try:
        await sender.travel(world, clock.now() + timedelta(seconds=order.seconds), held=clock.held)
    except ValueError as error:
        raise InvalidRequest(str(error), fields=[("seconds", str(error))]) from error
    return clock_state(world)


@router.post("/sandbox/customer/approve")
async def approve(order: DecisionOrder, world: TheWorld, shelf: TheShelf) -> JsonObject:
    """The customer approves in the app."""
    asked = find_on_phone(order, world, shelf)
    asked.choose(order.choice)
    return asked.approve()


@router.post("/sandbox/customer/abort")
async def abort(order: DecisionOrder, world: TheWorld, shelf: TheShelf) -> JsonObject:
    """The customer aborts in the app."""
    return find_on_phone(order, world, shelf).abort()


@router.post("/sandbox/customer/withdraw")
async def withdraw(order: DecisionOrder, world: TheWorld, shelf: TheShelf) -> JsonObject:
    """The customer withdraws, in the app, their consent to what they shared."""
    return find_on_phone(order, world, shelf).withdraw()


@router.post("/sandbox/customer/scan")
async def scan(order: ScanOrder, world: TheWorld) -> JsonObject:
    """The customer scans a QR code.

    It opens a page, asks for a payment, or checks them in.
    """
    return look_at(world, order.content, order.merchant_qr_id, order.msn, order.phone_number)


@router.post("/sandbox/customer/personal-qr")
async def show_personal_qr(world: TheWorld, order: PersonalQrOrder | None = None) -> JsonObject:
    """The customer holds up the QR of their own app, for the merchant to scan."""
    order = order or PersonalQrOrder()
    return hold_up(world, order.phone_number, order.version)


@router.get("/sandbox/faults", response_model=FaultRules)
async def read_faults(world: TheWorld) -> FaultRules:
    """Which faults are on."""
    return FaultRules(rules=list(world.faults.rules))


@router.put("/sandbox/faults", response_model=FaultRules)
async def set_faults(order: FaultRules, world: TheWorld) -> FaultRules:
    """Faults on demand, in the place of those before."""
    world.faults.replace(order.rules)
    return order


@router.delete("/sandbox/faults", response_model=FaultRules)
async def clear_faults(world: TheWorld) -> FaultRules:
    """No more faults."""
    world.faults.replace(())
    return FaultRules(rules=[])


@router.post("/sandbox/reset")
async def reset(backend: TheBackend, shelf: TheShelf, order: ResetOrder | None = None) -> JsonObject:
    """A new world.

    No payments, no remembered keys, no log, no faults, settings and clock as at the start.

    API keys and access tokens go on working.
    """
    return await overview(backend.reset(order.seed if order else None), shelf)


@router.get("/sandbox/deliveries")
async def read_deliveries(
    world: TheWorld,
    sender: TheSender,
    wait: Annotated[bool, Query(description="Wait until nothing is in the air.")] = True,
) -> list[JsonObject]:
    """The delivery log: what was sent to merchants, oldest first, secrets masked.

    Waits until every letter that is on its way has been answered, so that what has just been done is in it.
    """
    if wait:
        await sender.landed(JOURNEY_LIMIT)
    return world.deliveries.entries()


@router.get("/sandbox/settings", response_model=Settings)
async def read_settings(world: TheWorld) -> Settings:
    """How the sandbox behaves where the real thing is undecided."""
    return world.settings


@router.put("/sandbox/settings", response_model=Settings)
async def change_settings(changes: Settings, world: TheWorld, shelf: TheShelf) -> Settings:
    """Change settings; what is left out stays as it is."""
    _catch_up(world, shelf)
    world.settings = world.settings.model_copy(update=changes.model_dump(exclude_unset=True))
    world.settings_changes += 1
    return world.settings


@router.get("/sandbox/sales-units", response_model=list[SalesUnitState])
async def read_sales_units(world: TheWorld) -> list[SalesUnitState]:
    """All sales units and what they may do."""
    return [_sales_unit(msn, world) for msn in world.keys.units]


@router.put("/sandbox/sales-units/{msn}", response_model=SalesUnitState)
async def change_sales_unit(
    msn: Msn, changes: Annotated[Switches, Body()], world: TheWorld, shelf: TheShelf
) -> SalesUnitState:
    """Switch something on or off for one sales unit; what is left out stays as it is."""
    if msn not in world.switches:
        raise NoSuchSalesUnit(f"The sales units are {', '.join(world.switches)}.")
    _catch_up(world, shelf)
    world.switches[msn] = world.switches[msn].model_copy(update=changes.model_dump(exclude_unset=True))
    return _sales_unit(msn, world)


@router.get("/sandbox/openapi.json")
async def read_openapi(shelf: TheShelf, backend: TheBackend) -> JsonObject:
    """This document: every operation of every page and of the desk."""
    return describe(shelf, backend)


@router.get("/sandbox/docs", response_class=Response, responses={200: {"content": {"text/html": {}}}})
async def read_docs(shelf: TheShelf, backend: TheBackend) -> Response:
    """The same as a page to read."""
    return Response(render(describe(shelf, backend)), media_type="text/html")


def clock_state(world: World) -> ClockState:
    """What the clock shows."""
    return ClockState(now=timestamp(world.clock.now()), held=world.clock.held)


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"{printable(text)} is no moment; expected one such as 2026-01-01T12:00:00Z.") from None


def _sales_unit(msn: str, world: World) -> SalesUnitState:
    return SalesUnitState(merchant_serial_number=msn, name=world.unit(msn).name, switches=world.switches[msn])


def _catch_up(world: World, shelf: Shelf) -> None:
    if not len(world.records(Movements)):
        return  # nothing has happened that anybody could write down
    for one in shelf.catching_up():
        if one.catch_up is not None:
            one.catch_up(world)


def find_on_phone(order: DecisionOrder, world: World, shelf: Shelf) -> PhoneScreen:
    """What the customer is looking at.

    Raises:
        Refusal: Nothing by that name is on the phone, or several things are.
    """
    asked = order.to_json()
    for aside in ("msn", "choice"):
        asked.pop(aside, None)
    if len(asked) != 1:
        raise InvalidRequest("Exactly one of reference, agreementId, authReqId and request is required.")
    [(selector, value)] = asked.items()
    if selector == "request":
        arrival = world.phone.numbered(value)
        if arrival is None:
            raise NothingOnPhone(f"There is no request {value} on the phone; a reset may have taken it away.")
        return arrival.screen()
    finders = [one.find_on_phone for one in shelf.awake() if one.selector == selector and one.find_on_phone is not None]
    found = [thing for find in finders for thing in find(world, value) if order.msn in (None, thing.msn)]
    if not found:
        raise NothingOnPhone(
            f"Nothing with {selector} {value} is on the phone" + (f" for {order.msn}." if order.msn else ".")
        )
    if len(found) > 1:
        raise SeveralOnPhone("Say which with msn: " + ", ".join(thing.msn for thing in found))
    return found[0]
