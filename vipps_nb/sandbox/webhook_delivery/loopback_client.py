"""One HTTP request to a receiver on this machine; blocking, for a worker thread.

Nothing beyond it is ever contacted.

Plain ``http.client``: it knows no proxies, no netrc, no cookies, and follows no redirect.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
from http.client import HTTPConnection, HTTPException, HTTPSConnection, InvalidURL
from ipaddress import ip_address
from typing import NamedTuple

from vipps_nb.sandbox.server.urls import parts_of
from vipps_nb.sandbox.webhook_delivery.outbox import OutgoingRequest, Reply

LARGEST_ANSWER = 1 << 20  # bytes; no receiver has more to say
BY_NAME = {"localhost": ("127.0.0.1", "::1")}
"""Known here and not looked up, so that no hosts file can lead a request away."""


class Receiver(NamedTuple):
    """Where a request goes, if it may go there at all."""

    scheme: str
    name: str
    addresses: tuple[str, ...]
    port: int
    target: str


def receiver_of(url: str) -> Receiver | None:
    """The receiver behind a URL; None when it is not on this machine."""
    parts = parts_of(url)
    if parts is None or parts.scheme not in ("http", "https"):
        return None
    name, port = parts.hostname or "", parts.port
    addresses = BY_NAME.get(name) or ((name,) if _is_loopback(name) else ())
    if not addresses:
        return None
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Receiver(parts.scheme, name, addresses, port or (443 if parts.scheme == "https" else 80), target)


def _is_loopback(name: str) -> bool:
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


class Exchange:
    """One request's way there and back. ``abandon`` ends it from another thread."""

    def __init__(self, outgoing: OutgoingRequest) -> None:
        self._letter = outgoing
        self._socket: socket.socket | None = None
        self._abandoned = False

    def make(self) -> Reply:
        """Go, and come back with whatever there is."""
        receiver = receiver_of(self._letter.url)
        if receiver is None:
            return Reply(status=None, sent=False, reason="The sandbox sends nothing beyond this machine.")
        try:
            return self._ask(receiver)
        except (OSError, HTTPException, ValueError) as error:
            return Reply(status=None, reason=self._why(error))

    def abandon(self) -> None:
        """Hang up; the thread that waits for an answer is then free."""
        self._abandoned = True
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def _why(self, error: Exception) -> str:
        match error:
            case TimeoutError():
                return f"No answer within {self._letter.time_limit:g} seconds."
            case ConnectionRefusedError():
                return "Nobody listens there."
            case ssl.SSLError():
                return "The receiver's certificate is not trusted."
            case ValueError() | InvalidURL():
                return "The address or a header cannot be written as HTTP wants it."
            case _:
                return "The connection broke before an answer came."

    def _ask(self, receiver: Receiver) -> Reply:
        outgoing = self._letter
        kind = HTTPSConnection if receiver.scheme == "https" else HTTPConnection
        connection = kind(receiver.name, receiver.port, timeout=outgoing.time_limit)
        self._socket = connection.sock = self._connected(receiver)
        try:
            if self._abandoned:
                raise ConnectionAbortedError
            connection.request(
                outgoing.method, receiver.target, outgoing.body, {"Connection": "close", **outgoing.headers}
            )
            with connection.getresponse() as answer:
                return Reply(status=answer.status, body=answer.read(LARGEST_ANSWER))
        finally:
            connection.close()

    def _connected(self, receiver: Receiver) -> socket.socket:
        refused: OSError = ConnectionRefusedError()
        for address in receiver.addresses:
            try:
                plain = socket.create_connection((address, receiver.port), self._letter.time_limit)
            except OSError as error:
                refused = error
                continue
            if receiver.scheme == "http":
                return plain
            try:
                return ssl.create_default_context().wrap_socket(plain, server_hostname=receiver.name)
            except BaseException:
                plain.close()
                raise
        raise refused
