"""A small HTTP server on 127.0.0.1 for a listener: takes a POST of reasonable size, and answers with a status."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from vipps_nb.errors import ListenerError

_logger = logging.getLogger(__name__)
LARGEST_BODY = 1 << 20  # bytes; a delivery has hundreds
PATIENCE = 10.0  # seconds to wait for bytes that a sender promised


class Server(ThreadingHTTPServer):
    """Serves each sender on a thread of its own, none of which keeps the process alive."""

    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        """Print nothing: senders give up and hang up, above all in a drill, and that is no news for a cell."""
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):
            _logger.warning("A webhook listener failed with %s", type(error).__name__)


def listening(port: int, receive: Callable[[str, Mapping[str, str], bytes], int]) -> Server:
    """A server that hands every delivery's path, headers and body to `receive`, and answers with what that gives.

    Raises:
        ListenerError: The port cannot be used.
    """
    try:
        return Server(("127.0.0.1", port), _handler(receive))
    except (OSError, OverflowError) as error:
        raise ListenerError(
            f"Port {port} on 127.0.0.1 cannot be used; perhaps an earlier listener still has it. Stop that one with "
            "listener.stop(), name another port, or leave the port out to get any free one."
        ) from error


def _handler(receive: Callable[[str, Mapping[str, str], bytes], int]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = PATIENCE

        def do_POST(self) -> None:
            size = self.headers.get("Content-Length", "")
            if not size.isascii() or not size.isdigit():
                self._say(HTTPStatus.LENGTH_REQUIRED)
            elif int(size) > LARGEST_BODY:
                self._say(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            else:
                self._say(receive(self.path, dict(self.headers.items()), self.rfile.read(int(size))))

        def log_message(self, *_: object) -> None:
            """Say nothing: what arrives is shown by the listener."""

        def _say(self, status: int) -> None:
            self.send_response_only(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

    return Handler
