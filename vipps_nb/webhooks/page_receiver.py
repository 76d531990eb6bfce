"""What a listener has in a page of a browser instead of a server.

A function that the sandbox calls.

Plain ``requests`` in the same page finds it at its address, too. Nobody else can.
"""

from __future__ import annotations

import itertools
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter

from vipps_nb.core import page_network
from vipps_nb.webhooks.receiver import LARGEST_BODY, Doorkeeping

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vipps_nb.client.sandbox_gate import Sandbox

_ports = itertools.count(49152)  # the first of those that nobody owns; in a page a number is all that a port is


class PageReceiver(BaseAdapter):
    """Takes deliveries without a port.

    Args:
        doorkeeping: Who takes them.
        sandbox: Who sends them, if there is one.
        public_url: Where else they are sent to.
        port: The number in its address; 0 for any that nobody has.
    """

    def __init__(
        self, doorkeeping: Doorkeeping, sandbox: Sandbox | None, public_url: str | None, port: int = 0
    ) -> None:
        super().__init__()
        self.port = port or next(_ports)
        self._doorkeeping = doorkeeping
        self._origin = f"http://127.0.0.1:{self.port}"
        self._open = True
        page_network.answer_at(self._origin, self)
        for url in (f"{self._origin}/webhooks", public_url):
            if sandbox is not None and url is not None:
                sandbox.receive(url, self._receiver(url))

    def start(self) -> None:
        """It listens from the moment it is made."""

    def stop(self) -> None:
        """Take nothing more."""
        self._open = False
        page_network.leave(self._origin)

    def close(self) -> None:
        """A session that has asked here is done; the listener is not."""

    def send(self, request: requests.PreparedRequest, *_args: Any, **_kwargs: Any) -> requests.Response:
        """Answer what plain ``requests`` sends."""
        body = request.body or b""
        answer = requests.Response()
        answer.request, answer.url, answer._content = request, str(request.url), b""
        if request.method == "POST":
            headers = {"Host": urlsplit(answer.url).netloc, **request.headers}
            answer.status_code = self._take(request.path_url, headers, body.encode() if isinstance(body, str) else body)
        else:
            answer.status_code = HTTPStatus.METHOD_NOT_ALLOWED
        answer.reason = HTTPStatus(answer.status_code).phrase
        return answer

    def _receiver(self, url: str) -> Any:
        parts = urlsplit(url)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return lambda headers, body: self._take(path, headers, body)

    def _take(self, path: str, headers: Mapping[str, str], body: bytes) -> int:
        if not self._open:
            return HTTPStatus.SERVICE_UNAVAILABLE
        if len(body) > LARGEST_BODY:
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        return self._doorkeeping.receive(path, headers, body)
