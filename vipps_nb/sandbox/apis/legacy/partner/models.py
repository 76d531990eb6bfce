"""Product orders: what partners have filled in."""

from __future__ import annotations

from vipps_nb.sandbox.apis.legacy.partner.schemas import ProductOrderRequest
from vipps_nb.sandbox.world.tables import Table


class ProductOrders(Table[str, ProductOrderRequest]):
    """The product orders of one world, by id."""
