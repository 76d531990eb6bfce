"""Merchants that a provider has signed up: their records, and their moves."""

from __future__ import annotations

from dataclasses import dataclass

from vipps_nb.sandbox.apis.legacy.psp_signup.schemas import CreateMerchantRequest, Merchant, Status
from vipps_nb.sandbox.world.clock import Moment, timestamp
from vipps_nb.sandbox.world.state_machine import StateMachine
from vipps_nb.sandbox.world.tables import Table

MOVES = StateMachine(
    {
        Status.PENDING: frozenset({Status.ACTIVE, Status.DEACTIVATED}),
        Status.ACTIVE: frozenset({Status.DEACTIVATED}),
    }
)


@dataclass(slots=True, eq=False)
class MerchantRecord:
    """One merchant, and the keys that signed it up."""

    owner: str
    msn: str
    order: CreateMerchantRequest
    created: Moment
    updated: Moment
    status: Status = Status.PENDING

    def activate(self) -> None:
        """The review is over."""
        if self.status is Status.PENDING:
            self.status = MOVES.move(self.status, Status.ACTIVE)

    def answer(self) -> Merchant:
        """The merchant as the API shows it."""
        order = self.order
        return Merchant(
            organization_number=order.organization_number,
            company_name=order.company_name,
            company_email=order.company_email,
            merchant_serial_number=self.msn,
            name=order.name,
            status=self.status,
            email=order.email,
            website=order.website,
            created_at=timestamp(self.created),
            updated_at=timestamp(self.updated),
            address=order.address,
        )


class Merchants(Table[str, MerchantRecord]):
    """All merchants that providers have signed up, by MSN."""
