"""What time does: the books are written up before anybody reads them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from vipps_nb.sandbox.apis.report.ledger import Ledger
from vipps_nb.sandbox.apis.report.models import Ledgers, PastTerms
from vipps_nb.sandbox.server.authentication import Caller
from vipps_nb.sandbox.world.movements import Movements
from vipps_nb.sandbox.world.organisations import donation_handle
from vipps_nb.sandbox.world.sales_unit import KeyType
from vipps_nb.sandbox.world.settings import Switches
from vipps_nb.sandbox.world.tables import Table
from vipps_nb.sandbox.world.world import World


def remember(world: World) -> None:
    """Bring all books up to the present.

    And remember the terms that are about to change.
    """
    write_up(world)
    now, wording = world.clock.now(), world.settings.norwegian_payout_reference
    counts = {msn: len(world.records(Movements).of(msn)) for msn in world.switches}
    # Without a movement there is nothing that terms could have made of it.
    terms = {msn: switches for msn, switches in world.switches.items() if counts[msn]}
    if terms:
        movements = {msn: counts[msn] for msn in terms}
        world.records(Ledgers).past.append(PastTerms(moment=now, terms=terms, movements=movements, wording=wording))


def write_up(world: World) -> None:
    """Bring all books up to the present, under the terms that hold now."""
    books = world.records(Ledgers)
    if not books.written:
        books.written = True
        for past in books.past.values():
            _write(world, past.moment, past.terms, past.movements, past.wording)
    _write(world, world.clock.now(), world.switches, {}, world.settings.norwegian_payout_reference)


def _write(
    world: World,
    now: datetime,
    all_terms: Mapping[str, Switches] | Table[str, Switches],
    counts: Mapping[str, int],
    wording: str,
) -> None:
    books = world.records(Ledgers)
    for msn, terms in all_terms.items():
        movements = world.records(Movements).of(msn)
        if msn in counts:
            movements = movements[: counts[msn]]
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
