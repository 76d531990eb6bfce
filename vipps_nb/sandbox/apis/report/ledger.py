"""A ledger: its entries, its topics, its feed.

Two accounts, kept from the movements of money and the passing of days.

Source: Report API, settlement process.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from vipps_nb.sandbox.world.ids import Ids
from vipps_nb.sandbox.world.movements import Movement
from vipps_nb.sandbox.world.organisations import Market
from vipps_nb.sandbox.world.settings import Switches

ZONES: dict[Market, ZoneInfo] = {
    "NO": ZoneInfo("Europe/Oslo"),
    "DK": ZoneInfo("Europe/Copenhagen"),
    "FI": ZoneInfo("Europe/Helsinki"),
}
DAY = timedelta(days=1)
PATIENCE = timedelta(days=60)  # with a balance below zero, until it is invoiced
FIRST_PAYOUT = 2_000_001
WHOLE = 10_000  # basis points


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of an account, never changed once written.

    Amounts are minor units; ``amount`` has a sign.

    Attributes:
        movement: What it was written for; None for what the settlement itself caused.
    """

    kind: str
    amount: int
    balance_before: int
    psp_reference: str
    reference: str
    moment: datetime
    ledger_date: date
    movement: Movement | None = None

    @property
    def balance_after(self) -> int:
        """The account's balance once this line is written."""
        return self.balance_before + self.amount


@dataclass(slots=True)
class Account:
    """Lines in the order in which they were written; dates never decrease."""

    entries: list[Entry] = field(default_factory=list)

    @property
    def balance(self) -> int:
        """What the last line left."""
        return self.entries[-1].balance_after if self.entries else 0


@dataclass(slots=True, kw_only=True)
class Ledger:
    """The books of one recipient handle in one currency.

    Attributes:
        handle: Whose sales these are, such as ``api:123456``.
        closed_through: The last ledger date that a payout or top-up has closed.
    """

    ledger_id: str
    msn: str
    handle: str
    market: Market
    currency: str
    funds: Account = field(default_factory=Account)
    fees: Account = field(default_factory=Account)
    closed_through: date = date.min
    _open: date = date.min
    _read: int = 0
    _payouts: int = 0
    _below_zero_since: date | None = None

    def local_date(self, moment: datetime) -> date:
        """The day that a moment belongs to where the merchant is."""
        return moment.astimezone(ZONES[self.market]).date()

    def write_up(self, movements: Sequence[Movement], now: datetime, terms: Switches, wording: str) -> None:
        """Bring the books up to the present.

        New movements first, each on its day, then the days that have ended.

        Args:
            movements: All of the sales unit's, oldest first.
            now: The present.
            terms: The tariff and how it is settled.
            wording: How the reference of a Norwegian payout begins.
        """
        for movement in movements[self._read :]:
            if self._is_ours(movement):
                self._reach(self.local_date(movement.moment), terms, wording)
                self._enter(movement, terms)
        self._read = len(movements)
        self._reach(self.local_date(now), terms, wording)

    def with_payouts(self) -> Iterator[tuple[Entry, int | None]]:
        """The lines of the funds account, each with its payout's number.

        None where no payout covers a line yet.
        """
        number = FIRST_PAYOUT
        for entry in self.funds.entries:
            yield entry, number if number < FIRST_PAYOUT + self._payouts else None
            number += entry.kind == "payout-scheduled"

    def _is_ours(self, movement: Movement) -> bool:
        handle = movement.handle or f"api:{movement.msn}"
        return (handle, movement.currency) == (self.handle, self.currency)

    def _reach(self, day: date, terms: Switches, wording: str) -> None:
        while self._open < day:
            if self.funds.balance == self.fees.balance == 0:
                self._open = day  # nothing rolls on, so nothing can happen on the way
                return
            self._end_of_day(self._open, terms, wording)
            self._open += DAY

    def _enter(self, movement: Movement, terms: Switches) -> None:
        sign = 1 if movement.kind == "capture" else -1
        self._write(self.funds, movement.kind, sign * movement.value, movement=movement)
        if movement.kind == "capture":
            fee = (movement.value * terms.fee_basis_points + WHOLE // 2) // WHOLE
            if fee:
                self._write(self.fees, "capture-fee", -fee, movement=movement)

    def _end_of_day(self, day: date, terms: Switches, wording: str) -> None:
        month_ends = (day + DAY).day == 1
        if terms.settlement == "gross" and month_ends and self.fees.balance:
            self._write(self.fees, "fees-invoiced", -self.fees.balance, self._settlement_id())
        settles = {"daily": True, "weekly": (day + DAY).weekday() == 0, "monthly": month_ends}
        if not settles[terms.payout_frequency]:
            return
        if terms.settlement == "net" and self.fees.balance:
            fees, psp_reference = -self.fees.balance, self._settlement_id()
            self._write(self.funds, "fees-retained", -fees, psp_reference)
            self._write(self.fees, "fees-retained", fees, psp_reference)
        if self.funds.balance >= 0:
            self._below_zero_since = None
        if self.funds.balance > 0:
            self._pay_out(wording)
        elif self.funds.balance < 0:
            self._below_zero_since = self._below_zero_since or day
            if day - self._below_zero_since >= PATIENCE:
                self._write(self.funds, "top-up", -self.funds.balance, self._settlement_id())
                self.closed_through, self._below_zero_since = day, None

    def _pay_out(self, wording: str) -> None:
        number = FIRST_PAYOUT + self._payouts
        self._payouts += 1
        self._write(
            self.funds,
            "payout-scheduled",
            -self.funds.balance,
            f"{self.ledger_id}-{number}",
            self._bank_text(number, wording),
        )
        self.closed_through = self._open

    def _settlement_id(self) -> str:
        ids = Ids(0, f"settlement of {self.ledger_id} on {self._open}")
        return f"{ids.letters(11).upper()}-{ids.letters(15).upper()}"

    def _bank_text(self, payout: int, wording: str) -> str:
        recipient = self.handle.partition(":")[2]
        if self.market == "NO":
            return "" if wording == "empty" else f"{wording} {payout} Vippsnr {recipient}"
        digits = f"02{recipient:0>8}001{self._open:%d%m%y}"
        return f"{digits}{_luhn(digits)}"

    def _write(
        self,
        account: Account,
        kind: str,
        amount: int,
        psp_reference: str = "",
        reference: str = "",
        *,
        movement: Movement | None = None,
    ) -> None:
        """Add a line to the open date.

        What is no movement is written at the midnight that ends it.
        """
        midnight = datetime.combine(self._open + DAY, time(), ZONES[self.market]).astimezone(UTC)
        account.entries.append(
            Entry(
                kind=kind,
                amount=amount,
                balance_before=account.balance,
                psp_reference=movement.psp_reference if movement else psp_reference,
                reference=movement.reference if movement else reference,
                moment=movement.moment if movement else midnight,
                ledger_date=self._open,
                movement=movement,
            )
        )


def _luhn(digits: str) -> int:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value  # noqa: PLR2004 - the sum of its two digits
    return -total % 10
