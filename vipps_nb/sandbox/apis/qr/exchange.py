"""Exchange: from the code a customer shows, or the token they left when they checked in, to their phone number."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from vipps_nb.sandbox.apis.qr.common import TheMsn
from vipps_nb.sandbox.apis.qr.refusals import EXCHANGE
from vipps_nb.sandbox.customer.codes import CustomerCodes
from vipps_nb.sandbox.server.authentication import Entrance
from vipps_nb.sandbox.server.problems import InvalidRequest
from vipps_nb.sandbox.server.routing import Page, TheWorld
from vipps_nb.sandbox.server.wire import Wire

RequestedData = Annotated[list[Literal["MSISDN"]], Field(min_length=1, default_factory=lambda: ["MSISDN"])]

page = Page(title="QR API, exchange", entrance=Entrance(msn="optional"), dialect=EXCHANGE)
router = page.router


class QrExchangeRequest(Wire):
    """All that the scanned code says."""

    qr_code: str
    requested_data: RequestedData


class QrExchangeResponse(Wire):
    """Who showed it; when, is told by version 2.0 only."""

    msisdn: str
    timestamp: Annotated[int | None, Field(description="Seconds since 1970, UTC.")] = None
    version: Literal["1.0", "2.0"]


class Customer(Wire):
    """Who checked in."""

    customer_token: str


class CustomerExchangeRequest(Wire):
    """The token of the event `user.checked-in.v1`."""

    customer: Customer
    requested_data: RequestedData


class CustomerExchangeResponse(Wire):
    """Who it is, and when they checked in."""

    msisdn: str
    timestamp: Annotated[int, Field(description="Seconds since 1970, UTC.")]


@router.post("/qr/v1/exchange", response_model=QrExchangeResponse, response_model_exclude_none=True)
async def exchange_qr(order: QrExchangeRequest, msn: TheMsn, world: TheWorld) -> QrExchangeResponse:
    """Exchange user presented QR: whose personal QR was scanned."""
    code = world.room(CustomerCodes).shown(order.qr_code)
    if code is None:
        raise InvalidRequest("No customer shows this code.", fields=[("qrCode", "Must be all that the QR says.")])
    shown = int(code.made.timestamp()) if code.version == "2.0" else None
    return QrExchangeResponse(msisdn=code.phone_number, timestamp=shown, version=code.version)


@router.post("/qr/v1/exchange/customer", response_model=CustomerExchangeResponse)
async def exchange_customer(order: CustomerExchangeRequest, msn: TheMsn, world: TheWorld) -> CustomerExchangeResponse:
    """Exchange customer: who checked in, within 15 minutes, by the token of the event."""
    code = world.room(CustomerCodes).owner(order.customer.customer_token, msn, world.clock.now())
    if code is None:
        raise InvalidRequest(
            "Nobody is behind this token.",
            fields=[("customer.customerToken", "Unknown to this sales unit, or older than 15 minutes.")],
        )
    return CustomerExchangeResponse(msisdn=code.phone_number, timestamp=int(code.made.timestamp()))
