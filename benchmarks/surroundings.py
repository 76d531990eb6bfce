"""The same process environment for everybody who measures.

requests looks for proxies in the process environment at each call, by going through all of it: plain requests is 20 %
slower in a shell with 35 variables than with two. Whoever measures the session beside it would measure that.
"""

from __future__ import annotations

import os
import sys

SMALL = {"PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8"}


def small() -> None:
    """Start this script anew with two variables, unless that was done."""
    if set(os.environ) - {*SMALL, "LC_CTYPE"}:  # which Python may set by itself
        os.execve(sys.executable, [sys.executable, *sys.argv], SMALL)
