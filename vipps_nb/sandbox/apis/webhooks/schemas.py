"""The wire: what comes in and goes out, and the events there are.

Source: Webhooks API, Events.
"""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from vipps_nb.sandbox.server.json_model import JsonModel

EPAYMENT = ("created", "aborted", "expired", "cancelled", "captured", "refunded", "authorized", "terminated")
AGREEMENT = ("activated", "rejected", "stopped", "expired")
CHARGE = ("reserved", "captured", "canceled", "refunded", "failed", "creation-failed")  # canceled has one l here
DONATION = ("started", "stopped", "withdrawal-day-changed", "amount-changed")
CHECKED_IN = "user.checked-in.v1"
DONATIONS = frozenset(f"donations.agreement.{what}.v1" for what in DONATION)
EVENTS = frozenset(
    {
        *(f"epayments.payment.{what}.v1" for what in EPAYMENT),
        *(f"recurring.agreement-{what}.v1" for what in AGREEMENT),
        *(f"recurring.charge-{what}.v1" for what in CHARGE),
        *DONATIONS,
        CHECKED_IN,
        "login.merchant-initiated.ping.v1",
        "user.consent-revoked.v1",
    }
)


def most_registrations(event: str) -> int:
    """How many registrations one sales unit may have for an event."""
    return 1 if event == CHECKED_IN else 25


class RegisterRequest(JsonModel):
    """What to register."""

    url: Annotated[str, Field(description="Where events are sent. https and public, or on this machine.")]
    events: Annotated[list[Annotated[str, Field(max_length=200)]], Field(min_length=1)]


class RegisterResponse(JsonModel):
    """The registration's id, and its secret: this is the only time it is shown."""

    id: UUID
    secret: str


class Webhook(JsonModel):
    """A registration as it is listed."""

    id: UUID
    url: str
    events: list[str]


class QueryResponse(JsonModel):
    """All registrations of the caller."""

    webhooks: list[Webhook]
