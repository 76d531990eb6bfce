"""Where a call's time went.

What the session has measured, and plainly what nobody knows.
"""

from __future__ import annotations

from typing import Any

from vipps_nb.client.recorder import PastCall

_LEAST = 0.0005  # seconds; less is nothing that anybody waits for
_SPLIT = "How much of the wait was the network and how much the server is not known: no API says how long it worked."
_UNMEASURED = "Only the whole was measured: the call did not go through the session's own adapter."


def times_of(call: PastCall) -> dict[str, Any]:
    """The parts of a call's time in milliseconds, and what is not known."""
    total, laps = call.seconds, call.laps
    if laps is None:
        return {"total": _ms(total), "parts": [], "unknown": [_UNMEASURED]}
    waited = sum(seconds for _, seconds in laps.tries)
    opened = f"{laps.opened} connections" if laps.opened > 1 else "a connection"
    not_opened = _LEAST if not laps.opened else 0.0
    parts = [
        ("token", "Waiting for an access token", laps.token, _LEAST, "none was needed, or it was there already"),
        ("connection", f"Opening {opened}", laps.connecting, not_opened, _no_connection(call)),
        ("server", "Network and server", laps.waiting, 0.0, ""),
        ("reading", "Reading the answer", laps.reading, 0.0, ""),
        ("retries", "Waiting before another try", waited, _LEAST, "it was not repeated"),
    ]
    known = laps.token + laps.connecting + laps.waiting + laps.reading + waited
    parts.append(("rest", "In this library, and for other threads", max(0.0, total - known), 0.0, ""))
    return {
        "total": _ms(total),
        "parts": [
            {"name": name, "words": words, "ms": _ms(seconds), "why": why if seconds < least else ""}
            for name, words, seconds, least, why in parts
        ],
        "tries": [f"{cause}; then {seconds:.1f} s were waited" for cause, seconds in laps.tries],
        "unknown": [_SPLIT, *(["Name, TCP and TLS were measured together."] if laps.opened else []), *_streamed(call)],
    }


def _no_connection(call: PastCall) -> str:
    if call.laps is not None and not call.laps.seen:
        return "it cannot be seen here: in-process, or an adapter of your own"
    return "an open one was used"


def _streamed(call: PastCall) -> list[str]:
    left = call.status is not None and call.received is None
    return ["The body was left to be streamed: how long that took is not known."] if left else []


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)
