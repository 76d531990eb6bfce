"""What an imported cell uses to look into an answer.

As JavaScript does, so a field that is not there is no error.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

import requests


def field(of: Any, *way: str | int, otherwise: Any = None) -> Any:
    """What stands in an answer, step by step.

    Args:
        of: An answer, whose JSON is meant; or something out of one.
        way: Names of fields and places in lists: ``field(answer, "charges", 0, "id")``.
        otherwise: What to give back when a step leads nowhere, or the answer is no JSON.
    """
    if isinstance(of, requests.Response):
        try:
            of = of.json()
        except ValueError:
            return otherwise
    for step in way:
        if isinstance(of, Mapping):
            if step not in of:
                return otherwise
            of = of[step]
        elif isinstance(of, list | str) and isinstance(step, int) and -len(of) <= step < len(of):
            of = of[step]
        else:
            return otherwise
    return otherwise if of is None else of


_NUMBER = re.compile(r"\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")


def number(of: Any, *, leading: bool = False) -> int | float:
    """A value as the number that JavaScript would make of it.

    Args:
        of: A text, a number, a truth value, or nothing. Variables from a file are texts.
        leading: Whether a number at the beginning of a text is enough, as for ``parseInt`` and ``parseFloat``.

    Returns:
        An ``int`` where it is whole, as JavaScript shows it; ``nan`` where it is no number.
    """
    if isinstance(of, str):
        found = _NUMBER.match(of) if leading else _NUMBER.fullmatch(of.rstrip())
        if found is None:
            return 0 if not of.strip() and not leading else math.nan
        text = found[0].strip()
        if text.lstrip("+-").isdigit():
            return int(text)
        of = float(text)
    if isinstance(of, int):
        return int(of)
    if isinstance(of, float):
        return int(of) if of.is_integer() else of
    return math.nan
