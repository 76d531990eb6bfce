"""Receipts of orders, by whichever API they were sent; the customer sees them in the app."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

PaymentType = Literal["ecom", "recurring"]


class Receipts:
    """The receipts of one world: one for each order of each sales unit."""

    def __init__(self) -> None:
        self._of: dict[tuple[str, PaymentType, str], Mapping[str, Any]] = {}

    def put(self, msn: str, payment_type: PaymentType, order_id: str, receipt: Mapping[str, Any]) -> None:
        """Keep a receipt: ``orderLines`` and ``bottomLine`` as the APIs write them."""
        self._of[msn, payment_type, order_id] = receipt

    def get(self, msn: str, payment_type: PaymentType, order_id: str) -> Mapping[str, Any] | None:
        """The receipt of an order, if it has one."""
        return self._of.get((msn, payment_type, order_id))
