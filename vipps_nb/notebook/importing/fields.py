"""What an imported cell uses to look into an answer.

As JavaScript does, so a field that is not there is no error.
"""

from __future__ import annotations

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
