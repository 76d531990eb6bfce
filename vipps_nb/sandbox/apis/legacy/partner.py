"""Partner API: partners look up the sales units they act for, and order products for merchants. Base ``/partner-api``.

Source: the official document 2.0.0 and the Partner API guide. The front door wants a bearer token of partner keys and
the subscription key; the Merchant-Serial-Number is not looked at.

Replaced by the Management API, which has the same three operations and more under ``/management/v1``, with the same
keys: ``products/orders`` became ``product-orders``, ``merchants/{orgno}`` became ``merchants/{scheme}/{id}``, and the
product ``VIPPS_PA_NETT`` is ``PAYMENT_INTEGRATION`` there.

**Unlike the real thing**

- The API was to be phased out at the end of 2023. Partner keys have never been in the test environment, so a sandbox is
  the only place to try this.
- Partner keys are connected to every sales unit of the sandbox.
- ``returnUrl`` leads nowhere: there is no portal, and no merchant who completes the order.
- Price packages and organisation numbers are not looked up.
- The document requires ``online`` of a course without declaring it; any value is accepted, and none is required.
- The Idempotency-Key is optional: the document calls it both required and "not required, but recommended".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Path
from pydantic import Field, field_validator

from vipps_nb.sandbox.apis.legacy.dialects import NoSuchMerchant, problem_with_instance
from vipps_nb.sandbox.server.authentication import Entrance
from vipps_nb.sandbox.server.problems import InvalidRequest
from vipps_nb.sandbox.server.routing import Page, Rules, TheCaller, TheWorld, rules
from vipps_nb.sandbox.server.shapes import Nullable, Presumed
from vipps_nb.sandbox.server.wire import Wire
from vipps_nb.sandbox.world.organisations import organisation
from vipps_nb.sandbox.world.sales_unit import KeyType
from vipps_nb.sandbox.world.world import World

LARGEST_TURNOVER = 2**63 - 1
_WEB = r"^https://[a-z0-9]+([.-][a-z0-9]+)*\.[a-z]{2,5}(:[0-9]{1,5})?(/.*)?$"
Url = Annotated[str, Field(pattern=_WEB)]
OrganisationNumber = Annotated[str, Path(pattern="^[0-9]{9}$", description="A Norwegian organisation number.")]
Msn = Annotated[str, Path(pattern="^[0-9]{5,6}$", description="A merchant serial number.")]
WITH_PRICE = ("VIPPS_PA_NETT", "VIPPS_I_KASSA")
PORTAL = "https://portal.example.com/register"


class Website(Wire):
    """Where sales take place."""

    url: Url
    terms_url: Url
    test_website_url: Nullable[Url] = None
    test_website_username: Nullable[str] = None
    test_website_password: Nullable[str] = None


class GiftCard(Wire):
    """Compliance: gift cards."""

    is_sales_percentage_less_than_ten: Annotated[bool | None, Presumed(False)]
    validity_duration: Nullable[str] = None
    gift_card_turnover_share: Nullable[str] = None


class Membership(Wire):
    """Compliance: memberships."""

    turnover_share: str
    period_distribution: str
    membership_validity: Nullable[Literal["CurrentCalendarYear", "OneYearFromPayment"]] = None


class Subscription(Wire):
    """Compliance: subscriptions."""

    turnover_share: str
    period_distribution: str


class Course(Wire):
    """Compliance: courses."""

    turnover_share: str
    time_before_order: str
    period: str
    online: Any = None
    is_online_course_offered: Nullable[bool] = False
    online_accessible_time: Nullable[str] = None


class Ticket(Wire):
    """Compliance: tickets."""

    turnover_share: str
    prepurchase_time: str


class Rent(Wire):
    """Compliance: rentals."""

    turnover_share: str
    prepurchase_time: str
    average_rental_duration: str


class PrepaidServices(Wire):
    """Compliance: services paid in advance."""

    turnover_share: str
    prepurchase_time: str


class Donation(Wire):
    """Compliance: donations."""

    accepts_donation: Annotated[bool | None, Presumed(False)]


class ComplianceData(Wire):
    """What the merchant sells, as far as the law asks."""

    gift_card: Nullable[GiftCard] = None
    membership: Nullable[Membership] = None
    subscription: Nullable[Subscription] = None
    course: Nullable[Course] = None
    ticket: Nullable[Ticket] = None
    rent: Nullable[Rent] = None
    prepaid_services: Nullable[PrepaidServices] = None
    donation: Nullable[Donation] = None


class ProductOrderRequest(Wire):
    """A product for a merchant; the more is given, the less the merchant has to fill in."""

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


class ProductOrderResponse(Wire):
    """Where the merchant completes the order."""

    prefilled_order_id: str
    return_url: str


class MerchantResponse(Wire):
    """The sales units of an organisation."""

    msn: list[str]


class AdditionalDetails(Wire):
    """What a sales unit may do."""

    skip_landing_page: bool
    is_pure_login: bool
    capture_type: Literal["ReserveCapture", "DirectCapture", "NotApplicable"]
    recurring: bool


class SalesUnitResponse(Wire):
    """A sales unit as the API shows it."""

    msn: str
    name: str
    orgno: str
    additional_details: AdditionalDetails


class ProductOrders(dict[str, ProductOrderRequest]):
    """The product orders of one world, by id."""


def _counts(world: World) -> Mapping[str, int]:
    return {"partnerProductOrders": len(world.room(ProductOrders))}


page = Page(
    title="Partner API",
    entrance=Entrance(keys=frozenset({KeyType.PARTNER}), msn="ignored"),
    dialect=problem_with_instance,
    in_test=False,
    deprecated=True,
    counts=_counts,
)
router = page.router


@router.post("/partner-api/v1/products/orders", response_model=ProductOrderResponse)
@rules(Rules(idempotency_key="optional"))
async def order_product(order: ProductOrderRequest, world: TheWorld, caller: TheCaller) -> ProductOrderResponse:
    """Order product: fill in a merchant's order form, for the merchant to look through and submit."""
    if order.price_package_id is not None and order.product_type not in WITH_PRICE:
        raise InvalidRequest(fields=[("pricePackageId", f"Only with {' and '.join(WITH_PRICE)}.")])
    order_id = world.ids.guid()
    world.room(ProductOrders)[order_id] = order
    product = order.product_type.lower().replace("_", "")
    return ProductOrderResponse(prefilled_order_id=order_id, return_url=f"{PORTAL}/{product}/{order_id}")


@router.get("/partner-api/v0/merchants/{orgno}", response_model=MerchantResponse)
async def get_merchant(orgno: OrganisationNumber, world: TheWorld, caller: TheCaller) -> MerchantResponse:
    """Get merchant: the sales units of an organisation."""
    own = [msn for msn in world.keys.units if _organisation_number(msn, world) == orgno]
    if not own:
        raise NoSuchMerchant(f"No merchant with the organisation number {orgno} is connected to these keys.")
    return MerchantResponse(msn=own)


@router.get("/partner-api/v0/salesunits/{msn}", response_model=SalesUnitResponse)
async def get_sales_unit(msn: Msn, world: TheWorld, caller: TheCaller) -> SalesUnitResponse:
    """Get sales unit: its name, its owner, and what it may do."""
    number = _organisation_number(msn, world) if msn in world.keys.units else None
    if number is None:
        raise NoSuchMerchant(f"No sales unit with the MSN {msn} is connected to these keys.")
    switches = world.switches[msn]
    return SalesUnitResponse(
        msn=msn,
        name=world.unit(msn).name,
        orgno=number,
        additional_details=AdditionalDetails(
            skip_landing_page=switches.skip_landing_page_allowed,
            is_pure_login=not switches.payment_allowed,
            capture_type=switches.capture_type,
            recurring=switches.recurring_allowed,
        ),
    )


def _organisation_number(msn: str, world: World) -> str | None:
    """The owner of a sales unit; this API knows Norwegian ones only."""
    market = world.switches[msn].market
    return organisation(msn, market).id if market == "NO" else None
