"""The wire: what comes in and goes out, as the official document declares it."""

# ruff: noqa: D101 - names and fields are the official document's, where they are explained

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from vipps_nb.sandbox.apis.epayment.schemas import HIGHEST_AMOUNT
from vipps_nb.sandbox.apis.recurring.schemas import AgreementStatus
from vipps_nb.sandbox.server.json_model import JsonModel
from vipps_nb.sandbox.server.shapes import Nullable, Presumed
from vipps_nb.sandbox.world.money import money

DATE = r"^\d{4}-\d{2}-\d{2}$"
TIME = r"^\d{2}:\d{2}(:\d{2})?"
MinorUnits = Annotated[int, Field(ge=0, description="Minor units, 100 being 1.00.")]
# It travels as a header, and a header is one line of printable characters.
CallbackToken = Annotated[str, Field(pattern=r"^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$")]


class State(StrEnum):
    """The last three are final; what happens to the money afterwards is ePayment's."""

    CREATED = "SessionCreated"
    INITIATED = "PaymentInitiated"
    EXPIRED = "SessionExpired"
    SUCCESSFUL = "PaymentSuccessful"
    TERMINATED = "PaymentTerminated"


class Amount(JsonModel):
    """An amount of money in minor units.

    It ends in an ePayment, so the ceiling is the same.
    """

    value: Annotated[int, Field(ge=0, le=HIGHEST_AMOUNT, description="Minor units, 100 being 1.00.")]
    currency: str

    def __str__(self) -> str:
        return money(self.value, self.currency)


class LeadTime(JsonModel):
    earliest: Annotated[str, Field(pattern=DATE)]
    latest: Annotated[str, Field(pattern=DATE)]


class PickupPoint(JsonModel):
    id: str
    name: str
    address: str
    postal_code: str
    city: str
    country: str
    opening_hours: Nullable[list[str]] = None
    lead_time: Nullable[LeadTime] = None


class Timeslot(JsonModel):
    id: str
    date: Annotated[str, Field(pattern=DATE)]
    start: Annotated[str, Field(pattern=TIME)]
    end: Annotated[str, Field(pattern=TIME)]


class Delivery(JsonModel):
    lead_time: Nullable[LeadTime] = None
    pickup_points: Nullable[list[PickupPoint]] = None
    timeslots: Nullable[list[Timeslot]] = None


class _Option(JsonModel):
    id: Annotated[str, Field(min_length=1, max_length=200)]
    priority: Annotated[int, Field(ge=0, description="The lowest comes first.")]
    is_default: bool
    description: Nullable[str] = None
    delivery: Nullable[Delivery] = None
    title: Annotated[Nullable[str], Field(min_length=1, max_length=200)] = None
    amount: Amount
    tax_rate: Annotated[Nullable[int], Field(ge=0, le=10_000)] = None


class _CarrierOption(_Option):
    custom_type: Nullable[str] = None


class PostenOption(_CarrierOption):
    brand: Annotated[Literal["POSTEN"], Presumed("POSTEN")]
    type: Nullable[Literal["MAILBOX", "PICKUP_POINT", "HOME_DELIVERY"]] = None


class BringOption(_CarrierOption):
    brand: Annotated[Literal["BRING"], Presumed("BRING")]
    type: Nullable[Literal["MAILBOX", "PICKUP_POINT", "HOME_DELIVERY"]] = None


class PostnordOption(_CarrierOption):
    brand: Annotated[Literal["POSTNORD"], Presumed("POSTNORD")]
    type: Nullable[Literal["PICKUP_POINT", "HOME_DELIVERY"]] = None


class PorterbuddyOption(_CarrierOption):
    brand: Annotated[Literal["PORTERBUDDY"], Presumed("PORTERBUDDY")]
    type: Nullable[Literal["HOME_DELIVERY"]] = None


class HelthjemOption(_CarrierOption):
    brand: Annotated[Literal["HELTHJEM"], Presumed("HELTHJEM")]
    type: Nullable[Literal["HOME_DELIVERY", "PICKUP_POINT"]] = None


class PostiOption(_CarrierOption):
    brand: Annotated[Literal["POSTI"], Presumed("POSTI")]
    type: Nullable[Literal["PICKUP_POINT"]] = None


class GlsOption(_CarrierOption):
    brand: Annotated[Literal["GLS"], Presumed("GLS")]
    type: Nullable[Literal["PICKUP_POINT"]] = None


class DaoOption(_CarrierOption):
    brand: Annotated[Literal["DAO"], Presumed("DAO")]
    type: Annotated[Nullable[int], Field(description="A number in the official document, unlike all others.")] = None


class OtherOption(_Option):
    brand: Annotated[Literal["OTHER"], Presumed("OTHER")]
    type: Nullable[Literal["HOME_DELIVERY", "PICKUP_POINT"]] = None


LogisticsOption = Annotated[
    PostenOption
    | BringOption
    | PostnordOption
    | PorterbuddyOption
    | HelthjemOption
    | PostiOption
    | GlsOption
    | DaoOption
    | OtherOption,
    Field(discriminator="brand"),
]


class PrefillCustomer(JsonModel):
    first_name: Nullable[str] = None
    last_name: Nullable[str] = None
    email: Nullable[str] = None
    phone_number: Annotated[Nullable[str], Field(description="Digits only, with the country code.")] = None
    street_address: Nullable[str] = None
    city: Nullable[str] = None
    postal_code: Nullable[str] = None
    country: Nullable[str] = None


class MerchantInfo(JsonModel):
    callback_url: str
    return_url: Annotated[str, Field(min_length=1)]
    callback_authorization_token: CallbackToken
    terms_and_conditions_url: Nullable[str] = None


class Countries(JsonModel):
    supported: list[str]


class CustomConsent(JsonModel):
    text: str
    required: bool


class ExternalPaymentMethod(JsonModel):
    payment_method: Literal["Klarna", "SveaCheckout"]
    redirect_url: str


class CheckoutConfig(JsonModel):
    customer_interaction: Nullable[Literal["CUSTOMER_PRESENT", "CUSTOMER_NOT_PRESENT"]] = None
    elements: Nullable[Literal["Full", "PaymentAndContactInfo", "PaymentOnly"]] = None
    countries: Nullable[Countries] = None
    user_flow: Nullable[Literal["WEB_REDIRECT", "NATIVE_REDIRECT"]] = None
    require_user_info: Nullable[bool] = None
    custom_consent: Nullable[CustomConsent] = None
    show_order_summary: Nullable[bool] = None
    external_payment_methods: Nullable[list[ExternalPaymentMethod]] = None


class UnitInfo(JsonModel):
    """As in Order Management, where the order can be read afterwards."""

    unit_price: MinorUnits
    quantity: Annotated[str, Field(max_length=10, pattern=r"^[0-9]+(\.[0-9]{1,8})?$")]
    quantity_unit: Literal["PCS", "KG", "KM", "MINUTE", "LITRE"]


class OrderLine(JsonModel):
    name: Annotated[str, Field(min_length=1, max_length=2048)]
    id: Annotated[str, Field(min_length=1, max_length=255)]
    total_amount: MinorUnits
    total_amount_excluding_tax: MinorUnits
    total_tax_amount: MinorUnits
    tax_percentage: Annotated[Nullable[int], Field(ge=0, le=100)] = None
    tax_rate: Annotated[int, Field(ge=0, le=10_000)]
    unit_info: Nullable[UnitInfo] = None
    discount: Nullable[MinorUnits] = None
    product_url: Nullable[str] = None
    is_return: Nullable[bool] = None
    is_shipping: Nullable[bool] = None


class PaymentSources(JsonModel):
    gift_card: Nullable[int] = None
    card: Nullable[int] = None
    voucher: Nullable[int] = None
    cash: Nullable[int] = None


class OrderBottomLine(JsonModel):
    currency: Annotated[str, Field(min_length=3, max_length=3)]
    tip_amount: Nullable[MinorUnits] = None
    gift_card_amount: Nullable[MinorUnits] = None
    terminal_id: Nullable[str] = None
    payment_sources: Nullable[PaymentSources] = None
    receipt_number: Nullable[str] = None


class OrderSummary(JsonModel):
    order_lines: Annotated[list[OrderLine], Field(min_length=1)]
    order_bottom_line: OrderBottomLine


class PaymentTransaction(JsonModel):
    amount: Amount
    payment_description: Annotated[str, Field(min_length=3, max_length=100)]
    reference: Annotated[Nullable[str], Field(json_schema_extra={"deprecated": True})] = None
    order_summary: Nullable[OrderSummary] = None


class PorterbuddyAddress(JsonModel):
    street_address: str
    postal_code: str
    city: str
    country: str


class PorterbuddyOrigin(JsonModel):
    name: str
    email: str
    phone_number: str
    address: PorterbuddyAddress


class Porterbuddy(JsonModel):
    public_token: str
    api_key: Annotated[str, Field(min_length=1)]
    origin: PorterbuddyOrigin


class Integrations(JsonModel):
    porterbuddy: Nullable[Porterbuddy] = None


class Logistics(JsonModel):
    dynamic_options_callback: Nullable[str] = None
    fixed_options: Nullable[list[LogisticsOption]] = None
    integrations: Nullable[Integrations] = None


class Interval(JsonModel):
    unit: Literal["YEAR", "MONTH", "WEEK", "DAY"]
    count: Annotated[int, Field(ge=1, le=31)]


class EventCampaign(JsonModel):
    type: Annotated[Literal["EVENT_CAMPAIGN"], Presumed("EVENT_CAMPAIGN")]
    price: MinorUnits
    event_date: Annotated[str, Field(min_length=1)]
    event_text: Annotated[str, Field(min_length=1, max_length=15)]


class PeriodCampaign(JsonModel):
    type: Annotated[Literal["PERIOD_CAMPAIGN"], Presumed("PERIOD_CAMPAIGN")]
    price: MinorUnits
    period: Interval


class PriceCampaign(JsonModel):
    type: Annotated[Literal["PRICE_CAMPAIGN"], Presumed("PRICE_CAMPAIGN")]
    price: MinorUnits
    end: Annotated[str, Field(min_length=1)]


class Subscription(JsonModel):
    product_name: Annotated[str, Field(min_length=1, max_length=45)]
    amount: Amount
    interval: Interval
    merchant_agreement_url: str
    product_description: Nullable[str] = None
    campaign: Nullable[Annotated[EventCampaign | PeriodCampaign | PriceCampaign, Field(discriminator="type")]] = None


class _Order(JsonModel):
    reference: Nullable[str] = None
    prefill_customer: Nullable[PrefillCustomer] = None
    merchant_info: MerchantInfo
    configuration: Nullable[CheckoutConfig] = None


class PaymentOrder(_Order):
    """A session in which the customer pays once."""

    type: Annotated[Literal["PAYMENT"], Presumed("PAYMENT")]
    transaction: PaymentTransaction
    logistics: Nullable[Logistics] = None


class SubscriptionOrder(_Order):
    """A session in which the customer agrees to pay again and again.

    Perhaps with a first payment.
    """

    type: Annotated[Literal["SUBSCRIPTION"], Presumed("SUBSCRIPTION")]
    transaction: Nullable[PaymentTransaction] = None
    subscription: Subscription


SessionOrder = Annotated[PaymentOrder | SubscriptionOrder, Field(discriminator="type")]


class SessionUpdate(JsonModel):
    """What may still change."""

    transaction: Nullable[PaymentTransaction] = None
    logistic_options: Nullable[list[LogisticsOption]] = None


class SessionCreated(JsonModel):
    """The answer to create.

    The customer goes to ``{checkoutFrontendUrl}?token={token}``.
    """

    token: str
    checkout_frontend_url: str
    polling_url: str


class TransactionAggregate(JsonModel):
    cancelled_amount: Amount
    captured_amount: Amount
    refunded_amount: Amount
    authorized_amount: Amount


class PaymentDetails(JsonModel):
    type: Literal["Wallet"] = "Wallet"
    amount: Amount
    state: Literal["CREATED", "AUTHORIZED", "TERMINATED"]
    aggregate: TransactionAggregate


class SubscriptionDetails(JsonModel):
    state: AgreementStatus
    agreement_id: str


class UserInfo(JsonModel):
    sub: str
    email: str | None = None


class BillingDetails(JsonModel):
    first_name: str
    last_name: str
    email: str
    phone_number: str
    street_address: str | None = None
    postal_code: str | None = None
    city: str | None = None
    country: str | None = None


class ShippingDetails(JsonModel):
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    phone_number: str | None = None
    street_address: str | None = None
    postal_code: str | None = None
    city: str | None = None
    country: str | None = None
    shipping_method_id: str | None = None
    amount: Amount | None = None
    pickup_point: PickupPoint | None = None
    timeslot: Timeslot | None = None


class SessionResponse(JsonModel):
    """The answer to a poll, and what is told to ``callbackUrl``."""

    session_id: str
    merchant_serial_number: str
    reference: str
    session_state: State
    payment_method: Literal["Wallet", "Card", "BankTransfer"] | None = None
    subscription_details: SubscriptionDetails | None = None
    payment_details: PaymentDetails | None = None
    user_info: UserInfo | None = None
    shipping_details: ShippingDetails | None = None
    billing_details: BillingDetails | None = None
    custom_consent_provided: bool | None = None
