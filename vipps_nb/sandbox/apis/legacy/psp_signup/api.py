"""The operations of the PSP Signup API, in the order of its guide."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from fastapi import Response

from vipps_nb.sandbox.apis.legacy.errors import NoSuchMerchant, problem_with_instance
from vipps_nb.sandbox.apis.legacy.psp_signup.errors import IdempotencyConflict, MerchantDeactivated
from vipps_nb.sandbox.apis.legacy.psp_signup.models import MOVES, MerchantRecord, Merchants
from vipps_nb.sandbox.apis.legacy.psp_signup.schemas import (
    CreateMerchantRequest,
    CreateMerchantResponse,
    GetMerchantsResponse,
    Merchant,
    Msn,
    Status,
    UpdateMerchantRequest,
)
from vipps_nb.sandbox.apis.legacy.psp_signup.validation import check_logo
from vipps_nb.sandbox.server.authentication import AuthPolicy, Caller
from vipps_nb.sandbox.server.problems import InvalidRequest
from vipps_nb.sandbox.server.routing import Page, Rules, TheCaller, TheWorld, rules
from vipps_nb.sandbox.world.deeds import deed
from vipps_nb.sandbox.world.world import World

REVIEW = timedelta(minutes=1)


def _counts(world: World) -> Mapping[str, int]:
    return {"pspMerchants": len(world.records(Merchants))}


page = Page(
    title="PSP Signup API",
    auth=AuthPolicy(msn="ignored"),
    dialect=problem_with_instance,
    deprecated=True,
    counts=_counts,
)
router = page.router


@router.get(
    "/merchant-management/psp/v1/merchants", response_model=GetMerchantsResponse, response_model_exclude_none=True
)
async def get_merchants(world: TheWorld, caller: TheCaller) -> GetMerchantsResponse:
    """Get all merchants: those that these keys have signed up, oldest first."""
    own = [record for record in world.records(Merchants).values() if record.owner == _owner(caller)]
    return GetMerchantsResponse(merchants=[record.answer() for record in own])


@router.post("/merchant-management/psp/v1/merchants", response_model=CreateMerchantResponse)
@rules(Rules(idempotency_key="required", conflict=IdempotencyConflict))
async def add_merchant(order: CreateMerchantRequest, world: TheWorld, caller: TheCaller) -> CreateMerchantResponse:
    """Create merchant: sign one up. It is PENDING at first."""
    check_logo(order.logo)
    number = order.organization_number
    if order.address.country == "NO" and not (len(number) == 9 and number.isascii() and number.isdigit()):  # noqa: PLR2004 - an organisation number's length
        raise InvalidRequest(fields=[("organizationNumber", "A Norwegian one has nine digits.")])
    msn = world.ids.digits(6)
    while msn in world.keys.units or msn in world.records(Merchants):
        msn = world.ids.digits(6)
    now = world.clock.now()
    record = MerchantRecord(_owner(caller), msn, order, now, now)
    world.records(Merchants)[msn] = record
    world.clock.at(now + REVIEW, _reviewed.of(world, msn))
    return CreateMerchantResponse(merchant_serial_number=msn)


@router.get(
    "/merchant-management/psp/v1/merchants/{merchantSerialNumber}",
    response_model=Merchant,
    response_model_exclude_none=True,
)
async def get_merchant(msn: Msn, world: TheWorld, caller: TheCaller) -> Merchant:
    """Get merchant: one of them, by its MSN."""
    return _find(msn, world, caller).answer()


@router.patch(
    "/merchant-management/psp/v1/merchants/{merchantSerialNumber}", response_class=Response, response_model=None
)
async def patch_merchant(msn: Msn, order: UpdateMerchantRequest, world: TheWorld, caller: TheCaller) -> Response:
    """Update merchant: change what is given, or deactivate it for good."""
    record = _find(msn, world, caller)
    if record.status is Status.DEACTIVATED:
        raise MerchantDeactivated("It can neither be activated nor updated.")
    changes = {name: value for name in order.model_fields_set if (value := getattr(order, name)) is not None}
    if not changes:
        raise InvalidRequest(fields=[("body", "At least one property is required.")])
    check_logo(order.logo)
    if changes.pop("deactivate", False):
        record.status = MOVES.move(record.status, Status.DEACTIVATED)
    record.order = record.order.model_copy(update=changes)
    record.updated = world.clock.now()
    return Response()


@deed("psp-signup.reviewed", about=Merchants)
def _reviewed(world: World, msn: str) -> None:
    world.records(Merchants)[msn].activate()


def _owner(caller: Caller) -> str:
    assert caller.keys is not None  # noqa: S101 - the AuthPolicy has seen to it
    return caller.keys.client_id


def _find(msn: str, world: World, caller: Caller) -> MerchantRecord:
    record = world.records(Merchants).get(msn)
    if record is None or record.owner != _owner(caller):
        raise NoSuchMerchant(f"No merchant with the MSN {msn} was signed up with these keys.")
    return record
