"""One token per key set, shared by every thread of the kernel.

Fetched once, and kept in memory only. The life of an entry: empty → FRESH → STALE (renewed in the background while
requests go on) → EXPIRED (one request renews, all others wait for that one). Each change has a *generation*; an answer
that comes late, after a newer token or a logout, finds a newer generation and is dropped.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field
from weakref import WeakSet, ref

from vipps_nb.auth.access_token import AccessToken, Clock, TokenState, fetch_access_token
from vipps_nb.auth.credentials import Credentials, KeyType
from vipps_nb.core import machine
from vipps_nb.core.environment import Environment
from vipps_nb.errors import LOGGED_OUT, NotLoggedInError, VippsNbError

logger = logging.getLogger(__name__)

# After a failed renewal in the background the next try waits this long: the old token still works,
# and a server in trouble is not helped by being asked again at every request.
RETRY_AFTER_FAILURE = 30.0


@dataclass(frozen=True)
class TokenKey:
    """What a token belongs to; two logins share one exactly when all five agree."""

    environment: str
    base_url: str
    client_id: str
    merchant_serial_number: str | None
    key_type: KeyType

    @classmethod
    def of(cls, credentials: Credentials, environment: Environment) -> TokenKey:
        """The key under which these credentials' token is kept."""
        return cls(
            environment.name,
            environment.base_url,
            credentials.client_id,
            credentials.merchant_serial_number,
            credentials.key_type,
        )


@dataclass(frozen=True)
class TokenEvent:
    """What listeners are told.

    Attributes:
        key: Whose token.
        token: The token from now on; ``None`` after it was forgotten.
        problem: Why a renewal in the background failed, in one sentence; ``""`` when nothing failed.
    """

    key: TokenKey
    token: AccessToken | None
    problem: str = ""


Listener = Callable[[TokenEvent], None]
Fetch = Callable[[Credentials, Environment], AccessToken]


@dataclass
class _Entry:
    token: AccessToken | None = None
    generation: int = 0
    lives: int = 0  # how often it was forgotten
    flight: Future[AccessToken] | None = None
    retry_at: float = 0.0
    problem: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)


_all: WeakSet[TokenCache] = WeakSet()


class TokenCache:
    """Hands out access tokens; at most one request per key set is ever on its way.

    Args:
        fetch: How a token is fetched. The default asks the Access Token API.
        clock: This machine's clocks; given only by tests.
    """

    def __init__(self, fetch: Fetch = fetch_access_token, clock: Clock | None = None) -> None:
        self._fetch = fetch
        self._clock = clock or Clock()
        self._entries: dict[TokenKey, _Entry] = {}
        self._lock = threading.Lock()
        self._last: tuple[ref[Credentials], Environment, _Entry] | None = None
        self._listeners: list[Listener] = []
        _all.add(self)

    def life(self, credentials: Credentials, environment: Environment) -> int:
        """How often this token was forgotten.

        Who keeps the number and gives it to ``get`` gets none after a logout.
        """
        return self._entry_of(credentials, environment).lives

    def get(self, credentials: Credentials, environment: Environment, *, life: int | None = None) -> AccessToken:
        """A token that works now.

        A STALE one is returned at once and renewed in the background; only an absent or EXPIRED one makes
        the caller wait, and all callers wait for the same request.

        Args:
            credentials: The keys.
            environment: Where to ask.
            life: What :meth:`life` said when the caller was surely logged in; ``None`` asks in any case.

        Raises:
            NotLoggedInError: The token was forgotten since. Nothing was sent.
            TokenRefusedError: The keys were rejected.
            UnreachableError: No usable answer came.
        """
        entry = self._entry_of(credentials, environment)
        if life is None:
            life = entry.lives
        elif life != entry.lives:
            raise _forgotten()
        token = entry.token
        state = token.state(self._clock) if token else TokenState.EXPIRED
        if token and state is TokenState.FRESH:
            return token
        if token and state is TokenState.STALE:
            self._renew_in_background(entry, credentials, environment, life)
            return token
        return self._renew(entry, credentials, environment, life, worn_out=token)

    def renew(
        self,
        credentials: Credentials,
        environment: Environment,
        *,
        worn_out: AccessToken | None = None,
        life: int | None = None,
    ) -> AccessToken:
        """A token newer than ``worn_out``; fetched only if nobody has fetched one since.

        Args:
            credentials: The keys.
            environment: Where to ask.
            worn_out: The token that was rejected, or that a person wants replaced. ``None`` asks for a new
                one in any case.
            life: As for :meth:`get`.

        Raises:
            NotLoggedInError: The token was forgotten since. Nothing was sent.
            TokenRefusedError: The keys were rejected.
            UnreachableError: No usable answer came.
        """
        entry = self._entry_of(credentials, environment)
        life = entry.lives if life is None else life
        return self._renew(entry, credentials, environment, life, worn_out=worn_out or entry.token)

    def peek(self, credentials: Credentials, environment: Environment) -> AccessToken | None:
        """The cached token, in whatever state; never goes over the network."""
        return self._entry_of(credentials, environment).token

    def forget(self, credentials: Credentials, environment: Environment) -> None:
        """Drop the token.

        A request under way may still answer; its answer is dropped too.
        """
        key = TokenKey.of(credentials, environment)
        entry = self._entry(key)
        with entry.lock:
            entry.generation += 1
            entry.lives += 1
            entry.token = entry.flight = None
            entry.problem, entry.retry_at = "", 0.0
        self._tell(TokenEvent(key, None))

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Be told of every new token, failed renewal and logout.

        On whichever thread it happens.

        Returns:
            A function that ends the subscription.
        """
        with self._lock:
            self._listeners.append(listener)

        def unsubscribe() -> None:
            with self._lock:
                if listener in self._listeners:
                    self._listeners.remove(listener)

        return unsubscribe

    def after_fork(self) -> None:
        """Go on in a forked process.

        The tokens are good; the threads that held locks and fetched are not here.
        """
        self._lock = threading.Lock()
        for entry in self._entries.values():
            entry.lock, entry.flight = threading.Lock(), None

    def _entry_of(self, credentials: Credentials, environment: Environment) -> _Entry:
        # Asked for some times in each call, nearly always by the same keys.
        last = self._last
        if last is not None and last[0]() is credentials and last[1] is environment:
            return last[2]
        entry = self._entry(TokenKey.of(credentials, environment))
        self._last = (ref(credentials), environment, entry)
        return entry

    def _entry(self, key: TokenKey) -> _Entry:
        # Without a lock when it is there: a thread that is put to sleep with the lock would stop all others.
        entry = self._entries.get(key)
        if entry is not None:
            return entry
        with self._lock:
            return self._entries.setdefault(key, _Entry())

    def _renew(
        self,
        entry: _Entry,
        credentials: Credentials,
        environment: Environment,
        life: int,
        *,
        worn_out: AccessToken | None,
    ) -> AccessToken:
        while True:
            with entry.lock:
                if entry.lives != life:
                    raise _forgotten()
                if entry.token is not None and entry.token is not worn_out:
                    return entry.token
                flight, mine = entry.flight, entry.flight is None
                if flight is None:
                    flight = entry.flight = Future()
                generation = entry.generation
            if mine:
                return self._fly(entry, flight, generation, credentials, environment)
            try:
                return flight.result()
            except CancelledError:
                continue  # whoever was fetching was interrupted; somebody else has to

    def _fly(
        self,
        entry: _Entry,
        flight: Future[AccessToken],
        generation: int,
        credentials: Credentials,
        environment: Environment,
    ) -> AccessToken:
        try:
            token = self._fetch(credentials, environment)
        except BaseException as error:
            with entry.lock:
                if entry.flight is flight:
                    entry.flight = None
            if isinstance(error, Exception):
                flight.set_exception(error)
            else:  # Ctrl-C stops this caller only; those who wait try again themselves
                flight.cancel()
            raise
        with entry.lock:
            current = entry.generation == generation
            if current:
                entry.token, entry.generation = token, generation + 1
                entry.problem, entry.retry_at = "", 0.0
            if entry.flight is flight:
                entry.flight = None
        flight.set_result(token)
        if current:
            self._tell(TokenEvent(TokenKey.of(credentials, environment), token))
        return token

    def _renew_in_background(
        self, entry: _Entry, credentials: Credentials, environment: Environment, life: int
    ) -> None:
        if entry.flight is not None:
            return
        with entry.lock:
            if entry.flight is not None or self._clock.monotonic() < entry.retry_at or entry.lives != life:
                return
            flight = entry.flight = Future()
            generation = entry.generation

        def run() -> None:
            if entry.lives != life:  # a logout was quicker than this thread
                flight.cancel()
                return
            try:
                self._fly(entry, flight, generation, credentials, environment)
            except VippsNbError as error:
                self._report(entry, credentials, environment, life, str(error).partition("\n")[0])
            except Exception as error:
                # An unforeseen error's text may quote the request; its type may not.
                logger.warning("renewing the access token failed: %s", type(error).__name__)
                self._report(entry, credentials, environment, life, "An unexpected error stopped the renewal.")

        machine.in_background(run)

    def _report(
        self, entry: _Entry, credentials: Credentials, environment: Environment, life: int, problem: str
    ) -> None:
        with entry.lock:
            if entry.lives != life:
                return  # after a logout nobody waits for it
            entry.problem = problem
            entry.retry_at = self._clock.monotonic() + RETRY_AFTER_FAILURE
            token = entry.token
        logger.warning("the access token could not be renewed and is used until it expires: %s", problem)
        self._tell(TokenEvent(TokenKey.of(credentials, environment), token, problem))

    def _tell(self, event: TokenEvent) -> None:
        with self._lock:
            listeners = list(self._listeners)
        for listener in listeners:
            try:
                listener(event)
            except Exception:
                # A display that is gone must not cost a request its token.
                logger.exception("a listener of the token cache failed")


def _forgotten() -> NotLoggedInError:
    return NotLoggedInError(LOGGED_OUT)


def _after_fork() -> None:
    for cache in list(_all):
        cache.after_fork()


if hasattr(os, "register_at_fork"):  # not on Windows, where nothing forks
    os.register_at_fork(after_in_child=_after_fork)
