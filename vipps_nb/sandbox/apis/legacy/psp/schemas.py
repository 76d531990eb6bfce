"""The wire: what comes in and goes out, as the official document declares it."""

# ruff: noqa: D101 - names and fields are the official document's, where they are explained

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from vipps_nb.sandbox.server.json_model import JsonModel
from vipps_nb.sandbox.server.shapes import Presumed

LARGEST = 2**31 - 1
Minor = Annotated[int, Field(ge=100, le=LARGEST, description="Minor units; at least 1.00 NOK.")]
Operation = Literal["RESERVED", "CAPTURED", "CANCELLED", "REFUNDED"]
PspTransactionId = Annotated[str, Field(pattern="[a-z0-9]", max_length=36)]


class State(StrEnum):
    """What the customer and the provider's answer make of it.

    Status updates move the money, not this.
    """

    INITIATED = "INITIATED"
    APPROVED = "APPROVED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"


class InitiatePaymentRequest(JsonModel):
    """What a new transaction needs."""

    psp_transaction_id: PspTransactionId
    merchant_order_id: Annotated[str, Field(pattern=r"^[a-zA-Z0-9-]{1,50}$", max_length=50)]
    amount: Minor
    currency: Annotated[Literal["NOK"], Presumed("NOK")]
    psp_redirect_url: str
    make_payment_url: str
    make_payment_token: Annotated[str | None, Field(max_length=255)] = None
    customer_mobile_number: Annotated[str | None, Field(pattern=r"^[1-9][0-9]{7}$")] = None
    payment_text: str | None = None
    is_app: bool = False
    skip_landing_page: bool = False
    merchant_agreement_url: str | None = None


class PaymentInitiation(JsonModel):
    psp_transaction_id: str
    merchant_order_id: str
    vipps_redirect_url: str


class StatusUpdate(JsonModel):
    """What became of one transaction."""

    psp_transaction_id: str
    status: Operation
    amount: Annotated[int, Field(ge=-LARGEST - 1, le=LARGEST)]
    currency: str = "NOK"
    payment_text: str | None = None
    operation_status: Literal["FAILED", "SUCCESS"] = "SUCCESS"


class PaymentStatus(JsonModel):
    """Any number of them, of any transactions."""

    transactions: list[StatusUpdate] = Field(default_factory=list)


class ResponseInfo(JsonModel):
    response_code: str = "9000"
    response_message: str = "SUCCESS"


class UpdateResponse(JsonModel):
    response_info: ResponseInfo = Field(default_factory=ResponseInfo)


class TransactionSummary(JsonModel):
    captured_amount: int
    remaining_amount_to_capture: int
    refunded_amount: int
    remaining_amount_to_refund: int


class TransactionLine(JsonModel):
    amount: int
    payment_text: str
    time_stamp: str
    operation: Operation
    operation_success: bool


class PaymentDetails(JsonModel):
    psp_transaction_id: str
    merchant_order_id: str
    transaction_summary: TransactionSummary
    transaction_log_history: list[TransactionLine]


class ForceApproveRequest(JsonModel):
    """Whose approval to pretend."""

    customer_phone_number: Annotated[str, Field(pattern=r"^[1-9][0-9]{7}$")]
    token: Annotated[str, Field(description="The token in the URL that initiate gave.")]


class _Lenient(BaseModel):
    """Of an answer by somebody else's server, only what matters is read."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="ignore")


class PaymentInfo(_Lenient):
    psp_transaction_id: str | None = None
    status: Literal["OK", "FAIL", "SOFT_DECLINE"] = "OK"
    url_3d_secure: Annotated[str | None, Field(alias="url3dSecure")] = None


class ErrorMessage(_Lenient):
    error_id: str | int | None = None  # the document has a string, the guide's samples a number
    error_text: str | None = None


class MakePaymentResponse(_Lenient):
    """What the provider answers to a card token."""

    payment_info: PaymentInfo | None = None
    error_message: ErrorMessage | None = None
