"""What the Userinfo API says no to: a problem whose status is text."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from vipps_nb.sandbox.server.problems import Body, Dialect, Refusal

CHALLENGE = 'Bearer realm="Vipps Userinfo"'


class TokenRefused(Refusal):
    """No token, or one that does not open this door."""

    status = HTTPStatus.UNAUTHORIZED
    title = "Unauthorized"


class UnknownSub(Refusal):
    """The sales unit has met nobody by this name."""

    status = HTTPStatus.NOT_FOUND
    title = "Not Found"


def _say(refusal: Refusal, trace_id: str) -> Body:
    """A problem whose status is text, and whose details are called ``extraInfo``."""
    content: dict[str, Any] = {
        "type": f"https://httpstatuses.io/{int(refusal.status)}",
        "title": refusal.title,
        "status": str(int(refusal.status)),
        "instance": trace_id,
    }
    if refusal.detail:
        content["detail"] = refusal.detail
    if refusal.fields:
        content["extraInfo"] = {name: {"reason": reason} for name, reason in refusal.fields}
    headers = dict(refusal.headers)
    if refusal.status == HTTPStatus.UNAUTHORIZED:
        # RFC 6750, 3; the library of an OpenID client looks for it before it looks at the body.
        headers.setdefault("WWW-Authenticate", f'{CHALLENGE}, error="invalid_token"')
    return Body(content, headers=headers)


USERINFO = Dialect(
    _say,
    "UserinfoError",
    {
        "type": "object",
        "required": ["type", "title", "status"],
        "properties": {
            "type": {"type": "string", "format": "uri"},
            "title": {"type": "string"},
            "status": {"type": "string"},
            "detail": {"type": "string"},
            "instance": {"type": "string"},
            "extraInfo": {"type": "object", "additionalProperties": {"type": "object"}},
        },
    },
)
