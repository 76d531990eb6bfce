"""Gifts and monthly agreements: their records, and how the API shows them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from vipps_nb.sandbox.apis.donations.schemas import (
    AgreementAnswer,
    Amount,
    Donor,
    DonorAddress,
    Payer,
    PaymentAnswer,
    Schedule,
)
from vipps_nb.sandbox.customer.customer import KARI, PHONE_NUMBER
from vipps_nb.sandbox.world.clock import Moment
from vipps_nb.sandbox.world.tables import Rows, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Donation:
    """One gift.

    Attributes:
        reference: What the donation link said about a campaign.
        transaction_reference: What the ledger calls it.
    """

    msn: str
    handle: str
    value: int
    currency: str
    psp_reference: str
    transaction_reference: str
    moment: Moment
    reference: str | None = None
    message: str | None = None
    agreement_id: str | None = None


@dataclass(slots=True, kw_only=True, eq=False)
class Agreement:
    """A monthly gift.

    ``edition`` grows with each change of day, so that an outdated deadline knows itself.
    """

    agreement_id: str
    msn: str
    handle: str
    value: int
    currency: str
    withdrawal_day: int
    started: Moment
    reference: str | None = None
    stopped: Moment | None = None
    edition: int = 0


class Donations:
    """All gifts and agreements of one world, oldest first."""

    def __init__(self) -> None:
        self.given: Rows[Donation] = Rows(frozen=True)
        self.rows: Table[str, Agreement] = Table()

    def __iter__(self) -> Iterator[Agreement]:
        return iter(self.rows.values())

    @property
    def gifts(self) -> Collection[Donation]:
        """All gifts."""
        return self.given.values()

    def store(self, agreement: Agreement) -> None:
        """A new one."""
        self.rows[agreement.agreement_id] = agreement

    def get(self, agreement_id: str) -> Agreement | None:
        """The one with this id."""
        return self.rows.get(agreement_id)


def payments(gifts: Collection[Donation], first: datetime, last: datetime, size: int) -> list[Donation]:
    """Gifts of a period, oldest first, as many as fit into one answer.

    The next question begins with the last moment of this answer. So gifts of one moment are never torn apart, and an
    answer that is not the last one reaches a second moment at least, whatever its size: else there were no way on.
    """
    found = sorted((gift for gift in gifts if first <= gift.moment <= last), key=lambda gift: gift.moment)
    if len(found) <= size:
        return found
    second = next((gift.moment for gift in found if gift.moment > found[0].moment), found[0].moment)
    border = max(found[size - 1].moment, second)
    return [gift for gift in found if gift.moment <= border]


def _exactly(moment: datetime) -> str:
    """With microseconds: the next question is asked with this text."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def payment_answer(gift: Donation, *, personal: bool) -> PaymentAnswer:
    """A gift as the reports show it; what donors have written is personal."""
    return PaymentAnswer(
        external_reference=gift.reference,
        agreement_id=gift.agreement_id,
        payer=Payer(name=f"{KARI.first_name} {KARI.last_name}", phone_number=PHONE_NUMBER),
        captured_at=_exactly(gift.moment),
        psp_reference=gift.psp_reference,
        transaction_reference=gift.transaction_reference,
        recipient_handle=gift.handle,
        amount=str(gift.value),
        currency=gift.currency,
        message=gift.message if personal else None,
    )


def agreement_answer(agreement: Agreement) -> AgreementAnswer:
    """An agreement as the API shows it."""
    return AgreementAnswer(
        id=agreement.agreement_id,
        recipient_handle=agreement.handle,
        started_at=_exactly(agreement.started),
        schedule=Schedule(withdrawal_day=agreement.withdrawal_day),
        amount=Amount(currency=agreement.currency, value=agreement.value),
        payer=Donor(
            first_name=KARI.first_name,
            last_name=KARI.last_name,
            phone_number=PHONE_NUMBER,
            address=DonorAddress(
                country=KARI.country, region=KARI.city, postal_code=KARI.post_code, address_line1=KARI.address_line_1
            ),
            email=KARI.email,
            email_verified=True,
        ),
    )
