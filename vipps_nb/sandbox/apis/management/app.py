"""What the merchant, the platform and time do to a product order."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

from vipps_nb.sandbox.apis.management.models import MOVES, UNSUBMITTED, NewSalesUnit, ProductOrder, ProductOrders
from vipps_nb.sandbox.apis.management.prices import package
from vipps_nb.sandbox.apis.management.schemas import ProductOrderRequest, Status
from vipps_nb.sandbox.customer.screen import PhoneScreen
from vipps_nb.sandbox.world.deeds import deed
from vipps_nb.sandbox.world.organisations import SCHEMES, Identifier, Market, bank_account
from vipps_nb.sandbox.world.settings import Switches
from vipps_nb.sandbox.world.world import World

TIME_TO_SUBMIT = timedelta(days=14)
TIME_TO_PROCESS = timedelta(days=1)
OUTCOMES = {
    Status.ORDER_SUBMITTED: "The order is submitted and waits to be processed.",
    Status.COMPLETED: "The order is completed; the sales unit is ready.",
    Status.REJECTED: "The order was rejected.",
    Status.EXPIRED: "The link has expired; the partner can send a new one.",
}


def phone_screen(world: World, order: ProductOrder) -> PhoneScreen:
    """A prefilled order as the merchant sees it.

    It has no MSN before it is completed.
    """
    return PhoneScreen(
        kind="order form",
        msn=order.sales_unit.msn if order.sales_unit else "",
        merchant=order.name,
        text=f"Product order: {order.request.product_type}",
        details=[f"Filled in: {', '.join(sorted(order.request.to_json()))}."],
        outcome=OUTCOMES.get(order.status),
        on_look=partial(_look, world, order),
        on_approve=partial(_submit, world, order),
        on_abort=partial(_close, world, order),
        renew=partial(phone_screen, world, order),
    )


def _look(world: World, order: ProductOrder) -> None:
    """The merchant has opened the link."""
    if order.status is Status.RECEIVED:
        move(world, order, Status.MERCHANT_VIEWED)


def _submit(world: World, order: ProductOrder) -> dict[str, Any]:
    """The merchant submits the form."""
    move(world, order, Status.ORDER_SUBMITTED)
    return {"productOrderId": order.order_id, "status": str(order.status)}


def _close(world: World, order: ProductOrder) -> dict[str, Any]:
    """The merchant closes the form; the link stays good."""
    _look(world, order)
    return {"productOrderId": order.order_id, "status": str(order.status), "reason": "not submitted"}


def receive(world: World, request: ProductOrderRequest) -> ProductOrder:
    """A partner has prefilled an order."""
    token = world.ids.urlsafe(24)
    order = ProductOrder(
        order_id=world.ids.guid(), request=request, token=token, url=f"{world.base_url}/landing?token={token}"
    )
    world.records(ProductOrders).store(order)
    world.phone.show(token, _on_phone.of(world, order.order_id))
    world.clock.at(world.clock.now() + TIME_TO_SUBMIT, _expire.of(world, order.order_id))
    return order


def move(world: World, order: ProductOrder, status: Status) -> None:
    """Change the status, with what follows from it."""
    order.status = MOVES.move(order.status, status)
    if status is Status.ORDER_SUBMITTED:
        world.clock.at(world.clock.now() + TIME_TO_PROCESS, _process.of(world, order.order_id))
    if status is Status.COMPLETED:
        order.sales_unit = _sales_unit(world, order)


@deed("management.screen", about=ProductOrders)
def _on_phone(world: World, order_id: str) -> PhoneScreen:
    return phone_screen(world, world.records(ProductOrders).rows[order_id])


@deed("management.expire")
def _expire(world: World, order_id: str) -> None:
    order = world.records(ProductOrders).get(order_id)  # it may have been deleted
    if order is not None and order.status in UNSUBMITTED:
        move(world, order, Status.EXPIRED)


@deed("management.process")
def _process(world: World, order_id: str) -> None:
    order = world.records(ProductOrders).get(order_id)
    if order is not None and order.status is Status.ORDER_SUBMITTED:  # else the desk was quicker
        move(world, order, Status.COMPLETED)


def _sales_unit(world: World, order: ProductOrder) -> NewSalesUnit:
    taken = {*world.keys.units, *(unit.msn for unit in world.records(ProductOrders).sales_units())}
    msn = world.ids.digits(6)
    while msn in taken:
        msn = world.ids.digits(6)
    request = order.request
    chosen = package(request.price_package_id) if request.price_package_id else None
    markets: list[Market] = [one for one, scheme in SCHEMES.items() if scheme == request.business_identifier.scheme]
    market: Market = markets[0] if markets else "NO"
    switches = Switches(
        market=market,
        payment_allowed=request.product_type != "LOGIN",
        capture_type="NotApplicable" if request.product_type == "LOGIN" else "ReserveCapture",
        recurring_allowed=bool(request.has_recurring),
        donations_allowed=request.product_type == "DONATIONS",
    )
    if chosen is not None:
        switches.fee_basis_points = chosen.basis_points
    named = request.settlement_bank_account
    account = Identifier(named.scheme, named.id) if named else bank_account(msn, switches.market)
    return NewSalesUnit(msn=msn, name=order.name, owner=order.owner, account=account, switches=switches)
