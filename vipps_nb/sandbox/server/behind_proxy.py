"""Requests that come through jupyter-server-proxy.

It is the way of a browser to a sandbox on a JupyterHub.

The proxy hands on the browser's own Host, takes the beginning of the path away, and says in ``X-Forwarded-Prefix`` what
that was. A page of another site cannot send that header unasked, but one that has pointed its own name here could (DNS
rebinding). So a strange Host is let in only where this machine is a hub's, under the path that it has given to this
very server.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import Scope

_OF_THE_HUB = (b"cookie", b"x-xsrftoken")
_PREFIX = re.compile(r"(?:/[\w.@%~+-]+)*/proxy/(\d+)", re.ASCII)


def prefix_of(scope: Scope) -> str:
    """The path under which the browser sees this server.

    Empty for whoever came directly.
    """
    said = next((value for name, value in scope["headers"] if name == b"x-forwarded-prefix"), b"").decode("latin-1")
    found = _PREFIX.fullmatch(said)
    server = scope.get("server")
    return said if found and server and found[1] == str(server[1]) else ""


def is_the_hubs(prefix: str) -> bool:
    """Whether a prefix is the one that this machine's hub has given."""
    own = os.environ.get("JUPYTERHUB_SERVICE_PREFIX", "").rstrip("/")
    return bool(own) and prefix.rpartition("/proxy/")[0] == own


def keep_out(scope: Scope) -> None:
    """Take away what the browser has sent to the hub, and the proxy handed on.

    It opens the hub, not this.
    """
    scope["headers"] = [pair for pair in scope["headers"] if pair[0] not in _OF_THE_HUB]


def lead_back(headers: list[tuple[bytes, bytes]], sent: str, base_url: str) -> list[tuple[bytes, bytes]]:
    """An answer's headers, its redirects to this server made relative.

    Some versions of the proxy put the prefix before an absolute path, and some do not; a relative one they all leave.

    Args:
        headers: Of the answer.
        sent: The path that was asked for.
        base_url: This server's own address.
    """
    up = "../" * (sent.count("/") - 1)
    return [(name, _moved(value, up, base_url)) if name == b"location" else (name, value) for name, value in headers]


def _moved(location: bytes, up: str, base_url: str) -> bytes:
    target = location.decode("latin-1").removeprefix(base_url)
    return f"{up or './'}{target[1:]}".encode("latin-1") if re.match(r"/(?!/)", target) else location
