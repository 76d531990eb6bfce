"""How the client keeps within the documented limits, which stand in apis.facts.

How far apart calls are, and when each of many may leave.
"""

from __future__ import annotations

from collections.abc import Iterable

from vipps_nb.apis.questions import limit_of
from vipps_nb.core.paths import path_of

MINUTE = 60.0


def seconds_per_call(method: str, url: str) -> float:
    """The seconds between two calls that stay within the limit.

    0 where none is documented.
    """
    limit = limit_of(method, url)
    return MINUTE / limit.per_minute if limit else 0.0


def pace_words(method: str, url: str) -> str:
    """The documented limit that a call keeps, in words.

    Empty where none is documented.
    """
    limit = limit_of(method, url)
    if limit is None:
        return ""
    return f"The documented limit is {limit.per_minute} a minute for {method} {limit.route.path}"


def departures(calls: Iterable[tuple[str, str]]) -> list[float]:
    """When each of many calls may leave, in seconds from now.

    No resource is asked more often than its limit.

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
