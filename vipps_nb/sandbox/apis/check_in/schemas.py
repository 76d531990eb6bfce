"""The wire: what comes in and goes out, as the official document declares it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from vipps_nb.sandbox.server.json_model import JsonModel


class LoyaltyCheckInRequest(JsonModel):
    """Who is in the shop."""

    phone_number: Annotated[str, Field(pattern=r"^47[1-9][0-9]{7}$", description="A Norwegian number, digits only.")]
    is_member: Annotated[bool, Field(description="Of the merchant's loyalty programme.")]


class LoyaltyCheckInResponse(JsonModel):
    """The check-in."""

    id: str
