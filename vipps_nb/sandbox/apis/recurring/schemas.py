"""The wire: what comes in and goes out, as the official document declares it."""

# ruff: noqa: D101 - names and fields are the official document's, where they are explained

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, ValidationInfo
from pydantic.alias_generators import to_camel

from vipps_nb.sandbox.server.json_model import JsonModel
from vipps_nb.sandbox.server.leniency import tolerate
from vipps_nb.sandbox.server.shapes import Nullable, Presumed

Actor = Literal["MERCHANT", "USER", "ADMIN"]
AgreementEventName = Literal["CREATE", "ACTIVATE", "REJECT", "EXPIRE", "UPDATE", "STOP"]
ChargeType = Literal["INITIAL", "RECURRING", "UNSCHEDULED"]
ChargeEventName = Literal["CREATE", "RESERVE", "CAPTURE", "REFUND", "CANCEL", "FAIL"]
FailureReason = Literal["user_action_required", "charge_amount_too_high", "non_technical_error", "technical_error"]
DESCRIPTIONS: dict[FailureReason, str] = {
    "user_action_required": "User action required",
    "charge_amount_too_high": "Charge amount too high",
    "non_technical_error": "Non technical error",
    "technical_error": "Technical error",
}
RFC_3339_UTC = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z$"
LONGEST_BATCH = 2000
Currency = Literal["NOK", "DKK", "EUR"]
RequestCurrency = Annotated[Currency, Presumed("NOK")]
TransactionType = Literal["DIRECT_CAPTURE", "RESERVE_CAPTURE"]
ProcessingMode = Literal["MULTIPLE_ATTEMPTS", "SINGLE_ATTEMPT"]
MinorUnits = Annotated[int, Field(ge=0, le=2**31 - 1, description="Minor units, 100 being 1.00.")]
ProductName = Annotated[str, Field(max_length=45)]
ProductDescription = Annotated[str, Field(max_length=100)]
Description = Annotated[str, Field(min_length=1, max_length=100)]
OrderId = Annotated[str, Field(pattern=r"^[a-zA-Z0-9-]{1,64}$", description="Becomes the chargeId.")]
ExternalId = Annotated[str, Field(min_length=1, max_length=64)]
AgreementUrl = Annotated[str, Field(max_length=1024)]
Due = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$", description="YYYY-MM-DD, a day of the merchant's market.")]
RetryDays = Annotated[int, Field(ge=0, le=14)]


class AgreementStatus(StrEnum):
    """STOPPED and EXPIRED are final; there is no pause."""

    PENDING = "PENDING"
    ACTIVE = "ACTIVE"
    STOPPED = "STOPPED"
    EXPIRED = "EXPIRED"


class ChargeStatus(StrEnum):
    """While a charge is tried again it stays DUE.

    The merchant is not told about single attempts.
    """

    PENDING = "PENDING"
    DUE = "DUE"
    PROCESSING = "PROCESSING"
    RESERVED = "RESERVED"
    PARTIALLY_CAPTURED = "PARTIALLY_CAPTURED"
    CHARGED = "CHARGED"
    PARTIALLY_REFUNDED = "PARTIALLY_REFUNDED"
    REFUNDED = "REFUNDED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


def _with_hyphens(text: object, info: ValidationInfo) -> object:
    """A day that is written with slashes, as in two of the document's own examples."""
    if not isinstance(text, str) or not re.match(r"[0-9]{4}/[0-9]{2}/[0-9]{2}T", text):
        return text
    name = f"campaign.{to_camel(info.field_name or 'end')}"
    return text.replace("/", "-") if tolerate(name, "a day with slashes where RFC 3339 is documented") else text


Moment = Annotated[str, Field(pattern=RFC_3339_UTC, description="RFC 3339 in UTC."), BeforeValidator(_with_hyphens)]


class Period(JsonModel):
    unit: Literal["YEAR", "MONTH", "WEEK", "DAY"]
    count: Annotated[int, Field(ge=1, le=31)]


class LegacyPricing(JsonModel):
    """A price; charges may add up to five times as much in each interval."""

    type: Annotated[Literal["LEGACY"], Presumed("LEGACY")]
    currency: RequestCurrency
    amount: MinorUnits


class VariablePricing(JsonModel):
    """The customer picks what may be taken at most."""

    type: Literal["VARIABLE"]
    currency: RequestCurrency
    suggested_max_amount: MinorUnits


class FlexiblePricing(JsonModel):
    """No price at all."""

    type: Literal["FLEXIBLE"]
    currency: RequestCurrency


Pricing = LegacyPricing | VariablePricing | FlexiblePricing


class PriceCampaign(JsonModel):
    """Another price in each interval, until a date."""

    type: Literal["PRICE_CAMPAIGN"]
    price: MinorUnits
    end: Moment


class PeriodCampaign(JsonModel):
    """One price for a stretch of time."""

    type: Literal["PERIOD_CAMPAIGN"]
    price: MinorUnits
    period: Period


class EventCampaign(JsonModel):
    """One price until something happens."""

    type: Literal["EVENT_CAMPAIGN"]
    price: MinorUnits
    event_date: Moment
    event_text: Annotated[str, Field(min_length=1, max_length=15)]


Campaign = PriceCampaign | PeriodCampaign | EventCampaign


class InitialCharge(JsonModel):
    """Taken or reserved at the moment the customer accepts."""

    amount: MinorUnits
    description: Description
    transaction_type: TransactionType
    order_id: OrderId | None = None
    external_id: ExternalId | None = None


class DraftAgreement(JsonModel):
    pricing: Annotated[Pricing, Field(discriminator="type")]
    merchant_redirect_url: Annotated[str, Field(max_length=2048)]
    product_name: ProductName
    interval: Period | None = None
    campaign: Annotated[Campaign | None, Field(discriminator="type")] = None
    initial_charge: InitialCharge | None = None
    merchant_agreement_url: AgreementUrl | None = None
    product_description: ProductDescription | None = None
    phone_number: Annotated[
        Nullable[str], Field(pattern=r"^[1-9][0-9]{7,14}$", description="Digits only; no country code begins with 0.")
    ] = None
    scope: Annotated[str | None, Field(description="Space-separated, such as `name phoneNumber`.")] = None
    external_id: Nullable[ExternalId] = None
    is_app: bool = False
    skip_landing_page: bool = False


class PricingUpdate(JsonModel):
    amount: MinorUnits | None = None
    suggested_max_amount: MinorUnits | None = None


class IntervalUpdate(JsonModel):
    """RECURRING with a period, or FLEXIBLE without one."""

    type: Literal["RECURRING", "FLEXIBLE"] = "RECURRING"
    period: Period | None = None


class PatchAgreement(JsonModel):
    """What to change; STOPPED stands alone."""

    status: Literal["STOPPED"] | None = None
    product_name: ProductName | None = None
    product_description: ProductDescription | None = None
    merchant_agreement_url: AgreementUrl | None = None
    external_id: ExternalId | None = None
    pricing: PricingUpdate | None = None
    interval: IntervalUpdate | None = None


class ForceAcceptAgreement(JsonModel):
    phone_number: Annotated[
        str, Field(pattern=r"^[1-9][0-9]{7,14}$", description="Digits only; no country code begins with 0.")
    ]


class CreateCharge(JsonModel):
    amount: MinorUnits
    description: Description
    transaction_type: TransactionType
    type: Literal["RECURRING", "UNSCHEDULED"] = "RECURRING"
    due: Due | None = None
    retry_days: RetryDays | None = None
    processing_mode: ProcessingMode | None = None
    order_id: OrderId | None = None
    external_id: ExternalId | None = None


class CreateChargeAsync(JsonModel):
    """One of many; always RECURRING."""

    agreement_id: str
    amount: MinorUnits
    description: Description
    transaction_type: TransactionType
    due: Due
    retry_days: RetryDays
    order_id: OrderId
    processing_mode: ProcessingMode | None = None
    external_id: ExternalId | None = None

    def alone(self) -> CreateCharge:
        """The same charge as a request of its own."""
        return CreateCharge(**self.model_dump(exclude={"agreement_id"}))


class CaptureCharge(JsonModel):
    amount: MinorUnits
    description: Annotated[Description | None, Field(deprecated=True)] = None


class RefundCharge(JsonModel):
    amount: MinorUnits
    description: Description


class DraftAnswer(JsonModel):
    agreement_id: str
    uuid: str
    vipps_confirmation_url: str | None = None
    charge_id: str | None


class PricingAnswer(JsonModel):
    type: str
    currency: Currency
    amount: int | None = None
    suggested_max_amount: int | None = None
    max_amount: int | None = None


class IntervalAnswer(JsonModel):
    """Empty for agreements without an interval."""

    unit: str | None = None
    count: int | None = None
    text: str | None = None


class CampaignAnswer(JsonModel):
    type: str
    price: int
    end: str | None = None
    period: Period | None = None
    event_date: str | None = None
    event_text: str | None = None
    explanation: str


class AgreementEventAnswer(JsonModel):
    occurred: str
    event: AgreementEventName
    actor: Actor


class AgreementAnswer(JsonModel):
    id: str
    uuid: str
    status: AgreementStatus
    created: str
    start: str | None
    stop: str | None
    product_name: str
    product_description: str | None = None
    pricing: PricingAnswer
    interval: IntervalAnswer
    campaign: CampaignAnswer | None = None
    merchant_agreement_url: str
    merchant_redirect_url: str
    vipps_confirmation_url: str | None = None
    country_code: str
    external_id: str | None = None
    sub: str | None
    userinfo_url: str | None
    history: list[AgreementEventAnswer]


class Summary(JsonModel):
    captured: int
    refunded: int
    cancelled: int


class ChargeEventAnswer(JsonModel):
    occurred: str
    event: ChargeEventName
    amount: int
    idempotency_key: str
    success: bool
    transaction_id: str | None = None


class ChargeAnswer(JsonModel):
    """A charge. ``transactionId`` is null before it is DUE, as the document says."""

    id: str
    agreement_id: str
    external_id: str
    external_agreement_id: str | None = None
    amount: int
    currency: Currency
    description: str
    due: str
    status: ChargeStatus
    type: ChargeType
    transaction_type: TransactionType
    transaction_id: str | None
    retry_days: int
    processing_mode: ProcessingMode
    summary: Summary
    history: list[ChargeEventAnswer]
    failure_reason: FailureReason | None = None
    failure_description: str | None = None


class ChargeReference(JsonModel):
    charge_id: str


class BatchItem(JsonModel):
    agreement_id: str
    amount: int
    description: str
    transaction_type: TransactionType
    due: str
    retry_days: int
    order_id: str
    processing_mode: ProcessingMode | None = None
    external_id: str | None = None


class InvalidCharge(JsonModel):
    charge_batch_item_dto: BatchItem
    errors: list[str]


class BatchAnswer(JsonModel):
    """Which charges passed the first look; the others come with their reasons."""

    valid_charges: list[str]
    invalid_charges: list[InvalidCharge]
