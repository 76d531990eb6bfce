"""The one error the sandbox raises in Python; refusals on the wire live in ``refusals``."""

from __future__ import annotations


class SandboxError(RuntimeError):
    """The sandbox is not running, cannot start, would not stop, or its desk refused something."""
