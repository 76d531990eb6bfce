"""The operations of the Order Management API, in the order of its guide."""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any, cast

from fastapi import Depends, Path, Query, Response

from vipps_nb.sandbox.apis.order_management import sums
from vipps_nb.sandbox.apis.order_management.errors import NoSuchThing, WrittenOnce
from vipps_nb.sandbox.apis.order_management.images import decode
from vipps_nb.sandbox.apis.order_management.models import Categories, Category, Images
from vipps_nb.sandbox.apis.order_management.schemas import (
    ORDER_ID,
    AddCategoryRequest,
    AddCategoryResponse,
    CategoryAnswer,
    CategoryId,
    GetCategoriesResponse,
    Image,
    ImageResponse,
    Order,
    OrderReceipt,
    OrderV2Response,
    TransactionId,
)
from vipps_nb.sandbox.server.authentication import AuthPolicy
from vipps_nb.sandbox.server.problems import InvalidRequest, invalid_params
from vipps_nb.sandbox.server.routing import Page, TheCaller, TheWorld
from vipps_nb.sandbox.world.receipts import PaymentType, Receipt, Receipts
from vipps_nb.sandbox.world.world import World

TYPES: dict[str, PaymentType] = {"ECOM": "ecom", "RECURRING": "recurring"}
ORDER = "/order-management/v1/orders/{transactionId}"
RECEIPT = "/order-management/v1/receipts/{transactionId}"


def _counts(world: World) -> Mapping[str, int]:
    return {
        "receipts": len(world.records(Receipts)),
        "categories": len(world.records(Categories)),
        "images": len(world.records(Images)),
    }


page = Page(
    title="Order Management API",
    auth=AuthPolicy(),
    dialect=invalid_params,
    in_test=lambda settings: settings.order_management_in_test,
    counts=_counts,
)


async def _msn(caller: TheCaller) -> str:
    return caller.merchant.merchant_serial_number


async def _payment_type(
    payment_type: Annotated[
        str,
        Path(
            alias="paymentType",
            description="`ecom` for ePayment and eCom, or `recurring`; in any case.",
            json_schema_extra={"enum": ["ECOM", "RECURRING"]},
        ),
    ],
) -> PaymentType:
    if payment_type.lower() not in ("ecom", "recurring"):
        raise InvalidRequest("There is no such payment type.", fields=[("paymentType", "Must be ECOM or RECURRING.")])
    return cast("PaymentType", payment_type.lower())


async def _order_id(
    order_id: Annotated[str, Path(alias="orderId", description="The reference or orderId of the payment.")],
) -> str:
    if not re.fullmatch(ORDER_ID, order_id, re.ASCII):
        raise InvalidRequest("The orderId is malformed.", fields=[("orderId", f"Must match {ORDER_ID}")])
    return order_id


TheMsn = Annotated[str, Depends(_msn)]
ThePaymentType = Annotated[PaymentType, Depends(_payment_type)]
TheOrderId = Annotated[str, Depends(_order_id)]


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
    """Add order details to an order.

    Its receipt, which must add up, and is written once.
    """
    put_receipt(world, msn, kind, order_id, order)
    return world.ids.guid()


@page.router.get(
    "/order-management/v2/{paymentType}/{orderId}", response_model=OrderV2Response, response_model_exclude_unset=True
)
async def get_order_v2(kind: ThePaymentType, order_id: TheOrderId, msn: TheMsn, world: TheWorld) -> Mapping[str, Any]:
    """Get order with category and orderlines, as they were written."""
    receipt, category = world.records(Receipts).get(msn, kind, order_id), latest(world, msn, kind, order_id)
    if receipt is None and category is None:
        raise NoSuchThing("Nothing was added to this order.")
    parts = {"category": category and category.to_json(), "receipt": receipt}
    return {name: part for name, part in parts.items() if part is not None}


def put_category(world: World, msn: str, kind: PaymentType, order_id: str, order: Order) -> Category:
    """Give an order its category; the one that was given so before is overwritten."""
    check_known(order.image_id, msn, world)
    categories = world.records(Categories)
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
    if world.records(Receipts).get(msn, kind, order_id) is not None:
        raise WrittenOnce("The order has a receipt; it cannot be changed.")
    world.records(Receipts).put(msn, kind, order_id, receipt.as_sent())


def latest(world: World, msn: str, kind: PaymentType, order_id: str) -> Order | None:
    """The category that the customer sees."""
    categories = world.records(Categories).of(msn, order_id, kind)
    if not categories:
        return None
    last = categories[-1]
    content = {"category": last.type, "orderDetailsUrl": last.url, "imageId": last.image_id}
    return Order.model_validate({name: value for name, value in content.items() if value is not None})


@page.router.post("/order-management/v3/categories", status_code=HTTPStatus.CREATED, response_model=AddCategoryResponse)
async def post_category_v3(order: AddCategoryRequest, msn: TheMsn, world: TheWorld) -> AddCategoryResponse:
    """Add category to an order: one more link, beside those it has."""
    check_known(order.image_id, msn, world)
    category = Category(
        id=world.ids.guid(),
        msn=msn,
        payment_type=TYPES[order.payment_type],
        order_id=order.order_id,
        type=order.type,
        url=order.url,
        image_id=order.image_id,
    )
    world.records(Categories).put(category)
    return AddCategoryResponse(category_id=category.id)


@page.router.get(
    "/order-management/v3/categories", response_model=GetCategoriesResponse, response_model_exclude_none=True
)
async def get_categories_v3(
    msn: TheMsn,
    world: TheWorld,
    order_id: Annotated[str | None, Query(alias="orderId", description="Of one order; all unless given.")] = None,
) -> GetCategoriesResponse:
    """Query categories: of one order or of all, oldest first."""
    return GetCategoriesResponse(
        categories=[_category_answer(one) for one in world.records(Categories).of(msn, order_id)]
    )


@page.router.get(
    "/order-management/v3/categories/{categoryId}", response_model=CategoryAnswer, response_model_exclude_none=True
)
async def get_category_v3(category_id: CategoryId, msn: TheMsn, world: TheWorld) -> CategoryAnswer:
    """Query category by its id."""
    return _category_answer(_category(msn, category_id, world))


@page.router.delete("/order-management/v3/categories/{categoryId}", response_class=Response, response_model=None)
async def delete_category_v3(category_id: CategoryId, msn: TheMsn, world: TheWorld) -> Response:
    """Delete category: the link is gone from the app."""
    world.records(Categories).remove(_category(msn, category_id, world))
    return Response()


def _category(msn: str, category_id: str, world: World) -> Category:
    category = world.records(Categories).get(msn, category_id)
    if category is None:
        raise NoSuchThing("This sales unit has no category with this id.")
    return category


def _category_answer(category: Category) -> CategoryAnswer:
    return CategoryAnswer(
        category_id=category.id,
        order_id=category.order_id,
        payment_type="ECOM" if category.payment_type == "ecom" else "RECURRING",
        type=category.type,
        url=category.url,
        image_id=category.image_id,
    )


@page.router.put(ORDER, response_class=Response, response_model=None, deprecated=True)
async def put_order(order_id: TransactionId, order: Order, msn: TheMsn, world: TheWorld) -> Response:
    """Add info to an order: its category, in the place of the one before."""
    put_category(world, msn, "ecom", order_id, order)
    return Response()


@page.router.get(ORDER, response_model=Order, response_model_exclude_none=True, deprecated=True)
async def get_order(order_id: TransactionId, msn: TheMsn, world: TheWorld) -> Order:
    """Get info for an order: its category."""
    category = latest(world, msn, "ecom", order_id)
    if category is None:
        raise NoSuchThing("The order has no category.")
    return category


@page.router.post(RECEIPT, response_class=Response, response_model=None, deprecated=True)
async def post_receipt(order_id: TransactionId, order: OrderReceipt, msn: TheMsn, world: TheWorld) -> Response:
    """Add orderlines to an order, once."""
    put_receipt(world, msn, "ecom", order_id, order)
    return Response()


@page.router.get(RECEIPT, response_model=Receipt, response_model_exclude_unset=True, deprecated=True)
async def get_receipt(order_id: TransactionId, msn: TheMsn, world: TheWorld) -> Mapping[str, Any]:
    """Get orderlines from an order."""
    receipt = world.records(Receipts).get(msn, "ecom", order_id)
    if receipt is None:
        raise NoSuchThing("The order has no receipt.")
    return receipt


@page.router.post("/order-management/v1/images", response_model=ImageResponse)
async def post_image(order: Image, msn: TheMsn, world: TheWorld) -> ImageResponse:
    """Add an image: under a name of its own, once. Many orders may show it."""
    images = world.records(Images)
    content = decode(order.src)
    if images.get(msn, order.image_id) is not None:
        raise WrittenOnce(f"This sales unit already has an image {order.image_id}.")
    images.put(msn, order.image_id, content)
    return ImageResponse(image_id=order.image_id)


def check_known(image_id: str | None, msn: str, world: World) -> None:
    """See that a picture that is named exists.

    Raises:
        InvalidRequest: It does not.
    """
    if image_id is not None and world.records(Images).get(msn, image_id) is None:
        raise InvalidRequest("There is no such image.", fields=[("imageId", "Add the image first.")])
