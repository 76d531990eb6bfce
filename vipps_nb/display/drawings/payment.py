"""ePayment: a payment as one bar, its event log as a timeline.

The bar says where the money is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vipps_nb.core.view import View
from vipps_nb.display.drawings.drawing import Drawing, lines_of
from vipps_nb.display.markup import join, tag
from vipps_nb.display.values import moment_of, money, whole_number
from vipps_nb.explain import Exchange

_WIDTH = 40
_GLYPHS = {"kept": "█", "refunded": "▒", "reserved": "░", "released": "·", "asked for, not reserved": "┄"}


def payment(exchange: Exchange, body: Any, view: View) -> Drawing | None:
    """A payment, or the answer to a capture, refund or cancel: a bar."""
    if not isinstance(body, Mapping) or not isinstance(body.get("aggregate"), Mapping):
        return None
    amount = body.get("amount")
    currency = str(amount.get("currency", "")) if isinstance(amount, Mapping) else ""
    authorized, captured, cancelled, refunded = (
        _value(body["aggregate"].get(f"{name}Amount")) for name in ("authorized", "captured", "cancelled", "refunded")
    )
    parts = {
        "kept": captured - refunded,
        "refunded": refunded,
        "reserved": authorized - captured - cancelled,
        "released": cancelled,
    }
    return _bar(
        str(body.get("state", "")), parts if authorized else {"asked for, not reserved": _value(amount)}, currency
    )


def event_log(exchange: Exchange, body: Any, view: View) -> Drawing | None:
    """An event log: a timeline, oldest first as it came."""
    if not isinstance(body, list) or not body or not all(_is_event(item) for item in body):
        return None
    items, lines = [], []
    for event in body:
        amount, went_well = event["amount"], event.get("success", True) is not False
        what, moment = str(event["name"]).capitalize(), moment_of(event["timestamp"])
        worth = money(_value(amount), str(amount.get("currency", ""))) if isinstance(amount, Mapping) else ""
        when = view.moment(moment) if moment else str(event["timestamp"])
        items.append(
            tag(
                "li",
                tag("span", what, class_="vipps-nb-what"),
                " ",
                tag("span", worth, class_="vipps-nb-number"),
                " ",
                tag("span", when, None if went_well else join(" · ", tag("strong", "did not succeed"))),
                data_success=str(went_well).lower(),
            )
        )
        lines.append(("●" if went_well else "✕", what, worth, when + ("" if went_well else " · did not succeed")))
    return Drawing(
        tag("ol", *items, class_="vipps-nb-timeline", aria_label="What happened, oldest first"),
        lines_of(lines, numbers=frozenset({2})),
    )


def _is_event(item: Any) -> bool:
    return isinstance(item, Mapping) and {"name", "timestamp", "amount", "pspReference"} <= item.keys()


def _value(amount: Any) -> int:
    value = amount.get("value") if isinstance(amount, Mapping) else None
    return value if isinstance(value, int) and whole_number(value) else 0


def _bar(title: str, parts: Mapping[str, int], currency: str) -> Drawing:
    """Amounts side by side, each with its words; nothing is told by colour alone."""
    shown = {name: value for name, value in parts.items() if value > 0}
    total = sum(shown.values()) or 1
    pieces, legend = [], []
    for name, value in shown.items():
        part = name.partition(" ")[0]
        pieces.append(tag("span", data_part=part, style=f"flex-grow:{max(1, round(1000 * value / total))}"))
        legend.append(tag("li", tag("i", data_part=part), f"{name} ", tag("b", money(value, currency))))
    said = ", ".join(f"{name} {money(value, currency)}" for name, value in shown.items())
    html = tag(
        "div",
        tag("div", *pieces, class_="vipps-nb-bar", role="img", aria_label=said) if pieces else None,
        tag("ul", *legend, class_="vipps-nb-legend"),
        # Last and quiet: a payment stays AUTHORIZED after its capture, so its state is no answer to where the money is.
        tag("p", f"state {title}", class_="vipps-nb-remark") if title else None,
    )
    drawn = "".join(_GLYPHS[name] * max(1, round(_WIDTH * value / total)) for name, value in shown.items())
    rows = [(f"  {_GLYPHS[name]}", name, money(value, currency)) for name, value in shown.items()]
    state = f"  state {title}" if title else ""
    return Drawing(html, "\n".join(filter(None, [drawn, lines_of(rows, numbers=frozenset({2})), state])))
