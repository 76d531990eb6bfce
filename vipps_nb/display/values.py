"""What a value in an answer means to a person: money and moments."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from vipps_nb.core.view import View

MINOR_UNIT_FIELDS = frozenset(
    {"amount", "value", "price", "maxamount", "suggestedmaxamount", "balancebefore", "balanceafter"}
    | {"captured", "refunded", "cancelled", "amountcaptured", "amountrefunded", "amountcanceled"}
    | {"totalamount", "totalamountexcludingtax", "totaltaxamount", "unitprice", "tipamount", "giftcardamount"}
)
EPOCH_FIELDS = frozenset({"expires_on", "not_before", "exp", "iat", "nbf", "auth_time"})
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?([Zz]|[+-]\d{2}:?\d{2})")
_LATEST_YEAR = 9999


def money(value: int, currency: str) -> str:
    """Minor units as money: ``499.00 NOK``, with thousands apart."""
    sign = "−" if value < 0 else ""
    whole, rest = divmod(abs(value), 100)
    return f"{sign}{whole:,}".replace(",", "\u202f") + f".{rest:02d} {currency}".rstrip()


def remark(field: str, value: Any, owner: Mapping[str, Any], view: View) -> str | None:
    """What stands beside a value; None where nothing has to be said.

    For an amount the same as money, for a moment the same in the reader's time zone.

    Args:
        field: The value's name in its object.
        value: The value.
        owner: The object, which may say in which currency an amount is.
        view: For whom.
    """
    currency = owner.get("currency")
    if whole_number(value) and field.lower() in MINOR_UNIT_FIELDS and isinstance(currency, str):
        return money(value, currency)
    epoch = field in EPOCH_FIELDS and str(value).isdigit()
    moment = moment_of_epoch(value) if epoch else moment_of(value)
    # Beside a moment in UTC the same in UTC would say nothing new.
    if moment is None or (view.still and not epoch and str(value).upper().endswith("Z")):
        return None
    return view.moment(moment)


def whole_number(value: Any) -> bool:
    """Whether a value is an integer; JSON's true and false are none."""
    return isinstance(value, int) and not isinstance(value, bool)


def moment_of(value: Any) -> datetime | None:
    """The moment that a text names, if it does."""
    if not isinstance(value, str) or not MOMENT.fullmatch(value):
        return None
    try:
        moment = datetime.fromisoformat(value.upper())
    except ValueError:
        return None
    # The first and the last day of the calendar cannot be told in every time zone.
    return moment if 1 < moment.year < _LATEST_YEAR else None


def moment_of_epoch(value: Any) -> datetime | None:
    """The moment that a number of seconds since 1970 names; None for no number.

    The number may be written as text.
    """
    try:
        return datetime.fromtimestamp(int(value), UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def as_json(value: Any) -> str:
    """A value as one line of JSON."""
    return json.dumps(value, ensure_ascii=False)
