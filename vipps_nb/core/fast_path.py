"""Usual requests on a shorter way.

The work of requests and urllib3 is done less often, or later.

What of the client is there for speed alone is here and in :mod:`vipps_nb.core.open_connection`;
:mod:`vipps_nb.core.transport` and the session call it. What comes out is what requests makes. Whatever is not usual
goes the long way, which is requests' own: hooks, cookies, files, ``auth=``, ``stream=``, proxies, adapters of the
user's own, redirects. So does every request while somebody has put something else in place of what is passed by here,
as ``responses``, ``requests-mock`` and tracers do.

What each saves is told in ``benchmarks/README.md``, as a share of one GET of plain requests.
"""

from __future__ import annotations

import datetime
import functools
import http.client
import importlib
import io
import os
import re
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import FunctionType
from typing import Any, ClassVar, NamedTuple

import requests
from requests.adapters import HTTPAdapter
from requests.cookies import RequestsCookieJar
from requests.hooks import default_hooks
from requests.structures import CaseInsensitiveDict
from requests.utils import check_header_validity, get_encoding_from_headers
from urllib3 import HTTPHeaderDict, HTTPResponse, Timeout
from urllib3.connection import HTTPConnection

Pairs = tuple[tuple[str, Any], ...]


class Arrived(NamedTuple):
    """An answer that came whole, past urllib3.

    Attributes:
        status: Its number.
        reason: Its words.
        pairs: Its headers, no name twice.
        body: Its bytes, as they came.
        reading: Seconds from its first bytes to its last.
    """

    status: int
    reason: str
    pairs: Pairs
    body: bytes
    reading: float


_json: Any = importlib.import_module("requests.compat").json  # simplejson, where there is one

# A path that no step of requests' preparation would change: no escapes, no query, no dot segments.
PLAIN_PATH = re.compile(r"(?!.*/\.)/[A-Za-z0-9._~-][A-Za-z0-9._~/-]*", re.ASCII)


# --- whether requests is itself -------------------------------------------------------------------------------------


def own(owner: type, name: str, neighbour: Callable[..., object]) -> FunctionType | None:
    """A method as its own library wrote it.

    None where somebody had replaced it before we were imported.
    """
    found = vars(owner).get(name)
    if not isinstance(found, FunctionType) or not isinstance(neighbour, FunctionType):
        return None
    return found if found.__code__.co_filename == neighbour.__code__.co_filename else None


_SEND = own(requests.Session, "send", requests.sessions.merge_setting)
_PREPARE = own(requests.Session, "prepare_request", requests.sessions.merge_setting)
_CARRY = own(HTTPAdapter, "send", HTTPAdapter.close)
_BUILD = own(HTTPAdapter, "build_response", HTTPAdapter.close)


def session_sends_itself() -> bool:
    """Whether ``requests.Session.send`` is requests' own."""
    return requests.Session.send is _SEND


def session_prepares_itself() -> bool:
    """Whether ``requests.Session.prepare_request`` is requests' own."""
    return requests.Session.prepare_request is _PREPARE


# Another package may stand under urllib3's name (urllib3-future, which niquests brings).
IS_URLLIB3 = issubclass(HTTPConnection, http.client.HTTPConnection)


def adapter_sends_itself() -> bool:
    """Whether what requests' adapter does is its own, and what it calls is urllib3."""
    return HTTPAdapter.send is _CARRY and HTTPAdapter.build_response is _BUILD and IS_URLLIB3


# --- headers --------------------------------------------------------------------------------------------------------


class Headers(CaseInsensitiveDict[Any]):
    """Headers that are put together when somebody asks for one.

    Most are only sent, or kept.

    Args:
        pairs: Names and values; no name twice, in whatever case.
    """

    def __init__(self, pairs: Pairs) -> None:
        self._pairs = pairs

    def __getattr__(self, name: str) -> Any:
        own = self.__dict__
        pairs = own.get("_pairs")
        if name == "_store" and pairs is not None:  # the one attribute of a CaseInsensitiveDict
            own.setdefault("_store", OrderedDict((pair[0].lower(), pair) for pair in pairs))
            # What is changed or taken away from now on must not stay here.
            own.pop("_pairs", None)
        if name in own:  # put there by another thread, perhaps
            return own[name]
        raise AttributeError(name)

    def __contains__(self, name: object) -> bool:
        pairs = self.__dict__.get("_pairs")
        if pairs is None or not isinstance(name, str):
            return super().__contains__(name)
        small, length = name.lower(), len(name)
        return any(len(other) == length and other.lower() == small for other, _ in pairs)

    def copy(self) -> CaseInsensitiveDict[Any]:
        """The same headers, to be changed by somebody else."""
        return Headers(pairs_of(self))

    def __reduce__(self) -> tuple[Any, ...]:
        return CaseInsensitiveDict, (OrderedDict(pairs_of(self)),)


def pairs_of(headers: Mapping[str, Any]) -> Pairs:
    """Names and values as they are now."""
    if type(headers) is Headers:
        pairs: Pairs | None = vars(headers).get("_pairs")
        return tuple(headers._store.values()) if pairs is None else pairs
    if type(headers) is CaseInsensitiveDict:
        return tuple(vars(headers)["_store"].values())
    return tuple(headers.items())


# --- a request ------------------------------------------------------------------------------------------------------


class PlainRequest(requests.PreparedRequest):
    """A prepared request to a plain path.

    With parts that are made when somebody asks for them.

    Attributes:
        plain: Its URL, in one piece and as origin and path.
    """

    plain: tuple[str, str, str]

    @classmethod
    def of(cls, method: str, origin: str, path: str, headers: Headers, body: Any = None) -> PlainRequest:
        """A request that was not sent yet.

        Args:
            method: In capitals.
            origin: Scheme and host, and port.
            path: A :data:`PLAIN_PATH`.
            headers: All of them.
            body: What goes with it.
        """
        own = cls.__new__(cls)
        url = origin + path
        own.__dict__ = {
            "method": method,
            "url": url,
            "headers": headers,
            "body": body,
            "hooks": default_hooks(),
            "_body_position": None,
            "plain": (url, origin, path),
        }
        return own

    @functools.cached_property
    def _cookies(self) -> RequestsCookieJar:
        return RequestsCookieJar()

    def is_as_it_was_made(self) -> bool:
        """Whether it can still go the short way.

        It is the caller's, who may have changed it.
        """
        return (
            self.url is self.plain[0]
            and type(self.headers) is Headers
            and (self.body is None or isinstance(self.body, bytes))
            and not self.hooks["response"]
        )

    def with_headers(self, more: Mapping[str, str]) -> PlainRequest:
        """A copy with some more headers, unless it has them already."""
        headers = self.headers
        pairs = pairs_of(headers) + tuple([pair for pair in more.items() if pair[0] not in headers])
        other = type(self).__new__(type(self))
        other.__dict__ = {**self.__dict__, "headers": Headers(pairs)}
        return other


class Standing:
    """What a session sends with every call of a kind, checked and merged once."""

    def __init__(self) -> None:
        self._known: dict[object, tuple[object, dict[str, tuple[str, Any]]]] = {}

    def headers(self, kind: object, *some: Pairs) -> dict[str, tuple[str, Any]]:
        """The headers of all, later ones win; ``None`` as a value takes a header away.

        Args:
            kind: For which calls; what was put together for it last is remembered.
            some: What they are put together of.
        """
        known = self._known.get(kind)
        if known is None or known[0] != some:
            merged: dict[str, tuple[str, Any]] = {}
            for pairs in some:
                _merge(merged, pairs)
            self._known[kind] = known = (some, merged)
        return known[1]


def as_text(name: str | bytes) -> str:
    """The name of a header, which requests takes as bytes too."""
    return name.decode("latin-1") if isinstance(name, bytes) else name


def _merge(merged: dict[str, tuple[str, Any]], pairs: Iterable[tuple[str | bytes, Any]]) -> None:
    for said, value in pairs:
        name = as_text(said)
        if value is None:
            merged.pop(name.lower(), None)
        else:
            check_header_validity((name, value))
            merged[name.lower()] = name, value


def prepare_plain(
    method: str,
    origin: str,
    path: str,
    *,
    standing: Mapping[str, tuple[str, Any]],
    given: Mapping[str, Any],
    data: Any,
    json: Any,
) -> PlainRequest:
    """What ``Session.prepare_request`` makes of a plain path and perhaps a body.

    Args:
        method: In capitals.
        origin: Our own address.
        path: A :data:`PLAIN_PATH`.
        standing: The session's own headers, by their names in small letters.
        given: Those of this call, which win; ``None`` as a value takes a header away.
        data: The body, or a form.
        json: The body, if there is no ``data``.
    """
    bodiless = not data and json is None
    if bodiless and not given and method in _WITHOUT_LENGTH:
        return PlainRequest.of(method, origin, path, Headers(tuple(standing.values())))
    merged = dict(standing)
    _merge(merged, given.items())
    body = None
    if bodiless:
        if method not in _WITHOUT_LENGTH and "content-length" not in merged:
            merged["content-length"] = ("Content-Length", "0")
    elif not data and (body := _as_json(json)) is not None:
        merged["content-length"] = ("Content-Length", str(len(body)))
        merged.setdefault("content-type", ("Content-Type", "application/json"))
    prepared = PlainRequest.of(method, origin, path, Headers(tuple(merged.values())), body)
    if not bodiless and body is None:
        prepared.prepare_body(data, None, json)
    return prepared


_WITHOUT_LENGTH = ("GET", "HEAD")


def _as_json(value: Any) -> bytes | None:
    """A JSON body as requests writes it.

    None where it is requests that has to complain.
    """
    try:
        body = _json.dumps(value, allow_nan=False)
    except Exception:
        return None
    return body.encode("utf-8") if isinstance(body, str) else None


# --- an answer ------------------------------------------------------------------------------------------------------


class QuickResponse(requests.Response):
    """A response that can be made without the parts that hardly anybody looks at."""

    # As they stand in a new response, whichever these are in the requests at hand.
    _new: ClassVar[dict[str, Any]] = {
        name: value
        for name, value in vars(requests.Response()).items()
        if name not in {"cookies", "headers", "history"}
    }
    # An answer that came past urllib3 has no stream until somebody asks for it.
    _arriving: ClassVar[dict[str, Any]] = {name: value for name, value in _new.items() if name != "raw"}
    _arrived: Arrived | None = None
    _content_consumed: bool

    @classmethod
    def of_raw(cls, request: PlainRequest, raw: Any, connection: HTTPAdapter) -> QuickResponse:
        """What ``HTTPAdapter.build_response`` makes of an answer that sets no cookie."""
        own = cls.__new__(cls)
        pairs = tuple(raw.headers.itermerged())
        own.__dict__ = {
            **cls._new,
            "status_code": raw.status,
            "headers": Headers(pairs),
            "encoding": _encoding(raw.headers.get("content-type")),
            "raw": raw,
            "reason": raw.reason,
            "url": request.url,
            "history": [],
            "request": request,
            "connection": connection,
        }
        return own

    @classmethod
    def of_arrived(cls, request: PlainRequest, arrived: Arrived, connection: HTTPAdapter) -> QuickResponse:
        """The same of an answer that came past urllib3."""
        own = cls.__new__(cls)
        pairs = arrived.pairs
        own.__dict__ = {
            **cls._arriving,
            "status_code": arrived.status,
            "headers": Headers(pairs),
            "encoding": _encoding(next((value for name, value in pairs if name.lower() == "content-type"), None)),
            "reason": arrived.reason,
            "url": request.url,
            "history": [],
            "request": request,
            "connection": connection,
            "_arrived": arrived,
        }
        return own

    @functools.cached_property
    def raw(self) -> Any:  # type: ignore[override]
        """The stream of an answer, at its end where the body was read already."""
        arrived = self._arrived
        if arrived is None:
            return None
        raw = HTTPResponse(
            body=io.BytesIO(arrived.body),
            headers=HTTPHeaderDict(arrived.pairs),
            status=arrived.status,
            version=11,
            version_string="HTTP/1.1",
            reason=arrived.reason,
            preload_content=False,
            decode_content=False,
            request_method=self.request.method,
            request_url=self.request.path_url,
        )
        if self._content_consumed:
            raw.read(decode_content=False)
            raw.close()
        return raw

    @functools.cached_property
    def cookies(self) -> RequestsCookieJar:  # type: ignore[override]
        """None, until somebody puts one in."""
        return RequestsCookieJar()


def whole_body(answer: requests.Response, largest: int) -> bytes | None:
    """A body that says how long it is and is not compressed, read in one go.

    None for any other.

    Raises:
        requests.RequestException: It broke off.
    """
    arrived = answer._arrived if isinstance(answer, QuickResponse) else None
    if arrived is not None and "raw" not in vars(answer):
        plain = "content-encoding" not in answer.headers
        return arrived.body if plain and len(arrived.body) <= largest else None
    raw = answer.raw
    if type(raw) is not HTTPResponse or not IS_URLLIB3 or "content-encoding" in raw.headers:
        return None
    length = raw.length_remaining
    if length is None or length > largest:
        return None
    try:
        return raw.read(decode_content=True)
    except Exception as error:
        failure = error
    asked = requests.Response()
    asked.raw = Raising(failure)
    next(asked.iter_content(1))
    raise failure


@functools.lru_cache(64)
def _encoding(kind: str | None) -> str | None:
    return get_encoding_from_headers(CaseInsensitiveDict({} if kind is None else {"content-type": kind}))


def is_empty(jar: Any) -> bool:
    """Whether a jar has no cookie; asking for its length would go through it."""
    return not getattr(jar, "_cookies", True) or not len(jar)


def seconds(some: float) -> datetime.timedelta:
    """An answer's ``elapsed``."""
    return datetime.timedelta(seconds=some)


class Raising:
    """In the place of what failed: has requests say in its own words what went wrong.

    Args:
        error: What urllib3 raised.
    """

    max_retries = None

    def __init__(self, error: Exception) -> None:
        self._error = error

    def urlopen(self, *_: Any, **__: Any) -> None:
        """As a pool of connections.

        Raises:
            Exception: What was raised before.
        """
        raise self._error

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        """As a body."""
        return _raised(self._error)

    # And as the adapter that has such a pool.

    def get_connection_with_tls_context(self, *_: Any, **__: Any) -> Raising:
        """The pool."""
        return self

    def cert_verify(self, *_: Any, **__: Any) -> None:
        """Nothing to do."""

    def add_headers(self, *_: Any, **__: Any) -> None:
        """Nothing to do."""

    def request_url(self, *_: Any, **__: Any) -> str:
        """Whatever."""
        return "/"


def _raised(error: Exception) -> Iterator[bytes]:
    yield from ()
    raise error


def what_failed(error: Exception, request: requests.PreparedRequest) -> Exception:
    """What ``HTTPAdapter.send`` makes of an error of its pool of connections."""
    try:
        stand_in: Any = Raising(error)  # no adapter, but it has all that is asked for
        HTTPAdapter.send(stand_in, request)
    except Exception as failure:
        return failure
    return error


def patience(timeout: Any) -> Timeout | None:
    """What urllib3 is told of a time-out; None for one that is not usual.

    It copies what it is given.
    """
    kind = type(timeout)
    if kind is tuple:
        usual = len(timeout) == 2 and type(timeout[0]) in _NUMBERS and type(timeout[1]) in _NUMBERS  # noqa: PLR2004
        return _patience(*timeout) if usual else None
    return _patience(timeout, timeout) if kind in _NUMBERS else None


_NUMBERS = (int, float, type(None))
_patience = functools.lru_cache(64, typed=True)(lambda connect, read: Timeout(connect=connect, read=read))


# --- the wire -------------------------------------------------------------------------------------------------------

_NAME = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
# A head that can be read in one way only, as Python's parser does: no folded lines, nothing but ASCII.
HEAD = re.compile(rb"HTTP/1\.1 ([2-5][0-9][0-9]) ([ -~]*)\r\n((?:%s:[\t -~]*\r\n)*)\r\n" % _NAME)
MOST_HEADERS, _LONGEST_LINE = 100, 65_536  # http.client's own limits
_NO_BODY = (204, 304)


def begin(answer: Any) -> bool:
    """Read the head of an answer, if it is there and plain.

    What ``http.client.HTTPResponse.begin`` does, without the e-mail parser. Nothing is taken from the stream unless
    all of it is understood.

    Returns:
        Whether it was read; otherwise http.client has to.
    """
    stream = answer.fp
    if not isinstance(stream, io.BufferedReader) or answer.debuglevel:
        return False
    found = HEAD.match(stream.peek())
    if found is None:
        return False
    lines = found[3].decode("ascii").split("\r\n")
    lines.pop()
    if len(lines) > MOST_HEADERS:
        return False
    message = http.client.HTTPMessage()
    message.set_payload("")
    first: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        value = value.lstrip(" \t")
        message.set_raw(name, value)
        first.setdefault(name.lower(), value)
    stream.read(found.end())
    status = int(found[1])
    answer.code = answer.status = status
    answer.reason = found[2].decode("ascii").strip()
    answer.version = 11
    answer.headers = answer.msg = message
    answer.chunked = first.get("transfer-encoding", "").lower() == "chunked"
    if answer.chunked:
        answer.chunk_left = None
    answer.length = None if answer.chunked else _length(first.get("content-length"))
    if status in _NO_BODY or answer._method == "HEAD":
        answer.length = 0
    answer.will_close = "close" in first.get("connection", "").lower() or (answer.length is None and not answer.chunked)
    return True


def _length(said: str | None) -> int | None:
    try:
        length = int(said) if said else None
    except ValueError:
        return None
    return None if length is None or length < 0 else length


class Names:
    """The names of headers that are sent in one piece.

    What urllib3 looks at, and no value.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._names = names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def items(self) -> tuple[()]:
        """None: they are sent by somebody else."""
        return ()


def block(headers: Mapping[str, str]) -> bytes | None:
    """The lines of a request's headers.

    None where one of them is not usual, or would have to be refused.
    """
    try:
        lines = "\r\n".join([f"{name}: {value}" for name, value in headers.items()]).encode("latin-1")
    except UnicodeEncodeError:
        return None
    # As many line breaks as there are between them, each of both characters, and each name is one.
    breaks = len(headers) - 1
    if lines.count(b"\n") != breaks or lines.count(b"\r") != breaks or b"\0" in lines:
        return None
    return lines if all(map(_is_name, headers)) and set(map(type, headers.values())) == {str} else None


@functools.lru_cache(1024)
def _is_name(name: str) -> bool:
    return name.isascii() and re.fullmatch(_NAME, name.encode()) is not None


# --- what the process environment says ------------------------------------------------------------------------------

# All that requests reads from the process environment for a request. Asked anew each time, which costs little
# beside looking up what follows from it.
_VARIABLES = (
    *("http_proxy", "https_proxy", "all_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
    *("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "REQUEST_METHOD"),
)


class Surroundings:
    """Proxies and certificates of one session.

    Looked up again when anything that decides about them has changed.
    """

    def __init__(self) -> None:
        self._known: tuple[object, dict[str, Any], dict[str, str]] | None = None

    def settings(
        self, look_up: Callable[[], Mapping[str, Any]], proxies: Iterable[Mapping[str, str]], *others: object
    ) -> dict[str, Any]:
        """What a request is sent with.

        Args:
            look_up: How requests finds out.
            proxies: Those of the session and of the call.
            others: What else of the session and the call decides.
        """
        asked = (_variables(), *others, *(tuple(some.items()) for some in proxies))
        known = self._known
        if known is None or known[0] != asked:
            found = dict(look_up())
            self._known = known = (asked, found, dict(found["proxies"]))
        return {**known[1], "proxies": known[2].copy()}

    def forget(self) -> None:
        """Look up again at the next request: on some systems proxies are no variables."""
        self._known = None


def _names() -> tuple[Any, ...]:
    """The variables' names as they are stored; none where that cannot be told."""
    encode = getattr(os.environ, "encodekey", None)
    if encode is None or not isinstance(getattr(os.environ, "_data", None), dict):
        return ()
    return tuple(map(encode, _VARIABLES))


_ENVIRON: Any = os.environ  # as itself, for its inside is looked at
_NAMES = _names()


def _variables() -> tuple[Any, ...]:
    """Their values, which are only compared.

    As they are stored, where that can be reached.
    """
    if _NAMES and _ENVIRON is os.environ:
        inside: Any = _ENVIRON
        return tuple(map(inside._data.get, _NAMES))
    return tuple(map(os.environ.get, _VARIABLES))
