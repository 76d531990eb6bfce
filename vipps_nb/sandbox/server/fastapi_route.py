"""An operation as a route of FastAPI.

FastAPI declares each of them in the document, and calls those that take more than a path and a body.

Imported with the first operation that has more than :mod:`direct_call` looks at, or with the document.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Annotated, Any, get_args, get_origin

from fastapi import Depends, Header, params
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.asyncexitstack import AsyncExitStackMiddleware
from fastapi.routing import APIRoute
from pydantic.fields import FieldInfo
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message

from vipps_nb.sandbox.server.direct_call import (
    Answering,
    AtHand,
    DirectCall,
    Parameters,
    UnfitError,
    UnreadableFormError,
    at_hand_of,
)

_REQUEST = "the_request"
_PREPARED, _ANSWER = "vipps_nb_prepared", "vipps_nb_answer"
Act = Callable[[Request, Any], Awaitable[Response]]


class ApiRoute(APIRoute):
    """One operation, as FastAPI sees it."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, _without_what_is_at_hand(endpoint), **options)
        self._whole = AsyncExitStackMiddleware(self.app)  # the one layer of FastAPI's own that its routes rely on

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's own, between ours.

        It finds the request as it was put right, and leaves its answer beside it.
        """
        act = super().get_route_handler()

        async def serve(request: Request) -> Response:
            answer = await act(request.scope[_PREPARED])
            request.scope[_ANSWER] = answer
            return answer

        return serve

    async def act(self, request: Request, content: Any) -> Response:
        """Have FastAPI call the operation.

        Raises:
            UnfitError: Something sent does not fit.
            UnreadableFormError: The body is no form.
        """
        request.scope[_PREPARED] = request
        try:
            await self._whole(request.scope, request.receive, _nowhere)
        except RequestValidationError as error:
            raise UnfitError(error.errors()) from error
        except HTTPException as error:
            # A form is the only thing that FastAPI reads by itself, and it says no in its own words.
            raise UnreadableFormError from error
        answer: Response = request.scope[_ANSWER]
        return answer


def way_to(route: ApiRoute, endpoint: Callable[..., Any], options: Mapping[str, Any]) -> Act:
    """How an operation is called.

    Without FastAPI's solver where it takes only what is at hand, a path and a body.
    """
    parameters = Parameters(endpoint)
    wanted = route.dependant
    body = wanted.body_params[0] if wanted.body_params else None
    answering = Answering(options, parameters.signature.return_annotation)
    if (
        not answering.direct
        or wanted.dependencies
        or len(wanted.path_params) + len(wanted.body_params) < len(parameters.declared)  # queries, or the response
        or len(wanted.body_params) > 1
        or any(isinstance(one.default, FieldInfo) for one in parameters.declared.values())  # x: str = Path(...)
        or (body is not None and _is_more_than_a_type(body.field_info))
    ):
        return route.act
    in_path = {one.name: one.alias for one in wanted.path_params}
    call = DirectCall(endpoint, parameters, answering, in_path, None if body is None else body.name)
    return call.act


def _is_more_than_a_type(field_info: FieldInfo) -> bool:
    """Whether FastAPI does more with a body than to validate it.

    It is a form, lies in an object under its name, or has a default that is made anew each time.
    """
    return (
        isinstance(field_info, params.Form)
        or bool(getattr(field_info, "embed", None))
        or field_info.default_factory is not None
    )


async def _nowhere(message: Message) -> None:
    """The answer is passed on as a whole."""


@functools.cache  # FastAPI asks each function once for a request, and knows it by its identity
def _without_what_is_at_hand(endpoint: Callable[..., Any]) -> Callable[..., Any]:
    """A function as FastAPI sees it, with what is at hand put in.

    Also in what it depends on.
    """
    parameters = Parameters(endpoint)
    inner = {name: one for name in parameters.declared if (one := _inner(parameters.declared[name].annotation))}
    if not parameters.found and not inner:
        return endpoint

    @functools.wraps(endpoint)
    async def act(**values: Any) -> Any:
        request = values.pop(_REQUEST) if parameters.request is None else values[parameters.request]
        for name in headers:
            values.pop(name)
        return await endpoint(**values, **{name: one.find(request) for name, one in parameters.found.items()})

    del act.__wrapped__  # FastAPI would look there for the parameters
    headers = [name for name, one in parameters.found.items() if one.header]
    shown: list[inspect.Parameter] = []
    for name, one in parameters.signature.parameters.items():
        at_hand: AtHand | None = at_hand_of(one.annotation)
        if at_hand is None:
            shown.append(one.replace(annotation=inner.get(name, one.annotation)))
        elif at_hand.header:  # the document tells of it
            shown.append(
                one.replace(annotation=Annotated[str | None, Header(alias=at_hand.header, convert_underscores=False)])
            )
    if parameters.request is None:  # FastAPI gives a request to one parameter only
        shown.append(inspect.Parameter(_REQUEST, inspect.Parameter.KEYWORD_ONLY, annotation=Request))
    act.__signature__ = parameters.signature.replace(  # type: ignore[attr-defined]  # pyright: ignore  # inspect's own way to say it
        parameters=[one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in shown]
    )
    return act


def _inner(annotation: Any) -> Any:
    """The annotation of something that depends on something that is at hand.

    None if it does not.
    """
    given = get_args(annotation)[1:] if get_origin(annotation) is Annotated else ()
    for one in given:
        if isinstance(one, params.Depends) and one.dependency is not None:
            return Annotated[
                get_args(annotation)[0], Depends(_without_what_is_at_hand(one.dependency), use_cache=one.use_cache)
            ]
    return None
