"""A token by its claims; never the token itself.

Nothing is verified here: whoever gives a token out vouches for it.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from vipps_nb.core.bodies import outline
from vipps_nb.core.view import DOTS, View
from vipps_nb.display.drawings.drawing import Drawing, facts
from vipps_nb.display.markup import join
from vipps_nb.display.values import EPOCH_FIELDS, moment_of_epoch
from vipps_nb.explain import Exchange

_NAMES = {
    "iss": "Given out by",
    "aud": "Good at",
    "appid": "Client",
    "azp": "Client",
    "client_id": "Client",
    "sub": "Subject",
    "scope": "Scope",
    "scp": "Scope",
    "roles": "Roles",
    "iat": "Issued",
    "nbf": "Not before",
    "exp": "Expires",
    "auth_time": "Logged in",
    "ver": "Version",
    "name": "Name",
    "email": "E-mail",
    "phone_number": "Phone",
}
_LARGEST, _LONGEST, _MOST = 64 << 10, 500, 30  # characters of a token and of a claim, other claims
_TITLES = {"access_token": "Access token", "id_token": "ID token"}


def tokens(exchange: Exchange, body: Any, view: View) -> Drawing | None:
    """The tokens in the answer of a token call."""
    if not isinstance(exchange.answer, Mapping):
        return None
    found = [(title, exchange.answer.get(field)) for field, title in _TITLES.items()]
    drawn = [claims(token, title, view) for title, token in found if isinstance(token, str) and token.strip("•")]
    if not drawn:
        return None
    return Drawing(join(*(one.html for one in drawn)), "\n".join(one.text for one in drawn))


def claims(token: str, title: str, view: View) -> Drawing:
    """What a token says, as far as it says anything to people."""
    content = _payload(token)
    if content is None:
        return facts(title, {"Claims": "none to read: the token is opaque"})
    rows: dict[str, str | None] = {}
    for name, label in _NAMES.items():
        if name in content:
            rows[label] = _said(name, view.masked(content[name], name), view)[:_LONGEST]
    rest = sorted(view.text(name[:_LONGEST]) for name in content if name not in _NAMES)[:_MOST]
    rows["Also"] = ", ".join(rest) or None
    return facts(f"{title} {DOTS}", rows)


def _said(name: str, value: Any, view: View) -> str:
    moment: datetime | None = moment_of_epoch(value) if name in EPOCH_FIELDS else None
    if moment is not None:
        return view.moment(moment)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _payload(token: str) -> Mapping[str, Any] | None:
    """The claims of a JWT; None for a token of another kind."""
    parts = token.split(".", 3)
    if len(token) > _LARGEST or len(parts) != 3:  # noqa: PLR2004 - header, payload, signature
        return None
    try:
        padded = parts[1] + "=" * (-len(parts[1]) % 4)
        content = outline(json.loads(base64.urlsafe_b64decode(padded)))
    except (binascii.Error, ValueError, RecursionError):
        return None
    return content if isinstance(content, Mapping) else None
