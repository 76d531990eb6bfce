"""Money as a person reads it."""

from __future__ import annotations

from collections.abc import Container

MINOR_UNITS = 100
"""Minor units in one whole unit of every currency here: øre, cents."""


def as_test_amount(value: int, currency: str, known: Container[int]) -> str | None:
    """What is said of an amount that is documented to end badly.

    None for every other.

    Args:
        value: Minor units.
        currency: Three capital letters (ISO 4217).
        known: The amounts that are documented for what is being done.
    """
    return f"{money(value, currency)} is a documented test amount" if value in known else None


def money(value: int, currency: str) -> str:
    """An amount of money in words, such as ``499.00 NOK``.

    Args:
        value: Minor units, not negative; 100 is 1.00.
        currency: Three capital letters (ISO 4217).
    """
    return f"{value // MINOR_UNITS}.{value % MINOR_UNITS:02d} {currency}"
