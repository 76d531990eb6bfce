"""Recurring: an agreement by its terms and its life, charges on a calendar."""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from vipps_nb.core.view import View
from vipps_nb.display.drawings.drawing import Drawing, facts, lines_of, wide
from vipps_nb.display.markup import Markup, join, tag
from vipps_nb.display.values import moment_of, money, whole_number
from vipps_nb.explain import Exchange

_MOST_MONTHS, _MOST_ROWS = 12, 40
_WEEKDAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
# How a charge's status is marked: the shape says it, the word stands in the list.
_MARKS = {
    "CHARGED": ("taken", "●"),
    "PARTIALLY_CAPTURED": ("taken", "●"),
    "FAILED": ("failed", "✕"),
    "CANCELLED": ("gone", "–"),
    "REFUNDED": ("back", "◐"),
    "PARTIALLY_REFUNDED": ("back", "◐"),
}
_WAITING = ("waiting", "○")


def agreement(exchange: Exchange, body: Any, view: View) -> Drawing | None:
    """One agreement: what it costs, how often, and what has become of it."""
    if not isinstance(body, Mapping) or not {"productName", "pricing", "status"} <= body.keys():
        return None
    pricing, interval = body["pricing"], body.get("interval")
    campaign = body.get("campaign")
    drawn = facts(
        f"{body['productName']} · {body['status']}",
        {
            "Price": f"{_price(pricing)}{_rhythm(interval)}" if isinstance(pricing, Mapping) else None,
            "Campaign": _campaign(campaign, pricing, view) if isinstance(campaign, Mapping) else None,
            "Runs": _runs(body, view),
            "Charges": "none by itself: create each one, at least a day before it is due"
            if body["status"] == "ACTIVE"
            else None,
        },
    )
    history = body.get("history")
    if not isinstance(history, list) or not all(isinstance(item, Mapping) for item in history):
        return drawn
    rows = []
    for item in history:
        moment = moment_of(item.get("occurred"))
        words = str(item.get("event", "")).replace("_", " ").capitalize()
        by = f"by {str(item['actor']).lower()}" if item.get("actor") else ""
        rows.append((words, by, view.moment(moment) if moment else str(item.get("occurred", ""))))
    items = [
        tag("li", tag("span", what, class_="vipps-nb-what"), " ", tag("span", by), " ", tag("span", when))
        for what, by, when in rows
    ]
    timeline = tag("ol", *items, class_="vipps-nb-timeline", aria_label="What happened, oldest first")
    lines = lines_of([("●", *row) for row in rows])
    return Drawing(join(drawn.html, timeline), f"{drawn.text}\n{lines}".rstrip())


def charges(exchange: Exchange, body: Any, view: View) -> Drawing | None:
    """A list of charges: on a calendar, and as a table."""
    if not isinstance(body, list) or not body or not all(_is_charge(item) for item in body):
        return None
    ordered = sorted(body, key=lambda item: str(item["due"]))
    rest = len(ordered) - _MOST_ROWS
    text = lines_of([_cells(item) for item in ordered[:_MOST_ROWS]], numbers=frozenset({2}))
    more = f"\n… {rest} more" if rest > 0 else ""
    return Drawing(join(_calendar(ordered), _table(ordered)), text + more)


def charge(exchange: Exchange, body: Any, view: View) -> Drawing | None:
    """One charge: as a list of one."""
    return charges(exchange, [body], view) if _is_charge(body) else None


def _is_charge(item: Any) -> bool:
    return (
        isinstance(item, Mapping)
        and {"due", "status", "amount", "transactionType"} <= item.keys()
        and _day(item["due"]) is not None
    )


def _day(due: Any) -> date | None:
    """The due day, as the API names it: a day has no time zone."""
    try:
        return date.fromisoformat(str(due)[:10])
    except ValueError:
        return None


def _calendar(items: Sequence[Mapping[str, Any]]) -> Markup:
    """The months that have charges. The table beside it says the same in words."""
    by_day: dict[date, list[str]] = {}
    for item in items:
        day = _day(item["due"])
        if day is not None:
            by_day.setdefault(day, []).append(_MARKS.get(str(item["status"]), _WAITING)[0])
    months = sorted({(day.year, day.month) for day in by_day})
    drawn = [_month(year, month, by_day) for year, month in months[:_MOST_MONTHS]]
    if len(months) > _MOST_MONTHS:
        drawn.append(tag("p", f"… {len(months) - _MOST_MONTHS} more months", class_="vipps-nb-remark"))
    return tag("div", *drawn, class_="vipps-nb-calendar", aria_hidden="true")


def _month(year: int, month: int, marks: Mapping[date, Sequence[str]]) -> Markup:
    rows = [tag("tr", *(tag("th", name) for name in _WEEKDAYS))]
    for week in calendar.Calendar().monthdatescalendar(year, month):
        cells = []
        for day in week:
            mark = marks.get(day) if day.month == month else None
            cells.append(tag("td", str(day.day) if day.month == month else "", data_mark=mark[-1] if mark else None))
        rows.append(tag("tr", *cells))
    return tag("table", tag("caption", f"{date(year, month, 1):%B %Y}"), *rows, class_="vipps-nb-month")


def _cells(item: Mapping[str, Any]) -> tuple[str, str, str, str, str]:
    day = _day(item["due"])
    amount, currency = item["amount"], str(item.get("currency", ""))
    worth = money(amount, currency) if whole_number(amount) else str(amount)
    glyph = _MARKS.get(str(item["status"]), _WAITING)[1]
    status = str(item["status"]) + (f" ({item['failureReason']})" if item.get("failureReason") else "")
    return glyph, f"{day.day} {day:%b %Y}" if day else "", worth, status, str(item.get("description", ""))


def _table(items: Sequence[Mapping[str, Any]]) -> Markup:
    names = {"Due": None, "Amount": "vipps-nb-number", "Status": None, "What for": None}
    head = tag("tr", tag("td"), *(tag("th", name, scope="col", class_=kind) for name, kind in names.items()))
    rows = []
    for item in items[:_MOST_ROWS]:
        _, due, worth, status, words = _cells(item)
        mark = _MARKS.get(str(item["status"]), _WAITING)[0]
        cells = (tag("td", due), tag("td", worth, class_="vipps-nb-number"), tag("td", status), tag("td", words))
        rows.append(tag("tr", tag("td", tag("i", data_mark=mark)), *cells))
    rest = len(items) - _MOST_ROWS
    more = tag("p", f"… {rest} more", class_="vipps-nb-remark") if rest > 0 else None
    table = tag("table", tag("thead", head), tag("tbody", *rows), class_="vipps-nb-list")
    return join(wide(table, "Charges, by due day"), more)


def _price(pricing: Mapping[str, Any]) -> str:
    currency = str(pricing.get("currency", ""))
    for name, words in (("maxAmount", "up to {}"), ("suggestedMaxAmount", "up to {}, suggested"), ("amount", "{}")):
        value = pricing.get(name)
        if isinstance(value, int):
            return words.format(money(value, currency))
    return f"any amount in {currency}"


def _rhythm(interval: Any) -> str:
    if not isinstance(interval, Mapping) or not interval.get("unit"):
        return ", whenever it is due"
    unit, count = str(interval["unit"]).lower(), interval.get("count", 1)
    return f" every {unit}" if count == 1 else f" every {count} {unit}s"


def _campaign(campaign: Mapping[str, Any], pricing: Any, view: View) -> str:
    price, currency = campaign.get("price"), pricing.get("currency", "") if isinstance(pricing, Mapping) else ""
    worth = money(price, str(currency)) if isinstance(price, int) else ""
    until = moment_of(campaign.get("end") or campaign.get("eventDate"))
    return f"{worth} until {view.moment(until)}" if until else worth


def _runs(body: Mapping[str, Any], view: View) -> str | None:
    start, stop = moment_of(body.get("start")), moment_of(body.get("stop"))
    if start is None:
        return None
    return f"since {view.moment(start)}" if stop is None else f"{view.moment(start)} to {view.moment(stop)}"
