"""The desk, continued: what people do outside all APIs. A merchant submits a product order; the platform decides."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import Path

from vipps_nb.sandbox.apis.management.orders import ProductOrder, ProductOrders, details, move
from vipps_nb.sandbox.apis.management.states import MOVES, Status
from vipps_nb.sandbox.entrance import OPEN
from vipps_nb.sandbox.page import Page, TheWorld
from vipps_nb.sandbox.refusals import NothingToDecide, Refusal
from vipps_nb.sandbox.wire import Wire

JsonObject = dict[str, Any]
AFTERWARDS = {
    "view": Status.MERCHANT_VIEWED,
    "submit": Status.ORDER_SUBMITTED,
    "complete": Status.COMPLETED,
    "reject": Status.REJECTED,
}

page = Page(title="The desk", entrance=OPEN)
router = page.router


class NoSuchOrder(Refusal):
    """No partner has prefilled it, or it was deleted."""

    status = HTTPStatus.NOT_FOUND
    title = "No such product order"


class OrderStep(Wire):
    """What happens to a product order: the merchant looks or submits, the platform completes or rejects."""

    step: Literal["view", "submit", "complete", "reject"]


@router.post("/sandbox/product-orders/{product_order_id}")
async def move_product_order(
    product_order_id: Annotated[str, Path(description="A `prefilledOrderId`.")], order: OrderStep, world: TheWorld
) -> JsonObject:
    """Take the next step with a product order at once."""
    found: ProductOrder | None = world.room(ProductOrders).get(product_order_id)
    if found is None:
        raise NoSuchOrder(f"No partner has prefilled an order {product_order_id}.")
    following = AFTERWARDS[order.step]
    if not MOVES.allows(found.status, following):
        raise NothingToDecide(f"An order that is {found.status} cannot become {following}.")
    move(world, found, following)
    return details(found).to_json()
