"""Version 1, deprecated: the same things, of ``ecom`` orders, without saying so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import Response

from vipps_nb.sandbox.apis.order_management.counter import NoSuchThing, TheMsn, TransactionId, page
from vipps_nb.sandbox.apis.order_management.orders import Order, OrderReceipt, latest, put_category, put_receipt
from vipps_nb.sandbox.server.routing import TheWorld
from vipps_nb.sandbox.world.receipts import Receipt, Receipts

ORDER = "/order-management/v1/orders/{transactionId}"
RECEIPT = "/order-management/v1/receipts/{transactionId}"


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
    receipt = world.room(Receipts).get(msn, "ecom", order_id)
    if receipt is None:
        raise NoSuchThing("The order has no receipt.")
    return receipt
