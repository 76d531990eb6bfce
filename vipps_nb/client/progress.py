"""How far something has come, in one line that changes in place.

In a notebook the line is a display of its own, in a terminal it is a line of standard error; anywhere else nothing
is shown. In a notebook it ends as it began, so a lesson's output does not depend on how long something took.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any

from vipps_nb.core.configuration import setting

_AT_MOST_EVERY = 0.1  # seconds; an eye sees no more, and a front end should not get more
_NOTICED, _MINUTES = 2.0, 100.0  # seconds; from the second on they are told in minutes


class Progress:
    """One line, from ``with`` to the end of its block.

    Args:
        title: What it says before and after.
        quiet: Show nothing at all; as the setting ``quiet`` says if it is None.
    """

    def __init__(self, title: str, *, quiet: bool | None) -> None:
        self._title = title
        self._quiet = setting("quiet") if quiet is None else quiet
        self._display: Any = None
        self._announced: set[str] = set()
        self._width = 0
        self._next = 0.0

    def __enter__(self) -> Progress:
        return self

    @property
    def is_seen(self) -> bool:
        """Whether anybody sees how far it has come."""
        return not self._quiet and (_in_notebook() or sys.stderr.isatty())

    def show(self, text: str | Callable[[], str]) -> None:
        """Say how far it has come; what comes too soon after the last word is left out.

        Args:
            text: The words, or what puts them together if they are to be said.
        """
        if self._quiet or time.monotonic() < self._next:
            return
        self._next = time.monotonic() + _AT_MOST_EVERY
        self._write(f"{self._title} · {text if isinstance(text, str) else text()}")

    def announce(self, text: str) -> None:
        """Say something that stays, once, in a line of its own."""
        if self._quiet or text in self._announced:
            return
        self._announced.add(text)
        if _in_notebook():
            _display(_Line(text))
        else:
            print("\r" * bool(self._width) + text.ljust(self._width), file=sys.stderr)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._display is not None:
            self._display.update(_Line(self._title))
        elif self._width:
            print(file=sys.stderr)

    def _write(self, text: str) -> None:
        if self._display is None and _in_notebook():
            self._display = _display(_Line(self._title), display_id=True)
        if self._display is not None:
            self._display.update(_Line(text))
        elif sys.stderr.isatty():
            print("\r" + text.ljust(self._width), end="", file=sys.stderr, flush=True)
            self._width = len(text)


def duration(seconds: float) -> str:
    """How long something takes, for people."""
    return f"{seconds:.0f} s" if seconds < _MINUTES else f"{seconds / 60:.0f} min"


def time_left(seconds: float) -> str:
    """What is left of it, in words; empty where it is over before they are read."""
    return f"about {duration(seconds)} left" if seconds >= _NOTICED else ""


class _Line:
    """Text that a front end shows as it is."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text


def _display(line: _Line, **options: Any) -> Any:
    # Only a kernel gets here, and it has IPython loaded; a script never needs it.
    from IPython.display import display  # noqa: PLC0415

    return display(line, **options)


def _in_notebook() -> bool:
    shell = sys.modules.get("IPython")
    current = shell.get_ipython() if shell else None
    return hasattr(current, "kernel")
