"""The wire: what comes in and goes out, as the official document declares it."""

# ruff: noqa: D101 - the guide explains the fields of these bodies

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Path
from pydantic import Field

from vipps_nb.sandbox.server.json_model import JsonModel

AgreementId = Annotated[str, Path(alias="agreementId", description="A UUID, from a payment or an event.")]
Moment = Annotated[str, Field(description="ISO 8601, UTC unless it says otherwise; inclusive.")]


class Payer(JsonModel):
    name: str
    phone_number: str


class PaymentAnswer(JsonModel):
    external_reference: str | None = None
    agreement_id: str | None = None
    payer: Payer
    captured_at: str
    psp_reference: str
    transaction_reference: str
    recipient_handle: str
    amount: Annotated[str, Field(description="Minor units, as text.")]
    currency: str
    message: str | None = None


class PaymentReport(JsonModel):
    from_: Annotated[str, Field(alias="from")]
    to: str
    payments: list[PaymentAnswer]


class Schedule(JsonModel):
    interval: Literal["MONTHLY"] = "MONTHLY"
    withdrawal_day: int


class Amount(JsonModel):
    currency: str
    value: int


class DonorAddress(JsonModel):
    country: str
    region: str
    postal_code: str
    address_line1: str


class Donor(JsonModel):
    first_name: str
    last_name: str
    phone_number: str
    address: DonorAddress
    email: str
    email_verified: bool


class AgreementAnswer(JsonModel):
    id: str
    recipient_handle: str
    started_at: str
    schedule: Schedule
    amount: Amount
    payer: Donor
