"""States as data.

A table of allowed moves, and one function that moves or refuses.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Generic, TypeVar

State = TypeVar("State", bound=StrEnum)


class IllegalMoveError(Exception):
    """The table has no such move.

    Pages refuse earlier and in their own words; this guards against a slip.
    """


class StateMachine(Generic[State]):
    """The moves one kind of record may make. A state without moves is final."""

    def __init__(self, moves: Mapping[State, frozenset[State]]) -> None:
        self._moves = moves

    def allows(self, present: State, following: State) -> bool:
        """Whether a record may go from ``present`` to ``following``."""
        return following in self._moves.get(present, frozenset())

    def move(self, present: State, following: State) -> State:
        """The following state.

        Raises:
            IllegalMoveError: The table does not have this move.
        """
        if not self.allows(present, following):
            raise IllegalMoveError(f"{present} -> {following}")
        return following
