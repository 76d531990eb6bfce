"""Where the time of one request went, as far as this side of the wire can see it.

The adapter has the laps of one request, the transport adds what only it sees: the opening of a connection.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass(slots=True)
class Laps:
    """The parts of one request's time, in seconds. Repetitions add up.

    Attributes:
        token: Waiting for an access token: for another request's renewal, or for one's own.
        connecting: Opening connections: name, TCP and TLS together.
        opened: How many connections were opened; 0 where an open one was used.
        seen: Whether connections can be seen at all: not through an adapter of somebody's own, nor in-process.
        waiting: From handing the request over to the answer's headers, without connecting.
        reading: Reading the answer's body.
        tries: What went wrong before, in words, with the seconds that were waited then.
    """

    token: float = 0.0
    connecting: float = 0.0
    opened: int = 0
    seen: bool = False
    waiting: float = 0.0
    reading: float = 0.0
    tries: list[tuple[str, float]] = field(default_factory=list)


running: ContextVar[Laps | None] = ContextVar("laps", default=None)
"""The laps of the request that is on the wire in this thread."""
