"""The delivery log: what was sent to merchants, how often, and what they said. No secret is in it."""

from __future__ import annotations

from collections import deque
from datetime import datetime
from typing import Any

from vipps_nb.sandbox.clock import timestamp
from vipps_nb.sandbox.outbox import Letter, Reply
from vipps_nb.sandbox.request_log import Masker

KEPT = 1000


class Delivery:
    """One letter, from the moment it set out."""

    def __init__(self, letter: Letter, moment: datetime, masker: Masker) -> None:
        headers = [
            (name.encode("latin-1", "replace"), value.encode("latin-1", "replace"))
            for name, value in letter.headers.items()
        ]
        self._entry: dict[str, Any] = {
            "time": timestamp(moment),
            "about": letter.about,
            "attempt": letter.attempt,
            "method": letter.method,
            "url": masker.text(letter.url),
            "headers": masker.headers(headers),
            "body": masker.body(letter.body),
            "outcome": "in the air",
            "status": None,
            "reason": None,
            "nextAttempt": None,
        }

    def landed(self, reply: Reply, next_attempt: datetime | None) -> None:
        """Note what came of it."""
        outcome = "not sent" if not reply.sent else "accepted" if reply.accepted else "failed"
        moment = timestamp(next_attempt) if next_attempt else None
        self._entry |= {"outcome": outcome, "status": reply.status, "reason": reply.reason, "nextAttempt": moment}

    def as_dict(self) -> dict[str, Any]:
        """As the desk shows it."""
        return dict(self._entry)


class DeliveryLog:
    """The latest letters of one world, in the order in which they set out."""

    def __init__(self, masker: Masker) -> None:
        self._masker = masker
        self._deliveries: deque[Delivery] = deque(maxlen=KEPT)

    def __len__(self) -> int:
        return len(self._deliveries)

    def set_out(self, letter: Letter, moment: datetime) -> Delivery:
        """Note that a letter is on its way; beyond the limit the oldest is forgotten."""
        delivery = Delivery(letter, moment, self._masker)
        self._deliveries.append(delivery)
        return delivery

    def entries(self) -> list[dict[str, Any]]:
        """All entries, oldest first."""
        return [delivery.as_dict() for delivery in self._deliveries]
