"""Which URLs may be registered, and how a URL is taken apart for delivery."""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from vipps_nb.sandbox.server.urls import parts_of

LONGEST = 2000
DEFAULT_PORTS = {"http": 80, "https": 443}
NEVER_PUBLIC = ("localhost", "local", "internal", "invalid", "test", "onion", "home.arpa")
LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)", re.ASCII)


def complaint(url: str) -> str | None:
    """What is wrong with a URL; None when it may be registered."""
    parts = _parts(url)
    if parts is None:
        return "The URL is not allowed: it is not a valid absolute URL."
    if is_loopback(url):
        return None
    if parts.scheme != "https":
        return "The URL is not allowed: it must use https."
    if not _is_public(parts.hostname or ""):
        return "The URL is not allowed: it must be reachable from the Internet."
    return None


def is_loopback(url: str) -> bool:
    """Whether the receiver is on this machine.

    Allowed here, refused by the real thing.
    """
    parts = _parts(url)
    return parts is not None and (parts.hostname == "localhost" or _is_loopback_address(parts.hostname or ""))


def host_of(url: str) -> str:
    """The host as it is signed and sent.

    In lower case, with the port unless it is the scheme's own.
    """
    parts = urlsplit(url)
    name = parts.hostname or ""
    name = f"[{name}]" if ":" in name else name
    return name if parts.port in (None, DEFAULT_PORTS[parts.scheme]) else f"{name}:{parts.port}"


def path_and_query_of(url: str) -> str:
    """The path and the query as they are signed and sent."""
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _parts(url: str) -> SplitResult | None:
    # A URL is printable ASCII without blanks, and `\\` is read differently by different readers.
    if len(url) > LONGEST or not re.fullmatch(r"[!-~]+", url) or "\\" in url:
        return None
    parts = parts_of(url)
    if parts is None:
        return None
    fine = parts.scheme in DEFAULT_PORTS and parts.hostname and parts.port != 0 and "@" not in parts.netloc
    return parts if fine else None


def _is_public(name: str) -> bool:
    try:
        return ip_address(name).is_global
    except ValueError:
        pass
    labels = name.removesuffix(".").split(".")
    if any(name == never or name.endswith(f".{never}") for never in NEVER_PUBLIC):
        return False
    return len(labels) > 1 and all(LABEL.fullmatch(label) for label in labels) and not labels[-1].isdigit()


def _is_loopback_address(name: str) -> bool:
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False
