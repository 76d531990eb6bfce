"""What differs between two bodies, field by field.

The order of an object's fields says nothing in JSON, so it is no difference. That of a list does; an entry that came in
between or went away is one difference, and not one for each entry behind it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

_LONGEST_LIST = 1000  # entries that are held against each other; longer lists are compared place by place

Kind = Literal["added", "removed", "changed"]


class Nothing:
    """Stands where one of two bodies has no such field; JSON's null is a value."""

    def __repr__(self) -> str:
        return "NOTHING"


NOTHING = Nothing()


@dataclass(frozen=True)
class Difference:
    """One field in which two bodies differ.

    Attributes:
        path: A JSON pointer, such as ``/amount/value``; empty for the body as a whole. An entry of a list has its place
            in the second body, or in the first where the second has none.
        before: Its value in the first body, or ``NOTHING``.
        after: Its value in the second body, or ``NOTHING``.
    """

    path: str
    before: Any
    after: Any

    @property
    def kind(self) -> Kind:
        """Whether the second body has a field more, less, or another value in it."""
        if self.before is NOTHING:
            return "added"
        return "removed" if self.after is NOTHING else "changed"

    @property
    def field(self) -> str:
        """The nearest name of a field; empty for the body as a whole."""
        names = [one for one in self.path.split("/") if one and not one.isdigit()]
        return names[-1].replace("~1", "/").replace("~0", "~") if names else ""


def differences(before: Any, after: Any, path: str = "") -> list[Difference]:
    """All differences between two bodies, in the order of the first one's fields.

    Args:
        before: What ``json.loads`` gives, or ``NOTHING``.
        after: The same of the other one.
        path: Where both stand.
    """
    return list(_differences(before, after, path))


def _differences(before: Any, after: Any, path: str) -> Iterator[Difference]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        names = [*before, *(name for name in after if name not in before)]
        for name in names:
            step = str(name).replace("~", "~0").replace("/", "~1")
            yield from _differences(before.get(name, NOTHING), after.get(name, NOTHING), f"{path}/{step}")
    elif isinstance(before, list) and isinstance(after, list):
        yield from _of_lists(before, after, path)
    elif not _same(before, after):
        yield Difference(path, before, after)


def _of_lists(before: list[Any], after: list[Any], path: str) -> Iterator[Difference]:
    for left, right in _pairs(before, after):
        old = NOTHING if left is None else before[left]
        new = NOTHING if right is None else after[right]
        yield from _differences(old, new, f"{path}/{left if right is None else right}")


def _pairs(before: list[Any], after: list[Any]) -> Iterator[tuple[int | None, int | None]]:
    """Which entry of one list goes with which of the other."""
    if max(len(before), len(after)) > _LONGEST_LIST:
        blocks: list[tuple[int, int, int, int]] = [(0, len(before), 0, len(after))]
    else:
        texts = ([_canonical(one) for one in before], [_canonical(one) for one in after])
        found = SequenceMatcher(None, *texts, autojunk=False).get_opcodes()
        blocks = [(first, last, start, stop) for what, first, last, start, stop in found if what != "equal"]
    for first, last, start, stop in blocks:
        both = min(last - first, stop - start)
        yield from ((first + place, start + place) for place in range(both))
        yield from ((place, None) for place in range(first + both, last))
        yield from ((None, place) for place in range(start + both, stop))


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)


def _same(before: Any, after: Any) -> bool:
    """Whether two values are the same in JSON: there true is not 1, and 1.0 is 1."""
    return isinstance(before, bool) == isinstance(after, bool) and bool(before == after)
