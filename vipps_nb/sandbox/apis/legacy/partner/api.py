"""The operations of the Partner API, in the order of its guide."""

from __future__ import annotations

from collections.abc import Mapping

from vipps_nb.sandbox.apis.legacy.errors import NoSuchMerchant, problem_with_instance
from vipps_nb.sandbox.apis.legacy.partner.models import ProductOrders
from vipps_nb.sandbox.apis.legacy.partner.schemas import (
    AdditionalDetails,
    MerchantResponse,
    Msn,
    OrganisationNumber,
    ProductOrderRequest,
    ProductOrderResponse,
    SalesUnitResponse,
)
from vipps_nb.sandbox.server.authentication import AuthPolicy
from vipps_nb.sandbox.server.problems import InvalidRequest
from vipps_nb.sandbox.server.routing import Page, Rules, TheCaller, TheWorld, rules
from vipps_nb.sandbox.world.organisations import organisation
from vipps_nb.sandbox.world.sales_unit import KeyType
from vipps_nb.sandbox.world.world import World

WITH_PRICE = ("VIPPS_PA_NETT", "VIPPS_I_KASSA")
PORTAL = "https://portal.example.com/register"


def _counts(world: World) -> Mapping[str, int]:
    return {"partnerProductOrders": len(world.records(ProductOrders))}


page = Page(
    title="Partner API",
    auth=AuthPolicy(keys=frozenset({KeyType.PARTNER}), msn="ignored"),
    dialect=problem_with_instance,
    in_test=False,
    deprecated=True,
    counts=_counts,
)
router = page.router


@router.post("/partner-api/v1/products/orders", response_model=ProductOrderResponse)
@rules(Rules(idempotency_key="optional"))
async def order_product(order: ProductOrderRequest, world: TheWorld, caller: TheCaller) -> ProductOrderResponse:
    """Order product.

    Fill in a merchant's order form, for the merchant to look through and submit.
    """
    if order.price_package_id is not None and order.product_type not in WITH_PRICE:
        raise InvalidRequest(fields=[("pricePackageId", f"Only with {' and '.join(WITH_PRICE)}.")])
    order_id = world.ids.guid()
    world.records(ProductOrders)[order_id] = order
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
