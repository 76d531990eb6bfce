"""What the QR API says no to, in its two dialects."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from vipps_nb.sandbox.server.problems import Body, Dialect, Refusal, invalid_params


class NoLandingPage(Refusal):
    """The URL is not where a customer of this sales unit is asked for something."""

    title = "Not a landing page"


class TooLate(Refusal):
    """The customer has decided, or their time is up."""

    title = "Nothing is open any more"


class NoSuchQr(Refusal):
    """This sales unit has no code by that name."""

    status = HTTPStatus.NOT_FOUND
    title = "No such QR"


class IdTaken(Refusal):
    """The name is in use."""

    status = HTTPStatus.CONFLICT
    title = "The id is taken"

    def __init__(self, name: str, detail: str) -> None:
        super().__init__(detail)
        self.name = name


def _say(refusal: Refusal, trace_id: str) -> Body:
    body = invalid_params.say(refusal, trace_id)
    if isinstance(refusal, IdTaken) and isinstance(body.content, dict):
        # All that the official document says of a 409 is that it has the id.
        body.content["id"] = refusal.name
    return body


def _say_of_exchange(refusal: Refusal, trace_id: str) -> Body:
    content: dict[str, Any] = {
        "title": refusal.title,
        "status": int(refusal.status),
        "detail": refusal.detail or refusal.title,
    }
    if refusal.fields:
        content["extraDetails"] = [{"name": name, "reason": reason} for name, reason in refusal.fields]
    return Body(content, headers=refusal.headers)


QR = Dialect(_say, "QrError", invalid_params.schema)
EXCHANGE = Dialect(
    _say_of_exchange,
    "QrExchangeError",
    {
        "type": "object",
        "required": ["title", "status", "detail"],
        "properties": {
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "extraDetails": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["name", "reason"],
                    "properties": {"name": {"type": "string"}, "reason": {"type": "string"}},
                },
            },
        },
    },
)
