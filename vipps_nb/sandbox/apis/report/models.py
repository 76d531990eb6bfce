"""The books of one world: which ledgers there are, and how the API shows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from vipps_nb.sandbox.apis.report.ledger import Entry, Ledger
from vipps_nb.sandbox.apis.report.schemas import EntryAnswer, LedgerAnswer, LedgerUnit, SchemedId
from vipps_nb.sandbox.customer.customer import KARI, PHONE_NUMBER
from vipps_nb.sandbox.world.clock import Moment
from vipps_nb.sandbox.world.ids import Ids
from vipps_nb.sandbox.world.organisations import Market, bank_account, organisation
from vipps_nb.sandbox.world.sales_unit import SalesUnit
from vipps_nb.sandbox.world.settings import Switches
from vipps_nb.sandbox.world.tables import Rows

# A currency that is nobody's own is settled where most merchants are.
MARKETS: dict[str, Market] = {"NOK": "NO", "DKK": "DK", "EUR": "FI"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PastTerms:
    """Under which terms the books were written up to a moment.

    At that moment a switch or a setting changed.

    Attributes:
        terms: The switches of each sales unit.
        movements: How many movements of money there were for each.
        wording: How the reference of a Norwegian payout began.
    """

    moment: Moment
    terms: dict[str, Switches]
    movements: dict[str, int]
    wording: str


class Ledgers:
    """All ledgers of one world, in the order of their sales units."""

    def __init__(self) -> None:
        self.past: Rows[PastTerms] = Rows(frozen=True)
        """The terms of before, oldest first: with them and the movements, all books can be written anew."""
        self.written = False
        """Whether they have been written since the world was made or read."""
        self._by_handle: dict[tuple[str, str, str], Ledger] = {}
        self._by_id: dict[str, Ledger] = {}

    def open(self, msn: str, handle: str, currency: str) -> Ledger:
        """The ledger of a handle in a currency; a new one the first time.

        Its id is the same in every world.
        """
        name = (msn, handle, currency)
        if name not in self._by_handle:
            ids = Ids(0, f"ledger of {handle} in {currency}")
            ledger_id = ids.digits(6)
            while ledger_id in self._by_id:
                ledger_id = ids.digits(6)
            ledger = Ledger(
                ledger_id=ledger_id, msn=msn, handle=handle, market=MARKETS.get(currency, "NO"), currency=currency
            )
            self._by_handle[name] = self._by_id[ledger_id] = ledger
        return self._by_handle[name]

    def of(self, msn: str) -> list[Ledger]:
        """The ledgers of one sales unit."""
        return [ledger for ledger in self._by_handle.values() if ledger.msn == msn]


def ledger_answer(ledger: Ledger, unit: SalesUnit) -> LedgerAnswer:
    """A ledger as the list shows it."""
    account, owner = bank_account(ledger.msn, ledger.market), organisation(ledger.msn, ledger.market)
    return LedgerAnswer(
        ledger_id=ledger.ledger_id,
        currency=ledger.currency,
        payout_bank_account=SchemedId(scheme=account.scheme, id=account.id),
        owner=SchemedId(scheme=owner.scheme, id=owner.id),
        settles_for_recipient_handles=[ledger.handle],
        sales_units=[LedgerUnit(name=unit.name, recipient_handle=ledger.handle)],
    )


def entry_answer(ledger: Ledger, entry: Entry, *, personal: bool = False, former_names: bool = False) -> EntryAnswer:
    """A line as the reports show it.

    Args:
        ledger: The ledger it stands in.
        entry: The line.
        personal: Whether to say who paid; known only of what was paid to a number, never of API payments.
        former_names: Whether entry types go by the names of 2023.
    """
    movement = entry.movement
    kind = "scheduled-for-payout" if former_names and entry.kind == "payout-scheduled" else entry.kind
    who: dict[str, Any] = {}
    if personal and movement is not None and movement.handle is not None:
        phone_number = movement.phone_number or PHONE_NUMBER
        who = {
            "message": movement.message,
            "name": f"{KARI.first_name} {KARI.last_name}",
            "masked_phone_no": f"{'*' * (len(phone_number) - 4)}{phone_number[-4:]}",
        }
    return EntryAnswer(
        psp_reference=entry.psp_reference,
        time=_microseconds(entry.moment),
        ledger_date=entry.ledger_date.isoformat(),
        entry_type=kind,
        reference=entry.reference,
        currency=ledger.currency,
        amount=entry.amount,
        balance_before=entry.balance_before,
        balance_after=entry.balance_after,
        recipient_handle=ledger.handle if movement is not None else None,
        **who,
    )


def _microseconds(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
