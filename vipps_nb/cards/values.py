"""What a value in an answer means to a person: money, moments, and what is better not shown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

DOTS = "••••••••"
SECRET_FIELDS = frozenset(
    {"access_token", "id_token", "refresh_token", "secret", "client_secret"}
    | {"callbackauthorizationtoken", "makepaymenttoken"}
)
PERSONAL_FIELDS = frozenset(
    {"phonenumber", "phone_number", "mobilenumber", "usermobilenumber", "msisdn"}
    | {"nin", "nationalidentitynumber", "ssn"}
)
MINOR_UNIT_FIELDS = frozenset(
    {"amount", "value", "price", "maxamount", "suggestedmaxamount", "balancebefore", "balanceafter"}
    | {"captured", "refunded", "cancelled", "amountcaptured", "amountrefunded", "amountcanceled"}
)
EPOCH_FIELDS = frozenset({"expires_on", "not_before", "exp", "iat", "nbf", "auth_time"})
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?([Zz]|[+-]\d{2}:?\d{2})")
_EIGHT_DIGITS, _SHOWN = 8, 2


def money(value: int, currency: str) -> str:
    """Minor units as money: ``499.00 NOK``, with thousands apart."""
    sign = "−" if value < 0 else ""
    whole, rest = divmod(abs(value), 100)
    return f"{sign}{whole:,}".replace(",", "\u202f") + f".{rest:02d} {currency}"


def is_secret(field: str) -> bool:
    """Whether a field's value opens doors."""
    return field.lower() in SECRET_FIELDS


def masked_person(value: Any) -> str:
    """A phone or identity number of which only the end is shown, enough to tell two apart."""
    text = str(value)
    return "•" * max(0, len(text) - _SHOWN) + text[-_SHOWN:] if len(text) >= _EIGHT_DIGITS else DOTS


def is_personal(field: str, value: Any) -> bool:
    """Whether a field names a person by a number."""
    return field.lower() in PERSONAL_FIELDS and isinstance(value, str | int) and not isinstance(value, bool)


def remark(field: str, value: Any, owner: Mapping[str, Any]) -> str | None:
    """What stands beside a value: an amount as money, a moment in the reader's time zone.

    Args:
        field: The value's name in its object.
        value: The value.
        owner: The object, which may say in which currency an amount is.
    """
    currency = owner.get("currency")
    counts = isinstance(value, int) and not isinstance(value, bool) and field.lower() in MINOR_UNIT_FIELDS
    if counts and isinstance(currency, str):
        return money(value, currency)
    if field in EPOCH_FIELDS and str(value).isdigit():
        return here(datetime.fromtimestamp(int(value), UTC))
    moment = moment_of(value)
    return here(moment) if moment is not None else None


def moment_of(value: Any) -> datetime | None:
    """The moment that a text names, if it does."""
    if not isinstance(value, str) or not MOMENT.fullmatch(value):
        return None
    try:
        return datetime.fromisoformat(value.upper())
    except ValueError:
        return None


def here(moment: datetime) -> str:
    """A moment in the time zone of the machine that the notebook runs on."""
    local = moment.astimezone()
    return local.strftime("%-d %b %Y, %H:%M:%S ") + (local.tzname() or "")
