"""Completes what is typed after our magics, and lets nothing else mix in.

Options and their values here; calls (`%vipps`, `%%vipps`) in :mod:`vipps_nb.notebook.calls.suggestions`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, cast

from IPython.core.completer import CompletionContext, SimpleCompletion, SimpleMatcherResult, context_matcher

from vipps_nb.auth import sources as key_sources
from vipps_nb.auth.credentials import KEY_TYPES
from vipps_nb.core.environment import ENVIRONMENT_NAMES

Matcher = Callable[[CompletionContext], SimpleMatcherResult]
_PATHS = {"--dotenv", "--postman"}  # IPython completes file names by itself
_FREE = {"--as"}  # any name will do
_OURS = re.compile(r"^\s*(?:[\w.]+\s*=\s*)?(%{0,2})(\w+)(\s.*)?$", re.DOTALL)


class _NothingElse(list[SimpleCompletion]):
    """No completions, but IPython counts one.

    Only who has some may keep other matchers out.
    """

    def __len__(self) -> int:
        return 1

    def __bool__(self) -> bool:
        return False


def matcher(
    options: Mapping[str, Iterable[str]], folder: Callable[[], Path], variables: Mapping[str, Any] | None = None
) -> Matcher:
    """What IPython asks while somebody types.

    Args:
        options: By magic, the names of its options.
        folder: Where the notebook stands; profiles are looked for from there upwards.
        variables: The notebook's namespace.
    """
    values: dict[str, Callable[[], Iterable[str]]] = {
        "--env": lambda: ENVIRONMENT_NAMES,
        "--key-type": lambda: KEY_TYPES,
        "--profile": lambda: key_sources.profiles(folder()),
    }

    def match(context: CompletionContext) -> SimpleMatcherResult:
        first, _, body = context.full_text.partition("\n")
        cell = _OURS.match(first)
        if context.cursor_line and cell and cell[1] == "%%" and cell[2] == "vipps":
            return _suggested(cell[3] or "", body, context)
        line = _OURS.match(context.text_until_cursor)
        if line is None or line[3] is None or line[2] not in options:
            return SimpleMatcherResult(completions=[])
        if line[2] == "vipps":
            # Without a percent sign it is the session's name.
            return _suggested(line[3], None, context) if line[1] else SimpleMatcherResult(completions=[])
        *before, current = re.split(r"\s+", line[3].lstrip())
        last = before[-1] if before else ""
        if last in _PATHS | _FREE:
            return SimpleMatcherResult(completions=[])
        known = options[line[2]]
        wanted = values[last]() if last in values else [name for name in known if name not in before]
        # A name with a blank in it is one word between quotes.
        words = [f'"{word}"' if " " in word else word for word in wanted]
        fitting = [word for word in words if word.startswith(current) or word.startswith(f'"{current}')]
        return _result([(word, "magic") for word in fitting], current)

    def _suggested(line: str, body: str | None, context: CompletionContext) -> SimpleMatcherResult:
        # Only for those who type a call: the catalogue takes a moment to read.
        from vipps_nb.notebook.calls.suggestions import Helper  # noqa: PLC0415

        helper = Helper(list(options.get("vipps", ())), variables or {})
        if body is None:
            found = helper.on_line(line)
        else:
            above = body.split("\n")[: context.cursor_line - 1]
            offset = sum(len(one) + 1 for one in above) + context.cursor_position
            found = helper.in_body(line, body, offset)
        return _result([(one.text, one.kind) for one in found.found], found.fragment)

    # A cast, because IPython's decorators have no annotations.
    return cast("Matcher", context_matcher(priority=100, identifier="vipps_nb.notebook.completion")(match))


def _result(found: list[tuple[str, str]], fragment: str) -> SimpleMatcherResult:
    return SimpleMatcherResult(
        completions=[SimpleCompletion(text, type=kind) for text, kind in found] or _NothingElse(),
        matched_fragment=fragment,
        suppress=True,
        ordered=True,
    )
