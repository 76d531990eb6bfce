"""What the Checkout API says no to.

A problem with ``errorCode``, and ``errors`` by field.
"""

# ruff: noqa: D101 - a refusal's title says what it is

from __future__ import annotations

from http import HTTPStatus

from vipps_nb.sandbox.server.problems import Body, Dialect, ErrorBody, Refusal, status_page


class CheckoutProblem(ErrorBody):
    type: str
    title: str
    status: int
    error_code: str
    errors: dict[str, list[str]]
    trace_id: str
    detail: str | None = None


def _say(refusal: Refusal, trace_id: str) -> Body:
    errors: dict[str, list[str]] = {}
    for name, reason in refusal.fields:
        errors.setdefault(name, []).append(reason)
    content = CheckoutProblem(
        type=status_page(refusal),
        title=refusal.title,
        status=refusal.status,
        error_code=type(refusal).__name__,
        errors=errors,
        trace_id=trace_id,
        detail=refusal.detail or None,
    )
    return Body(content, headers=refusal.headers)


checkout_problem = Dialect(_say, CheckoutProblem)


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
