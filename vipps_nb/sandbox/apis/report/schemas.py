"""The wire: what comes in and goes out, as the official document declares it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from vipps_nb.sandbox.server.json_model import JsonModel


class SchemedId(JsonModel):
    """An id and its scheme."""

    scheme: str
    id: str


class LedgerUnit(JsonModel):
    """A sales unit that a ledger settles for."""

    name: str
    recipient_handle: str


class LedgerAnswer(JsonModel):
    """A ledger, without its entries."""

    ledger_id: str
    currency: str
    payout_bank_account: SchemedId
    owner: SchemedId
    settles_for_recipient_handles: list[str]
    sales_units: list[LedgerUnit]


class LedgerList(JsonModel):
    """Ledgers; the cursor is empty when there are no more."""

    items: list[LedgerAnswer]
    cursor: str


class EntryAnswer(JsonModel):
    """One line of an account. Amounts are minor units with a sign."""

    psp_reference: str
    time: str
    ledger_date: str
    entry_type: str
    reference: str
    currency: str
    amount: int
    balance_before: int
    balance_after: int
    recipient_handle: str | None = None
    message: str | None = None
    name: str | None = None
    masked_phone_no: str | None = None


class EntryList(JsonModel):
    """A page of entries; which of the other fields it has depends on the path."""

    items: list[EntryAnswer]
    cursor: str | None = None
    has_more: bool | None = None
    try_later: bool | None = None


class Place(JsonModel):
    """What a cursor remembers: what was asked for, and how much of it was told."""

    of: str
    after: Annotated[int, Field(ge=0)] = 0
    handle: str | None = None
    first: str | None = None
    last: str | None = None
    in_payout: int | None = None
    since_payout: int | None = None
