"""A body as a flat list of its values, from which the browser draws a tree.

Each value is written by the kernel, so that a number that JavaScript cannot hold is still copied as it came.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vipps_nb.core.bodies import LeftOut, size_of
from vipps_nb.core.view import View
from vipps_nb.display.values import as_json, remark

Node = list[Any]
"""Depth, name (None for the body as a whole, a number in a list), kind, text, and what it means or None.

Kinds: ``object`` and ``array``, whose text is how many entries they have; ``text``, ``word`` (a number, true, null),
and ``cut`` for words about what was left out.
"""


def nodes_of(value: Any, view: View) -> list[Node]:
    """All values, each before those that are in it.

    Args:
        value: What :func:`~vipps_nb.core.bodies.parsed` gives, masked.
        view: For whom.
    """
    return list(_nodes(value, None, {}, 0, view))


def _nodes(value: Any, name: str | int | None, owner: Mapping[str, Any], depth: int, view: View) -> Iterator[Node]:
    if isinstance(value, Mapping):
        yield [depth, name, "object", str(size_of(value)), _gist(value, view)]
        for key, item in value.items():
            yield from _nodes(item, str(key), value, depth + 1, view)
    elif isinstance(value, list):
        yield [depth, name, "array", str(size_of(value)), None]
        for place, item in enumerate(value):
            yield from _nodes(item, place, {}, depth + 1, view)
    elif isinstance(value, LeftOut):
        yield [depth, name, "cut", str(value), None]
    else:
        kind = "text" if isinstance(value, str) else "word"
        yield [depth, name, kind, as_json(value), remark(str(name or ""), value, owner, view)]
        return
    if isinstance(value, Mapping | list) and (more := size_of(value) - len(value)) > 0:
        yield [depth + 1, None, "cut", f"… {more} more", None]


def _gist(value: Mapping[str, Any], view: View) -> str | None:
    """What an amount says, beside the folded object."""
    if not isinstance(value.get("currency"), str):
        return None
    found = (remark(str(name), item, value, view) for name, item in value.items())
    return next((words for words in found if words), None)
