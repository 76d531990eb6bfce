"""The wire: what comes in and goes out, as the official document declares it."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Header, Path, Query
from pydantic import Field

from vipps_nb.sandbox.apis.qr.models import TARGET_URL
from vipps_nb.sandbox.server.json_model import JsonModel
from vipps_nb.sandbox.server.shapes import Nullable

FORMATS = ("image/*", "image/png", "image/svg+xml", TARGET_URL)
Size = Annotated[int | None, Header(alias="Size", ge=100, le=2000, description="Pixels a side, where a PNG is wanted.")]
Accept = Annotated[
    str, Header(alias="Accept", description="Which kind of picture.", json_schema_extra={"enum": list(FORMATS)})
]
LONGEST_TTL = 2_147_483_647
RedirectUrl = Annotated[str, Field(pattern=r"^https://[\w.]+([\w#!:.?+=&%@\-/]+)?$", description="Where it leads.")]
RedirectId = Annotated[str, Field(pattern=r"^[-_+%æøåÆØÅ\w\s]*$", min_length=1, max_length=128)]
RedirectName = Annotated[str, Path(alias="id", description="The merchant's own name for the code.")]
CallbackName = Annotated[str, Path(alias="merchantQrId", description="The merchant's own name for the code.")]
BeaconId = Annotated[str, Path(alias="beaconId", description="The id of a MobilePay point of sale.")]
ImageFormat = Annotated[Literal["PNG", "SVG"], Query(alias="QrImageFormat", description="Of the picture.")]
ImageSize = Annotated[int, Query(alias="QrImageSize", ge=100, le=2000, description="Pixels a side, of a PNG.")]
RequestedData = Annotated[list[Literal["MSISDN"]], Field(min_length=1, default_factory=lambda: ["MSISDN"])]


class OneTimePaymentQrRequest(JsonModel):
    """Where the customer would be sent."""

    url: str


class OneTimePaymentQrResponse(JsonModel):
    """A picture of it."""

    url: str
    expires_in: int


class MerchantRedirectQrRequest(JsonModel):
    """A new code."""

    id: RedirectId
    redirect_url: RedirectUrl
    ttl: Annotated[
        Nullable[int], Field(ge=300, le=LONGEST_TTL, description="Seconds to live; for ever unless given.")
    ] = None


class MerchantRedirectQrUpdateRequest(JsonModel):
    """Where it leads from now on."""

    redirect_url: RedirectUrl


class MerchantRedirectQrResponse(JsonModel):
    """A code."""

    id: str
    url: str
    redirect_url: str
    expires_in: Annotated[int, Field(description="Seconds; -1 for ever.")]


class MerchantCallbackPutRequest(JsonModel):
    """Where the code stands; the customer reads it in the app."""

    location_description: Annotated[str, Field(max_length=36)]
    category: str | None = None


class MerchantCallbackQr(JsonModel):
    """A code: what it is called, where it stands, what it says, and its picture."""

    merchant_serial_number: str
    merchant_qr_id: str
    location_description: str
    qr_image_url: str
    qr_content: str


class QrExchangeRequest(JsonModel):
    """All that the scanned code says."""

    qr_code: str
    requested_data: RequestedData


class QrExchangeResponse(JsonModel):
    """Who showed it; when, is told by version 2.0 only."""

    msisdn: str
    timestamp: Annotated[int | None, Field(description="Seconds since 1970, UTC.")] = None
    version: Literal["1.0", "2.0"]


class Customer(JsonModel):
    """Who checked in."""

    customer_token: str


class CustomerExchangeRequest(JsonModel):
    """The token of the event `user.checked-in.v1`."""

    customer: Customer
    requested_data: RequestedData


class CustomerExchangeResponse(JsonModel):
    """Who it is, and when they checked in."""

    msisdn: str
    timestamp: Annotated[int, Field(description="Seconds since 1970, UTC.")]
