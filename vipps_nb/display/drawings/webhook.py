"""Webhooks: one registration, or several as a list.

What it is told of, and how its deliveries are checked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vipps_nb.core.view import DOTS, View
from vipps_nb.display.drawings.drawing import Drawing, facts
from vipps_nb.display.markup import join, tag
from vipps_nb.explain import Exchange

_PATH = "/webhooks/"


def registration(exchange: Exchange, body: Any, view: View) -> Drawing | None:
    """A new registration. Its secret is shown once, by the API and not here."""
    if not exchange.route.startswith(_PATH) or not isinstance(body, Mapping) or "secret" not in body:
        return None
    sent = exchange.sent if isinstance(exchange.sent, Mapping) else {}
    address = view.text(str(sent.get("url", "")))
    drawn = facts(
        "Webhook registered",
        {
            "Address": address,
            "Told of": _events(sent.get("events")),
            "Secret": f'{DOTS} in .json()["secret"], this once: keep it where your keys are',
        },
    )
    check = 'vipps_nb.webhooks.verify(body, headers, secret, url="' + address + '")'
    return Drawing(
        join(drawn.html, tag("p", "Check each delivery with ", tag("code", check), class_="vipps-nb-remark")),
        f"{drawn.text}\nCheck each delivery with {check}",
    )


def registrations(exchange: Exchange, body: Any, view: View) -> Drawing | None:
    """All registrations."""
    items = body.get("webhooks") if isinstance(body, Mapping) and exchange.route.startswith(_PATH) else None
    if not isinstance(items, list) or not items or not all(isinstance(item, Mapping) for item in items):
        return None
    drawn = [
        facts(str(item.get("url", "")), {"Told of": _events(item.get("events")), "Id": str(item.get("id", ""))})
        for item in items
    ]
    return Drawing(join(*(one.html for one in drawn)), "\n".join(one.text for one in drawn))


def _events(names: Any) -> str:
    return ", ".join(str(name) for name in names) if isinstance(names, list) else ""
