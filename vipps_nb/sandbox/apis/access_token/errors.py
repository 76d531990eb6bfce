"""What the Access Token API says no to.

OAuth's error body, and Azure's with a few fields more.
"""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import ClassVar

from pydantic import BaseModel

from vipps_nb.sandbox.server.problems import Body, Dialect, InvalidRequest, Refusal


class AzureRefusal(Refusal):
    """Said by Azure AD, which issues the standard tokens."""

    error: ClassVar[str]
    number: ClassVar[int]

    def __init__(self, detail: str, moment: datetime, correlation_id: str) -> None:
        super().__init__(f"AADSTS{self.number}: {detail}")
        self.moment = moment
        self.correlation_id = correlation_id


class ParameterMissing(AzureRefusal):
    """A header that has to be there is not."""

    error, number = "invalid_request", 900144


class UnknownClient(AzureRefusal):
    """The client ID belongs to nobody here.

    With the real thing, often a key of the other environment.
    """

    error, number = "unauthorized_client", 700016


class WrongSecret(AzureRefusal):
    """The client ID is known and the secret is not its secret.

    Unconfirmed, by analogy with Azure AD.
    """

    status = HTTPStatus.UNAUTHORIZED
    error, number = "invalid_client", 7000215


class InvalidClient(Refusal):
    """The specialized call accepts neither the client nor how it introduced itself."""

    status = HTTPStatus.UNAUTHORIZED
    title = "invalid_client"


class MalformedSpecializedCall(InvalidClient):
    """The client may be fine; what it sent is not."""

    status = HTTPStatus.BAD_REQUEST


class UnsupportedGrant(MalformedSpecializedCall):
    """Another grant type than client_credentials."""

    title = "unsupported_grant_type"


class OAuthError(BaseModel):
    """OAuth's error body; from ``error_codes`` on, what Azure adds to it."""

    error: str
    error_description: str
    error_codes: list[int] | None = None
    timestamp: str | None = None
    trace_id: str | None = None
    correlation_id: str | None = None
    error_uri: str | None = None


def _say(refusal: Refusal, trace_id: str) -> Body:
    if isinstance(refusal, AzureRefusal):
        return Body(_azure(refusal, trace_id))
    remarks = [refusal.detail, *(f"{name}: {reason}" for name, reason in refusal.fields)]
    content = OAuthError(
        error="invalid_request" if isinstance(refusal, InvalidRequest) else refusal.title,
        error_description=" ".join(filter(None, remarks)),
    )
    headers = dict(refusal.headers)
    if refusal.status == HTTPStatus.UNAUTHORIZED:
        # RFC 6749, 5.2: a client that nobody knows is told how to introduce itself.
        headers.setdefault("WWW-Authenticate", 'Basic realm="Vipps MIAMI"')
    return Body(content, headers=headers)


def _azure(refusal: AzureRefusal, trace_id: str) -> OAuthError:
    moment = refusal.moment.strftime("%Y-%m-%d %H:%M:%SZ")
    ids = f"Trace ID: {trace_id}\r\nCorrelation ID: {refusal.correlation_id}\r\nTimestamp: {moment}"
    return OAuthError(
        error=refusal.error,
        error_description=f"{refusal.detail}\r\n{ids}",
        error_codes=[refusal.number],
        timestamp=moment,
        trace_id=trace_id,
        correlation_id=refusal.correlation_id,
        error_uri=f"https://login.windows.net/error?code={refusal.number}",
    )


OAUTH = Dialect(_say, OAuthError)
