"""Money as a person reads it."""

from __future__ import annotations

MINOR_UNITS = 100
"""Minor units in one whole unit of every currency here: øre, cents."""


def money(value: int, currency: str) -> str:
    """An amount of money in words, such as ``499.00 NOK``.

    Args:
        value: Minor units, not negative; 100 is 1.00.
        currency: Three capital letters (ISO 4217).
    """
    return f"{value // MINOR_UNITS}.{value % MINOR_UNITS:02d} {currency}"
