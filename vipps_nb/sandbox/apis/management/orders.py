"""Product orders: their records, and what the merchant, the platform and time do to them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from vipps_nb.sandbox.apis.management.bodies import MsnInfo, ProductOrderDetails, ProductOrderRequest
from vipps_nb.sandbox.apis.management.prices import package
from vipps_nb.sandbox.apis.management.states import MOVES, UNSUBMITTED, Status
from vipps_nb.sandbox.server.problems import NothingToDecide
from vipps_nb.sandbox.world.organisations import SCHEMES, Identifier, Market, bank_account
from vipps_nb.sandbox.world.settings import Switches
from vipps_nb.sandbox.world.world import World

TIME_TO_SUBMIT = timedelta(days=14)
TIME_TO_PROCESS = timedelta(days=1)
LONGEST_NAME = 40
OUTCOMES = {
    Status.ORDER_SUBMITTED: "The order is submitted and waits to be processed.",
    Status.COMPLETED: "The order is completed; the sales unit is ready.",
    Status.REJECTED: "The order was rejected.",
    Status.EXPIRED: "The link has expired; the partner can send a new one.",
}


@dataclass(slots=True, kw_only=True, eq=False)
class ProductOrder:
    """One prefilled order."""

    order_id: str
    request: ProductOrderRequest
    url: str
    token: str
    status: Status = Status.RECEIVED
    sales_unit: NewSalesUnit | None = None

    @property
    def owner(self) -> Identifier:
        """The merchant that it is for."""
        return Identifier(self.request.business_identifier.scheme, self.request.business_identifier.id)

    @property
    def name(self) -> str:
        """What the sales unit will be called."""
        return self.request.sales_unit_name or f"Sales unit of {self.owner.id}"[:LONGEST_NAME]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSalesUnit:
    """A sales unit that an order has made."""

    msn: str
    name: str
    owner: Identifier
    account: Identifier
    switches: Switches


class ProductOrders:
    """The orders of one world, oldest first."""

    def __init__(self) -> None:
        self._by_id: dict[str, ProductOrder] = {}

    def __len__(self) -> int:
        return len(self._by_id)

    def __iter__(self) -> Iterator[ProductOrder]:
        return iter(self._by_id.values())

    def store(self, order: ProductOrder) -> None:
        """A new one."""
        self._by_id[order.order_id] = order

    def get(self, order_id: str) -> ProductOrder | None:
        """The one with this id."""
        return self._by_id.get(order_id)

    def delete(self, order: ProductOrder) -> None:
        """As if it had never been."""
        del self._by_id[order.order_id]

    def sales_units(self) -> list[NewSalesUnit]:
        """What the completed ones have made."""
        return [order.sales_unit for order in self if order.sales_unit is not None]


@dataclass(frozen=True, slots=True)
class OrderOnPhone:
    """A prefilled order as the merchant sees it."""

    world: World
    order: ProductOrder

    @property
    def msn(self) -> str:
        """None yet."""
        return self.order.sales_unit.msn if self.order.sales_unit else ""

    @property
    def merchant(self) -> str:
        """What the sales unit will be called."""
        return self.order.name

    @property
    def price(self) -> None:
        """No money is asked for."""
        return None

    @property
    def text(self) -> str:
        """What is ordered."""
        return f"Product order: {self.order.request.product_type}"

    @property
    def details(self) -> list[str]:
        """What the partner has filled in."""
        filled = self.order.request.to_json()
        return [f"Filled in: {', '.join(sorted(filled))}."]

    @property
    def kind(self) -> str:
        """What it is."""
        return "order form"

    @property
    def name(self) -> None:
        """How the desk knows it."""
        return None

    @property
    def outcome(self) -> str | None:
        """How it stands; None while the merchant can submit."""
        return OUTCOMES.get(self.order.status)

    @property
    def return_url(self) -> None:
        """The form leads nowhere else."""
        return None

    def looked_at(self) -> None:
        """The merchant has opened the link."""
        if self.order.status is Status.RECEIVED:
            move(self.world, self.order, Status.MERCHANT_VIEWED)

    def approve(self) -> dict[str, Any]:
        """The merchant submits the form."""
        if self.outcome is not None:
            raise NothingToDecide(self.outcome)
        move(self.world, self.order, Status.ORDER_SUBMITTED)
        return {"productOrderId": self.order.order_id, "status": str(self.order.status)}

    def abort(self) -> dict[str, Any]:
        """The merchant closes the form; the link stays good."""
        if self.outcome is not None:
            raise NothingToDecide(self.outcome)
        self.looked_at()
        return {"productOrderId": self.order.order_id, "status": str(self.order.status), "reason": "not submitted"}


def receive(world: World, request: ProductOrderRequest) -> ProductOrder:
    """A partner has prefilled an order."""
    token = world.ids.urlsafe(24)
    order = ProductOrder(
        order_id=world.ids.guid(), request=request, token=token, url=f"{world.base_url}/landing?token={token}"
    )
    world.room(ProductOrders).store(order)
    world.phone[token] = OrderOnPhone(world, order)
    world.clock.at(world.clock.now() + TIME_TO_SUBMIT, lambda: _expire(world, order))
    return order


def move(world: World, order: ProductOrder, status: Status) -> None:
    """Change the status, with what follows from it."""
    order.status = MOVES.move(order.status, status)
    if status is Status.ORDER_SUBMITTED:
        world.clock.at(world.clock.now() + TIME_TO_PROCESS, lambda: _process(world, order))
    if status is Status.COMPLETED:
        order.sales_unit = _sales_unit(world, order)


def details(order: ProductOrder) -> ProductOrderDetails:
    """The order as the API shows it."""
    unit = order.sales_unit
    return ProductOrderDetails(
        product_order_id=order.order_id,
        product_type=order.request.product_type,
        status=order.status,
        business_identifier=order.request.business_identifier,
        product_order_url=order.url,
        sales_unit=MsnInfo(msn=unit.msn, name=unit.name) if unit else None,
    )


def _expire(world: World, order: ProductOrder) -> None:
    if order.status in UNSUBMITTED:
        move(world, order, Status.EXPIRED)


def _process(world: World, order: ProductOrder) -> None:
    if order.status is Status.ORDER_SUBMITTED:  # else the desk was quicker
        move(world, order, Status.COMPLETED)


def _sales_unit(world: World, order: ProductOrder) -> NewSalesUnit:
    taken = {*world.keys.units, *(unit.msn for unit in world.room(ProductOrders).sales_units())}
    msn = world.ids.digits(6)
    while msn in taken:
        msn = world.ids.digits(6)
    request = order.request
    chosen = package(request.price_package_id) if request.price_package_id else None
    markets = [market for market, scheme in SCHEMES.items() if scheme == request.business_identifier.scheme]
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
