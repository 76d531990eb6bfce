"""A small HTTP server on 127.0.0.1 for a listener.

It takes a POST of reasonable size, and answers with a status. Each request is taken as if a stranger had sent it: whole
or not at all, within a time and a size, and only by a name that it was told. One request for each connection, one
thread for each, and no more than a few of them.
"""

from __future__ import annotations

import contextlib
import io
import logging
import socket
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from vipps_nb.errors import ListenerError

_logger = logging.getLogger(__name__)
LARGEST_BODY = 1 << 20  # bytes; a delivery has hundreds
LARGEST_HEADERS = 32 << 10  # bytes
LONGEST_LINE = 1 << 16  # bytes; what the parser of headers takes as well
PATIENCE = 10.0  # seconds for a request to be here whole, however it drips
LAST_WORDS = 2.0  # seconds in which a sender may finish what nobody reads, so that it hears the answer
MOST_LAST_WORDS = 64 << 20  # bytes of it
MOST_SENDERS = 64  # at once; the sandbox sends 32
FAREWELL = 2.0  # seconds that stopping waits for answers under way
LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})
_BUSY = b"HTTP/1.0 503 Service Unavailable\r\nRetry-After: 2\r\nContent-Length: 0\r\n\r\n"


@dataclass(frozen=True, kw_only=True)
class Doorkeeping:
    """Who comes in, and what becomes of it.

    Attributes:
        receive: Takes the path, headers and body of each delivery; gives the status to answer with.
        names: The hosts that it answers to, without their port.
        turned_away: Told the host of a request that was for somebody else.
    """

    receive: Callable[[str, Mapping[str, str], bytes], int]
    names: frozenset[str]
    turned_away: Callable[[str], None]


class Server(HTTPServer):
    """Serves each sender on a thread of its own.

    None of them keeps the process alive.
    """

    request_queue_size = MOST_SENDERS

    def __init__(self, port: int, doorkeeping: Doorkeeping) -> None:
        self.doorkeeping = doorkeeping
        self._places = threading.BoundedSemaphore(MOST_SENDERS)
        self._senders: dict[threading.Thread, socket.socket] = {}
        super().__init__(("127.0.0.1", port), _Handler)
        self._serving = threading.Thread(target=self.serve_forever, args=(0.05,), name="vipps-nb listener", daemon=True)

    @property
    def port(self) -> int:
        """On 127.0.0.1."""
        return int(self.server_address[1])

    def start(self) -> None:
        """Serve, on a thread of its own."""
        self._serving.start()

    def stop(self) -> None:
        """Listen no more; returns when it is so."""
        self.shutdown()
        self.server_close()
        self._serving.join()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Have a thread attend to a sender; one too many is told to come again."""
        if not self._places.acquire(blocking=False):
            with contextlib.suppress(OSError):
                request.sendall(_BUSY)
            self.shutdown_request(request)
            return
        thread = threading.Thread(
            target=self._attend, args=(request, client_address), name="vipps-nb delivery", daemon=True
        )
        self._senders[thread] = request
        try:
            thread.start()
        except RuntimeError:  # no more threads to be had
            self._leave(thread)
            raise

    def _attend(self, request: Any, client_address: Any) -> None:
        try:
            self.finish_request(request, client_address)
        except Exception:
            self.handle_error(request, client_address)
        finally:
            self.shutdown_request(request)
            self._leave(threading.current_thread())

    def _leave(self, thread: threading.Thread) -> None:
        del self._senders[thread]
        self._places.release()

    def server_close(self) -> None:
        """Stop listening.

        Who is being heard is heard no further; who waits for an answer gets it, in a short time.
        """
        super().server_close()
        until = time.monotonic() + FAREWELL
        senders = list(self._senders.items())
        for _, connection in senders:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RD)
        for thread, _ in senders:
            if thread is not threading.current_thread():  # a follower may be who stops the listener
                thread.join(max(until - time.monotonic(), 0))

    def handle_error(self, request: object, client_address: object) -> None:
        """Print nothing.

        Senders give up and hang up, above all in a drill, and that is no news for a cell.
        """
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):
            _logger.warning("A webhook listener failed with %s", type(error).__name__)


def listening(port: int, doorkeeping: Doorkeeping) -> Server:
    """A server on a port of 127.0.0.1; 0 takes any free one.

    Raises:
        ListenerError: The port cannot be used.
    """
    try:
        return Server(port, doorkeeping)
    except (OSError, OverflowError, TypeError) as error:
        raise ListenerError(
            f"Port {port} on 127.0.0.1 cannot be used; perhaps an earlier listener still has it. Stop that one with "
            "listener.stop(), name another port, or leave the port out to get any free one."
        ) from error


class _RefusedError(Exception):
    """A request that is answered without being listened to."""

    def __init__(self, status: HTTPStatus) -> None:
        self.status = status


class _Until(io.RawIOBase):
    """Bytes from a connection until a deadline.

    A time-out of the socket would start anew with each byte.
    """

    def __init__(self, connection: socket.socket, until: float) -> None:
        self._connection, self._until = connection, until

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._connection.settimeout(left)
        return self._connection.recv_into(buffer)


class _Handler(BaseHTTPRequestHandler):
    server: Server  # pyright: ignore[reportIncompatibleVariableOverride]  # only servers of ours make handlers of ours

    def setup(self) -> None:
        super().setup()
        self.rfile.close()
        self.rfile = io.BufferedReader(_Until(self.connection, time.monotonic() + PATIENCE))

    def handle(self) -> None:
        """One request, whatever it is.

        A connection that says nothing is closed without a word.
        """
        try:
            path, headers, body = self._request()
        except _RefusedError as refused:
            self._say(refused.status)
            self._let_finish()
        except TimeoutError:
            self._say(HTTPStatus.REQUEST_TIMEOUT)
        except ConnectionAbortedError:
            return
        else:
            self._say(self.server.doorkeeping.receive(path, headers, body))

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What the parser of the first line and the headers finds wrong."""
        raise _RefusedError(HTTPStatus(code))

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: what arrives is shown by the listener."""

    def _request(self) -> tuple[str, dict[str, str], bytes]:
        self.raw_requestline = self.rfile.readline(LONGEST_LINE + 1)
        if not self.raw_requestline:
            raise ConnectionAbortedError
        if len(self.raw_requestline) > LONGEST_LINE:
            raise _RefusedError(HTTPStatus.REQUEST_URI_TOO_LONG)
        if not self.parse_request():
            raise _RefusedError(HTTPStatus.BAD_REQUEST)
        headers = self.headers.items()
        if sum(len(name) + len(value) for name, value in headers) > LARGEST_HEADERS:
            raise _RefusedError(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        self._check_origin()
        if self.command != "POST":
            raise _RefusedError(HTTPStatus.METHOD_NOT_ALLOWED)
        size = self._size()
        body = self.rfile.read(size)
        if len(body) < size:  # the sender hung up: what is half is not kept
            raise _RefusedError(HTTPStatus.BAD_REQUEST)
        # The handler's own path has a double slash at its beginning made single, and the path is signed.
        return self.requestline.split()[1], _joined(headers), body

    def _check_origin(self) -> None:
        """Refuse what came by another name, or from a page of another site.

        The sandbox does so too (DNS rebinding).
        """
        hosts = self.headers.get_all("Host", [])
        if len(hosts) != 1:
            raise _RefusedError(HTTPStatus.BAD_REQUEST)
        host = hosts[0].strip().lower()
        if not {host, host.rpartition(":")[0]} & self.server.doorkeeping.names:
            self.server.doorkeeping.turned_away(host)
            raise _RefusedError(HTTPStatus.MISDIRECTED_REQUEST)
        own = {f"http://{host}", f"https://{host}"}
        if any(origin.strip().lower() not in own for origin in self.headers.get_all("Origin", [])):
            raise _RefusedError(HTTPStatus.FORBIDDEN)

    def _size(self) -> int:
        """How long the body is, in bytes.

        Two lengths, or one that is none, may be read differently by who stands in between.
        """
        lengths = self.headers.get_all("Content-Length", [])
        if "Transfer-Encoding" in self.headers:
            raise _RefusedError(HTTPStatus.BAD_REQUEST if lengths else HTTPStatus.LENGTH_REQUIRED)
        if not lengths:
            raise _RefusedError(HTTPStatus.LENGTH_REQUIRED)
        length = lengths[0].strip()
        if len(lengths) > 1 or not (length.isascii() and length.isdigit()):
            raise _RefusedError(HTTPStatus.BAD_REQUEST)
        digits = length.lstrip("0")
        if len(digits) > len(str(LARGEST_BODY)) or int(digits or "0") > LARGEST_BODY:
            raise _RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        return int(digits or "0")

    def _say(self, status: int) -> None:
        self.connection.settimeout(PATIENCE)
        self.request_version = "HTTP/1.0"  # of an older one, to which nothing would be said, nobody is left
        self.send_response_only(status)
        if status == HTTPStatus.METHOD_NOT_ALLOWED:
            self.send_header("Allow", "POST")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _let_finish(self) -> None:
        """Take what still comes and forget it.

        Hung up on in the middle of a word, a sender would not hear why.
        """
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_WR)
            rest, taken = _Until(self.connection, time.monotonic() + LAST_WORDS), 0
            while taken < MOST_LAST_WORDS and (chunk := rest.read(1 << 16)):
                taken += len(chunk)


def _joined(headers: list[tuple[str, str]]) -> dict[str, str]:
    """Headers as they came; repeated ones have their values joined by commas."""
    joined: dict[str, str] = {}
    spelled: dict[str, str] = {}
    for name, value in headers:
        key = spelled.setdefault(name.lower(), name)
        joined[key] = f"{joined[key]}, {value}" if key in joined else value
    return joined
