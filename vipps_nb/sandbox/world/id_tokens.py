"""What Login says about a person, signed: id tokens.

Their keys are made when first needed.

They are not the keys of the access tokens: an id token must never open an API.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from functools import cached_property
from typing import Any, Literal

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from vipps_nb.sandbox.world.ids import Ids

Algorithm = Literal["RS256", "ES256"]


class IdTokenSigner:
    """Signs id tokens and publishes the keys to verify them with."""

    def __init__(self, seed: int) -> None:
        ids = Ids(seed, "identity")
        self._key_ids: dict[Algorithm, str] = {"RS256": f"public:{ids.guid()}", "ES256": f"public:{ids.guid()}"}

    @cached_property
    def _keys(self) -> tuple[rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey]:
        return rsa.generate_private_key(public_exponent=65537, key_size=2048), ec.generate_private_key(ec.SECP256R1())

    def sign(self, claims: Mapping[str, Any], algorithm: Algorithm) -> str:
        """An id token with these claims."""
        key = self._keys[0] if algorithm == "RS256" else self._keys[1]
        # The header of the documented sample has no `typ`.
        headers = {"kid": self._key_ids[algorithm], "typ": None}
        return jwt.encode(dict(claims), key, algorithm=algorithm, headers=headers)

    def key_set(self) -> dict[str, Any]:
        """The public keys as a JSON Web Key Set."""
        rsa_key, ec_key = self._keys
        halves: dict[Algorithm, dict[str, Any]] = {
            "RS256": RSAAlgorithm.to_jwk(rsa_key.public_key(), as_dict=True),
            "ES256": ECAlgorithm.to_jwk(ec_key.public_key(), as_dict=True),
        }
        for algorithm, half in halves.items():
            half.pop("key_ops", None)
            half.update({"use": "sig", "alg": algorithm, "kid": self._key_ids[algorithm]})
        return {"keys": list(halves.values())}


def opaque() -> str:
    """A word that nobody can guess.

    A person's access token, or an authorization code.

    Not from the seed, unlike every id: of two sandboxes with one seed, neither may know the other's tokens.
    """
    return f"{secrets.token_urlsafe(32)}.{secrets.token_urlsafe(32)}"
