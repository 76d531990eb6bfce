"""One call that was made: what may be kept of it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cached_property
from http.client import responses as phrases
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

import requests
from requests.structures import CaseInsensitiveDict

from vipps_nb.bodies import body_of, parsed
from vipps_nb.cards.values import DOTS, SECRET_FIELDS, TOKEN, View, is_secret, size
from vipps_nb.history.seen import Money
from vipps_nb.introduction import SECRET_HEADERS

Pairs = tuple[tuple[str, str], ...]

LARGEST_BODY = 64 << 10  # bytes; of a larger one only its size is kept
IDEMPOTENCY_KEY = "Idempotency-Key"
_SECRET_NAMES = SECRET_FIELDS.union(
    name.lower() for name in (*SECRET_HEADERS, "Cookie", "Set-Cookie", "Proxy-Authorization")
)
# Bodies without any of these are kept as they came; the others are looked at field by field.
_SUSPECT = re.compile(rb"secret|token|password|authorization|assertion|verifier|subscription|eyJ", re.IGNORECASE)
_ALL = View(personal=True)
_FAILED = 400


@dataclass(frozen=True, kw_only=True)
class PastCall:
    """A call that was made, and what came of it. Holds no secret.

    Attributes:
        number: Counted from 1 by the session.
        moment: When it was sent, by this machine's clock.
        url: Without secrets in its query.
        sent_pairs: The request's headers, without secrets.
        sent: The body, without secrets; None when there was none, or it was not kept.
        status: What was answered; None when no answer came.
        seconds: How long it took.
        pairs: The answer's headers, without secrets.
        content: The body of the answer, without secrets; None when it was not kept.
        received: How many bytes the answer's body had; None when it was left to be streamed.
        failure: The kind of error when no answer came.
        retries: What went wrong before this came, in words.
        left_out: Why this call cannot be sent again from here; empty when it can.
        refused_before: Whether its refusal repeats what its idempotency key was told before.
        seen: For a refusal, what was known then of the payment's money.
    """

    number: int
    moment: datetime
    method: str
    url: str
    sent_pairs: Pairs = field(repr=False)
    sent: bytes | None = field(repr=False)
    status: int | None
    reason: str = ""
    seconds: float = field(default=0.0, repr=False)
    pairs: Pairs = field(default=(), repr=False)
    content: bytes | None = field(default=None, repr=False)
    received: int | None = field(default=None, repr=False)
    failure: str = ""
    retries: tuple[str, ...] = field(default=(), repr=False)
    left_out: str = field(default="", repr=False)
    refused_before: bool = field(default=False, repr=False)
    seen: Money | None = field(default=None, repr=False)

    @cached_property
    def sent_headers(self) -> CaseInsensitiveDict[str]:
        """The headers of the request; put together when somebody asks, for every request waits until it is kept."""
        return CaseInsensitiveDict(self.sent_pairs)

    @cached_property
    def headers(self) -> CaseInsensitiveDict[str]:
        """The headers of the answer, as with the request's."""
        return CaseInsensitiveDict(self.pairs)

    @property
    def path(self) -> str:
        """The path, and the query."""
        parts = urlsplit(self.url)
        return parts.path + (f"?{parts.query}" if parts.query else "")

    @property
    def idempotency_key(self) -> str:
        """The key that it went with; empty for none."""
        return str(self.sent_headers.get(IDEMPOTENCY_KEY, ""))

    @property
    def ok(self) -> bool:
        """Whether an answer came that is no refusal."""
        return self.status is not None and self.status < _FAILED

    @property
    def outcome(self) -> str:
        """The status in number and words, or the error."""
        if self.status is None:
            return f"no answer ({self.failure})"
        return f"{self.status} {self.reason or phrases.get(self.status, '')}".strip()

    @property
    def title(self) -> str:
        """The operation in words."""
        return str(self._card().title)

    @property
    def still(self) -> bool:
        """Whether the sandbox's clock was held: then only its time is shown, which is the same each time."""
        return self.headers.get("Vipps-Nb-Clock") == "held"

    @property
    def shown_moment(self) -> datetime:
        """When it was, for people: by the sandbox's clock while that is held."""
        date = self.headers.get("Date", "") if self.still else ""
        try:
            return parsedate_to_datetime(date)
        except ValueError:
            return self.moment

    @property
    def weight(self) -> int:
        """About how many bytes it takes."""
        return 2000 + len(self.sent or b"") + len(self.content or b"")

    @property
    def response(self) -> requests.Response:
        """The answer, put together again from what was kept."""
        response = requests.Response()
        request = requests.PreparedRequest()
        request.method, request.url, request.body = self.method, self.url, self.sent
        request.headers = self.sent_headers.copy()
        response.request, response.url = request, self.url
        response.status_code, response.reason = self.status or 0, self.reason
        response.headers = self.headers.copy()
        response.elapsed = timedelta(seconds=self.seconds)
        response._content = self.content or b""
        vars(response)["refused_before"], vars(response)["seen"] = self.refused_before, self.seen
        return response

    def sent_as_json(self) -> Any:
        """The body as JSON, a form as its pairs, or text."""
        return parsed(self.sent, form=True)

    def _card(self) -> Any:
        from vipps_nb.cards.answer import AnswerCard  # noqa: PLC0415 - nothing is drawn before somebody looks

        return AnswerCard(self.response)

    def _repr_html_(self) -> str | None:
        return self._card().html if self.status is not None else None

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        alone = len(printer.stack) == 1 and self.status is not None
        printer.text(self._card().text if alone else repr(self))

    def __repr__(self) -> str:
        return f"<PastCall {self.number}: {self.method} {_ALL.text(self.path)}, {self.outcome}>"


def remember(
    number: int,
    request: requests.PreparedRequest,
    outcome: requests.Response | Exception,
    *,
    seconds: float,
    secrets: Collection[str],
    streamed: bool,
) -> PastCall:
    """What may be kept of a call.

    Args:
        number: Its number.
        request: As the caller made it; the session adds keys and tokens to a copy.
        outcome: The answer, or the error instead of one.
        seconds: How long it took.
        secrets: Values that must not be kept, wherever they stand.
        streamed: Whether the answer's body is left to the caller.
    """
    scrub = _scrubber(secrets)
    sent, left_out = _sent(request, scrub)
    headers = _headers(request.headers, scrub)
    if any(DOTS in value for _, value in headers):
        left_out = "it carried a secret in a header, which is not kept"
    url = _url(str(request.url), scrub)
    if url != request.url and DOTS in unquote(url):
        left_out = "it carried a secret in its address, which is not kept"
    call: dict[str, Any] = {
        "number": number,
        "moment": datetime.now(UTC) - timedelta(seconds=seconds),
        "method": str(request.method),
        "url": url,
        "sent_pairs": headers,
        "sent": sent,
        "seconds": seconds,
        "left_out": left_out,
    }
    if isinstance(outcome, Exception):
        return PastCall(**call, status=None, failure=type(outcome).__name__)
    content = None if streamed else body_of(outcome)
    return PastCall(
        **call,
        status=outcome.status_code,
        reason=outcome.reason or "",
        pairs=_headers(outcome.headers, scrub),
        content=_kept(content, scrub) if content is not None and len(content) <= LARGEST_BODY else None,
        received=None if content is None else len(content),
        retries=tuple(str(retry.cause) for retry in getattr(outcome, "retries", ())),
        refused_before=bool(getattr(outcome, "refused_before", False)),
        seen=getattr(outcome, "seen", None),
    )


def _scrubber(secrets: Iterable[str]) -> Callable[[str], str]:
    known = sorted((secret for secret in secrets if secret), key=len, reverse=True)

    def scrub(text: str) -> str:
        for secret in known:
            text = text.replace(secret, DOTS)
        return TOKEN.sub(DOTS, text) if "eyJ" in text else text

    return scrub


def _headers(headers: Mapping[str, Any], scrub: Callable[[str], str]) -> Pairs:
    stored = _stored(headers)
    try:
        values = "\n".join([value for _, value in stored.values()])
    except TypeError:  # a value may be bytes, or whatever else somebody has put there
        text = {
            name: value.decode("latin-1") if isinstance(value, bytes) else str(value) for name, value in headers.items()
        }
        return _headers(text, scrub)
    # Most carry no secret, which one look at all of them together tells.
    if _SECRET_NAMES.isdisjoint(stored) and scrub(values) == values:
        return tuple(stored.values())
    return tuple((name, DOTS if key in _SECRET_NAMES else scrub(value)) for key, (name, value) in stored.items())


def _stored(headers: Mapping[str, Any]) -> Mapping[str, tuple[str, str]]:
    """Name and value by the name in lower case, as requests holds them: its own ways to them cost ten times as much."""
    own = headers if isinstance(headers, CaseInsensitiveDict) else CaseInsensitiveDict(headers)
    stored: Mapping[str, tuple[str, str]] = vars(own)["_store"]
    return stored


def _url(url: str, scrub: Callable[[str], str]) -> str:
    if not ("?" in url or "@" in url or "#" in url):
        return scrub(url)
    parts = urlsplit(url)
    query = parts.query
    if query:
        pairs = parse_qsl(query, keep_blank_values=True)
        if any(is_secret(name) for name, _ in pairs):
            query = urlencode([(name, DOTS if is_secret(name) else value) for name, value in pairs])
    host = parts.netloc.rpartition("@")[2]
    return scrub(urlunsplit((parts.scheme, host, parts.path, query, "")))


def _sent(request: requests.PreparedRequest, scrub: Callable[[str], str]) -> tuple[bytes | None, str]:
    body: Any = request.body
    if body is None:
        return None, ""
    content = body.encode() if isinstance(body, str) else body
    # Whatever the stubs of requests say: it can be a file or a generator.
    if not isinstance(content, bytes):
        return None, "its body was a file or a stream, which is not kept"
    if len(content) > LARGEST_BODY:
        return None, f"its body has {size(len(content))}, which is too much to keep"
    kept = _kept(content, scrub)
    return kept, "" if kept == content else "it carried a secret in its body, which is not kept"


def _kept(content: bytes, scrub: Callable[[str], str]) -> bytes:
    """A body without secrets; the very same bytes where there are none."""
    text = content.decode("utf-8", "surrogateescape")
    if _SUSPECT.search(content):
        value = parsed(content, form=True)
        masked = _ALL.masked(value)
        if masked != value:
            form = isinstance(value, Mapping) and not content.lstrip().startswith(b"{")
            text = urlencode(masked) if form else json.dumps(masked, ensure_ascii=False)
    return scrub(text).encode("utf-8", "surrogateescape")
