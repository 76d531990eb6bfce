"""Orders, version 2: a receipt, a category, and both together."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any, Literal

from pydantic import Field

from vipps_nb.sandbox.apis.order_management import sums
from vipps_nb.sandbox.apis.order_management.counter import (
    NoSuchThing,
    TheMsn,
    TheOrderId,
    ThePaymentType,
    WrittenOnce,
    page,
)
from vipps_nb.sandbox.apis.order_management.images import ImageId, check_known
from vipps_nb.sandbox.apis.order_management.records import Categories, Category
from vipps_nb.sandbox.server.routing import TheWorld
from vipps_nb.sandbox.server.shapes import Nullable
from vipps_nb.sandbox.server.wire import Wire
from vipps_nb.sandbox.world.receipts import BottomLine, PaymentType, Receipt, Receipts
from vipps_nb.sandbox.world.world import World

CategoryType = Literal["GENERAL", "RECEIPT", "ORDER_CONFIRMATION", "DELIVERY", "TICKET", "BOOKING"]
Link = Annotated[str, Field(pattern=r"^https?://[^\s/?#]+[^\s]*$", description="Back to the merchant's pages.")]


class Order(Wire):
    """A category as versions 1 and 2 write it."""

    category: CategoryType
    order_details_url: Link
    image_id: Nullable[ImageId] = None


class OrderBottomLine(BottomLine):
    """What all lines have in common."""

    currency: Literal["NOK", "DKK", "EUR"]  # pyright: ignore[reportIncompatibleVariableOverride]  # never set later


class OrderReceipt(Receipt):
    """A receipt in a currency of the home markets."""

    bottom_line: OrderBottomLine  # pyright: ignore[reportIncompatibleVariableOverride]  # as above


class OrderV2Response(Wire):
    """All that is known of an order."""

    category: Order | None = None
    receipt: Receipt | None = None


@page.router.put("/order-management/v2/{paymentType}/categories/{orderId}")
async def put_category_v2(
    kind: ThePaymentType, order_id: TheOrderId, order: Order, msn: TheMsn, world: TheWorld
) -> str:
    """Add category to an order: a link in the app, in the place of the one before."""
    return put_category(world, msn, kind, order_id, order).id


@page.router.post("/order-management/v2/{paymentType}/receipts/{orderId}", status_code=HTTPStatus.CREATED)
async def post_receipt_v2(
    kind: ThePaymentType, order_id: TheOrderId, order: OrderReceipt, msn: TheMsn, world: TheWorld
) -> str:
    """Add order details to an order: its receipt, which must add up, and is written once."""
    put_receipt(world, msn, kind, order_id, order)
    return world.ids.guid()


@page.router.get(
    "/order-management/v2/{paymentType}/{orderId}", response_model=OrderV2Response, response_model_exclude_unset=True
)
async def get_order_v2(kind: ThePaymentType, order_id: TheOrderId, msn: TheMsn, world: TheWorld) -> Mapping[str, Any]:
    """Get order with category and orderlines, as they were written."""
    receipt, category = world.room(Receipts).get(msn, kind, order_id), latest(world, msn, kind, order_id)
    if receipt is None and category is None:
        raise NoSuchThing("Nothing was added to this order.")
    parts = {"category": category and category.to_json(), "receipt": receipt}
    return {name: part for name, part in parts.items() if part is not None}


def put_category(world: World, msn: str, kind: PaymentType, order_id: str, order: Order) -> Category:
    """Give an order its category; the one that was given so before is overwritten."""
    check_known(order.image_id, msn, world)
    categories = world.room(Categories)
    before = [one for one in categories.of(msn, order_id, kind) if one.overwritable]
    category = Category(
        id=before[0].id if before else world.ids.guid(),
        msn=msn,
        payment_type=kind,
        order_id=order_id,
        type=order.category,
        url=order.order_details_url,
        image_id=order.image_id,
        overwritable=True,
    )
    categories.put(category)
    return category


def put_receipt(world: World, msn: str, kind: PaymentType, order_id: str, receipt: Receipt) -> None:
    """Give an order its receipt.

    Raises:
        Refusal: It does not add up, or the order has one.
    """
    sums.check(receipt)
    if world.room(Receipts).get(msn, kind, order_id) is not None:
        raise WrittenOnce("The order has a receipt; it cannot be changed.")
    world.room(Receipts).put(msn, kind, order_id, receipt.as_sent())


def latest(world: World, msn: str, kind: PaymentType, order_id: str) -> Order | None:
    """The category that the customer sees."""
    categories = world.room(Categories).of(msn, order_id, kind)
    if not categories:
        return None
    last = categories[-1]
    content = {"category": last.type, "orderDetailsUrl": last.url, "imageId": last.image_id}
    return Order.model_validate({name: value for name, value in content.items() if value is not None})
