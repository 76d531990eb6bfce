"""What this machine can do; or that it is none, but a page in a browser.

In a page (JupyterLite, Pyodide) Python has one thread and no sockets. Whoever would start a thread or a server asks
here. The widgets and the sandbox, which import nothing of ours, ask ``sys.platform`` in one place each.
"""

from __future__ import annotations

import _thread
import sys
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any


def is_a_page() -> bool:
    """Whether this is a page in a browser.

    One thread, no sockets, no folder but the page's own.
    """
    return sys.platform == "emscripten"


def in_background(work: Callable[[], None]) -> None:
    """Have some work done on a thread of its own; in a page at once.

    The caller does not wait for the thread to begin, as ``threading.Thread.start`` would: beside eight busy threads
    that is 150 ms in the median, and so 0.03 ms.
    """
    if is_a_page():
        work()
    else:
        _thread.start_new_thread(work, ())


def workers(at_once: int, name: str) -> Executor:
    """Threads that work side by side; in a page, one thing after the other.

    Args:
        at_once: How many.
        name: What they are called in a debugger.
    """
    return _OneAfterTheOther() if is_a_page() else ThreadPoolExecutor(at_once, name)


class _OneAfterTheOther(Executor):
    """Does each thing when it is submitted."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(fn(*args, **kwargs))
        except Exception as error:
            done.set_exception(error)
        return done
