"""Pictures as they come: decoded, measured, and refused if they are none."""

from __future__ import annotations

import struct

from vipps_nb.sandbox.server.base64_text import decoded
from vipps_nb.sandbox.server.leniency import tolerate
from vipps_nb.sandbox.server.problems import InvalidRequest

LEAST_HEIGHT = 167  # pixels
LARGEST_FILE = 2 << 20  # 2 MB
PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8\xff"
# Start of frame, in all its kinds: the segment of a JPEG that has its size.
FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
LONE = frozenset({0x01, *range(0xD0, 0xD8)})  # markers without a segment


def decode(src: str) -> bytes:
    """The picture behind its Base64.

    Raises:
        InvalidRequest: It is neither a PNG nor a JPEG, or of a size that a strict sandbox refuses.
    """
    try:
        content = decoded(src, "src")
    except ValueError as error:
        raise _unfit("Must be Base64 and nothing else, neither a URL nor a data: URL.") from error
    size = png_size(content) if content.startswith(PNG) else jpeg_size(content)
    if size is None or 0 in size:
        raise _unfit("Must be a PNG or a JPEG.")
    if size[1] < LEAST_HEIGHT and not tolerate("src", f"{size[1]} pixels high where {LEAST_HEIGHT} are documented"):
        raise _unfit(f"Is {size[1]} pixels high; at least {LEAST_HEIGHT} are documented.")
    if len(content) > LARGEST_FILE and not tolerate("src", "a file larger than the documented 2 MB"):
        raise _unfit("The file is larger than 2 MB.")
    return content


def png_size(content: bytes) -> tuple[int, int] | None:
    """Width and height, from the header that every PNG begins with."""
    if content[12:16] != b"IHDR" or len(content) < 24:  # noqa: PLR2004 - signature, length, name, width, height
        return None
    width, height = struct.unpack(">II", content[16:24])
    return width, height


def jpeg_size(content: bytes) -> tuple[int, int] | None:
    """Width and height, from the start of frame of a JPEG; None if it is none."""
    if not content.startswith(JPEG):
        return None
    place = 2
    while place + 9 <= len(content) and content[place] == 0xFF:  # noqa: PLR2004 - every marker begins so
        marker = content[place + 1]
        if marker == 0xFF:  # noqa: PLR2004 - padding
            place += 1
        elif marker in LONE:
            place += 2
        elif marker in FRAMES:
            height, width = struct.unpack(">HH", content[place + 5 : place + 9])
            return width, height
        else:
            place += 2 + int.from_bytes(content[place + 2 : place + 4], "big")
    return None


def _unfit(reason: str) -> InvalidRequest:
    return InvalidRequest("The image cannot be used.", fields=[("src", reason)])
