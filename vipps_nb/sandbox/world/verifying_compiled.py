"""Tokens that somebody else has signed, verified by PyJWT.

Such as a client's assertion when it logs a person in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

if TYPE_CHECKING:
    from jwt.types import Options


SIGNATURE_ONLY: Options = {"verify_exp": False, "verify_nbf": False, "verify_iat": False, "verify_aud": False}


class CompiledVerifier:
    """The public half of a key of cryptography's."""

    def __init__(self, key: rsa.RSAPublicKey) -> None:
        self._key = key

    def read(self, token: str) -> dict[str, Any] | None:
        """The claims of a token that the key has signed; None for any other."""
        try:
            return dict(jwt.decode(token, self._key, algorithms=["RS256"], options=SIGNATURE_ONLY))
        except jwt.InvalidTokenError:
            return None


def verifier(public_key: str) -> CompiledVerifier | None:
    """What verifies by a JSON Web Key; None where it is no public key of RSA."""
    try:
        key = RSAAlgorithm.from_jwk(public_key)
    except (jwt.InvalidKeyError, ValueError, TypeError, KeyError):
        return None
    return CompiledVerifier(key) if isinstance(key, rsa.RSAPublicKey) else None
