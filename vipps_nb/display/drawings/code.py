"""QR: what a code says, as the code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import segno

from vipps_nb.core.view import View
from vipps_nb.core.visible import visible
from vipps_nb.display.drawings.drawing import Drawing
from vipps_nb.display.markup import Markup, tag
from vipps_nb.explain import Exchange

_LONGEST = 500


def code(exchange: Exchange, body: Any, view: View) -> Drawing | None:
    """A QR code from its content.

    Of a callback QR, or of any code whose target was asked for as text.
    """
    content = _content(exchange, body)
    if not content or len(content) > _LONGEST:
        return None
    words = view.text(content)
    if view.still and words != content:
        return None  # it leads to this machine's own port: no phone can follow it, and it differs from run to run
    if visible(content) != content:
        return None  # half a character, or one that nobody sees: what it leads to should be read first
    # Drawn here: the picture that the answer links to would have to be fetched from somewhere.
    picture = Markup(segno.make(content, micro=False).svg_inline(scale=4, border=4, light="#fff", dark="#000"))
    frame = tag("div", picture, class_="vipps-nb-picture", role="img", aria_label=f"QR code that says {words}")
    return Drawing(
        tag("figure", frame, tag("figcaption", "Says ", tag("code", words)), class_="vipps-nb-code"),
        f"QR code that says {words}",
    )


def _content(exchange: Exchange, body: Any) -> str | None:
    if not isinstance(body, Mapping):
        return None
    as_text = exchange.headers.get("accept", "").lower() == "text/targeturl"
    found = body.get("qrContent") or (body.get("url") if as_text and exchange.route.startswith("/qr/") else None)
    if exchange.route == "/epayment/v1/payments" and _asks_for_target(exchange.sent):
        found = body.get("redirectUrl")
    return found if isinstance(found, str) else None


def _asks_for_target(sent: Any) -> bool:
    form = sent.get("qrFormat") if isinstance(sent, Mapping) and sent.get("userFlow") == "QR" else None
    return isinstance(form, Mapping) and str(form.get("format", "")).upper() == "TEXT/TARGETURL"
