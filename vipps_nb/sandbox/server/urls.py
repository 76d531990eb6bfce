"""URLs that somebody else wrote.

Taken apart without ever failing, and whether they can be reached by others.
"""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import SplitResult, parse_qs, urlsplit

PAGE = "Must be https:// and a host that others can reach, or a custom URL scheme."
"""What is expected of a page that the customer is sent back to."""
OF_ONE_MACHINE = ("localhost", "localhost.localdomain")
_WEB = re.compile(r"https?:", re.I)


def parts_of(url: str) -> SplitResult | None:
    """The parts of a URL, with a port that is one.

    None for what no reader can take apart.

    ``urlsplit`` raises for a bracket that is not closed, and for a host that Unicode's normal form would change into
    another (``℀``). For a port that is none it raises only later, when the port is asked for.
    """
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - asked for, so that a bad one is found here
    except ValueError:
        return None
    return parts


def query_of(parts: SplitResult, name: str) -> str | None:
    """The first value of a parameter in the query; None without one."""
    try:
        return next(iter(parse_qs(parts.query).get(name, [])), None)
    except ValueError:
        return None


def is_for_this_machine_alone(url: str) -> bool:
    """Whether a web address leads nowhere for anybody else.

    Localhost, or an address that is not public.

    The real thing refuses those wherever the customer or the platform shall go (Login's redirect URI excepted).
    """
    if not _WEB.match(url):
        return False
    parts = parts_of(url)
    host = (parts.hostname or "") if parts else ""
    if host.rstrip(".") in OF_ONE_MACHINE or host.rstrip(".").endswith(".localhost"):
        return True
    try:
        return not ip_address(host).is_global
    except ValueError:
        return False


def is_readable(url: str) -> bool:
    """Whether a web address can be taken apart and has a host.

    Schemes of apps have rules of their own.
    """
    if not _WEB.match(url):
        return True
    parts = parts_of(url)
    return parts is not None and bool(parts.hostname)
