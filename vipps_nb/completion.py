"""Completes the options of our magics and their values, and nothing else beside them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import cast

from IPython.core.completer import CompletionContext, SimpleCompletion, SimpleMatcherResult, context_matcher

from vipps_nb import key_sources
from vipps_nb.credentials import KEY_TYPES
from vipps_nb.environment import ENVIRONMENT_NAMES

Matcher = Callable[[CompletionContext], SimpleMatcherResult]
_PATHS = {"--dotenv", "--postman"}  # IPython completes file names by itself
_FREE = {"--as"}  # any name will do


def matcher(options: Mapping[str, Iterable[str]], folder: Callable[[], Path]) -> Matcher:
    """What IPython asks while somebody types.

    Args:
        options: By magic, the names of its options.
        folder: Where the notebook stands; profiles are looked for from there upwards.
    """
    values: dict[str, Callable[[], Iterable[str]]] = {
        "--env": lambda: ENVIRONMENT_NAMES,
        "--key-type": lambda: KEY_TYPES,
        "--profile": lambda: key_sources.profiles(folder()),
    }

    def match(context: CompletionContext) -> SimpleMatcherResult:
        magic, *words = re.split(r"\s+", _before_the_cursor(context).lstrip())
        known = options.get(magic.lstrip("%"))
        if known is None or not words:
            return SimpleMatcherResult(completions=[])
        *before, current = words
        last = before[-1] if before else ""
        if last in _PATHS | _FREE:
            return SimpleMatcherResult(completions=[])
        wanted = values[last]() if last in values else [name for name in known if name not in before]
        return SimpleMatcherResult(
            completions=[SimpleCompletion(word, type="magic") for word in wanted if word.startswith(current)],
            matched_fragment=current,
            suppress=True,
        )

    # A cast, because IPython's decorators have no annotations.
    return cast("Matcher", context_matcher(priority=100, identifier="vipps_nb.completion")(match))


def _before_the_cursor(context: CompletionContext) -> str:
    return context.full_text[: context.cursor_position].rpartition("\n")[2]
