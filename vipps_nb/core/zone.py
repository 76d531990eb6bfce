"""In which time zone a moment is told: one rule for all that shows one.

The setting ``zone`` says it. Where nobody has set it, it is this machine's, and UTC where what is shown is stored and
compared. A moment is always told with its zone.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from vipps_nb.core.configuration import setting

Change = tuple[int, int, str]
"""From when on (milliseconds since the epoch), minutes east of Greenwich, and what the zone is called then."""

_BEFORE, _AFTER = 3, 6  # years that a page is told of; a sandbox's clock can be moved, but seldom further
_WEEK = timedelta(days=7)
_MINUTE = timedelta(minutes=1)


def zone(*, still: bool = False) -> tzinfo | None:
    """The zone in which moments are told now; None is this machine's.

    Args:
        still: Whether nothing may be shown that differs from machine to machine.

    Raises:
        ConfigurationError: The setting ``zone`` cannot be meant.
    """
    name = setting("zone")
    return ZoneInfo(name) if name else UTC if still else None


def moment_told(moment: datetime, *, still: bool = False) -> str:
    """Such as "1 Jul 2026, 22:30:00 CEST".

    Raises:
        ConfigurationError: As :func:`zone`.
    """
    return moment_in(moment, zone(still=still))


def moment_in(moment: datetime, place: tzinfo | None) -> str:
    """The same in a zone that was looked up before, for whoever tells many."""
    local = moment.astimezone(place)
    return f"{local.day} {local:%b %Y}, {time_in(local, place)}"


def time_told(moment: datetime, *, still: bool = False) -> str:
    """Such as "22:30:00 CEST".

    Raises:
        ConfigurationError: As :func:`zone`.
    """
    return time_in(moment, zone(still=still))


def time_in(moment: datetime, place: tzinfo | None) -> str:
    """The same in a zone that was looked up before."""
    local = moment.astimezone(place)
    name = local.tzname() or ""
    # A page of a browser has no names of zones, and calls UTC an offset from itself.
    name = "UTC" if name in ("UTC-0000", "UTC+0000") else name
    return f"{local:%H:%M:%S} {name}".rstrip()


def zone_for_page(*, still: bool = False) -> list[list[int | str]]:
    """The same zone for a page, which tells moments by itself.

    Its changes, oldest first.

    A browser has another machine's zone, and other names for zones.

    Raises:
        ConfigurationError: As :func:`zone`.
    """
    return [list(change) for change in _changes(zone(still=still), datetime.now(UTC).year)]


@lru_cache(maxsize=4)
def _changes(place: tzinfo | None, year: int) -> tuple[Change, ...]:
    return tuple(_found(place, datetime(year - _BEFORE, 1, 1, tzinfo=UTC), datetime(year + _AFTER, 1, 1, tzinfo=UTC)))


def _found(place: tzinfo | None, first: datetime, last: datetime) -> Iterator[Change]:
    def at(moment: datetime) -> tuple[int, str]:
        local = moment.astimezone(place)
        return round((local.utcoffset() or timedelta()) / _MINUTE), local.tzname() or ""

    now, known = first, at(first)
    yield (round(first.timestamp() * 1000), *known)
    while now < last:
        then = now + _WEEK
        if at(then) != known:
            before, after = now, then
            while after - before > _MINUTE:
                middle = before + (after - before) // _MINUTE // 2 * _MINUTE
                before, after = (middle, after) if at(middle) == known else (before, middle)
            known = at(after)
            yield (round(after.timestamp() * 1000), *known)
        now = then
