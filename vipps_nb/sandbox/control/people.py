"""The desk, continued: what people do outside all APIs.

Donors give in the app; merchants submit product orders, and the platform decides about them.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Path
from pydantic import Field

from vipps_nb.sandbox.apis.donations.app import change, give, start, stop
from vipps_nb.sandbox.apis.donations.models import Agreement, Donations
from vipps_nb.sandbox.apis.management.app import move
from vipps_nb.sandbox.apis.management.models import MOVES, ProductOrder, ProductOrders, order_details
from vipps_nb.sandbox.apis.management.schemas import Status
from vipps_nb.sandbox.server.authentication import NO_AUTH
from vipps_nb.sandbox.server.json_model import JsonModel
from vipps_nb.sandbox.server.problems import NothingToDecide, Refusal
from vipps_nb.sandbox.server.routing import Page, TheWorld
from vipps_nb.sandbox.world.world import World

JsonObject = dict[str, Any]
AFTERWARDS = {
    "view": Status.MERCHANT_VIEWED,
    "submit": Status.ORDER_SUBMITTED,
    "complete": Status.COMPLETED,
    "reject": Status.REJECTED,
}

MinorUnits = Annotated[int, Field(ge=100, le=10_000_000, description="Minor units, 100 being 1.00.")]
# Every month has these days.
WithdrawalDay = Annotated[int, Field(ge=1, le=28)]
AgreementId = Annotated[UUID, Path(description="An agreement of the Donations API.")]

page = Page(title="The desk", auth=NO_AUTH, own=True)
router = page.router


class NoSuchOrder(Refusal):
    """No partner has prefilled it, or it was deleted."""

    status = HTTPStatus.NOT_FOUND
    title = "No such product order"


class NoDonations(Refusal):
    """The sales unit is none of this sandbox, or its donations are switched off."""

    status = HTTPStatus.NOT_FOUND
    title = "Nobody can give there"


class NoSuchAgreement(Refusal):
    """Nobody has agreed to this."""

    status = HTTPStatus.NOT_FOUND
    title = "No such donation agreement"


class Gift(JsonModel):
    """What a donor gives: once or, with a withdrawal day, every month."""

    value: MinorUnits
    withdrawal_day: WithdrawalDay | None = None
    reference: Annotated[
        str | None, Field(pattern="^[A-Za-z0-9_ -]{1,50}$", description="A campaign, from the donation link.")
    ] = None
    message: Annotated[str | None, Field(max_length=250)] = None
    msn: Annotated[str | None, Field(description="The first sales unit unless given.")] = None


class GiftChange(JsonModel):
    """What the donor changes; what is left out stays."""

    value: MinorUnits | None = None
    withdrawal_day: WithdrawalDay | None = None


class OrderStep(JsonModel):
    """What happens to a product order.

    The merchant looks or submits, the platform completes or rejects.
    """

    step: Literal["view", "submit", "complete", "reject"]


@router.post("/sandbox/product-orders/{product_order_id}")
async def move_product_order(
    product_order_id: Annotated[str, Path(description="A `prefilledOrderId`.")], order: OrderStep, world: TheWorld
) -> JsonObject:
    """Take the next step with a product order at once."""
    found: ProductOrder | None = world.records(ProductOrders).get(product_order_id)
    if found is None:
        raise NoSuchOrder(f"No partner has prefilled an order {product_order_id}.")
    following = AFTERWARDS[order.step]
    if not MOVES.allows(found.status, following):
        raise NothingToDecide(f"An order that is {found.status} cannot become {following}.")
    move(world, found, following)
    return order_details(found).to_json()


@router.post("/sandbox/donations")
async def donate(gift: Gift, world: TheWorld) -> JsonObject:
    """A donor gives in the app, once or every month."""
    msn = gift.msn or next(iter(world.switches))
    if msn not in world.switches or not world.switches[msn].donations_allowed:
        raise NoDonations(f"The sales unit {msn} takes no donations.")
    if gift.withdrawal_day is not None:
        agreement = start(world, msn, gift.value, gift.withdrawal_day, reference=gift.reference)
        return {"agreementId": agreement.agreement_id, "recipientHandle": agreement.handle}
    given = give(world, msn, gift.value, reference=gift.reference, message=gift.message)
    return {"pspReference": given.psp_reference, "recipientHandle": given.handle}


@router.patch("/sandbox/donations/{agreement_id}")
async def change_donation(agreement_id: AgreementId, order: GiftChange, world: TheWorld) -> JsonObject:
    """The donor changes the amount or the day of a monthly gift."""
    agreement = _agreement(agreement_id, world)
    if agreement.stopped is not None:
        raise NothingToDecide("The agreement was stopped.")
    change(world, agreement, value=order.value, withdrawal_day=order.withdrawal_day)
    return {"agreementId": agreement.agreement_id, "value": agreement.value, "withdrawalDay": agreement.withdrawal_day}


@router.delete("/sandbox/donations/{agreement_id}")
async def stop_donation(agreement_id: AgreementId, world: TheWorld) -> JsonObject:
    """The donor stops giving."""
    agreement = _agreement(agreement_id, world)
    stop(world, agreement)
    return {"agreementId": agreement.agreement_id, "stopped": True}


def _agreement(agreement_id: UUID, world: World) -> Agreement:
    found = world.records(Donations).get(str(agreement_id))
    if found is None:
        raise NoSuchAgreement(f"There is no agreement {agreement_id}.")
    return found
