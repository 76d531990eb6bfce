"""Addresses that somebody else wrote, cut apart without harm."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit


def cut_apart(address: str) -> SplitResult:
    """An address in its parts, as ``urlsplit`` gives them.

    What is no address is a path and nothing else: ``urlsplit`` raises for ``https://\u2100.com`` and ``http://[``.
    """
    try:
        return urlsplit(address)
    except ValueError:
        return SplitResult("", "", address, "", "")


def host_of(address: str) -> str:
    """The host of an address, in lower case; empty when there is none."""
    return cut_apart(address).hostname or ""


def is_address(address: str) -> bool:
    """Whether it can be taken apart at all, with a port that is one."""
    try:
        urlsplit(address).port  # noqa: B018 - it is asked to raise
    except ValueError:
        return False
    return True
