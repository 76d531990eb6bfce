"""The parts a signature is made of.

What verifying and explaining share; see the Webhooks API, Request authentication.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from vipps_nb.core.secret import Secret
from vipps_nb.webhooks.headers import UnreadableError

DATE = "x-ms-date"
CONTENT_HASH = "x-ms-content-sha256"
AUTHORIZATION = "authorization"
SIGNED = "x-ms-date;host;x-ms-content-sha256"
SCHEME = f"HMAC-SHA256 SignedHeaders={SIGNED}&Signature="
USUAL_PORTS = {"https": 443, "http": 80}


def as_bytes(text: str) -> bytes:
    """Text as UTF-8, half characters too.

    Bytes that a server could not read as text come back as they were.
    """
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def raw(body: Any) -> bytes:
    """The body as bytes.

    Raises:
        UnreadableError: It has been parsed already, and the bytes that were signed are lost.
    """
    if isinstance(body, str):
        return as_bytes(body)
    if isinstance(body, bytes | bytearray | memoryview):
        try:
            return bytes(body)
        except ValueError as error:  # a view that was released
            raise UnreadableError("The body was given back before it was looked at: it is a released view.") from error
    raise UnreadableError(
        f"The body has to be the bytes as they arrived, not a {type(body).__name__}. What was signed are the bytes; "
        "JSON that was parsed and written again is other bytes. Take the raw body of the request."
    )


def as_text(value: Any, name: str) -> str:
    """An argument as text; bytes are read as UTF-8.

    Raises:
        UnreadableError: It is neither.
    """
    if isinstance(value, bytes | bytearray):
        return bytes(value).decode("utf-8", "surrogateescape")
    if isinstance(value, str):
        return str(value)
    raise UnreadableError(f"{name}= has to be text, not a {type(value).__name__}.")


@dataclass(frozen=True)
class Address:
    """Where a delivery went: the registered URL's host, and its path with the query."""

    host: str
    path: str

    @classmethod
    def of(cls, url: Any, path: Any, host: Any, headers: Mapping[str, str]) -> Address:
        """The address from a URL, or from a path and a host.

        The host is needed only if it is not the Host header's.

        Raises:
            UnreadableError: Neither was given, or what was given is none.
        """
        if url is not None:
            return cls.of_url(as_text(url if isinstance(url, str | bytes | bytearray) else _spelled(url), "url"))
        if path is None:
            raise UnreadableError("Where did the delivery go? Expected url= (as registered) or path=.")
        return cls(headers.get("host", "") if host is None else as_text(host, "host"), as_text(path, "path"))

    @classmethod
    def of_url(cls, url: str) -> Address:
        """The address in a URL, whose host is written without the usual port.

        Raises:
            UnreadableError: It is no absolute URL.
        """
        try:
            parts = urlsplit(url)
            name, port = parts.hostname or "", parts.port
        except ValueError:
            parts, name, port = urlsplit(""), "", None
        if not name:
            raise UnreadableError(
                "url= has to be the address as it was registered, whole, such as https://shop.example.com/hook."
            )
        name = f"[{name}]" if ":" in name else name
        shown = "" if port in (None, USUAL_PORTS.get(parts.scheme)) else f":{port}"
        return cls(name + shown, (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))


def _spelled(url: Any) -> Any:
    """A URL object of some framework as its text; any other thing as it is."""
    if not hasattr(url, "scheme"):
        return url
    try:
        return url.geturl() if hasattr(url, "geturl") else str(url)
    except Exception:
        # Whatever somebody's object does when it is looked at: it is then complained about by its type.
        return url


def content_hash(body: bytes) -> str:
    """SHA-256 of the body, as Base64 text."""
    return base64.b64encode(hashlib.sha256(body).digest()).decode()


def string_to_sign(method: str, address: Address, date: str, hashed: str) -> str:
    """The text that is signed.

    Method, path and query, and the signed headers' values.
    """
    return "\n".join([method.upper(), address.path, f"{date};{address.host};{hashed}"])


def key_of(secret: Any) -> str:
    """A secret's characters; empty where there is none.

    Raises:
        UnreadableError: It is no text.
    """
    value = secret.reveal() if isinstance(secret, Secret) else secret
    if value is None:
        return ""
    if isinstance(value, bytes | bytearray):
        try:
            return bytes(value).decode()
        except UnicodeDecodeError as error:
            raise UnreadableError(
                "The secret has to be the text of the registration's answer. It looks like Base64, but is not decoded."
            ) from error
    if isinstance(value, str):
        return str(value)
    raise UnreadableError(f"The secret has to be the text of the registration's answer, not a {type(value).__name__}.")


def signature(key: str, text: str) -> str:
    """HMAC-SHA256 of a text, as Base64 text.

    The secret's characters are the key; it is not decoded.
    """
    return base64.b64encode(hmac.new(as_bytes(key), as_bytes(text), hashlib.sha256).digest()).decode()
