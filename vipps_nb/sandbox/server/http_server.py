"""Any ASGI app on a loopback thread; knows nothing of Vipps MobilePay.

The socket is bound before the thread starts, so the port is known at once and nobody can take it in between.
"""

from __future__ import annotations

import asyncio
import errno
import json
import logging
import socket
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from vipps_nb.sandbox.errors import SandboxError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

LOOPBACK = "127.0.0.1"
PATIENCE = 10.0  # seconds to wait for a start or a stop before saying so instead of hanging the caller
GRACE = 2.0  # seconds that answers under way get when the server stops
ROUNDS_TO_COME_IN = 3  # of the loop, from a connection that is accepted to one that is known


NO_HTTP = (
    "This cannot be read as an HTTP/1.1 request. The server speaks plain HTTP: its address begins with http://, not "
    "https://. Characters beyond ASCII are percent-encoded in an address."
)
log = logging.getLogger(__name__)
# A client that speaks TLS gets its answer; in the output of whatever cell happens to run, it is nobody's.
log.setLevel(logging.ERROR)


class _Protocol(H11Protocol):
    """HTTP/1.1 that lets the app hang up.

    ``scope["state"]["hang_up"]`` drops the connection without an answer.
    """

    gone: asyncio.Future[None]
    """Done when the connection is closed."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn does
        super().connection_made(transport)
        # Whatever the process has done with its logging: uvicorn would write whole addresses into it.
        self.access_log = False
        self.logger = log
        # The state is shared by all connections of a server, so each gets its own copy.
        self.app_state = {**self.app_state, "hang_up": transport.abort}
        self.gone = self.loop.create_future()

    def send_400_response(self, msg: str) -> None:
        """Say what cannot be read, in our own words."""
        body = json.dumps({"statusCode": 400, "message": NO_HTTP}).encode()
        headers = [
            ("content-type", "application/json"),
            ("content-length", str(len(body))),
            ("connection", "close"),
        ]
        for event in (h11.Response(status_code=400, headers=headers), h11.Data(data=body), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def _unsupported_upgrade_warning(self) -> None:
        """Nothing.

        Java's client offers HTTP/2 with every request and is content without; uvicorn would advise each time to
        install something.
        """

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.gone.set_result(None)


class _Server(uvicorn.Server):
    """Waits to be told to stop.

    uvicorn looks ten times a second whether it should, and whether its connections are closed, so that a stop took a
    fifth of a second. With events it takes a millisecond.
    """

    def __init__(self, config: uvicorn.Config, on_stop: Callable[[], Awaitable[None]] | None) -> None:
        super().__init__(config)
        self.listening = threading.Event()
        self.loop: asyncio.AbstractEventLoop | None = None
        self._on_stop = on_stop
        self._asked_to_stop = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self.loop = asyncio.get_running_loop()
        self.listening.set()

    async def main_loop(self) -> None:
        await self._asked_to_stop.wait()

    def stop(self) -> None:
        """Have the server stop; from any thread."""
        if self.loop is not None:
            with suppress(RuntimeError):  # the loop is closed: it has stopped
                self.loop.call_soon_threadsafe(self._asked_to_stop.set)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self._on_stop is not None:
            await self._on_stop()
        # First nobody more is let in, then who was let in comes in, and only then the listener is closed: asyncio would
        # drop whoever is between the two, with the connection open and without a word.
        for listener in self.servers:
            for one in listener.sockets:
                with suppress(NotImplementedError):  # Windows' loop accepts in another way
                    asyncio.get_running_loop().remove_reader(one.fileno())
        for _ in range(ROUNDS_TO_COME_IN):
            await asyncio.sleep(0)
        for listener in (*self.servers, *(sockets or ())):
            listener.close()
        told: set[_Protocol] = set()
        until = asyncio.get_running_loop().time() + GRACE
        while waiting := self._unfinished(told):
            left = until - asyncio.get_running_loop().time()
            if left <= 0:
                break
            await asyncio.wait(waiting, timeout=left, return_when=asyncio.FIRST_COMPLETED)
        for connection in self._connections():
            connection.transport.abort()  # the loop ends, and cancels what is still answering

    def _connections(self) -> list[_Protocol]:
        found = self.server_state.connections
        return [one for one in found if isinstance(one, _Protocol) and not one.gone.done()]

    def _unfinished(self, told: set[_Protocol]) -> list[asyncio.Future[None]]:
        """What is still answering or open.

        Whoever has not been told yet that it is over is told.
        """
        connections = self._connections()
        for connection in connections:
            if connection not in told:
                told.add(connection)
                connection.shutdown()  # now if it is idle, otherwise after its answer
        tasks = [task for task in self.server_state.tasks if not task.done()]
        return [*tasks, *(one.gone for one in connections if not one.gone.done())]


class LoopbackServer:
    """Serves one app from a daemon thread, between ``start`` and ``stop``.

    On 127.0.0.1, or where it is told.
    """

    def __init__(self, port: int = 0, host: str = LOOPBACK) -> None:
        self._socket = _bound_socket(host, port)
        self.port: int = self._socket.getsockname()[1]
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The loop in which the app runs.

        Raises:
            RuntimeError: It does not run.
        """
        if self._server is None or self._server.loop is None:
            raise RuntimeError("The server has not started.")
        return self._server.loop

    def start(self, app: Callable[..., Awaitable[None]], on_stop: Callable[[], Awaitable[None]] | None = None) -> None:
        """Serve ``app``; returns once connections are answered.

        Args:
            app: What to serve.
            on_stop: Awaited when the server is about to stop, before it waits for answers that are under way.

        Raises:
            SandboxError: The server did not come up in time.
        """
        config = uvicorn.Config(
            app,
            http=_Protocol,
            ws="none",
            loop="asyncio",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,  # the date belongs to the world's clock
            proxy_headers=False,  # nobody stands in between whose word would count
            timeout_keep_alive=60,
        )
        self._server = _Server(config, on_stop)
        self._thread = threading.Thread(
            target=self._server.run, args=([self._socket],), name="vipps-nb-sandbox", daemon=True
        )
        self._thread.start()
        if not self._server.listening.wait(PATIENCE):
            raise SandboxError(f"The sandbox did not start listening within {PATIENCE:.0f} seconds.")

    def stop(self) -> None:
        """Stop serving and give the port back.

        Raises:
            SandboxError: The server was still busy after the time limit; its daemon thread ends with the process.
        """
        if self._server is None or self._thread is None:
            self._socket.close()
            return
        self._server.stop()
        self._thread.join(PATIENCE)
        if self._thread.is_alive():
            raise SandboxError(f"The sandbox did not stop within {PATIENCE:.0f} seconds.")


def _bound_socket(host: str, port: int) -> socket.socket:
    # Saying TCP aloud matters: only then does asyncio turn Nagle's algorithm off, which costs 40 ms per answer.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if sys.platform != "win32":  # there the option would let two servers share a port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRNOTAVAIL:
            remedy = "This machine has no such address; 127.0.0.1 is its own, 0.0.0.0 is all that it has."
        elif error.errno == errno.EACCES:
            remedy = "Ports below 1024 need special rights; choose one above, or leave it out to get any free one."
        else:
            remedy = "Choose another one, or leave it out to get any free one."
        raise SandboxError(f"Port {port} on {host} cannot be used ({error.strerror}). {remedy}") from error
    return listener
