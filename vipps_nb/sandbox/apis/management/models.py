"""Product orders: their records, their moves, and how the API shows them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from vipps_nb.sandbox.apis.management.schemas import MsnInfo, ProductOrderDetails, ProductOrderRequest, Status
from vipps_nb.sandbox.world.organisations import Identifier
from vipps_nb.sandbox.world.settings import Switches
from vipps_nb.sandbox.world.state_machine import StateMachine
from vipps_nb.sandbox.world.tables import Table

MOVES = StateMachine(
    {
        Status.RECEIVED: frozenset({Status.MERCHANT_VIEWED, Status.ORDER_SUBMITTED, Status.EXPIRED}),
        Status.MERCHANT_VIEWED: frozenset({Status.ORDER_SUBMITTED, Status.EXPIRED}),
        Status.ORDER_SUBMITTED: frozenset({Status.COMPLETED, Status.REJECTED}),
    }
)
UNSUBMITTED = frozenset({Status.RECEIVED, Status.MERCHANT_VIEWED})
LONGEST_NAME = 40


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
        self.rows: Table[str, ProductOrder] = Table()

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[ProductOrder]:
        return iter(self.rows.values())

    def store(self, order: ProductOrder) -> None:
        """A new one."""
        self.rows[order.order_id] = order

    def get(self, order_id: str) -> ProductOrder | None:
        """The one with this id."""
        return self.rows.get(order_id)

    def delete(self, order: ProductOrder) -> None:
        """As if it had never been."""
        self.rows.pop(order.order_id)

    def sales_units(self) -> list[NewSalesUnit]:
        """What the completed ones have made."""
        return [order.sales_unit for order in self if order.sales_unit is not None]


def order_details(order: ProductOrder) -> ProductOrderDetails:
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
