"""What the Checkout API says no to: a problem with ``errorCode``, and ``errors`` by field."""

# ruff: noqa: D101 - a refusal's title says what it is

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from vipps_nb.sandbox.server.problems import JSON, Body, Dialect, Refusal


def _say(refusal: Refusal, trace_id: str) -> Body:
    errors: dict[str, list[str]] = {}
    for name, reason in refusal.fields:
        errors.setdefault(name, []).append(reason)
    content: dict[str, Any] = {
        "type": f"https://httpstatuses.io/{int(refusal.status)}",
        "title": refusal.title,
        "status": int(refusal.status),
        "errorCode": type(refusal).__name__,
        "errors": errors,
        "traceId": trace_id,
    }
    if refusal.detail:
        content["detail"] = refusal.detail
    return Body(content, JSON, refusal.headers)


checkout_problem = Dialect(
    _say,
    "CheckoutProblem",
    {
        "type": "object",
        "required": ["errorCode", "errors"],
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "errorCode": {"type": "string"},
            "errors": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
            "traceId": {"type": "string"},
        },
    },
)


class InvalidCredentials(Refusal):
    status, title = HTTPStatus.UNAUTHORIZED, "Invalid credentials"


class NotAllowed(Refusal):
    status, title = HTTPStatus.FORBIDDEN, "Invalid subscription or configuration"


class SessionNotFound(Refusal):
    status, title = HTTPStatus.NOT_FOUND, "The session is unknown"


class ReferenceTaken(Refusal):
    status, title = HTTPStatus.CONFLICT, "Duplicate reference"


class IdempotencyConflict(Refusal):
    status, title = HTTPStatus.CONFLICT, "The Idempotency-Key was used for another request"


class SessionStateConflict(Refusal):
    """400, for the official document has no other status for it."""

    title = "The session's state does not allow this"
