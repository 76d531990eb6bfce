"""One delivery as it arrived.

With what can be read from it before anybody believes it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any

from vipps_nb.core import hooks
from vipps_nb.core.displayed import Displayed
from vipps_nb.core.visible import visible
from vipps_nb.webhooks.verification import Verdict

UNCHECKED = "no-secret"
LONGEST_WORDS = 100  # characters that are shown of a name or a reference; a name has twenty


@dataclass(frozen=True, kw_only=True)
class Delivery(Displayed):
    """One delivery as it arrived.

    Attributes:
        number: Counted from 1.
        name: What happened, as the payload says it, such as ``CAPTURED``; empty where it says nothing.
        body: The raw bytes.
        headers: As they came.
        moment: When it came, by the clock that deliveries are judged by.
        verdict: Whether it is genuine.
        attempt: How many times this registration has sent this very body, this time included.
        duplicate: Whether an earlier one was accepted already, so that acting on this one would be acting twice.
        status: What was answered.
        still: Whether that clock was a sandbox's that stood still.
    """

    number: int
    name: str
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    moment: datetime = field(repr=False)
    verdict: Verdict
    attempt: int
    duplicate: bool
    status: int
    still: bool = field(default=False, repr=False)

    @property
    def accepted(self) -> bool:
        """Whether the answer was a yes."""
        return self.status < HTTPStatus.MULTIPLE_CHOICES

    def json(self) -> Any:
        """The payload.

        Raises:
            ValueError: It is not JSON, or nested deeper than anybody reads.
        """
        try:
            return json.loads(self.body)
        except RecursionError:
            raise ValueError("This JSON is nested too deeply to be read.") from None

    def _repr_html_(self) -> str:
        return str(hooks.delivery_card(self).html)

    def __repr__(self) -> str:
        facts = [
            self.name or "event",
            "genuine" if self.verdict else self.verdict.reason,
            *([f"attempt {self.attempt}"] if self.attempt > 1 else []),
            *(["duplicate"] if self.duplicate else []),
            f"answered {self.status}",
        ]
        return f"<Delivery {self.number}: {' · '.join(facts)}>"


def webhook_id(headers: Mapping[str, str]) -> str:
    """Which registration sent it; empty where no header says so.

    That header, ``Webhook-Id``, is reported and not documented.
    """
    return next((value for name, value in headers.items() if name.lower() == "webhook-id"), "")


def name_of(body: bytes) -> str:
    """What happened, as the payload says it; empty where it does not.

    ePayment says ``name``, Recurring ``eventType``; others say nothing.
    """
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    said = (payload.get("name") or payload.get("eventType")) if isinstance(payload, dict) else None
    return in_sight(said) if isinstance(said, str) else ""


def in_sight(text: str) -> str:
    """A few words of a stranger's.

    Not too many, on one line, and each character to be seen.
    """
    words = text if len(text) <= LONGEST_WORDS else f"{text[: LONGEST_WORDS - 1]}…"
    return visible(words.replace("\n", " ").replace("\t", " "))
