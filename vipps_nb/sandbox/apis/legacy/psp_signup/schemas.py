"""The wire: what comes in and goes out, as the official document declares it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from fastapi import Path
from pydantic import Field

from vipps_nb.sandbox.server.json_model import JsonModel
from vipps_nb.sandbox.server.shapes import Presumed

_EMAIL = (
    r"^[a-zA-Z0-9.!#$%&*+\/=?^_{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
    r"(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$"
)
Email = Annotated[str, Field(max_length=255, pattern=_EMAIL)]
Website = Annotated[str, Field(max_length=255, pattern=r"^(https?://)?[a-zA-Z0-9@:%._\\+~#=()/-]{2,256}\.[a-z]{2,6}")]
Name = Annotated[str, Field(max_length=200)]
Long = Annotated[str, Field(max_length=255)]
CategoryCode = Annotated[str, Field(pattern="^[0-9]{4}$")]
Msn = Annotated[str, Path(alias="merchantSerialNumber", pattern="^[0-9]{5,6}$")]


class Status(StrEnum):
    """Of a merchant."""

    PENDING = "PENDING"
    ACTIVE = "ACTIVE"
    DEACTIVATED = "DEACTIVATED"


class Address(JsonModel):
    """Where a merchant is."""

    address_line1: Long
    address_line2: Long | None = None
    city: Long
    post_code: Annotated[str, Field(max_length=10, pattern="^[A-Za-z0-9 ]+$")]
    country: Annotated[str, Field(pattern="^[A-Z]{2}$"), Presumed("NO")]


class CreateMerchantRequest(JsonModel):
    """A merchant to sign up."""

    organization_number: Annotated[str, Field(min_length=1, max_length=50)]
    name: Name
    mcc_code: CategoryCode
    logo: str
    address: Address
    company_name: Long
    company_email: Email
    email: Email | None = None
    website: Website | None = None


class CreateMerchantResponse(JsonModel):
    """The new merchant's number."""

    merchant_serial_number: str


class UpdateMerchantRequest(JsonModel):
    """What to change; at least one thing."""

    deactivate: bool | None = None
    name: Name | None = None
    mcc_code: CategoryCode | None = None
    logo: str | None = None
    email: Email | None = None
    website: Website | None = None
    address: Address | None = None


class Merchant(JsonModel):
    """A merchant as the API shows it."""

    organization_number: str
    company_name: str
    company_email: str
    merchant_serial_number: str
    name: str
    status: str
    email: str | None = None
    website: str | None = None
    created_at: str
    updated_at: str
    address: Address


class GetMerchantsResponse(JsonModel):
    """All merchants of a provider."""

    merchants: list[Merchant]
