"""The operations of the Check-in API, in the order of its guide."""

from __future__ import annotations

from vipps_nb.sandbox.apis.check_in.models import CheckIn, CheckIns
from vipps_nb.sandbox.apis.check_in.schemas import LoyaltyCheckInRequest, LoyaltyCheckInResponse
from vipps_nb.sandbox.server.authentication import AuthPolicy
from vipps_nb.sandbox.server.problems import InvalidRequest, NotForThisSalesUnit, invalid_params
from vipps_nb.sandbox.server.routing import Page, TheCaller, TheWorld

page = Page(
    title="Check-in API",
    auth=AuthPolicy(msn="optional"),
    dialect=invalid_params,
    in_test=False,
    counts=lambda world: {"checkIns": len(world.records(CheckIns))},
)


@page.router.post("/point-of-sale/v1/loyalty-check-in", response_model=LoyaltyCheckInResponse)
async def initiate_loyalty_check_in(
    order: LoyaltyCheckInRequest, world: TheWorld, caller: TheCaller
) -> LoyaltyCheckInResponse:
    """Loyalty check-in.

    Tell a customer's app that they are in the shop, and whether they are a member.
    """
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
    world.records(CheckIns).append(one)
    return LoyaltyCheckInResponse(id=one.id)
