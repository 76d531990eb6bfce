"""A page, which is one API, and the FastAPI route class of its operations.

Around each operation the route authenticates the caller, counts the rate, remembers answers by idempotency key,
and says every refusal in the dialect of the API that was asked.
"""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from http import HTTPStatus
from typing import Annotated, Any, Literal, NamedTuple, TypeVar, get_args

from fastapi import APIRouter, Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.asyncexitstack import AsyncExitStackMiddleware
from fastapi.params import Depends as Dependency
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from vipps_nb.sandbox.customer.screen import PhoneScreen
from vipps_nb.sandbox.server.authentication import AuthPolicy, Caller, authenticate_request
from vipps_nb.sandbox.server.field_errors import FieldError, field_errors
from vipps_nb.sandbox.server.idempotency import Remembered, fingerprint
from vipps_nb.sandbox.server.json_reader import Reading, read
from vipps_nb.sandbox.server.leniency import printable, tolerate
from vipps_nb.sandbox.server.problems import Dialect, InvalidRequest, Refusal, UnsupportedMediaType, problem
from vipps_nb.sandbox.server.rate_limits import RateLimit
from vipps_nb.sandbox.server.requirements import JSON, JSON_BY_OTHER_NAMES, Requirements
from vipps_nb.sandbox.world.settings import Settings
from vipps_nb.sandbox.world.world import Backend, World

KEY = "Idempotency-Key"
AVAILABILITY = "Vipps-Nb-Availability"
ORDERED = "ordered_refusal"
"""Where the dispatcher leaves what the fault desk has ordered for a request."""
NOT_IN_TEST = "not in test"
"""Said of what the real test environment does not have: as a header of the answer, and in the docs."""
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


def explain(errors: Sequence[FieldError]) -> Refusal:
    """The refusal for fields that break a rule.

    A page with codes of its own brings a better one.
    """
    return InvalidRequest(fields=[(error.path, error.reason) for error in errors])


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What the route does around one operation.

    Attributes:
        idempotency_key: Whether the header is looked at, and whether it must be there.
        key_header: The header's name; eCom has one of its own.
        key_per_resource: Whether one key may come back for another path; eCom's is "unique for orderId".
        longest_key: Characters.
        key_pattern: What the key must look like, if there is a rule.
        bad_key: The refusal for a key that is missing, too long or malformed; that of the page's ``auth`` unless given.
        conflict: The refusal for a key that was used with another body.
        limit: The rate limit, if it has one.
        media_type: The format of its body.
        other_media_types: Further ones that its document has, with ``*`` as a wildcard.
        in_test: Whether the real test environment has this operation too.
    """

    idempotency_key: Literal["ignored", "optional", "required"] = "ignored"
    key_header: str = KEY
    key_per_resource: bool = False
    longest_key: int = 50
    key_pattern: str | None = None
    bad_key: type[Refusal] | None = None
    conflict: type[Refusal] = InvalidRequest
    limit: RateLimit | None = None
    media_type: str = JSON
    other_media_types: Sequence[str] = ()
    in_test: bool = True


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
    """One API: its routes, who may come in, how it says no, and what the desk sees.

    Attributes:
        dialect: How it says no.
        also_says: Other dialects that some of its refusals have.
        in_test: Whether the real test environment has this API too; a function of the settings where sources disagree.
        deprecated: Whether new integrations should use something else; the document says so of each operation.
        own: Whether it is the sandbox's own. Nobody has clients for it that it would have to be lenient with, and a
            misspelled setting must not be lost.
        find_on_phone: Finds what the customer may decide, given the value of ``selector``; more than one thing when
            several sales units use the same name.
        counts: What the overview says about this API's records.
        catch_up: Writes down what has happened so far; asked before a switch or a setting changes, so that what is
            past keeps the terms of its time.
    """

    def __init__(
        self,
        *,
        title: str,
        auth: AuthPolicy,
        dialect: Dialect = problem,
        also_says: Sequence[Dialect] = (),
        in_test: bool | Callable[[Settings], bool] = True,
        deprecated: bool = False,
        own: bool = False,
        explain: Callable[[Sequence[FieldError]], Refusal] = explain,
        selector: str | None = None,
        find_on_phone: Callable[[World, str], Sequence[PhoneScreen]] | None = None,
        counts: Callable[[World], Mapping[str, int]] | None = None,
        catch_up: Callable[[World], None] | None = None,
    ) -> None:
        self.title = title
        self.auth = auth
        self.dialect = dialect
        self.also_says = also_says
        self.in_test = in_test
        self.own = own
        self.explain = explain
        self.selector = selector
        self.find_on_phone = find_on_phone
        self.counts = counts
        self.catch_up = catch_up
        self.router = APIRouter(route_class=_route_class(self), tags=[title], deprecated=deprecated or None)

    def has_in_test(self, given: Rules, settings: Settings) -> bool:
        """Whether the real test environment has an operation with these rules too."""
        here = self.in_test(settings) if callable(self.in_test) else self.in_test
        return here and given.in_test


def _backend(request: Request) -> Backend:
    found: Backend = request.state.backend
    return found


def _world(request: Request) -> World:
    return _backend(request).world


def _caller(request: Request) -> Caller:
    found: Caller = request.state.caller
    return found


def _idempotency_key(request: Request) -> str | None:
    return request.headers.get(rules_of(request.scope["endpoint"]).key_header)


def at_hand(find: Callable[[Request], Any]) -> Any:
    """A dependency that is found by looking at the request; see :func:`_straight`."""

    async def solve(request: Request) -> Any:
        return find(request)

    solve.find = find  # type: ignore[attr-defined]  # functions carry attributes; mypy has no word for it
    return Depends(solve)


TheBackend = Annotated[Backend, at_hand(_backend)]
TheWorld = Annotated[World, at_hand(_world)]
TheCaller = Annotated[Caller, at_hand(_caller)]
TheKey = Annotated[str | None, at_hand(_idempotency_key)]


_REQUEST = "the_request"


def _straight(endpoint: Callable[..., Any]) -> Callable[..., Any]:
    """The operation as FastAPI sees it, with what is at hand put in directly.

    FastAPI's solver takes longer for each dependency than most operations take in all.
    """
    signature = inspect.signature(endpoint, eval_str=True)
    finders = {name: find for name, one in signature.parameters.items() if (find := _finder(one.annotation))}
    if not finders:
        return endpoint

    # FastAPI gives a request to one parameter only.
    wants = next((name for name, one in signature.parameters.items() if one.annotation is Request), None)

    @functools.wraps(endpoint)
    async def act(**values: Any) -> Any:
        request = values.pop(_REQUEST) if wants is None else values[wants]
        return await endpoint(**values, **{name: find(request) for name, find in finders.items()})

    del act.__wrapped__  # FastAPI would look there for the parameters
    shown = [one for name, one in signature.parameters.items() if name not in finders]
    if wants is None:
        shown.append(inspect.Parameter(_REQUEST, inspect.Parameter.KEYWORD_ONLY, annotation=Request))
    act.__signature__ = signature.replace(  # type: ignore[attr-defined]  # pyright: ignore  # inspect's own way to say it
        parameters=[one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in shown]
    )
    return act


def _finder(annotation: Any) -> Callable[[Request], Any] | None:
    found = (getattr(one.dependency, "find", None) for one in get_args(annotation)[1:] if isinstance(one, Dependency))
    return next((find for find in found if find is not None), None)


Handler = Callable[[Request], Awaitable[Response]]


class ApiRoute(APIRoute):
    """One operation, to be served without an app around it.

    Attributes:
        whole: As an ASGI app.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, _straight(endpoint), **options)
        self.whole = AsyncExitStackMiddleware(self.app)  # the one layer of FastAPI's own that its routes rely on


def _route_class(page: Page) -> type[ApiRoute]:
    class RouteOfPage(ApiRoute):
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            act = super().get_route_handler()
            given = rules_of(self.endpoint)
            operation = _Operation(page, given, self.path, Requirements(self, lenient=not page.own), act)

            async def serve(request: Request) -> Response:
                backend: Backend = request.state.backend
                try:
                    ordered: Refusal | None = getattr(request.state, ORDERED, None)
                    if ordered is not None:
                        raise ordered
                    request.state.caller = authenticate_request(page.auth, request.headers, backend)
                    answer = await _serve(operation, request)
                except Refusal as refusal:
                    answer = refuse(page.dialect, refusal, backend.world)
                if not page.has_in_test(given, backend.world.settings):
                    answer.headers[AVAILABILITY] = NOT_IN_TEST
                return answer

            return serve

    return RouteOfPage


def refuse(dialect: Dialect, refusal: Refusal, world: World) -> Response:
    """Put a refusal into words."""
    body = (type(refusal).dialect or dialect).say(refusal, world.traces.trace())
    return Response(body.encode(), refusal.status, body.headers, body.media_type)


class _Operation(NamedTuple):
    """An operation, as its route serves it."""

    page: Page
    rules: Rules
    path: str
    requirements: Requirements
    act: Handler


async def _serve(operation: _Operation, request: Request) -> Response:
    page, given = operation.page, operation.rules
    world: World = request.state.backend.world
    caller: Caller = request.state.caller
    body = await request.body()
    reading = read(body)
    content = reading.content
    if world.settings.calls_per_minute is not None and caller.name:
        # In real time, also while the world's clock is held: it is this machine that is shared.
        fair = RateLimit(calls=world.settings.calls_per_minute, resource="", counted_with="merchant_serial_number")
        world.rates.admit(fair, ("fair share", caller.name), datetime.now(UTC))
    if given.limit is not None and world.settings.rate_limits:
        world.rates.admit(given.limit, _bucket(given.limit, operation.path, request, content), world.clock.now())
    key = request.headers.get(given.key_header) or None
    _check_key(key, given, page)
    if key is None or given.idempotency_key == "ignored":
        return await _act(operation, request, reading)
    place = request.url.path if given.key_per_resource else operation.path
    slot = (caller.name, f"{request.method} {place}", key)
    print_ = fingerprint(request.url.path, body, content)
    remembered = world.idempotency.get(slot, world.clock.now())
    if remembered is not None:
        if remembered.fingerprint != print_:
            raise given.conflict(f"The {given.key_header} was used before, for another request.")
        answer = Response(remembered.body, remembered.status)
        answer.raw_headers = list(remembered.headers)
        return answer
    answer = await _act(operation, request, reading)
    if answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
        world.idempotency.keep(
            slot,
            Remembered(print_, world.clock.now(), answer.status_code, tuple(answer.raw_headers), bytes(answer.body)),
        )
    return answer


def _check_key(key: str | None, given: Rules, page: Page) -> None:
    name = given.key_header
    if given.idempotency_key == "ignored":
        return
    if key is None:
        if given.idempotency_key == "required":
            kind = given.bad_key or page.auth.missing_header
            raise kind(f"The {name} header is required.", fields=[(name, "The header is required.")])
        return
    kind = given.bad_key or InvalidRequest
    if len(key) > given.longest_key:
        raise kind(fields=[(name, f"Must not be longer than {given.longest_key} characters.")])
    if given.key_pattern is not None and not re.fullmatch(given.key_pattern, key, re.ASCII):
        raise kind(fields=[(name, f"Must match {given.key_pattern}")])


async def _act(operation: _Operation, request: Request, reading: Reading) -> Response:
    """Do what was asked, or say no; both are answers that a key may be bound to."""
    page, requirements = operation.page, operation.requirements
    world: World = request.state.backend.world
    content = reading.content
    try:
        if await request.body() and (requirements.body != "none" or page.own):
            _check_media_type(operation, request)
        request, content = await requirements.prepare(request, reading, page.explain)
        return await operation.act(request)
    except Refusal as refusal:
        return refuse(page.dialect, refusal, world)
    except RequestValidationError as error:
        errors = field_errors(error.errors(), content, requirements.object_at)
        return refuse(page.dialect, page.explain(errors), world)
    except HTTPException:
        # The only thing that FastAPI reads by itself, and says no to in its own words.
        return refuse(page.dialect, page.explain([FieldError("body", "The form cannot be read.", "form")]), world)


def _check_media_type(operation: _Operation, request: Request) -> None:
    given = operation.rules
    sent = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if any(fnmatchcase(sent, known) for known in (given.media_type, *given.other_media_types)):
        return
    lenient = given.media_type == JSON and not operation.page.own
    also_json = lenient and any(fnmatchcase(sent, name) for name in JSON_BY_OTHER_NAMES)
    if also_json and tolerate("Content-Type", f"{printable(sent)} where {JSON} is documented"):
        return
    came = f"and is {printable(sent)}" if sent else "and came without a Content-Type"
    raise UnsupportedMediaType(f"The body must be {given.media_type}, {came}.")


def _bucket(limit: RateLimit, operation: str, request: Request, content: Any) -> tuple[str, ...]:
    caller: Caller = request.state.caller
    resource = request.path_params.get(limit.resource)
    if resource is None and isinstance(content, dict):
        resource = content.get(limit.resource)
    if resource is None:
        resource = request.headers.get(limit.resource)
    owner = caller.name if limit.counted_with == "merchant_serial_number" else caller.subscription_key
    return (request.method, operation, str(resource), owner)
