"""The operations of the Report API, in the order of its guide."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal, TypeVar

from fastapi import Path, Query, Response

from vipps_nb.sandbox.apis.report.app import readable, remember
from vipps_nb.sandbox.apis.report.errors import (
    CODED,
    PROBLEM,
    UNAUTHORIZED,
    CheckYourKeys,
    InvalidInput,
    NoSuchLedger,
    NotBegunYet,
)
from vipps_nb.sandbox.apis.report.ledger import Account, Entry, Ledger
from vipps_nb.sandbox.apis.report.models import entry_answer, ledger_answer
from vipps_nb.sandbox.apis.report.schemas import EntryList, LedgerList, Place
from vipps_nb.sandbox.server.authentication import AuthPolicy, Caller
from vipps_nb.sandbox.server.field_errors import FieldError
from vipps_nb.sandbox.server.problems import Refusal
from vipps_nb.sandbox.server.routing import Page, TheCaller, TheWorld
from vipps_nb.sandbox.world.sales_unit import KeyType
from vipps_nb.sandbox.world.world import World

PAGE_SIZE = "Vipps-Feed-Page-Size"
DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
Item = TypeVar("Item")
LedgerId = Annotated[str, Path(description="From the list of ledgers.")]
Topic = Annotated[Literal["funds", "fees"], Path(description="What the merchant is owed, or what it owes.")]
LedgerDate = Annotated[str, Path(pattern=DATE, description="YYYY-MM-DD, where the merchant is.")]
Cursor = Annotated[str | None, Query(description="From the answer before.")]
Personal = Annotated[
    bool, Query(alias="includeGDPRSensitiveData", description="Say who paid, where that is known; on every page.")
]
OptionalDate = Annotated[str | None, Query(pattern=DATE)]
Payout = Annotated[str | None, Query(pattern=r"^[0-9]{1,12}$", description="The number of a payout.")]


def _explain(errors: Sequence[FieldError]) -> Refusal:
    return InvalidInput(fields=[(error.path, error.reason) for error in errors])


page = Page(
    title="Report API",
    auth=AuthPolicy(
        keys=frozenset({KeyType.MERCHANT, KeyType.ACCOUNTING, KeyType.DONATIONS}),
        msn="ignored",
        token_refused=CheckYourKeys,
    ),
    dialect=PROBLEM,
    also_says=[CODED, UNAUTHORIZED],
    in_test=False,
    explain=_explain,
    catch_up=remember,
)
router = page.router


@router.get("/settlement/v1/ledgers", response_model=LedgerList)
async def get_ledgers(
    world: TheWorld,
    caller: TheCaller,
    settles_for_recipient_handles: Annotated[
        str | None, Query(alias="settlesForRecipientHandles", description="Such as api:123456.")
    ] = None,
    cursor: Cursor = None,
) -> LedgerList:
    """Get ledgers: those that these keys may read."""
    place = _place(cursor, "ledgers") if cursor else Place(of="ledgers", handle=settles_for_recipient_handles)
    ledgers = [ledger for ledger in readable(world, caller) if place.handle in (None, ledger.handle)]
    items, after = _cut(ledgers, place.after, world)
    more = _cursor(place, after) if after < len(ledgers) else ""
    return LedgerList(items=[ledger_answer(ledger, world.unit(ledger.msn)) for ledger in items], cursor=more)


@router.get(
    "/report/v2/ledgers/{ledger_id}/{topic}/dates/{ledger_date}",
    response_model=EntryList,
    response_model_exclude_none=True,
)
async def fetch_report_by_date(  # noqa: PLR0917 - FastAPI passes by name; these are the operation's parameters
    ledger_id: LedgerId,
    topic: Topic,
    ledger_date: LedgerDate,
    response: Response,
    world: TheWorld,
    caller: TheCaller,
    cursor: Cursor = None,
    personal: Personal = False,
) -> EntryList:
    """Fetch report by date.

    All entries of one ledger date, complete once `tryLater` is false.
    """
    ledger = _find(ledger_id, world, caller)
    day = _day(ledger_date, "ledgerDate")
    if day > ledger.local_date(world.clock.now()):
        raise NotBegunYet(f"It is {ledger.local_date(world.clock.now())} where the merchant is.")
    of = f"{ledger_id}/{topic}/{day}"
    place = _place(cursor, of) if cursor else Place(of=of)
    entries = [entry for entry in _account(ledger, topic).entries if entry.ledger_date == day]
    items, after = _cut(entries, place.after, world)
    more = after < len(entries)
    response.headers[PAGE_SIZE] = str(world.settings.report_page_size)
    return EntryList(
        items=[entry_answer(ledger, entry, personal=personal) for entry in items],
        cursor=_cursor(place, after) if more else None,
        has_more=more,
        try_later=day > ledger.closed_through,
    )


@router.get("/report/v2/ledgers/{ledger_id}/{topic}/feed", response_model=EntryList, response_model_exclude_none=True)
async def fetch_report_by_feed(  # noqa: PLR0917 - FastAPI passes by name; these are the operation's parameters
    ledger_id: LedgerId,
    topic: Topic,
    response: Response,
    world: TheWorld,
    caller: TheCaller,
    cursor: Cursor = None,
    personal: Personal = False,
) -> EntryList:
    """Fetch report by feed: every entry since the cursor, oldest first.

    `tryLater` says that there are no more yet.
    """
    ledger = _find(ledger_id, world, caller)
    of = f"{ledger_id}/{topic}"
    place = _place(cursor, of) if cursor else Place(of=of)
    entries = _account(ledger, topic).entries
    items, after = _cut(entries, place.after, world)
    response.headers[PAGE_SIZE] = str(world.settings.report_page_size)
    return EntryList(
        items=[entry_answer(ledger, entry, personal=personal) for entry in items],
        cursor=_cursor(place, after),
        try_later=after == len(entries),
    )


@router.get("/report/v1/ledgertransactions", response_model=EntryList, response_model_exclude_none=True)
async def list_ledger_transactions(  # noqa: PLR0917 - FastAPI passes by name; these are the operation's parameters
    world: TheWorld,
    caller: TheCaller,
    ledger_id: Annotated[str, Query(alias="ledgerId")],
    ledger_date: Annotated[OptionalDate, Query(alias="ledgerDate")] = None,
    from_ledger_date: Annotated[OptionalDate, Query(alias="fromLedgerDate")] = None,
    to_ledger_date: Annotated[OptionalDate, Query(alias="toLedgerDate")] = None,
    in_payout: Annotated[Payout, Query(alias="inPayout")] = None,
    since_payout: Annotated[Payout, Query(alias="sincePayout")] = None,
    cursor: Cursor = None,
) -> EntryList:
    """Returns a list of transactions of the funds account.

    Deprecated; the cursor is empty after the last page.
    """
    ledger = _find(ledger_id, world, caller)
    place = Place(
        of=ledger_id,
        first=ledger_date or from_ledger_date,
        last=ledger_date or to_ledger_date,
        in_payout=None if in_payout is None else int(in_payout),
        since_payout=None if since_payout is None else int(since_payout),
    )
    place = _place(cursor, ledger_id) if cursor else place
    entries = _selected(ledger, place)
    items, after = _cut(entries, place.after, world)
    more = _cursor(place, after) if after < len(entries) else ""
    return EntryList(items=[entry_answer(ledger, entry, former_names=True) for entry in items], cursor=more)


def _find(ledger_id: str, world: World, caller: Caller) -> Ledger:
    for ledger in readable(world, caller):
        if ledger.ledger_id == ledger_id:
            return ledger
    raise NoSuchLedger("These keys may read no such ledger.")


def _account(ledger: Ledger, topic: str) -> Account:
    return ledger.funds if topic == "funds" else ledger.fees


def _selected(ledger: Ledger, asked: Place) -> list[Entry]:
    """What the old list was asked for: days, and whole payouts."""
    first = _day(asked.first or date.min.isoformat(), "fromLedgerDate")
    last = _day(asked.last or date.max.isoformat(), "toLedgerDate")
    since = asked.since_payout or 0
    return [
        entry
        for entry, payout in ledger.with_payouts()
        if first <= entry.ledger_date <= last
        and (asked.in_payout is None or asked.in_payout == payout)
        and (payout is None or payout > since)
    ]


def _day(text: str, name: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(fields=[(name, "There is no such day.")]) from error


def _cut(items: Sequence[Item], after: int, world: World) -> tuple[Sequence[Item], int]:
    """One page, and how many items have been told by then."""
    if after > len(items):
        raise InvalidInput(fields=[("cursor", "It comes from another world, before a reset.")])
    part = items[after : after + world.settings.report_page_size]
    return part, after + len(part)


def _cursor(place: Place, after: int) -> str:
    """Where the next page begins, as text that means nothing to the client."""
    return base64.urlsafe_b64encode(
        place.model_copy(update={"after": after}).model_dump_json(exclude_none=True).encode()
    ).decode()


def _place(cursor: str, of: str) -> Place:
    """Read a cursor that was given out for the same thing."""
    try:
        place = Place.model_validate_json(base64.urlsafe_b64decode(cursor.encode()))
    except ValueError as error:
        raise InvalidInput(fields=[("cursor", "It was not given out here.")]) from error
    if place.of != of:
        raise InvalidInput(fields=[("cursor", "It was given out for something else.")])
    return place
