"""One call that was made: what may be kept of it."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from http.client import responses as phrases
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlunsplit

import requests
from requests.structures import CaseInsensitiveDict

from vipps_nb.apis.questions import idempotency_key
from vipps_nb.auth.auth_scheme import SECRET_HEADERS
from vipps_nb.client.recorder.money import Money
from vipps_nb.client.response import VippsResponse
from vipps_nb.client.retries import moment_of_header
from vipps_nb.core import hooks
from vipps_nb.core.addresses import cut_apart
from vipps_nb.core.bodies import body_of, is_whole, parsed, size
from vipps_nb.core.redaction import Redactor, is_secret, is_traded, without_named, without_tokens
from vipps_nb.core.view import DOTS, View
from vipps_nb.core.visible import visible

Pairs = tuple[tuple[str, str], ...]

LARGEST_BODY = 64 << 10  # bytes; of a larger one only its size is kept
_SECRET_HEADERS = frozenset(name.lower() for name in SECRET_HEADERS)  # the client ID stays unsaid there as well
# Bodies without any of these are kept as they came; the others are looked at field by field.
_SUSPECT = (
    *(b"secret", b"token", b"passw", b"passphrase", b"authorization", b"authreq", b"auth_req", b"auth-req", b"cookie"),
    *(b"subscription", b"apikey", b"api_key", b"api-key", b"apim", b"private", b"assertion", b"verifier", b"grant"),
    *(b"eyj", b"\\u"),
)
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
        """The headers of the request.

        Put together when somebody asks, for every request waits until it is kept.
        """
        return CaseInsensitiveDict(self.sent_pairs)

    @cached_property
    def headers(self) -> CaseInsensitiveDict[str]:
        """The headers of the answer, as with the request's."""
        return CaseInsensitiveDict(self.pairs)

    @property
    def path(self) -> str:
        """The path, and the query."""
        parts = cut_apart(self.url)
        return parts.path + (f"?{parts.query}" if parts.query else "")

    @property
    def idempotency_key(self) -> str:
        """The key that it went with; empty for none."""
        return idempotency_key(self.url, self.sent_headers)

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
        """Whether the sandbox's clock was held.

        Then only its time is shown, which is the same each time.
        """
        return self.headers.get("Vipps-Nb-Clock") == "held"

    @property
    def shown_moment(self) -> datetime:
        """When it was, for people: by the sandbox's clock while that is held."""
        said = moment_of_header(self.headers.get("Date", "")) if self.still else None
        return said or self.moment

    @property
    def weight(self) -> int:
        """About how many bytes it takes."""
        return 2000 + len(self.sent or b"") + len(self.content or b"")

    @property
    def response(self) -> VippsResponse:
        """The answer, put together again from what was kept."""
        response = VippsResponse()
        request = requests.PreparedRequest()
        request.method, request.url, request.body = self.method, self.url, self.sent
        request.headers = self.sent_headers.copy()
        response.request, response.url = request, self.url
        response.status_code, response.reason = self.status or 0, self.reason
        response.headers = self.headers.copy()
        response.elapsed = timedelta(seconds=self.seconds)
        response._content = self.content or b""
        response.refused_before, response.seen = self.refused_before, self.seen
        return response

    def sent_as_json(self) -> Any:
        """The body as JSON, a form as its pairs, or text."""
        return parsed(self.sent, form=True)

    def _card(self) -> hooks.Card:
        return hooks.answer_card(self.response)

    def _repr_html_(self) -> str | None:
        return self._card().html if self.status is not None else None

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        alone = len(printer.stack) == 1 and self.status is not None
        printer.text(self._card().text if alone else repr(self))

    def __repr__(self) -> str:
        return visible(f"<PastCall {self.number}: {self.method} {_ALL.text(self.path)}, {self.outcome}>")


def remember(
    number: int,
    request: requests.PreparedRequest,
    outcome: requests.Response | Exception,
    *,
    seconds: float,
    redactor: Redactor,
    streamed: bool,
) -> PastCall:
    """What may be kept of a call.

    Args:
        number: Its number.
        request: As the caller made it; the session adds keys and tokens to a copy.
        outcome: The answer, or the error instead of one.
        seconds: How long it took.
        redactor: What must not be kept, wherever it stands.
        streamed: Whether the answer's body is left to the caller.
    """
    content = None if streamed or isinstance(outcome, Exception) else body_of(outcome)
    going = list(request.headers.items())
    coming = [] if isinstance(outcome, Exception) else list(outcome.headers.items())
    scrub, clean = _scrubber(redactor, request, [value for _, value in (*going, *coming)], content)
    sent, left_out = _sent(request, scrub)
    headers = _headers(going, scrub, clean=clean)
    if DOTS in [value for _, value in headers] or (not clean and any(DOTS in value for _, value in headers)):
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
    return PastCall(
        **call,
        status=outcome.status_code,
        reason=visible(scrub(outcome.reason or "")),
        pairs=_headers(coming, scrub, clean=clean),
        content=_kept(content, scrub) if content is not None and len(content) <= LARGEST_BODY else None,
        received=None if content is None else len(content),
        retries=tuple(visible(str(retry.cause)) for retry in getattr(outcome, "retries", ())),
        refused_before=bool(getattr(outcome, "refused_before", False)),
        seen=getattr(outcome, "seen", None),
    )


def _scrubber(
    redactor: Redactor, request: requests.PreparedRequest, values: list[Any], content: bytes | None
) -> tuple[Callable[[str], str], bool]:
    """What takes secrets out of a text.

    And whether the values of all headers are free of them.

    Most calls carry none, which one look at all of it together tells.
    """
    plain = set(map(type, values)) <= {str}
    headers = "\n".join(values if plain else map(_as_latin, values))
    bodies = [_as_text(body) for body in (request.body, content) if body is not None and _is_kept(body)]
    everything = "\0".join([str(request.url), headers, *bodies])
    if not redactor.finds(everything) and without_tokens(everything) == everything:
        return _as_it_is, plain and without_named(headers) == headers

    def scrub(text: str) -> str:
        return without_tokens(redactor.text(text))

    return scrub, False


def _as_it_is(text: str) -> str:
    return text


def _is_kept(body: Any) -> bool:
    return isinstance(body, str | bytes) and len(body) <= LARGEST_BODY


def _as_text(body: str | bytes) -> str:
    return body.decode("utf-8", "surrogateescape") if isinstance(body, bytes) else body


def _as_latin(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _headers(headers: Collection[tuple[str, Any]], scrub: Callable[[str], str], *, clean: bool) -> Pairs:
    """Headers without secrets; also not in an address, as in ``Location``."""
    if clean and not any(map(_is_secret_header, [name for name, _ in headers])):
        return tuple(headers)
    return tuple(
        (name, DOTS if _is_secret_header(name) else value if clean else without_named(scrub(_as_latin(value))))
        for name, value in headers
    )


@functools.lru_cache(1024)
def _is_secret_header(name: str) -> bool:
    return name.lower() in _SECRET_HEADERS or is_secret(name)


def _url(url: str, scrub: Callable[[str], str]) -> str:
    if not ("?" in url or "@" in url or "#" in url):
        return scrub(url)
    parts = cut_apart(url)
    query = parts.query
    if query:
        pairs = parse_qsl(query, keep_blank_values=True)
        traded = is_traded(name for name, _ in pairs)
        if any(is_secret(name) or (traded and name == "code") for name, _ in pairs):
            query = urlencode(
                [(name, DOTS if is_secret(name) or (traded and name == "code") else value) for name, value in pairs],
                errors="surrogatepass",
            )
    host = parts.netloc.rpartition("@")[2]
    return without_named(scrub(urlunsplit((parts.scheme, host, parts.path, query, ""))))


def _sent(request: requests.PreparedRequest, scrub: Callable[[str], str]) -> tuple[bytes | None, str]:
    body: Any = request.body
    if body is None:
        return None, ""
    content = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body
    # Whatever the stubs of requests say: it can be a file or a generator.
    if not isinstance(content, bytes):
        return None, "its body was a file or a stream, which is not kept"
    if len(content) > LARGEST_BODY:
        return None, f"its body has {size(len(content))}, which is too much to keep"
    kept = _kept(content, scrub)
    return kept, "" if kept == content else "it carried a secret in its body, which is not kept"


def _kept(content: bytes, scrub: Callable[[str], str]) -> bytes:
    """A body without secrets; the very same bytes where there are none."""
    small = content.lower()
    for word in _SUSPECT:
        if word in small:
            return scrub(masked_text(content, _ALL)).encode("utf-8", "surrogateescape")
    if scrub is _as_it_is:
        return content
    return scrub(content.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")


def masked_text(content: bytes, view: View) -> str:
    """A body as text, as it came but for what has to be masked in it.

    What is JSON or a form is masked value by value. Where that cannot be, because it is none, or deeper or larger than
    anybody walks through, what stands under a name is masked in the text.
    """
    text = content.decode("utf-8", "surrogateescape")
    value = parsed(content, form=True)
    if not (isinstance(value, Mapping | list) and is_whole(value)):
        return view.text(text)
    masked = view.masked(value)
    if masked == value:
        return text
    is_form = isinstance(value, Mapping) and not content.lstrip().startswith(b"{")
    return urlencode(masked, errors="surrogatepass") if is_form else json.dumps(masked, ensure_ascii=False)
