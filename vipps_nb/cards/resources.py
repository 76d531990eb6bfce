"""Known resources drawn as what they are: each drawing takes an answer's JSON, and passes on what is not its kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from vipps_nb.cards.markup import Markup, tag
from vipps_nb.cards.values import here, moment_of, money


def payment(answer: Any) -> Markup | None:
    """An ePayment payment: where its money is, as one bar."""
    if not isinstance(answer, Mapping) or not isinstance(answer.get("aggregate"), Mapping):
        return None
    sums = {name: amount.get("value", 0) for name, amount in answer["aggregate"].items() if isinstance(amount, Mapping)}
    currency = answer.get("amount", {}).get("currency", "")
    authorized, captured = sums.get("authorizedAmount", 0), sums.get("capturedAmount", 0)
    cancelled, refunded = sums.get("cancelledAmount", 0), sums.get("refundedAmount", 0)
    asked = answer.get("amount", {}).get("value", 0)
    parts = {
        "kept": captured - refunded,
        "refunded": refunded,
        "reserved": authorized - captured - cancelled,
        "released": cancelled,
    }
    if not authorized:
        parts = {"asked for, not reserved": asked}
    return _bar(str(answer.get("state", "")), parts, currency)


def events(answer: Any) -> Markup | None:
    """An ePayment event log: a timeline."""
    if not isinstance(answer, list) or not answer or not all(_is_event(item) for item in answer):
        return None
    rows = []
    for event in answer:
        amount = event.get("amount", {})
        went_well = event.get("success", True)
        moment = moment_of(event["timestamp"])
        rows.append(
            tag(
                "li",
                tag("span", event["name"].capitalize(), class_="vipps-nb-what"),
                " ",
                tag("span", money(amount.get("value", 0), amount.get("currency", ""))),
                " ",
                tag("span", here(moment) if moment else event["timestamp"], class_="vipps-nb-remark"),
                None if went_well else tag("strong", " did not succeed"),
                data_success=str(went_well).lower(),
            )
        )
    return tag("ol", *rows, class_="vipps-nb-timeline", aria_label="What happened, oldest first")


def _is_event(item: Any) -> bool:
    return isinstance(item, Mapping) and {"name", "timestamp", "amount"} <= item.keys()


def _bar(title: str, parts: Mapping[str, int], currency: str) -> Markup:
    """Amounts side by side, each with its words; nothing is told by colour alone."""
    total = sum(parts.values()) or 1
    shown = {name: value for name, value in parts.items() if value > 0}
    pieces = [
        tag("span", data_part=name.partition(" ")[0], style=f"flex-grow:{round(1000 * value / total)}")
        for name, value in shown.items()
    ]
    words = [
        tag("li", tag("i", data_part=name.partition(" ")[0]), f"{name} ", tag("b", money(value, currency)))
        for name, value in shown.items()
    ]
    said = ", ".join(f"{name} {money(value, currency)}" for name, value in shown.items())
    return tag(
        "div",
        tag("div", *pieces, class_="vipps-nb-bar", role="img", aria_label=f"{title}: {said}"),
        tag("ul", tag("li", tag("b", title)), *words, class_="vipps-nb-legend"),
    )


DRAWINGS: tuple[Callable[[Any], Markup | None], ...] = (payment, events)


def draw(answer: Any) -> Markup | None:
    """The drawing of whatever this is; None for what nobody knows."""
    return next((drawn for one in DRAWINGS if (drawn := one(answer)) is not None), None)
