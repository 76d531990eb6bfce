"""Who stands behind a sales unit.

Its organisation, its bank account, and the number that its donors know.

Nothing is stored. All is made from the MSN, so that it is the same in every world. The numbers pass the check digits of
their countries. Norwegian organisations start with 3, as those of the registers' synthetic test data do; real ones
start with 8 or 9. Bank accounts start with 0000, which is no bank's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from vipps_nb.sandbox.world.ids import Ids

Market = Literal["NO", "DK", "FI"]
SCHEMES: dict[Market, str] = {"NO": "business:NO:ORG", "DK": "business:DK:CVR", "FI": "business:FI:Y-tunnus"}
_WEIGHTS: dict[Market, Sequence[int]] = {
    "NO": (3, 2, 7, 6, 5, 4, 3, 2),
    "DK": (2, 7, 6, 5, 4, 3, 2),
    "FI": (7, 9, 10, 5, 8, 4, 2),
}
_ACCOUNT_WEIGHTS = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
NO_BANK = "0000"
_NO_CHECK_DIGIT = 10


@dataclass(frozen=True, slots=True)
class Identifier:
    """An id and the scheme it belongs to, such as ``business:NO:ORG``."""

    scheme: str
    id: str


def organisation(msn: str, market: Market) -> Identifier:
    """The organisation that owns a sales unit.

    Each sales unit has one of its own, as in a class of thirty.
    """
    ids = Ids(0, f"organisation of {msn} in {market}")
    number = _checked(ids, _WEIGHTS[market], first="3" if market == "NO" else "")
    return Identifier(SCHEMES[market], f"{number[:-1]}-{number[-1]}" if market == "FI" else number)


def bank_account(msn: str, market: Market) -> Identifier:
    """Where its payouts go."""
    ids = Ids(0, f"bank account of {msn} in {market}")
    number = _checked(ids, _ACCOUNT_WEIGHTS, first=NO_BANK) if market == "NO" else NO_BANK + ids.digits(10)
    return Identifier(f"BBAN:{market}", number)


def donation_handle(msn: str, market: Market) -> str:
    """The short number that donors give to, with its country, such as ``NO:12345``."""
    return f"{market}:{Ids(0, f'donations to {msn}').digits(5)}"


def _checked(ids: Ids, weights: Sequence[int], first: str) -> str:
    """Digits and their check digit, modulo 11."""
    while True:
        digits = first + ids.digits(len(weights) - len(first))
        total = sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True))
        check = -total % 11
        if check != _NO_CHECK_DIGIT:
            return f"{digits}{check}"
