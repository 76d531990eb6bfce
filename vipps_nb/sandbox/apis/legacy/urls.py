"""Which URLs a merchant may hand in."""

from __future__ import annotations

import re

# The real thing wants https and a public host; a sandbox on one's own machine must reach a receiver there.
SERVER = re.compile(
    r"(https://|http://(127\.0\.0\.1|localhost|\[::1\])(?=[:/]|$))[^\s\x00-\x20]*[^\s\x00-\x20/:]/?", re.I
)
"""A server that is called, or a page that is shown."""
# A custom scheme has two letters at least, and none that a browser would run or open from disk.
APP = re.compile(r"(?!https?:|javascript:|data:|file:|vbscript:|blob:|about:)[a-z][a-z0-9+.-]+:[^\s\x00-\x20]*", re.I)
"""A way back into an app."""
