"""The parts a signature is made of (Webhooks API, Request authentication); what verifying and explaining share."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from vipps_nb.secret import Secret

DATE = "x-ms-date"
CONTENT_HASH = "x-ms-content-sha256"
AUTHORIZATION = "authorization"
SIGNED = "x-ms-date;host;x-ms-content-sha256"
SCHEME = f"HMAC-SHA256 SignedHeaders={SIGNED}&Signature="


def lowered(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers by lower-case name: frameworks differ in how they spell them."""
    return {name.lower(): value for name, value in headers.items()}


def raw(body: bytes | str) -> bytes:
    """The body as bytes.

    Raises:
        TypeError: It has been parsed already, and the bytes that were signed are lost.
    """
    if isinstance(body, str):
        return body.encode()
    if isinstance(body, bytes | bytearray | memoryview):
        return bytes(body)
    raise TypeError(
        f"The body has to be the bytes as they arrived, not a {type(body).__name__}. What was signed are the bytes; "
        "JSON that was parsed and written again is other bytes. Take the raw body of the request."
    )


@dataclass(frozen=True)
class Address:
    """Where a delivery went: the registered URL's host, and its path with the query."""

    host: str
    path: str

    @classmethod
    def of(cls, url: str | None, path: str | None, host: str | None, headers: Mapping[str, str]) -> Address:
        """The address from a URL, or from a path and, if it is not the Host header's, a host.

        Raises:
            TypeError: Neither was given.
        """
        if url is not None:
            parts = urlsplit(url)
            name = (parts.hostname or "").join("[]" if ":" in (parts.hostname or "") else ("", ""))
            usual = {"https": 443, "http": 80}.get(parts.scheme)
            port = "" if parts.port in (None, usual) else f":{parts.port}"
            return cls(name + port, (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
        if path is None:
            raise TypeError("Where did the delivery go? Expected url= (as registered) or path=.")
        return cls(host or headers.get("host", ""), path)


def content_hash(body: bytes) -> str:
    """SHA-256 of the body, as Base64 text."""
    return base64.b64encode(hashlib.sha256(body).digest()).decode()


def string_to_sign(method: str, address: Address, date: str, hashed: str) -> str:
    """The text that is signed: method, path and query, and the signed headers' values."""
    return "\n".join([method.upper(), address.path, f"{date};{address.host};{hashed}"])


def signature(secret: Secret | str, text: str) -> str:
    """HMAC-SHA256 of a text, as Base64 text. The secret's characters are the key; it is not decoded."""
    key = secret.reveal() if isinstance(secret, Secret) else secret
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode()
