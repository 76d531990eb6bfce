"""When charges are processed: the hours of each market, in its own time.

Source: Recurring API guide, charge times.

NO at 09:00 and 17:00; DK and FI at 03:00, and again at 13:00, 18:00, 20:00, 22:00 and 23:00. On the days of
``retryDays`` the same hours apply (assumed). The real thing promises no hour.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ZONES = {"NO": "Europe/Oslo", "DK": "Europe/Copenhagen", "FI": "Europe/Helsinki"}
HOURS = {"NO": (9, 17), "DK": (3, 13, 18, 20, 22, 23), "FI": (3, 13, 18, 20, 22, 23)}
VISIBLE_FOR = timedelta(days=30)
"""How long before its day a charge is DUE; until then it is PENDING."""


def today(market: str, now: datetime) -> date:
    """Which day it is in a market."""
    return now.astimezone(ZoneInfo(ZONES[market])).date()


def at(market: str, day: date, hour: int = 0) -> datetime:
    """An hour of a day in a market, in UTC."""
    return datetime.combine(day, time(hour), ZoneInfo(ZONES[market])).astimezone(UTC)


def next_attempt(market: str, due: date, retry_days: int, after: datetime) -> datetime | None:
    """The first processing hour after a moment; None when there is no more.

    From the due day to the last retry day.
    """
    for number in range(retry_days + 1):
        for hour in HOURS[market]:
            moment = at(market, due + timedelta(days=number), hour)
            if moment > after:
                return moment
    return None
