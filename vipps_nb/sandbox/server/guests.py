"""Other machines, where they are let in: each says the join code once.

The pretend keys are no secret (a seed fixes them), and the desk asks for none. So a machine of the network is let in
by the code that whoever runs the sandbox has given to its people; from then on it is known by its address.
"""

from __future__ import annotations

import hmac
import re
import secrets
import time
from collections import deque
from http import HTTPStatus
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import TYPE_CHECKING

from vipps_nb.sandbox.errors import SandboxError
from vipps_nb.sandbox.server.problems import GatewayRefusal

if TYPE_CHECKING:
    from starlette.types import Scope

JOIN = "/sandbox/join"
OPEN_TO_ALL = frozenset({JOIN, f"{JOIN}/page", "/sandbox/health"})
ALPHABET = "ABCDEFGHJKMNPQRSTWXYZ23456789"
"""Nothing that looks or sounds like something else: no I, L, O, U, V, 0 and 1."""
GROUPS, GROUP = 3, 3
SHORTEST, LONGEST = 6, 64  # letters and digits
TRIES, TRIES_WITHIN = 10, 60.0
"""How many wrong codes an address may say, and in how many seconds."""
MOST_ADDRESSES = 10_000


class NotJoined(GatewayRefusal):
    """A machine that has not said the join code."""

    status = HTTPStatus.FORBIDDEN
    title = "This sandbox lets other machines in by its join code."


class LedToTheForm(NotJoined):
    """The same for a browser, which goes on to the page that asks for the code."""

    status = HTTPStatus.SEE_OTHER


class WrongCode(GatewayRefusal):
    """A join code that is not this sandbox's."""

    status = HTTPStatus.FORBIDDEN
    title = "That is not the join code of this sandbox."


class NobodyKnown(GatewayRefusal):
    """A proxy asks for somebody, and does not say for whom."""

    status = HTTPStatus.FORBIDDEN
    title = "The proxy before this sandbox does not say for whom it asks."


class TooManyCodes(GatewayRefusal):
    """So many wrong codes that somebody may be guessing."""

    status = HTTPStatus.TOO_MANY_REQUESTS
    title = "Too many wrong join codes came from this machine."


def new_code() -> str:
    """A join code that can be read aloud, such as ``KDW-7TR-3HQ``.

    One of fourteen million million.
    """
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(GROUP)) for _ in range(GROUPS))


def checked_code(code: str) -> str:
    """A join code that somebody has chosen.

    Raises:
        SandboxError: It is too short, too long, or holds something else than letters, digits and dashes.
    """
    said = _bare(code)
    if not code.isascii() or not code.replace("-", "").isalnum() or not SHORTEST <= len(said) <= LONGEST:
        raise SandboxError(
            f"A join code has {SHORTEST} to {LONGEST} letters and digits (A to Z, 0 to 9), and dashes between them as "
            "you like. Choose another one, or leave it out to have one made."
        )
    return code


class Guests:
    """Who of the network has joined.

    Args:
        code: The join code.
    """

    def __init__(self, code: str) -> None:
        self.code = code
        self._joined: set[str] = set()
        self._wrong: dict[str, deque[float]] = {}

    def expect(self, scope: Scope) -> None:
        """Let a request in, if it comes from this machine or from one that has joined.

        Raises:
            NotJoined: It does not.
        """
        if scope["path"] in OPEN_TO_ALL or self.knows(address_of(scope)):
            return
        if scope["method"] == "GET" and any(
            name == b"accept" and b"text/html" in value.lower() for name, value in scope["headers"]
        ):
            raise LedToTheForm(headers={"Location": JOIN})
        raise NotJoined(
            "This sandbox lets other machines in by its join code, and yours has not said it. "
            f"Open {JOIN} on this address in a browser of your machine and type the code, or POST it there as JSON: "
            '{"code": "..."}. In Python: Sandbox.join(address, code="..."). Whoever runs the sandbox has the code.'
        )

    def knows(self, address: str) -> bool:
        """Whether an address is this machine's, or has joined."""
        return address in self._joined or _is_this_machine(address)

    def join(self, address: str, code: str) -> None:
        """Let an address in from now on.

        Args:
            address: Whence the request came.
            code: As it was typed; dashes, blanks and case make no difference.

        Raises:
            NobodyKnown: There is no address.
            WrongCode: It is another one.
            TooManyCodes: The address has said too many wrong ones.
        """
        if self.knows(address):
            return
        if not address:
            raise NobodyKnown(
                "The proxy before this sandbox does not say for whom it asks, so that nobody can be told from the "
                "others. Have it pass on the client's address in X-Forwarded-For; then join again."
            )
        now, guesser = time.monotonic(), _who_guesses(address)
        wrong = self._wrong.setdefault(guesser, deque(maxlen=TRIES))
        if len(wrong) == TRIES and now - wrong[0] < TRIES_WITHIN:
            seconds = int(TRIES_WITHIN - (now - wrong[0])) + 1
            raise TooManyCodes(
                "Too many wrong join codes came from this machine. Ask whoever runs the sandbox for its code, and "
                f"try again in {seconds} seconds.",
                headers={"Retry-After": str(seconds)},
            )
        if not hmac.compare_digest(_bare(code).encode(), _bare(self.code).encode()):
            wrong.append(now)
            while len(self._wrong) > MOST_ADDRESSES:
                del self._wrong[next(iter(self._wrong))]
            raise WrongCode(
                "That is not the join code of this sandbox. Look at it again, or ask whoever runs the sandbox: it was "
                "printed when it started."
            )
        self._wrong.pop(guesser, None)
        self._joined.add(address)


def address_of(scope: Scope) -> str:
    """Whence a request comes, without a port.

    A proxy on this machine says for whom it asks, and so does one before it. What none of them says is this machine's
    own.

    Returns:
        An IP address; empty where a proxy asks for somebody and does not say for whom.
    """
    client = scope.get("client")
    peer = _address_in(str(client[0])) if client else ""
    if not _is_this_machine(peer):
        return peer
    sent: dict[bytes, str] = {}
    for name, value in scope["headers"]:
        if name in _BY_PROXIES:
            sent[name] = f"{sent[name]},{value.decode('latin-1')}" if name in sent else value.decode("latin-1")
    # The nearest proxy has written last; what stands before that may be anybody's.
    said = [
        *reversed([_address_in(one) for one in _parts(sent, b"x-forwarded-for")]),
        *reversed([_address_in(_for(one)) for one in _parts(sent, b"forwarded")]),
        *[_address_in(one) for one in _parts(sent, b"x-real-ip")],
    ]
    if not said:
        return "" if sent else peer
    return next((one for one in said if not _is_this_machine(one)), peer)


_BY_PROXIES = frozenset({b"x-forwarded-for", b"forwarded", b"x-real-ip", b"via", b"x-forwarded-host"})
_FOR = re.compile(r'(?:^|;)\s*for\s*=\s*"?([^;"]*)', re.IGNORECASE)  # RFC 7239


def _parts(sent: dict[bytes, str], name: bytes) -> list[str]:
    return sent[name].split(",") if name in sent else []


def _for(element: str) -> str:
    found = _FOR.search(element)
    return found[1] if found else ""


def _address_in(said: str) -> str:
    """An address without the port and the brackets that some proxies write.

    Empty where there is none.
    """
    said = said.strip()
    if said.startswith("["):
        said = said[1:].partition("]")[0]
    elif said.count(":") == 1:
        said = said.partition(":")[0]
    try:
        address = ip_address(said)
    except ValueError:
        return ""
    return str((address.ipv4_mapped if isinstance(address, IPv6Address) else None) or address)


def _who_guesses(address: str) -> str:
    """For whom wrong codes are counted.

    A machine of an IPv6 network has as many addresses as it likes.
    """
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return str(IPv6Network((int(found) >> 64 << 64, 64))) if isinstance(found, IPv6Address) else address


def _is_this_machine(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def _bare(code: str) -> str:
    return "".join(letter for letter in code.upper() if letter.isalnum())
