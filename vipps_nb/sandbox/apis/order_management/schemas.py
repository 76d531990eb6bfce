"""The wire: what comes in and goes out, as the official document declares it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Path
from pydantic import BeforeValidator, Field

from vipps_nb.sandbox.server.json_model import JsonModel
from vipps_nb.sandbox.server.shapes import Nullable
from vipps_nb.sandbox.world.receipts import BottomLine, Receipt

ORDER_ID = r"^[0-9A-Za-z_.-]+$"
TransactionId = Annotated[str, Path(alias="transactionId", description="The orderId of an eCom payment.")]
IMAGE_ID = r"^[0-9A-Za-z_.-]+$"
ImageId = Annotated[str, Field(pattern=IMAGE_ID, min_length=1, max_length=128)]
CategoryType = Literal["GENERAL", "RECEIPT", "ORDER_CONFIRMATION", "DELIVERY", "TICKET", "BOOKING"]
Link = Annotated[str, Field(pattern=r"^https?://[^\s/?#]+[^\s]*$", description="Back to the merchant's pages.")]
OrderId = Annotated[str, Field(pattern=ORDER_ID)]
CategoryId = Annotated[str, Path(alias="categoryId", description="From the answer that created it.")]


class Image(JsonModel):
    """A picture and its name."""

    image_id: ImageId
    src: Annotated[str, Field(description="PNG or JPEG as Base64, at least 167 pixels high and at most 2 MB.")]
    type: Literal["base64"]


class ImageResponse(JsonModel):
    """Its name."""

    image_id: str


class Order(JsonModel):
    """A category as versions 1 and 2 write it."""

    category: CategoryType
    order_details_url: Link
    image_id: Nullable[ImageId] = None


class OrderBottomLine(BottomLine):
    """What all lines have in common."""

    currency: Literal["NOK", "DKK", "EUR"]


class OrderReceipt(Receipt):
    """A receipt in a currency of the home markets."""

    bottom_line: OrderBottomLine


class OrderV2Response(JsonModel):
    """All that is known of an order."""

    category: Order | None = None
    receipt: Receipt | None = None


def _upper(value: Any) -> Any:
    return value.upper() if isinstance(value, str) else value


AnyCase = Annotated[Literal["ECOM", "RECURRING"], BeforeValidator(_upper)]


class AddCategoryRequest(JsonModel):
    """A new category."""

    order_id: OrderId
    payment_type: AnyCase
    type: CategoryType
    url: Link
    image_id: ImageId | None = None


class AddCategoryResponse(JsonModel):
    """Its id."""

    category_id: str


class CategoryAnswer(JsonModel):
    """A category."""

    category_id: str
    order_id: str
    payment_type: Literal["ECOM", "RECURRING"]
    type: str
    url: str
    image_id: str | None = None


class GetCategoriesResponse(JsonModel):
    """Some of them, oldest first."""

    categories: list[CategoryAnswer]
