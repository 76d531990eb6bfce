"""The first answer to each idempotency key is kept.

The same key with another body is refused.

A key belongs to one sales unit and one operation. Repeating it with the same path and body gives the stored answer,
also when that was a refusal, and nothing happens a second time (Knowledge base, HTTP headers). How long the real
thing remembers is not documented; here it is seven days of the world's clock, and the latest 32 MiB of answers.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from vipps_nb.sandbox.world.clock import Moment
from vipps_nb.sandbox.world.tables import Blob, Table

RETENTION = timedelta(days=7)
LARGEST = 32 << 20  # bytes of all answers together
OVERHEAD = 1000  # bytes; about what Python needs for one

Slot = tuple[str, str, str]  # MSN, operation, idempotency key


@dataclass(frozen=True)
class Remembered:
    """An answer that was given, and the request it answered."""

    fingerprint: Blob
    stored: Moment
    status: int
    headers: tuple[tuple[Blob, Blob], ...]
    body: Blob

    @property
    def weight(self) -> int:
        """About how many bytes it takes."""
        return OVERHEAD + len(self.body) + sum(len(name) + len(value) for name, value in self.headers)


class IdempotencyBook:
    """All remembered answers of one world."""

    def __init__(self) -> None:
        self.answers: Table[Slot, Remembered] = Table(frozen=True)
        self._weight = 0

    def __len__(self) -> int:
        return len(self.answers)

    def get(self, slot: Slot, now: datetime) -> Remembered | None:
        """The answer kept under this key, unless it is too old."""
        remembered = self.answers.get(slot)
        if remembered is not None and now - remembered.stored > RETENTION:
            self._forget(slot)
            return None
        return remembered

    def keep(self, slot: Slot, answer: Remembered) -> None:
        """Bind an answer to a key, and let go of the oldest that are too old or too many."""
        if slot in self.answers:
            self._forget(slot)
        self.answers[slot] = answer
        self._weight += answer.weight
        while (oldest := next(iter(self.answers))) != slot:
            too_old = answer.stored - self.answers.rows[oldest].stored > RETENTION
            if not too_old and self._weight <= LARGEST:
                break
            self._forget(oldest)

    def _forget(self, slot: Slot) -> None:
        forgotten = self.answers.pop(slot)
        self._weight -= 0 if forgotten is None else forgotten.weight


def fingerprint(path: str, body: bytes, content: Any) -> bytes:
    """What makes two requests the same.

    The path and the JSON, however it is spaced and ordered.
    """
    text = body if content is None else json.dumps(content, sort_keys=True).encode()
    return hashlib.sha256(path.encode() + b"\n" + text).digest()
