"""Signatures by cryptography, which is compiled."""

from __future__ import annotations

from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from vipps_nb.sandbox.world.signing_compact import CompactSigner, encoded, key_number

HALF = 32  # bytes of each half of a signature, and of a point, on P-256


def new_compiled_key(algorithm: str) -> CompactSigner:
    """A new key, with 2048 bits or on the curve P-256."""
    return CompactSigner(algorithm, _RsaKey() if algorithm == "RS256" else _EcKey())


class _RsaKey:
    """RSASSA-PKCS1-v1_5 with SHA-256."""

    def __init__(self) -> None:
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._public = self._key.public_key()

    def sign(self, text: bytes) -> bytes:
        return self._key.sign(text, padding.PKCS1v15(), SHA256())

    def verifies(self, text: bytes, signature: bytes) -> bool:
        try:
            self._public.verify(signature, text, padding.PKCS1v15(), SHA256())
        except InvalidSignature:
            return False
        return True

    def public_key(self) -> dict[str, Any]:
        numbers = self._public.public_numbers()
        return {"kty": "RSA", "n": key_number(numbers.n), "e": key_number(numbers.e)}


class _EcKey:
    """ECDSA on P-256 with SHA-256; r and s side by side, as in RFC 7518."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._public = self._key.public_key()

    def sign(self, text: bytes) -> bytes:
        r, s = decode_dss_signature(self._key.sign(text, ec.ECDSA(SHA256())))
        return r.to_bytes(HALF, "big") + s.to_bytes(HALF, "big")

    def verifies(self, text: bytes, signature: bytes) -> bool:
        if len(signature) != 2 * HALF:
            return False
        r, s = int.from_bytes(signature[:HALF], "big"), int.from_bytes(signature[HALF:], "big")
        try:
            self._public.verify(encode_dss_signature(r, s), text, ec.ECDSA(SHA256()))
        except InvalidSignature:
            return False
        return True

    def public_key(self) -> dict[str, Any]:
        point = self._public.public_numbers()
        x, y = (encoded(one.to_bytes(HALF, "big")) for one in (point.x, point.y))
        return {"kty": "EC", "crv": "P-256", "x": x, "y": y}
