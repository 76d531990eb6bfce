"""Refusal, and the body dialect each API says no in. Raising one *is* answering."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, ClassVar

PROBLEM_JSON = "application/problem+json"
JSON = "application/json"
JsonObject = dict[str, Any]


class Refusal(Exception):  # noqa: N818 - the platform's word for it; it is an answer, not an error of ours
    """Something the API says no to. Subclasses fix status, title and code; an instance adds the detail."""

    status: int = HTTPStatus.BAD_REQUEST
    title: str = "Bad Request"
    code: str | None = None
    dialect: ClassVar[Dialect | None] = None
    """A refusal that sounds the same whichever API was asked, such as the gateway's."""

    def __init__(
        self,
        detail: str = "",
        *,
        fields: Iterable[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail
        self.fields = list(fields)
        self.headers = dict(headers or {})


@dataclass(frozen=True)
class Body:
    """A refusal put into words."""

    content: JsonObject | list[JsonObject] | str
    media_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)

    def encode(self) -> bytes:
        """The body as it goes over the wire."""
        if isinstance(self.content, str):
            return self.content.encode()
        return json.dumps(self.content, ensure_ascii=False, separators=(",", ":")).encode()


@dataclass(frozen=True)
class Dialect:
    """A way to say no.

    Attributes:
        say: Puts a refusal into words, given a trace id.
        name: What its schema is called in the OpenAPI document; None when it is no JSON.
        schema: The JSON schema of its bodies.
    """

    say: Callable[[Refusal, str], Body]
    name: str | None = None
    schema: JsonObject = field(default_factory=dict)
    media_type: str = JSON


def _problem(refusal: Refusal, trace_id: str) -> Body:
    """RFC 7807 with ``traceId`` and ``extraDetails`` (Knowledge base, Errors): ePayment, Webhooks and others.

    The business code travels in ``extraDetails`` under the name ``ErrorCode``; what is wrong with a field travels
    beside it under the field's path.
    """
    details = [] if refusal.code is None else [{"name": "ErrorCode", "reason": refusal.code}]
    details += [{"name": name, "reason": reason} for name, reason in refusal.fields]
    content: dict[str, Any] = {
        "type": f"https://httpstatuses.io/{int(refusal.status)}",
        "title": refusal.title,
        "status": int(refusal.status),
        "traceId": trace_id,
    }
    if refusal.detail:
        content["detail"] = refusal.detail
    if details:
        content["extraDetails"] = details
    return Body(content, PROBLEM_JSON, refusal.headers)


def instance(trace_id: str) -> str:
    """A trace id as the URI that RFC 7807 calls ``instance``, for APIs that have no ``traceId``."""
    return f"urn:uuid:{uuid.UUID(hex=trace_id.split('-')[1])}"


def _gateway(refusal: Refusal, trace_id: str) -> Body:
    """What the Azure gateway in front of the APIs says: ``statusCode`` and ``message``."""
    content = {"statusCode": int(refusal.status), "message": refusal.detail or refusal.title}
    return Body(content, JSON, refusal.headers)


def _unauthorized(refusal: Refusal, trace_id: str) -> Body:
    """The gateway's other shape, for a token it does not accept (``ErrorFromAzure`` in the Recurring document)."""
    content = {
        "responseInfo": {"responseCode": int(refusal.status), "responseMessage": "Unauthorized"},
        "result": {"message": refusal.detail},
    }
    return Body(content, JSON, refusal.headers)


def _invalid_params(refusal: Refusal, trace_id: str) -> Body:
    """``title``, ``detail``, ``instance`` and ``invalidParams``: QR, Order Management and Check-in."""
    content: JsonObject = {
        "type": "https://datatracker.ietf.org/doc/html/rfc7231#section-6.5",
        "title": refusal.title,
        "detail": refusal.detail or refusal.title,
        "instance": trace_id,
    }
    if refusal.fields:
        content["invalidParams"] = [{"name": name, "reason": reason} for name, reason in refusal.fields]
    return Body(content, JSON, refusal.headers)


problem = Dialect(
    _problem,
    "Problem",
    {
        "type": "object",
        "required": ["type", "title", "status", "traceId"],
        "properties": {
            "type": {"type": "string", "format": "uri"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "traceId": {"type": "string"},
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
    PROBLEM_JSON,
)
invalid_params = Dialect(
    _invalid_params,
    "InvalidParamsProblem",
    {
        "type": "object",
        "required": ["type", "title", "detail", "instance"],
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string", "minLength": 1},
            "detail": {"type": "string", "minLength": 1},
            "instance": {"type": "string", "minLength": 1},
            "invalidParams": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["name", "reason"],
                    "properties": {
                        "name": {"type": "string", "minLength": 1},
                        "reason": {"type": "string", "minLength": 1},
                    },
                },
            },
        },
    },
)
gateway = Dialect(
    _gateway,
    "GatewayError",
    {
        "type": "object",
        "required": ["statusCode", "message"],
        "properties": {"statusCode": {"type": "integer"}, "message": {"type": "string"}},
    },
)
unauthorized = Dialect(
    _unauthorized,
    "TokenError",
    {
        "type": "object",
        "required": ["responseInfo", "result"],
        "properties": {"responseInfo": {"type": "object"}, "result": {"type": "object"}},
    },
)


class GatewayRefusal(Refusal):
    """Said by the gateway, before any API was reached."""

    dialect = gateway


class NoSuchPath(GatewayRefusal):
    """No API has this path."""

    status = HTTPStatus.NOT_FOUND
    title = "Resource not found"


class MissingSubscriptionKey(GatewayRefusal):
    """The header is absent; keys in the body or the query do not count."""

    status = HTTPStatus.UNAUTHORIZED
    title = (
        "Access denied due to missing subscription key. "
        "Make sure to include subscription key when making requests to an API."
    )


class InvalidSubscriptionKey(GatewayRefusal):
    """The key is unknown here, or belongs to other keys than the ones it came with."""

    status = HTTPStatus.UNAUTHORIZED
    title = (
        "Access denied due to invalid subscription key. Make sure to provide a valid key for an active subscription."
    )


class TooManyRequests(GatewayRefusal):
    """A rate limit. That 429 carries ``Retry-After`` is documented for Recurring only; here it always does."""

    status = HTTPStatus.TOO_MANY_REQUESTS
    title = "Rate limit is exceeded. Try again later."


class InjectedFault(GatewayRefusal):
    """A fault that the desk ordered."""

    def __init__(self, status: int, detail: str, headers: Mapping[str, str]) -> None:
        super().__init__(detail, headers=headers)
        self.status = status


class OrderedRefusal(Refusal):
    """A refusal that the desk ordered: with a code of the API that was asked, and in its dialect."""

    def __init__(self, status: int, code: str, detail: str, headers: Mapping[str, str]) -> None:
        super().__init__(detail, headers=headers)
        self.status = status
        self.title = next((known.phrase for known in HTTPStatus if known == status), "Unknown error")
        self.code = code


class TokenRefused(Refusal):
    """The bearer token does not open this door. The real wording is unconfirmed; this one says what is wrong."""

    status = HTTPStatus.UNAUTHORIZED
    title = "Unauthorized"
    dialect = unauthorized


class NotForThisSalesUnit(Refusal):
    """Partner keys without an MSN, or with one that is not connected."""

    status = HTTPStatus.FORBIDDEN
    title = "Forbidden"


class UnsupportedMediaType(Refusal):
    """A body in another format than the API reads."""

    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    title = "Unsupported Media Type"


class NotSimulated(Refusal):
    """A real operation that the sandbox does not imitate."""

    status = HTTPStatus.NOT_IMPLEMENTED
    title = "Not simulated"
    dialect = problem


class NothingToDecide(Refusal):
    """The customer's turn is over."""

    status = HTTPStatus.CONFLICT
    title = "Nothing to decide"


class NoSuchChoice(Refusal):
    """The customer was not offered this."""

    title = "No such choice"


class InvalidRequest(Refusal):
    """Fields that break a rule; named in ``fields``."""

    title = "One or more fields are invalid"
