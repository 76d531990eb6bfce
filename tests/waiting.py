"""Waiting for what happens elsewhere: on another thread, in another process, in a file."""

from __future__ import annotations

import time
from collections.abc import Callable


def eventually(condition: Callable[[], object], seconds: float = 10) -> None:
    """Return as soon as the condition holds; it must do so within so many seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"it did not happen within {seconds:g} seconds"
        time.sleep(0.005)
