"""Rate limits, per minute of the world's clock. Off by default.

Counted per resource and caller.
"""

from __future__ import annotations

import hashlib
from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Literal

from vipps_nb.sandbox.server.problems import TooManyRequests

MOST_BUCKETS = 10_000


@dataclass(frozen=True)
class RateLimit:
    """So many calls in a window.

    Attributes:
        calls: How many are let through.
        resource: The path parameter, or else the body field, or else the header, that names what is counted. Calls
            without it share one bucket, so a misspelled ``reference`` soon meets 429; empty, they are counted all
            together.
        counted_with: What it is counted together with.
    """

    calls: int
    resource: str
    counted_with: Literal["merchant_serial_number", "subscription_key"]
    window: timedelta = timedelta(minutes=1)


class RateCounter:
    """The calls of the last minute, per bucket."""

    def __init__(self) -> None:
        self._calls: dict[bytes, deque[datetime]] = {}

    def admit(self, limit: RateLimit, bucket: tuple[str, ...], now: datetime) -> None:
        """Count a call.

        Raises:
            TooManyRequests: The bucket is full; ``Retry-After`` says when its oldest call is forgotten.
        """
        # By its hash, for whoever calls chooses the words, and how many; the bucket that was used last stands last.
        key = hashlib.sha256(repr(bucket).encode()).digest()
        calls = self._calls[key] = self._calls.pop(key, deque())
        if len(self._calls) > MOST_BUCKETS:
            del self._calls[next(iter(self._calls))]
        while calls and now - calls[0] >= limit.window:
            calls.popleft()
        if len(calls) >= limit.calls:
            seconds = max(1, ceil((calls[0] + limit.window - now).total_seconds()))
            raise TooManyRequests(
                f"Rate limit is exceeded. Try again in {seconds} seconds.", headers={"Retry-After": str(seconds)}
            )
        calls.append(now)
