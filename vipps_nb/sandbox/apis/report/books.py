"""The books of one world: which ledgers there are, and who may read them."""

from __future__ import annotations

from vipps_nb.sandbox.apis.report.ledger import Ledger
from vipps_nb.sandbox.server.authentication import Caller
from vipps_nb.sandbox.world.ids import Ids
from vipps_nb.sandbox.world.movements import Movements
from vipps_nb.sandbox.world.organisations import Market, donation_handle
from vipps_nb.sandbox.world.sales_unit import KeyType
from vipps_nb.sandbox.world.settings import Switches
from vipps_nb.sandbox.world.world import World

# A currency that is nobody's own is settled where most merchants are.
MARKETS: dict[str, Market] = {"NOK": "NO", "DKK": "DK", "EUR": "FI"}


class Ledgers:
    """All ledgers of one world, in the order of their sales units."""

    def __init__(self) -> None:
        self._by_handle: dict[tuple[str, str, str], Ledger] = {}
        self._by_id: dict[str, Ledger] = {}

    def open(self, msn: str, handle: str, currency: str) -> Ledger:
        """The ledger of a handle in a currency; a new one the first time. Its id is the same in every world."""
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


def write_up(world: World) -> None:
    """Bring all books up to the present, under the terms that hold now."""
    books = world.room(Ledgers)
    now, wording = world.clock.now(), world.settings.norwegian_payout_reference
    for msn, terms in world.switches.items():
        movements = world.room(Movements).of(msn)
        books.open(msn, f"api:{msn}", terms.currency)
        if terms.donations_allowed:
            books.open(msn, donation_handle(msn, terms.market), terms.currency)
        for handle, currency in dict.fromkeys((one.handle or f"api:{msn}", one.currency) for one in movements):
            books.open(msn, handle, currency)
        for ledger in books.of(msn):
            ledger.write_up(movements, now, terms, wording)


def readable(world: World, caller: Caller) -> list[Ledger]:
    """The ledgers that a caller may read, written up."""
    write_up(world)
    return [
        ledger
        for msn, terms in world.switches.items()
        for ledger in world.room(Ledgers).of(msn)
        if (ledger.funds.entries or _is_in_use(ledger, terms)) and _may_read(caller, ledger, world)
    ]


def _is_in_use(ledger: Ledger, terms: Switches) -> bool:
    """Whether the sales unit's next sale can be booked there; a switch may have changed its market."""
    return ledger.currency == terms.currency and (ledger.handle == f"api:{ledger.msn}" or terms.donations_allowed)


def _may_read(caller: Caller, ledger: Ledger, world: World) -> bool:
    keys = caller.keys
    if keys is None:
        return False
    if keys.key_type is KeyType.ACCOUNTING:
        return world.switches[ledger.msn].accounting_partner_has_access
    is_own = ledger.handle == f"api:{ledger.msn}"
    if keys.key_type is KeyType.DONATIONS:
        # Donations keys are those of an organisation; here it is the one behind the first sales unit.
        return not is_own and ledger.msn == next(iter(world.keys.units))
    return is_own and ledger.msn == keys.merchant_serial_number
