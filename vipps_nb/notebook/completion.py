"""Completes what is typed after our magics and in a session's calls.

It lets nothing else mix in. Options, their values and what a session has are here; calls (`%vipps`, `%%vipps`,
`vipps.get(…)`) are in :mod:`vipps_nb.notebook.calls.suggestions`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Mapping
from inspect import getattr_static
from pathlib import Path
from typing import Any, cast

from IPython.core.completer import CompletionContext, SimpleCompletion, SimpleMatcherResult, context_matcher

from vipps_nb.auth import sources as key_sources
from vipps_nb.auth.credentials import KEY_TYPES
from vipps_nb.core.environment import ENVIRONMENT_NAMES
from vipps_nb.notebook.python_cursor import inside_string

Matcher = Callable[[CompletionContext], SimpleMatcherResult]
_PATHS = {"--dotenv", "--postman"}  # IPython completes file names by itself
_FREE = {"--as"}  # any name will do
# What somebody who types `vipps.` most likely looks for, then what else is ours, then requests' own.
_FIRST = ("get", "post", "put", "patch", "delete", "poll", "map", "history", "sandbox", "as_merchant", "allow_writes")
_MEMBER = re.compile(r"(?:^|[^\w.\])\"'])([A-Za-z_]\w*)\.(\w*)$")
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
        ours = line is not None and line[3] is not None and line[2] in options
        # Without a percent sign it is the session's name.
        if line is None or not ours or (line[2] == "vipps" and not line[1]):
            return in_python(context)
        if line[2] == "vipps":
            return _suggested(line[3], None, context)
        *before, current = re.split(r"\s+", line[3].lstrip())
        if line[2] == "vipps_explore" and not current.startswith("-"):
            return _explored(line[3], context)
        last = before[-1] if before else ""
        if last in _PATHS | _FREE:
            return SimpleMatcherResult(completions=[])
        known = options[line[2]]
        wanted = values[last]() if last in values else [name for name in known if name not in before]
        # A name with a blank in it is one word between quotes.
        words = [f'"{word}"' if " " in word else word for word in wanted]
        fitting = [word for word in words if word.startswith(current) or word.startswith(f'"{current}')]
        return _result([(word, "magic") for word in fitting], current)

    def in_python(context: CompletionContext) -> SimpleMatcherResult:
        """What could be typed in a call of a session, or what a session has."""
        lines = context.full_text.split("\n")
        offset = sum(len(one) + 1 for one in lines[: context.cursor_line]) + context.cursor_position
        own = _members(context.text_until_cursor, variables or {})
        if own is not None and not inside_string(context.full_text, offset):
            return _result(*own)
        if not any(f"{name}." in context.full_text for name in _sessions(variables or {})):
            return SimpleMatcherResult(completions=[])
        from vipps_nb.notebook.calls.suggestions import Helper  # noqa: PLC0415 - as in _suggested

        found = Helper((), variables or {}).in_python(context.full_text, offset)
        if found is None or not found.found:
            return SimpleMatcherResult(completions=[])
        return _result([(one.text, one.kind) for one in found.found], found.fragment)

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

    def _explored(line: str, context: CompletionContext) -> SimpleMatcherResult:
        from vipps_nb.notebook.calls.suggestions import Helper  # noqa: PLC0415 - as in _suggested

        found = Helper((), variables or {}).on_explore_line(line)
        return _result([(one.text, one.kind) for one in found.found], found.fragment)

    # A cast, because IPython's decorators have no annotations.
    return cast("Matcher", context_matcher(priority=100, identifier="vipps_nb.notebook.completion")(match))


def _sessions(variables: Mapping[str, Any]) -> list[str]:
    """The names of sessions; ``vipps`` is one before there is any."""
    found = sys.modules.get("vipps_nb.client.session")  # nobody has a session who has not imported it
    kind = found.VippsSession if found is not None else ()
    names = [name for name, value in list(variables.items()) if isinstance(value, kind) and not name.startswith("_")]
    return names if "vipps" in variables else [*names, "vipps"]


def _members(typed: str, variables: Mapping[str, Any]) -> tuple[list[tuple[str, str]], str] | None:
    """What a session has, its own before what every session of requests has.

    None for anything else, but the package's own names after the package's name. Jedi would list both by the alphabet,
    with inner parts between them.
    """
    found = _MEMBER.search(typed)
    one = variables.get(found[1]) if found is not None else None
    module = sys.modules.get("vipps_nb.client.session")  # nobody has a session who has not imported it
    is_session = module is not None and isinstance(one, module.VippsSession)
    if found is None or not (is_session or (one is not None and one is sys.modules.get("vipps_nb"))):
        return None
    begun = found[2]
    names = {name for name in dir(one) if name.startswith(begun) and (begun.startswith("_") or name[0] != "_")}
    first = [name for name in _FIRST if name in names]
    parent = type(one).__mro__[1]  # a session of requests
    theirs = {*dir(parent), *getattr(parent, "__attrs__", ())}
    rest = sorted(names.difference(first), key=lambda name: (name in theirs, name.lower()))
    ordered = [*first, *rest] if is_session else sorted(names)
    return [(name, "function" if callable(getattr_static(one, name, None)) else "property") for name in ordered], begun


def _result(found: list[tuple[str, str]], fragment: str) -> SimpleMatcherResult:
    return SimpleMatcherResult(
        completions=[SimpleCompletion(text, type=kind) for text, kind in found] or _NothingElse(),
        matched_fragment=fragment,
        suppress=True,
        ordered=True,
    )
