"""The way onto the wire: requests' own adapter, made faster and punctual.

What never changes between two calls is looked up once. An answer has to be whole by a deadline: a time-out of requests
starts anew with each byte, so a server that sends one byte now and then would otherwise be listened to for ever.
"""

from __future__ import annotations

import functools
import http.client
import io
import os
import socket
import time
from contextvars import ContextVar
from typing import Any
from weakref import WeakSet

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from vipps_nb.core import fast_path
from vipps_nb.core.addresses import cut_apart, host_of
from vipps_nb.core.environment import is_loopback
from vipps_nb.core.fast_path import Arrived, PlainRequest, QuickResponse
from vipps_nb.core.open_connection import (
    BeforeASocket,
    Begun,
    HandsOver,
    OpenConnection,
    Resumed,
    Shelf,
    going_on_with,
    over_an_open_connection,
)
from vipps_nb.core.stopwatch import running

# Hosts remembered (requests' own number), and connections kept open to each: as many as a person will want at once.
HOSTS = 10
CONNECTIONS = 256

# Another answer follows these; after 101 none does, and 100 is http.client's.
_INTERIM = range(102, 200)

# When the answer that is being read has to be whole, by the monotonic clock; None for as long as it takes.
deadline: ContextVar[float | None] = ContextVar("deadline", default=None)


class _Punctual(BeforeASocket):
    """Bytes from a socket until a deadline, however they drip."""

    def __init__(self, inner: io.RawIOBase, sock: socket.socket, until: float) -> None:
        super().__init__(inner)
        self._sock, self._until = sock, until
        self._patience = sock.gettimeout()

    def readinto(self, buffer: Any) -> int | None:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError("the answer was not whole in time")
        if self._patience is None or left < self._patience:
            self._sock.settimeout(left)
        return self._inner.readinto(buffer)


class _Answer(http.client.HTTPResponse):
    """An answer as it comes in, with its deadline."""

    def __init__(self, sock: socket.socket, *args: Any, begun: Begun | None = None, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        if begun is not None:
            self.fp = io.BufferedReader(Resumed(self.fp.detach(), begun))
        until = deadline.get()
        if until is not None:
            self.fp = io.BufferedReader(_Punctual(self.fp.detach(), sock, until))

    def begin(self, *args: Any, **kwargs: Any) -> None:
        """Read the status and the headers.

        http.client takes a 103 for the answer, and leaves the real one to whoever uses the connection next.
        """
        headers: Any = self.headers  # the stubs know them only as they are afterwards
        if headers is not None:
            return
        while True:
            if args or kwargs or not fast_path.begin(self):
                super().begin(*args, **kwargs)
            if self.status not in _INTERIM:
                return
            self.headers = None  # type: ignore[assignment]  # pyright: ignore  # as it was before


class _Silent:
    """Not heard by http.client's debugging.

    That prints every header that leaves into the cell. Its level is a class attribute that people set for the whole
    process; this one stands in front of it.
    """

    debuglevel = 0


class _Timed:
    """Tells whoever times the request how long it took to open the connection."""

    def connect(self) -> None:
        began = time.perf_counter()
        try:
            super().connect()  # type: ignore[misc]  # pyright: ignore  # urllib3's connections, behind it, have it
        finally:
            laps = running.get()
            if laps is not None:
                laps.connecting += time.perf_counter() - began
                laps.opened += 1


class _InOnePiece:
    """Sends usual headers in one piece, beside urllib3's own connection."""

    _block: bytes | None = None

    def request(self, method: str, url: str, body: Any = None, headers: Any = None, **options: Any) -> Any:
        """Send a request."""
        send: Any = super().request  # type: ignore[misc]  # pyright: ignore  # the connection's, which stands behind
        usual = type(headers) is dict and fast_path.IS_URLLIB3
        block = fast_path.block(headers) if usual else None
        if block is None:
            return send(method, url, body=body, headers=headers, **options)
        self._block = block
        try:
            return send(method, url, body=body, headers=fast_path.Names(headers), **options)
        finally:
            self._block = None

    def endheaders(self, *args: Any, **kwargs: Any) -> Any:
        """Add what is there in one piece, and send."""
        block, self._block = self._block, None
        if block is not None:
            self._output(block)  # type: ignore[attr-defined]  # pyright: ignore  # as above
        return super().endheaders(*args, **kwargs)  # type: ignore[misc]  # pyright: ignore  # as above


def _answer(connection: OpenConnection, *args: Any, **kwargs: Any) -> _Answer:
    """The answer that was begun on a connection, or a new one."""
    begun, connection.begun = connection.begun, None
    return _Answer(*args, begun=begun, **kwargs)


# http.client makes each answer of its connection's response_class, which may as well be a method; urllib3's pools keep
# their connections in a QueueCls, of which they want no more than a Shelf has.


class _Http(_InOnePiece, OpenConnection, _Silent, _Timed, HTTPConnection):
    response_class = _answer  # type: ignore[assignment]  # pyright: ignore


class _Https(_InOnePiece, OpenConnection, _Silent, _Timed, HTTPSConnection):
    response_class = _answer  # type: ignore[assignment]  # pyright: ignore


class _HttpPool(HandsOver, HTTPConnectionPool):
    QueueCls = Shelf  # type: ignore[assignment]  # pyright: ignore
    # urllib3 asks more of a connection's type than its own connections have.
    ConnectionCls = _Http  # pyright: ignore[reportAssignmentType]

    def urlopen(self, *args: Any, **kwargs: Any) -> Any:
        """As the pool's own, but half a body is always an error.

        Also with urllib3 1.26, which requests 2 still allows.
        """
        return super().urlopen(*args, enforce_content_length=True, **kwargs)


class _HttpsPool(HandsOver, HTTPSConnectionPool):
    QueueCls = Shelf  # type: ignore[assignment]  # pyright: ignore
    ConnectionCls = _Https  # pyright: ignore[reportAssignmentType]

    def urlopen(self, *args: Any, **kwargs: Any) -> Any:
        """See ``_HttpPool``."""
        return super().urlopen(*args, enforce_content_length=True, **kwargs)


def past_proxies(url: str) -> dict[str, str]:
    """For this very machine: use no proxy of the environment.

    No proxy leads there, and it would read the keys.
    """
    return {"no_proxy": host_of(url)} if is_loopback(url) else {}


@functools.cache  # of the few kinds of pools there are
def _silent(pool: type[HTTPConnectionPool]) -> type[HTTPConnectionPool]:
    """The same kind of pool, whose connections print nothing."""
    if issubclass(pool.ConnectionCls, _Silent):
        return pool
    connection = type(pool.ConnectionCls.__name__, (_Silent, pool.ConnectionCls), {})
    return type(pool.__name__, (pool,), {"ConnectionCls": connection})


def silence(adapter: HTTPAdapter) -> None:
    """Keep an adapter that somebody else has made from printing headers.

    Its connections would print those that they send.
    """
    managers = adapter.proxy_manager_for
    # A method of one object, because its class is not ours to change.
    adapter.proxy_manager_for = lambda *args, **kwargs: _silenced(managers(*args, **kwargs))  # type: ignore[method-assign]
    _silenced(adapter.poolmanager)


def _silenced(manager: Any) -> Any:
    pools = manager.pool_classes_by_scheme
    manager.pool_classes_by_scheme = {scheme: _silent(pool) for scheme, pool in pools.items()}
    return manager


_all: WeakSet[Transport] = WeakSet()


class Transport(HTTPAdapter):
    """An ``HTTPAdapter`` that remembers which pool of connections leads where.

    Args:
        connections: How many are kept open to each host.
        kind: What its answers are made of where that can be done quickly.
    """

    # Also of one that comes out of a pickle.
    _kind: type[QuickResponse] = QuickResponse
    _connections = CONNECTIONS

    def __init__(self, connections: int = CONNECTIONS, kind: type[QuickResponse] = QuickResponse) -> None:
        self._kind = kind
        self._connections = connections
        _all.add(self)
        super().__init__(HOSTS, connections)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Start without connections.

        A process that was forked off one with connections does so too.
        """
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}
        self._pools: dict[Any, Any] = {}
        self._direct: dict[Any, Any] = {}

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        """As the adapter's own; deadlines hold on the way through a proxy as well."""
        manager = super().proxy_manager_for(*args, **kwargs)
        if "SOCKS" in type(manager).__name__:
            return _silenced(manager)
        manager.pool_classes_by_scheme = self.poolmanager.pool_classes_by_scheme
        return manager

    def send(  # noqa: PLR0917 - requests' own, in its order
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: Any = True,
        cert: Any = None,
        proxies: Any = None,
    ) -> requests.Response:
        """Send a request; a plain one is given to its pool of connections as it is.

        Raises:
            requests.RequestException: No answer came.
        """
        # Pools know False only. With another word for it requests shares one with those who want certificates checked.
        verify = verify or False
        wait = fast_path.patience(timeout)
        if (
            wait is None
            or type(request) is not PlainRequest
            or not request.is_as_it_was_made()
            or not fast_path.adapter_sends_itself()
            or (pool := self._direct_pool(request, verify, cert, proxies)) is None
        ):
            return super().send(request, stream, timeout, verify, cert, proxies)
        pairs = fast_path.pairs_of(request.headers)
        came = None if stream else over_an_open_connection(pool, request, pairs, wait, deadline.get())
        if isinstance(came, Arrived):
            if came.reading and (laps := running.get()) is not None:
                laps.reading += came.reading
            return self._kind.of_arrived(request, came, self)
        try:
            with going_on_with(came):
                raw = pool.urlopen(
                    method=request.method,
                    url=request.plain[2],
                    body=request.body,
                    headers=dict(pairs),
                    redirect=False,
                    assert_same_host=False,
                    preload_content=False,
                    decode_content=False,
                    retries=self.max_retries,
                    timeout=wait,
                )
        except Exception as error:
            failure = error
        else:
            if "set-cookie" in raw.headers:
                return self.build_response(request, raw)
            return self._kind.of_raw(request, raw, self)
        raise fast_path.what_failed(failure, request)

    def _direct_pool(self, request: PlainRequest, verify: Any, cert: Any, proxies: Any) -> Any:
        """The pool that leads straight to where a request goes.

        None where a proxy is between.
        """
        if not (cert is None or isinstance(cert, str)):
            return None
        where = (request.plain[1], verify, cert, tuple(proxies.items()) if proxies else ())
        pool = self._direct.get(where)
        if pool is None or pool.pool is None:  # closed, when too many other hosts were talked to
            if requests.utils.select_proxy(request.plain[0], proxies):
                return None
            self._pools = {}
            pool = self.get_connection_with_tls_context(request, verify, proxies=proxies, cert=cert)
            self.cert_verify(pool, request.plain[0], verify, cert)  # type: ignore[no-untyped-call]
            self._direct[where] = pool
        return pool

    def get_connection_with_tls_context(
        self, request: requests.PreparedRequest, verify: Any, proxies: Any = None, cert: Any = None
    ) -> Any:
        """The pool of connections for a request."""
        url = str(request.url)
        parts = cut_apart(url)
        files = cert if cert is None or isinstance(cert, str) else tuple(cert)
        where = (parts.scheme, parts.netloc, verify, files, tuple(proxies.items()) if proxies else ())
        pool = self._pools.get(where)
        if pool is None or pool.pool is None:  # closed, when too many other hosts were talked to
            pool = super().get_connection_with_tls_context(request, verify, proxies=proxies, cert=cert)
            self._pools[where] = pool
        return pool

    def request_url(self, request: requests.PreparedRequest, proxies: Any) -> str:
        """What stands in the first line of a request: the path.

        For a proxy that forwards, the whole URL.
        """
        return super().request_url(request, proxies) if proxies else request.path_url

    def leave_connections(self) -> None:
        """Start anew without touching the open connections.

        In a forked process they belong to the parent.
        """
        self.proxy_manager = {}
        self.init_poolmanager(HOSTS, self._connections)

    def close(self) -> None:
        """Close all connections; the next request opens new ones."""
        self._pools, self._direct = {}, {}
        super().close()


def _after_fork() -> None:
    for transport in list(_all):
        transport.leave_connections()


if hasattr(os, "register_at_fork"):  # not on Windows, where nothing forks
    os.register_at_fork(after_in_child=_after_fork)
