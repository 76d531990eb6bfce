"""Which URLs a merchant may hand in."""

from __future__ import annotations

import re

from vipps_nb.sandbox.server.urls import is_for_this_machine_alone, is_readable

# The real thing wants https and a public host; a sandbox on one's own machine must reach a receiver there.
SERVER = re.compile(
    r"(https://|http://(127\.0\.0\.1|localhost|\[::1\])(?=[:/]|$))[^\s\x00-\x20]*[^\s\x00-\x20/:]/?", re.I
)
"""A server that is called, or a page that is shown."""
# A custom scheme has two letters at least, and none that a browser would run or open from disk.
APP = re.compile(r"(?!https?:|javascript:|data:|file:|vbscript:|blob:|about:)[a-z][a-z0-9+.-]+:[^\s\x00-\x20]*", re.I)
"""A way back into an app."""


def is_server(url: str) -> bool:
    """Whether this can be called: https, or plain http on one's own machine."""
    return SERVER.fullmatch(url) is not None and is_readable(url)


def is_way_back(url: str) -> bool:
    """Whether a customer can be sent there afterwards.

    A page that they can reach, or an app.
    """
    if APP.fullmatch(url):
        return True
    return url.lower().startswith("https:") and is_server(url) and not is_for_this_machine_alone(url)
