"""Check-in API (proof of concept): greet a member in the app when they are in the shop. Base path ``/point-of-sale``.

Source: the official document 1.0.2. The front door wants a bearer token of merchant or partner keys and the
subscription key; the Merchant-Serial-Number with partner keys. The real test environment answers 500 (its quick start
says production only), so every answer here says "not in test".

**Unlike the real thing**

- Nobody is greeted: what the customer sees in the app is not described anywhere. The overview counts check-ins.
- Whether the number is a customer's decides the setting ``unknownPhoneNumbers``; one that is not gets 400
  (unconfirmed).
- The official document calls the answer a string and gives it a field; here it is an object with ``id``.

**Not simulated**: nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import Field

from vipps_nb.sandbox.server.authentication import Entrance
from vipps_nb.sandbox.server.problems import InvalidRequest, NotForThisSalesUnit, invalid_params
from vipps_nb.sandbox.server.routing import Page, TheCaller, TheWorld
from vipps_nb.sandbox.server.wire import Wire


class LoyaltyCheckInRequest(Wire):
    """Who is in the shop."""

    phone_number: Annotated[str, Field(pattern=r"^47[1-9][0-9]{7}$", description="A Norwegian number, digits only.")]
    is_member: Annotated[bool, Field(description="Of the merchant's loyalty programme.")]


class LoyaltyCheckInResponse(Wire):
    """The check-in."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckIn:
    """One customer in one shop."""

    id: str
    msn: str
    phone_number: str
    is_member: bool
    moment: datetime


class CheckIns(list[CheckIn]):
    """All of them, oldest first."""


page = Page(
    title="Check-in API",
    entrance=Entrance(msn="optional"),
    dialect=invalid_params,
    in_test=False,
    counts=lambda world: {"checkIns": len(world.room(CheckIns))},
)


@page.router.post("/point-of-sale/v1/loyalty-check-in", response_model=LoyaltyCheckInResponse)
async def initiate_loyalty_check_in(
    order: LoyaltyCheckInRequest, world: TheWorld, caller: TheCaller
) -> LoyaltyCheckInResponse:
    """Loyalty check-in: tell a customer's app that they are in the shop, and whether they are a member."""
    if caller.unit is None:
        raise NotForThisSalesUnit("Partner keys need the Merchant-Serial-Number header.")
    if order.phone_number in world.settings.unknown_phone_numbers:
        raise InvalidRequest("Nobody to greet.", fields=[("phoneNumber", "No customer has this phone number.")])
    one = CheckIn(
        id=world.ids.guid(),
        msn=caller.unit.merchant_serial_number,
        phone_number=order.phone_number,
        is_member=order.is_member,
        moment=world.clock.now(),
    )
    world.room(CheckIns).append(one)
    return LoyaltyCheckInResponse(id=one.id)
