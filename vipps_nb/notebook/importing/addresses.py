"""Where a request of a file goes.

To the session's own host, to somebody else, or to where a variable says.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from vipps_nb.apis import catalogue
from vipps_nb.core.environment import PRODUCTION, TEST, is_loopback
from vipps_nb.notebook.importing.variables import Made, Part, Ref, Values

# What official collections call the addresses of Login, where no file says what they are.
ENDPOINTS = {
    "wellknownuri": "/access-management-1.0/access/.well-known/openid-configuration",
    "tokenendpoint": "/access-management-1.0/access/oauth2/token",
    "startloginuri": "/access-management-1.0/access/oauth2/auth",
    "userinfoendpoint": "/vipps-userinfo-api/userinfo",
    "initcibaendpoint": "/vipps-login-ciba/api/backchannel/authentication",
}
_OFFICIAL = {place.host: place for place in (TEST, PRODUCTION)}
_HEAD = 2000  # characters; no host is longer
_HOLE = re.compile("\ue000(\\d+)\ue001")
_ADDRESS = re.compile(r"(?:(?P<scheme>[a-zA-Z][a-zA-Z0-9+.-]*):/{2})?(?P<host>[^/?#]*)(?P<rest>.*)", re.DOTALL)


@dataclass(frozen=True)
class Address:
    """Where a request goes.

    Attributes:
        kind: ``own`` (a path of the session's host), ``foreign`` (a whole address), or ``told`` (a variable holds it).
        parts: The path with its query, or the address; with variables.
        host: The official or foreign host that the file names; empty where it names none.
    """

    kind: Literal["own", "foreign", "told"]
    parts: tuple[Part, ...]
    host: str = ""

    @property
    def path(self) -> str:
        """The path with an ``x`` for each variable, as facts are asked with."""
        return "".join(part if isinstance(part, str) else "x" for part in self.parts)


def is_base(name: str) -> bool:
    """Whether a variable's name says that it holds the host."""
    plain = re.sub(r"[^a-z]", "", name.lower())
    return bool(
        re.search(r"base(url|uri)|^(api|vipps)?(host|hostname|server|domain|url|apiurl|api)$|^(api|vipps)?base", plain)
    )


def endpoint(name: str) -> str:
    """The path that a variable of Login's collections means.

    Empty for another variable.
    """
    return ENDPOINTS.get(re.sub(r"[^a-z]", "", name.lower()), "")


def official_host(value: str) -> str:
    """The official host that an address names; empty for none."""
    found = _ADDRESS.match(value.strip())
    host = found["host"].lower().removesuffix(":443") if found else ""
    return host if host in _OFFICIAL else ""


def address_of(parts: Sequence[Part], values: Values, *, method: str = "GET", ours: bool = False) -> Address:
    """Where an address leads.

    Args:
        parts: The address with its variables.
        values: What they are at first.
        method: The request's, to ask the catalogue.
        ours: Whether vipps_nb wrote the file, so that an address of this machine was a sandbox.
    """
    text, holes = _inlined(parts, values)
    if text.startswith("/"):
        return Address("own", _parts(text, holes))
    text = re.sub(rf"^{_HOLE.pattern}:/{{2}}", "https://", text)  # {{scheme}}://
    found = _ADDRESS.match(text)
    assert found is not None  # noqa: S101 - it fits every text
    host, rest, scheme = found["host"], found["rest"], found["scheme"]
    if _HOLE.search(host):
        return _by_variable(host, rest, text, holes, values)
    plain = host.lower().removesuffix(":443")
    if plain in _OFFICIAL:
        return Address("own", _parts(rest, holes), plain)
    path = _HOLE.sub("x", rest)
    machine = is_loopback(f"http://{host}")
    if machine and (ours or catalogue.find(method, path.partition("?")[0]) is not None):
        return Address("own", _parts(rest, holes), plain)
    if (
        not scheme
        and "." not in host
        and not machine
        and catalogue.find(method, "/" + _HOLE.sub("x", text)) is not None
    ):
        return Address("own", _parts("/" + text, holes))
    whole = text if scheme else f"http://{text}"  # as Postman and curl do
    return Address(
        "foreign", _parts(re.sub(r"(?<=://)[^/?#@]*@", "", whole), holes, path=False), host.rpartition("@")[2]
    )


def _by_variable(host: str, rest: str, text: str, holes: Sequence[Ref | Made], values: Values) -> Address:
    alone = _HOLE.fullmatch(host)
    if alone is None or rest.startswith("/"):
        return Address("own", _parts(rest, holes))
    one = holes[int(alone[1])]
    name = one.name if isinstance(one, Ref) else ""
    if not values.is_assigned(name):
        if known := endpoint(name):
            return Address("own", _parts(known + rest, holes))
        if is_base(name):
            return Address("own", _parts(rest, holes))
    return Address("told", _parts(text, holes, path=False))


def _inlined(parts: Sequence[Part], values: Values) -> tuple[str, list[Ref | Made]]:
    """The address as text.

    With values where they say more than one segment, and numbered holes elsewhere.
    """
    pieces: list[str] = []
    holes: list[Ref | Made] = []
    seen = ""  # as much of the address as tells whether its host is still to come
    for part in parts:
        if isinstance(part, str):
            pieces.append(part)
        else:
            value = values.constant(part.name) if isinstance(part, Ref) else None
            in_head = "?" not in seen and "/" not in seen.partition("://")[2 if "://" in seen else 0]
            if value is not None and (in_head or ("?" not in seen and re.search(r"[/?&]", value))):
                pieces.append(value.strip())
            else:
                pieces.append(f"\ue000{len(holes)}\ue001")
                holes.append(part)
        if "?" not in seen:
            seen = (seen + pieces[-1])[:_HEAD]
    return "".join(pieces).strip(), holes


def _parts(text: str, holes: Sequence[Ref | Made], *, path: bool = True) -> tuple[Part, ...]:
    if path:
        text = "/" + text.lstrip("/") if not text.startswith("?") else "/" + text
    pieces = _HOLE.split(text)
    found = [holes[int(piece)] if place % 2 else piece for place, piece in enumerate(pieces)]
    return tuple(part for part in found if part != "")
