"""An operation called without FastAPI's solver.

The solver takes longer than most operations do in all.

What an operation wants is found by looking at the request (the world, the caller, a header), stands in its path, or is
its JSON body. Whatever is more than that (queries, forms, dependencies) is FastAPI's. Nothing here needs FastAPI, so
that an API without any of that, as the one for access tokens, is answered before it is imported.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from http import HTTPStatus
from types import NoneType
from typing import Any, get_args

from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import Response

NO_CONTENT: Any = object()
"""In place of a body where there is none; ``null`` is one."""
Endpoint = Callable[..., Awaitable[Any]]


class UnfitError(Exception):
    """What was sent is not what the operation takes.

    Attributes:
        errors: As pydantic tells of them; each place begins with ``path``, ``query``, ``header`` or ``body``.
    """

    def __init__(self, errors: Sequence[Mapping[str, Any]]) -> None:
        super().__init__("The request does not fit.")
        self.errors = errors


class UnreadableFormError(Exception):
    """What was sent as a form is none."""


@dataclass(frozen=True)
class AtHand:
    """A parameter that is found by looking at the request.

    Attributes:
        find: How.
        header: The name of the header that it is, for the document; empty if it is none.
    """

    find: Callable[[Request], Any]
    header: str = ""


def header(name: str) -> AtHand:
    """A header, as text; None where it was not sent."""

    def find(request: Request) -> str | None:
        return request.headers.get(name)

    return AtHand(find, name)


def at_hand_of(annotation: Any) -> AtHand | None:
    """How a parameter with this annotation is found, if by looking."""
    return next((one for one in get_args(annotation)[1:] if isinstance(one, AtHand)), None)


class Parameters:
    """What an operation wants, and who finds it.

    Attributes:
        found: By looking at the request.
        request: The name of the one that is the request itself, if there is one.
        declared: All others: what stands in the path, the query, headers and the body.
    """

    def __init__(self, endpoint: Callable[..., Any]) -> None:
        self.signature = inspect.signature(endpoint, eval_str=True)
        self.found: dict[str, AtHand] = {}
        self.request: str | None = None
        self.declared: dict[str, inspect.Parameter] = {}
        for name, one in self.signature.parameters.items():
            at_hand = at_hand_of(one.annotation)
            if at_hand is not None:
                self.found[name] = at_hand
            elif one.annotation is Request:
                self.request = name
            else:
                self.declared[name] = one


class Answering:
    """How the result of an operation becomes an answer, as FastAPI's options say it.

    Args:
        options: Those of the route.
        returned: The annotation of what the function returns.
    """

    def __init__(self, options: Mapping[str, Any], returned: Any) -> None:
        self._model = options.get("response_model", returned)
        known = {"response_model", "status_code", "responses", "include_in_schema", *_LEAVING_OUT}
        self.direct = known.issuperset(options) and not (
            self._model in (None, NoneType, inspect.Signature.empty)
            or (isinstance(self._model, type) and issubclass(self._model, Response))
        )
        """Whether an answer can be made here; FastAPI knows options that are not read here."""
        self._status: int = options.get("status_code") or HTTPStatus.OK
        self._leaving_out: dict[str, Any] = {
            short: options[name] for name, short in _LEAVING_OUT.items() if name in options
        }
        self._adapter: TypeAdapter[Any] | None = None

    def answer(self, result: Any) -> Response:
        """What an operation has returned, as an HTTP answer."""
        if isinstance(result, Response):
            return result
        if self._adapter is None:
            self._adapter = TypeAdapter(self._model)
        checked = self._adapter.validate_python(result, from_attributes=True)
        content = self._adapter.dump_json(checked, by_alias=True, **self._leaving_out)
        return Response(content, self._status, media_type="application/json")


_LEAVING_OUT = {
    f"response_model_{short}": short for short in ("exclude_none", "exclude_unset", "exclude_defaults", "exclude")
}


class DirectCall:
    """One operation, ready to be called.

    Args:
        endpoint: The function.
        parameters: Its parameters.
        answering: How its result becomes an answer.
        in_path: By the parameters' names: theirs in the path.
        body: The name of the parameter that is the body, if there is one.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        parameters: Parameters,
        answering: Answering,
        in_path: Mapping[str, str] | None = None,
        body: str | None = None,
    ) -> None:
        self._endpoint = endpoint
        self._answering = answering
        self._found = [(name, one.find) for name, one in parameters.found.items()]
        self._request = parameters.request
        self._in_path = [
            (name, sent, TypeAdapter(parameters.declared[name].annotation)) for name, sent in (in_path or {}).items()
        ]
        self._body = body
        self._body_default = NO_CONTENT
        self._body_adapter: TypeAdapter[Any] | None = None
        if body is not None:
            declared = parameters.declared[body]
            self._body_adapter = TypeAdapter(declared.annotation)
            if declared.default is not inspect.Parameter.empty:
                self._body_default = declared.default

    async def act(self, request: Request, content: Any) -> Response:
        """Call the operation.

        Args:
            request: As it was meant.
            content: What its body says; ``NO_CONTENT`` where there is none.

        Raises:
            UnfitError: Something sent does not fit.
        """
        values: dict[str, Any] = {}
        errors: list[dict[str, Any]] = []
        for name, sent, adapter in self._in_path:
            try:
                values[name] = adapter.validate_python(request.path_params[sent])
            except ValidationError as error:
                errors += _at(("path", sent), error)
        if self._body is not None and self._body_adapter is not None:
            try:
                values[self._body] = self._body_of(content, self._body_adapter)
            except ValidationError as error:
                errors += _at(("body",), error)
            except UnfitError as error:
                errors += [dict(one) for one in error.errors]
        if errors:
            raise UnfitError(errors)
        for name, find in self._found:
            values[name] = find(request)
        if self._request is not None:
            values[self._request] = request
        return self._answering.answer(await self._endpoint(**values))

    def _body_of(self, content: Any, adapter: TypeAdapter[Any]) -> Any:
        if content is not NO_CONTENT:
            return adapter.validate_python(content, from_attributes=True)
        if self._body_default is NO_CONTENT:
            raise UnfitError([{"type": "missing", "loc": ("body",), "input": None}])
        return deepcopy(self._body_default)  # the operation may change it


def _at(place: tuple[str, ...], error: ValidationError) -> list[dict[str, Any]]:
    return [{**one, "loc": (*place, *one["loc"])} for one in error.errors(include_url=False)]
