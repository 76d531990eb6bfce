"""Receipts of orders, by whichever API they were sent.

The customer sees them in the app.

The bodies are those of the Order Management API, which the ePayment API borrows.
"""

# ruff: noqa: D101 - names and fields are the official document's, where they are explained

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from vipps_nb.sandbox.server.json_model import JsonModel
from vipps_nb.sandbox.server.shapes import Nullable
from vipps_nb.sandbox.world.tables import Table

PaymentType = Literal["ecom", "recurring"]
MinorUnits = Annotated[int, Field(ge=0, description="Minor units, 100 being 1.00.")]


class UnitInfo(JsonModel):
    unit_price: MinorUnits | None
    quantity: Annotated[str, Field(max_length=10, pattern=r"^[0-9]+(\.[0-9]{1,8})?$")]
    quantity_unit: Nullable[Literal["PCS", "KG", "KM", "MINUTE", "LITRE", "KWH"]] = "PCS"


class OrderLine(JsonModel):
    name: str
    id: str
    total_amount: int
    total_amount_excluding_tax: int
    total_tax_amount: int
    tax_percentage: Annotated[Nullable[int], Field(ge=0, le=100)] = None
    tax_rate: Annotated[Nullable[int], Field(ge=0, le=10_000)] = None
    unit_info: UnitInfo | None = None
    discount: Nullable[MinorUnits] = None
    product_url: Nullable[str] = None
    is_return: Nullable[bool] = None
    is_shipping: Nullable[bool] = None


class ShippingInfo(JsonModel):
    amount: MinorUnits | None
    amount_excluding_tax: MinorUnits | None
    tax_amount: MinorUnits | None
    tax_percentage: Annotated[int | None, Field(ge=0, le=100)]


class PaymentSources(JsonModel):
    gift_card: Nullable[int] = None
    card: Nullable[int] = None
    voucher: Nullable[int] = None
    cash: Nullable[int] = None


class Barcode(JsonModel):
    format: Literal["EAN-13", "CODE 39", "CODE 128"] | None
    data: str | None


class BottomLine(JsonModel):
    currency: Literal["NOK", "DKK", "EUR", "SEK", "USD", "GBP"]
    tip_amount: Nullable[MinorUnits] = None
    gift_card_amount: Nullable[MinorUnits] = None
    pos_id: Nullable[str] = None
    total_amount: Nullable[int] = None
    total_tax: Nullable[MinorUnits] = None
    total_discount: Nullable[MinorUnits] = None
    shipping_amount: Nullable[MinorUnits] = None
    shipping_info: ShippingInfo | None = None
    payment_sources: PaymentSources | None = None
    barcode: Barcode | None = None
    receipt_number: Nullable[str] = None
    terminal_id: Nullable[str] = None


class Receipt(JsonModel):
    """What was bought, line by line, and what all of it has in common."""

    order_lines: Annotated[list[OrderLine], Field(min_length=1)]
    bottom_line: BottomLine

    def as_sent(self) -> dict[str, Any]:
        """Just what the merchant wrote, a null included."""
        return self.model_dump(mode="json", by_alias=True, exclude_unset=True)


class Receipts:
    """The receipts of one world: one for each order of each sales unit."""

    def __init__(self) -> None:
        self.rows: Table[tuple[str, str, str], Mapping[str, Any]] = Table(frozen=True)

    def __len__(self) -> int:
        return len(self.rows)

    def put(self, msn: str, payment_type: PaymentType, order_id: str, receipt: Mapping[str, Any]) -> None:
        """Keep a receipt: ``orderLines`` and ``bottomLine`` as the APIs write them."""
        self.rows[msn, payment_type, order_id] = receipt

    def get(self, msn: str, payment_type: PaymentType, order_id: str) -> Mapping[str, Any] | None:
        """The receipt of an order, if it has one."""
        return self.rows.get((msn, payment_type, order_id))
