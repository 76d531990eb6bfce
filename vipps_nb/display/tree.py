"""JSON as a tree that can be folded, and the same as plain text.

Long ones are cut, and say so.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from vipps_nb.core.bodies import CutText, LeftOut, size_of
from vipps_nb.core.view import View
from vipps_nb.display.markup import Markup, join, tag
from vipps_nb.display.values import as_json, remark

_OPEN_LEVELS = 2
_OPEN_SIZE = 24  # entries; a longer list or object starts folded, unless it is all there is
_LONG_LIST, _LONGEST_LIST = 10, 100
_MOST_ROWS = 1000
_LONGEST_LEAF, _LONGEST_NAME = 600, 200
_LINES = 60
NAMING = ("reference", "orderId", "agreementId", "chargeId", "externalId", "msn", "name", "id")
"""What people call a thing by, the surest first."""


class _Pen:
    """For whom it is drawn, and how many rows may still be."""

    def __init__(self, view: View, left: int) -> None:
        self.view = view
        self.left = left

    def take(self) -> bool:
        self.left -= 1
        return self.left >= 0


def as_text(value: Any) -> str:
    """The JSON, indented, and nothing else: it can be sent."""
    return json.dumps(value, indent=2, ensure_ascii=False)


def with_remarks(value: Any, view: View) -> str:
    """The JSON as text for people.

    Amounts and moments have their meaning beside them, long ones are cut.
    """
    lines: list[str] = []
    for line in _lines(value, view, {}, "", ""):
        if len(lines) == _LINES:
            lines.append("… the rest is not shown: .json() has it all")
            break
        lines.append(line)
    return "\n".join(lines)


def _lines(value: Any, view: View, owner: Mapping[str, Any], name: str, before: str) -> Iterator[str]:
    depth = (len(before) - len(before.lstrip())) * " "
    inner = depth + "  "
    if isinstance(value, Mapping) and value:
        yield before + "{"
        for number, (key, item) in enumerate(value.items(), 1):
            end = "" if number == size_of(value) else ","
            yield from _ended(_lines(item, view, value, str(key), f"{inner}{as_json(_name(str(key)))}: "), end)
        if size_of(value) > len(value):
            yield f"{inner}… {size_of(value) - len(value)} more"
        yield depth + "}"
    elif isinstance(value, list) and value:
        yield before + "["
        for number, item in enumerate(value[:_LONGEST_LIST], 1):
            end = "" if number == size_of(value) else ","
            yield from _ended(_lines(item, view, {}, name, inner), end)
        if (more := _more(value)) > 0:
            yield f"{inner}… {more} more"
        yield depth + "]"
    else:
        beside = remark(name, value, owner, view)
        yield before + _leaf_text(value) + (f"\0{beside}" if beside else "")


def _ended(lines: Iterator[str], end: str) -> Iterator[str]:
    """Lines of which the last one gets its comma.

    The remark that stood behind it follows.
    """
    held: str | None = None
    for line in lines:
        if held is not None:
            yield held
        held = line
    words, _, beside = (held or "").partition("\0")
    yield words + end + (f"   ← {beside}" if beside else "")


def as_html(value: Any, view: View) -> Markup:
    """The JSON as nested lists; objects and arrays can be folded."""
    pen = _Pen(view, _MOST_ROWS)
    drawn = _html(value, pen, 0)
    if pen.left >= 0:
        return drawn
    return join(drawn, tag("p", "… the rest is not shown: .json() has it all", class_="vipps-nb-remark"))


def _html(value: Any, pen: _Pen, depth: int) -> Markup:
    """An object or a list as rows.

    Those of a long list start folded, and name what they are about.
    """
    if isinstance(value, Mapping) and value:
        drawn = [_row(str(name), item, value, pen, depth) for name, item in value.items() if pen.take()]
        if (more := size_of(value) - len(value)) > 0:
            drawn.append(tag("li", f"… {more} more", class_="vipps-nb-remark"))
        return tag("ul", *drawn, class_="vipps-nb-tree")
    if isinstance(value, list) and value:
        items = enumerate(value[:_LONGEST_LIST])
        long = size_of(value) > _LONG_LIST
        drawn = [_row(str(number), item, {}, pen, depth, folded=long) for number, item in items if pen.take()]
        if (more := _more(value)) > 0:
            drawn.append(tag("li", f"… {more} more", class_="vipps-nb-remark"))
        return tag("ul", *drawn, class_="vipps-nb-tree")
    return _leaf(value)


def _row(name: str, value: Any, owner: Mapping[str, Any], pen: _Pen, depth: int, *, folded: bool = False) -> Markup:
    key = tag("span", _name(name), class_="vipps-nb-key")
    if isinstance(value, Mapping | list) and value:
        gist = f"{size_of(value)} {'item' if size_of(value) == 1 else 'items'}" if isinstance(value, list) else ""
        gist = gist or gist_of(value, pen.view)
        # An amount says all in its summary.
        says_all = bool(gist) and isinstance(value, Mapping)
        gist = gist or (_called(value) if folded else "")
        unfolded = depth < _OPEN_LEVELS and len(value) <= _OPEN_SIZE and not says_all and not folded
        summary = tag("summary", key, " ", tag("span", gist, class_="vipps-nb-remark") if gist else None)
        return tag("li", tag("details", summary, _html(value, pen, depth + 1), open=unfolded))
    beside = remark(name, value, owner, pen.view)
    return tag("li", key, " ", _leaf(value), beside and join(" ", tag("span", beside, class_="vipps-nb-remark")))


def _called(value: Any) -> str:
    """What an object in a list goes by.

    Empty where that cannot be told.
    """
    found = (value.get(name) for name in NAMING) if isinstance(value, Mapping) else iter(())
    return next((str(one)[:_LONGEST_NAME] for one in found if isinstance(one, str | int)), "")


def gist_of(value: Any, view: View) -> str:
    """What an object says in a word, if it is an amount."""
    currency = isinstance(value.get("currency"), str)
    found = (remark(name, item, value, view) for name, item in value.items() if currency)
    return next((beside for beside in found if beside), "")


def _leaf(value: Any) -> Markup:
    kind = "text" if isinstance(value, str) else "word"
    return tag("code", _leaf_text(value), class_=f"vipps-nb-{kind}")


def _leaf_text(value: Any) -> str:
    if isinstance(value, LeftOut):
        return str(value)
    if isinstance(value, str) and len(value) > _LONGEST_LEAF:
        whole = value.whole if isinstance(value, CutText) else len(value)
        return f"{as_json(value[:_LONGEST_LEAF])} … ({whole} characters)"
    return as_json(value)


def _name(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}…"


def _more(value: list[Any]) -> int:
    """How many entries of a list are not shown."""
    return size_of(value) - min(len(value), _LONGEST_LIST)
