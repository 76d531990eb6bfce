"""The delivery log: what was sent to merchants, how often, and what they said.

No secret is in it.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime
from typing import Any

from vipps_nb.sandbox.webhook_delivery.outbox import OutgoingRequest, Reply
from vipps_nb.sandbox.world.clock import timestamp
from vipps_nb.sandbox.world.masking import Masker, found_in
from vipps_nb.sandbox.world.request_log import KEPT, LARGEST, LARGEST_BODY, OVERHEAD, cut_note

LONGEST_URL = 4000  # characters that are shown


class Delivery:
    """One request, from the moment it set out."""

    def __init__(self, outgoing: OutgoingRequest, moment: datetime, masker: Masker) -> None:
        headers = [
            (name.encode("latin-1", "replace"), value.encode("latin-1", "replace"))
            for name, value in outgoing.headers.items()
        ]
        note = cut_note("body", len(outgoing.body))
        body = outgoing.body[:LARGEST_BODY]
        url = outgoing.url if len(outgoing.url) <= LONGEST_URL else f"{outgoing.url[:LONGEST_URL]}…"
        masker = masker.knowing(found_in(headers, body))
        self.weight = OVERHEAD + len(body) + len(url) + sum(len(name) + len(value) for name, value in headers)
        self._entry: dict[str, Any] = {
            "time": timestamp(moment),
            "about": outgoing.about,
            "attempt": outgoing.attempt,
            "method": outgoing.method,
            "url": masker.text(url),
            "headers": masker.headers(headers),
            "body": masker.body(body),
            **({"cut": [note]} if note else {}),
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
    """The latest requests of one world, in the order in which they set out."""

    def __init__(self, masker: Masker) -> None:
        self._masker = masker
        self._deliveries: deque[Delivery] = deque()
        self._weight = 0
        self.total = 0
        """How many there were, the forgotten ones included."""

    def __len__(self) -> int:
        return len(self._deliveries)

    def set_out(self, outgoing: OutgoingRequest, moment: datetime) -> Delivery:
        """Note that a request is on its way; beyond the limits the oldest are forgotten."""
        delivery = Delivery(outgoing, moment, self._masker)
        self.total += 1
        self._deliveries.append(delivery)
        self._weight += delivery.weight
        while len(self._deliveries) > KEPT or self._weight > LARGEST:
            self._weight -= self._deliveries.popleft().weight
        return delivery

    def entries(self) -> list[dict[str, Any]]:
        """All entries, oldest first."""
        return [delivery.as_dict() for delivery in self._deliveries]
