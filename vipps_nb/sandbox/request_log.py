"""The request log: what came in and what went out, without a secret in it."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, unquote_plus

KEPT = 1000
MASK = "***"
LONGEST_TEXT = 10_000
BY, DOCTOR = b"vipps-nb-by", "doctor"
SECRET_HEADERS = frozenset({"authorization", "client_secret", "ocp-apim-subscription-key", "cookie"})
SECRET_FIELDS = frozenset({"access_token", "id_token", "client_secret", "secret", "callbackauthorizationtoken"})
# Wherever somebody puts a token, it is not for the log: a JSON Web Token, or an opaque one of Login.
TOKENS = (r"eyJ[\w-]+\.[\w-]+\.[\w-]+", r"(?<![\w-])[\w-]{43}\.[\w-]{43}(?![\w-])")


class Masker:
    """Replaces secrets: by the name of their field, and wherever one of the known values turns up."""

    def __init__(self, secrets: Iterable[str]) -> None:
        known = sorted((re.escape(secret) for secret in secrets), key=len, reverse=True)
        self._pattern = re.compile("|".join([*TOKENS, *known]))

    def text(self, text: str) -> str:
        """The text with every secret in it masked."""
        return self._pattern.sub(MASK, text)

    def headers(self, headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
        """Headers by name, secret ones masked whole."""
        pairs = ((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers)
        return {name: MASK if name.lower() in SECRET_HEADERS else self.text(value) for name, value in pairs}

    def body(self, raw: bytes) -> Any:
        """A body as JSON where it is JSON, as text where it is not, None where there is none."""
        if not raw:
            return None
        try:
            return self._value(json.loads(raw))
        except (ValueError, RecursionError):
            return self.text(unquote(raw.decode(errors="replace")))[:LONGEST_TEXT]

    def _value(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self._value(item) for item in value]
        if isinstance(value, dict):
            return {
                self.text(name): MASK if name.lower() in SECRET_FIELDS else self._value(item)
                for name, item in value.items()
            }
        return value


@dataclass(slots=True)
class Entry:
    """One request as it came and what was answered. Masked when somebody looks: most are never looked at."""

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
    number: int = 0

    @property
    def is_of_the_doctor(self) -> bool:
        """Whether `%vipps_doctor` or `vipps-nb doctor` has sent it, which says so in a header."""
        return any(name == BY and value == DOCTOR.encode() for name, value in self.headers)

    def shown(self, mask: Masker) -> dict[str, Any]:
        """The entry for people."""
        return {
            "number": self.number,
            "time": self.time,
            "ms": self.milliseconds,
            **({"dropped": self.dropped} if self.dropped else {}),
            **({"by": DOCTOR} if self.is_of_the_doctor else {}),
            "method": self.method,
            "path": mask.text(self.path),
            "query": mask.text(unquote_plus(self.query.decode("latin-1"))),
            "status": self.status,
            "headers": mask.headers(self.headers),
            "body": mask.body(self.body),
            "response": mask.body(self.response),
        }


class RequestLog:
    """The latest requests to the imitated APIs; the desk's own are not among them."""

    def __init__(self, masker: Masker) -> None:
        self._masker = masker
        self._entries: deque[Entry] = deque(maxlen=KEPT)
        self.total = 0
        """How many there were, the forgotten ones included."""

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, entry: Entry) -> None:
        """Append an entry; beyond the limit the oldest is forgotten."""
        self.total += 1
        entry.number = self.total
        self._entries.append(entry)

    def entries(self, last: int = KEPT) -> list[dict[str, Any]]:
        """The last entries, oldest first, secrets masked; all unless told."""
        return [entry.shown(self._masker) for entry in list(self._entries)[-last:]]
