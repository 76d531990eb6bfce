"""A long list of things as a table with the few columns that matter.

Whoever asks for 278 agreements wants to see which, what and how they stand; the rest is in the folded answer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vipps_nb.core.bodies import size_of
from vipps_nb.core.view import View
from vipps_nb.display.drawings.drawing import Drawing, lines_of, wide
from vipps_nb.display.markup import join, tag
from vipps_nb.display.tree import NAMING, gist_of
from vipps_nb.display.values import MINOR_UNIT_FIELDS, as_json, remark
from vipps_nb.explain import Exchange

_FEWEST = 10  # things; a shorter list is read as a tree
_MOST_COLUMNS, _OF_A_KIND = 6, 2
_MOST_ROWS, _MOST_LINES = 300, 20  # as HTML, which scrolls, and as text
_LOOKED_AT = 50  # things, to choose the columns by
_LONGEST = 60  # characters of a cell
# What a column is about, told by its name. In this order they stand in the table.
_KINDS: tuple[re.Pattern[str], ...] = (
    re.compile("|".join(f"^{name}$" for name in NAMING), re.IGNORECASE),
    re.compile(r"(name|title|description|handle|phone\w*)$", re.IGNORECASE),
    re.compile(r"(status|state|type|active)$", re.IGNORECASE),
    re.compile(r"(amount|price|pricing|value|sum|fee)$", re.IGNORECASE),
    re.compile(r"(date|time|timestamp|created|start|stop|due|at|modified|updated|expires)$", re.IGNORECASE),
    re.compile(r"id$", re.IGNORECASE),
    re.compile(""),
)
_NAMED, _MONEY, _OTHER_ID = 0, 3, 5


@dataclass(frozen=True)
class _Column:
    """A field of the things.

    Attributes:
        number: Whether it stands to the right.
    """

    name: str
    number: bool

    @property
    def style(self) -> str | None:
        """Its class, if it has one."""
        return "vipps-nb-number" if self.number else None


def listing(exchange: Exchange, body: Any, view: View) -> Drawing | None:
    """A list of at least ten objects, in an object or by itself.

    None for anything else.
    """
    frame, items = _items(body) if exchange.problem is None else ("", None)
    columns = _columns(items) if items is not None else []
    if items is None or not columns:
        return None
    number = size_of(items)
    where = f'.json()["{frame}"]' if frame else ".json()"
    said = f"{number} in {where}{_beside(body, frame)}. The fields that say most; the answer below has all."
    rows = [
        (str(place), *(_cell(item, column, view) for column in columns)) for place, item in enumerate(items) if item
    ]
    head = tag("tr", tag("td"), *(tag("th", one.name, scope="col", class_=one.style) for one in columns))
    lines = [
        tag(
            "tr",
            tag("th", place, scope="row", class_="vipps-nb-number"),
            *(tag("td", cell, class_=column.style) for column, cell in zip(columns, cells, strict=True)),
        )
        for place, *cells in rows[:_MOST_ROWS]
    ]
    table = tag("table", tag("thead", head), tag("tbody", *lines), class_="vipps-nb-list")
    rest = _rest(number, len(lines), where)
    html = join(
        tag("p", said, class_="vipps-nb-remark"),
        tag("div", wide(table, f"List of {number}"), class_="vipps-nb-long"),
        tag("p", rest, class_="vipps-nb-remark") if rest else None,
    )
    shown = rows[:_MOST_LINES]
    numbers = frozenset({0, *(place for place, column in enumerate(columns, 1) if column.number)})
    text = lines_of([("", *(column.name for column in columns)), *shown], numbers=numbers)
    words = f"{number} in {where}{_beside(body, frame)}"
    return Drawing(html, "\n".join(filter(None, [words, text, _rest(number, len(shown), where)])))


def _rest(number: int, shown: int, where: str) -> str:
    return f"… {number - shown} more: {where} has them all" if number > shown else ""


def _items(body: Any) -> tuple[str, list[Mapping[str, Any]] | None]:
    """The list, and under which name it stands.

    An empty name where it is the answer itself.
    """
    if isinstance(body, list):
        return "", body if _is_long(body) else None
    if isinstance(body, Mapping):
        lists = [(str(name), value) for name, value in body.items() if isinstance(value, list) and value]
        nested = any(isinstance(value, Mapping) and value for value in body.values())
        if len(lists) == 1 and not nested and _is_long(lists[0][1]):
            return lists[0]
    return "", None


def _is_long(value: list[Any]) -> bool:
    # Of a very long one the last objects may be empty: what was in them was left out.
    return len(value) >= _FEWEST and all(isinstance(item, Mapping) for item in value) and all(value[:_FEWEST])


def _beside(body: Any, frame: str) -> str:
    """What stands beside the list, such as a cursor."""
    if not frame:
        return ""
    return "".join(f", {name} {as_json(value)[:_LONGEST]}" for name, value in body.items() if name != frame)


def _columns(items: Sequence[Mapping[str, Any]]) -> list[_Column]:
    """The fields that say most: what it is called, how it stands, how much, and when.

    A field that is the same everywhere, or is missing in most, says little.
    """
    some = items[:_LOOKED_AT]
    found: dict[int, list[_Column]] = {}
    for name in dict.fromkeys(str(name) for item in some for name in item):
        values = [item[name] for item in some if item.get(name) not in (None, "")]
        kind = next(place for place, pattern in enumerate(_KINDS) if pattern.search(name))
        amounts = kind == _MONEY and all(isinstance(value, Mapping) for value in values)
        plain = all(isinstance(value, str | int | float) for value in values)
        same = len({str(value) for value in values}) == 1 and name.lower() not in ("status", "state")
        address = any(str(value).startswith(("http://", "https://")) for value in values)
        if len(values) * 2 < len(some) or same or address or not (amounts or plain):
            continue
        counted = all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
        found.setdefault(kind, []).append(_Column(name, kind == _MONEY or counted))
    if found.get(_NAMED):
        found.pop(_OTHER_ID, None)  # a second name, for machines
    chosen = [column for kind in sorted(found) for column in found[kind][:_OF_A_KIND]][:_MOST_COLUMNS]
    return chosen if len(chosen) > 1 else []


def _cell(item: Mapping[str, Any], column: _Column, view: View) -> str:
    value = item.get(column.name)
    if isinstance(value, Mapping):
        text = gist_of(value, view) or ", ".join(str(one) for one in value.values() if isinstance(one, str | int))
    elif value is None or isinstance(value, list):
        text = ""
    else:
        plain = value if isinstance(value, str) else as_json(value)
        told = column.name.lower() in MINOR_UNIT_FIELDS or isinstance(value, str)
        text = (remark(column.name, value, item, view) if told else None) or plain
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} …"
