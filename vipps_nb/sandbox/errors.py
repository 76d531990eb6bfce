"""The one error the sandbox raises in Python.

Refusals on the wire live in ``refusals``.
"""

from __future__ import annotations


class SandboxError(RuntimeError):
    """The sandbox is not running, cannot start or stop, or its desk refused."""

    def _render_traceback_(self) -> list[str]:
        """Show one sentence in a notebook instead of a wall of frames.

        IPython asks for this by name.
        """
        return [f"{type(self).__name__}: {self}"]
