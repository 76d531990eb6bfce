"""Where a path leads, if it is written in another case or ends with a slash.

To the same operation.

Only the fixed segments of a path may be in any case. What stands for something, such as a reference, is exact.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

OTHER_CASE = "in another case than documented"
TRAILING_SLASH = "with a slash at its end"
Goal = TypeVar("Goal")


@dataclass(slots=True)
class _Node(Generic[Goal]):
    """All paths that begin alike."""

    exact: dict[str, _Node[Goal]] = field(default_factory=dict)
    """By the next segment: what follows."""
    fixed: dict[str, list[tuple[str, _Node[Goal]]]] = field(default_factory=dict)
    """By the next segment in lower case: how it is spelled, and what follows."""
    variable: _Node[Goal] | None = None
    goals: dict[str, _End[Goal]] = field(default_factory=dict)
    """By method: what a path that ends here leads to."""


@dataclass(slots=True)
class _End(Generic[Goal]):
    """What a path and a method lead to."""

    goal: Goal
    variables: list[tuple[int, str]]
    """Which segments stand for something, and their names."""


@dataclass(slots=True)
class Found(Generic[Goal]):
    """Where a path leads.

    Attributes:
        path: As it is documented; as it was sent where it leads nowhere.
        difference: In words what was other in the one that was sent; nothing if it was the same.
        goal: What was found; None where the path leads nowhere, or not with this method.
        variables: What segments stand for, by name.
        methods: The methods that the path has.
    """

    path: str
    difference: str = ""
    goal: Goal | None = None
    variables: dict[str, str] = field(default_factory=dict)
    methods: tuple[str, ...] = ()


class PathMatcher(Generic[Goal]):
    """All paths that there are.

    Args:
        also_spelled: Paths that official material spells in another way too; those are no deviation.
    """

    def __init__(self, also_spelled: Mapping[str, str]) -> None:
        self._start: _Node[Goal] = _Node()
        self._also_spelled = also_spelled

    def match(self, method: str, path: str) -> Found[Goal]:
        """Where a path leads."""
        path = self._also_spelled.get(path, path)
        segments = path.split("/")
        end = self._directly(method, segments)
        if end is not None:
            return Found(path, "", end.goal, {name: segments[place] for place, name in end.variables})
        exact = [node for _, node in self._walk(self._start, segments, exactly=True)]
        for node in exact:
            if method in node.goals:
                return _found(method, path, "", node)
        trimmed = path[:-1] if len(path) > 1 and path.endswith("/") else path
        sent = trimmed.split("/")
        found = list(self._walk(self._start, sent, exactly=False))
        fitting = [one for one in found if method in one[1].goals] or [one for one in found if not exact]
        if not fitting:
            return Found(path, methods=_methods(exact))
        way, node = fitting[0]
        # What stands for something is not repeated: it may be somebody's number.
        shown = "/".join("..." if spelling is None else part for spelling, part in zip(way, sent, strict=True))
        spelled = "/".join(spelling or part for spelling, part in zip(way, sent, strict=True))
        differences = [OTHER_CASE] if spelled != trimmed else []
        differences += [TRAILING_SLASH] if trimmed != path else []
        return _found(method, spelled, f"{shown}{path[len(trimmed) :]} {' and '.join(differences)}", node)

    def _directly(self, method: str, segments: list[str]) -> _End[Goal] | None:
        """What is at the end of the first way that is spelled so.

        Quickly, for nearly all requests are.
        """
        node = self._start
        for segment in segments:
            following = node.exact.get(segment) or (node.variable if segment else None)
            if following is None:
                return None
            node = following
        return node.goals.get(method)

    def add(self, path: str, methods: Iterable[str], goal: Goal) -> None:
        """Take in an operation; of two with the same path and method the first one stays.

        Args:
            path: As FastAPI has it, with a name in brackets for each segment that stands for something.
            methods: Those that lead to the goal.
            goal: What is there.
        """
        node = self._start
        variables = [(place, part.strip("{}")) for place, part in enumerate(path.split("/")) if part.startswith("{")]
        for segment in path.split("/"):
            if segment.startswith("{"):
                node.variable = node.variable or _Node()
                node = node.variable
                continue
            if segment not in node.exact:
                node.exact[segment] = _Node()
                node.fixed.setdefault(segment.lower(), []).append((segment, node.exact[segment]))
            node = node.exact[segment]
        for method in methods:
            node.goals.setdefault(method, _End(goal, variables))

    def _walk(
        self, node: _Node[Goal], segments: list[str], *, exactly: bool
    ) -> Iterator[tuple[list[str | None], _Node[Goal]]]:
        """Every way that leads somewhere, fixed segments before variable ones.

        Those are None.
        """
        if not segments:
            if node.goals:
                yield [], node
            return
        segment, *rest = segments
        ways: list[tuple[str | None, _Node[Goal]]] = [
            way for way in node.fixed.get(segment.lower(), ()) if way[0] == segment or not exactly
        ]
        if segment and node.variable is not None:
            ways.append((None, node.variable))
        for spelling, way in ways:
            for following, end in self._walk(way, rest, exactly=exactly):
                yield [spelling, *following], end


def _found(method: str, path: str, difference: str, node: _Node[Goal]) -> Found[Goal]:
    end = node.goals.get(method)
    if end is None:
        return Found(path, difference, methods=_methods([node]))
    segments = path.split("/")
    return Found(path, difference, end.goal, {name: segments[place] for place, name in end.variables})


def _methods(nodes: Iterable[_Node[Goal]]) -> tuple[str, ...]:
    return tuple(sorted({method for node in nodes for method in node.goals}))
