"""A QR code as a picture; knows nothing of Vipps MobilePay."""

from __future__ import annotations

import io

import segno

QUIET_ZONE = 4  # modules of white around the code; scanners need them


def png(content: str, size: int) -> bytes:
    """A PNG as near to ``size`` pixels a side as whole modules allow, and never larger unless it must be."""
    code = segno.make_qr(content, error="m")
    modules = code.symbol_size(border=QUIET_ZONE)[0]
    out = io.BytesIO()
    code.save(out, kind="png", scale=max(1, size // modules), border=QUIET_ZONE)
    return out.getvalue()


def svg(content: str) -> bytes:
    """An SVG that scales to any size."""
    out = io.BytesIO()
    segno.make_qr(content, error="m").save(out, kind="svg", border=QUIET_ZONE, omitsize=True, light="#fff")
    return out.getvalue()
