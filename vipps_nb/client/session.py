"""``vipps``: a ``requests.Session`` that knows where it is and who it is.

What it adds to requests' own: paths instead of URLs, and the headers that may be seen. Secrets, the renewal of a token
and the repetition of what failed in passing are its adapter's (:mod:`vipps_nb.client.adapter`).
"""

from __future__ import annotations

import contextlib
import dataclasses
import inspect
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor
from contextvars import ContextVar
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from time import perf_counter
from typing import TYPE_CHECKING, Any, Literal, SupportsIndex, cast, overload
from urllib.parse import urljoin

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from requests.cookies import extract_cookies_to_jar
from requests.structures import CaseInsensitiveDict

from vipps_nb.apis.questions import (
    changes_something,
    idempotency_header,
    idempotency_key,
    is_only_in_test,
    is_told_the_sales_unit,
    takes_idempotency_key,
)
from vipps_nb.auth.access_token import CONNECT_AND_READ_TIMEOUT, AccessToken
from vipps_nb.auth.auth_scheme import SECRET_HEADERS
from vipps_nb.auth.credentials import Credentials
from vipps_nb.auth.token_cache import TokenCache
from vipps_nb.client.adapter import Bounds, VippsAdapter
from vipps_nb.client.auth_flow import SYSTEM_HEADER_LIMIT, AuthFlow, open_headers
from vipps_nb.client.bulk import Answers, Call, MapInterrupt, map_calls
from vipps_nb.client.lazy import LazyAnswers, map_lazily
from vipps_nb.client.polling import TIME_LIMIT, Until, poll
from vipps_nb.client.recorder import History
from vipps_nb.client.response import VippsResponse
from vipps_nb.client.retries import Retries
from vipps_nb.core import fast_path
from vipps_nb.core import hooks as cards  # requests calls something else hooks
from vipps_nb.core.addresses import cut_apart, host_of, is_address
from vipps_nb.core.displayed import Displayed
from vipps_nb.core.environment import Environment
from vipps_nb.core.fast_path import PLAIN_PATH, Headers, PlainRequest, Standing, Surroundings, pairs_of, prepare_plain
from vipps_nb.core.near import refuse_unknown, with_named_options
from vipps_nb.core.transport import Transport, past_proxies, silence
from vipps_nb.core.visible import visible
from vipps_nb.errors import EnvironmentChoiceError, ReadOnlyError

if TYPE_CHECKING:
    from vipps_nb.client.sandbox_gate import Sandbox

# An answer that is not whole after so many seconds, or larger than so many bytes, will not become useful.
LONGEST_ANSWER = 300.0
LARGEST_ANSWER = 256 << 20
_REDIRECTS = range(300, 400)
# What the call that is being made has asked for.
_retries: ContextVar[Retries | int | None] = ContextVar("retries", default=None)
_LONGEST_SHOWN = 200  # characters of a foreign address in a message


@dataclass(frozen=True)
class Settings:
    """What makes two sessions of one login behave alike; holds no key."""

    merchant_serial_number: str | None
    timeout: Any
    retries: Retries
    longest_answer: float | None
    largest_answer: int
    system: tuple[tuple[str, str], ...]
    writes_allowed: int


@with_named_options
class VippsSession(Displayed, requests.Session):
    """A ``requests.Session`` for one sales unit in one environment.

    Paths are relative to the environment's host: ``vipps.get("/epayment/v1/payments/abc")``. Everything else
    is as users of requests know it: a 4xx is an answer, and ``raise_for_status()`` raises
    :class:`~vipps_nb.ApiError`.

    By itself it proves to each API who sends, in the way that this API wants. It adds ``Merchant-Serial-Number``,
    ``Vipps-System-*``, and an ``Idempotency-Key`` to every write that has none. It waits no longer than its time-out;
    after an unexpected 401 it renews the token once and sends the same request once more.

    After a connection fault, 429, 502, 503 or 504 it tries again: reads, and writes to APIs that act once per
    idempotency key. ``response.retries`` tells of it.

    Proxies and certificates come from the environment as with requests. They are looked up again when a
    variable or a setting of the session has changed, and after a connection fault (a laptop that changed
    networks).

    Attributes:
        timeout: Seconds to connect and to wait for an answer; ``timeout=`` of a call wins.
        retries: How often and how long to try again; ``retries=`` of a call wins, 0 is none.
        longest_answer: Seconds in which an answer must be whole; ``None`` for no limit. Not with ``stream=True``.
        largest_answer: Bytes an answer may have. Not with ``stream=True``.
        system: The ``Vipps-System-*`` headers; change them to name your own system. Cut at 30 characters.
        way_in: How to log in again elsewhere, if that takes no secret of this process; what a pickle holds.
        sandbox: The desk of the sandbox this session talks to, ``None`` in the test and production
            environments; so ``if vipps.sandbox:`` guards what only a sandbox can do.
        history: The calls made so far, without secrets; shows itself as a table.
        interrupted: What had come of the last :meth:`map` that Ctrl-C has stopped, ``None`` if none was.
    """

    def __init__(
        self,
        credentials: Credentials,
        environment: Environment,
        *,
        cache: TokenCache | None = None,
        merchant_serial_number: str | None = None,
    ) -> None:
        super().__init__()
        self.mount("https://", Transport(kind=VippsResponse))
        self.mount("http://", Transport(kind=VippsResponse))
        if environment.adapter is not None:
            self.mount(environment.base_url, environment.adapter)
        self._keys = AuthFlow(credentials, environment, cache or TokenCache())
        self._msn = merchant_serial_number or credentials.merchant_serial_number
        self._writes_allowed = 0
        self._moves = 0
        self._lender: VippsSession | None = None
        self.auth = self._keys
        self.timeout: Any = CONNECT_AND_READ_TIMEOUT
        self.retries = Retries()
        self.longest_answer: float | None = LONGEST_ANSWER
        self.largest_answer = LARGEST_ANSWER
        # All four, for Checkout refuses a request that lacks one.
        self.system = {
            "Vipps-System-Name": "vipps_nb",
            "Vipps-System-Version": _own_version(),
            "Vipps-System-Plugin-Name": "vipps_nb",
            "Vipps-System-Plugin-Version": _own_version(),
        }
        self.sandbox: Sandbox | None = None
        self.way_in: Callable[[Settings], VippsSession] | None = None
        self._surroundings, self._standing = Surroundings(), Standing()
        self._past_proxies = past_proxies(environment.base_url)
        self.history = History(self)
        self.interrupted: Answers | None = None

    @property
    def environment(self) -> Environment:
        """Where this session talks to."""
        return self._keys.environment

    @property
    def base_url(self) -> str:
        """The environment's scheme and host, without a slash at the end."""
        return self.environment.base_url

    @property
    def credentials(self) -> Credentials:
        """The keys in use, masked."""
        return self._keys.credentials

    @property
    def merchant_serial_number(self) -> str | None:
        """The MSN that goes with each request, if there is one."""
        return self._msn

    @property
    def token(self) -> AccessToken:
        """The access token, fetched or renewed if need be.

        ``vipps.token.reveal()`` is the one way to see it.
        """
        return self._keys.token()

    @property
    def keys(self) -> AuthFlow:
        """Who adds the secrets; shared by every session of one login."""
        return self._keys

    def as_merchant(self, merchant_serial_number: str) -> VippsSession:
        """A session for another sales unit that shares this one's token (partner keys).

        Args:
            merchant_serial_number: The MSN of a sales unit connected to these keys.
        """
        other = VippsSession(self.credentials, self.environment, merchant_serial_number=str(merchant_serial_number))
        other._keys = other.auth = self._keys
        other.sandbox = self.sandbox
        other.trust_env, other.proxies, other.verify, other.cert = (
            self.trust_env,
            dict(self.proxies),
            self.verify,
            self.cert,
        )
        other.way_in = self.way_in
        # It writes while this one may, and no longer.
        other._lender = self
        settings = dataclasses.replace(self.settings, merchant_serial_number=other._msn, writes_allowed=0)
        other.behave(settings)
        return other

    @contextlib.contextmanager
    def allow_writes(self) -> Iterator[VippsSession]:
        """Allow writes to production inside a ``with`` block.

        In the other environments they are allowed anyway.
        """
        moves = self._moves
        self._writes_allowed += 1
        try:
            yield self
        finally:
            if moves == self._moves:
                self._writes_allowed -= 1

    def move_to(self, other: VippsSession) -> None:
        """Talk, from now on, to where another session talks, and with its keys.

        Whoever holds this session holds it still. What was allowed where it was is not allowed there, and sessions
        of :meth:`as_merchant` stay where they are. A request that is under way reaches its own host or leaves without
        keys, never another host with them.
        """
        old = self._keys
        if other.environment.adapter is not None:
            self.mount(other.base_url, other.environment.adapter)
        self._moves += 1
        self._writes_allowed, self._lender = 0, None
        self._msn, self.sandbox, self.way_in = other._msn, other.sandbox, other.way_in
        self._past_proxies, self._surroundings = other._past_proxies, Surroundings()
        self._keys = other._keys
        if self.auth is old:
            self.auth = self._keys

    @property
    def writes_allowed(self) -> bool:
        """Whether a write to production may leave.

        Inside ``allow_writes()``, or while the widget's switch is on.
        """
        lent = self._lender is not None and self._lender.writes_allowed
        return self._writes_allowed > 0 or self._keys.writes_switched_on or lent

    @property
    def settings(self) -> Settings:
        """What makes another session of the same login behave like this one."""
        return Settings(
            self._msn,
            self.timeout,
            self.retries,
            self.longest_answer,
            self.largest_answer,
            tuple(self.system.items()),
            int(self.writes_allowed),
        )

    def behave(self, settings: Settings) -> None:
        """Take over another session's settings."""
        self._msn = settings.merchant_serial_number
        self.timeout, self.retries = settings.timeout, settings.retries
        self.longest_answer, self.largest_answer = settings.longest_answer, settings.largest_answer
        self.system, self._writes_allowed = dict(settings.system), settings.writes_allowed

    def poll(
        self,
        path: str,
        until: Until | None = None,
        *,
        method: str = "GET",
        within: float = TIME_LIMIT,
        quiet: bool | None = None,
        **options: Any,
    ) -> VippsResponse:
        """Ask until it is decided.

        The first look is at once, the next after 5 seconds, then every 2, less often after a 429. Faults that pass do
        not end it. In a sandbox whose clock is held, that clock is advanced instead of waiting, and this is said.

        Args:
            path: Such as ``/epayment/v1/payments/my-order-0001``.
            until: A state (or several) to wait for, or a function that gets the answer and says whether it is
                enough. By default until a final state: known for payments, agreements, charges, Checkout sessions
                and CIBA logins. Another final state ends it as well, and so does a refusal.
            method: ``POST`` for the token of a CIBA login.
            within: Seconds, after which it is given up; a customer has ten minutes to decide.
            quiet: Show no progress; as the setting ``quiet`` says unless given.
            options: What :meth:`request` takes, for each look.

        Returns:
            The last answer.

        Raises:
            StillWaitingError: It was not decided in time; ``.response`` is the last answer.
            ValueError: Nothing is known about this path, and ``until`` was not given.
        """
        refuse_unknown("poll", options, [*_POLL_OPTIONS, *_REQUEST_OPTIONS])
        return poll(self, path, until, method=method, within=within, quiet=quiet, **options)

    @overload
    def map(
        self,
        method: str,
        paths: Iterable[str | Call | tuple[str, Mapping[str, Any]]],
        *,
        at_once: int | None = None,
        executor: Executor | None = None,
        paced: bool = True,
        quiet: bool | None = None,
        lazy: Literal[False] = False,
        **options: Any,
    ) -> Answers: ...

    @overload
    def map(
        self,
        method: str,
        paths: Iterable[str | Call | tuple[str, Mapping[str, Any]]],
        *,
        at_once: int | None = None,
        executor: Executor | None = None,
        paced: bool = True,
        quiet: bool | None = None,
        lazy: Literal[True],
        **options: Any,
    ) -> LazyAnswers: ...

    def map(
        self,
        method: str,
        paths: Iterable[str | Call | tuple[str, Mapping[str, Any]]],
        *,
        at_once: int | None = None,
        executor: Executor | None = None,
        paced: bool = True,
        quiet: bool | None = None,
        lazy: bool = False,
        **options: Any,
    ) -> Answers | LazyAnswers:
        """Send many requests, several at once, and keep their order.

        Args:
            method: The same for all.
            paths: Paths, or pairs of a path and what :meth:`request` takes for it: ``(path, {"json": order})``.
            at_once: How many are under way at the same time; 16 unless the setting ``at_once`` says otherwise.
            executor: Where they are sent from; by default threads of this process. One with other processes or
                machines (``ProcessPoolExecutor``, Dask's ``client.get_executor()``) logs in there by itself, from
                its own environment; for that this session's keys must come from ``.env`` or the environment.
            paced: Keep to the documented limits per payment, agreement and charge.
            quiet: Show no progress; as the setting ``quiet`` says unless given.
            lazy: Hand the answers out as they come, and take the paths as they are needed, in bounded memory. For
                more calls than one wants to have in memory together.
            options: What :meth:`request` takes, for all.

        Returns:
            A list of answers and of errors where none came, in order; ``.ok`` and ``.failed`` tell them apart. As a
            cell's last value it is a card. With ``lazy=True`` an iterator of the same.

        Raises:
            KeyboardInterrupt: Ctrl-C. What had come until then is ``vipps.interrupted``, and its ``.answers``.
        """
        run = map_lazily if lazy else map_calls
        refuse_unknown("map", options, [*_MAP_OPTIONS, *_REQUEST_OPTIONS])
        try:
            return run(self, method, paths, at_once=at_once, executor=executor, paced=paced, quiet=quiet, **options)
        except MapInterrupt as interrupt:
            self.interrupted = interrupt.answers
            raise

    def prepare_request(self, request: requests.Request) -> requests.PreparedRequest:
        """Make a request ready: full URL, open headers, idempotency key.

        No secret is added yet.
        """
        url: Any = request.url
        request.url = url = self._absolute(url.decode() if isinstance(url, bytes) else str(url))
        if not self.environment.owns(url):
            return super().prepare_request(request)
        own = self._own_headers(str(request.method), url, request.headers)
        headers: CaseInsensitiveDict[Any] = CaseInsensitiveDict(own)
        headers.update(request.headers or {})
        request.headers = cast("dict[str, Any]", headers)
        return super().prepare_request(request)

    # The parameters of requests.Session.request, in its order because they may be given by position.
    def request(  # noqa: PLR0917, D417 - and documented there
        self,
        method: str | bytes,
        url: str | bytes,
        params: Any = None,
        data: Any = None,
        headers: Any = None,
        cookies: Any = None,
        files: Any = None,
        auth: Any = None,
        timeout: Any = None,
        allow_redirects: bool = True,
        proxies: Any = None,
        hooks: Any = None,
        stream: bool | None = None,
        verify: Any = None,
        cert: Any = None,
        json: Any = None,
        *,
        retries: Retries | int | None = None,
    ) -> VippsResponse:
        """Send a request; see ``requests.Session.request`` for what is not named here.

        Args:
            method: Such as ``GET``.
            url: A path of this environment, or a whole URL.
            retries: How often and how long to try again after a fault that passes: 0, a number, or
                :class:`~vipps_nb.Retries`. ``None`` leaves it to the session.

        Raises:
            ReadOnlyError: A write to production outside ``allow_writes()``. Nothing was sent.
            TokenRefusedError: A token was needed and the keys were refused.
            UnreachableError: A token was needed and none could be fetched. Nothing was sent.
            OversizedAnswerError: The answer is larger than ``largest_answer``.
            requests.RequestException: No answer came; the exception holds no secret.
        """
        method, url = (text.decode() if isinstance(text, bytes) else text for text in (method, url))
        method = method.upper()
        headers = {fast_path.as_text(name): value for name, value in (headers or {}).items()}
        for name in headers:
            if not isinstance(name, str):
                raise requests.exceptions.InvalidHeader(
                    f"{method} {visible(url[:_LONGEST_SHOWN])} has a header whose name is {visible(repr(name)[:40])}. "
                    "Expected text. Nothing was sent; put the name in quotes."
                )
        try:
            if not url.isascii():
                url.encode()  # requests would put something else in place of half a character
            if (
                PLAIN_PATH.fullmatch(url)
                and not (params or cookies or files or auth or hooks)
                and self._has_no_extras()
            ):
                prepared: requests.PreparedRequest = self._prepare_plain(method, url, headers or {}, data, json)
            else:
                prepared = self.prepare_request(
                    requests.Request(method, url, headers, files, data or {}, params or {}, auth, cookies, hooks, json)
                )
            for name, value in headers.items():
                name.encode("ascii")
                if isinstance(value, str) and not value.isascii():
                    value.encode("latin-1")
        except UnicodeEncodeError as error:
            what = visible(str(error.object)[error.start : error.start + 1])
            raise requests.exceptions.InvalidURL(
                f"{method} {visible(url[:_LONGEST_SHOWN])} has a character in its address, headers or body that cannot "
                f"be sent: {what}. Nothing was sent. Half a character comes of a text that was cut apart or read in "
                "the wrong encoding; a header holds Latin letters only, and its name none with marks."
            ) from None
        settings = self.merge_environment_settings(prepared.url, dict(proxies or {}), stream, verify, cert)
        if type(prepared) is PlainRequest and not settings["stream"] and self._sends_itself():
            return self._send_plain(prepared, timeout, settings, retries=retries, follow=allow_redirects)
        own = {} if retries is None else {"retries": retries}
        return self.send(prepared, timeout=timeout, allow_redirects=allow_redirects, **settings, **own)

    # requests' own end in request() too. These are here for what they say, and for what they give back.

    def get(self, url: str | bytes, **kwargs: Any) -> VippsResponse:
        """Read something: GET.

        The answer is a card as a cell's last value. A refusal is an answer too, not an exception, and its card says
        what to do. What passes (429, 502, 503, 504, a lost connection) is tried again by itself.

        Args:
            url: A path of this environment, or a whole URL.
            kwargs: What :meth:`request` takes, such as ``params={"status": "ACTIVE"}`` or ``retries=0``.

        Example:
            ``vipps.get("/epayment/v1/payments/order-1")``, or ``vipps.get(…).json()["state"]``
        """
        return self.request("GET", url, **kwargs)

    def options(self, url: str | bytes, **kwargs: Any) -> VippsResponse:
        """Ask what may be asked: OPTIONS; see :meth:`get`."""
        return self.request("OPTIONS", url, **kwargs)

    def head(self, url: str | bytes, **kwargs: Any) -> VippsResponse:
        """Read the headers only: HEAD; see :meth:`get`."""
        kwargs.setdefault("allow_redirects", False)
        return self.request("HEAD", url, **kwargs)

    def post(self, url: str | bytes, data: Any = None, json: Any = None, **kwargs: Any) -> VippsResponse:
        """Create something, or have something done: POST.

        It gets an idempotency key by itself, which the answer's card shows. The same key makes it act once, however
        often it is sent; so what passes is tried again where the API remembers keys.

        Args:
            url: A path of this environment, or a whole URL.
            data: A body that is no JSON: text, bytes, a form.
            json: The body, with the API's own names; amounts are in minor units, 49900 is 499.00.
            kwargs: What :meth:`request` takes. A key of your own goes with ``headers=``.

        Raises:
            ReadOnlyError: A write to production outside ``allow_writes()``. Nothing was sent.

        Example:
            ``vipps.post("/epayment/v1/payments/order-1/capture",
            json={"modificationAmount": {"currency": "NOK", "value": 49900}})``
        """
        return self.request("POST", url, data=data, json=json, **kwargs)

    def put(self, url: str | bytes, data: Any = None, **kwargs: Any) -> VippsResponse:
        """Replace something: PUT, with ``json=``.

        Its idempotency key and repeats are as for :meth:`post`.

        Example:
            ``vipps.put("/qr/v1/merchant-redirect/table-7", json={"redirectUrl": "https://example.com/7"})``
        """
        return self.request("PUT", url, data=data, **kwargs)

    def patch(self, url: str | bytes, data: Any = None, **kwargs: Any) -> VippsResponse:
        """Change a part: PATCH, with ``json=``.

        Its idempotency key and repeats are as for :meth:`post`.

        Example:
            ``vipps.patch("/recurring/v3/agreements/agr_5kSeqz", json={"status": "STOPPED"})``
        """
        return self.request("PATCH", url, data=data, **kwargs)

    def delete(self, url: str | bytes, **kwargs: Any) -> VippsResponse:
        """Take something away: DELETE.

        Its idempotency key and repeats are as for :meth:`post`.

        Example:
            ``vipps.delete("/webhooks/v1/webhooks/" + registration["id"])``
        """
        return self.request("DELETE", url, **kwargs)

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> VippsResponse:
        """Send a prepared request; sent again, it keeps its idempotency key."""
        if "retries" in kwargs:
            # Not handed on to requests, which hands it on to hooks, and those (HTTPDigestAuth) to an adapter.
            asked = _retries.set(kwargs.pop("retries"))
            try:
                return self.send(request, **kwargs)
            finally:
                _retries.reset(asked)
        if kwargs.get("timeout") is None:
            kwargs["timeout"] = self.timeout
        self.guard(request)
        # An adapter of the user's own may give back another; ours makes a VippsResponse of every answer.
        return cast("VippsResponse", super().send(request, **kwargs))

    def _send_plain(
        self, request: PlainRequest, timeout: Any, settings: dict[str, Any], *, retries: Any, follow: bool
    ) -> VippsResponse:
        """Send what needs nothing of ``requests.Session.send`` before; afterwards it may."""
        if retries is not None:
            asked = _retries.set(retries)
            try:
                return self._send_plain(request, timeout, settings, retries=None, follow=follow)
            finally:
                _retries.reset(asked)
        self.guard(request)
        timeout = self.timeout if timeout is None else timeout
        began = perf_counter()
        answer = self.get_adapter(request.plain[0]).send(request, timeout=timeout, **settings)
        answer.elapsed = fast_path.seconds(perf_counter() - began)
        if type(answer.headers) is not Headers:  # which an answer with cookies never has
            extract_cookies_to_jar(self.cookies, request, answer.raw)  # type: ignore[no-untyped-call]
        if answer.status_code in _REDIRECTS and answer.is_redirect:
            options = {**settings, "timeout": timeout}
            if follow:
                hops = [answer, *self.resolve_redirects(answer, request, **options)]
                answer = hops.pop()
                answer.history = hops
            else:
                untyped: Any = answer  # the stubs do not know where requests keeps it
                untyped._next = next(self.resolve_redirects(answer, request, yield_requests=True, **options), None)
        answer.content  # noqa: B018 - read already, unless an adapter of the user's own has left it
        return cast("VippsResponse", answer)

    def _sends_itself(self) -> bool:
        """Whether ``send`` is ours, and what it calls is requests' own."""
        return type(self).send is VippsSession.send and "send" not in vars(self) and fast_path.session_sends_itself()

    def merge_environment_settings(  # type: ignore[override]  # the stubs' dictionary has a private type
        self, url: Any, proxies: Any, stream: Any, verify: Any, cert: Any
    ) -> dict[str, Any]:
        """Proxies and certificates for a URL.

        From the call, the session and the environment.

        requests looks them up anew for every request, which costs it a third of the whole call.
        """
        if not self._keys.environment.owns(str(url)):
            return dict(super().merge_environment_settings(url, proxies, stream, verify, cert))
        proxies = self._past_proxies | proxies
        return self._surroundings.settings(
            lambda: super(VippsSession, self).merge_environment_settings(url, dict(proxies), stream, verify, cert),
            (self.proxies, proxies),
            *(self.trust_env, self.stream, self.verify, self.cert, stream, verify, cert),
        )

    def mount(self, prefix: str | bytes, adapter: BaseAdapter) -> None:
        """Use an adapter for some URLs.

        One of requests no longer prints headers at http.client's debug level.
        """
        if isinstance(adapter, HTTPAdapter) and not isinstance(adapter, Transport):
            silence(adapter)
        super().mount(prefix, adapter)

    def get_adapter(self, url: str) -> BaseAdapter:
        """The transport for a URL, behind the door that adds and withholds secrets."""
        bounds = Bounds(Retries.of(_retries.get(), self.retries), self.longest_answer, self.largest_answer)
        door = VippsAdapter(super().get_adapter(url), self._keys, bounds, on_fault=self._surroundings.forget)
        return self.history.watch(door)

    def rebuild_auth(self, prepared_request: requests.PreparedRequest, response: requests.Response) -> None:
        """Leave behind what does not belong to where a redirect leads."""
        if not self.environment.owns(prepared_request.url or ""):
            for name in (*SECRET_HEADERS, "Merchant-Serial-Number"):
                prepared_request.headers.pop(name, None)
        elif self.should_strip_auth(str(response.request.url), prepared_request.url or ""):  # type: ignore[no-untyped-call]
            # Given for the stranger who sends us home.
            prepared_request.headers.pop("Authorization", None)

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """Where a redirect leads.

        Raises:
            requests.exceptions.InvalidURL: To no address.
        """
        target = super().get_redirect_target(resp)
        if target is not None and not is_address(target):
            raise requests.exceptions.InvalidURL(
                visible(
                    f"{resp.url} answered with a redirect to {target[:_LONGEST_SHOWN]!r}, which is no address, so it "
                    "was not followed. The answer is in this error's .response; allow_redirects=False hands it back."
                ),
                response=resp,
            )
        return target

    def resolve_redirects(self, resp: requests.Response, *args: Any, **kwargs: Any) -> Iterator[Any]:
        """Follow redirects; see ``requests.Session``.

        Where none is followed it is not asked where one leads.
        """
        try:
            yield from super().resolve_redirects(resp, *args, **kwargs)
        except requests.exceptions.InvalidURL:
            if not kwargs.get("yield_requests"):
                raise

    def _has_no_extras(self) -> bool:
        """Whether nothing has to be merged in, and the session makes requests itself."""
        return (
            not (self.params or any(self.hooks.values()))
            and fast_path.is_empty(self.cookies)
            and self.auth is self._keys
            and type(self).prepare_request is VippsSession.prepare_request
            and fast_path.session_prepares_itself()
        )

    def _prepare_plain(self, method: str, path: str, given: Mapping[str, Any], data: Any, json: Any) -> PlainRequest:
        msn = self._msn if is_told_the_sales_unit(path) else None
        told = (("Merchant-Serial-Number", msn),) if msn else ()
        system = tuple([(name, value[:SYSTEM_HEADER_LIMIT]) for name, value in self.system.items()])
        standing = self._standing.headers(msn, pairs_of(self.headers), system, told)
        if takes_idempotency_key(method, path):
            key = idempotency_key(path, given) or str(uuid.uuid4())
            name = idempotency_header(path)
            standing = {**standing, name.lower(): (name, key)}
        return prepare_plain(method, self.base_url, path, standing=standing, given=given, data=data, json=json)

    def _own_headers(self, method: str, url: str, given: Any) -> dict[str, str]:
        """The headers that may be seen; the caller's own win.

        A key of theirs goes under the API's own name too.
        """
        headers = open_headers(url, self.credentials, self._msn, self.system)
        if takes_idempotency_key(method, url):
            headers[idempotency_header(url)] = idempotency_key(url, given or {}) or str(uuid.uuid4())
        return headers

    def _absolute(self, url: str) -> str:
        # A path is a path even when it starts with two slashes: "//host/…" must not name a stranger.
        if cut_apart(url).scheme or url.lower().startswith(("http:", "https:")):
            return url
        return urljoin(self.base_url + "/", "/" + url.lstrip("/"))

    def guard(self, request: requests.PreparedRequest) -> None:
        """Refuse what must not leave; every request passes here before it is sent.

        Raises:
            EnvironmentChoiceError: It would go to the session's own host without https.
            ReadOnlyError: It would write to production, which nobody has allowed, or does what only the test
                environment does.
        """
        url = request.url or ""
        if not self.environment.owns(url):
            same_host = host_of(url) == host_of(self.base_url)
            if same_host and url.startswith("http:") and self.base_url.startswith("https:"):
                raise EnvironmentChoiceError(
                    f"{self.environment.host} is spoken to over https only, and this URL says http. Nothing was sent; "
                    "give the path alone, like vipps.get('/epayment/v1/payments/…')."
                )
            return
        if self.environment.name != "production":
            return
        method, path = str(request.method), cut_apart(url).path
        if is_only_in_test(method, url):
            raise ReadOnlyError(
                f"{method} {path} decides in a customer's place, which the test environment does and production does "
                "not. Nothing was sent. In production, wait for the customer."
            )
        if changes_something(method, url) and not self.writes_allowed:
            raise ReadOnlyError(
                f"{method} {path} would change something in production, or ring somebody's phone, and production is "
                "read-only until you say otherwise. Nothing was sent. If it is meant: with vipps.allow_writes(): …, or "
                "the switch on the card that %vipps_status shows."
            )

    def _repr_html_(self) -> str:
        return str(cards.session_card(self).html)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(cards.session_card(self).text if len(printer.stack) == 1 else repr(self))

    def __repr__(self) -> str:
        msn = f" MSN {self._msn}" if self._msn else ""
        return f"<VippsSession {self.environment.name}{msn}>"

    def __reduce__(self) -> tuple[Any, ...]:
        """A pickle holds how to log in again, never a key or a token.

        It is logged in where it is unpickled.

        Raises:
            NotLoggedInError: It was logged out: a copy would log in again behind the user's back.
        """
        self._keys.held()
        if self.way_in is None:
            raise TypeError(
                "This session cannot be pickled: its keys were typed or given in code, so they would have to be "
                "written into the pickle, and a pickle is a file. Log in where it is needed, from .env or the "
                "process environment."
            )
        return self.way_in, (self.settings,)

    def __reduce_ex__(self, protocol: SupportsIndex) -> tuple[Any, ...]:
        return self.__reduce__()


# What poll() and map() hand on to request() for each call, and what they have themselves.
_REQUEST_OPTIONS = [
    name for name in inspect.signature(VippsSession.request).parameters if name not in ("self", "method", "url")
]
_POLL_OPTIONS = ("until", "method", "within", "quiet")
_MAP_OPTIONS = ("at_once", "executor", "paced", "quiet", "lazy")


def _own_version() -> str:
    try:
        return version("vipps-nb")
    except PackageNotFoundError:  # run from a source tree that was never installed
        return "0"
