"""The counter that all operations of the Order Management API are served at, and what it says no to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, cast

from fastapi import Depends, Path

from vipps_nb.sandbox.apis.order_management.records import Categories, Images
from vipps_nb.sandbox.server.authentication import Entrance
from vipps_nb.sandbox.server.problems import InvalidRequest, Refusal, invalid_params
from vipps_nb.sandbox.server.routing import Page, TheCaller
from vipps_nb.sandbox.world.receipts import PaymentType, Receipts
from vipps_nb.sandbox.world.world import World

ORDER_ID = r"^[0-9A-Za-z_.-]+$"


class NoSuchThing(Refusal):
    """This sales unit has nothing by that name."""

    status = HTTPStatus.NOT_FOUND
    title = "Not found"


class WrittenOnce(Refusal):
    """It is there already, and stays as it is."""

    status = HTTPStatus.CONFLICT
    title = "Already there"


def _counts(world: World) -> Mapping[str, int]:
    return {
        "receipts": len(world.room(Receipts)),
        "categories": len(world.room(Categories)),
        "images": len(world.room(Images)),
    }


page = Page(
    title="Order Management API",
    entrance=Entrance(),
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
TransactionId = Annotated[str, Path(alias="transactionId", description="The orderId of an eCom payment.")]
