"""Signatures in Python alone, for a page in a browser."""

from __future__ import annotations

import json
import secrets
from hashlib import sha256
from typing import Any

import rsa
from ecdsa import NIST256p, SigningKey
from ecdsa.keys import BadSignatureError
from rsa.prime import is_prime

from vipps_nb.sandbox.world.signing_compact import CompactSigner, CompactVerifier, decoded, encoded, key_number

EXPONENT = 65537
HALF = 1024  # bits of each prime of a key
SIEVE = 1 << 14  # primes below are tried by striking out their multiples, many candidates at once
STRETCH = 8 * HALF  # candidates at once; there is a prime among them nearly always


def new_pure_key(algorithm: str) -> CompactSigner:
    """A new key, with 2048 bits or on the curve P-256."""
    return CompactSigner(algorithm, _RsaKey() if algorithm == "RS256" else _EcKey())


def pure_verifier(public_key: str) -> CompactVerifier | None:
    """What verifies RS256 by a JSON Web Key; None where it is no public key of RSA."""
    try:
        key = json.loads(public_key)
        if key["kty"] != "RSA" or "d" in key:
            return None
        n, e = (int.from_bytes(decoded(key[part]), "big") for part in ("n", "e"))
    except (ValueError, TypeError, KeyError):
        return None
    return CompactVerifier("RS256", _PublicRsaKey(rsa.PublicKey(n, e))) if n and e else None


class _PublicRsaKey:
    """RSASSA-PKCS1-v1_5 with SHA-256, the public half."""

    def __init__(self, public: rsa.PublicKey) -> None:
        self._public = public

    def verifies(self, text: bytes, signature: bytes) -> bool:
        try:
            return bool(rsa.verify(text, signature, self._public) == "SHA-256")
        except rsa.VerificationError:
            return False


class _RsaKey(_PublicRsaKey):
    """Both halves."""

    def __init__(self) -> None:
        # rsa.newkeys tries one number after the other, which takes two to four times as long in a page.
        p, q = _prime(HALF), _prime(HALF)
        while p == q:
            q = _prime(HALF)
        private = pow(EXPONENT, -1, (p - 1) * (q - 1))
        self._key = rsa.PrivateKey(p * q, EXPONENT, private, p, q)
        super().__init__(rsa.PublicKey(p * q, EXPONENT))

    def sign(self, text: bytes) -> bytes:
        return bytes(rsa.sign(text, self._key, "SHA-256"))

    def public_key(self) -> dict[str, Any]:
        return {"kty": "RSA", "n": key_number(self._public.n), "e": key_number(self._public.e)}


class _EcKey:
    """ECDSA on P-256 with SHA-256; r and s side by side, as in RFC 7518."""

    def __init__(self) -> None:
        self._key = SigningKey.generate(curve=NIST256p, hashfunc=sha256)
        public = self._key.verifying_key
        assert public is not None  # noqa: S101 - a private key has one; ecdsa's types leave it open
        self._public = public

    def sign(self, text: bytes) -> bytes:
        return bytes(self._key.sign_deterministic(text))

    def verifies(self, text: bytes, signature: bytes) -> bool:
        try:
            return bool(self._public.verify(signature, text))
        except BadSignatureError:
            return False

    def public_key(self) -> dict[str, Any]:
        point = bytes(self._public.to_string())
        half = len(point) // 2
        return {"kty": "EC", "crv": "P-256", "x": encoded(point[:half]), "y": encoded(point[half:])}


def _prime(bits: int) -> int:
    """A prime whose two highest bits are set: two of them have twice the bits."""
    while True:
        start = secrets.randbits(bits) | 3 << (bits - 2) | 1
        candidates = bytearray(b"\1") * STRETCH  # start, start + 2, start + 4, …
        for small in _SMALL_PRIMES:
            first = -start * pow(2, -1, small) % small
            candidates[first::small] = bytes(len(range(first, STRETCH, small)))
        position = candidates.find(1)
        while position >= 0:
            number = start + 2 * position
            fits = number.bit_length() == bits and number % EXPONENT != 1
            # Fermat's test sorts out nearly all; the library's has the last word.
            if fits and pow(2, number - 1, number) == 1 and is_prime(number):
                return number
            position = candidates.find(1, position + 1)


def _odd_primes(below: int) -> list[int]:
    sieve = bytearray(b"\1") * below
    for number in range(3, int(below**0.5) + 1, 2):
        sieve[number * number :: number] = bytes(len(range(number * number, below, number)))
    return [number for number in range(3, below, 2) if sieve[number]]


_SMALL_PRIMES = _odd_primes(SIEVE)
