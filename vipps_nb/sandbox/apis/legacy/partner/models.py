"""Product orders: what partners have filled in."""

from __future__ import annotations

from vipps_nb.sandbox.apis.legacy.partner.schemas import ProductOrderRequest


class ProductOrders(dict[str, ProductOrderRequest]):
    """The product orders of one world, by id."""
