"""What somebody probably meant who misspelled one of a few words."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

_ALIKE = 0.6  # of 1; below, a proposal is a guess that confuses


def did_you_mean(word: str, known: Iterable[str], *, before: str = "") -> str:
    """A question to end a message with; empty where nothing is near.

    It begins with a blank.

    Args:
        word: What was written.
        known: What could have been meant.
        before: What stands before the proposal in what is typed, such as ``--env``.
    """
    by_lower = {one.lower(): one for one in known}
    near = difflib.get_close_matches(word.lower(), by_lower, 1, _ALIKE)
    if not near:
        return ""
    return f" Did you mean {before}{' ' if before else ''}{by_lower[near[0]]}?"
