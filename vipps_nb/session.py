"""``vipps``: a ``requests.Session`` that knows where it is and who it is.

Secrets are added at the last door, on a copy of the request, and only when that request goes to the
session's own origin. So they are never in ``session.headers``, in ``response.request``, in an exception of
requests, or on the way to a host that a redirect names.
"""

from __future__ import annotations

import contextlib
import dataclasses
import uuid
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, Never, cast
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import BaseAdapter
from requests.auth import AuthBase

from vipps_nb.credentials import Credentials
from vipps_nb.environment import Environment
from vipps_nb.errors import ApiError, EnvironmentChoiceError, NotLoggedInError, ReadOnlyError
from vipps_nb.introduction import (
    SECRET_HEADERS,
    Introduction,
    idempotency_header,
    introduction_for,
    open_headers,
    secret_headers,
    takes_idempotency_key,
)
from vipps_nb.problem import Problem
from vipps_nb.secret import Secret
from vipps_nb.token_cache import TokenCache
from vipps_nb.tokens import CONNECT_AND_READ_TIMEOUT, AccessToken

if TYPE_CHECKING:
    from vipps_nb.sandbox import Sandbox

_UNAUTHORIZED = 401
_REFUSAL = 400


class VippsResponse(requests.Response):
    """An ordinary response whose :meth:`raise_for_status` speaks the API's words."""

    def raise_for_status(self) -> None:
        """Raise for a refusal.

        Raises:
            ApiError: The status is 400 or higher; ``.problem`` holds the refusal.
        """
        if self.status_code >= _REFUSAL:
            raise ApiError(Problem.from_response(self), self)


class KeyRing(AuthBase):
    """Adds the secret headers to one request, if the request goes where the keys belong.

    Args:
        credentials: The keys.
        environment: Their home.
        cache: Where access tokens come from.
    """

    def __init__(self, credentials: Credentials, environment: Environment, cache: TokenCache) -> None:
        self.credentials = credentials
        self.environment = environment
        self.cache = cache
        self._forgotten = False

    def forget(self) -> None:
        """Forget token and keys for good: whoever still holds a session of this login can send nothing."""
        self.cache.forget(self.credentials, self.environment)
        self.credentials = dataclasses.replace(
            self.credentials, client_id="", client_secret=Secret(""), subscription_key=None
        )
        self._forgotten = True

    def token(self) -> AccessToken:
        """The current token, fetched or renewed if need be."""
        return self.cache.get(self.credentials, self.environment)

    def renewed(self, worn_out: AccessToken | None) -> AccessToken:
        """A newer token than the one that was rejected."""
        return self.cache.renew(self.credentials, self.environment, worn_out=worn_out)

    def peek(self) -> AccessToken | None:
        """The cached token, whatever its state."""
        return self.cache.peek(self.credentials, self.environment)

    def introduction(self, request: requests.PreparedRequest) -> Introduction:
        """What this request will be introduced with: nothing, unless it goes home.

        Raises:
            NotLoggedInError: The keys were forgotten by a logout.
        """
        url = request.url or ""
        if not self.environment.owns(url):
            return Introduction.NOTHING
        if self._forgotten:
            raise NotLoggedInError(
                "This session was logged out and has forgotten its keys. Nothing was sent. Run %vipps_login "
                "(or vipps_nb.login()) and use the session it gives."
            )
        return introduction_for(url, self.credentials)

    def introduce(self, request: requests.PreparedRequest, token: AccessToken | None) -> None:
        """Put the secrets onto a request that is about to leave. The caller's own headers win."""
        kind = self.introduction(request)
        headers = secret_headers(kind, self.credentials, token.reveal() if token else None)
        # A header set by hand is meant: a lesson sends a wrong key on purpose, Login sends a person's token.
        for name, value in headers.items():
            request.headers.setdefault(name, value)

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Do nothing yet. As the session's auth this keeps ``~/.netrc`` out; secrets are added at the door."""
        return request

    def __repr__(self) -> str:
        return f"<KeyRing for {self.environment.host}>"

    def __reduce_ex__(self, protocol: object) -> Never:
        raise TypeError("Keys cannot be pickled: a pickle is a file. Log in where they are needed.")


class _Door(BaseAdapter):
    """Stands in front of the real adapter: introduces what goes out, renews once after a 401."""

    def __init__(self, inner: BaseAdapter, keys: KeyRing) -> None:
        super().__init__()
        self._inner = inner
        self._keys = keys

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        uses_token = self._uses_token(request)
        token = self._keys.token() if uses_token else None
        response = self._pass(request, token, args, kwargs)
        if response.status_code == _UNAUTHORIZED and uses_token and self._can_be_sent_again(request):
            response.content  # noqa: B018 - reading it to the end gives the connection back to the pool
            response = self._pass(request, self._keys.renewed(token), args, kwargs)
        return response

    def close(self) -> None:
        self._inner.close()

    def _pass(
        self,
        request: requests.PreparedRequest,
        token: AccessToken | None,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
    ) -> requests.Response:
        outgoing = request.copy()
        self._keys.introduce(outgoing, token)
        failure: requests.RequestException | None = None
        try:
            response = self._inner.send(outgoing, *args, **kwargs)
        except requests.RequestException as error:
            failure = error
        if failure is not None:
            # What is raised keeps the request as the caller made it, not the one with the keys on.
            failure.request = request
            failure.__traceback__ = None
            raise failure
        response.request = request
        if type(response) is requests.Response:
            # Same object, same attributes; only raise_for_status() learns to speak.
            response.__class__ = VippsResponse
        return response

    def _uses_token(self, request: requests.PreparedRequest) -> bool:
        kind = self._keys.introduction(request)
        return kind in (Introduction.BEARER, Introduction.BEARER_ONLY) and "Authorization" not in request.headers

    @staticmethod
    def _can_be_sent_again(request: requests.PreparedRequest) -> bool:
        return request.body is None or isinstance(request.body, str | bytes)


class VippsSession(requests.Session):
    """A ``requests.Session`` for one sales unit in one environment.

    Paths are relative to the environment's host: ``vipps.get("/epayment/v1/payments/abc")``. Everything else
    is as users of requests know it: a 4xx is an answer, and ``raise_for_status()`` raises
    :class:`~vipps_nb.ApiError`.

    By itself it sends the right introduction for each API, ``Merchant-Serial-Number`` and
    ``Vipps-System-*``, an ``Idempotency-Key`` with every write that has none, waits no longer than its
    time-out, and after an unexpected 401 renews the token once and sends the same request once more.

    Attributes:
        timeout: Seconds to connect and to wait for an answer; ``timeout=`` of a call wins.
        system: The ``Vipps-System-*`` headers; change them to name your own system. Cut at 30 characters.
        sandbox: The desk of the sandbox this session talks to, ``None`` in the test and production
            environments; so ``if vipps.sandbox:`` guards what only a sandbox can do.
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
        self._keys = KeyRing(credentials, environment, cache or TokenCache())
        self._msn = merchant_serial_number or credentials.merchant_serial_number
        self._writes_allowed = 0
        self.auth = self._keys
        self.timeout: Any = CONNECT_AND_READ_TIMEOUT
        # All four, for Checkout refuses a request that lacks one.
        self.system = {
            "Vipps-System-Name": "vipps_nb",
            "Vipps-System-Version": _own_version(),
            "Vipps-System-Plugin-Name": "vipps_nb",
            "Vipps-System-Plugin-Version": _own_version(),
        }
        self.sandbox: Sandbox | None = None

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
        """The access token, fetched or renewed if need be. ``vipps.token.reveal()`` is the one way to see it."""
        return self._keys.token()

    @property
    def keys(self) -> KeyRing:
        """Who adds the secrets; shared by every session of one login."""
        return self._keys

    def as_merchant(self, merchant_serial_number: str) -> VippsSession:
        """A session for another sales unit that shares this one's token (partner keys).

        Args:
            merchant_serial_number: The MSN of a sales unit connected to these keys.
        """
        other = VippsSession(self.credentials, self.environment, merchant_serial_number=str(merchant_serial_number))
        other._keys = other.auth = self._keys
        other.timeout, other.system, other.sandbox = self.timeout, dict(self.system), self.sandbox
        other.trust_env, other.proxies, other.verify, other.cert = (
            self.trust_env,
            dict(self.proxies),
            self.verify,
            self.cert,
        )
        other._writes_allowed = self._writes_allowed
        return other

    @contextlib.contextmanager
    def allow_writes(self) -> Iterator[VippsSession]:
        """Allow writes to production inside a ``with`` block; elsewhere they are allowed anyway."""
        self._writes_allowed += 1
        try:
            yield self
        finally:
            self._writes_allowed -= 1

    def prepare_request(self, request: requests.Request) -> requests.PreparedRequest:
        """Make a request ready: full URL, open headers, idempotency key. No secret is added yet."""
        url = self._absolute(str(request.url))
        request.url = url
        if not self.environment.owns(url):
            return super().prepare_request(request)
        headers = requests.structures.CaseInsensitiveDict(request.headers or {})
        for name, value in open_headers(url, self.credentials, self._msn, self.system).items():
            headers.setdefault(name, value)
        if takes_idempotency_key(str(request.method), url):
            headers.setdefault(idempotency_header(url), str(uuid.uuid4()))
        request.headers = cast("dict[str, Any]", headers)
        return super().prepare_request(request)

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        """Send a request; see ``requests.Session.request``.

        Raises:
            ReadOnlyError: A write to production outside ``allow_writes()``. Nothing was sent.
            TokenRefusedError: A token was needed and the keys were refused.
            requests.RequestException: No answer came; the exception holds no secret.
        """
        return super().request(method, url, *args, **kwargs)

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """Send a prepared request; sent again, it keeps its idempotency key."""
        if kwargs.get("timeout") is None:
            kwargs["timeout"] = self.timeout
        self._guard(request)
        return super().send(request, **kwargs)

    def get_adapter(self, url: str) -> BaseAdapter:
        """The transport for a URL, behind the door that adds and withholds secrets."""
        return _Door(super().get_adapter(url), self._keys)

    def rebuild_auth(self, prepared_request: requests.PreparedRequest, response: requests.Response) -> None:
        """Before a redirect is followed: leave behind what does not belong to where it leads."""
        if not self.environment.owns(prepared_request.url or ""):
            for name in (*SECRET_HEADERS, "Merchant-Serial-Number"):
                prepared_request.headers.pop(name, None)

    def _absolute(self, url: str) -> str:
        # A path is a path even when it starts with two slashes: "//host/…" must not name a stranger.
        if urlsplit(url).scheme:
            return url
        return urljoin(self.base_url + "/", "/" + url.lstrip("/"))

    def _guard(self, request: requests.PreparedRequest) -> None:
        url = request.url or ""
        same_host = urlsplit(url).hostname == urlsplit(self.base_url).hostname
        if same_host and url.startswith("http:") and self.base_url.startswith("https:"):
            raise EnvironmentChoiceError(
                f"{self.environment.host} is spoken to over https only, and this URL says http. Nothing was sent; "
                "give the path alone, like vipps.get('/epayment/v1/payments/…')."
            )
        write = takes_idempotency_key(str(request.method), url) and self.environment.owns(url)
        if write and self.environment.name == "production" and not self._writes_allowed:
            raise ReadOnlyError(
                f"{request.method} {urlsplit(url).path} would change something in production, which is read-only "
                "until you say otherwise. Nothing was sent. If it is meant: with vipps.allow_writes(): …"
            )

    def __repr__(self) -> str:
        msn = f" MSN {self._msn}" if self._msn else ""
        return f"<VippsSession {self.environment.name}{msn}>"

    def __getstate__(self) -> Never:
        raise TypeError("A session cannot be pickled: its keys would be written to a file. Log in where it is needed.")


def _own_version() -> str:
    try:
        return version("vipps-nb")
    except PackageNotFoundError:  # run from a source tree that was never installed
        return "0"
