"""QR codes on walls and counters, and what happens when a customer scans one.

A code's content is a link of this sandbox that never changes; what stands behind it may, as long as the code is on
the shelf. The desk's camera and the customer's phone read here, the QR API writes.
"""

from __future__ import annotations

from typing import Any, Protocol

from vipps_nb.sandbox.server.urls import parts_of, query_of
from vipps_nb.sandbox.world.world import World


class PrintedCode(Protocol):
    """What a code stands for. Each kind is brought by a page."""

    @property
    def msn(self) -> str:
        """The sales unit it belongs to."""
        ...

    @property
    def name(self) -> str:
        """What the sales unit calls it."""
        ...

    @property
    def text(self) -> str:
        """What the customer's phone says after the scan."""
        ...

    @property
    def leads_to(self) -> str | None:
        """Where the phone's browser goes; None where the customer checks in instead."""

    def scan(self, world: World, phone_number: str) -> dict[str, Any]:
        """A customer scans it. Says what came of it."""
        ...


class PrintedCodes:
    """All codes of one world, by the token in their link."""

    def __init__(self) -> None:
        self._by_token: dict[str, PrintedCode] = {}

    def put(self, token: str, code: PrintedCode) -> None:
        """Hang it up."""
        self._by_token[token] = code

    def get(self, token: str) -> PrintedCode | None:
        """The code whose link carries this token."""
        return self._by_token.get(token)

    def remove(self, token: str) -> None:
        """From now on the code leads nowhere."""
        self._by_token.pop(token, None)

    def called(self, name: str) -> list[PrintedCode]:
        """The codes at which customers check in that have this name.

        Every sales unit may have one.
        """
        return [code for code in self._by_token.values() if code.leads_to is None and code.name == name]


def phone_link(world: World, token: str) -> str:
    """The content of a one-time code: what it asks for opens on the phone."""
    return f"{_address(world)}/landing?token={token}"


def code_link(world: World, token: str) -> str:
    """The content of a printed code."""
    return f"{_address(world)}/landing/code?token={token}"


def image_link(world: World, token: str, size: int | None) -> str:
    """Where a code's picture is: a PNG of so many pixels, or an SVG."""
    picture = "qr.svg" if size is None else "qr.png"
    return f"{world.base_url}/landing/{picture}?token={token}" + ("" if size is None else f"&size={size}")


def token_in(link: str) -> str | None:
    """The token in a link of this sandbox.

    Be it a code's content, its picture, or the customer's page.
    """
    parts = parts_of(link.strip())
    return query_of(parts, "token") if parts is not None and parts.path.startswith("/landing") else None


def _address(world: World) -> str:
    return (world.settings.qr_base_url or world.base_url).rstrip("/")
