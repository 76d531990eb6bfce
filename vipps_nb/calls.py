"""A call as somebody writes it down: method, path and body, with the notebook's variables in it.

``{name}`` in a path and ``${name}`` in a body are filled in from variables; comments are allowed in a body. A call is
checked against the catalogue before anything is sent, and can be written down again as code.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from vipps_nb import catalogue
from vipps_nb.errors import VippsNbError
from vipps_nb.openapi import Document, Operation
from vipps_nb.problem import FieldError

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
FORM = "application/x-www-form-urlencoded"
_TOKENS = re.compile(r'"(?:\\.|[^"\\\n])*"|//[^\n]*|/\*.*?\*/|(?<![\w"])#[^\n]*|\$\{(\w+)\}', re.DOTALL)
_IN_TEXT = re.compile(r"\$\{(\w+)\}")
_IN_PATH = re.compile(r"\{(\w+)\}")


class CallError(VippsNbError):
    """The call cannot be made like this. Nothing was sent."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request, before it is prepared.

    Attributes:
        path: From the host's root, filled in, with its query.
        body: What becomes the JSON body, or the form; None for no body.
    """

    method: str
    path: str
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def operation(self) -> Operation | None:
        """What the catalogue knows of it."""
        return catalogue.find(self.method, self.path)

    def arguments(self) -> dict[str, Any]:
        """Keyword arguments for ``session.request``."""
        operation = self.operation
        as_form = operation is not None and operation.body is not None and operation.body.media_type == FORM
        content = {} if self.body is None else {"data" if as_form else "json": self.body}
        return {"method": self.method, "url": self.path, "headers": dict(self.headers), **content}


def write_call(
    method: str, path: str, body: str, variables: Mapping[str, Any], headers: Mapping[str, str] | None = None
) -> Call:
    """Read a call from its text.

    Args:
        method: In any case.
        path: May hold ``{name}``.
        body: JSON that may hold ``${name}`` and comments; empty for no body.
        variables: Where names are looked up.
        headers: Sent in addition.

    Raises:
        CallError: The method is unknown, a variable is missing, or the body is no JSON. The message names it.
    """
    method = method.upper()
    if method not in METHODS:
        near = difflib.get_close_matches(method, METHODS, 1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise CallError(f"{method} is no method that these APIs know. Expected one of {', '.join(METHODS)}.{hint}")
    return Call(
        method=method,
        path=_IN_PATH.sub(lambda found: quote(str(_value(found[1], variables)), safe=""), path),
        body=_read(body, variables) if body.strip() else None,
        headers=dict(headers or {}),
    )


def check(call: Call) -> list[FieldError]:
    """What the catalogue finds wrong with a call's body; empty for a good one, or for one that nobody knows.

    Each finding names the field by a JSON pointer, such as ``/amount/value``.
    """
    operation = call.operation
    if operation is None or operation.body is None:
        return []
    if call.body is None:
        return [FieldError("/", "A body is needed.")] if operation.body.required else []
    return list(check_body(call.body, operation, catalogue.document_of(operation)))


def check_body(body: Any, operation: Operation, document: Document) -> Iterable[FieldError]:
    """The same for an operation of any document."""
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - slow to import, and not everybody checks

    assert operation.body is not None  # noqa: S101 - the caller has looked
    schema = _strict(document.closed(operation.body.schema))
    seen: set[FieldError] = set()
    for error in sorted(Draft202012Validator(schema).iter_errors(body), key=lambda one: list(map(str, one.path))):
        # Of several alternatives, say what is wrong with the one that came nearest.
        nearest = min(error.context, key=lambda one: -len(one.path)) if error.context else error
        pointer = "/" + "/".join(str(part) for part in nearest.absolute_path)
        finding = FieldError(pointer, _reason(nearest))
        if finding not in seen:  # each missing field is an error of its own, and all are named at once
            seen.add(finding)
            yield finding


def _value(name: str, variables: Mapping[str, Any]) -> Any:
    if name not in variables:
        public = [known for known in variables if not known.startswith("_")]
        near = difflib.get_close_matches(name, public, 1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise CallError(f"There is no variable {name} to fill in. Expected it to be set in a cell above.{hint}")
    return variables[name]


def _read(text: str, variables: Mapping[str, Any]) -> Any:
    def fill(found: re.Match[str]) -> str:
        token = found[0]
        if token.startswith('"'):
            return _IN_TEXT.sub(lambda name: _escaped(_value(name[1], variables)), token)
        return _encoded(found[1], variables) if found[1] else " "

    filled = _TOKENS.sub(fill, text)
    try:
        return json.loads(filled)
    except json.JSONDecodeError as error:
        raise CallError(
            f"The body is not JSON: {error.msg} in line {error.lineno}, column {error.colno}. Expected an object like "
            '{"amount": {"currency": "NOK", "value": 49900}}. Nothing was sent.'
        ) from None


def _escaped(value: Any) -> str:
    return json.dumps(str(value), ensure_ascii=False)[1:-1]


def _encoded(name: str, variables: Mapping[str, Any]) -> str:
    try:
        return json.dumps(_value(name, variables), ensure_ascii=False)
    except TypeError:
        kind = type(variables[name]).__name__
        raise CallError(
            f"The variable {name} is a {kind}, which JSON has no word for. Expected text, a number, a list or a dict."
        ) from None


def _strict(node: Any, *, merged: bool = False) -> Any:
    """A schema that refuses unknown fields, as the APIs do and their documents do not say."""
    if isinstance(node, list):
        return [_strict(item, merged=merged) for item in node]
    if not isinstance(node, Mapping):
        return node
    changed = {name: _strict(value, merged=merged or name == "allOf") for name, value in node.items()}
    if "properties" in changed and isinstance(changed["properties"], dict) and not merged and "allOf" not in changed:
        changed.setdefault("additionalProperties", False)
    return changed


def _reason(error: Any) -> str:
    if error.validator == "additionalProperties" and isinstance(error.instance, Mapping):
        known = list(error.schema.get("properties", {}))
        unknown = [name for name in error.instance if name not in known]
        near = [match for name in unknown for match in difflib.get_close_matches(name, known, 1)]
        return f"There is no field {', '.join(unknown)}." + (f" Did you mean {near[0]}?" if near else "")
    if error.validator == "required":
        missing = [name for name in error.validator_value if name not in error.instance]
        return f"{', '.join(missing)} is missing."
    if error.validator == "enum":
        return f"{json.dumps(error.instance)} is none of {', '.join(map(str, error.validator_value))}."
    if error.validator == "pattern":
        return f"{json.dumps(error.instance)} does not look like {error.validator_value}"
    return str(error.message)[:300]
