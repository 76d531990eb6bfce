"""Tokens around a signature.

JSON Web Tokens in their compact form (RFC 7515), whichever library signs.

PyJWT does the same; its import takes ten times as long as that of what signs, with the first login.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any, Protocol


class PublicKey(Protocol):
    """What verifies."""

    def verifies(self, text: bytes, signature: bytes) -> bool:
        """Whether the signature is this key's."""
        ...


class Key(PublicKey, Protocol):
    """What signs."""

    def sign(self, text: bytes) -> bytes:
        """The signature of a text."""
        ...

    def public_key(self) -> dict[str, Any]:
        """The key to verify with, as a JSON Web Key."""
        ...


class CompactVerifier:
    """The public half of a key, and the token around its signature."""

    def __init__(self, algorithm: str, key: PublicKey) -> None:
        self._algorithm = algorithm
        self._public = key

    def read(self, token: str) -> dict[str, Any] | None:
        """The claims of a token that the key has signed; None for anybody else's."""
        text, _, signature = token.rpartition(".")
        try:
            header, claims = (json.loads(decoded(part)) for part in text.split("."))
            genuine = header["alg"] == self._algorithm and self._public.verifies(text.encode(), decoded(signature))
        except (ValueError, TypeError, KeyError):
            return None
        return claims if genuine and isinstance(claims, dict) else None


class CompactSigner(CompactVerifier):
    """A key, and the token around its signature."""

    def __init__(self, algorithm: str, key: Key) -> None:
        super().__init__(algorithm, key)
        self._key = key

    def sign(self, claims: Mapping[str, Any], headers: Mapping[str, Any]) -> str:
        """A JSON Web Token with these claims."""
        header = {"typ": "JWT", "alg": self._algorithm, **headers}
        said = {name: value for name, value in header.items() if value is not None}
        text = f"{_packed(said)}.{_packed(claims)}"
        return f"{text}.{encoded(self._key.sign(text.encode()))}"

    def public_key(self) -> dict[str, Any]:
        """The key to verify with, as a JSON Web Key."""
        return self._key.public_key()


def _packed(value: Mapping[str, Any]) -> str:
    return encoded(json.dumps(dict(value), separators=(",", ":")).encode())


def key_number(value: int) -> str:
    """A number as a JSON Web Key has it."""
    return encoded(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def encoded(value: bytes) -> str:
    """As base64url, without padding."""
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """What base64url stands for.

    Raises:
        ValueError: It is none.
    """
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("no Base64") from error
