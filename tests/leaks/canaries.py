"""Four secrets that nobody else has, and the nose that finds them: whole, in pieces, backwards and encoded."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from urllib.parse import quote

CLIENT_ID = "0b9d8c7e-6f5a-4b3c-8d2e-1f0a9b8c7d6e"
MSN = "654321"
CANARIES = {
    "client secret": "cAnArY7Qx/9pLm+2Zt5Rv8Wk1Yb4Nc6Jd3Hs0Fg==",
    "subscription key": "c4a9a27f0e6b3d815f92a7c0e4b8d163",
    "access token": "eyJjYW5hcnkiOjF9.dG9rZW4tY2FuYXJ5LTdYcTlMbTJadDU.Kp3Vn8Rw5Ty1Bz6Hd4Jf0Gs2",
    "webhook secret": "Wh7cAnArY+Uf2/Oe9Ia4Pk6Sd8Xl1Mq3Zr5Bt7Vn0w==",
}
PIECE = 12  # characters of a secret that do not come about by chance


def scents(secret: str) -> frozenset[bytes]:
    """What a secret may look like where it does not belong."""
    pieces = [secret[start : start + PIECE] for start in range(0, len(secret) - PIECE + 1, PIECE // 2)]
    pieces += [piece[::-1] for piece in pieces]
    raw = secret.encode()
    return frozenset(
        each for each in (*(piece.encode() for piece in pieces), *_encoded(raw), *_encoded(raw[::-1])) if each
    )


def _encoded(raw: bytes) -> Iterator[bytes]:
    yield raw.hex().encode()
    yield quote(raw, safe="").encode()[:20]
    yield quote(quote(raw, safe=""), safe="").encode()[:24]
    yield "".join(f"%{byte:02x}" for byte in raw).encode()[:36]
    yield "".join(f"\\u{byte:04x}" for byte in raw).encode()[:60]
    yield "".join(f"&#{byte};" for byte in raw).encode()[:50]
    yield raw.replace(b"/", b"\\/")
    yield raw.decode().encode("utf-16-le")
    for before in range(3):  # in the middle of something longer, Base64 has three ways to write it
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            start = 4 if before else 0
            yield encode(b"x" * before + raw)[start : start + 20]


SCENTS = {name: scents(secret) for name, secret in CANARIES.items()}


def found(haystack: bytes) -> dict[str, int]:
    """By secret, in how many ways it is in there."""
    return {name: sum(scent in haystack for scent in scents) for name, scents in SCENTS.items()}
