"""One call that was made: what may be kept of it."""

from __future__ import annotations

import functools
import json
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from http.client import responses as phrases
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl, unquote, urlencode, urlunsplit

import requests
from requests.structures import CaseInsensitiveDict

from vipps_nb.apis.questions import idempotency_key
from vipps_nb.auth.auth_scheme import SECRET_HEADERS
from vipps_nb.client.recorder.money import Money, payment_named
from vipps_nb.client.response import VippsResponse
from vipps_nb.client.retries import moment_of_header
from vipps_nb.core import hooks
from vipps_nb.core.addresses import cut_apart
from vipps_nb.core.bodies import body_of, is_whole, parsed, size
from vipps_nb.core.displayed import Displayed
from vipps_nb.core.fast_path import pairs_of
from vipps_nb.core.redaction import Redactor, is_secret, is_traded, without_named, without_tokens
from vipps_nb.core.stopwatch import Laps
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
_WEIGHT = 2000  # bytes of a call beside its bodies


@dataclass(frozen=True, kw_only=True)
class PastCall(Displayed):
    """A call that was made, and what came of it. Holds no secret.

    Most calls are never looked at, so secrets are taken out when somebody looks: at any attribute that could hold one,
    or at any in a pickle. Until then the call stands in a closure, with those who know the secrets of its time.

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
        weight: About how many bytes it takes.
        laps: Where its time went; None where that was not measured.
    """

    # None has a default, for a class attribute would be found before what stands in the closure.
    number: int
    moment: datetime
    method: str
    url: str
    sent_pairs: Pairs = field(repr=False)
    sent: bytes | None = field(repr=False)
    status: int | None
    reason: str
    seconds: float = field(repr=False)
    pairs: Pairs = field(repr=False)
    content: bytes | None = field(repr=False)
    received: int | None = field(repr=False)
    failure: str
    retries: tuple[str, ...] = field(repr=False)
    left_out: str = field(repr=False)
    refused_before: bool = field(repr=False)
    seen: Money | None = field(repr=False)
    weight: int = field(repr=False, compare=False)
    laps: Laps | None = field(repr=False, compare=False)

    @classmethod
    def sealed(cls, tell: Callable[[], Mapping[str, Any]], **known: Any) -> PastCall:
        """A call whose secrets are taken out when somebody looks.

        Args:
            tell: What gives the other attributes, without secrets.
            known: Attributes that hold none.
        """
        own = cls.__new__(cls)
        own.__dict__.update(known, _tell=tell)
        return own

    if not TYPE_CHECKING:  # or a wrong name would be right to every checker

        def __getattr__(self, name: str) -> Any:
            own = self.__dict__
            tell = own.get("_tell")
            if tell is not None and name in self.__dataclass_fields__:
                own.update(tell())
                own.pop("_tell", None)
            # Another thread may have done it meanwhile.
            if name in own:
                return own[name]
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}", name=name, obj=self)

    def opened(self) -> PastCall:
        """The same call, with its secrets taken out by now."""
        if "_tell" in self.__dict__:
            self.url  # noqa: B018 - it is looked at
        return self

    def __getstate__(self) -> dict[str, Any]:
        return dict(self.opened().__dict__)

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        self.__dict__.update(state)

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

    @cached_property
    def payment(self) -> tuple[str, str] | None:
        """The payment that it is about, as API and name; None for none."""
        return payment_named(self.path)

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
        return str(self._card().html) if self.status is not None else None

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        alone = len(printer.stack) == 1 and self.status is not None
        printer.text(self._card().text if alone else repr(self))

    def __repr__(self) -> str:
        return visible(f"<PastCall {self.number}: {self.method} {_ALL.text(self.path)}, {self.outcome}>")


class Heard(NamedTuple):
    """A call as it was heard.

    Nothing in it changes any more, and nothing was taken out.

    Attributes:
        url: Where to.
        going: The request's headers.
        body: Its body, as far as it can be kept.
        left_out: Why its body cannot be kept.
        reason: The status in words.
        coming: The answer's headers.
        content: Its body, as far as it can be kept.
        received: How many bytes that had.
        retries: What went wrong before this came.
    """

    url: str
    going: Pairs
    body: bytes | str | None
    left_out: str
    reason: str
    coming: Pairs
    content: bytes | None
    received: int | None
    retries: tuple[str, ...]

    @classmethod
    def of(cls, request: requests.PreparedRequest, outcome: requests.Response | Exception, *, streamed: bool) -> Heard:
        """What was said, and what came of it."""
        body, left_out = _body(request.body)
        url, going = str(request.url), pairs_of(request.headers)
        if isinstance(outcome, Exception):
            return cls(url, going, body, left_out, "", (), None, None, ())
        content = None if streamed else body_of(outcome)
        received = None if content is None else len(content)
        if received is not None and received > LARGEST_BODY:
            content = None
        retries = tuple([str(retry.cause) for retry in getattr(outcome, "retries", ())])
        coming = pairs_of(outcome.headers)
        return cls(url, going, body, left_out, str(outcome.reason or ""), coming, content, received, retries)

    def without_secrets(self, redactor: Redactor) -> dict[str, Any]:
        """What may be kept of it, as attributes of a :class:`PastCall`."""
        scrub, clean = _scrubber(redactor, self)
        sent, left_out = _sent(self.body, scrub)
        left_out = self.left_out or left_out
        headers = _headers(self.going, scrub, clean=clean)
        if DOTS in [value for _, value in headers] or (not clean and any(DOTS in value for _, value in headers)):
            left_out = "it carried a secret in a header, which is not kept"
        url = _url(self.url, scrub)
        if url != self.url and DOTS in unquote(url):
            left_out = "it carried a secret in its address, which is not kept"
        return {
            "url": url,
            "sent_pairs": headers,
            "sent": sent,
            "left_out": left_out,
            "reason": visible(scrub(self.reason)),
            "pairs": _headers(self.coming, scrub, clean=clean),
            "content": None if self.content is None else _kept(self.content, scrub),
            "received": self.received,
            "retries": tuple(map(visible, self.retries)),
        }


def remember(
    number: int,
    request: requests.PreparedRequest,
    outcome: requests.Response | Exception,
    *,
    seconds: float,
    redactor: Redactor,
    streamed: bool,
    unknown: bool = False,
) -> PastCall:
    """What may be kept of a call.

    Args:
        number: Its number.
        request: As the caller made it; the session adds keys and tokens to a copy.
        outcome: The answer, or the error instead of one.
        seconds: How long it took.
        redactor: What must not be kept, wherever it stands. The call holds on to it until it is opened.
        streamed: Whether the answer's body is left to the caller.
        unknown: Whether the secrets of its time are not known any more; then nothing of the answer is kept that could
            hold one.
    """
    heard = Heard.of(request, outcome, streamed=streamed or unknown)
    if unknown:
        heard = heard._replace(coming=())
    ended = time.time()

    def tell() -> dict[str, Any]:
        moment = datetime.fromtimestamp(ended, UTC) - timedelta(seconds=seconds)
        return {"moment": moment, **heard.without_secrets(redactor)}

    failed = isinstance(outcome, Exception)
    return PastCall.sealed(
        tell,
        number=number,
        method=str(request.method),
        status=None if isinstance(outcome, Exception) else outcome.status_code,
        failure=type(outcome).__name__ if failed else "",
        seconds=seconds,
        refused_before=bool(getattr(outcome, "refused_before", False)),
        seen=getattr(outcome, "seen", None),
        weight=_WEIGHT + len(heard.body or b"") + len(heard.content or b""),
        laps=getattr(outcome, "laps", None),
    )


def _body(body: Any) -> tuple[bytes | str | None, str]:
    """A request's body, as far as it can be kept, and why it cannot."""
    if body is None or (isinstance(body, bytes | str) and len(body) <= LARGEST_BODY):
        return body, ""
    # Whatever the stubs of requests say: it can be a file or a generator.
    if not isinstance(body, bytes | str):
        return None, "its body was a file or a stream, which is not kept"
    length = len(body if isinstance(body, bytes) else body.encode("utf-8", "surrogatepass"))
    return None, f"its body has {size(length)}, which is too much to keep"


def _scrubber(redactor: Redactor, heard: Heard) -> tuple[Callable[[str], str], bool]:
    """What takes secrets out of a text.

    And whether the values of all headers are free of them.

    Most calls carry none, which one look at all of it together tells.
    """
    values = [value for _, value in (*heard.going, *heard.coming)]
    plain = set(map(type, values)) <= {str}
    headers = "\n".join(values if plain else map(_as_latin, values))
    bodies = [_as_text(body) for body in (heard.body, heard.content) if body is not None]
    everything = "\0".join([heard.url, headers, *bodies])
    if not redactor.finds(everything) and without_tokens(everything) == everything:
        return _as_it_is, plain and without_named(headers) == headers

    def scrub(text: str) -> str:
        return without_tokens(redactor.text(text))

    return scrub, False


def _as_it_is(text: str) -> str:
    return text


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


def _sent(body: bytes | str | None, scrub: Callable[[str], str]) -> tuple[bytes | None, str]:
    if body is None:
        return None, ""
    content = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body
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
