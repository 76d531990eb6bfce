"""The JSON bodies and refusals of the Report API."""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from vipps_nb.sandbox.apis.report.ledger import Entry, Ledger
from vipps_nb.sandbox.customer.customer import KARI, PHONE_NUMBER
from vipps_nb.sandbox.server.problems import PROBLEM_JSON, Body, Dialect, Refusal, instance
from vipps_nb.sandbox.server.wire import Wire
from vipps_nb.sandbox.world.organisations import bank_account, organisation
from vipps_nb.sandbox.world.sales_unit import SalesUnit


class SchemedId(Wire):
    """An id and its scheme."""

    scheme: str
    id: str


class LedgerUnit(Wire):
    """A sales unit that a ledger settles for."""

    name: str
    recipient_handle: str


class LedgerAnswer(Wire):
    """A ledger, without its entries."""

    ledger_id: str
    currency: str
    payout_bank_account: SchemedId
    owner: SchemedId
    settles_for_recipient_handles: list[str]
    sales_units: list[LedgerUnit]


class LedgerList(Wire):
    """Ledgers; the cursor is empty when there are no more."""

    items: list[LedgerAnswer]
    cursor: str


class EntryAnswer(Wire):
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


class EntryList(Wire):
    """A page of entries; which of the other fields it has depends on the path."""

    items: list[EntryAnswer]
    cursor: str | None = None
    has_more: bool | None = None
    try_later: bool | None = None


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


def _say_problem(refusal: Refusal, trace_id: str) -> Body:
    content = {
        "type": f"https://httpstatuses.io/{int(refusal.status)}",
        "title": refusal.title,
        "status": int(refusal.status),
        "detail": refusal.detail or refusal.title,
        "instance": instance(trace_id),
    }
    return Body(content, PROBLEM_JSON, refusal.headers)


def _say_code(refusal: Refusal, trace_id: str) -> Body:
    reasons = "; ".join(f"{name}: {reason}" for name, reason in refusal.fields) or refusal.detail
    content = {
        "errorCode": int(refusal.code or 0),
        "errorMessage": f"{refusal.title} {reasons}".strip(),
        "contextId": instance(trace_id).removeprefix("urn:uuid:"),
    }
    return Body(content, headers=refusal.headers)


def _say_unauthorized(refusal: Refusal, trace_id: str) -> Body:
    return Body(
        {"code": "Unauthorized", "message": f"{refusal.title} {refusal.detail}".strip()}, headers=refusal.headers
    )


TEXT = {"type": "string"}
PROBLEM = Dialect(
    _say_problem,
    "ReportProblem",
    {
        "type": "object",
        "required": ["type", "title", "status", "detail", "instance"],
        "properties": {"type": TEXT, "title": TEXT, "status": {"type": "integer"}, "detail": TEXT, "instance": TEXT},
    },
    PROBLEM_JSON,
)
CODED = Dialect(
    _say_code,
    "ReportError",
    {
        "type": "object",
        "required": ["errorCode", "errorMessage", "contextId"],
        "properties": {"errorCode": {"type": "integer"}, "errorMessage": TEXT, "contextId": TEXT},
    },
)
UNAUTHORIZED = Dialect(
    _say_unauthorized,
    "ReportUnauthorized",
    {"type": "object", "required": ["code", "message"], "properties": {"code": TEXT, "message": TEXT}},
)


class CheckYourKeys(Refusal):
    """No token, a bad one, or one of keys that do not open this API."""

    status = HTTPStatus.UNAUTHORIZED
    title = "Please check your API keys."
    dialect = UNAUTHORIZED


class InvalidInput(Refusal):
    """Parameters that break a rule."""

    code, title = "10002", "Your request parameters did not validate."
    dialect = CODED


class NoSuchLedger(Refusal):
    """There is none, or it is somebody else's, which is not told apart."""

    status = HTTPStatus.NOT_FOUND
    title = "No such ledgerId"


class NotBegunYet(Refusal):
    """The ledger date lies ahead."""

    status = HTTPStatus.NOT_FOUND
    title = "The report for this date is not available yet"
