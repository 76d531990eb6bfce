"""A call as somebody writes it down: method, path and body.

``{name}`` in a path or a header and ``${name}`` in a body are filled in from the notebook's variables; comments are
allowed in a body. A call remembers how it was written, so that it can be checked against the catalogue and written down
again as code.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Never
from urllib.parse import quote

import requests

from vipps_nb.apis import catalogue
from vipps_nb.apis.catalogue import schemas
from vipps_nb.apis.catalogue.documents import Document, Operation
from vipps_nb.core.near import did_you_mean
from vipps_nb.core.problem import FieldError
from vipps_nb.core.redaction import redactor
from vipps_nb.core.secret import Secret, travelling
from vipps_nb.errors import VippsNbError
from vipps_nb.notebook.calls import values
from vipps_nb.notebook.scope import ScopeError

if TYPE_CHECKING:
    from vipps_nb.client.session import VippsSession

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
FORM = "application/x-www-form-urlencoded"
# What is left open ends with the line or the text: a token that does not fit would be looked for again from within.
_TOKENS = re.compile(r'"(?:\\.|[^"\\\n])*"?|//[^\n]*|/\*.*?(?:\*/|\Z)|(?<![\w"])#[^\n]*|\$\{([^{}"\n]*)\}', re.DOTALL)
_OF_IPYTHON = frozenset({"In", "Out", "exit", "quit", "open", "get_ipython"})  # nobody's payment is called that
_IN_BODY = re.compile(r"\$\{([^{}]*)\}")
_LEFT = re.compile(r"(?<!\$)\{([A-Za-z_]\w*)\}")
_IN_PATH = re.compile(r"\$?\{([^{}]*)\}")
_POSTMANS = re.compile(r"\{\{([^{}]*)\}\}")
_MARK = "\ue000"  # stands for a variable while the body is read; of a private area, so nobody types it


class CallError(VippsNbError):
    """The call cannot be made like this. Nothing was sent."""


@dataclass(frozen=True)
class Variable:
    """A place where a variable's value goes.

    Attributes:
        secret: Whether the value must not be written down.
    """

    name: str
    secret: bool = False


@dataclass(frozen=True)
class Text:
    """A text with variables in it."""

    parts: tuple[str | Variable, ...]


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request, before it is prepared.

    Attributes:
        path: From the host's root, filled in, with its query.
        body: What becomes the JSON body, or the form; None for no body.
        headers: Sent in addition to those that the session adds.
        written: Path, body and headers as they were written: the same, but for ``Variable`` and ``Text`` where
            variables are. None for a call without variables.
        secrets: What must not be shown of what it carries.
    """

    method: str
    path: str
    body: Any = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    written: tuple[Any, Any, Mapping[str, Any]] | None = field(default=None, repr=False)
    secrets: tuple[Secret, ...] = field(default=(), repr=False)

    @property
    def operation(self) -> Operation | None:
        """What the catalogue knows of it."""
        return catalogue.find(self.method, self.path)

    @property
    def is_form(self) -> bool:
        """Whether the body travels as a form instead of JSON."""
        operation = self.operation
        return operation is not None and operation.body is not None and operation.body.media_type == FORM

    def arguments(self) -> dict[str, Any]:
        """Keyword arguments for ``session.request``."""
        content = {} if self.body is None else {"data" if self.is_form else "json": self.body}
        return {"method": self.method, "url": self.path, "headers": dict(self.headers), **content}

    def send(self, session: VippsSession) -> requests.Response:
        """Send it.

        Raises:
            requests.RequestException: No answer came.
            VippsNbError: Nothing was sent: as ``session.request``.
        """
        with travelling(*self.secrets):
            try:
                response = session.request(**self.arguments())
            except requests.RequestException as error:
                if isinstance(error.request, requests.PreparedRequest):
                    error.request = _without(self.secrets, error.request)
                raise
        response.request = _without(self.secrets, response.request)
        return response


def write_call(
    method: str, path: str, body: str, variables: Mapping[str, Any], headers: Mapping[str, str] | None = None
) -> Call:
    """Read a call from its text.

    Args:
        method: In any case.
        path: From the host's root; may hold ``{name}``.
        body: JSON that may hold ``${name}`` and comments; empty for no body.
        variables: Where names are looked up.
        headers: Sent in addition; values may hold ``{name}``.

    Raises:
        CallError: The method is unknown, a variable is missing, or the body is no JSON. The message names it.
    """
    method = _method(method)
    if not path.startswith("/"):
        raise CallError(
            f"{path} is no path. Expected one that starts with a slash, such as /epayment/v1/payments; the session "
            "knows the host."
        )
    for text in (path, *(headers or {}).values()):
        _refuse_postmans(text)
    if re.search(r"[{}]", _IN_PATH.sub("", path)):
        raise CallError(
            f"{path} has a brace without its other half. Expected {{name}} around the name of a variable. Nothing was "
            "sent."
        )
    _all_there(names_in(path, body, (headers or {}).values()), variables)
    written_path = _with_variables(path, _IN_PATH, variables)
    written_body = _read(body, variables) if body.strip() else None
    written_headers = {
        name: _with_variables(value, _IN_PATH, variables, secret=True) for name, value in (headers or {}).items()
    }
    used = _variables((written_body, list(written_headers.values())))
    return Call(
        method=method,
        path=_filled_path(written_path, variables),
        body=_filled(written_body, variables),
        headers={name: str(_filled(value, variables)) for name, value in written_headers.items()},
        written=(written_path, written_body, written_headers),
        secrets=tuple(value for name in used if isinstance(value := variables[name], Secret)),
    )


def _refuse_postmans(text: str) -> None:
    found = _POSTMANS.search(text)
    if found is not None:
        name = found[1].strip()
        raise CallError(f"{{{{{name}}}}} is how Postman writes it. Expected {{{name}}}.")


def names_in(path: str, body: str, headers: Iterable[str]) -> list[str]:
    """The variables that a call names as it is written, each once.

    Args:
        path: With ``{name}``.
        body: With ``${name}``; its comments do not count.
        headers: Their values, with ``{name}``.
    """
    texts = [path, *headers]
    found = [name for text in texts for name in _IN_PATH.findall(text)]
    for token in _TOKENS.finditer(body):
        found += [token[1]] if token[1] is not None else _IN_BODY.findall(token[0]) if token[0].startswith('"') else []
    return list(dict.fromkeys(name for name in found if name.isidentifier()))


def _all_there(names: Sequence[str], variables: Mapping[str, Any]) -> None:
    """Name all that is missing at once; one alone is named where it is looked up.

    Raises:
        CallError: Several variables are missing.
    """
    missing = [name for name in names if not _is_there(name, variables)]
    if len(missing) > 1:
        listed = f"{', '.join(missing[:-1])} and {missing[-1]}"
        hints = dict.fromkeys(did_you_mean(name, _public(variables)) for name in missing)
        raise CallError(
            f"There are no variables {listed} to fill in. Expected them to be set in a cell above.{''.join(hints)}"
        )


def _public(variables: Mapping[str, Any]) -> list[str]:
    return [known for known in variables if not known.startswith("_") and known not in _OF_IPYTHON]


def meant_as_variables(body: str, variables: Mapping[str, Any]) -> list[str]:
    """The variables that a body's texts name as a path does, ``{name}``.

    In a body that stays as it stands.
    """
    texts = [found[0] for found in _TOKENS.finditer(body) if found[0].startswith('"')]
    named = {found[1]: None for text in texts for found in _LEFT.finditer(text)}
    return [name for name in named if _is_there(name, variables)]


def _is_there(name: str, variables: Mapping[str, Any]) -> bool:
    try:
        return name in variables
    except ScopeError:
        return True  # somebody has one; whose it is does not matter here


def check(call: Call) -> list[FieldError]:
    """What the catalogue finds wrong with a call's body.

    Empty for a good one, or for one that nobody knows. Each finding names the field by a JSON pointer, such as
    ``/amount/value``.
    """
    operation = call.operation
    if operation is None:
        return []
    if operation.body is None:
        return [] if call.body is None else [FieldError("/", "This operation takes no body.")]
    if call.body is None:
        return [FieldError("/", "This operation needs a body.")] if operation.body.required else []
    return list(check_body(call.body, operation, catalogue.document_of(operation)))


def check_body(body: Any, operation: Operation, document: Document) -> Iterable[FieldError]:
    """The same for an operation of any document."""
    return schemas.faults(document, operation.body.schema, body) if operation.body is not None else []


def _method(text: str) -> str:
    method = text.upper()
    if method in METHODS:
        return method
    hint = did_you_mean(method, METHODS)
    example = " The method comes first: %vipps GET /epayment/v1/payments/{reference}." if text.startswith("/") else ""
    raise CallError(f"{text} is no method of these APIs. Expected one of {', '.join(METHODS)}.{hint}{example}")


def _value(name: str, variables: Mapping[str, Any]) -> Any:
    if not name.isidentifier():
        raise CallError(
            f"{{{name}}} is not a variable's name. Expected a plain name, set in a cell above: "
            "payment_id = answer.json()['id'], then {payment_id}."
        )
    try:
        return variables[name]
    except KeyError:
        hint = did_you_mean(name, _public(variables))
        raise CallError(
            f"There is no variable {name} to fill in. Expected it to be set in a cell above.{hint}"
        ) from None
    except ScopeError as error:
        raise CallError(str(error)) from None


def _filled_path(written: str | Variable | Text, variables: Mapping[str, Any]) -> str:
    """A path with its values, each of them escaped.

    Raises:
        CallError: A value leaves a part of the path empty, or is a dot or two, so that it would name something else.
    """
    path = str(_filled(written, variables, lambda name: quote(_plain(name, variables), safe="")))
    usual = str(_filled(written, variables, lambda name: "x"))
    for part, other in zip(path.partition("?")[0].split("/"), usual.partition("?")[0].split("/"), strict=True):
        if part != other and part in ("", ".", ".."):
            names = " or ".join(dict.fromkeys(_variables(written)))
            what = "is empty" if not part else f"is {part!r}"
            raise CallError(
                f"The variable {names} {what}, so the path would name something else: {path}. Expected the name of one "
                "payment, agreement or whatever stands there. Nothing was sent."
            )
    return path


def _without(secrets: Sequence[Secret], request: requests.PreparedRequest) -> requests.PreparedRequest:
    """What an answer or an exception may keep of its request.

    A notebook's `Out` keeps both for as long as it lives.
    """
    if not secrets:
        return request
    kept, scrub = request.copy(), redactor(secrets).text
    for name, value in kept.headers.items():
        kept.headers[name] = scrub(value)
    if isinstance(kept.body, bytes):
        kept.body = scrub(kept.body.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
    elif isinstance(kept.body, str):
        kept.body = scrub(kept.body)
    return kept


def _variables(node: Any) -> Iterator[str]:
    """The names of the variables in something that was written."""
    match node:
        case Variable():
            yield node.name
        case Text():
            yield from _variables(node.parts)
        case dict():
            yield from _variables(list(node.values()))
        case list() | tuple():
            for part in node:
                yield from _variables(part)


def _plain(name: str, variables: Mapping[str, Any]) -> str:
    """A variable's value as it stands in a path or within a text."""
    try:
        return str(_whole(name, values.as_text(_value(name, variables))))
    except values.UnfitError as unfit:
        raise CallError(f"The variable {name} is {unfit}") from None


def _with_variables(
    text: str, pattern: re.Pattern[str], variables: Mapping[str, Any], *, secret: bool = False
) -> str | Variable | Text:
    """A text as it was written: itself, or with its variables named.

    A secret may go only where it is allowed.
    """
    parts: list[str | Variable] = []
    end = 0
    for found in pattern.finditer(text):
        value = _value(found[1], variables)
        if isinstance(value, Secret) and not secret:
            raise CallError(f"The variable {found[1]} is a secret, and a path is written into every log on its way.")
        parts += [text[end : found.start()], Variable(found[1], isinstance(value, Secret))]
        end = found.end()
    parts = [part for part in (*parts, text[end:]) if part != ""]
    if all(isinstance(part, str) for part in parts):
        return text
    return parts[0] if len(parts) == 1 and not isinstance(parts[0], str) else Text(tuple(parts))


def _read(text: str, variables: Mapping[str, Any]) -> Any:
    def mark(found: re.Match[str]) -> str:
        # As long as before, so that an error says where it is in what was typed.
        token = found[0]
        if found[1] is not None:
            return f'"{_MARK}{found[1]}"'
        return token if token.startswith('"') else re.sub(r"[^\n]", " ", token)

    try:
        return _written(
            json.loads(_TOKENS.sub(mark, text), object_pairs_hook=_object, parse_constant=_no_number), variables
        )
    except RecursionError:
        raise CallError("The body is nested deeper than any of these APIs has it. Nothing was sent.") from None
    except json.JSONDecodeError as error:
        raise CallError(
            f"The body is not JSON: {_in_words(error)}, in line {error.lineno} of the body, column {error.colno}. "
            'Expected an object like {"amount": {"currency": "NOK", "value": 49900}}. Nothing was sent.'
        ) from None


def _in_words(error: json.JSONDecodeError) -> str:
    """What is wrong there, for whoever has typed it."""
    before, after = error.doc[: error.pos].rstrip(), error.doc[error.pos :].lstrip()
    following = after[:1]
    if not after and not error.msg.startswith("Unterminated"):
        return "it ends before its last bracket is closed"
    if following == "'":
        return "names and texts stand in double quotes, not in single ones"
    if re.search(r"\d,$", before) and following.isdigit():
        return "a number has no comma in it: 499.00 is 49900 in minor units"
    if following in ("}", "]") and before.endswith(","):
        return "a comma stands before a closing bracket"
    if re.match(r"(True|False|None)\b", after):
        return f"{after[:5].split()[0].strip(',}]')} is Python's; JSON has true, false and null"
    known = {
        "Expecting property name": "a name in double quotes is missing",
        "Expecting ',' delimiter": "a comma is missing, or a bracket is not closed",
        "Expecting ':' delimiter": "a colon is missing between a name and its value",
        "Expecting value": "a value is missing",
        "Extra data": "something follows after its end",
        "Unterminated string": "a text has no closing quotation mark",
        "Invalid control character": "a text goes over the end of its line",
        "Invalid \\": "a backslash in a text is written twice",
    }
    return next((words for said, words in known.items() if error.msg.startswith(said)), "it cannot be read")


def _written(node: Any, variables: Mapping[str, Any]) -> Any:
    if isinstance(node, dict):
        return {name: _written(value, variables) for name, value in node.items()}
    if isinstance(node, list):
        return [_written(value, variables) for value in node]
    if isinstance(node, str) and node.startswith(_MARK):
        name = node.removeprefix(_MARK)
        return Variable(name, isinstance(_value(name, variables), Secret))
    if isinstance(node, str):
        found = _with_variables(node, _IN_BODY, variables, secret=True)
        return Text((found,)) if isinstance(found, Variable) else found  # in quotes it becomes text, whatever it is
    return node


def _filled(node: Any, variables: Mapping[str, Any], within: Any = None) -> Any:
    def text(part: str | Variable) -> str:
        if isinstance(part, str):
            return part
        value = _value(part.name, variables)
        if isinstance(value, Secret):
            return str(_whole(part.name, value.reveal()))
        return str(within(part.name)) if within else _plain(part.name, variables)

    if isinstance(node, Text):
        return "".join(map(text, node.parts))
    if isinstance(node, Variable):
        return text(node) if within else _json(node.name, variables)
    if isinstance(node, dict):
        return {name: _filled(value, variables) for name, value in node.items()}
    if isinstance(node, list):
        return [_filled(value, variables) for value in node]
    return node


def _json(name: str, variables: Mapping[str, Any]) -> Any:
    """A variable's value as JSON has it."""
    value = _value(name, variables)
    if isinstance(value, Secret):
        return _whole(name, value.reveal())
    try:
        return _whole(name, values.as_json(value))
    except values.UnfitError as unfit:
        raise CallError(f"The variable {name} is {unfit}") from None


def _whole(name: str, value: Any) -> Any:
    """A variable's value, unless there is half of a character in it.

    No request can carry that.
    """
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise CallError(
            f"The variable {name} has half of a character in it, a lone surrogate, which UTF-8 cannot write. Expected "
            "whole characters. Nothing was sent."
        ) from None
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise CallError(f"The body has the field {twice} twice in one object. Expected it once. Nothing was sent.")
    return found


def _no_number(word: str) -> Never:
    raise CallError(f"The body is not JSON: {word} is no number there. Nothing was sent.")
