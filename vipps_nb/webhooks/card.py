"""A webhook's delivery as a card.

What happened in words, whether it is genuine and why not, what came of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from vipps_nb.core.bodies import parsed
from vipps_nb.core.redaction import is_secret, persons_in
from vipps_nb.core.view import DOTS, View, shows_persons
from vipps_nb.core.visible import visible
from vipps_nb.core.zone import moment_told
from vipps_nb.display import tree
from vipps_nb.display.drawings.drawing import Drawing, facts
from vipps_nb.display.frame import framed
from vipps_nb.display.markup import Markup, join, tag
from vipps_nb.display.values import money
from vipps_nb.webhooks.delivery import Delivery

_SUBJECTS = {
    "reference": "Reference",
    "agreementId": "Agreement",
    "chargeId": "Charge",
    "merchantQrId": "QR code",
    "msn": "Sales unit",
}
_VERSION = re.compile(r"\.v\d+$")
_FAMILIES = frozenset({"epayments", "recurring", "donations"})
_UNCHECKED = "no-secret"
_LONGEST_TEXT = 4000


def in_words(name: str, payload: Any) -> str:
    """What happened, for people.

    ``CAPTURED`` and ``recurring.charge-captured.v1`` as sentences would have them.
    """
    parts = _VERSION.sub("", name).split(".")
    if len(parts) > 1 and parts[0] in _FAMILIES:
        parts = parts[1:]
    elif len(parts) == 1 and isinstance(payload, Mapping) and "pspReference" in payload:
        parts = ["payment", name.lower()]  # ePayment's payload has the event's short name
    return " ".join(parts).replace("-", " ").capitalize() or "An event"


@dataclass(frozen=True)
class DeliveryCard:
    """A delivery, ready to be shown.

    Attributes:
        personal: Whether phone and identity numbers are shown in full.
    """

    delivery: Delivery
    personal: bool = False

    @cached_property
    def _payload(self) -> Any:
        return parsed(self.delivery.body)

    @cached_property
    def _view(self) -> View:
        return View(personal=self.personal or shows_persons(), still=True, persons=frozenset(persons_in(self._payload)))

    @property
    def title(self) -> str:
        """What happened, in words."""
        return f"Webhook · {self._view.text(in_words(self.delivery.name, self._payload))}"

    @property
    def status(self) -> str:
        """Whether it is genuine."""
        if self.delivery.verdict:
            return "genuine"
        if self.delivery.verdict.reason == _UNCHECKED:
            return "not checked"
        return f"not to be trusted: {self.delivery.verdict.reason.replace('-', ' ')}"

    @property
    def facts(self) -> list[str]:
        """What stands below the title: number, moment, attempt, and what was answered."""
        delivery = self.delivery
        return [
            f"delivery {delivery.number}",
            moment_told(delivery.moment, still=delivery.still),
            *([f"attempt {delivery.attempt}"] if delivery.attempt > 1 else []),
            *(["accepted once before: do not act on it again"] if delivery.duplicate else []),
            f"answered {delivery.status}",
        ]

    @cached_property
    def text(self) -> str:
        """The card for terminals, and for whoever reads the notebook's file."""
        drawn = self._drawing.text if self._drawing is not None else None
        head = [f"{self.status} · {self.title}", " · ".join(self.facts), self.delivery.verdict.sentence]
        return visible("\n".join([*head, *filter(None, [drawn])]))

    @cached_property
    def html(self) -> str:
        """The card for notebooks: HTML and CSS, no script."""
        tone = "good" if self.delivery.verdict else "refused" if self.status == "not checked" else "failed"
        return framed(
            tag(
                "header",
                tag("strong", self.title, class_="vipps-nb-title"),
                " ",
                tag("span", self.status, class_="vipps-nb-status", data_tone=tone),
            ),
            tag("p", join(*(tag("span", fact) for fact in self.facts), between=" · "), class_="vipps-nb-meta"),
            tag("p", self.delivery.verdict.sentence, class_="vipps-nb-words"),
            self._drawing.html if self._drawing is not None else None,
            tag("details", tag("summary", "Payload"), self._body()),
            tag("details", tag("summary", "Headers"), self._headers()),
            label=f"{self.title}, {self.status}",
        )

    @cached_property
    def _drawing(self) -> Drawing | None:
        """What it is about.

        Of what is not genuine too: whoever looks for the mistake wants to know.
        """
        payload = self._view.masked(self._payload)
        if not isinstance(payload, Mapping):
            return None
        rows = {label: str(payload[name]) for name, label in _SUBJECTS.items() if isinstance(payload.get(name), str)}
        rows["Amount"] = _amount(payload)
        if payload.get("success") is False:
            rows["Success"] = "no: it was tried and did not succeed"
        title = "What it is about" if self.delivery.verdict else "What it says it is about"
        return facts(title, rows) if any(rows.values()) else None

    def _body(self) -> Markup:
        payload = self._view.masked(self._payload)
        if payload is None or isinstance(payload, str):
            return tag("pre", (payload or "nothing")[:_LONGEST_TEXT])
        return tree.as_html(payload, self._view)

    def _headers(self) -> Markup:
        rows = [
            tag("tr", tag("th", name, scope="row"), " ", tag("td", self._header(name, value)))
            for name, value in self.delivery.headers.items()
        ]
        return tag("table", tag("caption", "Received"), tag("tbody", *rows), class_="vipps-nb-headers")

    def _header(self, name: str, value: str) -> str:
        return DOTS if is_secret(name) else str(self._view.masked(value[:_LONGEST_TEXT], name))


def _amount(payload: Mapping[str, Any]) -> str:
    """The amount as money; empty where there is none.

    ePayment's is an object, Recurring's a number beside its currency.
    """
    amount = payload.get("amount")
    value, owner = (amount.get("value"), amount) if isinstance(amount, Mapping) else (amount, payload)
    currency = owner.get("currency")
    return money(value, currency) if isinstance(value, int) and isinstance(currency, str) else ""
