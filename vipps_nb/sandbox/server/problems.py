"""Refusal, and the body dialect each API says no in. Raising one *is* answering."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core.core_schema import NullableSchema, WithDefaultSchema

PROBLEM_JSON = "application/problem+json"
JSON = "application/json"
JsonObject = dict[str, Any]


class Refusal(Exception):  # noqa: N818 - the platform's word for it; it is an answer, not an error of ours
    """Something the API says no to.

    Subclasses fix status, title and code; an instance adds the detail.
    """

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


class ErrorBody(BaseModel):
    """A refusal as JSON: camelCase on the wire, and what has no value is left out.

    The same model makes a body and its schema in the OpenAPI document, so that the two cannot differ.
    """

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True, defer_build=True
    )


@dataclass(frozen=True)
class Body:
    """A refusal put into words."""

    content: BaseModel | str
    media_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)

    def encode(self) -> bytes:
        """The body as it goes over the wire."""
        if isinstance(self.content, str):
            return self.content.encode()
        return self.content.model_dump_json(by_alias=True, exclude_none=True).encode()


@dataclass(frozen=True)
class Dialect:
    """A way to say no.

    Attributes:
        say: Puts a refusal into words, given a trace id.
        model: What its bodies are; None when they are no JSON.
        media_type: The Content-Type of its bodies.
    """

    say: Callable[[Refusal, str], Body]
    model: type[BaseModel] | None = None
    media_type: str = JSON

    @property
    def name(self) -> str | None:
        """What its schema is called in the OpenAPI document; None when it is no JSON."""
        return None if self.model is None else self.model.__name__

    @cached_property
    def schema(self) -> JsonObject:
        """The JSON schema of its bodies, complete in itself; empty when they are no JSON."""
        return {} if self.model is None else _schema(self.model)


class _WithoutNull(GenerateJsonSchema):
    """Optional fields are left out and never null."""

    def nullable_schema(self, schema: NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: WithDefaultSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])


def _schema(model: type[BaseModel]) -> JsonObject:
    schema = model.model_json_schema(mode="serialization", schema_generator=_WithoutNull)
    whole: JsonObject = _inline(schema, schema.pop("$defs", {}))
    return whole


def _inline(part: Any, definitions: Mapping[str, Any]) -> Any:
    """A schema with its references resolved, without titles and descriptions."""
    if isinstance(part, list):
        return [_inline(one, definitions) for one in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        return _inline(definitions[part["$ref"].rpartition("/")[2]], definitions)
    return {
        name: _inline(value, definitions)
        for name, value in part.items()
        if not (name in ("title", "description") and isinstance(value, str))
    }


Uri = Annotated[str, Field(json_schema_extra={"format": "uri"})]
Uuid = Annotated[str, Field(json_schema_extra={"format": "uuid"})]
Text = Annotated[str, Field(min_length=1)]


class FieldReason(ErrorBody):
    """What is wrong with one field."""

    name: str
    reason: str


class Problem(ErrorBody):
    """RFC 7807 with ``traceId`` and ``extraDetails`` (Knowledge base, Errors).

    EPayment, Webhooks and others.
    """

    type: Uri
    title: str
    status: int
    trace_id: str
    detail: str | None = None
    extra_details: list[FieldReason] | None = None


class NamedReason(ErrorBody):
    """What is wrong with one parameter."""

    name: Text
    reason: Text


class InvalidParamsProblem(ErrorBody):
    """``title``, ``detail``, ``instance`` and ``invalidParams``.

    QR, Order Management and Check-in.
    """

    type: str
    title: Text
    detail: Text
    instance: Text
    invalid_params: list[NamedReason] | None = None


class GatewayError(ErrorBody):
    """What the Azure gateway in front of the APIs says."""

    status_code: int
    message: str


class _ResponseInfo(ErrorBody):
    response_code: int
    response_message: str


class _Result(ErrorBody):
    message: str


class TokenError(ErrorBody):
    """The gateway's other shape, for a token it does not accept.

    Source: ``ErrorFromAzure`` in the Recurring document.
    """

    response_info: _ResponseInfo
    result: _Result


def field_reasons(refusal: Refusal) -> list[FieldReason]:
    """What is wrong with the fields of a request, one by one."""
    return [FieldReason(name=name, reason=reason) for name, reason in refusal.fields]


def status_page(refusal: Refusal) -> str:
    """The ``type`` of a problem that has no page of its own: that of its status."""
    return f"https://httpstatuses.io/{int(refusal.status)}"


def instance(trace_id: str) -> str:
    """A trace id as the URI that RFC 7807 calls ``instance``.

    For APIs that have no ``traceId``.
    """
    return f"urn:uuid:{uuid.UUID(hex=trace_id.split('-')[1])}"


def _problem(refusal: Refusal, trace_id: str) -> Body:
    """Say it as a ``Problem``.

    The business code travels in ``extraDetails`` under the name ``ErrorCode``, beside the fields' paths.
    """
    details = [] if refusal.code is None else [FieldReason(name="ErrorCode", reason=refusal.code)]
    details += field_reasons(refusal)
    content = Problem(
        type=status_page(refusal),
        title=refusal.title,
        status=refusal.status,
        trace_id=trace_id,
        detail=refusal.detail or None,
        extra_details=details or None,
    )
    return Body(content, PROBLEM_JSON, refusal.headers)


def _gateway(refusal: Refusal, trace_id: str) -> Body:
    content = GatewayError(status_code=refusal.status, message=refusal.detail or refusal.title)
    return Body(content, headers=refusal.headers)


def _unauthorized(refusal: Refusal, trace_id: str) -> Body:
    content = TokenError(
        response_info=_ResponseInfo(response_code=refusal.status, response_message="Unauthorized"),
        result=_Result(message=refusal.detail),
    )
    return Body(content, headers=refusal.headers)


def _invalid_params(refusal: Refusal, trace_id: str) -> Body:
    return Body(InvalidParamsProblem(**invalid_params_values(refusal, trace_id)), headers=refusal.headers)


def invalid_params_values(refusal: Refusal, trace_id: str) -> dict[str, Any]:
    """The fields of an ``InvalidParamsProblem``, for dialects that add something."""
    return {
        "type": "https://datatracker.ietf.org/doc/html/rfc7231#section-6.5",
        "title": refusal.title,
        "detail": refusal.detail or refusal.title,
        "instance": trace_id,
        "invalid_params": [NamedReason(name=name, reason=reason) for name, reason in refusal.fields] or None,
    }


problem = Dialect(_problem, Problem, PROBLEM_JSON)
invalid_params = Dialect(_invalid_params, InvalidParamsProblem)
gateway = Dialect(_gateway, GatewayError)
unauthorized = Dialect(_unauthorized, TokenError)


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
    """A rate limit.

    That 429 carries ``Retry-After`` is documented for Recurring only; here it always does.
    """

    status = HTTPStatus.TOO_MANY_REQUESTS
    title = "Rate limit is exceeded. Try again later."


class InjectedFault(GatewayRefusal):
    """A fault that the desk ordered."""

    def __init__(self, status: int, detail: str, headers: Mapping[str, str]) -> None:
        super().__init__(detail, headers=headers)
        self.status = status


class OrderedRefusal(Refusal):
    """A refusal that the desk ordered.

    With a code of the API that was asked, and in its dialect.
    """

    def __init__(self, status: int, code: str, detail: str, headers: Mapping[str, str]) -> None:
        super().__init__(detail, headers=headers)
        self.status = status
        self.title = next((known.phrase for known in HTTPStatus if known == status), "Unknown error")
        self.code = code


class TokenRefused(Refusal):
    """The bearer token does not open this door.

    The real wording is unconfirmed; this one says what is wrong.
    """

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
