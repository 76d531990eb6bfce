"""PSP Signup API: a payment service provider signs up its merchants. Base path ``/merchant-management/psp/v1``.

Source: PSP Signup API guide and the official document 1.1.7. The front door wants a bearer token and the subscription
key; whose keys they are decides whose merchants one sees. In maintenance, as the PSP API is.

**Unlike the real thing**

- There are no PSP keys in this sandbox: merchant or partner keys open the door, and each set has its own merchants.
- A new merchant is PENDING for one minute, then ACTIVE; how long it really takes is not documented.
- A new merchant's MSN gets no API keys, so payments cannot be made with it.
- Organisation numbers are not looked up; a Norwegian one must have nine digits. A logo is a PNG or
  empty, and noted where it is not of 100 to 1000 pixels; the category code of four digits is not looked up.
- The document shows neither category code nor logo in answers, although the guide's samples do.
- That a deactivated merchant can no longer be updated is documented; the status, 400, is not.
"""

from __future__ import annotations

import base64
import binascii
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from http import HTTPStatus
from typing import Annotated

from fastapi import Path, Response
from pydantic import Field

from vipps_nb.sandbox.apis.legacy.dialects import NoSuchMerchant, problem_with_instance
from vipps_nb.sandbox.server.authentication import Caller, Entrance
from vipps_nb.sandbox.server.leniency import tolerate
from vipps_nb.sandbox.server.problems import InvalidRequest, Refusal
from vipps_nb.sandbox.server.routing import Page, Rules, TheCaller, TheWorld, rules
from vipps_nb.sandbox.server.shapes import Presumed
from vipps_nb.sandbox.server.wire import Wire
from vipps_nb.sandbox.world.clock import timestamp
from vipps_nb.sandbox.world.lifecycle import Lifecycle
from vipps_nb.sandbox.world.world import World

REVIEW = timedelta(minutes=1)
PNG_HEADER = struct.Struct(">8s4x4sII")  # signature, length, chunk name, width, height
SMALLEST, LARGEST = 100, 1000  # pixels
_EMAIL = (
    r"^[a-zA-Z0-9.!#$%&*+\/=?^_{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
    r"(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$"
)
Email = Annotated[str, Field(max_length=255, pattern=_EMAIL)]
Website = Annotated[str, Field(max_length=255, pattern=r"^(https?://)?[a-zA-Z0-9@:%._\\+~#=()/-]{2,256}\.[a-z]{2,6}")]
Name = Annotated[str, Field(max_length=200)]
Long = Annotated[str, Field(max_length=255)]
CategoryCode = Annotated[str, Field(pattern="^[0-9]{4}$")]
Msn = Annotated[str, Path(alias="merchantSerialNumber", pattern="^[0-9]{5,6}$")]


class Status(StrEnum):
    """Of a merchant."""

    PENDING = "PENDING"
    ACTIVE = "ACTIVE"
    DEACTIVATED = "DEACTIVATED"


MOVES = Lifecycle(
    {
        Status.PENDING: frozenset({Status.ACTIVE, Status.DEACTIVATED}),
        Status.ACTIVE: frozenset({Status.DEACTIVATED}),
    }
)


class MerchantDeactivated(Refusal):
    """Deactivating is final."""

    title = "The merchant is deactivated"


class IdempotencyConflict(Refusal):
    """The key came with another merchant before."""

    status = HTTPStatus.CONFLICT
    title = "Idempotent conflict"


class Address(Wire):
    """Where a merchant is."""

    address_line1: Long
    address_line2: Long | None = None
    city: Long
    post_code: Annotated[str, Field(max_length=10, pattern="^[A-Za-z0-9 ]+$")]
    country: Annotated[str, Field(pattern="^[A-Z]{2}$"), Presumed("NO")]


class CreateMerchantRequest(Wire):
    """A merchant to sign up."""

    organization_number: Annotated[str, Field(min_length=1, max_length=50)]
    name: Name
    mcc_code: CategoryCode
    logo: str
    address: Address
    company_name: Long
    company_email: Email
    email: Email | None = None
    website: Website | None = None


class CreateMerchantResponse(Wire):
    """The new merchant's number."""

    merchant_serial_number: str


class UpdateMerchantRequest(Wire):
    """What to change; at least one thing."""

    deactivate: bool | None = None
    name: Name | None = None
    mcc_code: CategoryCode | None = None
    logo: str | None = None
    email: Email | None = None
    website: Website | None = None
    address: Address | None = None


class Merchant(Wire):
    """A merchant as the API shows it."""

    organization_number: str
    company_name: str
    company_email: str
    merchant_serial_number: str
    name: str
    status: str
    email: str | None = None
    website: str | None = None
    created_at: str
    updated_at: str
    address: Address


class GetMerchantsResponse(Wire):
    """All merchants of a provider."""

    merchants: list[Merchant]


@dataclass(slots=True, eq=False)
class _Record:
    owner: str
    msn: str
    order: CreateMerchantRequest
    created: datetime
    updated: datetime
    status: Status = Status.PENDING

    def activate(self) -> None:
        if self.status is Status.PENDING:
            self.status = MOVES.move(self.status, Status.ACTIVE)

    def answer(self) -> Merchant:
        order = self.order
        return Merchant(
            organization_number=order.organization_number,
            company_name=order.company_name,
            company_email=order.company_email,
            merchant_serial_number=self.msn,
            name=order.name,
            status=self.status,
            email=order.email,
            website=order.website,
            created_at=timestamp(self.created),
            updated_at=timestamp(self.updated),
            address=order.address,
        )


class Merchants(dict[str, _Record]):
    """All merchants that providers have signed up, by MSN."""


def _counts(world: World) -> Mapping[str, int]:
    return {"pspMerchants": len(world.room(Merchants))}


page = Page(
    title="PSP Signup API",
    entrance=Entrance(msn="ignored"),
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
    own = [record for record in world.room(Merchants).values() if record.owner == _owner(caller)]
    return GetMerchantsResponse(merchants=[record.answer() for record in own])


@router.post("/merchant-management/psp/v1/merchants", response_model=CreateMerchantResponse)
@rules(Rules(idempotency_key="required", conflict=IdempotencyConflict))
async def add_merchant(order: CreateMerchantRequest, world: TheWorld, caller: TheCaller) -> CreateMerchantResponse:
    """Create merchant: sign one up. It is PENDING at first."""
    _check_logo(order.logo)
    number = order.organization_number
    if order.address.country == "NO" and not (len(number) == 9 and number.isascii() and number.isdigit()):  # noqa: PLR2004 - an organisation number's length
        raise InvalidRequest(fields=[("organizationNumber", "A Norwegian one has nine digits.")])
    msn = world.ids.digits(6)
    while msn in world.keys.units or msn in world.room(Merchants):
        msn = world.ids.digits(6)
    now = world.clock.now()
    record = _Record(_owner(caller), msn, order, now, now)
    world.room(Merchants)[msn] = record
    world.clock.at(now + REVIEW, record.activate)
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
    _check_logo(order.logo)
    if changes.pop("deactivate", False):
        record.status = MOVES.move(record.status, Status.DEACTIVATED)
    record.order = record.order.model_copy(update=changes)
    record.updated = world.clock.now()
    return Response()


def _owner(caller: Caller) -> str:
    assert caller.keys is not None  # noqa: S101 - the entrance has seen to it
    return caller.keys.client_id


def _find(msn: str, world: World, caller: Caller) -> _Record:
    record = world.room(Merchants).get(msn)
    if record is None or record.owner != _owner(caller):
        raise NoSuchMerchant(f"No merchant with the MSN {msn} was signed up with these keys.")
    return record


def _check_logo(logo: str | None) -> None:
    if logo is None or (logo == "" and tolerate("logo", "empty where a picture is documented")):
        return
    try:
        image = base64.b64decode(logo, validate=True)
        signature, chunk, width, height = PNG_HEADER.unpack_from(image)
    except (binascii.Error, ValueError, struct.error):
        signature, chunk, width, height = b"", b"", 0, 0
    if signature != b"\x89PNG\r\n\x1a\n" or chunk != b"IHDR":
        raise InvalidRequest(fields=[("logo", "Must be a PNG as Base64.")])
    if min(width, height) < SMALLEST or max(width, height) > LARGEST:
        size = f"{width} by {height} pixels where {SMALLEST} to {LARGEST} are documented"
        if not tolerate("logo", size):
            raise InvalidRequest(fields=[("logo", f"Is {size}.")])
