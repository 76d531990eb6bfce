"""The operations of the Management API, in the order of its guide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Response

from vipps_nb.sandbox.apis.management import errors
from vipps_nb.sandbox.apis.management.app import receive
from vipps_nb.sandbox.apis.management.models import UNSUBMITTED, ProductOrder, ProductOrders, order_details
from vipps_nb.sandbox.apis.management.prices import PACKAGES, package
from vipps_nb.sandbox.apis.management.schemas import (
    Address,
    BankAccount,
    BusinessIdentifier,
    Configuration,
    MerchantDetails,
    MsnInfo,
    PricePackage,
    ProductOrderDetails,
    ProductOrderRequest,
    ProductOrderResponse,
    SalesUnitDetails,
    Status,
)
from vipps_nb.sandbox.server.authentication import AuthPolicy, Caller
from vipps_nb.sandbox.server.routing import Page, Rules, TheCaller, TheWorld, rules
from vipps_nb.sandbox.world.organisations import Identifier, Market, bank_account, organisation
from vipps_nb.sandbox.world.sales_unit import KeyType
from vipps_nb.sandbox.world.settings import Switches
from vipps_nb.sandbox.world.world import World

FOUNDED = "2020-01-01T09:00:00.000000Z"  # no clock of this world goes back so far that it would matter
PARTNERS = frozenset({KeyType.PARTNER, KeyType.MANAGEMENT})
CITIES: dict[Market, tuple[str, str, str]] = {
    "NO": ("Robert Levins gate 5", "0154", "Oslo"),
    "DK": ("Vesterbrogade 1", "1620", "København"),
    "FI": ("Mannerheimintie 1", "00100", "Helsinki"),
}
Msn = Annotated[str, Path(pattern="^[0-9]{4,10}$", description="A merchant serial number.")]
Scheme = Annotated[str, Path(description="Such as business:NO:ORG.")]
BusinessId = Annotated[str, Path(alias="id", description="An organisation number.")]
OrderId = Annotated[UUID, Path(description="From the answer to the prefill.")]


def _counts(world: World) -> Mapping[str, int]:
    return {"productOrders": len(world.records(ProductOrders))}


page = Page(
    title="Management API",
    auth=AuthPolicy(keys=PARTNERS | {KeyType.MERCHANT}, msn="ignored"),
    dialect=errors.DIALECT,
    in_test=False,
    counts=_counts,
)
router = page.router


@dataclass(frozen=True, slots=True)
class Known:
    """A sales unit that the caller may see."""

    msn: str
    name: str
    owner: Identifier
    account: Identifier
    switches: Switches


@router.get("/management/v1/sales-units", response_model=list[MsnInfo])
async def get_all_sales_units(world: TheWorld, caller: TheCaller) -> list[MsnInfo]:
    """Get a list of sales units: all that these keys may see."""
    return [MsnInfo(msn=unit.msn, name=unit.name) for unit in _known(world, caller)]


@router.get("/management/v1/sales-units/{msn}", response_model=SalesUnitDetails)
async def get_msn(msn: Msn, world: TheWorld, caller: TheCaller) -> SalesUnitDetails:
    """Get sales unit details: whose it is, and what it may do."""
    for unit in _known(world, caller):
        if unit.msn == msn:
            return SalesUnitDetails(
                msn=msn,
                name=unit.name,
                business_identifier=BusinessIdentifier(scheme=unit.owner.scheme, id=unit.owner.id),
                settlement_bank_account=BankAccount(scheme=unit.account.scheme, id=unit.account.id),
                configuration=Configuration.of(unit.switches),
            )
    raise errors.NoSuchSalesUnit(f"There is no active sales unit {msn} that these keys may see.")


@router.get("/management/v1/merchants/{scheme}/{id}", response_model=MerchantDetails)
async def get_merchant_by_business_identifier(
    scheme: Scheme, business_id: BusinessId, world: TheWorld, caller: TheCaller
) -> MerchantDetails:
    """Get a merchant by business identifier."""
    unit = _units_of(Identifier(scheme, business_id), world, caller)[0]
    market = unit.switches.market
    street, post_code, city = CITIES[market]
    address = Address(lines=[street], post_code=post_code, city=city, country_code=market)
    return MerchantDetails(
        business_identifier=BusinessIdentifier(scheme=scheme, id=business_id),
        name=f"{unit.name} AS",
        created_at=FOUNDED,
        updated_at=FOUNDED,
        country_code=market,
        business_address=address,
        business_post_address=address,
    )


@router.get("/management/v1/merchants/{scheme}/{id}/sales-units", response_model=list[MsnInfo])
async def get_sales_units_by_business_identifier(
    scheme: Scheme, business_id: BusinessId, world: TheWorld, caller: TheCaller
) -> list[MsnInfo]:
    """Get sales units for a merchant by business identifier.

    Those that these keys may see.
    """
    units = _units_of(Identifier(scheme, business_id), world, caller)
    return [MsnInfo(msn=unit.msn, name=unit.name) for unit in units]


@router.post("/management/v1/product-orders", status_code=HTTPStatus.CREATED, response_model=ProductOrderResponse)
@rules(Rules(idempotency_key="required", key_pattern="^[a-zA-Z0-9-]{1,50}$", conflict=errors.KeyReused))
async def order_product(request: ProductOrderRequest, world: TheWorld, caller: TheCaller) -> ProductOrderResponse:
    """Prefill a product order on behalf of a merchant, who has 14 days to submit it."""
    _check_partner(caller)
    if request.price_package_id is not None and package(request.price_package_id) is None:
        raise errors.NoSuchPricePackage(fields=[("pricePackageId", "The partner has no such price package.")])
    order = receive(world, request)
    return ProductOrderResponse(prefilled_order_id=order.order_id, prefill_url=order.url)


@router.delete("/management/v1/product-orders/{productOrderId}", response_class=Response)
async def delete_product_order(
    order_id: Annotated[OrderId, Path(alias="productOrderId")], world: TheWorld, caller: TheCaller
) -> Response:
    """Delete a prefilled product order that was not submitted."""
    _check_partner(caller)
    order = _find(order_id, world, caller)
    if order.status not in UNSUBMITTED:
        raise errors.AlreadySubmitted(f"Its status is {order.status}.")
    world.records(ProductOrders).delete(order)
    world.phone.remove(order.token)
    return Response()


@router.get("/management/v2/product-orders", response_model=list[ProductOrderDetails], response_model_exclude_none=True)
async def get_product_orders(
    world: TheWorld,
    caller: TheCaller,
    include_expired: Annotated[bool, Query(alias="includeExpired", description="Expired ones too.")] = False,
) -> list[ProductOrderDetails]:
    """Get a list of product orders, oldest first."""
    orders = [order for order in world.records(ProductOrders) if _may_see(caller, order.owner, world)]
    return [order_details(order) for order in orders if include_expired or order.status is not Status.EXPIRED]


@router.get(
    "/management/v2/product-orders/{productOrderId}/details",
    response_model=ProductOrderDetails,
    response_model_exclude_none=True,
)
async def get_product_order_details(
    order_id: Annotated[OrderId, Path(alias="productOrderId")], world: TheWorld, caller: TheCaller
) -> ProductOrderDetails:
    """Get information about a product order.

    Its status and, once completed, the new sales unit.
    """
    return order_details(_find(order_id, world, caller))


@router.get(
    "/management/v1/partners/price-packages", response_model=list[PricePackage], response_model_exclude_none=True
)
async def get_partner_price_packages(caller: TheCaller) -> list[PricePackage]:
    """Get price packages for a partner."""
    _check_partner(caller)
    return [one.answer() for one in PACKAGES]


def _known(world: World, caller: Caller) -> list[Known]:
    """The active sales units that the caller may see, those of completed orders last."""
    units = []
    for msn, unit in world.keys.units.items():
        switches = world.switches[msn]
        owner, account = organisation(msn, switches.market), bank_account(msn, switches.market)
        units.append(Known(msn, unit.name, owner, account, switches))
    for made in world.records(ProductOrders).sales_units():
        units.append(Known(made.msn, made.name, made.owner, made.account, made.switches))
    return [unit for unit in units if unit.switches.active and _may_see(caller, unit.owner, world)]


def _may_see(caller: Caller, owner: Identifier, world: World) -> bool:
    if caller.keys is None or caller.keys.key_type in PARTNERS:
        return caller.keys is not None
    own = caller.keys.merchant_serial_number or ""
    return owner == organisation(own, world.switches[own].market)


def _units_of(owner: Identifier, world: World, caller: Caller) -> list[Known]:
    units = [unit for unit in _known(world, caller) if unit.owner == owner]
    if not units:
        raise errors.NoSuchMerchant("These keys may see no such merchant with an active sales unit.")
    return units


def _check_partner(caller: Caller) -> None:
    if caller.keys is None or caller.keys.key_type not in PARTNERS:
        raise errors.PartnersOnly("Product orders are prefilled, and prices looked up, with partner keys.")


def _find(order_id: UUID, world: World, caller: Caller) -> ProductOrder:
    order = world.records(ProductOrders).get(str(order_id))
    if order is None or not _may_see(caller, order.owner, world):
        raise errors.NoSuchProductOrder(f"These keys may see no product order {order_id}.")
    return order
