"""Bytes that should be JSON, read with care.

What Python's reader lets through and JSON does not have is refused.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from typing import Any, NoReturn

from vipps_nb.sandbox.server.leniency import printable

DEEPEST = 100  # levels; more than any document has, and few enough for whoever walks through it
MOST_ENTRIES = 10_000  # of one list; the longest that has a meaning is Recurring's batch of 2000 charges
MOST_DIGITS = 600  # below the least that Python can be told to make a number of
_GZIP = b"\x1f\x8b"
_INFINITE = (math.inf, -math.inf)
_ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


class Digits(str):
    """A whole number with more digits than Python makes a number of: its digits."""

    __slots__ = ()


class Decimals(float):
    """A number with a fraction or an exponent, and how it was written."""

    __slots__ = ("text",)

    text: str


class _UnreadableError(ValueError):
    """The reason, as a sentence."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a body says.

    Attributes:
        content: None for an empty body, and for one that cannot be read.
        trouble: Why it cannot be read.
    """

    content: Any = None
    trouble: str | None = None


def read(body: bytes) -> Reading:
    """Read a body."""
    if not body:
        return Reading()
    try:
        return Reading(_content(body))
    except _UnreadableError as error:
        return Reading(trouble=str(error))


def _content(body: bytes) -> Any:
    if body.startswith(_GZIP):
        raise _UnreadableError("The body is compressed with gzip; no document has that, so send it as it is.")
    try:
        text = body.decode(json.detect_encoding(body))
    except UnicodeDecodeError as error:
        raise _UnreadableError(f"The body is not UTF-8: byte {error.start + 1} cannot be read.") from None
    try:
        content = _READER.decode(text)
    except json.JSONDecodeError as error:
        raise _UnreadableError(
            f"The body is not valid JSON: it cannot be read from line {error.lineno}, column {error.colno} on."
        ) from None
    except RecursionError:
        raise _too_deep() from None
    if text.count("[") + text.count("{") > DEEPEST and _depth(content) > DEEPEST:
        raise _too_deep()
    if text.count(",") >= MOST_ENTRIES:
        _refuse_long_lists(content)
    if _ESCAPED_SURROGATE.search(text):
        _refuse_lone_surrogates(content, "")
    return content


def _too_deep() -> _UnreadableError:
    return _UnreadableError(f"The body is nested more than {DEEPEST} levels deep.")


def _whole(digits: str) -> int | Digits:
    return int(digits) if len(digits) <= MOST_DIGITS else Digits(digits)


def _decimals(text: str) -> Decimals:
    number = Decimals(text)
    if number in _INFINITE:
        raise _UnreadableError(f"The number {printable(text)} in the body is larger than any that can be read.")
    number.text = text
    return number


def _no_number(name: str) -> NoReturn:
    raise _UnreadableError(f"The body is not valid JSON: {name} is no JSON value.")


_READER = json.JSONDecoder(parse_int=_whole, parse_float=_decimals, parse_constant=_no_number)


def _depth(content: Any) -> int:
    """How deep it is, or how deep at least where that is too deep."""
    depth, level = 0, [content]
    while depth <= DEEPEST:
        containers = [one.values() if isinstance(one, dict) else one for one in level if isinstance(one, dict | list)]
        if not containers:
            break
        depth += 1
        level = [item for items in containers for item in items]
    return depth


def _refuse_long_lists(content: Any) -> None:
    """Refuse what is too deep or too long to be looked through.

    A mistake in each of a million entries is a million mistakes to find, and to tell of.
    """
    level = [content]
    while level:
        containers = [one.values() if isinstance(one, dict) else one for one in level if isinstance(one, dict | list)]
        for one in containers:
            if isinstance(one, list) and len(one) > MOST_ENTRIES:
                raise _UnreadableError(f"A list in the body has {len(one)} entries; at most {MOST_ENTRIES} are read.")
        level = [item for items in containers for item in items]


def _refuse_lone_surrogates(value: Any, path: str) -> None:
    if isinstance(value, str):
        if _LONE_SURROGATE.search(value):
            place = path or "body"
            raise _UnreadableError(f"The text at {place} has half of a character in it (a lone surrogate).")
    elif isinstance(value, list):
        for number, item in enumerate(value):
            _refuse_lone_surrogates(item, _below(path, str(number)))
    elif isinstance(value, dict):
        for name, item in value.items():
            _refuse_lone_surrogates(name, _below(path, printable(name)))
            _refuse_lone_surrogates(item, _below(path, printable(name)))


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
