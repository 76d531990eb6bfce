"""A variable's value on its way into a call.

As JSON has it, or as it stands in a text. What fits neither is named.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from numbers import Integral
from typing import Any
from uuid import UUID

from vipps_nb.core.secret import Secret

_LONGEST = 4000  # bits or digits; Python itself writes no integer of more digits than that


class UnfitError(Exception):
    """A value has no place in a call; the text says what it is and what was expected."""


def as_json(value: Any) -> Any:
    """A value as JSON has it; a copy, so that what is sent stays what it was.

    A whole ``Decimal``, ``Fraction`` or number of NumPy is an integer: amounts travel as integers.

    Raises:
        UnfitError: JSON has no word for it, or for something in it.
    """
    try:
        return _json(value)
    except RecursionError:
        raise UnfitError(f"{kind(value)} that contains itself, or is too deep. Expected something flat.") from None


def as_text(value: Any) -> str:
    """A value as it stands in a path or within a text.

    Raises:
        UnfitError: It has no place there.
    """
    plain = value.value if isinstance(value, Enum) else value
    if isinstance(plain, Decimal) and plain.is_finite() and abs(plain.adjusted()) < _LONGEST:
        return f"{plain:f}"
    plain = _scalar(plain)
    if isinstance(plain, str | UUID):
        return str(plain)
    if isinstance(plain, bool) or (isinstance(plain, float) and not math.isfinite(plain)):
        raise UnfitError(f"{_said(value)}, which has no place within a text. Expected text or a number.")
    if isinstance(plain, int | float):
        return str(plain)
    raise UnfitError(f"{kind(value)}, which has no place within a text. Expected text or a number.")


def kind(value: Any) -> str:
    """What a value is, with its article: ``a list``."""
    name = type(value).__name__
    return f"{'an' if name[0].lower() in 'aeiou' else 'a'} {name}"


def _json(value: Any) -> Any:
    if isinstance(value, Enum):
        return _json(value.value)
    if isinstance(value, Mapping):
        return {_name(key): _json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_json(item) for item in value]
    if isinstance(value, Secret):
        raise UnfitError("a list or a dict with a Secret in it. Expected the secret by itself, as ${name} in the body.")
    plain = _scalar(value)
    if isinstance(plain, UUID):
        return str(plain)
    if isinstance(plain, int | float | Decimal | Fraction) and not isinstance(plain, bool):
        return _number(plain)
    if plain is None or isinstance(plain, str | bool):
        return plain
    raise UnfitError(f"{kind(value)}, which JSON has no word for. Expected text, a number, a list or a dict.")


def _scalar(value: Any) -> Any:
    """A single value as one of Python's own; others stay what they are."""
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, date):  # a datetime is one too, and so is the NaT of pandas
        return value.isoformat() if value == value else value  # noqa: PLR0124 - only what is no date differs from itself
    if isinstance(value, bool):
        return value
    if isinstance(value, Integral):
        return int(value)
    # NumPy's numbers, and its arrays without dimensions, by what they say of themselves: b, i, u or f.
    dtype = getattr(value, "dtype", None)
    if getattr(dtype, "kind", "") in tuple("biuf") and getattr(value, "shape", None) == ():
        return value.item()
    return value


def _number(value: int | float | Decimal | Fraction) -> int | float:
    finite = (
        value.is_finite() if isinstance(value, Decimal) else isinstance(value, int | Fraction) or math.isfinite(value)
    )
    if not finite:
        raise UnfitError(f"{_said(value)}, which JSON has no word for. Expected a number.")
    long = (
        value.adjusted() if isinstance(value, Decimal) else 0 if isinstance(value, float) else int(value).bit_length()
    )
    if abs(long) > _LONGEST:
        raise UnfitError(f"{kind(value)} of thousands of digits, which no API can read. Expected a smaller one.")
    if isinstance(value, int | float):
        return value
    if value == int(value):
        return int(value)
    near = float(value)
    # A fraction travels as the digits that stand there, or not at all.
    if isinstance(value, Decimal) and Decimal(repr(near)) == value:
        return near
    raise UnfitError(f"{_said(value)}, which a number of JSON cannot hold exactly. Expected a whole number, or text.")


def _said(value: Any) -> str:
    return f"{kind(value)} with the value {value!s:.40}"


def _name(key: Any) -> str:
    plain = _scalar(key.value if isinstance(key, Enum) else key)
    if isinstance(plain, str):
        return plain
    if isinstance(plain, int) and not isinstance(plain, bool):
        return str(plain)
    raise UnfitError(f"a dict with {kind(key)} for a name. Expected text.")
