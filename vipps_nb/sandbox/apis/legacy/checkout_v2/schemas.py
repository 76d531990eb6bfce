"""The wire: what comes in and goes out, as the official document declares it."""

# ruff: noqa: D101 - names and fields are the official document's, where they are explained

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from vipps_nb.sandbox.apis.checkout import schemas as v3
from vipps_nb.sandbox.apis.checkout.schemas import Amount, PickupPoint
from vipps_nb.sandbox.apis.epayment.schemas import HIGHEST_AMOUNT
from vipps_nb.sandbox.server.json_model import JsonModel
from vipps_nb.sandbox.server.merchants_answers import MerchantsAnswer
from vipps_nb.sandbox.server.shapes import Nullable


class RequestAmount(JsonModel):
    currency: str
    value: Annotated[Nullable[int], Field(ge=0, le=HIGHEST_AMOUNT, description="Minor units, 100 being 1.00.")] = None


class PaymentMerchantInfo(JsonModel):
    callback_prefix: str
    return_url: Annotated[str, Field(min_length=1)]
    callback_authorization_token: v3.CallbackToken
    terms_and_conditions_url: Nullable[str] = None


class PaymentTransaction(JsonModel):
    amount: RequestAmount
    reference: Annotated[str, Field(min_length=8, max_length=50, pattern="^[-a-zA-Z0-9]*$")]
    payment_description: Annotated[str, Field(min_length=3, max_length=100)]


class _Option(JsonModel):
    id: Annotated[str, Field(min_length=1, max_length=200)]
    amount: RequestAmount
    brand: Annotated[str, Field(max_length=255)]
    priority: Annotated[Nullable[int], Field(ge=0)] = None
    is_default: Nullable[bool] = None
    description: Nullable[str] = None
    is_pickup_point: Nullable[bool] = None
    is_porterbuddy: Nullable[bool] = None


class LogisticsOption(_Option):
    product: Annotated[str, Field(max_length=255)]


class CallbackLogisticsOption(_Option):
    """What a merchant answers to the question for dynamic options."""

    product: Annotated[str | None, Field(max_length=255)] = None


CALLBACK_OPTIONS: MerchantsAnswer[list[CallbackLogisticsOption]] = MerchantsAnswer(list[CallbackLogisticsOption])


class Logistics(JsonModel):
    dynamic_options_callback: Nullable[str] = None
    fixed_options: Nullable[list[LogisticsOption]] = None
    integrations: Nullable[v3.Integrations] = None


class PrefillCustomer(JsonModel):
    first_name: str
    last_name: str
    email: str
    phone_number: str
    street_address: str
    city: str
    postal_code: str
    country: str


class InitiateSession(JsonModel):
    merchant_info: PaymentMerchantInfo
    transaction: PaymentTransaction
    contact_fields: bool
    address_fields: bool
    logistics: Nullable[Logistics] = None
    prefill_customer: Nullable[PrefillCustomer] = None
    customer_interaction: Nullable[Literal["customer_present", "customer_not_present"]] = None
    user_flow: Nullable[Literal["WEB_REDIRECT", "NATIVE_REDIRECT"]] = None
    require_user_info: Nullable[bool] = None


class ResponsePaymentDetails(JsonModel):
    amount: Amount
    state: Literal["CREATED", "AUTHORISED", "TERMINATED"]
    aggregate: v3.TransactionAggregate | None = None


class UserDetails(JsonModel):
    first_name: str
    last_name: str
    phone_number: str
    email: str
    user_info_sub: str | None = None


class OldBillingDetails(JsonModel):
    first_name: str
    last_name: str
    email: str
    phone_number: str
    street_address: str | None = None
    postal_code: str | None = None
    region: str | None = None
    country: str | None = None


class OldShippingDetails(JsonModel):
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    phone_number: str | None = None
    street_address: str | None = None
    postal_code: str | None = None
    region: str | None = None
    country: str | None = None
    shipping_method_id: str | None = None
    amount: Amount | None = None
    pickup_point: PickupPoint | None = None


class Told(JsonModel):
    """What a poll and a callback have in common."""

    session_id: str
    reference: str
    payment_method: Literal["Wallet", "Card"] | None = None
    payment_details: ResponsePaymentDetails | None = None
    user_details: UserDetails | None = None
    shipping_details: OldShippingDetails | None = None
    billing_details: OldBillingDetails | None = None


class GetSession(Told):
    """The answer to a poll."""

    session_state: Literal["SessionStarted", "SessionTerminated"]


class SessionCompleted(Told):
    """What is told to the merchant once the customer has paid, or will not."""

    merchant_serial_number: str
    session_state: Literal["PaymentSuccessful", "PaymentFailed"]
