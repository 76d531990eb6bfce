"""Which logo a merchant may have."""

from __future__ import annotations

import struct

from vipps_nb.sandbox.server.base64_text import decoded
from vipps_nb.sandbox.server.leniency import tolerate
from vipps_nb.sandbox.server.problems import InvalidRequest

PNG_HEADER = struct.Struct(">8s4x4sII")  # signature, length, chunk name, width, height
SMALLEST, LARGEST = 100, 1000  # pixels


def check_logo(logo: str | None) -> None:
    """Hold a logo against the terms.

    Raises:
        InvalidRequest: It is no PNG; or of another size, and the sandbox is strict.
    """
    if logo is None or (logo == "" and tolerate("logo", "empty where a picture is documented")):
        return
    try:
        image = decoded(logo, "logo")
        signature, chunk, width, height = PNG_HEADER.unpack_from(image)
    except (ValueError, struct.error):
        signature, chunk, width, height = b"", b"", 0, 0
    if signature != b"\x89PNG\r\n\x1a\n" or chunk != b"IHDR":
        raise InvalidRequest(fields=[("logo", "Must be a PNG as Base64.")])
    if min(width, height) < SMALLEST or max(width, height) > LARGEST:
        size = f"{width} by {height} pixels where {SMALLEST} to {LARGEST} are documented"
        if not tolerate("logo", size):
            raise InvalidRequest(fields=[("logo", f"Is {size}.")])
