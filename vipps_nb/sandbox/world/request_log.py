"""The request log: what came in and what went out, without a secret in it.

Bounded by number and by bytes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from vipps_nb.sandbox.world.masking import Masker, found_in

KEPT = 1000
LARGEST = 8 << 20  # bytes of all entries together
LARGEST_BODY = 16 << 10  # bytes that are kept of each body; a checkout session has two thousand
OVERHEAD = 1000  # bytes; about what Python needs for one entry
BY, DOCTOR = b"vipps-nb-by", "doctor"


@dataclass(slots=True)
class Entry:
    """One request as it came and what was answered.

    Masked when somebody looks: most are never looked at.
    """

    time: str
    milliseconds: float
    method: str
    path: str
    query: bytes
    headers: list[tuple[bytes, bytes]]
    body: bytes
    status: int | None = None
    response: bytes = b""
    dropped: str | None = None
    tolerated: list[str] = field(default_factory=list)
    """What the documents do not have, and was taken all the same."""
    number: int = 0
    cut: tuple[str, ...] = ()

    @property
    def weight(self) -> int:
        """About how many bytes it takes."""
        headers = sum(len(name) + len(value) for name, value in self.headers)
        return OVERHEAD + len(self.path) + len(self.query) + headers + len(self.body) + len(self.response)

    def trim(self) -> None:
        """Keep only the beginning of a large body, and say so."""
        notes = [note for name in ("body", "response") if (note := cut_note(name, len(getattr(self, name))))]
        if notes:
            self.cut = tuple(notes)
            self.body, self.response = self.body[:LARGEST_BODY], self.response[:LARGEST_BODY]

    @property
    def is_of_the_doctor(self) -> bool:
        """Whether the doctor has sent it.

        `%vipps_doctor` and `vipps-nb doctor` say so in a header.
        """
        return any(name == BY and value == DOCTOR.encode() for name, value in self.headers)

    def shown(self, mask: Masker) -> dict[str, Any]:
        """The entry for people."""
        mask = mask.knowing(found_in(self.headers, self.query, self.body, self.response))
        return {
            "number": self.number,
            "time": self.time,
            "ms": self.milliseconds,
            **({"dropped": self.dropped} if self.dropped else {}),
            **({"tolerated": [mask.text(note) for note in self.tolerated]} if self.tolerated else {}),
            **({"by": DOCTOR} if self.is_of_the_doctor else {}),
            "method": self.method,
            "path": mask.path(self.path),
            "query": mask.pairs(self.query.decode("latin-1")),
            "status": self.status,
            "headers": mask.headers(self.headers),
            "body": mask.body(self.body),
            "response": mask.body(self.response),
            **({"cut": list(self.cut)} if self.cut else {}),
        }


def cut_note(what: str, size: int) -> str | None:
    """What to say of a body of so many bytes; None where all of it is kept."""
    if size <= LARGEST_BODY:
        return None
    return f"{what}: the first {LARGEST_BODY:,} of {size:,} bytes are kept, {size - LARGEST_BODY:,} were cut off"


class RequestLog:
    """The latest requests to the imitated APIs; the desk's own are not among them."""

    def __init__(self, masker: Masker) -> None:
        self._masker = masker
        self._entries: deque[Entry] = deque()
        self._weight = 0
        self.total = 0
        """How many there were, the forgotten ones included."""

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, entry: Entry) -> None:
        """Append an entry, of a large body only the beginning.

        Beyond the limits the oldest are forgotten.
        """
        self.total += 1
        entry.number = self.total
        entry.trim()
        self._entries.append(entry)
        self._weight += entry.weight
        while len(self._entries) > KEPT or self._weight > LARGEST:
            self._weight -= self._entries.popleft().weight

    def latest(self) -> Sequence[Entry]:
        """The entries as they came, oldest first, secrets and all."""
        return self._entries

    def entries(self, last: int = KEPT) -> list[dict[str, Any]]:
        """The last entries, oldest first, secrets masked; all unless told."""
        return [entry.shown(self._masker) for entry in list(self._entries)[-last:]]
