"""Letting time pass: real time, or that of a sandbox whose clock is held.

While a sandbox's clock is held nothing falls due however long one waits, so it is moved on by as much instead.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vipps_nb.client.progress import Progress
    from vipps_nb.client.sandbox_gate import Sandbox

HELD = "The sandbox's clock is held, so it is advanced instead of waiting."


class Waiting:
    """Waits, and knows how long it has waited altogether.

    Args:
        sandbox: The desk of the session's sandbox, if it has one.
        progress: Where a held clock is said aloud.
    """

    def __init__(self, sandbox: Sandbox | None, progress: Progress) -> None:
        self._sandbox = sandbox
        self._progress = progress
        self._advanced = 0.0
        self._began = time.monotonic()

    @property
    def elapsed(self) -> float:
        """Seconds since the beginning, those by which a held clock was advanced included."""
        return self._advanced + time.monotonic() - self._began

    @property
    def held(self) -> bool:
        """Whether it is a sandbox's held clock that is advanced instead of waiting."""
        return self._sandbox is not None and self._sandbox.clock()["held"]

    def wait(self, seconds: float, saying: Callable[[], str] | None = None) -> None:
        """Let so much time pass.

        Args:
            seconds: How much.
            saying: What the progress says meanwhile, each second anew.
        """
        if self._sandbox is not None and self.held:
            self._progress.announce(HELD)
            self._sandbox.advance(seconds)
            self._advanced += seconds
            return
        end = time.monotonic() + seconds
        while saying is not None and self._progress.is_seen and (left := end - time.monotonic()) > 1:
            self._progress.show(saying())
            time.sleep(min(1.0, left))
        if (left := end - time.monotonic()) > 0:
            time.sleep(left)
