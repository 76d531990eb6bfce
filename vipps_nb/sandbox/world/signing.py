"""Signatures of tokens, RS256 and ES256, with whichever library this machine has.

On a machine that is cryptography. There is no wheel of it for a page in a browser; there ``rsa`` and ``ecdsa`` do the
same in Python alone, slower and without a guard against somebody who measures how long it takes. What they sign opens
nothing but a sandbox in that page.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Literal, Protocol

Algorithm = Literal["RS256", "ES256"]


class Signer(Protocol):
    """A key that was made just now, of one algorithm."""

    def sign(self, claims: Mapping[str, Any], headers: Mapping[str, Any]) -> str:
        """A JSON Web Token with these claims."""
        ...

    def read(self, token: str) -> dict[str, Any] | None:
        """The claims of a token of ours, whatever they say; None for anybody else's."""
        ...

    def public_key(self) -> dict[str, Any]:
        """The key to verify with, as a JSON Web Key."""
        ...


class Verifier(Protocol):
    """The public half of a key that is elsewhere."""

    def read(self, token: str) -> dict[str, Any] | None:
        """The claims of a token that the key has signed; None for any other."""
        ...


@lru_cache(maxsize=100)
def verifier_of(public_key: str) -> Verifier | None:
    """What verifies RS256 tokens by a public key, a JSON Web Key as text.

    None where it is no such key.
    """
    if importlib.util.find_spec("cryptography") is not None:
        from vipps_nb.sandbox.world.verifying_compiled import verifier  # noqa: PLC0415 - as below

        return verifier(public_key)
    from vipps_nb.sandbox.world.signing_pure import pure_verifier  # noqa: PLC0415

    return pure_verifier(public_key)


def new_key(algorithm: Algorithm) -> Signer:
    """A new key, with 2048 bits or on the curve P-256."""
    # Late, each: the one that is not used here may not be installed.
    if importlib.util.find_spec("cryptography") is not None:
        from vipps_nb.sandbox.world.signing_compiled import new_compiled_key  # noqa: PLC0415

        return new_compiled_key(algorithm)
    from vipps_nb.sandbox.world.signing_pure import new_pure_key  # noqa: PLC0415

    return new_pure_key(algorithm)
