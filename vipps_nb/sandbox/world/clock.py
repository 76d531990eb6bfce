"""The world's clock: runs with real time, can be held, moved and advanced.

Every deadline asks here.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, NamedTuple

from pydantic import AfterValidator

from vipps_nb.sandbox.world.tables import Table

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)
MARGIN = timedelta(days=20 * 366)  # what may lie before and behind: terms run for years


def _in_time(moment: datetime) -> datetime:
    if moment.tzinfo is None or not EARLIEST - MARGIN <= moment < LATEST + MARGIN:
        raise ValueError("a moment has a zone, and lies in the years this world knows")
    return moment.astimezone(UTC)


Moment = Annotated[datetime, AfterValidator(_in_time)]
"""A moment in a record: held against the years this world knows when it is read from a file."""


class Due(NamedTuple):
    """Something that happens at a moment."""

    moment: datetime
    action: Callable[[], None]


class Clock:
    """Time in one world.

    Whatever falls due happens in ``settle``, in order, each at its own moment.
    """

    def __init__(self) -> None:
        self._offset = timedelta(0)
        self._held_at: datetime | None = None
        self._acting_at: datetime | None = None
        self.dues: Table[int, Due] = Table(frozen=True)
        """What is to come, by number; equal moments keep the order in which they were set."""
        self.set_so_far = 0
        """The number of the next one."""
        self._deadlines: list[tuple[datetime, int]] = []
        self.moves = 0
        """How often somebody has moved, held or released it."""

    @property
    def held(self) -> bool:
        """Whether time stands still until somebody moves it."""
        return self._held_at is not None

    def now(self) -> datetime:
        """The moment it is; while a deadline acts, the moment that deadline fell due."""
        if self._acting_at is not None:
            return self._acting_at
        return self._held_at or datetime.now(UTC) + self._offset

    def at(self, moment: datetime, action: Callable[[], None]) -> None:
        """Have ``action`` done once the clock has reached ``moment``."""
        self.put(self.set_so_far, Due(moment, action))

    def put(self, number: int, due: Due) -> None:
        """Have something done, under a number that it had before."""
        self.dues[number] = due
        self.set_so_far = max(self.set_so_far, number + 1)
        heapq.heappush(self._deadlines, (due.moment, number))

    def set(self, *, now: datetime | None = None, held: bool | None = None) -> None:
        """Move, hold or release the clock; released, it runs on from where it stood.

        Raises:
            ValueError: The moment lies outside the years this world knows.
        """
        moment = now or self.now()
        check(moment)
        hold = self.held if held is None else held
        self.moves += 1
        self._held_at = moment if hold else None
        self._offset = moment - datetime.now(UTC)
        self.settle()

    @property
    def position(self) -> tuple[datetime | None, timedelta]:
        """Where it is held, and how far it is from the real time when it runs."""
        return self._held_at, self._offset

    def resume(self, held_at: datetime | None, offset: timedelta) -> None:
        """Go on from a position.

        Time that has passed meanwhile has passed here too, unless it is held.
        """
        self._held_at, self._offset = held_at, offset

    def advance(self, by: timedelta) -> None:
        """Move time forward; everything that falls due in between happens."""
        self.set(now=self.now() + by)

    @property
    def next_deadline(self) -> datetime | None:
        """When the next thing falls due; None when nothing will."""
        return self._deadlines[0][0] if self._deadlines else None

    def step(self) -> None:
        """Move to the next deadline, hold there, and do the one thing that is due."""
        due = self._deadlines[0][0]
        self.moves += 1
        self._held_at = max(due, self.now())  # what is overdue does not take time back
        self._happen()

    def settle(self) -> None:
        """Let happen what has fallen due. Called before every look at the world."""
        reached = self.now()
        while self._deadlines and self._deadlines[0][0] <= reached:
            self._happen()

    def _happen(self) -> None:
        due, number = heapq.heappop(self._deadlines)
        coming = self.dues.pop(number)
        self._acting_at = due
        try:
            if coming is not None:
                coming.action()
        finally:
            self._acting_at = None


def check(moment: datetime) -> None:
    """Make sure that the clock can be put there.

    Raises:
        ValueError: The moment lies outside the years this world knows.
    """
    if not EARLIEST <= moment < LATEST:
        raise ValueError(f"The clock goes from {EARLIEST.year} to {LATEST.year}.")


def timestamp(moment: datetime) -> str:
    """ISO 8601 in UTC with milliseconds, as the APIs write it."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
