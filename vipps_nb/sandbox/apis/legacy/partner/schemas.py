"""The wire: what comes in and goes out, as the official document declares it."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Path
from pydantic import Field, field_validator

from vipps_nb.sandbox.server.json_model import JsonModel
from vipps_nb.sandbox.server.shapes import Nullable, Presumed

LARGEST_TURNOVER = 2**63 - 1
_WEB = r"^https://[a-z0-9]+([.-][a-z0-9]+)*\.[a-z]{2,5}(:[0-9]{1,5})?(/.*)?$"
Url = Annotated[str, Field(pattern=_WEB)]
OrganisationNumber = Annotated[str, Path(pattern="^[0-9]{9}$", description="A Norwegian organisation number.")]
Msn = Annotated[str, Path(pattern="^[0-9]{5,6}$", description="A merchant serial number.")]


class Website(JsonModel):
    """Where sales take place."""

    url: Url
    terms_url: Url
    test_website_url: Nullable[Url] = None
    test_website_username: Nullable[str] = None
    test_website_password: Nullable[str] = None


class GiftCard(JsonModel):
    """Compliance: gift cards."""

    is_sales_percentage_less_than_ten: Annotated[bool | None, Presumed(False)]
    validity_duration: Nullable[str] = None
    gift_card_turnover_share: Nullable[str] = None


class Membership(JsonModel):
    """Compliance: memberships."""

    turnover_share: str
    period_distribution: str
    membership_validity: Nullable[Literal["CurrentCalendarYear", "OneYearFromPayment"]] = None


class Subscription(JsonModel):
    """Compliance: subscriptions."""

    turnover_share: str
    period_distribution: str


class Course(JsonModel):
    """Compliance: courses."""

    turnover_share: str
    time_before_order: str
    period: str
    online: Any = None
    is_online_course_offered: Nullable[bool] = False
    online_accessible_time: Nullable[str] = None


class Ticket(JsonModel):
    """Compliance: tickets."""

    turnover_share: str
    prepurchase_time: str


class Rent(JsonModel):
    """Compliance: rentals."""

    turnover_share: str
    prepurchase_time: str
    average_rental_duration: str


class PrepaidServices(JsonModel):
    """Compliance: services paid in advance."""

    turnover_share: str
    prepurchase_time: str


class Donation(JsonModel):
    """Compliance: donations."""

    accepts_donation: Annotated[bool | None, Presumed(False)]


class ComplianceData(JsonModel):
    """What the merchant sells, as far as the law asks."""

    gift_card: Nullable[GiftCard] = None
    membership: Nullable[Membership] = None
    subscription: Nullable[Subscription] = None
    course: Nullable[Course] = None
    ticket: Nullable[Ticket] = None
    rent: Nullable[Rent] = None
    prepaid_services: Nullable[PrepaidServices] = None
    donation: Nullable[Donation] = None


class ProductOrderRequest(JsonModel):
    """A product for a merchant.

    The more is given, the less the merchant has to fill in.
    """

    orgno: Annotated[str, Field(pattern="^[0-9]{9}$")]
    product_type: Literal["VIPPS_PA_NETT", "VIPPS_LOGG_INN", "VIPPS_CHECKOUT", "VIPPS_I_KASSA"]
    sales_unit_name: Annotated[Nullable[str], Field(min_length=1, max_length=30)] = None
    sales_unit_logo: Nullable[str] = None
    settlement_account_number: Annotated[Nullable[str], Field(pattern="^[0-9]{11}$")] = None
    price_package_id: Nullable[str] = None
    product_use_case: Nullable[Literal["Website", "WebsiteWithTest", "App", "Unknown"]] = "Website"
    annual_turnover: Annotated[int | None, Field(ge=0, le=LARGEST_TURNOVER, description="In kroner.")] = None
    intended_purpose: Nullable[str] = None
    website: Nullable[Website] = None
    compliance_data: Nullable[ComplianceData] = None

    @field_validator("price_package_id")
    @classmethod
    def check_price_package(cls, text: str | None) -> str | None:
        """A UUID, not the three digits that the portal shows."""
        try:
            return text if text is None else str(UUID(text))
        except ValueError as error:
            raise ValueError("Must be a UUID.") from error


class ProductOrderResponse(JsonModel):
    """Where the merchant completes the order."""

    prefilled_order_id: str
    return_url: str


class MerchantResponse(JsonModel):
    """The sales units of an organisation."""

    msn: list[str]


class AdditionalDetails(JsonModel):
    """What a sales unit may do."""

    skip_landing_page: bool
    is_pure_login: bool
    capture_type: Literal["ReserveCapture", "DirectCapture", "NotApplicable"]
    recurring: bool


class SalesUnitResponse(JsonModel):
    """A sales unit as the API shows it."""

    msn: str
    name: str
    orgno: str
    additional_details: AdditionalDetails
