"""What Login says about a person, signed: id tokens.

Their keys are made when first needed.

They are not the keys of the access tokens: an id token must never open an API.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from vipps_nb.sandbox.world.ids import Ids
from vipps_nb.sandbox.world.signing import Algorithm, Signer, new_key


class IdTokenSigner:
    """Signs id tokens and publishes the keys to verify them with."""

    def __init__(self, seed: int) -> None:
        ids = Ids(seed, "identity")
        self._key_ids: dict[Algorithm, str] = {"RS256": f"public:{ids.guid()}", "ES256": f"public:{ids.guid()}"}

    @cached_property
    def _keys(self) -> dict[Algorithm, Signer]:
        return {"RS256": new_key("RS256"), "ES256": new_key("ES256")}

    def sign(self, claims: Mapping[str, Any], algorithm: Algorithm) -> str:
        """An id token with these claims."""
        # The header of the documented sample has no `typ`.
        return self._keys[algorithm].sign(claims, {"kid": self._key_ids[algorithm], "typ": None})

    def key_set(self) -> dict[str, Any]:
        """The public keys as a JSON Web Key Set."""
        return {
            "keys": [
                {**key.public_key(), "use": "sig", "alg": algorithm, "kid": self._key_ids[algorithm]}
                for algorithm, key in self._keys.items()
            ]
        }


def opaque() -> str:
    """A word that nobody can guess.

    A person's access token, or an authorization code.

    Not from the seed, unlike every id: of two sandboxes with one seed, neither may know the other's tokens.
    """
    return f"{secrets.token_urlsafe(32)}.{secrets.token_urlsafe(32)}"
