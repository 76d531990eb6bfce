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

EXPRESS = "eComm Express Payment"
Minor = Annotated[int, Field(ge=100, description="Minor units; at least 1.00 NOK.")]
OrderId = Annotated[str, Field(pattern=r"^[a-zA-Z0-9-]{1,50}$", max_length=50)]
Msn = Annotated[str, Field(pattern=r"^[0-9]{5,6}$")]
Url = Annotated[str, Field(max_length=255)]
TransactionText = Annotated[str, Field(max_length=100)]
Yes = Literal["Y", "N"]


class State(StrEnum):
    """What ``/status`` says.

    The history of ``/details`` has no word for REGISTER, FAILED and REJECTED.
    """

    INITIATE = "INITIATE"
    REGISTER = "REGISTER"
    RESERVE = "RESERVE"
    SALE = "SALE"
    CAPTURE = "CAPTURE"
    REFUND = "REFUND"
    CANCEL = "CANCEL"
    VOID = "VOID"
    FAILED = "FAILED"
    REJECTED = "REJECTED"


def _number(value: object, info: ValidationInfo) -> object:
    """An amount in kroner that is written as text, such as ``39.90``."""
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,2})?", value, re.ASCII):
        return value
    field = to_camel(info.field_name or "")
    return float(value) if tolerate(field, "text where a number is documented") else value


Kroner = Annotated[
    float,
    Field(ge=0, allow_inf_nan=False, description="In kroner, unlike every other amount here."),
    BeforeValidator(_number),
]


class CustomerInfo(JsonModel):
    mobile_number: Annotated[str | None, Field(description="8 digits; a country code is taken off.")] = None


class ShippingMethod(JsonModel):
    is_default: Yes
    shipping_cost: Kroner
    shipping_method: Annotated[str, Field(max_length=256)]
    shipping_method_id: Annotated[str, Field(max_length=100)]
    priority: int | None = None


class MerchantInfo(JsonModel):
    merchant_serial_number: Msn
    callback_prefix: Url
    fall_back: Url
    auth_token: Annotated[str | None, Field(max_length=255)] = None
    consent_removal_prefix: Url | None = None
    is_app: bool = False
    payment_type: Literal["eComm Regular Payment", "eComm Express Payment"] = "eComm Regular Payment"
    shipping_details_prefix: Url | None = None
    static_shipping_details: list[ShippingMethod] | None = None


class AirlineData(JsonModel):
    passenger_name: Annotated[str, Field(min_length=1, max_length=49)]
    airline_code: Annotated[str, Field(min_length=3, max_length=3)]
    airline_designator_code: Annotated[str, Field(min_length=2, max_length=2)]
    agency_invoice_number: Annotated[str, Field(min_length=1, max_length=6)]
    ticket_number: Annotated[str | None, Field(min_length=1, max_length=150)] = None


class NewTransaction(JsonModel):
    amount: Minor
    order_id: OrderId
    transaction_text: TransactionText
    skip_landing_page: bool = False
    scope: Annotated[str | None, Field(description="Space-separated, such as `name phoneNumber`.")] = None
    additional_data: AirlineData | None = None
    use_explicit_checkout_flow: bool = False


class InitiatePaymentCommand(JsonModel):
    """What a new payment needs."""

    customer_info: CustomerInfo
    merchant_info: MerchantInfo
    transaction: NewTransaction


class PaymentInitiationResponse(JsonModel):
    order_id: str
    url: str


class MerchantInfoPayment(JsonModel):
    merchant_serial_number: Msn


class Transaction(JsonModel):
    amount: Annotated[Minor | None, Field(description="All that is left, unless given.")] = None
    transaction_text: TransactionText


class PaymentActionsRequest(JsonModel):
    """What capture and refund need."""

    merchant_info: MerchantInfoPayment
    transaction: Transaction


class CancelTransaction(JsonModel):
    transaction_text: TransactionText


class CancelRequest(JsonModel):
    """What cancel needs."""

    merchant_info: MerchantInfoPayment
    transaction: CancelTransaction
    should_release_remaining_funds: bool = False


class ForceApproveRequest(JsonModel):
    """Whose approval to pretend."""

    customer_phone_number: Annotated[str | None, Field(pattern=r"^[1-9][0-9]{7}$")] = None
    token: Annotated[str | None, Field(description="The token in the URL that initiate gave.")] = None


class TransactionSummary(JsonModel):
    captured_amount: int
    refunded_amount: int
    remaining_amount_to_capture: int
    remaining_amount_to_refund: int
    bank_identification_number: int | None = None


class TransactionInfo(JsonModel):
    amount: int
    status: Literal["Cancelled", "Captured", "Refund"]
    time_stamp: str
    transaction_id: str
    transaction_text: str


class Capture(JsonModel):
    """The answer to capture and cancel."""

    order_id: str
    payment_instrument: str | None = None
    transaction_info: TransactionInfo
    transaction_summary: TransactionSummary


class Refund(JsonModel):
    """The answer to refund; it calls the same thing ``transaction``."""

    order_id: str
    transaction: TransactionInfo
    transaction_summary: TransactionSummary


class LogEntry(JsonModel):
    amount: int
    operation: Literal["INITIATE", "RESERVE", "SALE", "CAPTURE", "REFUND", "CANCEL", "VOID"]
    operation_success: bool
    request_id: str | None = None
    time_stamp: str
    transaction_id: str
    transaction_text: str


class Address(JsonModel):
    address_line1: str
    city: str
    country: str
    post_code: str


class ShippingDetails(JsonModel):
    address: Address
    shipping_cost: float
    shipping_method: str
    shipping_method_id: str


class UserDetails(JsonModel):
    email: str
    first_name: str
    last_name: str
    mobile_number: str
    user_id: str


class Details(JsonModel):
    """A payment with its history, newest first."""

    order_id: str
    transaction_log_history: list[LogEntry]
    transaction_summary: TransactionSummary
    shipping_details: ShippingDetails | None = None
    user_details: UserDetails | None = None
    sub: str | None = None


class StatusInfo(JsonModel):
    amount: int
    status: str
    time_stamp: str
    transaction_id: str


class PaymentStatus(JsonModel):
    """The latest operation alone."""

    order_id: str
    transaction_info: StatusInfo


class ShippingAnswer(JsonModel):
    """What a merchant answers when asked for shipping methods."""

    address_id: int
    order_id: str
    shipping_details: list[ShippingMethod]
