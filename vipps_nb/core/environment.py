"""Where a session talks to: test, production, or a sandbox of ours.

The *test environment* is Vipps MobilePay's; the *sandbox* runs on your own machine. Never one for the other.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, get_args
from urllib.parse import SplitResult, urlsplit

from vipps_nb.core.addresses import cut_apart
from vipps_nb.core.near import did_you_mean
from vipps_nb.errors import EnvironmentChoiceError

if TYPE_CHECKING:
    from requests.adapters import BaseAdapter

EnvironmentName = Literal["sandbox", "test", "production"]
ENVIRONMENT_NAMES: tuple[EnvironmentName, ...] = get_args(EnvironmentName)
_LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "::1")
_LONGEST_SHOWN = 20
_DEFAULT_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True)
class Environment:
    """A name and a base URL; everything a session needs to know of a place.

    Attributes:
        name: ``sandbox``, ``test`` or ``production``.
        base_url: Scheme and host (and port), without a slash at the end.
        adapter: How requests get there, if not over the network: a sandbox may be called in this process.
    """

    name: EnvironmentName
    base_url: str
    adapter: BaseAdapter | None = field(default=None, compare=False, repr=False)

    @property
    def host(self) -> str:
        """The host as a person would write it, for messages."""
        return cut_apart(self.base_url).netloc

    def owns(self, url: str) -> bool:
        """Whether a URL has this environment's own scheme, host and port.

        Secrets go nowhere else. Anything that is not plainly the same origin is foreign. So is a URL with a user name
        in it, which exists to make one host look like another.
        """
        # What follows our own address after a slash is a path, whatever it is; that is how nearly all URLs look.
        if url.startswith(self.base_url) and url[len(self.base_url) : len(self.base_url) + 1] == "/":
            return _is_address(self.base_url)
        return _origin(url) == _origin(self.base_url) is not None


TEST = Environment("test", "https://apitest.vipps.no")
PRODUCTION = Environment("production", "https://api.vipps.no")
_OFFICIAL = {"test": TEST, "production": PRODUCTION}


def parse_environment_name(text: str, *, said_by: str) -> EnvironmentName:
    """Read an environment's name; ``prod`` and ``mt`` are understood too.

    Args:
        text: What was given.
        said_by: Where it was given, for the message: ``--env`` or a variable's name.

    Raises:
        EnvironmentChoiceError: It is none of the three.
    """
    word = str(text).strip().lower()
    word = {"prod": "production", "mt": "test"}.get(word, word)
    for name in ENVIRONMENT_NAMES:
        if word == name:
            return name
    hint = did_you_mean(re.sub("[^a-z]", "", word)[:_LONGEST_SHOWN], ENVIRONMENT_NAMES)
    # What is longer was perhaps meant for another line, and may be a key.
    says = (
        f"says {ascii(text) if not text.isprintable() else repr(text)}"
        if len(text) <= _LONGEST_SHOWN
        else "has a value"
    )
    raise EnvironmentChoiceError(
        f"{said_by} {says}, which is no environment. Expected: sandbox, test or production.{hint}"
    )


def official_environment(url: str) -> Environment | None:
    """The official environment that a URL belongs to, if it belongs to one."""
    return next((place for place in _OFFICIAL.values() if place.owns(url)), None)


def is_loopback(url: str) -> bool:
    """Whether a URL points at this very machine."""
    parts = _parts(url)
    host = parts.hostname if parts is not None else None
    # Names below localhost are this machine as well, by RFC 6761.
    return host is not None and (host in _LOOPBACK_HOSTS or host.endswith(".localhost"))


def environment_at(name: EnvironmentName, base_url: str | None, *, stands_in: str | None = None) -> Environment:
    """The environment of that name, held against a base URL if one was configured.

    Args:
        name: Which environment.
        base_url: ``VIPPS_BASE_URL``; required for a sandbox, optional and only a confirmation elsewhere.
        stands_in: Where that was found, for the message.

    Raises:
        EnvironmentChoiceError: The address is another environment's, or not one that keys may be sent to.
    """
    where = f" It stands in {stands_in}." if stands_in else ""
    if name == "sandbox":
        return Environment("sandbox", _sandbox_address(base_url or "", where))
    expected = _OFFICIAL[name]
    if base_url and not expected.owns(base_url):
        other = official_environment(base_url)
        remedy = (
            f"That is the {other.name} environment: choose it with --env {other.name} or VIPPS_ENVIRONMENT."
            if other
            else "Remove VIPPS_BASE_URL, or choose --env sandbox if a sandbox runs there."
        )
        raise EnvironmentChoiceError(
            f"VIPPS_BASE_URL points at {_shown(base_url)}, but the {name} environment has only one host, "
            f"{expected.host}. Nothing was sent. {remedy}{where}"
        )
    return expected


def _sandbox_address(base_url: str, where: str) -> str:
    parts = _parts(base_url.strip())
    plain = parts and parts.hostname and not (parts.username or parts.query or parts.fragment or parts.path.strip("/"))
    safe = parts and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(base_url)))
    if parts and plain and safe and base_url.isascii():
        return f"{parts.scheme}://{parts.netloc}"
    raise EnvironmentChoiceError(
        f"VIPPS_BASE_URL is {_shown(base_url)}, which is no address of a sandbox. Expected http://127.0.0.1:PORT "
        "(as `vipps-nb sandbox` prints it) or an https:// address without path. Correct it, or remove it to "
        f"start a sandbox in this kernel.{where}"
    )


@functools.cache  # of the few addresses there are
def _is_address(base_url: str) -> bool:
    return _origin(base_url) is not None


def _origin(url: str) -> tuple[str, str, int] | None:
    parts = _parts(url)
    if parts is None or not parts.hostname or parts.username is not None or parts.scheme not in _DEFAULT_PORTS:
        return None
    return parts.scheme, parts.hostname.lower(), parts.port or _DEFAULT_PORTS[parts.scheme]


def _parts(url: str) -> SplitResult | None:
    """The parts of an address; None for a text that is none.

    ``urlsplit``, or the port it gives, raises about such a text.
    """
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts


def _shown(url: str) -> str:
    """A URL without user name and password, which are nobody's business in a message."""
    parts = _parts(url.strip())
    if parts is None or not (parts.scheme and parts.netloc):
        # Whatever it is, it was perhaps meant for another line: it may be a key.
        return "a text that is no address"
    return ascii(f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}")[1:-1]
