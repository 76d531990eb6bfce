"""The wire: what comes in and goes out, as the official document declares it."""

# ruff: noqa: D101 - names and fields are the official document's, where they are explained

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from vipps_nb.sandbox.server.json_model import JsonModel
from vipps_nb.sandbox.server.shapes import Nullable, Presumed
from vipps_nb.sandbox.world.receipts import Receipt

HIGHEST_AMOUNT = 65_000_000
RFC_3339 = r"^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-](?:2[0-3]|[01][0-9]):[0-5][0-9])$"
Reference = Annotated[str, Field(pattern=r"^[a-zA-Z0-9-]{8,64}$")]
Currency = Literal["NOK", "DKK", "EUR", "SEK", "USD", "GBP"]
PaymentMethodType = Literal["WALLET", "CARD", "CARD_PASSTHROUGH"]


class State(StrEnum):
    """AUTHORIZED is final too.

    Capture, cancel and refund move the aggregate and never the state.
    """

    CREATED = "CREATED"
    AUTHORIZED = "AUTHORIZED"
    ABORTED = "ABORTED"
    EXPIRED = "EXPIRED"
    TERMINATED = "TERMINATED"


class Amount(JsonModel):
    """An amount of money."""

    currency: Currency
    value: Annotated[int, Field(ge=0, le=HIGHEST_AMOUNT, description="Minor units, 100 being 1.00.")]


class Customer(JsonModel):
    """Who is to pay, named in exactly one way."""

    phone_number: Annotated[
        str | None, Field(pattern=r"^[1-9][0-9]{8,14}$", description="Digits only; no country code begins with 0.")
    ] = None
    personal_qr: Annotated[str | None, Field(min_length=5, max_length=255)] = None
    customer_token: Annotated[str | None, Field(min_length=1)] = None


class AirlineData(JsonModel):
    agency_invoice_number: Annotated[str, Field(min_length=1, max_length=6)]
    airline_code: Annotated[str, Field(min_length=3, max_length=3)]
    airline_designator_code: Annotated[str, Field(min_length=2, max_length=2)]
    passenger_name: Annotated[str, Field(min_length=1, max_length=49)]
    ticket_number: Annotated[str | None, Field(min_length=1, max_length=150)] = None


class IndustryData(JsonModel):
    airline_data: AirlineData | None = None


class PaymentMethod(JsonModel):
    type: Annotated[PaymentMethodType, Presumed("WALLET")]
    blocked_sources: list[Literal["COMMERCIAL_CARDS"]] | None = None


class ProfileRequest(JsonModel):
    scope: Annotated[str | None, Field(description="Space-separated, such as `name phoneNumber`.")] = None


class QrFormat(JsonModel):
    format: Annotated[Literal["TEXT/TARGETURL", "IMAGE/SVG+XML", "IMAGE/PNG"], Presumed("IMAGE/SVG+XML")]
    size: Annotated[Nullable[int], Field(ge=100, le=2000)] = None


class ShippingOption(JsonModel):
    id: str
    amount: Amount
    name: str
    is_default: bool | None = None
    priority: int | None = None
    meta: str | None = None
    estimated_delivery: str | None = None


class ShippingGroup(JsonModel):
    type: Literal["HOME_DELIVERY", "PICKUP_POINT", "MAILBOX", "IN_STORE", "OTHER"]
    brand: Literal[
        "POSTEN", "BRING", "POSTNORD", "HELTHJEM", "PORTERBUDDY", "DHL", "INSTABOX", "FEDEX", "MATKAHUOLTO", "GLS",
        "POSTI", "GORDON", "OTHER",
    ]  # fmt: skip
    options: list[ShippingOption]
    is_default: bool | None = None
    priority: int | None = None


class DynamicOptions(JsonModel):
    callback_url: str
    callback_authorization_token: Annotated[str | None, Field(pattern=r"^[a-zA-Z0-9-]{1,50}$")] = None


class ShippingAnswer(JsonModel):
    """What a merchant answers to the question for dynamic options."""

    groups: list[ShippingGroup]


class Shipping(JsonModel):
    """Express: the customer chooses how the goods are sent. Exactly one of the two."""

    dynamic_options: DynamicOptions | None = None
    fixed_options: list[ShippingGroup] | None = None


class CardPassthrough(JsonModel):
    psp_reference: Annotated[str, Field(max_length=64)]
    card_callback_url: str
    allowed_card_types: list[Literal["VISA_DEBIT", "VISA_CREDIT", "MC_CREDIT", "MC_DEBIT", "DANKORT"]]
    prefer_visa_part_of_visa_dankort: bool = False
    public_encryption_key_id: str | None = None


class CreatePaymentRequest(JsonModel):
    amount: Amount
    payment_method: PaymentMethod
    reference: Reference
    user_flow: Literal["PUSH_MESSAGE", "NATIVE_REDIRECT", "WEB_REDIRECT", "QR"]
    customer: Customer | None = None
    minimum_user_age: Annotated[Nullable[int], Field(ge=0, le=100)] = None
    customer_interaction: Literal["CUSTOMER_PRESENT", "CUSTOMER_NOT_PRESENT"] = "CUSTOMER_NOT_PRESENT"
    industry_data: IndustryData | None = None
    profile: ProfileRequest | None = None
    return_url: Annotated[str | None, Field(max_length=2500)] = None
    expires_at: Annotated[Nullable[str], Field(pattern=RFC_3339)] = None
    qr_format: Nullable[QrFormat] = None
    payment_description: Annotated[str | None, Field(min_length=3, max_length=100)] = None
    receipt: Receipt | None = None
    metadata: Nullable[dict[str, str]] = None
    receipt_url: Nullable[str] = None
    shipping: Shipping | None = None
    card_passthrough: CardPassthrough | None = None


class CreatePaymentResponse(JsonModel):
    reference: Reference
    redirect_url: str | None = None


class ModificationRequest(JsonModel):
    """How much to capture or refund."""

    modification_amount: Amount


class CancelRequest(JsonModel):
    cancel_transaction_only: bool = False


class ForceApproveRequest(JsonModel):
    """Who approves: the customer, the token of the link that they got, or both."""

    customer: Customer | None = None
    token: Annotated[str | None, Field(description="The `token` in the payment's `redirectUrl`.")] = None


class Aggregate(JsonModel):
    authorized_amount: Amount
    cancelled_amount: Amount
    captured_amount: Amount
    refunded_amount: Amount


class Modification(JsonModel):
    """The answer to capture, refund and cancel."""

    amount: Amount
    state: State
    aggregate: Aggregate
    psp_reference: str
    reference: Reference


class PaymentMethodResponse(JsonModel):
    type: PaymentMethodType


class ProfileResponse(JsonModel):
    sub: str | None = None


class Address(JsonModel):
    address_line1: Annotated[str, Field(alias="addressLine1")]
    city: str
    country: str
    post_code: str


class ShippingDetails(JsonModel):
    address: Address
    shipping_cost: int
    shipping_option_id: str
    shipping_option_name: str


class UserDetails(JsonModel):
    email: str
    first_name: str
    last_name: str
    mobile_number: str
    date_of_birth: str
    addresses: list[Address]


class PaymentResponse(JsonModel):
    """The answer to get payment."""

    aggregate: Aggregate
    amount: Amount
    state: State
    payment_method: PaymentMethodResponse
    profile: ProfileResponse
    psp_reference: str
    reference: Reference
    redirect_url: str | None = None
    metadata: dict[str, str] | None = None
    shipping_details: ShippingDetails | None = None
    user_details: UserDetails | None = None


class PaymentEvent(JsonModel):
    reference: Reference
    psp_reference: str
    name: Literal["CREATED", "ABORTED", "EXPIRED", "CANCELLED", "CAPTURED", "REFUNDED", "AUTHORIZED", "TERMINATED"]
    amount: Amount
    timestamp: str
    success: bool
    idempotency_key: str | None = None
