"""Where a path leads, if it is written in another case or ends with a slash.

To the same operation.

Only the fixed segments of a path may be in any case. What stands for something, such as a reference, is exact.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

OTHER_CASE = "in another case than documented"
TRAILING_SLASH = "with a slash at its end"


@dataclass(slots=True)
class _Node:
    """All paths that begin alike."""

    exact: dict[str, _Node] = field(default_factory=dict)
    """By the next segment: what follows."""
    fixed: dict[str, list[tuple[str, _Node]]] = field(default_factory=dict)
    """By the next segment in lower case: how it is spelled, and what follows."""
    variable: _Node | None = None
    methods: set[str] = field(default_factory=set)
    """Of the operations whose path ends here."""


class PathMatcher:
    """All paths that there are.

    Args:
        operations: A path as FastAPI has it, and its methods.
        also_spelled: Paths that official material spells in another way too; those are no deviation.
    """

    def __init__(
        self, operations: Iterable[tuple[str, Iterable[str]]], also_spelled: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        self._start = _Node()
        self._also_spelled = also_spelled
        for path, methods in operations:
            self._add(path, methods)

    def match(self, method: str, path: str) -> tuple[str, str]:
        """The documented path, and in words what was other in the one that was sent.

        None if there is no other.
        """
        path = self._also_spelled.get(path, path)
        if method in self._directly(path):
            return path, ""
        exact = [end for _, end in self._walk(self._start, path.split("/"), exactly=True)]
        if any(method in end.methods for end in exact):
            return path, ""
        trimmed = path[:-1] if len(path) > 1 and path.endswith("/") else path
        sent = trimmed.split("/")
        found = list(self._walk(self._start, sent, exactly=False))
        fitting = [way for way, end in found if method in end.methods] or [way for way, _ in found if not exact]
        if not fitting:
            return path, ""
        # What stands for something is not repeated: it may be somebody's number.
        shown = "/".join("..." if spelling is None else part for spelling, part in zip(fitting[0], sent, strict=True))
        spelled = "/".join(spelling or part for spelling, part in zip(fitting[0], sent, strict=True))
        differences = [OTHER_CASE] if spelled != trimmed else []
        differences += [TRAILING_SLASH] if trimmed != path else []
        return spelled, f"{shown}{path[len(trimmed) :]} {' and '.join(differences)}"

    def _directly(self, path: str) -> set[str]:
        """The methods at the end of the first way that is spelled so.

        Quickly, for nearly all requests are.
        """
        node = self._start
        for segment in path.split("/"):
            following = node.exact.get(segment) or (node.variable if segment else None)
            if following is None:
                return set()
            node = following
        return node.methods

    def _add(self, path: str, methods: Iterable[str]) -> None:
        node = self._start
        for segment in path.split("/"):
            if segment.startswith("{"):
                node.variable = node.variable or _Node()
                node = node.variable
                continue
            if segment not in node.exact:
                node.exact[segment] = _Node()
                node.fixed.setdefault(segment.lower(), []).append((segment, node.exact[segment]))
            node = node.exact[segment]
        node.methods.update(methods)

    def _walk(self, node: _Node, segments: list[str], *, exactly: bool) -> Iterator[tuple[list[str | None], _Node]]:
        """Every way that leads somewhere, fixed segments before variable ones.

        Those are None.
        """
        if not segments:
            if node.methods:
                yield [], node
            return
        segment, *rest = segments
        ways: list[tuple[str | None, _Node]] = [
            way for way in node.fixed.get(segment.lower(), ()) if way[0] == segment or not exactly
        ]
        if segment and node.variable is not None:
            ways.append((None, node.variable))
        for spelling, way in ways:
            for following, end in self._walk(way, rest, exactly=exactly):
                yield [spelling, *following], end
