"""How often the APIs may be asked: the documented limits, as data ("Rate limiting" of each guide).

Whoever asks more often gets 429. The numbers are per minute and per resource, which is the path itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from vipps_nb.core.paths import path_of

MINUTE = 60.0


@dataclass(frozen=True)
class Limit:
    """So many calls a minute for each path that fits, by any of the methods."""

    methods: frozenset[str]
    path: re.Pattern[str]
    per_minute: int


def _limit(methods: str, path: str, per_minute: int) -> Limit:
    return Limit(frozenset(methods.split()), re.compile(path, re.IGNORECASE), per_minute)


# In the guides' order. A create call is counted per reference, which is in the body and new each time: no limit here.
LIMITS = (
    _limit("POST", r"/epayment/v1/payments/[^/]+/(capture|cancel|refund)", 5),
    _limit("GET", r"/epayment/v1/payments/[^/]+(/events)?", 120),
    _limit("POST", r"/recurring/v3/agreements", 300),
    _limit("GET", r"/recurring/v3/agreements", 5),
    _limit("GET", r"/recurring/v3/agreements/[^/]+", 120),
    _limit("PATCH", r"/recurring/v3/agreements/[^/]+", 5),
    _limit("GET", r"/recurring/v3/agreements/[^/]+/charges(/[^/]+)?", 10),
    _limit("GET", r"/recurring/v3/charges/[^/]+", 100),
    _limit("POST DELETE", r"/recurring/v3/agreements/[^/]+/charges/[^/]+(/[a-z]+)?", 5),
)


def limit_of(method: str, url: str) -> Limit | None:
    """The documented limit for a call, if there is one."""
    path = path_of(url)
    return next((limit for limit in LIMITS if method.upper() in limit.methods and limit.path.fullmatch(path)), None)


def seconds_per_call(method: str, url: str) -> float:
    """How far apart calls must be to stay within the limit; 0 where none is documented."""
    limit = limit_of(method, url)
    return MINUTE / limit.per_minute if limit else 0.0


def departures(calls: Iterable[tuple[str, str]]) -> list[float]:
    """When each of many calls may leave, in seconds from now, so that no resource is asked more than its limit.

    Args:
        calls: Method and path of each.
    """
    counts: dict[tuple[str, str], int] = {}
    moments = []
    for method, url in calls:
        limit = limit_of(method, url)
        if limit is None:
            moments.append(0.0)
            continue
        # One resource, however its path is spelled; two ids that differ in case alone are only asked more slowly.
        key = (method, path_of(url).lower())
        earlier = counts.get(key, 0)
        counts[key] = earlier + 1
        moments.append(earlier // limit.per_minute * MINUTE)
    return moments
