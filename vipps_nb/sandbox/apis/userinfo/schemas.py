"""The wire: what comes in and goes out, as the official document declares it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path
from pydantic import BaseModel

Sub = Annotated[str, Path(description="From the payment or the agreement.")]


class Address(BaseModel):
    """A postal address; all texts are empty when the customer has none."""

    address_type: str
    country: str
    formatted: str
    postal_code: str
    region: str
    street_address: str


class Userinfo(BaseModel):
    """What is shared, and nothing else."""

    sub: str
    sid: str
    name: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    birthdate: str | None = None
    gender: str | None = None
    email: str | None = None
    email_verified: bool | None = None
    phone_number: str | None = None
    phone_number_verified: bool | None = None
    nin: str | None = None
    address: Address | None = None
    other_addresses: list[Address] | None = None
    delegatedConsents: dict[str, Any] | None = None  # noqa: N815 - the only claim that the wire writes like this
