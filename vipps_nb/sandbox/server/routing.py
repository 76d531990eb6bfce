"""A page, which is one API, and its operations.

Around each operation its route authenticates the caller, counts the rate, remembers answers by idempotency key,
and says every refusal in the dialect of the API that was asked.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

from starlette.requests import Request
from starlette.responses import Response

from vipps_nb.sandbox.customer.screen import PhoneScreen
from vipps_nb.sandbox.near import did_you_mean
from vipps_nb.sandbox.server.authentication import AuthPolicy, Caller, authenticate_request
from vipps_nb.sandbox.server.direct_call import (
    NO_CONTENT,
    Answering,
    AtHand,
    DirectCall,
    Parameters,
    UnfitError,
    UnreadableFormError,
)
from vipps_nb.sandbox.server.field_errors import FieldError, field_errors
from vipps_nb.sandbox.server.idempotency import Remembered, fingerprint
from vipps_nb.sandbox.server.json_reader import Reading, read
from vipps_nb.sandbox.server.leniency import printable, tolerate
from vipps_nb.sandbox.server.problems import Dialect, InvalidRequest, Refusal, UnsupportedMediaType, problem
from vipps_nb.sandbox.server.rate_limits import RateLimit
from vipps_nb.sandbox.server.requirements import JSON, JSON_BY_OTHER_NAMES, Requirements
from vipps_nb.sandbox.world.settings import Settings
from vipps_nb.sandbox.world.world import Backend, World

if TYPE_CHECKING:
    from starlette.types import Scope

    from vipps_nb.sandbox.server.fastapi_route import ApiRoute

KEY = "Idempotency-Key"
AVAILABILITY = "Vipps-Nb-Availability"
ORDERED = "ordered_refusal"
"""Where the dispatcher leaves what the fault desk has ordered for a request."""
NOT_IN_TEST = "not in test"
"""Said of what the real test environment does not have: as a header of the answer, and in the docs."""
Act = Callable[[Request, Any], Awaitable[Response]]
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
        self.deprecated = deprecated
        self.router = Router(self)

    def has_in_test(self, given: Rules, settings: Settings) -> bool:
        """Whether the real test environment has an operation with these rules too."""
        here = self.in_test(settings) if callable(self.in_test) else self.in_test
        return here and given.in_test


def _backend(request: Request) -> Backend:
    found: Backend = request.scope["state"]["backend"]
    return found


def _world(request: Request) -> World:
    return _backend(request).world


def _caller(request: Request) -> Caller:
    found: Caller = request.scope["state"]["caller"]
    return found


def _idempotency_key(request: Request) -> str | None:
    return request.headers.get(rules_of(request.scope["endpoint"]).key_header)


TheBackend = Annotated[Backend, AtHand(_backend)]
TheWorld = Annotated[World, AtHand(_world)]
TheCaller = Annotated[Caller, AtHand(_caller)]
TheKey = Annotated[str | None, AtHand(_idempotency_key)]


class Operation:
    """One operation of a page.

    Args:
        page: Whose it is.
        methods: In capitals.
        path: As it is documented, with ``{names}``.
        endpoint: The function.
        options: As FastAPI's routes take them.
    """

    def __init__(
        self, page: Page, methods: Sequence[str], path: str, endpoint: Callable[..., Any], options: Mapping[str, Any]
    ) -> None:
        self.page = page
        self.methods = tuple(methods)
        self.path = path
        self.endpoint = endpoint
        self.rules = rules_of(endpoint)
        self._options = options

    @cached_property
    def route(self) -> ApiRoute:
        """The same as FastAPI sees it, for the document and for what only FastAPI reads."""
        from vipps_nb.sandbox.server.fastapi_route import ApiRoute  # noqa: PLC0415 - costs an import of FastAPI

        page = self.page
        return ApiRoute(
            self.path,
            self.endpoint,
            **{
                "methods": list(self.methods),
                "tags": [page.title],
                "deprecated": page.deprecated or None,
                **self._options,
            },
        )

    @cached_property
    def _way(self) -> tuple[Requirements, Act]:
        """What it wants, and how it is called; found with its first call."""
        parameters = Parameters(self.endpoint)
        lenient = not self.page.own
        answering = Answering(self._options, parameters.signature.return_annotation)
        if not parameters.declared and answering.direct:
            return Requirements(None, lenient=lenient), DirectCall(self.endpoint, parameters, answering).act
        from vipps_nb.sandbox.server.fastapi_route import way_to  # noqa: PLC0415 - as above

        return Requirements(self.route, lenient=lenient), way_to(self.route, self.endpoint, self._options)

    async def answer(self, scope: Scope, body: bytes) -> Response:
        """Answer a request.

        Args:
            scope: ASGI's, with path parameters and, in its state, backend, sender and shelf.
            body: Whole.
        """
        request = Request(scope)
        request._body = body
        state = scope["state"]
        backend: Backend = state["backend"]
        try:
            ordered: Refusal | None = state.get(ORDERED)
            if ordered is not None:
                raise ordered
            state["caller"] = authenticate_request(self.page.auth, request.headers, backend)
            if self.page.own and self.path.startswith("/sandbox"):
                _expect_known(request, self._way[0].query_names)
            answer = await self._serve(request, body, backend.world, state["caller"])
        except Refusal as refusal:
            answer = refuse(self.page.dialect, refusal, backend.world)
        if not self.page.has_in_test(self.rules, backend.world.settings):
            answer.headers[AVAILABILITY] = NOT_IN_TEST
        return answer

    async def _serve(self, request: Request, body: bytes, world: World, caller: Caller) -> Response:
        given = self.rules
        reading = read(body)
        content = reading.content
        if world.settings.calls_per_minute is not None and caller.name:
            # In real time, also while the world's clock is held: it is this machine that is shared.
            fair = RateLimit(calls=world.settings.calls_per_minute, resource="", counted_with="merchant_serial_number")
            world.rates.admit(fair, ("fair share", caller.name), datetime.now(UTC))
        if given.limit is not None and world.settings.rate_limits:
            bucket = _bucket(given.limit, self.path, request, content, caller)
            world.rates.admit(given.limit, bucket, world.clock.now())
        key = request.headers.get(given.key_header) or None
        _check_key(key, given, self.page)
        if key is None or given.idempotency_key == "ignored":
            return await self._act(request, body, reading, world)
        place = request.scope["path"] if given.key_per_resource else self.path
        slot = (caller.name, f"{request.method} {place}", key)
        print_ = fingerprint(request.scope["path"], body, content)
        remembered = world.idempotency.get(slot, world.clock.now())
        if remembered is not None:
            if remembered.fingerprint != print_:
                raise given.conflict(f"The {given.key_header} was used before, for another request.")
            answer = Response(remembered.body, remembered.status)
            answer.raw_headers = list(remembered.headers)
            return answer
        answer = await self._act(request, body, reading, world)
        if answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
            world.idempotency.keep(
                slot,
                Remembered(
                    print_, world.clock.now(), answer.status_code, tuple(answer.raw_headers), bytes(answer.body)
                ),
            )
        return answer

    async def _act(self, request: Request, body: bytes, reading: Reading, world: World) -> Response:
        """Do what was asked, or say no; both are answers that a key may be bound to."""
        page = self.page
        requirements, act = self._way
        content = reading.content
        try:
            if body and (requirements.body != "none" or page.own):
                self._check_media_type(request)
            request, content = requirements.prepare(request, body, reading, page.explain)
            return await act(request, content if body else NO_CONTENT)
        except Refusal as refusal:
            return refuse(page.dialect, refusal, world)
        except UnfitError as error:
            errors = field_errors(error.errors, content, requirements.object_at)
            return refuse(page.dialect, page.explain(errors), world)
        except UnreadableFormError:
            return refuse(page.dialect, page.explain([FieldError("body", "The form cannot be read.", "form")]), world)

    def _check_media_type(self, request: Request) -> None:
        given = self.rules
        sent = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if any(fnmatchcase(sent, known) for known in (given.media_type, *given.other_media_types)):
            return
        lenient = given.media_type == JSON and not self.page.own
        also_json = lenient and any(fnmatchcase(sent, name) for name in JSON_BY_OTHER_NAMES)
        if also_json and tolerate("Content-Type", f"{printable(sent)} where {JSON} is documented"):
            return
        came = f"and is {printable(sent)}" if sent else "and came without a Content-Type"
        raise UnsupportedMediaType(f"The body must be {given.media_type}, {came}.")


def _expect_known(request: Request, parameters: Sequence[str]) -> None:
    """Refuse a parameter that is not there.

    A misspelled wish at the desk would come to nothing in silence.
    """
    for name in request.query_params:
        if name not in parameters:
            there_are = f"There are {', '.join(parameters)}." if parameters else "It takes none."
            raise InvalidRequest(
                f"{request.scope['path']} has no parameter {name[:60]}.{did_you_mean(name, parameters)} {there_are}",
                fields=[(name[:60], "There is no such parameter.")],
            )


class Router:
    """The operations of a page, as they are declared above its functions.

    Each becomes a route of FastAPI when somebody asks for it or for the document; making one takes milliseconds.
    """

    def __init__(self, page: Page) -> None:
        self._page = page
        self.operations: list[Operation] = []

    @property
    def routes(self) -> list[ApiRoute]:
        """All of them as FastAPI sees them."""
        return [one.route for one in self.operations]

    def get(self, path: str, **options: Any) -> Callable[[Endpoint], Endpoint]:
        """Declare what GET does; the options are those of FastAPI."""
        return self._declare("GET", path, options)

    def post(self, path: str, **options: Any) -> Callable[[Endpoint], Endpoint]:
        """Declare what POST does."""
        return self._declare("POST", path, options)

    def put(self, path: str, **options: Any) -> Callable[[Endpoint], Endpoint]:
        """Declare what PUT does."""
        return self._declare("PUT", path, options)

    def patch(self, path: str, **options: Any) -> Callable[[Endpoint], Endpoint]:
        """Declare what PATCH does."""
        return self._declare("PATCH", path, options)

    def delete(self, path: str, **options: Any) -> Callable[[Endpoint], Endpoint]:
        """Declare what DELETE does."""
        return self._declare("DELETE", path, options)

    def _declare(self, method: str, path: str, options: Mapping[str, Any]) -> Callable[[Endpoint], Endpoint]:
        def declare(endpoint: Endpoint) -> Endpoint:
            self.operations.append(Operation(self._page, [method], path, endpoint, options))
            return endpoint

        return declare


def refuse(dialect: Dialect, refusal: Refusal, world: World) -> Response:
    """Put a refusal into words."""
    body = (type(refusal).dialect or dialect).say(refusal, world.traces.trace())
    return Response(body.encode(), refusal.status, body.headers, body.media_type)


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


def _bucket(limit: RateLimit, operation: str, request: Request, content: Any, caller: Caller) -> tuple[str, ...]:
    resource = request.path_params.get(limit.resource)
    if resource is None and isinstance(content, dict):
        resource = content.get(limit.resource)
    if resource is None:
        resource = request.headers.get(limit.resource)
    owner = caller.name if limit.counted_with == "merchant_serial_number" else caller.subscription_key
    return (request.method, operation, str(resource), owner)
