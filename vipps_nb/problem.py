"""Any API's error body → one :class:`Problem`, with nothing of the original lost.

The APIs refuse in many dialects (fact: the guides' error pages): RFC 7807 problems with ``extraDetails``,
``invalidParams`` or ``errors``; OAuth's ``error`` and ``error_description``; Azure's gateway texts; eCom's
arrays of ``errorMessage``. They are told apart by shape, never by URL, because a gateway in front of an
API answers in a dialect of its own.
"""

from __future__ import annotations

import http
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import requests


@dataclass(frozen=True)
class FieldError:
    """One field that was refused: where it stands in the request, and why it will not do."""

    name: str
    reason: str


@dataclass(frozen=True)
class Problem:
    """One refusal, whichever API gave it.

    Attributes:
        title: What kind of problem, in the server's words.
        status: The HTTP status.
        detail: What happened this time; empty when the server did not say.
        code: The API's own code ("6090", "unauthorized_client", …); empty when there is none. Decide on
            this and on ``status``, never on the title: titles get reworded.
        trace_id: What support asks for (``traceId``, ``contextId``, ``trace_id``); empty when there is none.
        field_errors: The fields that were refused.
        original: The body as it came: parsed JSON, or the text.
    """

    title: str
    status: int
    detail: str = ""
    code: str = ""
    trace_id: str = ""
    field_errors: tuple[FieldError, ...] = ()
    original: Any = None

    @classmethod
    def from_response(cls, response: requests.Response) -> Problem:
        """Read the refusal out of an answer. Never fails: an unreadable body becomes ``original``."""
        try:
            body = response.json()
        except (ValueError, RecursionError, requests.RequestException):
            body = response.text
        return cls.from_body(body, response.status_code)

    @classmethod
    def from_body(cls, body: Any, status: int) -> Problem:
        """Read the refusal out of a body that has been parsed already.

        Args:
            body: Parsed JSON, or text when it was no JSON.
            status: The HTTP status it came with; wins over one in the body.
        """
        parts = _first_mapping(body)
        if parts is None:
            return cls(title=_phrase(status), status=status, detail=_plain_text(body), original=body)
        nested = _nested_words(parts)
        fields = tuple(_field_errors(parts))
        code = next((f.reason for f in fields if f.name.lower() == "errorcode"), "") or _pick(
            parts, "errorCode", "error_code", "code"
        )
        if code == str(status):
            code = ""  # Login repeats the status under the name of a code; what one can decide on is its `error`
        oauth = parts.get("error") if isinstance(parts.get("error"), str) else ""
        detail = _pick(parts, "detail", "error_description", "errorMessage", "message") or nested
        return cls(
            title=_pick(parts, "title") or (str(oauth) if oauth else _phrase(status)),
            status=status,
            detail=detail,
            code=code or str(oauth or "") or _problem_id(parts),
            trace_id=_pick(parts, "traceId", "contextId", "trace_id", "traceID", "correlation_id"),
            field_errors=tuple(f for f in fields if f.name.lower() != "errorcode"),
            original=body,
        )

    def __str__(self) -> str:
        code = f" [{self.code}]" if self.code and self.code != self.title else ""
        detail = f": {self.detail}" if self.detail and self.detail != self.title else ""
        fields = "".join(f"\n  {field.name}: {field.reason}" for field in self.field_errors)
        trace = f"\n  trace id {self.trace_id}" if self.trace_id else ""
        return f"{self.status} {self.title}{code}{detail}{fields}{trace}"


def _first_mapping(body: Any) -> Mapping[str, Any] | None:
    # eCom v2 and PSP v3 answer with an array of errors; the first one is the one that stopped the call.
    if isinstance(body, list):
        body = next((item for item in body if isinstance(item, Mapping)), None)
    return body if isinstance(body, Mapping) else None


def _nested_words(parts: Mapping[str, Any]) -> str:
    """The words inside Azure's ``responseInfo``/``result`` and eCom's ``errorInfo`` envelopes."""
    for envelope, *words in (
        ("result", "message"),
        ("responseInfo", "responseMessage"),
        ("ResponseInfo", "ResponseMessage"),
        ("errorInfo", "errorMessage"),
        ("error", "message", "errorMessage"),
    ):
        inner = parts.get(envelope)
        if isinstance(inner, Mapping) and (text := _pick(inner, *words)):
            return text
    return ""


def _field_errors(parts: Mapping[str, Any]) -> Iterator[FieldError]:
    # One list, many spellings: name/reason (most), field/text (old SDKs), key/value (Management).
    for listing in ("extraDetails", "invalidParams", "extraInfo"):
        entries = parts.get(listing)
        for entry in entries if isinstance(entries, list) else ():
            if isinstance(entry, Mapping):
                name = _pick(entry, "name", "field", "key")
                yield FieldError(name, _pick(entry, "reason", "text", "value"))
        if isinstance(entries, Mapping):  # Userinfo: an object for each name
            for name, entry in entries.items():
                yield FieldError(str(name), _pick(entry, "reason") if isinstance(entry, Mapping) else str(entry))
    errors = parts.get("errors")
    if isinstance(errors, Mapping):
        for name, reasons in errors.items():
            for reason in reasons if isinstance(reasons, list) else [reasons]:
                yield FieldError(str(name), reason if isinstance(reason, str) else json.dumps(reason))


def _pick(parts: Mapping[str, Any], *names: str) -> str:
    for name in names:
        value = parts.get(name)
        if isinstance(value, str | int) and not isinstance(value, bool) and value != "":
            return str(value)
    return ""


def _problem_id(parts: Mapping[str, Any]) -> str:
    # Recurring's business codes are the fragment of `type`: ".../recurring-api-problems#charge-due-too-soon".
    _, _, fragment = _pick(parts, "type").partition("#")
    return fragment


def _plain_text(body: Any) -> str:
    """What a person can read of a body that is no JSON object: an HTML page by its title, text cut short."""
    if not isinstance(body, str):
        return "" if body is None else json.dumps(body)
    if page_title := re.search(r"<title[^>]*>(.*?)</title>", body, re.IGNORECASE | re.DOTALL):
        return f"an HTML page titled “{page_title.group(1).strip()[:100]}”"
    return body.strip()[:300]


def _phrase(status: int) -> str:
    try:
        return http.HTTPStatus(status).phrase
    except ValueError:
        return f"HTTP {status}"
