"""An agreement between a customer and a sales unit: its record, and the shelf it stands on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from vipps_nb.sandbox.apis.recurring.bodies import (
    Campaign,
    LegacyPricing,
    Period,
    Pricing,
    VariablePricing,
)
from vipps_nb.sandbox.apis.recurring.charge import Charge
from vipps_nb.sandbox.apis.recurring.states import AgreementStatus

TIME_TO_ACCEPT = timedelta(minutes=10)
MOST = {"NOK": 2_000_000, "DKK": 30_000_000, "EUR": 200_000}
"""The highest amounts (2026 text): 20 000.00 NOK, 300 000.00 DKK, 2 000.00 EUR."""
TIMES_THE_PRICE = 5

Actor = Literal["MERCHANT", "USER", "ADMIN"]
AgreementEventName = Literal["CREATE", "ACTIVATE", "REJECT", "EXPIRE", "UPDATE", "STOP"]


@dataclass(frozen=True, slots=True)
class AgreementEvent:
    """One line of an agreement's history. The names of its events are not documented; these follow the charges'."""

    name: AgreementEventName
    actor: Actor
    moment: datetime


@dataclass(slots=True, kw_only=True, eq=False)
class Agreement:
    """One agreement. What a merchant may update is a field of its own; amounts are integers in minor units.

    Attributes:
        token: Opens the agreement on the customer's phone.
        confirmation_url: Leads there; None when the landing page is skipped.
        max_amount: With VARIABLE pricing, what the customer picked; before they accept, what they will pick.
    """

    msn: str
    id: str
    uuid: str
    token: str
    confirmation_url: str | None
    market: Literal["NO", "DK", "FI"]
    created: datetime
    product_name: str
    product_description: str | None
    pricing: Pricing
    interval: Period | None
    campaign: Campaign | None
    scope: str | None
    merchant_redirect_url: str
    merchant_agreement_url: str | None
    external_id: str | None
    phone_number: str | None
    status: AgreementStatus = AgreementStatus.PENDING
    started: datetime | None = None
    stopped: datetime | None = None
    max_amount: int | None = None
    sub: str | None = None
    charges: list[Charge] = field(default_factory=list)
    history: list[AgreementEvent] = field(default_factory=list)

    @property
    def expires(self) -> datetime:
        """When the customer's time to accept is up."""
        return self.created + TIME_TO_ACCEPT

    @property
    def currency(self) -> str:
        """ISO 4217."""
        return self.pricing.currency

    @property
    def ceiling(self) -> int:
        """What charges may add up to in one interval (Recurring API guide, amount limits)."""
        if isinstance(self.pricing, LegacyPricing):
            return min(TIMES_THE_PRICE * self.pricing.amount, MOST[self.currency])
        if isinstance(self.pricing, VariablePricing):
            return max(self.pricing.suggested_max_amount, self.max_amount or 0)
        return MOST[self.currency]

    @property
    def initial_charge(self) -> Charge | None:
        """The charge that goes with accepting, if there is one."""
        return next((charge for charge in self.charges if charge.type == "INITIAL"), None)


class Agreements:
    """All agreements of one world; ids are unique among all sales units."""

    def __init__(self) -> None:
        self._by_id: dict[str, Agreement] = {}
        self._of: dict[str, list[Agreement]] = {}

    def __len__(self) -> int:
        return len(self._by_id)

    def store(self, agreement: Agreement) -> None:
        """Put a new agreement on the shelf."""
        self._by_id[agreement.id] = agreement
        self._of.setdefault(agreement.msn, []).append(agreement)

    def get(self, agreement_id: str) -> Agreement | None:
        """The agreement with this id, whoever's it is."""
        return self._by_id.get(agreement_id)

    def of(self, msn: str) -> list[Agreement]:
        """Those of one sales unit, oldest first."""
        return self._of.get(msn, [])
