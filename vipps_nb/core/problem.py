"""Any API's error body → one :class:`Problem`, with nothing of the original lost.

The APIs refuse in many dialects (fact: the guides' error pages): RFC 7807 problems with ``extraDetails``,
``invalidParams`` or ``errors``; OAuth's ``error`` and ``error_description``; Azure's gateway texts; eCom's
arrays of ``errorMessage``. They are told apart by shape, never by URL, because a gateway in front of an
API answers in a dialect of its own.
"""

from __future__ import annotations

import dataclasses
import html
import http
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import requests

from vipps_nb.core.addresses import cut_apart, host_of
from vipps_nb.core.bodies import body_of, outline, parsed
from vipps_nb.core.redaction import redactor, without_named, without_tokens
from vipps_nb.core.secret import Secret
from vipps_nb.core.visible import visible

_LONGEST, _LONGEST_PAGE, _MOST_FIELDS, _SHORTEST_TRACE, _LONGEST_TRACE = 2000, 64 << 10, 100, 8, 128
_VIPPS_HOSTS = ("vipps.no", "vippsmobilepay.com", "vippsas.github.io")


@dataclass(frozen=True)
class FieldError:
    """One refused field: where it stands in the request, and what is wrong.

    Attributes:
        name: As the server wrote it. A JSON pointer such as ``/amount/value`` where the catalogue found it.
        reason: Why it will not do; empty when the server did not say.
    """

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
        trace_id: What support asks for (``traceId``, ``contextId``, ``trace_id``, an ``instance`` that is one); empty
            when there is none.
        field_errors: The fields that were refused.
        original: The body as it came: parsed JSON, or the text.
    """

    title: str
    status: int
    detail: str = ""
    code: str = ""
    trace_id: str = ""
    field_errors: tuple[FieldError, ...] = ()
    original: Any = field(default=None, repr=False)

    @classmethod
    def from_response(cls, response: requests.Response) -> Problem:
        """Read the refusal out of an answer.

        Never fails: an unreadable body becomes ``original``. The words are without secrets, known ones and such by
        name; ``original`` is as it came.
        """
        try:
            body = response.json()
        except (ValueError, RecursionError, requests.RequestException):
            body = response.text if len(body_of(response) or b"") <= _LONGEST_PAGE else parsed(body_of(response))
        return cls.from_body(body, response.status_code)._without(getattr(response, "unspeakable", ()))

    @classmethod
    def from_body(cls, body: Any, status: int) -> Problem:
        """Read the refusal out of a body that has been parsed already.

        Args:
            body: Parsed JSON, or text when it was no JSON.
            status: The HTTP status it came with; wins over one in the body.
        """
        parts = _first_mapping(outline(body))
        if parts is None:
            return cls(title=_phrase(status), status=status, detail=_plain_text(body), original=body)
        nested = _nested_words(parts)
        fields = tuple(islice(_field_errors(parts), _MOST_FIELDS))
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
            trace_id=_pick(parts, "traceId", "contextId", "trace_id", "traceID", "correlation_id")
            or _trace_in(_pick(parts, "instance")),
            field_errors=tuple(f for f in fields if f.name.lower() != "errorcode"),
            original=body,
        )

    def __str__(self) -> str:
        code = f" [{self.code}]" if self.code and self.code != self.title else ""
        detail = f": {self.detail}" if self.detail and self.detail != self.title else ""
        fields = "".join(f"\n  {field.name}: {field.reason}" for field in self.field_errors)
        trace = f"\n  trace id {self.trace_id}" if self.trace_id else ""
        return visible(f"{self.status} {self.title}{code}{detail}{fields}{trace}")

    def _without(self, secrets: tuple[Secret, ...]) -> Problem:
        known = redactor(secrets)

        def scrub(text: str) -> str:
            return without_named(without_tokens(known.text(text)))

        return dataclasses.replace(
            self,
            title=scrub(self.title),
            detail=scrub(self.detail),
            code=scrub(self.code),
            trace_id=scrub(self.trace_id),
            field_errors=tuple(FieldError(scrub(one.name), scrub(one.reason)) for one in self.field_errors),
        )


def _first_mapping(body: Any) -> Mapping[str, Any] | None:
    # eCom v2 and PSP v3 answer with an array of errors; the first one is the one that stopped the call.
    if isinstance(body, list):
        body = next((item for item in body if isinstance(item, Mapping)), None)
    return body if isinstance(body, Mapping) else None


def _nested_words(parts: Mapping[str, Any]) -> str:
    """The words inside the envelopes of Azure and eCom.

    Such as Azure's ``responseInfo`` and ``result``, and eCom's ``errorInfo``.
    """
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
                reason = _pick(entry, "reason") if isinstance(entry, Mapping) else _cut(json.dumps(entry))
                yield FieldError(_cut(str(name)), entry[:_LONGEST] if isinstance(entry, str) else reason)
    errors = parts.get("errors")
    if isinstance(errors, Mapping):
        for name, reasons in errors.items():
            for reason in reasons if isinstance(reasons, list) else [reasons]:
                yield FieldError(_cut(str(name)), _cut(reason if isinstance(reason, str) else json.dumps(reason)))


def _pick(parts: Mapping[str, Any], *names: str) -> str:
    for name in names:
        value = parts.get(name)
        if isinstance(value, str | int) and not isinstance(value, bool) and value != "":
            return _cut(str(value))
    return ""


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} …"


def _problem_id(parts: Mapping[str, Any]) -> str:
    """Recurring's business code, such as ``charge-due-too-soon``.

    It is the fragment of a page of Vipps MobilePay: ``…-api-problems#charge-due-too-soon``. Elsewhere ``type`` names a
    standard (``rfc7231#section-6.5.1``), which says no more than the status.
    """
    address = _pick(parts, "type")
    parts_of_it, host = cut_apart(address), host_of(address)
    is_theirs = any(host == own or host.endswith(f".{own}") for own in _VIPPS_HOSTS) or (
        host in ("", "github.com") and parts_of_it.path.startswith(("/docs/", "/vippsas/"))
    )
    return parts_of_it.fragment if is_theirs else ""


def _trace_in(instance: str) -> str:
    """An ``instance`` that is a trace id, alone or as the end of a URN.

    One that is the path of the call is none.
    """
    plain = instance.rpartition(":")[2]
    is_id = _SHORTEST_TRACE <= len(plain) <= _LONGEST_TRACE and any(each.isdigit() for each in plain)
    return plain if is_id and plain.replace("-", "").replace("_", "").replace(".", "").isalnum() else ""


def _plain_text(body: Any) -> str:
    """What a person can read of a body that is no JSON object.

    An HTML page by its title, text cut short.
    """
    if not isinstance(body, str):
        return "" if body is None else json.dumps(outline(body))[:300]
    page = body[:_LONGEST_PAGE]
    # By steps, for a pattern would look from every beginning of a title for its end.
    small = page.lower() if page.isascii() else "".join(each.lower() if each.isascii() else each for each in page)
    start = small.find("<title")
    begin = small.find(">", start) + 1 if start >= 0 else 0
    if begin and (end := small.find("</title", begin)) >= 0:
        return f"an HTML page titled “{html.unescape(page[begin:end]).strip()[:100]}”"
    return page.strip()[:300]


def _phrase(status: int) -> str:
    try:
        return http.HTTPStatus(status).phrase
    except ValueError:
        return f"HTTP {status}"
