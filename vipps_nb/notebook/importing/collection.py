"""``vipps_nb.collection(…)``: a collection's requests as forms of the explorer."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from vipps_nb.apis import catalogue
from vipps_nb.apis.catalogue.documents import Body, Document, Operation, Parameter
from vipps_nb.core.visible import visible
from vipps_nb.notebook.explorer import Explorer
from vipps_nb.notebook.importing.addresses import Address, address_of
from vipps_nb.notebook.importing.cells import title
from vipps_nb.notebook.importing.convert import read_all
from vipps_nb.notebook.importing.notebook import Writer
from vipps_nb.notebook.importing.record import Request
from vipps_nb.notebook.importing.secrets import opens_doors, own_key
from vipps_nb.notebook.importing.variables import TEMPLATE, Made, Part, Ref, as_json, made_up

if TYPE_CHECKING:
    from vipps_nb.widgets.explorer import ExplorerCard

_OPENAPI = {"openapi": "3.1.0", "info": {"title": ""}, "paths": {}}
_FORM = "application/x-www-form-urlencoded"


class BroughtCollection:
    """Requests that somebody had elsewhere, ready for the explorer.

    As a cell's last value it is their forms.

    Attributes:
        name: The collection's.
        operations: One for each request to the session's host, in order; ``purpose`` is the request's name.
    """

    def __init__(self, name: str, operations: Sequence[Operation], documents: Mapping[int, Document]) -> None:
        self.name = name
        self.operations = tuple(operations)
        self._documents = documents

    def explore(self) -> ExplorerCard:
        """A widget with a form for each request: look, change, send, take along as code."""
        from IPython.core.getipython import get_ipython  # noqa: PLC0415 - only for whoever is in a notebook

        shell = get_ipython()
        variables = shell.user_ns if shell is not None else None
        return _Forms(self.operations, self._documents, variables).card(subject=self.name)

    def _ipython_display_(self) -> None:
        from IPython.core.getipython import get_ipython  # noqa: PLC0415 - as in explore
        from IPython.display import display  # noqa: PLC0415 - as in explore

        shell = get_ipython()
        if getattr(shell, "kernel", None) is not None:
            display(self.explore())  # type: ignore[no-untyped-call]  # IPython's own
        else:
            print(repr(self))

    def __repr__(self) -> str:
        rows = "".join(f"\n  {one.method:6} {one.path}  {one.purpose}" for one in self.operations)
        return f"<{self.name}, {len(self.operations)} requests>{rows}"


class _Forms(Explorer):
    """The explorer for operations that come from several documents, or from none."""

    def __init__(
        self,
        operations: Sequence[Operation],
        documents: Mapping[int, Document],
        variables: Mapping[str, Any] | None,
    ) -> None:
        super().__init__(operations, None, variables)
        self._documents = documents

    def _document_of(self, operation: Operation) -> Document:
        return self._documents[id(operation)]


def collection(*files: str | Path) -> BroughtCollection:
    """A Postman collection, a HAR file or curl commands as forms.

    Each request filled in, to be changed and sent.

    Values of variables are filled in; secrets are not, for the session sends its own. Nothing of the files is run.
    Requests to hosts that are none of Vipps MobilePay's are left out.

    Args:
        *files: Collections, and the environments that belong to them. Where none is named, the only one beside them
            is taken, and said.

    Raises:
        CollectionError: A file cannot be read, or holds no request.
    """
    collections, variables, notes = read_all([Path(file) for file in files])
    for sentence in notes:
        print(sentence.removesuffix(" Without them: --no-environment."))
    writer = Writer(collections, variables, style="magic")
    operations: list[Operation] = []
    documents: dict[int, Document] = {}
    values, filler = writer.state.values, _Filler(writer)
    for one in collections:
        for request in one.requests():
            parts = values.parts(writer.vault.open(request.url))
            address = address_of(parts, values, method=request.method, ours=one.is_ours)
            if address.kind != "own" or "accesstoken/get" in address.path.lower():
                continue
            made = filler.operation(request, address)
            documents[id(made[0])] = made[1]
            operations.append(made[0])
    return BroughtCollection(visible(writer.vault.text(collections[0].root.name))[:100], operations, documents)


class _Filler:
    """Fills an operation with what a request sends."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._made: dict[str, str] = {}
        self._values = writer.state.values

    def operation(self, request: Request, address: Address) -> tuple[Operation, Document]:
        """The catalogue's operation with the request's values.

        Or a new one, where no document knows it.
        """
        path, _, query = self._text(address.parts).partition("?")
        known = catalogue.find(request.method, path)
        purpose = title(request, self._writer.state)
        content = self._body(request)
        if known is None:
            kind = _FORM if request.body.kind == "form" else "application/json"
            body = Body(media_type=kind, required=False, example=content) if content is not None else None
            plain = re.sub(r"[{}]", "", path)
            new = Operation(api="", method=request.method, path=plain, purpose=purpose, body=body)
            return new, Document(_OPENAPI)
        given = {
            f"query/{name}": value for name, _, value in (pair.partition("=") for pair in query.split("&") if pair)
        }
        found = known.pattern.fullmatch(path.rstrip("/"))
        names = re.findall(r"\{([^}]+)\}", known.path)
        given |= {f"path/{name}": value for name, value in zip(names, found.groups() if found else (), strict=False)}
        given |= {
            f"header/{pair.name}": self._text(self._parts(pair.value))
            for pair in request.headers
            if not opens_doors(pair.name) and "idempotency" not in pair.name.lower()
        }
        parameters = tuple(_with_example(one, given) for one in known.parameters)
        body = known.body and dataclasses.replace(
            known.body, example=known.body.example if content is None else content
        )
        made = dataclasses.replace(known, purpose=purpose, parameters=parameters, body=body)
        return made, catalogue.document_of(known)

    def _parts(self, text: str) -> tuple[Part, ...]:
        return self._values.parts(self._writer.vault.open(text))

    def _text(self, parts: Sequence[Part]) -> str:
        return "".join(part if isinstance(part, str) else self._value(part) for part in parts)

    def _value(self, part: Ref | Made) -> str:
        if isinstance(part, Made):
            return f"{part.stem}-1" if not part.number else "1"
        if own_key(part.name) or opens_doors(part.name):
            return "left-out"
        if (value := self._values.constant(part.name)) is not None:
            return value
        # The same in all forms, so that what one has made another finds.
        word = re.sub(r"[^A-Za-z0-9]+", "-", part.name).strip("-")[:20] or "value"
        return self._made.setdefault(part.name, f"{word}-{token_hex(4)}")

    def _body(self, request: Request) -> Any:
        body = request.body
        if body.kind == "form":
            return {pair.name: self._text(self._parts(pair.value)) for pair in body.pairs}
        if body.kind != "raw":
            return None
        text = self._values.expanded(self._writer.vault.open(body.text))
        try:
            found = json.loads(_quoted(text, self))
        except (ValueError, RecursionError):
            return None
        return found

    def named(self, name: str, *, bare: bool) -> str:
        """A variable's value as it stands in JSON; within quotes, or outside of them."""
        part: Ref | Made = made_up(name[1:])[0] if name.startswith("$") else Ref(name)
        value = self._value(part)
        if not bare:
            return json.dumps(value)[1:-1]
        return json.dumps(as_json(value))


_TOKENS = re.compile(r'"(?:\\.|[^"\\\n])*"|//[^\n]*|/\*.*?(?:\*/|\Z)', re.DOTALL)


def _quoted(text: str, filler: _Filler) -> str:
    """JSON with templates and comments as JSON alone."""
    pieces, end = [], 0
    for found in _TOKENS.finditer(text):
        pieces.append(TEMPLATE.sub(lambda one: filler.named(one[1], bare=True), text[end : found.start()]))
        if found[0].startswith('"'):
            pieces.append(TEMPLATE.sub(lambda one: filler.named(one[1], bare=False), found[0]))
        end = found.end()
    return "".join([*pieces, TEMPLATE.sub(lambda one: filler.named(one[1], bare=True), text[end:])])


def _with_example(parameter: Parameter, given: Mapping[str, str]) -> Parameter:
    by_name = {name.lower(): value for name, value in given.items()}
    value = by_name.get(f"{parameter.place}/{parameter.name}".lower())
    return parameter if value is None else dataclasses.replace(parameter, example=value)
