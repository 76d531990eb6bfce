"""Access tokens: signed, and read back.

The signing key is made at start, so each sandbox has its own.

The claims follow the only documented sample of a real token, an Azure AD one (Access Token API, first specification);
what today's real tokens contain is unconfirmed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from vipps_nb.sandbox.world.ids import Ids
from vipps_nb.sandbox.world.sales_unit import KeySet
from vipps_nb.sandbox.world.signing import new_key, verifier_of

RESOURCE = "00000002-0000-0000-c000-000000000000"
SKEW = timedelta(minutes=5)  # a token is valid from five minutes before it was issued, a habit of Azure AD
REMEMBERED = 10_000  # verified tokens; a signature check costs more than all the rest of a GET


@dataclass(frozen=True)
class Claims:
    """What a verified token says."""

    client_id: str
    expires: datetime


class TokenSigner:
    """Signs and verifies RS256 tokens.

    Args:
        seed: Of what stands in them.
        former: The public keys of signers that were here before; their tokens are good as well.
    """

    def __init__(self, seed: int, former: Sequence[str] = ()) -> None:
        self._former = former
        self._ids = Ids(seed, "tokens")
        self._key = new_key("RS256")
        self._key_id = self._ids.urlsafe(20)
        self._tenant = self._ids.guid()
        self._verified: dict[bytes, Claims] = {}

    @property
    def tenant(self) -> str:
        """The pretend directory that Azure's error texts name."""
        return self._tenant

    def sign(self, keys: KeySet, issued: datetime, lifetime: timedelta) -> str:
        """An access token for the owner of ``keys``."""
        start = int(issued.timestamp())
        claims: dict[str, Any] = {
            "aud": RESOURCE,
            "iss": f"https://sts.windows.net/{self._tenant}/",
            "iat": start,
            "nbf": start - int(SKEW.total_seconds()),
            "exp": start + int(lifetime.total_seconds()),
            "aio": self._ids.urlsafe(40),
            "appid": keys.client_id,
            "appidacr": "1",
            "idp": f"https://sts.windows.net/{self._tenant}/",
            "idtyp": "app",
            "oid": self._ids.guid(),
            "rh": f"0.{self._ids.urlsafe(44)}",
            "sub": self._ids.guid(),
            "tid": self._tenant,
            "uti": self._ids.urlsafe(16),
            "ver": "1.0",
        }
        return self._key.sign(claims, {"x5t": self._key_id, "kid": self._key_id})

    @property
    def public_key(self) -> str:
        """What its tokens are known by, as JSON."""
        return json.dumps(self._key.public_key(), sort_keys=True)

    def read(self, token: str) -> Claims | None:
        """What the token says, or None when another signer made it.

        Whether it has expired is for the caller to judge, by the world's clock. ``nbf`` is not judged at all: the
        clock of a sandbox can be turned back behind the moment of issue.
        """
        digest = hashlib.sha256(token.encode()).digest()
        if digest not in self._verified:
            claims = self._claims(token)
            if claims is None:
                return None
            if len(self._verified) >= REMEMBERED:
                self._verified.clear()
            self._verified[digest] = Claims(claims["appid"], datetime.fromtimestamp(claims["exp"], UTC))
        return self._verified[digest]

    def _claims(self, token: str) -> dict[str, Any] | None:
        claims = self._key.read(token)
        if claims is not None:
            return claims
        for known in reversed(self._former):
            verifier = verifier_of(known)
            claims = None if verifier is None else verifier.read(token)
            if claims is not None:
                # Whoever else may sign by this key does not know what our own tokens look like.
                return claims if isinstance(claims.get("appid"), str) and isinstance(claims.get("exp"), int) else None
        return None
