"""The body of a request or an answer, read without harm.

Reading never fails, and takes nothing away from a stream. Whatever a stranger sends, what comes out is small enough to
be walked through by anybody: not deeper than 64 levels, not more than 15,000 values, not longer than a book. Where
something was left out, it says so.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    import requests

LARGEST = 4 << 20  # bytes; nobody reads more, and parsing it would take its time
DEEPEST, MOST, LONGEST = 64, 15_000, 256 << 10  # levels, values, characters of all texts together
_LONGEST_TEXT = 64 << 10  # characters of a body that is text
_LEAST = 1000  # characters that stay of a text, however many others there are


class Cut:
    """What was left out of a list or an object.

    Attributes:
        whole: How many entries it had.
    """

    whole: int


class CutList(list[Any], Cut):
    """A list that is part of something from which something was left out."""


class CutObject(dict[str, Any], Cut):
    """An object that is part of something from which something was left out."""


class LeftOut(str):
    """Words that stand where something was left out."""

    __slots__ = ()


def body_of(response: requests.Response) -> bytes | None:
    """The body, if it was read already.

    Reading it here would take it away from whoever streams it.
    """
    content = getattr(response, "_content", None)
    return content if isinstance(content, bytes) else None


def parsed(body: Any, *, form: bool = False) -> Any:
    """The content of a body: JSON, a form where one may be, or its text.

    None where there is nothing to read. Of what is large or deep a part, see :func:`outline`; of a long text its
    beginning.
    """
    if not isinstance(body, str | bytes) or not body:
        return None
    if len(body) > LARGEST:
        return as_text(body[: 4 * _LONGEST_TEXT])[:_LONGEST_TEXT]
    text = as_text(body)
    try:
        return outline(json.loads(text))
    except (ValueError, RecursionError):
        pass
    pairs = _form(text) if form and "{" not in text and "<" not in text else {}
    return outline(pairs) if pairs else text[:_LONGEST_TEXT]


def as_text(body: str | bytes) -> str:
    """A body as text; a byte that is none is marked."""
    return body.decode("utf-8", "replace") if isinstance(body, bytes) else body


def _form(text: str) -> dict[str, str]:
    try:
        return dict(parse_qsl(text, max_num_fields=MOST))
    except ValueError:  # more fields than anybody has
        return {}


def is_whole(value: Any) -> bool:
    """Whether nothing was left out of it."""
    return not isinstance(value, Cut)


def size_of(value: list[Any] | Mapping[str, Any]) -> int:
    """How many entries a list or an object has, or had."""
    return value.whole if isinstance(value, Cut) else len(value)


def outline(value: Any) -> Any:
    """JSON that can be walked through.

    The same where it is of a usual size, otherwise its upper levels. Nothing below here calls itself, however deep the
    JSON is.
    """
    if not isinstance(value, dict | list) or _is_usual(value):
        return value
    left, letters = MOST, LONGEST
    top: CutList | CutObject = _emptied(value)
    waiting: deque[tuple[Any, CutList | CutObject, int]] = deque([(value, top, 1)])
    while waiting and left > 0:  # level by level, so that what is left out lies deep
        source, copy, level = waiting.popleft()
        kept = cast("Iterable[tuple[Any, Any]]", source.items() if isinstance(source, dict) else enumerate(source))
        for name, item in kept:
            if left <= 0:
                break
            left -= 1
            if isinstance(item, dict | list) and item:
                if level == DEEPEST:
                    drawn: Any = LeftOut("… and so on: deeper than 64 levels")
                else:
                    drawn = _emptied(item)
                    waiting.append((item, drawn, level + 1))
            elif isinstance(item, str):
                drawn = item if len(item) <= max(letters, _LEAST) else CutText.of(item, max(letters, _LEAST))
                letters -= len(drawn)
            else:
                drawn = item
            if isinstance(copy, list):
                copy.append(drawn)
            else:
                copy[name[:_LEAST]] = drawn
                letters -= len(name)
    return top


class CutText(str):
    """The beginning of a text.

    Attributes:
        whole: How many characters it had.
    """

    whole: int

    @classmethod
    def of(cls, text: str, length: int) -> CutText:
        """The beginning of a text."""
        cut = cls(text[:length])
        cut.whole = len(text)
        return cut


def cut_like(original: Any, copy: Any) -> Any:
    """A changed copy that says, as the original does, what was left out of it."""
    if isinstance(original, CutText):
        made: Any = CutText(copy)
    elif isinstance(original, Cut):
        made = CutObject(copy) if isinstance(copy, dict) else CutList(copy)
    else:
        return copy
    made.whole = original.whole
    return made


def _emptied(value: dict[str, Any] | list[Any]) -> CutList | CutObject:
    empty: CutList | CutObject = CutObject() if isinstance(value, dict) else CutList()
    empty.whole = len(value)
    return empty


def _is_usual(value: dict[str, Any] | list[Any]) -> bool:
    """Whether it is neither deep nor large."""
    level: list[Any] = [value]
    count = letters = 0
    for _ in range(DEEPEST):
        below: list[Any] = []
        for each in level:
            count += len(each)
            if count > MOST:
                return False
            if isinstance(each, dict):
                letters += sum(map(len, each))
                items: Iterable[Any] = each.values()
            else:
                items = each
            for item in items:
                if isinstance(item, str):
                    letters += len(item)
                elif isinstance(item, dict | list) and item:
                    below.append(item)
        if letters > LONGEST:
            return False
        if not below:
            return True
        level = below
    return False


def size(count: int) -> str:
    """A number of bytes for people."""
    for unit, step in (("MiB", 1 << 20), ("KiB", 1 << 10)):
        if count >= step:
            return f"{count / step:.1f} {unit}"
    return f"{count} B"
