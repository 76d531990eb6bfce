"""Signatures by cryptography, which is compiled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

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


class CompiledSigner:
    """A key of cryptography's."""

    def __init__(self, algorithm: str) -> None:
        self._algorithm = algorithm
        self._key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey = (
            rsa.generate_private_key(public_exponent=65537, key_size=2048)
            if algorithm == "RS256"
            else ec.generate_private_key(ec.SECP256R1())
        )

    def sign(self, claims: Mapping[str, Any], headers: Mapping[str, Any]) -> str:
        """A JSON Web Token with these claims."""
        return jwt.encode(dict(claims), self._key, algorithm=self._algorithm, headers=dict(headers))

    def read(self, token: str) -> dict[str, Any] | None:
        """The claims of a token of ours; None for anybody else's."""
        try:
            return dict(jwt.decode(token, self._key.public_key(), algorithms=[self._algorithm], options=SIGNATURE_ONLY))
        except jwt.InvalidTokenError:
            return None

    def public_key(self) -> dict[str, Any]:
        """The key to verify with, as a JSON Web Key."""
        if isinstance(self._key, rsa.RSAPrivateKey):
            key = RSAAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        else:
            key = ECAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        key.pop("key_ops", None)
        return key
