"""The operations of the Webhooks API, in the order of its guide."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import Path, Request, Response

from vipps_nb.sandbox.apis.webhooks.app import listen
from vipps_nb.sandbox.apis.webhooks.errors import NoSuchWebhook, TooManyWebhooks
from vipps_nb.sandbox.apis.webhooks.models import Registration, Registrations
from vipps_nb.sandbox.apis.webhooks.schemas import (
    DONATIONS,
    EVENTS,
    QueryResponse,
    RegisterRequest,
    RegisterResponse,
    Webhook,
    most_registrations,
)
from vipps_nb.sandbox.apis.webhooks.validation import complaint
from vipps_nb.sandbox.near import did_you_mean
from vipps_nb.sandbox.server.authentication import MSN, AuthPolicy, Caller
from vipps_nb.sandbox.server.problems import InvalidRequest
from vipps_nb.sandbox.server.routing import Page, TheCaller, TheWorld
from vipps_nb.sandbox.world.sales_unit import STANDARD, KeyType
from vipps_nb.sandbox.world.world import World

SECRET_BYTES = 64


def _counts(world: World) -> Mapping[str, int]:
    return {"webhooks": len(world.records(Registrations))}


page = Page(
    title="Webhooks API",
    auth=AuthPolicy(keys=STANDARD | {KeyType.DONATIONS}, subscription_key="required", msn="optional"),
    counts=_counts,
)
router = page.router


@router.get("/webhooks/v1/webhooks", response_model=QueryResponse)
async def get_webhooks(request: Request, world: TheWorld, caller: TheCaller) -> QueryResponse:
    """Get all registered webhooks of the sales unit, without their secrets.

    Or of the keys, when they came without an MSN.
    """
    owner = _owner(request, caller)
    webhooks = [
        Webhook(id=UUID(one.id), url=one.url, events=list(one.events)) for one in world.records(Registrations).of(owner)
    ]
    return QueryResponse(webhooks=webhooks)


@router.post("/webhooks/v1/webhooks", status_code=HTTPStatus.CREATED, response_model=RegisterResponse)
async def register_webhook(
    order: RegisterRequest, request: Request, world: TheWorld, caller: TheCaller
) -> RegisterResponse:
    """Register webhook: say which events are sent where.

    25 registrations for each event; 1 for QR check-ins.
    """
    owner = _owner(request, caller)
    events = tuple(dict.fromkeys(order.events))
    wrong = complaint(order.url)
    if wrong is not None:
        raise InvalidRequest(fields=[("url", wrong)])
    _check_events(events, caller)
    registrations = world.records(Registrations)
    for event in events:
        most = most_registrations(event)
        if sum(event in one.events for one in registrations.of(owner)) >= most:
            raise TooManyWebhooks(fields=[("events", f"There are {most} webhooks for {event} already.")])
    registration = Registration(
        id=world.ids.guid(),
        owner=owner,
        msn=caller.unit.merchant_serial_number if caller.unit else None,
        url=order.url,
        events=events,
        secret=world.ids.base64(SECRET_BYTES),
    )
    registrations.store(registration)
    listen(world)
    return RegisterResponse(id=UUID(registration.id), secret=registration.secret)


@router.delete("/webhooks/v1/webhooks/{id}", status_code=HTTPStatus.NO_CONTENT, response_class=Response)
async def delete_webhook(
    request: Request, world: TheWorld, caller: TheCaller, identifier: Annotated[UUID, Path(alias="id")]
) -> None:
    """Delete webhook: nothing more is sent, nor what was still to be tried again."""
    registrations = world.records(Registrations)
    registration = registrations.get(_owner(request, caller), str(identifier))
    if registration is None:
        raise NoSuchWebhook("There is no webhook with this id.")
    registrations.remove(registration)


def _owner(request: Request, caller: Caller) -> str:
    """In whose name: the sales unit's, or the keys' own.

    A sales unit's keys have to say which one it is.
    """
    merchant = caller.keys is not None and caller.keys.key_type is KeyType.MERCHANT
    if merchant and MSN not in request.headers:
        raise InvalidRequest(f"The {MSN} header is required.", fields=[(MSN, "The header is required.")])
    return caller.name


def _check_events(events: tuple[str, ...], caller: Caller) -> None:
    unknown = [event for event in events if event not in EVENTS]
    if unknown:
        raise InvalidRequest(
            fields=[("events", f"{event} is no event.{did_you_mean(event, EVENTS)}") for event in unknown]
        )
    donations = caller.keys is not None and caller.keys.key_type is KeyType.DONATIONS
    closed = [event for event in events if donations and event not in DONATIONS]
    if closed:
        raise InvalidRequest(fields=[("events", f"{event} cannot be had with these keys.") for event in closed])
