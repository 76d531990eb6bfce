"""What proxies write down about where a request went at first.

That one has passed it on is the usual reason for a wrong host.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

HOST_HEADERS = ("host", "x-forwarded-host", "x-original-host", "x-forwarded-server")
FORWARDED = "forwarded"  # RFC 7239: elements by commas, pairs by semicolons, values perhaps in quotes
_HOST_PAIR = re.compile(r'(?:^|[;,])[ \t]*host[ \t]*=[ \t]*("(?:[^"\\]|\\.)*"|[^;,"]*)', re.IGNORECASE)
_PORT = re.compile(r":\d*$")
MOST, LONGEST = 20, 4096
"""Hosts that are tried, and characters of a header that are read: a stranger may send as much as a server takes."""


def hosts_in(headers: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Hosts that the request may have been for, each with where it stands.

    The place is told in words; of a long list there are a few.
    """
    seen: set[str] = set()
    for place, host in _spelled(headers):
        if host and host not in seen:
            seen.add(host)
            yield place, host
        if len(seen) >= MOST:
            return


def passed_on(headers: Mapping[str, str]) -> list[str]:
    """The headers by which it shows that a proxy was on the way."""
    return [name for name in (*HOST_HEADERS[1:], FORWARDED, "x-forwarded-for", "via") if name in headers]


def _spelled(headers: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for place, host in _written(headers):
        yield place, host
        yield place, host.lower()
        if _PORT.search(host):
            yield f"{place}, without its port", _PORT.sub("", host).lower()
        port = headers.get("x-forwarded-port", "").partition(",")[0].strip()
        if port:
            yield f"{place} with the X-Forwarded-Port", f"{_PORT.sub('', host).lower()}:{port}"


def _written(headers: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name in HOST_HEADERS:
        hosts = headers.get(name, "")[:LONGEST].split(",", MOST)[:MOST]
        for number, host in enumerate(hosts, 1):
            which = f" (number {number} of a list)" if len(hosts) > 1 else ""
            yield f"the {name.title()} header{which}", host.strip()
    hosts = [found[1] for found in _few(_HOST_PAIR.finditer(headers.get(FORWARDED, "")[:LONGEST]))]
    for number, host in enumerate(hosts, 1):
        which = f" (number {number} of a list)" if len(hosts) > 1 else ""
        plain = re.sub(r"\\(.)", r"\1", host[1:-1]) if host.startswith('"') else host
        yield f"the Forwarded header{which}", plain.strip()


def _few(found: Iterator[re.Match[str]]) -> Iterator[re.Match[str]]:
    for _, match in zip(range(MOST), found, strict=False):
        yield match
