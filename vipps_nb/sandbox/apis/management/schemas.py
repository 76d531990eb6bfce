"""The wire: what comes in and goes out, as the official document declares it."""

# ruff: noqa: D101 - names and fields are the official document's, where they are explained

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo
from pydantic.alias_generators import to_camel

from vipps_nb.sandbox.server.base64_text import decoded
from vipps_nb.sandbox.server.json_model import JsonModel
from vipps_nb.sandbox.server.leniency import tolerate
from vipps_nb.sandbox.server.shapes import Nullable
from vipps_nb.sandbox.world.settings import Switches

ProductType = Literal["PAYMENT_INTEGRATION", "CASHIER", "CHECKOUT", "LOGIN", "DONATIONS"]
SalesUnitName = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[\w\s(-_`]+$")]
CategoryText = Annotated[str, Field(pattern="^[0-9]{4}$")]
CategoryNumber = Annotated[int, Field(ge=0, le=9999)]


class Status(StrEnum):
    """COMPLETED, REJECTED and EXPIRED are final."""

    RECEIVED = "RECEIVED"
    MERCHANT_VIEWED = "MERCHANT_VIEWED"
    ORDER_SUBMITTED = "ORDER_SUBMITTED"
    COMPLETED = "COMPLETED"
    REJECTED = "REJECTED"
    EXPIRED = "EXPIRED"


def _trimmed(text: object, info: ValidationInfo) -> object:
    """A URL without the blank behind it that the document's own example has."""
    if not isinstance(text, str) or text == text.strip():
        return text
    return text.strip() if tolerate(to_camel(info.field_name or "url"), "blanks around a URL") else text


HttpsUrl = Annotated[str, Field(pattern=r"^https://[^\s/?#]+[^\s]*$"), BeforeValidator(_trimmed)]


def _is_base64(text: str, info: ValidationInfo) -> str:
    try:
        decoded(text, to_camel(info.field_name or "logo"))
    except ValueError as error:
        raise ValueError("Must be Base64.") from error
    return text


class BusinessIdentifier(JsonModel):
    scheme: Annotated[str, Field(min_length=10, max_length=30, description="Such as business:NO:ORG.")]
    id: Annotated[str, Field(pattern=r"^[0-9-]{4,50}$")]


class BankAccount(JsonModel):
    scheme: Annotated[str, Field(min_length=5, max_length=20, description="Such as BBAN:NO.")]
    id: Annotated[str, Field(pattern=r"^[0-9]{9,34}$")]


class App(JsonModel):
    app_name: str


class Website(JsonModel):
    url: HttpsUrl
    terms_url: HttpsUrl
    test_website_url: Nullable[HttpsUrl] = None
    test_website_username: Nullable[str] = None
    test_website_password: Nullable[str] = None


class ProductOrderRequest(JsonModel):
    """What a partner knows about a merchant; the more, the better."""

    business_identifier: BusinessIdentifier
    product_type: ProductType
    sales_unit_name: Nullable[SalesUnitName] = None
    sales_unit_logo: Annotated[
        Nullable[str],
        AfterValidator(lambda text, info: text and _is_base64(text, info)),
        Field(json_schema_extra={"format": "byte"}),
    ] = None
    settlement_bank_account: Nullable[BankAccount] = None
    price_package_id: Nullable[str] = None
    product_use_case: Nullable[Literal["Website", "WebsiteWithTest", "App", "Unknown"]] = None
    annual_turnover: Annotated[Nullable[int], Field(ge=0, le=999_999_999)] = None
    annual_turnover_percentage: Annotated[Nullable[str], Field(pattern="^(10|[1-9])0$")] = None
    intended_purpose: Nullable[str] = None
    app: Nullable[App] = None
    website: Nullable[Website] = None
    has_recurring: Nullable[bool] = False
    merchant_category_code: Nullable[CategoryText | CategoryNumber] = None


class ProductOrderResponse(JsonModel):
    prefilled_order_id: str
    prefill_url: str


class MsnInfo(JsonModel):
    msn: str
    name: str


class ProductOrderDetails(JsonModel):
    product_order_type: Literal["PREFILL"] = "PREFILL"
    product_order_id: str
    product_type: ProductType
    status: Status
    business_identifier: BusinessIdentifier
    product_order_url: str
    sales_unit: MsnInfo | None = None


class Configuration(JsonModel):
    """What a sales unit may do; a view of its switches."""

    payment_allowed: bool
    capture_type: Literal["ReserveCapture", "DirectCapture", "NotApplicable"]
    skip_landing_page_allowed: bool
    recurring_allowed: bool
    partial_capture_allowed: bool
    late_capture_allowed: bool
    landing_page_phone_number_locked: bool
    long_living_payment_allowed: bool
    credit_card_payment_allowed: bool

    @classmethod
    def of(cls, switches: Switches) -> Configuration:
        """The switches that have a place here."""
        return cls(**{name: getattr(switches, name) for name in cls.model_fields})


class SalesUnitDetails(JsonModel):
    msn: str
    name: str
    business_identifier: BusinessIdentifier
    settlement_bank_account: BankAccount
    configuration: Configuration


class Address(JsonModel):
    lines: list[str]
    post_code: str
    city: str
    country_code: str


class MerchantDetails(JsonModel):
    business_identifier: BusinessIdentifier
    name: str
    status: Literal["ACTIVE"] = "ACTIVE"
    created_at: str
    updated_at: str
    country_code: str
    business_address: Address
    business_post_address: Address


class PricePackage(JsonModel):
    price_package_id: str
    name: str
    description: str
    visible_in_signup_form: bool
    product_type: ProductType
    market: Literal["NO", "DK", "FI"]
    commission: str | None = None
