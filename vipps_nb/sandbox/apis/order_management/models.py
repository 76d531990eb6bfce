"""What the Order Management API keeps: pictures, and categories of orders."""

from __future__ import annotations

from dataclasses import dataclass

from vipps_nb.sandbox.world.receipts import PaymentType
from vipps_nb.sandbox.world.tables import Table


@dataclass(slots=True, kw_only=True, eq=False)
class Category:
    """A link in the app, beside an order.

    What it is, where it leads, and its picture.
    """

    id: str
    msn: str
    payment_type: PaymentType
    order_id: str
    type: str
    url: str
    image_id: str | None
    overwritable: bool = False


class Categories:
    """All categories of one world, oldest first."""

    def __init__(self) -> None:
        self.rows: Table[str, Category] = Table(frozen=True)

    def __len__(self) -> int:
        return len(self.rows)

    def put(self, category: Category) -> None:
        """Keep one, as the latest."""
        self.rows.pop(category.id)
        self.rows[category.id] = category

    def get(self, msn: str, category_id: str) -> Category | None:
        """The one with this id, if it is this sales unit's."""
        category = self.rows.get(category_id)
        return category if category is not None and category.msn == msn else None

    def of(self, msn: str, order_id: str | None, payment_type: PaymentType | None = None) -> list[Category]:
        """Those of a sales unit, or of one of its orders, oldest first."""
        return [
            one
            for one in self.rows.values()
            if one.msn == msn and order_id in (None, one.order_id) and payment_type in (None, one.payment_type)
        ]

    def remove(self, category: Category) -> None:
        """Take one away."""
        self.rows.pop(category.id)


class Images:
    """All pictures of one world; each is put there once."""

    def __init__(self) -> None:
        self.rows: Table[tuple[str, str], bytes] = Table(frozen=True)

    def __len__(self) -> int:
        return len(self.rows)

    def put(self, msn: str, image_id: str, content: bytes) -> None:
        """Keep a picture."""
        self.rows[msn, image_id] = content

    def get(self, msn: str, image_id: str) -> bytes | None:
        """The picture a sales unit calls so."""
        return self.rows.get((msn, image_id))
