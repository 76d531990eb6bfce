"""What Login says no to: OAuth's error codes, and a few of its own.

Source: RFC 6749, OpenID Connect, CIBA.
"""

# ruff: noqa: D101 - the error code says what it is

from __future__ import annotations

from http import HTTPStatus
from typing import ClassVar

from pydantic import BaseModel

from vipps_nb.sandbox.server.problems import Body, Dialect, Refusal

CHALLENGE = "WWW-Authenticate"
BASIC = 'Basic realm="Vipps Login"'
BEARER = 'Bearer realm="Vipps Login", error="invalid_token"'
BY_STATUS: dict[int, str] = {HTTPStatus.UNAUTHORIZED: "invalid_client", HTTPStatus.FORBIDDEN: "unauthorized_client"}
"""What OAuth calls a refusal that is not Login's own."""


class LoginRefusal(Refusal):
    error: ClassVar[str] = "invalid_request"


class InvalidRequest(LoginRefusal):
    title = "A parameter is missing, or is not what it should be."


class InvalidClient(LoginRefusal):
    status = HTTPStatus.UNAUTHORIZED
    error = "invalid_client"
    title = "The client is unknown, or did not introduce itself in the way that its sales unit is set up for."


class UnauthorizedClient(LoginRefusal):
    error = "unauthorized_client"
    title = "This sales unit is not set up for Login."


class InvalidGrant(LoginRefusal):
    error = "invalid_grant"
    title = "The grant is unknown, expired or used up, belongs to another client, or does not fit the redirect_uri."


class UnsupportedGrantType(LoginRefusal):
    error = "unsupported_grant_type"
    title = "This grant type is not supported."


class InvalidScope(LoginRefusal):
    error = "invalid_scope"
    title = "A scope is unknown, or not for this sales unit."


class AuthorizationPending(LoginRefusal):
    error = "authorization_pending"
    title = "The customer has not decided yet."


class SlowDown(LoginRefusal):
    error = "slow_down"
    title = "Polled sooner than the interval allows; wait longer."


class ExpiredToken(LoginRefusal):
    error = "expired_token"
    title = "The auth_req_id has expired. Start again."


class AccessDenied(LoginRefusal):
    error = "access_denied"
    title = "The customer said no."


class InvalidBindingMessage(LoginRefusal):
    error = "invalid_binding_message"
    title = "A binding message has 5 to 8 of A to Z, 0 to 9 and the hyphen."


class ExpiredLoginHintToken(LoginRefusal):
    error = "expired_login_hint_token"
    title = "The customer token is too old, or another sales unit's."


class InvalidUser(LoginRefusal):
    error = "invalid_user"
    title = "Nobody can log in with this number."


class OldApp(LoginRefusal):
    error = "old_app"
    title = "The customer's app is too old for this."


class SentBack(Exception):  # noqa: N818 - an answer, not an error of ours
    """The browser goes back to the merchant with an error."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error
        self.description = description


class LoginError(BaseModel):
    """OAuth's error, with the status as ``error_code``.

    ``error_debug`` holds what the sandbox knows beyond that.
    """

    error: str
    error_description: str
    error_code: int
    error_debug: str | None = None


def _say(refusal: Refusal, trace_id: str) -> Body:
    known = isinstance(refusal, LoginRefusal)
    remarks = [refusal.detail] if known and refusal.detail else []
    remarks += [f"{name}: {reason}" for name, reason in refusal.fields]
    content = LoginError(
        error=refusal.error if isinstance(refusal, LoginRefusal) else BY_STATUS.get(refusal.status, "invalid_request"),
        error_description=refusal.title if known else refusal.detail or refusal.title,
        error_code=refusal.status,
        error_debug=" ".join(remarks) or None,
    )
    headers = {"Cache-Control": "no-store", **refusal.headers}
    if refusal.status == HTTPStatus.UNAUTHORIZED:
        # RFC 6749, 5.2; OpenID clients look for it before they look at the body.
        headers.setdefault(CHALLENGE, BASIC)
    return Body(content, headers=headers)


LOGIN = Dialect(_say, LoginError)
