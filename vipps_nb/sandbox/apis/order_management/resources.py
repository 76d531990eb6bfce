"""Categories, version 3: things with an id of their own."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import Path, Query, Response
from pydantic import BeforeValidator, Field

from vipps_nb.sandbox.apis.order_management.counter import ORDER_ID, NoSuchThing, TheMsn, page
from vipps_nb.sandbox.apis.order_management.images import ImageId, check_known
from vipps_nb.sandbox.apis.order_management.orders import CategoryType, Link
from vipps_nb.sandbox.apis.order_management.records import Categories, Category
from vipps_nb.sandbox.server.routing import TheWorld
from vipps_nb.sandbox.server.wire import Wire
from vipps_nb.sandbox.world.receipts import PaymentType
from vipps_nb.sandbox.world.world import World

TYPES: dict[str, PaymentType] = {"ECOM": "ecom", "RECURRING": "recurring"}


def _upper(value: Any) -> Any:
    return value.upper() if isinstance(value, str) else value


OrderId = Annotated[str, Field(pattern=ORDER_ID)]
AnyCase = Annotated[Literal["ECOM", "RECURRING"], BeforeValidator(_upper)]
CategoryId = Annotated[str, Path(alias="categoryId", description="From the answer that created it.")]


class AddCategoryRequest(Wire):
    """A new category."""

    order_id: OrderId
    payment_type: AnyCase
    type: CategoryType
    url: Link
    image_id: ImageId | None = None


class AddCategoryResponse(Wire):
    """Its id."""

    category_id: str


class CategoryAnswer(Wire):
    """A category."""

    category_id: str
    order_id: str
    payment_type: Literal["ECOM", "RECURRING"]
    type: str
    url: str
    image_id: str | None = None


class GetCategoriesResponse(Wire):
    """Some of them, oldest first."""

    categories: list[CategoryAnswer]


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
    world.room(Categories).put(category)
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
    return GetCategoriesResponse(categories=[_answer(one) for one in world.room(Categories).of(msn, order_id)])


@page.router.get(
    "/order-management/v3/categories/{categoryId}", response_model=CategoryAnswer, response_model_exclude_none=True
)
async def get_category_v3(category_id: CategoryId, msn: TheMsn, world: TheWorld) -> CategoryAnswer:
    """Query category by its id."""
    return _answer(_find(msn, category_id, world))


@page.router.delete("/order-management/v3/categories/{categoryId}", response_class=Response, response_model=None)
async def delete_category_v3(category_id: CategoryId, msn: TheMsn, world: TheWorld) -> Response:
    """Delete category: the link is gone from the app."""
    world.room(Categories).remove(_find(msn, category_id, world))
    return Response()


def _find(msn: str, category_id: str, world: World) -> Category:
    category = world.room(Categories).get(msn, category_id)
    if category is None:
        raise NoSuchThing("This sales unit has no category with this id.")
    return category


def _answer(category: Category) -> CategoryAnswer:
    return CategoryAnswer(
        category_id=category.id,
        order_id=category.order_id,
        payment_type="ECOM" if category.payment_type == "ecom" else "RECURRING",
        type=category.type,
        url=category.url,
        image_id=category.image_id,
    )
