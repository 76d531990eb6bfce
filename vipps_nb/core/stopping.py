"""Being told to stop: by Ctrl-C, by ``kill``, by a terminal that is closed."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")  # the last two exist on some systems only


@contextmanager
def when_told_to_stop(act: Callable[[int], None]) -> Iterator[None]:
    """Call ``act`` with the signal's number when told to stop in the block.

    A shell lets its background jobs ignore Ctrl-C; we hear it all the same, or the end of a script would leave us
    behind. `nohup` is respected: it asks to go on after the terminal is closed. Signals reach the main thread only,
    so in any other nothing changes.
    """
    before = {}
    if threading.current_thread() is threading.main_thread():
        for name in _NAMES:
            number = getattr(signal, name, None)
            if number is not None and not (name == "SIGHUP" and signal.getsignal(number) is signal.SIG_IGN):
                before[number] = signal.signal(number, lambda caught, _frame: act(caught))
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
