"""What time does: the books are written up before anybody reads them."""

from __future__ import annotations

from vipps_nb.sandbox.apis.report.ledger import Ledger
from vipps_nb.sandbox.apis.report.models import Ledgers
from vipps_nb.sandbox.server.authentication import Caller
from vipps_nb.sandbox.world.movements import Movements
from vipps_nb.sandbox.world.organisations import donation_handle
from vipps_nb.sandbox.world.sales_unit import KeyType
from vipps_nb.sandbox.world.settings import Switches
from vipps_nb.sandbox.world.world import World


def write_up(world: World) -> None:
    """Bring all books up to the present, under the terms that hold now."""
    books = world.records(Ledgers)
    now, wording = world.clock.now(), world.settings.norwegian_payout_reference
    for msn, terms in world.switches.items():
        movements = world.records(Movements).of(msn)
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
        for ledger in world.records(Ledgers).of(msn)
        if (ledger.funds.entries or _is_in_use(ledger, terms)) and _may_read(caller, ledger, world)
    ]


def _is_in_use(ledger: Ledger, terms: Switches) -> bool:
    """Whether the sales unit's next sale can be booked there.

    A switch may have changed its market.
    """
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
