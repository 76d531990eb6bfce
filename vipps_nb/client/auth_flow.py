"""The keys of a login, and the one place that puts them onto a request."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from copy import copy
from typing import Never, Protocol
from weakref import WeakSet

import requests
from requests.auth import AuthBase

from vipps_nb.apis.questions import is_told_the_sales_unit, scheme_for
from vipps_nb.auth.access_token import AccessToken
from vipps_nb.auth.auth_scheme import AuthScheme, secret_headers
from vipps_nb.auth.credentials import Credentials
from vipps_nb.auth.token_cache import TokenCache
from vipps_nb.core.environment import Environment
from vipps_nb.core.fast_path import PlainRequest
from vipps_nb.core.redaction import Redactor, redactor
from vipps_nb.core.secret import Secret
from vipps_nb.errors import LOGGED_OUT, NotLoggedInError

SYSTEM_HEADER_LIMIT = 30  # characters, on most APIs ("HTTP headers" page)


def open_headers(
    url: str, credentials: Credentials, merchant_serial_number: str | None, system: Mapping[str, str]
) -> dict[str, str]:
    """The headers that may be seen.

    ``Merchant-Serial-Number`` and ``Vipps-System-*``.
    """
    headers = {name: value[:SYSTEM_HEADER_LIMIT] for name, value in system.items()}
    if merchant_serial_number and is_told_the_sales_unit(url):
        headers["Merchant-Serial-Number"] = merchant_serial_number
    return headers


class Recorder(Protocol):
    """Somebody who takes secrets out of what was recorded only when somebody looks."""

    def open(self) -> None:
        """Take them out now, for there is nobody who will know them later."""


class AuthFlow(AuthBase):
    """Adds the secret headers to a request that goes where the keys belong.

    Args:
        credentials: The keys.
        environment: Their home.
        cache: Where access tokens come from.

    Attributes:
        writes_switched_on: Whether somebody has switched writes to production on, for every session of this login.
    """

    def __init__(self, credentials: Credentials, environment: Environment, cache: TokenCache) -> None:
        self.credentials = credentials
        self.environment = environment
        self.cache = cache
        self.writes_switched_on = False
        self._forgotten = False
        self._secrets: tuple[AccessToken | None, tuple[Secret, ...]] | None = None
        self._redactor: tuple[tuple[Secret, ...], Redactor] | None = None
        self._recorders: WeakSet[Recorder] = WeakSet()

    @property
    def forgotten(self) -> bool:
        """Whether they were forgotten by a logout."""
        return self._forgotten

    def forget(self) -> None:
        """Forget token and keys for good.

        Whoever still holds a session of this login can send nothing.
        """
        # In this order, so that whoever sees the keys empty sees before that they are forgotten.
        self._forgotten = True
        self.cache.forget(self.credentials, self.environment)
        self.credentials = dataclasses.replace(
            self.credentials, client_id="", client_secret=Secret(""), subscription_key=None
        )
        self.writes_switched_on = False
        self._secrets = self._redactor = None
        for recorder in list(self._recorders):
            recorder.open()

    def tell_when_forgotten(self, recorder: Recorder) -> None:
        """Have somebody let go of what holds on to the keys, once they are forgotten."""
        self._recorders.add(recorder)

    def held(self) -> Credentials:
        """The keys, whole.

        Raises:
            NotLoggedInError: They were forgotten by a logout.
        """
        credentials = self.credentials
        if self._forgotten:
            raise NotLoggedInError(LOGGED_OUT)
        return credentials

    def token(self) -> AccessToken:
        """The current token, fetched or renewed if need be.

        Raises:
            NotLoggedInError: The keys were forgotten by a logout, before or meanwhile.
        """
        credentials, life = self._alive()
        token = self.cache.get(credentials, self.environment, life=life)
        self.held()
        return token

    def renewed(self, worn_out: AccessToken | None) -> AccessToken:
        """A newer token than the one that was rejected.

        Raises:
            NotLoggedInError: As for :meth:`token`.
        """
        credentials, life = self._alive()
        token = self.cache.renew(credentials, self.environment, worn_out=worn_out, life=life)
        self.held()
        return token

    def _alive(self) -> tuple[Credentials, int]:
        """The keys, and the life of their token in which they surely were not forgotten."""
        credentials = self.held()
        life = self.cache.life(credentials, self.environment)
        self.held()
        return credentials, life

    def peek(self) -> AccessToken | None:
        """The cached token, whatever its state."""
        return self.cache.peek(self.credentials, self.environment)

    def secrets(self) -> tuple[Secret, ...]:
        """What must neither be kept nor shown: the keys, and the token if there is one."""
        token = self.peek()
        known = self._secrets
        if known is None or known[0] is not token:
            keys = self.credentials
            held = (keys.client_secret, keys.subscription_key, token.access_token if token else None)
            self._secrets = known = (token, tuple(secret for secret in held if secret))
        return known[1]

    def redactor(self, *also: Secret) -> Redactor:
        """What takes these secrets out of texts; forgotten with them.

        Args:
            also: Other secrets, of the call that is being made.
        """
        secrets = self.secrets()
        if also:
            return redactor((*secrets, *also))
        known = self._redactor
        if known is None or known[0] is not secrets:
            self._redactor = known = (secrets, redactor(secrets))
        return known[1]

    def knows(self, redactor: Redactor) -> bool:
        """Whether it is the one that :meth:`redactor` gave last."""
        known = self._redactor
        return known is not None and known[1] is redactor

    def scheme_for(self, url: str) -> AuthScheme:
        """How a request to this URL proves who sends it: not at all, unless it goes home.

        Raises:
            NotLoggedInError: The keys were forgotten by a logout.
        """
        credentials = self.held()
        if not self.environment.owns(url):
            return AuthScheme.NOTHING
        return scheme_for(url, credentials)

    def authenticated(
        self, request: requests.PreparedRequest, scheme: AuthScheme, token: AccessToken | None
    ) -> requests.PreparedRequest:
        """A copy of the request with the secrets on, about to leave.

        The caller's own headers win.

        Raises:
            NotLoggedInError: The keys were forgotten by a logout.
        """
        headers = secret_headers(scheme, self.held(), token.reveal() if token else None)
        if type(request) is PlainRequest and request.is_as_it_was_made():
            return request.with_headers(headers)
        outgoing = copy(request)
        outgoing.headers = request.headers.copy()
        # A header set by hand is meant: a lesson sends a wrong key on purpose, Login sends a person's token.
        for name, value in headers.items():
            outgoing.headers.setdefault(name, value)
        return outgoing

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Do nothing yet.

        As the session's auth this keeps ``~/.netrc`` out; the adapter adds the secrets.
        """
        return request

    def __repr__(self) -> str:
        return f"<AuthFlow for {self.environment.host}>"

    def __reduce_ex__(self, protocol: object) -> Never:
        raise TypeError("Keys cannot be pickled: a pickle is a file. Log in where they are needed.")
