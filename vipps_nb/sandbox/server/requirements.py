"""What an operation wants to be sent, as it is declared.

And a request put right before it is held against that.

Around a lenient operation, what the documents do not have is put right and noted, or refused where the sandbox is
strict. The rest is the validation's.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from types import NoneType
from typing import TYPE_CHECKING, Any, Literal, get_args
from urllib.parse import parse_qsl, urlencode

from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.requests import Request

from vipps_nb.sandbox.server.field_errors import FieldError, field_errors
from vipps_nb.sandbox.server.leniency import Leniency, Note, present, printable
from vipps_nb.sandbox.server.problems import Refusal
from vipps_nb.sandbox.server.shapes import UNKNOWN_FIELD, Object, bare, nearest, object_at, relaxed

if TYPE_CHECKING:
    from fastapi.dependencies.models import Dependant
    from fastapi.routing import APIRoute

    from vipps_nb.sandbox.server.json_reader import Reading

JSON = "application/json"
JSON_BY_OTHER_NAMES = ("text/json", "application/*+json")
NO_BODY = "body where none is documented"
_WHOLE = re.compile(r"-?[0-9]+", re.ASCII)
Explain = Callable[[Sequence[FieldError]], Refusal]


class Requirements:
    """What one operation wants.

    Args:
        route: The operation; None for one that takes neither a query nor a body.
        lenient: Whether what the documents do not have may be put right.

    Attributes:
        body: What kind of body its document has.
    """

    def __init__(self, route: APIRoute | None, *, lenient: bool) -> None:
        self._lenient = lenient
        self.body: Literal["none", "form", "json"] = "none"
        self._annotation: Any = None
        given = [] if route is None else list(_all(route.dependant))
        wanted = [one for dependant in given for one in dependant.body_params]
        if wanted:
            self.body = "form" if _is_form(wanted[0]) else "json"
        if route is not None and self.body == "json":
            signature = inspect.signature(route.endpoint, eval_str=True)
            self._annotation = signature.parameters[wanted[0].name].annotation
        self._relax = relaxed(self._annotation)
        self._form = dict(_parameters(wanted)) if self.body == "form" else {}
        self._query = dict(_parameters(one for dependant in given for one in dependant.query_params))
        self._headers = dict(_parameters(one for dependant in given for one in dependant.header_params))

    @property
    def query_names(self) -> list[str]:
        """The parameters that a query may have."""
        return list(self._query)

    @cached_property
    def _adapter(self) -> TypeAdapter[Any]:
        return TypeAdapter(self._annotation)

    def object_at(self, path: Sequence[str]) -> Object | None:
        """What is known of the object at this place of the body."""
        return object_at(self._relax, path)

    def prepare(self, request: Request, body: bytes, reading: Reading, explain: Explain) -> tuple[Request, Any]:
        """The request as it was meant, and what its body says.

        Raises:
            Refusal: The body cannot be read; or the sandbox is strict, and there was something to put right.
        """
        leniency = present()
        strict = leniency.strict
        # Notes of a strict sandbox are reasons for a refusal, and no notes.
        notes = Leniency() if strict else leniency
        wrong: list[FieldError] = []
        query = self._check_query(request, notes, wrong)
        wrong += self._check_headers(request)
        content = reading.content
        if body and self.body == "none" and self._lenient:
            notes.add("", NO_BODY, "extra_forbidden")
        if body and self.body == "form" and self._lenient:
            _unknown(body, self._form, "form field", notes)
        if body and self.body == "json":
            if reading.trouble is not None:
                raise explain([FieldError("body", reading.trouble, "json_invalid")])
            if self._lenient and self._relax is not None:
                content = self._relax(content, "", notes)
        if strict and self._lenient:
            wrong += [FieldError(note.place or "body", _refused(note), note.kind) for note in notes.notes]
        if wrong:
            raise explain([*wrong, *self._validated(content, body)])
        if body and self.body == "json":
            request = _with_content(request, body, content)
        return request if query is None else _with_query(request, body, query), content

    def _validated(self, content: Any, body: bytes) -> list[FieldError]:
        """What is wrong with the body beyond what could be put right."""
        if self.body != "json" or not body:
            return []
        try:
            self._adapter.validate_python(content)
        except ValidationError as error:
            errors = [{**found, "loc": ("body", *found["loc"])} for found in error.errors()]
            return field_errors(errors, content, self.object_at)
        return []

    def _check_query(self, request: Request, notes: Leniency, wrong: list[FieldError]) -> bytes | None:
        """Look at the query; as it was meant, if that is another one."""
        if not request.scope["query_string"]:
            return None
        if self._lenient:
            _unknown(request.scope["query_string"], self._query, "query parameter", notes)
        pairs = []
        for name, value in request.query_params.multi_items():
            kind = self._query.get(name)
            wrong += _no_whole_number(name, value, kind)
            if kind is bool:
                if self._lenient and value not in ("true", "false"):
                    notes.add(name, "true or false in another spelling than documented", "bool_parsing")
            elif self._lenient and kind not in (int, str, float):
                put_right = relaxed(kind)
                value = value if put_right is None else put_right(value, name, notes)  # noqa: PLW2901 - as it was meant
            pairs.append((name, value))
        if pairs == request.query_params.multi_items():
            return None
        return urlencode(pairs).encode()

    def _check_headers(self, request: Request) -> Iterator[FieldError]:
        for name, kind in self._headers.items():
            if name in request.headers:
                yield from _no_whole_number(name, request.headers[name], kind)


def _is_form(field: Any) -> bool:
    from fastapi.params import Form  # noqa: PLC0415 - there is a field, so that somebody has imported FastAPI

    return isinstance(field.field_info, Form)


def _all(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for one in dependant.dependencies:
        yield from _all(one)


def _parameters(fields: Iterable[Any]) -> Iterator[tuple[str, Any]]:
    """Names as they travel, with the types of their values.

    A model stands for all that is in it.
    """
    for field in fields:
        kind = _value_type(field.field_info.annotation)
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            for name, info in kind.model_fields.items():
                yield info.alias or name, _value_type(info.annotation)
        else:
            yield field.alias, kind


def _value_type(annotation: Any) -> Any:
    """A type without None and annotations; of a list, that of its items."""
    kind, _ = bare(annotation)
    kinds = [one for one in get_args(kind) if one is not NoneType]
    if (NoneType in get_args(kind) or getattr(kind, "__origin__", None) is list) and len(kinds) == 1:
        return _value_type(kinds[0])
    return kind


def _unknown(encoded: bytes, known: dict[str, Any], what: str, notes: Leniency) -> None:
    pairs = parse_qsl(encoded.decode("latin-1"), keep_blank_values=True)
    for name in {name: None for name, _ in pairs if name and name not in known}:
        words = UNKNOWN_FIELD.replace("field", "parameter") + ("" if notes.full else nearest(name, known))
        notes.add(f"{what} {printable(name)}", words, "extra_forbidden")


def _no_whole_number(name: str, value: str, kind: Any) -> Iterator[FieldError]:
    """More is taken for a number by the validation than by people."""
    if kind is int and not _WHOLE.fullmatch(value):
        error = {"type": "int_parsing", "loc": ("query", name), "input": value}
        yield from field_errors([error], None, lambda _: None)


def _refused(note: Note) -> str:
    return f"{note.words[0].upper()}{note.words[1:]}. This sandbox is strict and refuses it."


def _with_content(request: Request, body: bytes, content: Any) -> Request:
    """The request with a body that FastAPI need not read again, and takes for JSON."""
    if request.headers.get("content-type") != JSON:
        others = [(name, value) for name, value in request.scope["headers"] if name != b"content-type"]
        headers = [*others, (b"content-type", JSON.encode())]
        request = _rebuilt(request, body, headers=headers)
    request._json = content
    return request


def _with_query(request: Request, body: bytes, query: bytes) -> Request:
    rebuilt = _rebuilt(request, body, query_string=query)
    if hasattr(request, "_json"):
        rebuilt._json = request._json
    return rebuilt


def _rebuilt(request: Request, body: bytes, **changes: Any) -> Request:
    rebuilt = Request({**request.scope, **changes}, request.receive)
    rebuilt._body = body
    return rebuilt
