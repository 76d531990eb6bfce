"""Base64 in a field, as a picture is sent."""

from __future__ import annotations

import base64

from vipps_nb.sandbox.server.leniency import tolerate


def decoded(text: str, place: str) -> bytes:
    """What the text stands for, with line breaks too.

    Many encoders put them in, and .NET's reader passes over them.

    Raises:
        ValueError: It is no Base64; or it has blank space in it, and the sandbox is strict.
    """
    together = "".join(text.split())
    if together != text and not tolerate(place, "blank space in Base64"):
        raise ValueError("There is blank space in it.")
    return base64.b64decode(together, validate=True)
