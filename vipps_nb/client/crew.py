"""Threads that carry out many errands.

Each takes the next one by itself, so that nobody is woken for each. A future for each call, and somebody who waits
until there is room for the next, cost more than the call.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Generic, TypeVar

from vipps_nb.core import machine

Task = TypeVar("Task")


class Crew(Generic[Task]):
    """Threads, from ``with`` to the end of its block.

    In a page of a browser, where there are none, who gives a task carries it out.

    Args:
        carry_out: What each does with a task; it raises nothing.
        number: How many there are.
    """

    def __init__(self, carry_out: Callable[[Task], None], number: int) -> None:
        self._carry_out = carry_out
        self._tasks: SimpleQueue[Task | None] = SimpleQueue()
        self._alone = machine.is_a_page()
        self._threads = [
            threading.Thread(target=self._work, name=f"vipps-nb-map_{place}", daemon=True)
            for place in range(0 if self._alone else number)
        ]

    def give(self, task: Task) -> None:
        """Have a task carried out; the first to be given is the first to be begun."""
        if self._alone:
            self._carry_out(task)
        else:
            self._tasks.put(task)

    def __enter__(self) -> Crew[Task]:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wait for what was begun; what was not, is left."""
        if kind is not None:
            self.drop()
        for _ in self._threads:
            self._tasks.put(None)
        for thread in self._threads:
            if thread.ident is not None:
                thread.join()

    def drop(self) -> None:
        """Leave what nobody has begun."""
        try:
            while True:
                self._tasks.get_nowait()
        except Empty:
            pass

    def _work(self) -> None:
        while (task := self._tasks.get()) is not None:
            self._carry_out(task)
