"""Amounts, as Checkout writes them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from vipps_nb.sandbox.apis.epayment.bodies import HIGHEST_AMOUNT
from vipps_nb.sandbox.server.wire import Wire
from vipps_nb.sandbox.world.money import money


class Amount(Wire):
    """An amount of money in minor units. It ends in an ePayment, so the ceiling is the same."""

    value: Annotated[int, Field(ge=0, le=HIGHEST_AMOUNT, description="Minor units, 100 being 1.00.")]
    currency: str

    def __str__(self) -> str:
        return money(self.value, self.currency)
