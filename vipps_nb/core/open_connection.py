"""One request and its answer over a connection that is open already.

urllib3 opens connections and keeps them; what it does for each request beside that takes many times as long as sending
and receiving. So a small request goes straight onto an open connection of its pool, and a usual answer is taken
straight from it.

As soon as anything is not usual, urllib3 gets all of it: what has come so far, or the error, as if it had sent the
request itself (:class:`Begun`). So there is one place that knows about chunks, compression, errors and closing, and it
is not here.
"""

from __future__ import annotations

import contextlib
import http.client
import io
import logging
import select
import socket
import sys
import time
from collections import deque
from collections.abc import Iterator
from contextvars import ContextVar
from functools import lru_cache
from queue import Empty, Full
from typing import Any, NamedTuple

from urllib3 import Timeout
from urllib3._version import __version__ as _version
from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from vipps_nb.core import fast_path
from vipps_nb.core.fast_path import Arrived, Pairs, PlainRequest, own

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_PIECE = 65_536  # bytes received in one go
_LARGEST_BODY = 16_384  # bytes of a request that every system takes at once, so that nobody waits while sending
_LARGEST_ANSWER = 1 << 20  # bytes; a larger one takes so long that urllib3's share is not noticed
_MOST_DIGITS = 10  # of a length
_WITHOUT_BODY = frozenset({204, 304})
_log = logging.getLogger("urllib3.connectionpool")


class Begun(NamedTuple):
    """What has become of a request whose rest is urllib3's.

    Attributes:
        connection: On which it went out.
        data: What has come of its answer.
        sending: What went wrong while it was sent.
        receiving: What went wrong after that.
    """

    connection: Any
    data: bytes = b""
    sending: Exception | None = None
    receiving: Exception | None = None


# What urllib3 goes on with when it is asked next.
_handed: ContextVar[Begun | None] = ContextVar("handed", default=None)


# --- whether urllib3 is itself --------------------------------------------------------------------------------------

# What is passed by here, and beside each what nobody replaces; a tracer or a recorder may stand in its place.
_PASSED_BY = (
    (HTTPConnectionPool, HTTPConnectionPool.close, ("urlopen", "_make_request", "_get_conn", "_put_conn")),
    (HTTPConnection, HTTPConnection.set_tunnel, ("request", "putrequest", "putheader", "getresponse")),
    (
        http.client.HTTPConnection,
        http.client.HTTPConnection.set_tunnel,
        ("putrequest", "putheader", "endheaders", "_send_output", "send", "getresponse"),
    ),
    (http.client.HTTPResponse, http.client.HTTPResponse.getheader, ("begin",)),
)
_METHODS_OF = tuple((vars(owner), name) for owner, _, names in _PASSED_BY for name in names)


def _stands() -> tuple[Any, ...]:
    return tuple([methods.get(name) for methods, name in _METHODS_OF])


_OWN = tuple(own(owner, name, beside) for owner, beside, names in _PASSED_BY for name in names)
_IS_KNOWN = fast_path.IS_URLLIB3 and _version.startswith("2.") and None not in _OWN


def is_usual() -> bool:
    """Whether what is passed by is urllib3's own, and nobody reads its log."""
    return _IS_KNOWN and _stands() == _OWN and not _log.isEnabledFor(logging.DEBUG)


# --- connections ----------------------------------------------------------------------------------------------------


class BeforeASocket(io.RawIOBase):
    """A file for reading that stands before a socket's own.

    Args:
        inner: The socket's.
    """

    def __init__(self, inner: io.RawIOBase) -> None:
        self._inner = inner

    def readable(self) -> bool:
        """True; a file for reading is asked this."""
        return True

    def fileno(self) -> int:
        """The number of the socket's file, by which it can be waited for."""
        return self._inner.fileno()

    def close(self) -> None:
        """Close the socket's side; a second time does nothing."""
        if not self.closed:
            super().close()
            self._inner.close()


class Resumed(BeforeASocket):
    """The bytes of an answer: those that have come already, then those of its socket.

    Args:
        inner: The socket's.
        begun: What has come, and what went wrong then.
    """

    def __init__(self, inner: io.RawIOBase, begun: Begun) -> None:
        super().__init__(inner)
        self._left, self._failure = memoryview(begun.data), begun.receiving

    def readinto(self, buffer: Any) -> int | None:
        """Put some bytes into a buffer; 0 at the end, as of any raw file."""
        if self._left:
            some = self._left[: len(buffer)]
            buffer[: len(some)] = some
            self._left = self._left[len(some) :]
            return len(some)
        if self._failure is not None:
            raise self._failure
        return self._inner.readinto(buffer)


class OpenConnection:
    """Stands before urllib3's own connection.

    It sends a request whole, or has urllib3 go on with one that was sent.
    """

    sock: Any
    begun: Begun | None = None
    _host_line: bytes | None = None  # as urllib3 has written it when the connection was opened
    _watched: tuple[Any, Any] | None = None

    def putrequest(self, method: str, url: str, skip_host: bool = False, skip_accept_encoding: bool = False) -> Any:
        """Write the head of a request, as urllib3 does.

        What it says of the host by itself stays the same as long as the connection.
        """
        super().putrequest(method, url, skip_host, skip_accept_encoding)  # type: ignore[misc]  # pyright: ignore  # urllib3's
        lines: list[bytes] = self._buffer  # type: ignore[attr-defined]  # pyright: ignore  # http.client's, behind it
        if not skip_host and len(lines) > 1 and lines[1].startswith(b"Host: "):
            self._host_line = lines[1]

    def send(self, data: Any) -> Any:
        """Send bytes, unless they were sent already."""
        begun = self.begun
        if begun is None:
            return super().send(data)  # type: ignore[misc]  # pyright: ignore  # http.client's, behind it
        if begun.sending is not None:
            raise begun.sending
        return None

    def is_ready(self) -> bool:
        """Whether it is open, and nothing has come that nobody has asked for."""
        sock = self.sock
        if not isinstance(sock, socket.socket) or self._host_line is None or self._owes_an_answer():
            return False
        if self._watched is None or self._watched[0] is not sock:
            if not hasattr(select, "poll"):  # Windows
                return self.is_connected
            look = select.poll()
            look.register(sock, select.POLLIN)
            self._watched = sock, look
        return not self._watched[1].poll(0) and not self._has_left_overs()

    @property
    def is_connected(self) -> bool:
        """As urllib3's, and nothing is left over.

        It does not see what was decrypted together with the last answer.
        """
        connected: bool = super().is_connected  # type: ignore[misc]  # pyright: ignore  # urllib3's, behind it
        return connected and not self._has_left_overs()

    def _has_left_overs(self) -> bool:
        pending = getattr(self.sock, "pending", None)  # a page in a browser has no ssl to ask for the type
        return pending is not None and pending() > 0

    def _owes_an_answer(self) -> bool:
        """Whether somebody has given it back without having read all of the last answer.

        http.client keeps that to itself, and refuses to go on then.
        """
        own = vars(self)
        last = own.get("_HTTPConnection__response", self)
        return own.get("_HTTPConnection__state") != "Idle" or not (last is None or last.isclosed())

    def head(self, method: str, path: str, headers: Pairs, body: bytes | None) -> bytes | None:
        """The lines of a request, as urllib3 would write them.

        None for what it would add to, or refuse.
        """
        names = tuple([name for name, _ in headers])
        if method not in _METHODS or not _is_whole(names, with_body=body is not None or method not in _BODILESS):
            return None
        block = fast_path.block(dict(headers))
        if block is None or self._host_line is None:
            return None
        return b"%b %b HTTP/1.1\r\n%b\r\n%b\r\n\r\n" % (method.encode(), path.encode(), self._host_line, block)


_BODILESS = ("GET", "HEAD")


@lru_cache(256)
def _is_whole(names: tuple[str, ...], *, with_body: bool) -> bool:
    """Whether urllib3 would add no header to these, nor leave one out."""
    small = {name.lower() for name in names}
    wanted = {"user-agent", "accept-encoding", *(("content-length",) if with_body else ())}
    return wanted <= small and not small & {"host", "transfer-encoding", "expect"}


class Shelf:
    """Where a pool keeps its connections; the last to come is the first to go.

    A ``queue.LifoQueue`` takes a lock and wakes sleepers, and many threads wait for that. Pools of requests' adapters
    never wait for a connection, so this does neither.

    Args:
        size: At most so many.
    """

    def __init__(self, size: int = 0) -> None:
        self._size = size
        self._kept: deque[Any] = deque()  # whose ends threads may take from and add to at the same time

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        """Take the connection that came last.

        Raises:
            queue.Empty: There is none.
        """
        try:
            return self._kept.pop()
        except IndexError:
            raise Empty from None

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
        """Keep a connection for whoever comes next.

        Raises:
            queue.Full: There are as many as there may be.
        """
        if len(self._kept) >= self._size > 0:
            raise Full
        self._kept.append(item)

    def qsize(self) -> int:
        """How many there are."""
        return len(self._kept)


class HandsOver:
    """Beside urllib3's own pool: goes on with a request that was begun."""

    def _get_conn(self, *args: Any, **kwargs: Any) -> Any:
        begun = _handed.get()
        if begun is None:
            return super()._get_conn(*args, **kwargs)  # type: ignore[misc]  # pyright: ignore  # urllib3's, behind it
        _handed.set(None)
        begun.connection.begun = begun
        return begun.connection


# --- request and answer ---------------------------------------------------------------------------------------------


def over_an_open_connection(
    pool: Any, request: PlainRequest, headers: Pairs, wait: Timeout, until: float | None
) -> Arrived | Begun | None:
    """Send a request over an open connection, if there is one; read its answer.

    Args:
        pool: Where the connections are.
        request: What to send.
        headers: Its headers.
        wait: How long to wait for each part of the answer.
        until: When the answer has to be whole, by the monotonic clock.

    Returns:
        The answer; what urllib3 has to go on with; or None where nothing was sent and urllib3 has to do all of it.
    """
    method, body = str(request.method), request.body
    if (body is not None and len(body) > _LARGEST_BODY) or not is_usual() or (connection := take(pool)) is None:
        return None
    head = connection.head(method, request.plain[2], headers, body)
    if head is None:
        pool._put_conn(connection)
        return None
    return exchange(
        pool,
        connection,
        head if body is None else head + body,
        patience=wait.read_timeout,
        until=until,
        bodiless=method == "HEAD",
    )


@contextlib.contextmanager
def going_on_with(begun: Begun | None) -> Iterator[None]:
    """What urllib3 is asked next is to go on with this; with None, to do it all."""
    if begun is None:
        yield
        return
    handed = _handed.set(begun)
    try:
        yield
    finally:
        _handed.reset(handed)


def take(pool: Any) -> Any:
    """An open connection of a pool, for whoever gives it back.

    None where urllib3 has to open one, or to look at one.
    """
    shelf = pool.pool
    if type(shelf) is not Shelf:
        return None
    try:
        connection = shelf.get()
    except Empty:
        return None
    if isinstance(connection, OpenConnection) and connection.is_ready() and _is_trusted(pool, connection):
        return connection
    pool._put_conn(connection)
    return None


def _is_trusted(pool: Any, connection: Any) -> bool:
    """Whether urllib3 would say nothing of its certificate."""
    return not isinstance(pool, HTTPSConnectionPool) or connection.is_verified


def exchange(
    pool: Any, connection: Any, message: bytes, *, patience: float | None, until: float | None, bodiless: bool
) -> Arrived | Begun:
    """Send a request, and read its answer.

    Args:
        pool: To which the connection goes back, unless urllib3 has to go on.
        connection: An open one.
        message: The request, whole.
        patience: Seconds to wait for each part of the answer.
        until: When it has to be whole, by the monotonic clock.
        bodiless: Whether the answer has no body whatever it says.

    Returns:
        The answer, or what urllib3 has to go on with.
    """
    sock = connection.sock
    try:
        if sock.gettimeout() != patience:
            sock.settimeout(patience)
        sys.audit("http.client.send", connection, message)
        try:
            sock.sendall(message)
        except OSError as error:
            return Begun(connection, sending=error)
        data = b""
        try:
            _hurry(sock, patience, until)
            data = sock.recv(_PIECE)
            found = _plain_head(data, bodiless=bodiless)
            if found is None:
                return Begun(connection, data)
            status, reason, pairs, begins, length, closes = found
            began = 0.0
            if len(data) - begins < length:
                began, pieces = time.perf_counter(), bytearray(data)
                try:
                    while len(pieces) - begins < length:
                        _hurry(sock, patience, until)
                        piece = sock.recv(_PIECE)
                        if not piece:
                            break
                        pieces += piece
                finally:
                    data = bytes(pieces)
                if len(data) - begins < length:
                    return Begun(connection, data)
        except OSError as error:
            return Begun(connection, data, receiving=error)
    except BaseException:
        connection.close()
        pool._put_conn(connection)
        raise
    if closes or len(data) - begins > length:
        connection.close()
    pool.num_requests += 1  # urllib3 counts those that it goes on with
    pool._put_conn(connection)
    return Arrived(status, reason, pairs, data[begins : begins + length], time.perf_counter() - began if began else 0.0)


def _hurry(sock: socket.socket, patience: float | None, until: float | None) -> None:
    if until is None:
        return
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError("the answer was not whole in time")
    if patience is None or left < patience:
        sock.settimeout(left)


def _plain_head(data: bytes, *, bodiless: bool) -> tuple[int, str, Pairs, int, int, bool] | None:
    """What the head of an answer says.

    Returns:
        Status, words, headers, where the body begins, how long it is, and whether the connection ends with it. None
        for a head that is not there, or whose body is not simply so many bytes.
    """
    found = fast_path.HEAD.match(data)
    if found is None:
        return None
    lines = found[3].decode("ascii").split("\r\n")
    lines.pop()
    pairs, said = [], {}
    for line in lines:
        name, _, value = line.partition(":")
        value = value.lstrip(" \t")
        pairs.append((name, value))
        said[name.lower()] = value
    status = int(found[1])
    length = said.get("content-length", "")
    if bodiless or status in _WITHOUT_BODY:
        size = 0
    elif length.isdecimal() and len(length) < _MOST_DIGITS:
        size = int(length)
    else:
        return None
    if (
        len(said) != len(lines)
        or len(lines) > fast_path.MOST_HEADERS
        or size > _LARGEST_ANSWER
        or not said.keys().isdisjoint(_UNUSUAL)
    ):
        return None
    closes = "close" in said.get("connection", "").lower()
    return status, found[2].decode("ascii").strip(), tuple(pairs), found.end(), size, closes


_UNUSUAL = frozenset({"set-cookie", "transfer-encoding", "upgrade"})
