"""The one door in the wall between client and sandbox.

Whoever goes through imports this late: it costs an import.
"""

from __future__ import annotations

from vipps_nb.sandbox import Sandbox, SandboxError

__all__ = ["Sandbox", "SandboxError"]
