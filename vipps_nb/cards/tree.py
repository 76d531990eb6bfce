"""JSON as a tree that can be folded, and the same as plain text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from vipps_nb.cards.markup import Markup, join, tag
from vipps_nb.cards.values import DOTS, is_personal, is_secret, masked_person, remark

_OPEN_LEVELS = 2
_LONGEST_LIST = 200


def masked(value: Any, *, personal: bool = False, field: str = "") -> Any:
    """A copy without secrets, and without personal numbers unless they were asked for."""
    if isinstance(value, Mapping):
        return {name: masked(item, personal=personal, field=name) for name, item in value.items()}
    if isinstance(value, list):
        return [masked(item, personal=personal, field=field) for item in value]
    if is_secret(field) and value is not None:
        return DOTS
    if not personal and is_personal(field, value):
        return masked_person(value)
    return value


def as_text(value: Any) -> str:
    """The JSON, indented; keys in the order in which they came."""
    return json.dumps(value, indent=2, ensure_ascii=False)


def as_html(value: Any, depth: int = 0) -> Markup:
    """The JSON as nested lists; objects and arrays can be folded."""
    if isinstance(value, Mapping) and value:
        rows = [_row(name, item, value, depth) for name, item in value.items()]
        return tag("ul", *rows, class_="vipps-nb-tree")
    if isinstance(value, list) and value:
        rows = [_row(str(number), item, {}, depth) for number, item in enumerate(value[:_LONGEST_LIST])]
        if len(value) > _LONGEST_LIST:
            rows.append(tag("li", f"… {len(value) - _LONGEST_LIST} more"))
        return tag("ul", *rows, class_="vipps-nb-tree")
    return _leaf(value)


def _row(name: str, value: Any, owner: Mapping[str, Any], depth: int) -> Markup:
    key = tag("span", name, class_="vipps-nb-key")
    if isinstance(value, Mapping | list) and value:
        size = f"{len(value)} items" if isinstance(value, list) else _gist(value)
        # An amount says all in its summary.
        unfolded = depth < _OPEN_LEVELS and not (size and isinstance(value, Mapping))
        summary = tag("summary", key, " ", tag("span", size, class_="vipps-nb-remark"))
        return tag("li", tag("details", summary, as_html(value, depth + 1), open=unfolded))
    beside = remark(name, value, owner)
    return tag("li", key, " ", _leaf(value), beside and join(" ", tag("span", beside, class_="vipps-nb-remark")))


def _gist(value: Mapping[str, Any]) -> str:
    """What an object says in a word, if it is an amount."""
    return next((found for name, item in value.items() if (found := remark(name, item, value))), "")


def _leaf(value: Any) -> Markup:
    kind = "text" if isinstance(value, str) else "word"
    return tag("code", json.dumps(value, ensure_ascii=False), class_=f"vipps-nb-{kind}")
