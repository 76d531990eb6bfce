"""What PyJWT verifies with in a page, which has no cryptography: RS256 and ES256, in Python alone.

``tools/make_lab.py`` puts this into PyJWT's wheel as ``jwt._pure``. PyJWT leaves both to cryptography, and here ``rsa``
and ``ecdsa`` do it. Who reads a token needs no more: keys come as JSON Web Keys, and nothing is signed.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any, ClassVar, NoReturn

import rsa
from ecdsa import NIST256p, VerifyingKey
from ecdsa.errors import MalformedPointError
from ecdsa.keys import BadSignatureError
from jwt import algorithms
from jwt.exceptions import InvalidKeyError
from jwt.utils import base64url_decode, from_base64url_uint

_BITS = 2048  # RFC 7518 wants no fewer
_HALF = 32  # bytes of each coordinate


class _Verifies(algorithms.Algorithm):
    kind: ClassVar[type]

    def prepare_key(self, key: Any) -> Any:
        """Take what :meth:`from_jwk` gives, and nothing else."""
        if not isinstance(key, self.kind):
            raise InvalidKeyError("In a page of a browser, PyJWT takes such keys as JSON Web Keys: jwt.PyJWK.")
        return key

    def sign(self, msg: bytes, key: Any) -> NoReturn:
        """Refuse: there are no private keys here."""
        raise NotImplementedError("In a page of a browser, PyJWT reads signed tokens and makes none.")

    @staticmethod
    def to_jwk(key_obj: Any, as_dict: bool = False) -> NoReturn:
        """Refuse: whoever verifies has the JSON Web Key already."""
        raise NotImplementedError("In a page of a browser, PyJWT reads JSON Web Keys and writes none.")


class RSAAlgorithm(_Verifies):
    """RSASSA-PKCS1-v1_5 with SHA-256."""

    kind = rsa.PublicKey

    def verify(self, msg: bytes, key: rsa.PublicKey, sig: bytes) -> bool:
        """Whether the signature is of this key and this hash."""
        try:
            return bool(rsa.verify(msg, sig, key) == "SHA-256")
        except rsa.VerificationError:
            return False

    def check_key_length(self, key: rsa.PublicKey) -> str | None:
        """What PyJWT warns of."""
        bits = key.n.bit_length()
        return f"The RSA key is {bits} bits long, and {_BITS} is the least." if bits < _BITS else None

    @staticmethod
    def from_jwk(jwk: str | dict[str, Any]) -> rsa.PublicKey:
        """The public key that a JSON Web Key is."""
        said = _read(jwk, "RSA", "n", "e")
        modulus, exponent = from_base64url_uint(said["n"]), from_base64url_uint(said["e"])
        if not modulus or not exponent:
            raise InvalidKeyError("That is no key of RSA: one of its numbers is nothing.")
        return rsa.PublicKey(modulus, exponent)


class ECAlgorithm(_Verifies):
    """ECDSA on P-256 with SHA-256; r and s side by side, as in RFC 7518."""

    kind = VerifyingKey

    def verify(self, msg: bytes, key: VerifyingKey, sig: bytes) -> bool:
        """Whether the signature is of this key."""
        try:
            return bool(key.verify(sig, msg))
        except BadSignatureError:
            return False

    @staticmethod
    def from_jwk(jwk: str | dict[str, Any]) -> VerifyingKey:
        """The public key that a JSON Web Key is."""
        said = _read(jwk, "EC", "x", "y")
        point = b"".join(base64url_decode(said[name]).rjust(_HALF, b"\0") for name in ("x", "y"))
        try:
            if said.get("crv", "P-256") == "P-256":
                return VerifyingKey.from_string(point, curve=NIST256p, hashfunc=sha256)
        except MalformedPointError:
            pass
        raise InvalidKeyError("That is no point of the curve P-256.")


def _read(jwk: str | dict[str, Any], kind: str, *parts: str) -> dict[str, Any]:
    try:
        said = json.loads(jwk) if isinstance(jwk, str) else jwk
    except ValueError:
        said = None
    if (
        not isinstance(said, dict)
        or said.get("kty") != kind
        or not all(isinstance(said.get(one), str) for one in parts)
    ):
        raise InvalidKeyError(f"That is no JSON Web Key of {kind}.")
    return said


_by_cryptography_or_none = algorithms.get_default_algorithms


def _with_ours() -> dict[str, algorithms.Algorithm]:
    return {**_by_cryptography_or_none(), "RS256": RSAAlgorithm(), "ES256": ECAlgorithm()}


algorithms.get_default_algorithms = _with_ours
algorithms.requires_cryptography -= {"RS256", "ES256"}
