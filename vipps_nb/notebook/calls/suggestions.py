"""What could come next in a call that is being typed.

Methods, paths, options, fields, values, references. Only text in and text out; :mod:`vipps_nb.notebook.completion`
offers it to IPython.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from vipps_nb.apis import catalogue
from vipps_nb.apis.catalogue import schemas
from vipps_nb.apis.catalogue.documents import Operation
from vipps_nb.apis.questions import idempotency_header
from vipps_nb.client.session import VippsSession
from vipps_nb.notebook.calls import METHODS
from vipps_nb.notebook.calls.json_cursor import Cursor, cursor_at
from vipps_nb.notebook.calls.references import References, seen_by
from vipps_nb.notebook.calls.snippets import LANGUAGES
from vipps_nb.notebook.python_cursor import PythonCursor, literal, python_cursor_at

_SWITCHES = {"--dry-run", "--force", "-h", "--help"}
_MOST_VALUES = 40
_LONGEST_WORDS = 48  # characters beside a path
_SHORTEST_WORD = 3
_METHOD_FIRST = ("request", "map")
_PATH_NAMES = ("url", "path", "paths")
_VERBS = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "poll", *_METHOD_FIRST})
_AS_PYTHON = {"true": "True", "false": "False", "null": "None"}


@dataclass(frozen=True)
class Suggestion:
    """What could be typed, and what kind of thing it is."""

    text: str
    kind: str


@dataclass(frozen=True)
class Suggestions:
    """What could stand in place of what was typed so far."""

    fragment: str
    found: tuple[Suggestion, ...] = ()


class Helper:
    """Knows the catalogue, what this kernel has seen, and the variables.

    Args:
        options: The names of the magic's options.
        variables: The notebook's namespace.
        seen: What a path can name. Default: what was seen in this kernel.
    """

    def __init__(self, options: Sequence[str], variables: Mapping[str, Any], seen: References | None = None) -> None:
        self._options = options
        self._variables = variables
        self._seen = seen_by(variables) if seen is None else seen

    def on_line(self, line: str) -> Suggestions:
        """What could follow on the magic's own line, after its name, up to the cursor."""
        *before, current = re.split(r"\s+", line.lstrip()) if line.strip() else [""]
        method, path = _method_and_path(before)
        option = before[-1] if before and before[-1].startswith("-") and before[-1] not in _SWITCHES else ""
        if option:
            return self._option_value(option, current, method, path)
        if not current.startswith("-") and not method:
            return _starting(current.upper(), METHODS, "method", fragment=current)
        if not current.startswith("-") and not path:
            return self._path(method, current)
        options = [name for name in self._options if name not in before]
        return _starting(current, options, "option")

    def _option_value(self, option: str, current: str, method: str, path: str) -> Suggestions:
        if option == "--as":
            return _starting(current, LANGUAGES, "language")
        if option == "--session":
            names = [name for name, value in self._variables.items() if isinstance(value, VippsSession)]
            return _starting(current, [name for name in names if not name.startswith("_")], "session")
        if option == "--header":
            return self._headers(current, method, path)
        return Suggestions(current)  # -o: any name will do

    def in_body(self, line: str, body: str, offset: int) -> Suggestions:
        """What could be typed at an offset of a cell's body.

        Args:
            line: The magic's own line, after its name.
            body: All of the body.
            offset: Where the cursor stands in it.
        """
        cursor = cursor_at(body, offset)
        if variable := re.search(r"\$\{?(\w*)$", cursor.fragment):
            names = [name for name in self._usable() if name.startswith(variable[1])]
            return _plain(variable[0], [f"${{{name}}}" for name in names], "variable")
        method, path = _method_and_path(re.split(r"\s+", line.strip()))
        operation = catalogue.find(method, _anonymous(path)) if path else None
        if operation is None or operation.body is None or cursor.role == "nothing":
            return Suggestions(cursor.fragment)
        return self._of_body(operation, operation.body.schema, cursor)

    def _of_body(self, operation: Operation, schema: schemas.Schema, cursor: Cursor) -> Suggestions:
        here = schemas.at(catalogue.document_of(operation), schema, cursor.path)
        if cursor.role == "nothing":
            return Suggestions(cursor.fragment)
        if cursor.role == "key":
            names = [name for name in schemas.fields(here) if name not in cursor.present]
            fitting = [name for name in names if name.lower().startswith(cursor.fragment.lower())]
            return Suggestions(cursor.fragment, tuple(Suggestion(_key(name, cursor), "field") for name in fitting))
        return self._values(cursor, here)

    def in_python(self, text: str, offset: int) -> Suggestions | None:
        """What could be typed in a call of a session, or of its sandbox.

        None where it is none. Paths, the fields of a body, query parameters, headers, the keys of a fault.

        Args:
            text: All of the cell.
            offset: Where the cursor stands in it.
        """
        cursor = python_cursor_at(text, offset)
        name, *steps = cursor.callee.split(".") if cursor is not None else [""]
        if cursor is None or not self._is_session(name):
            return None
        match steps:
            case ["sandbox", method]:
                return self._of_sandbox(cursor, method, text, offset)
            case [verb] if verb in _VERBS:
                return self._of_session(cursor, verb, text, offset)
        return None

    def _of_session(self, cursor: PythonCursor, verb: str, text: str, offset: int) -> Suggestions | None:
        place = int(verb in _METHOD_FIRST)
        method = (literal(cursor.given("method", 0)) or "GET") if place else "GET" if verb == "poll" else verb
        argument = cursor.current
        if place and cursor.quote and not argument.name and argument.position == 0:
            return _starting(cursor.typed.upper(), METHODS, "method", fragment=cursor.typed)
        is_path = argument.name in _PATH_NAMES or (not argument.name and argument.position == place)
        if is_path and cursor.quote:
            return self._python_path(method.upper(), cursor)
        given = {"json": self._python_body, "params": self._python_query, "headers": self._python_headers}
        complete = given.get(argument.name)
        path = literal(cursor.given(_PATH_NAMES[0], place)) or ""
        operation = catalogue.find(method.upper(), _anonymous(path))
        if complete is None or operation is None:
            return None
        return complete(operation, cursor_at(text[argument.start :], offset - argument.start, python=True))

    def _is_session(self, name: str) -> bool:
        # Before the login there is no such variable yet, and what it will be called is known.
        return isinstance(self._variables.get(name), VippsSession) or (name == "vipps" and name not in self._variables)

    def _python_path(self, method: str, cursor: PythonCursor) -> Suggestions:
        found = self._path(method, cursor.typed)
        if "f" in cursor.prefix:
            return found
        # Braces are names in an f-string only.
        kept = tuple(one for one in found.found if one.kind != "variable")
        return Suggestions(found.fragment, kept)

    def _python_body(self, operation: Operation, cursor: Cursor) -> Suggestions:
        if operation.body is None:
            return Suggestions(cursor.fragment)
        found = self._of_body(operation, operation.body.schema, cursor)
        kept = [one for one in found.found if not one.text.startswith("${")]
        # Python has names for what JSON has words for, and a variable stands by itself.
        named = [Suggestion(_AS_PYTHON.get(one.text, one.text), one.kind) for one in kept]
        return Suggestions(found.fragment, tuple(named))

    def _python_query(self, operation: Operation, cursor: Cursor) -> Suggestions:
        parameters = {one.name: one for one in operation.parameters if one.place == "query"}
        return self._of_names(cursor, {name: one.schema for name, one in parameters.items()}, operation)

    def _python_headers(self, operation: Operation, cursor: Cursor) -> Suggestions:
        own = [one.name for one in operation.parameters if one.place == "header"]
        names = dict.fromkeys([*own, idempotency_header(operation.path), "Merchant-Serial-Number"])
        return self._of_names(cursor, {name: {} for name in names}, operation)

    def _of_names(self, cursor: Cursor, schemas_of: Mapping[str, schemas.Schema], operation: Operation) -> Suggestions:
        """The names of a flat object, and the values that are known for one of them."""
        if cursor.role == "key" and not cursor.path:
            fitting = [
                name
                for name in schemas_of
                if name not in cursor.present and name.lower().startswith(cursor.fragment.lower())
            ]
            return _plain(cursor.fragment, [_key(name, cursor) for name in fitting], "parameter")
        name = str(cursor.path[-1]) if cursor.path else ""
        if cursor.role != "value" or name not in schemas_of:
            return Suggestions(cursor.fragment)
        document = catalogue.document_of(operation)
        return self._values(cursor, schemas.at(document, schemas_of[name], ()))

    def _of_sandbox(self, cursor: PythonCursor, method: str, text: str, offset: int) -> Suggestions | None:
        argument = cursor.current
        if method == "faults" and argument.position == 0:
            inner = cursor_at(text[argument.start :], offset - argument.start, python=True)
            return self._fault(inner) if inner.path or inner.role == "key" else None
        names = _takes(method)
        if (
            method == "faults"
            or not names
            or argument.name
            or cursor.depth
            or not re.fullmatch(r"\s*\w*", argument.text)
        ):
            return None
        used = {one.name for one in cursor.arguments}
        return _starting(argument.text.strip(), [f"{name}=" for name in names if name not in used], "switch")

    def _fault(self, cursor: Cursor) -> Suggestions:
        if cursor.role == "key":
            names = [name for name in _takes("faults") if name not in cursor.present]
            fitting = [name for name in names if name.lower().startswith(cursor.fragment.lower())]
            return _plain(cursor.fragment, [_key(name, cursor) for name in fitting], "fault")
        known = {"method": [*METHODS, "*"], "drop": ["before", "after"], "path": _areas()}
        values = known.get(str(cursor.path[-1]) if cursor.path else "", [])
        fitting = [value for value in values if value.startswith(cursor.fragment)]
        return _plain(cursor.fragment, [_quoted(value, cursor) for value in fitting], "value")

    def on_explore_line(self, line: str) -> Suggestions:
        """What could follow ``%vipps_explore``.

        An API, or an operation of all of them or of that one.
        """
        *before, current = re.split(r"\s+", line.lstrip()) if line.strip() else [""]
        if before and before[-1].upper() in METHODS:
            fitting = [one for one in catalogue.operations() if one.method == before[-1].upper()]
            found = [Suggestion(one.path, _words_of(one)) for one in fitting if one.path.startswith(current)]
            return Suggestions(current, tuple(found))
        if not before:
            apis = {one.source.removesuffix(".json"): one.title for one in catalogue.documents()}
            named = [Suggestion(name, title) for name, title in apis.items() if name.startswith(current.lower())]
            methods = [Suggestion(name, "method") for name in METHODS if name.startswith(current.upper())]
            return Suggestions(current, (*named, *(methods if current.isupper() or not current else ())))
        document = catalogue.named(before[0])
        if document is None or current.startswith("-"):
            return Suggestions(current)
        words = {word.lower().strip(".,()") for one in document.operations for word in one.purpose.split()}
        told = sorted(word for word in words if word.isalpha() and len(word) > _SHORTEST_WORD and word not in before)
        return _starting(current.lower(), told, "word", fragment=current)

    def _headers(self, current: str, method: str, path: str) -> Suggestions:
        operation = catalogue.find(method, _anonymous(path)) if path else None
        own = [one.name for one in operation.parameters if one.place == "header"] if operation else []
        key = idempotency_header(_anonymous(path))
        quote = current[:1] if current[:1] in "\"'" else ""
        names = [f"{quote or chr(34)}{name}: " for name in dict.fromkeys([*own, key, "Merchant-Serial-Number"])]
        typed = current if quote else f'"{current}'
        return _plain(current, [name for name in names if name.lower().startswith(typed.lower())], "header")

    def _path(self, method: str, current: str) -> Suggestions:
        if "?" in current:
            return self._query(method, current)
        candidates = [operation for operation in catalogue.operations() if operation.method == method]
        typed = current.split("/")
        if not current.startswith("/"):
            typed = ["", current]
        *done, segment = typed
        depth = len(done)
        fitting = [one for one in candidates if _leads_on(one.path.split("/"), done)]
        if segment.startswith(("{", "${")):
            return self._path_variables(current, segment)
        found: dict[str, str] = {}
        for operation in fitting:
            parts = operation.path.split("/")
            if len(parts) <= depth:
                continue
            part = parts[depth]
            if part.startswith("{"):
                for text in self._for_parameter(operation, part[1:-1], "/".join(parts[:depth]) + "/"):
                    if text.startswith(segment):
                        kind = "variable" if text.startswith("{") else "reference"
                        found.setdefault("/".join([*done, text]), kind)
            elif part.lower().startswith(segment.lower()):
                step = _as_far_as_it_is_clear(fitting, parts, depth)
                found.setdefault("/".join([*done, *step]), "path")
        # Paths by the alphabet; references before them stay as they are, the newest first.
        pairs = sorted(found.items(), key=lambda pair: (pair[1] == "path", pair[0] if pair[1] == "path" else ""))
        told = [(text, _words_of_path(text, candidates) if kind == "path" else kind) for text, kind in pairs]
        return Suggestions(current, tuple(Suggestion(text, kind) for text, kind in told))

    def _for_parameter(self, operation: Operation, name: str, before: str) -> list[str]:
        document = catalogue.document_of(operation)
        parameter = next((one for one in operation.parameters if one.name == name and one.place == "path"), None)
        named = schemas.values(schemas.at(document, parameter.schema, ())) if parameter else []
        if named:
            return [str(value) for value in named]
        variables = [f"{{{one}}}" for one in self._usable() if one in (name, _snake(name))]
        return [*self._seen.suggestions(name, before), *variables]

    def _path_variables(self, current: str, segment: str) -> Suggestions:
        opening, _, typed = segment.partition("{")
        names = [name for name in self._usable(str, int, UUID, date) if name.startswith(typed)]
        head = current[: len(current) - len(segment)]
        return _plain(current, [f"{head}{opening}{{{name}}}" for name in names], "variable")

    def _query(self, method: str, current: str) -> Suggestions:
        path, _, query = current.partition("?")
        operation = catalogue.find(method, _anonymous(path))
        if operation is None:
            return Suggestions("")
        *done, last = query.split("&")
        name, equals, typed = last.partition("=")
        parameters = [one for one in operation.parameters if one.place == "query"]
        if not equals:
            used = {one.partition("=")[0] for one in done}
            return _starting(name, [f"{one.name}=" for one in parameters if one.name not in used], "parameter")
        document = catalogue.document_of(operation)
        schema = next((one.schema for one in parameters if one.name == name), {})
        named = [json.dumps(value).strip('"') for value in schemas.values(schemas.at(document, schema, ()))]
        return _starting(typed, named, "value")

    def _values(self, cursor: Cursor, here: Sequence[schemas.Schema]) -> Suggestions:
        name = next((step for step in reversed(cursor.path) if isinstance(step, str)), "")
        named = schemas.values(here)[:_MOST_VALUES]
        kinds = schemas.kinds(here)
        texts = [value for value in named if isinstance(value, str)]
        if "string" in kinds or not kinds:
            texts += [value for value in self._seen.suggestions(name) if value not in texts and name != "id"]
        found = [Suggestion(_quoted(text, cursor), "value") for text in texts if text.startswith(cursor.fragment)]
        if not cursor.quoted:
            plain = [json.dumps(value) for value in named if not isinstance(value, str)]
            opening = [sign for kind, sign in (("object", "{"), ("array", "[")) if kind in kinds]
            variables = [f"${{{one}}}" for one in self._usable() if one in (name, _snake(name))]
            rest = [*variables, *plain, *opening]
            found += [Suggestion(text, "value") for text in rest if text.startswith(cursor.fragment)]
        return Suggestions(cursor.fragment, tuple(found))

    def _usable(self, *types: type) -> Iterable[str]:
        """The notebook's variables that a call can be filled with."""
        fitting = types or (str, int, float, list, dict, UUID, date)
        hidden = ("In", "Out")
        return sorted(
            name
            for name, value in self._variables.items()
            if isinstance(value, fitting) and not name.startswith("_") and name not in hidden
        )


def _method_and_path(words: Sequence[str]) -> tuple[str, str]:
    """Method and path among the words before the cursor, wherever options stand."""
    positional: list[str] = []
    skip = False
    for word in words:
        if skip:
            skip = False
        elif word.startswith("-"):
            skip = word not in _SWITCHES and "=" not in word
        elif word:
            positional.append(word)
    method = positional[0].upper() if positional else ""
    # A header's value may have blanks in it; a path begins with a slash.
    path = next((word for word in positional[1:] if word.startswith("/")), "")
    return method, path


def _anonymous(path: str) -> str:
    """A path whose variables are not filled in yet.

    Any value will do to find its operation.
    """
    return re.sub(r"\{[^}]*\}", "x", path)


def _words_of(operation: Operation) -> str:
    """What an operation does, short enough to stand beside its path."""
    words = re.split(r"[.:]\s|\.$|\n", operation.purpose)[0].strip()
    return words if len(words) <= _LONGEST_WORDS else f"{words[:_LONGEST_WORDS].rstrip()} …"


def _words_of_path(path: str, among: Sequence[Operation]) -> str:
    """What a path does, or to how many operations its beginning leads."""
    exact = next((one for one in among if one.matches(one.method, path)), None)
    if exact is not None:
        return _words_of(exact)
    onward = [one for one in among if _leads_on(one.path.split("/"), path.rstrip("/").split("/"))]
    return _words_of(onward[0]) if len(onward) == 1 else f"{len(onward)} operations"


def _takes(method: str) -> Sequence[str]:
    """The names that a method of the sandbox takes as data."""
    from vipps_nb.client.sandbox_gate import Sandbox  # noqa: PLC0415 - see there

    return Sandbox.takes.get(method, ())


def _areas() -> list[str]:
    """The paths of whole APIs, as a fault's rule names them."""
    return sorted({f"/{one.path.split('/')[1]}/*" for one in catalogue.operations()})


def _leads_on(parts: Sequence[str], done: Sequence[str]) -> bool:
    """Whether an operation's path begins like this."""
    return len(parts) > len(done) and all(
        ours.startswith("{") or ours.lower() == theirs.lower() for ours, theirs in zip(parts, done, strict=False)
    )


def _as_far_as_it_is_clear(fitting: Sequence[Operation], parts: Sequence[str], depth: int) -> list[str]:
    """The next segment of a path, and those that can only follow.

    A segment that an operation ends with is given without a slash; one that only leads on, with it.
    """
    step = [parts[depth]]
    while True:
        start = [*parts[:depth], *step]
        onward = [one.path.split("/") for one in fitting]
        onward = [one for one in onward if one[depth : len(start)] == step]
        if any(len(one) == len(start) for one in onward):
            return step
        following = {one[len(start)] for one in onward}
        if len(following) > 1 or (only := next(iter(following))).startswith("{"):
            return [*step, ""]
        step.append(only)


def _starting(typed: str, names: Iterable[str], kind: str, *, fragment: str | None = None) -> Suggestions:
    return _plain(typed if fragment is None else fragment, [name for name in names if name.startswith(typed)], kind)


def _plain(fragment: str, texts: Iterable[str], kind: str) -> Suggestions:
    return Suggestions(fragment, tuple(Suggestion(text, kind) for text in texts))


def _key(name: str, cursor: Cursor) -> str:
    if cursor.closed:
        return name
    return f"{name}{cursor.quote}: " if cursor.quoted else f'"{name}": '


def _quoted(text: str, cursor: Cursor) -> str:
    inner = json.dumps(text, ensure_ascii=False)[1:-1]
    if cursor.closed:
        return inner
    return f"{inner}{cursor.quote}" if cursor.quoted else f'"{inner}"'


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
