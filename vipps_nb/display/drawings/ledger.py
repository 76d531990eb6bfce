"""Report: a ledger as a table, its balance as a curve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from vipps_nb.core.view import View
from vipps_nb.display.drawings.drawing import Drawing, lines_of, wide
from vipps_nb.display.markup import Markup, join, tag
from vipps_nb.display.values import moment_of, money, whole_number
from vipps_nb.explain import Exchange

_MOST_ROWS = 50
_WIDTH, _HEIGHT, _MARGIN = 600, 96, 8
_AMOUNTS = ("amount", "balanceBefore", "balanceAfter")
_COLUMNS = ("When", "What", "Reference", "Amount", "Balance")


def entries(exchange: Exchange, body: Any, view: View) -> Drawing | None:
    """The entries of a ledger."""
    items = body.get("items") if isinstance(body, Mapping) else None
    if not isinstance(items, list) or not items or not all(_is_entry(item) for item in items):
        return None
    rows = [_cells(item, view) for item in items[:_MOST_ROWS]]
    rest = f"… {len(items) - _MOST_ROWS} more" if len(items) > _MOST_ROWS else None
    head = tag("tr", *(tag("th", name, scope="col", class_=_class(place)) for place, name in enumerate(_COLUMNS)))
    lines = [tag("tr", *(tag("td", cell, class_=_class(place)) for place, cell in enumerate(row))) for row in rows]
    table = tag("table", tag("thead", head), tag("tbody", *lines), class_="vipps-nb-list")
    html = join(
        _curve(items),
        wide(table, "Entries of the ledger"),
        rest and tag("p", rest, class_="vipps-nb-remark"),
    )
    text = lines_of([_COLUMNS, *rows], numbers=frozenset({3, 4}))
    return Drawing(html, "\n".join(filter(None, [text, rest])))


def _is_entry(item: Any) -> bool:
    return isinstance(item, Mapping) and "entryType" in item and all(whole_number(item.get(name)) for name in _AMOUNTS)


def _class(place: int) -> str | None:
    return "vipps-nb-number" if _COLUMNS[place] in ("Amount", "Balance") else None


def _cells(item: Mapping[str, Any], view: View) -> tuple[str, str, str, str, str]:
    moment, currency = moment_of(item.get("time")), str(item.get("currency", ""))
    return (
        view.moment(moment) if moment else str(item.get("ledgerDate", "")),
        str(item["entryType"]),
        str(item.get("reference") or ""),
        money(item["amount"], currency),
        money(item["balanceAfter"], currency),
    )


def _curve(items: Sequence[Mapping[str, Any]]) -> Markup:
    """The balance as steps: it stays until the next entry moves it."""
    balances: list[int] = [items[0]["balanceBefore"], *(item["balanceAfter"] for item in items)]
    lowest, highest = min(0, *balances), max(0, *balances)
    span = (highest - lowest) or 1
    step = (_WIDTH - 2 * _MARGIN) / len(balances)

    def height(balance: int) -> str:
        return format(_MARGIN + (_HEIGHT - 2 * _MARGIN) * (highest - balance) / span, ".1f")

    path = f"M{_MARGIN} {height(balances[0])}"
    for number, balance in enumerate(balances):
        path += f"V{height(balance)}H{round(_MARGIN + (number + 1) * step, 1)}"
    end = _WIDTH - _MARGIN
    currency = str(items[0].get("currency", ""))
    words = (
        f"Balance: from {money(balances[0], currency)} to {money(balances[-1], currency)}, "
        f"between {money(min(balances), currency)} and {money(max(balances), currency)}"
    )
    drawing = tag(
        "svg",
        tag("path", d=f"{path}V{height(0)}H{_MARGIN}Z", class_="vipps-nb-area"),
        tag("path", d=f"M{_MARGIN} {height(0)}H{end}", class_="vipps-nb-zero"),
        tag("path", d=path, class_="vipps-nb-line"),
        viewBox=f"0 0 {_WIDTH} {_HEIGHT}",
        preserveAspectRatio="none",
        width="100%",
        height=str(_HEIGHT),
        role="img",
        aria_label=words,
    )
    return tag("figure", drawing, tag("figcaption", words), class_="vipps-nb-curve")
