"""The partner's price packages: made up, and the same in every world."""

from __future__ import annotations

from dataclasses import dataclass

from vipps_nb.sandbox.apis.management.schemas import PricePackage, ProductType
from vipps_nb.sandbox.world.ids import Ids
from vipps_nb.sandbox.world.organisations import SCHEMES, Market


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """One package; its price is a fee per capture."""

    package_id: str
    name: str
    basis_points: int
    product_type: ProductType
    market: Market
    visible: bool

    def answer(self) -> PricePackage:
        """The package as the API shows it."""
        return PricePackage(
            price_package_id=self.package_id,
            name=self.name,
            description=f"{self.basis_points / 100:.2f}%",
            visible_in_signup_form=self.visible,
            product_type=self.product_type,
            market=self.market,
        )


def _packages() -> list[Package]:
    ids = Ids(0, "price packages")
    kinds: list[tuple[str, int, ProductType, bool]] = [
        ("Online standard", 275, "PAYMENT_INTEGRATION", True),
        ("Online large", 225, "PAYMENT_INTEGRATION", False),
        ("POS standard", 175, "CASHIER", True),
    ]
    return [
        Package(package_id=ids.guid(), name=name, basis_points=price, product_type=kind, market=market, visible=visible)
        for market in SCHEMES
        for name, price, kind, visible in kinds
    ]


PACKAGES = _packages()


def package(package_id: str) -> Package | None:
    """The package with this id."""
    return next((one for one in PACKAGES if one.package_id == package_id), None)
