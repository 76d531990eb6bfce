"""A QR code as a picture; knows nothing of Vipps MobilePay."""

from __future__ import annotations

import io
import struct
import zlib

import segno

QUIET_ZONE = 4  # modules of white around the code; scanners need them


def png(content: str, size: int) -> bytes:
    """A PNG of ``size`` pixels a side.

    Larger only where not even one pixel is left for each module.

    Modules are whole pixels, so that they stay sharp; what is left over is white border.
    """
    modules = [bytes(row) for row in segno.make_qr(content, error="m").matrix]
    scale = max(1, size // (len(modules) + 2 * QUIET_ZONE))
    dark = len(modules) * scale
    side = max(size, dark + 2 * QUIET_ZONE * scale)
    before = (side - dark) // 2
    blank = b"\xff" * side
    lines = [blank] * before
    for row in modules:
        pixels = b"".join((b"\x00" if module else b"\xff") * scale for module in row)
        lines += [pixels.rjust(before + dark, b"\xff").ljust(side, b"\xff")] * scale
    lines += [blank] * (side - len(lines))
    return _grayscale_png(lines)


def svg(content: str) -> bytes:
    """An SVG that scales to any size."""
    out = io.BytesIO()
    segno.make_qr(content, error="m").save(out, kind="svg", border=QUIET_ZONE, omitsize=True, light="#fff")
    return out.getvalue()


def _grayscale_png(lines: list[bytes]) -> bytes:
    # segno's own writer knows borders of whole modules only, which seldom add up to the size that was asked for.
    header = struct.pack(">IIBBBBB", len(lines[0]), len(lines), 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\x00" + line for line in lines), 9)
    chunks = ((b"IHDR", header), (b"IDAT", pixels), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
