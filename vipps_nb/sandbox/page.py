"""A page on the shelf of APIs, and the counter where its requests are served.

The counter is a FastAPI route class. Around each operation it checks the entrance, counts the rate, remembers answers
by idempotency key, and says every refusal in the dialect of the API that was asked.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any, Literal, NamedTuple, TypeVar

from fastapi import APIRouter, Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from vipps_nb.sandbox.customer import PhoneRequest
from vipps_nb.sandbox.entrance import Caller, Entrance, admit
from vipps_nb.sandbox.idempotency import Remembered, fingerprint
from vipps_nb.sandbox.rate_limits import RateLimit
from vipps_nb.sandbox.refusals import PROBLEM_JSON, Dialect, InvalidRequest, Refusal, UnsupportedMediaType, problem
from vipps_nb.sandbox.world import Premises, World

KEY = "Idempotency-Key"
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


class FieldError(NamedTuple):
    """What the validation found: a field's path, what is wrong with it, and pydantic's name for that."""

    path: str
    reason: str
    kind: str


def explain(errors: Sequence[FieldError]) -> Refusal:
    """The refusal for fields that break a rule; a page with codes of its own brings a better one."""
    return InvalidRequest(fields=[(error.path, error.reason) for error in errors])


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What the counter does around one operation.

    Attributes:
        idempotency_key: Whether the header is looked at, and whether it must be there.
        conflict: The refusal for a key that was used with another body.
        limit: The rate limit, if it has one.
        media_type: The format of its body.
    """

    idempotency_key: Literal["ignored", "optional", "required"] = "ignored"
    longest_key: int = 50
    conflict: type[Refusal] = InvalidRequest
    limit: RateLimit | None = None
    media_type: str = "application/json"


def rules(given: Rules) -> Callable[[Endpoint], Endpoint]:
    """Declare the rules of an operation, right above its ``def``."""

    def declare(endpoint: Endpoint) -> Endpoint:
        endpoint.rules = given  # type: ignore[attr-defined]  # functions carry attributes; mypy has no word for it
        return endpoint

    return declare


def rules_of(endpoint: Callable[..., Any]) -> Rules:
    """The rules declared for an operation."""
    found: Rules = getattr(endpoint, "rules", Rules())
    return found


class Page:
    """One API: where it lives, who may come in, how it says no, and what it brings to the desk.

    Attributes:
        dialect: How it says no.
        refusals_as: The same for the OpenAPI document: the name of a schema, if it has one, and the media type.
        find_on_phone: Finds what waits for the customer, given the value of ``selector`` and perhaps an MSN.
        counts: What the overview says about this API's records.
    """

    def __init__(
        self,
        *,
        title: str,
        entrance: Entrance,
        dialect: Dialect = problem,
        refusals_as: tuple[str | None, str] = ("Problem", PROBLEM_JSON),
        explain: Callable[[Sequence[FieldError]], Refusal] = explain,
        selector: str | None = None,
        find_on_phone: Callable[[World, str, str | None], PhoneRequest] | None = None,
        counts: Callable[[World], Mapping[str, int]] | None = None,
    ) -> None:
        self.title = title
        self.entrance = entrance
        self.dialect = dialect
        self.refusals_as = refusals_as
        self.explain = explain
        self.selector = selector
        self.find_on_phone = find_on_phone
        self.counts = counts
        self.router = APIRouter(route_class=_counter(self), tags=[title])


async def _premises(request: Request) -> Premises:
    found: Premises = request.app.state.premises
    return found


async def _world(request: Request) -> World:
    found: Premises = request.app.state.premises
    return found.world


async def _caller(request: Request) -> Caller:
    found: Caller = request.state.caller
    return found


async def _idempotency_key(request: Request) -> str | None:
    return request.headers.get(KEY)


ThePremises = Annotated[Premises, Depends(_premises)]
TheWorld = Annotated[World, Depends(_world)]
TheCaller = Annotated[Caller, Depends(_caller)]
TheKey = Annotated[str | None, Depends(_idempotency_key)]

Handler = Callable[[Request], Awaitable[Response]]


def _counter(page: Page) -> type[APIRoute]:
    class Counter(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            act = super().get_route_handler()
            given = rules_of(self.endpoint)
            operation = self.path

            async def serve(request: Request) -> Response:
                premises: Premises = request.app.state.premises
                try:
                    request.state.caller = admit(page.entrance, request.headers, premises)
                    return await _serve(page, given, operation, act, request)
                except Refusal as refusal:
                    return refuse(page.dialect, refusal, premises.world)

            return serve

    return Counter


def refuse(dialect: Dialect, refusal: Refusal, world: World) -> Response:
    """Put a refusal into words."""
    body = (type(refusal).dialect or dialect)(refusal, world.traces.trace())
    return Response(body.encode(), refusal.status, body.headers, body.media_type)


async def _serve(page: Page, given: Rules, operation: str, act: Handler, request: Request) -> Response:
    world: World = request.app.state.premises.world
    caller: Caller = request.state.caller
    body = await request.body()
    content = _json(body)
    if given.limit is not None and world.settings.rate_limits:
        world.rates.admit(given.limit, _bucket(given.limit, operation, request, content), world.clock.now())
    key = request.headers.get(KEY) or None
    if key is None and given.idempotency_key == "required":
        raise page.entrance.missing_header(f"The {KEY} header is required.", fields=[(KEY, "The header is required.")])
    if key is None or given.idempotency_key == "ignored":
        return await _act(page, given, act, request, body)
    if len(key) > given.longest_key:
        raise InvalidRequest(fields=[(KEY, f"Must not be longer than {given.longest_key} characters.")])
    slot = (caller.merchant.merchant_serial_number, operation, key)
    print_ = fingerprint(request.url.path, body, content)
    remembered = world.idempotency.get(slot, world.clock.now())
    if remembered is not None:
        if remembered.fingerprint != print_:
            raise given.conflict(f"The {KEY} was used before, for another request.")
        answer = Response(remembered.body, remembered.status)
        answer.raw_headers = list(remembered.headers)
        return answer
    answer = await _act(page, given, act, request, body)
    if answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
        world.idempotency.keep(
            slot,
            Remembered(print_, world.clock.now(), answer.status_code, tuple(answer.raw_headers), bytes(answer.body)),
        )
    return answer


async def _act(page: Page, given: Rules, act: Handler, request: Request, body: bytes) -> Response:
    """Do what was asked, or say no; both are answers that a key may be bound to."""
    world: World = request.app.state.premises.world
    try:
        if body:
            _check_media_type(given, request)
        return await act(request)
    except Refusal as refusal:
        return refuse(page.dialect, refusal, world)
    except RequestValidationError as error:
        return refuse(page.dialect, page.explain([_field_error(found) for found in error.errors()]), world)
    except HTTPException as error:
        # FastAPI could not even parse the body.
        return refuse(page.dialect, InvalidRequest("The body cannot be read.", fields=[("body", error.detail)]), world)


def _check_media_type(given: Rules, request: Request) -> None:
    sent = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if sent != given.media_type:
        raise UnsupportedMediaType(f"The body must be {given.media_type}, not {sent or 'without a Content-Type'}.")


def _bucket(limit: RateLimit, operation: str, request: Request, content: Any) -> tuple[str, ...]:
    caller: Caller = request.state.caller
    resource = request.path_params.get(limit.resource)
    if resource is None and isinstance(content, dict):
        resource = content.get(limit.resource)
    owner = (
        caller.merchant.merchant_serial_number
        if limit.counted_with == "merchant_serial_number"
        else caller.subscription_key
    )
    return (request.method, operation, str(resource), owner)


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _field_error(error: Mapping[str, Any]) -> FieldError:
    place, *path = (str(part) for part in error["loc"])
    if error["type"] == "json_invalid":
        return FieldError("body", "The body is not valid JSON.", "json_invalid")
    return FieldError(".".join(path) or place, error["msg"], error["type"])
