"""What a form needs to know of an operation.

Its fields as a tree of shapes, and a value that each can start with. A JSON schema says the same, but with references,
combinations and alternatives that somebody who fills in a form never wanted to see. Only data in and data out;
:mod:`vipps_nb.notebook.explorer` shows it.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from vipps_nb.apis.catalogue.documents import Document, DocumentError, Operation, Parameter
from vipps_nb.apis.questions import idempotency_header
from vipps_nb.auth.auth_scheme import SECRET_HEADERS
from vipps_nb.core.redaction import is_secret
from vipps_nb.display.values import MINOR_UNIT_FIELDS
from vipps_nb.notebook.calls.references import References

Schema = Mapping[str, Any]
Shape = dict[str, Any]

_DEEPEST = 7  # a schema that contains itself ends somewhere; below, a value is written as JSON
_NOT_ASKED = {name.lower() for name in (*SECRET_HEADERS, "Merchant-Serial-Number", "Content-Type")}
_LIMITS = ("minimum", "maximum", "minLength", "maxLength", "pattern", "format", "minItems", "maxItems")
# What a person would type there first, in the sandbox and in the test environment. Lower case.
_GOOD = {
    "currency": "NOK",
    "value": 49900,
    "amount": 49900,
    "phonenumber": "4712345678",
    "returnurl": "https://example.com/thanks",
    "url": "https://example.com",
    "email": "kari@example.com",
    "firstname": "Kari",
    "lastname": "Nordmann",
    "country": "NO",
    "userflow": "WEB_REDIRECT",
    "quantity": 1,
    "name": "Coffee",
    "description": "A cup of coffee",
}
_BY_FORMAT = {
    "date": "2026-01-31",
    "date-time": "2026-01-31T12:00:00Z",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "uri": "https://example.com",
    "url": "https://example.com",
    "email": "kari@example.com",
}
_CANDIDATES = (
    *("text", "A cup of coffee", "1", "123456", "12345678", "4712345678", "NOK", "NO", "P1D", "12:00", "abc-12345"),
    *_BY_FORMAT.values(),
)
_PLAIN_KINDS = ("string", "integer", "number", "boolean")


def form_of(operation: Operation, document: Document, seen: References) -> dict[str, Any]:
    """Everything about an operation that a form shows, ready to become JSON.

    Args:
        operation: The operation.
        document: Where its schemas refer into.
        seen: References seen in this kernel; offered where they fit.
    """
    body = None
    if operation.body is not None:
        shape = shape_of(document, operation.body.schema)
        example = operation.body.example
        body = {
            "media_type": operation.body.media_type,
            "required": operation.body.required,
            "shape": shape,
            "value": start(shape) if example is None else _fresh(example, operation, document),
        }
    parameters = [one for one in operation.parameters if _is_asked(one, operation)]
    return {
        "method": operation.method,
        "path": operation.path,
        "api": operation.api,
        "purpose": operation.purpose,
        "keys": list(operation.keys),
        "in_test": operation.in_test,
        "deprecated": operation.deprecated,
        "page": operation.page if operation.page and operation.page.startswith("https://") else None,
        "parameters": [_parameter(one, operation, document, seen) for one in parameters],
        "body": body,
    }


def shape_of(document: Document, schema: Schema, name: str = "", depth: int = 0) -> Shape:
    """A value's shape.

    Every shape has a ``kind``: ``object`` (``fields``), ``array`` (``item``), ``choice`` (``options``), ``enum``
    (``values``), ``text``, ``integer``, ``number``, ``boolean``, or ``json`` for what no form can ask for.

    Args:
        document: Where references point to.
        schema: The value's.
        name: The field's, which says whether it is money or a secret.
        depth: How deep it lies.
    """
    if depth > _DEEPEST:
        return {"kind": "json", "start": None}
    merged, options = _merged(document, schema)
    if options:
        return _choice(document, merged, options, name, depth)
    kind = _kind(merged)
    shape: Shape = {"kind": kind, **{word: merged[word] for word in _LIMITS if word in merged}}
    for word in ("description", "title"):
        if isinstance(merged.get(word), str):
            shape[word] = merged[word]
    if merged.get("nullable"):
        shape["nullable"] = True
    if kind == "object":
        required = set(merged.get("required", ()))
        named = sorted(merged["properties"].items(), key=lambda pair: pair[0] not in required)
        shape["fields"] = [
            {"name": key, "required": key in required, "shape": shape_of(document, inner, key, depth + 1)}
            for key, inner in named
        ]
    elif kind == "array":
        items = merged.get("items")
        shape["item"] = shape_of(document, items if isinstance(items, Mapping) else {}, name, depth + 1)
    else:
        if kind == "enum":
            shape["values"] = _named(merged)
        if kind in ("integer", "number") and name.lower() in MINOR_UNIT_FIELDS:
            shape["money"] = True
        if is_secret(name) or merged.get("format") == "password":
            shape["secret"] = True
        shape["start"] = "" if shape.get("secret") else _leaf(kind, merged, name)
    return shape


def start(shape: Shape) -> Any:
    """The smallest value of a shape that is a good one.

    Required fields only, each with something sensible.
    """
    kind = shape["kind"]
    if kind == "object":
        return {field["name"]: start(field["shape"]) for field in shape["fields"] if field["required"]}
    if kind == "array":
        return [start(shape["item"]) for _ in range(max(1, shape.get("minItems", 1)))]
    if kind == "choice":
        return start(shape["options"][0]["shape"])
    return shape["start"]


def secret_pointers(shape: Shape, value: Any, pointer: str = "") -> set[str]:
    """Where a value holds what must not be written down, as JSON pointers."""
    if shape.get("secret"):
        return {pointer}
    found: set[str] = set()
    if shape["kind"] == "choice":
        for option in shape["options"]:
            found |= secret_pointers(option["shape"], value, pointer)
    elif shape["kind"] == "array" and isinstance(value, list):
        for number, item in enumerate(value):
            found |= secret_pointers(shape["item"], item, f"{pointer}/{number}")
    elif shape["kind"] == "object" and isinstance(value, Mapping):
        for field in shape["fields"]:
            if field["name"] in value:
                found |= secret_pointers(field["shape"], value[field["name"]], f"{pointer}/{field['name']}")
    return found


def _is_asked(parameter: Parameter, operation: Operation) -> bool:
    """Whether somebody has to say it.

    The session adds keys and the like by itself, and there are no cookies.
    """
    if parameter.place == "cookie":
        return False
    added = {*_NOT_ASKED, idempotency_header(operation.path).lower()}
    by_itself = parameter.name.lower() in added or parameter.name.lower().startswith("vipps-system-")
    return parameter.place != "header" or not by_itself


def _parameter(parameter: Parameter, operation: Operation, document: Document, seen: References) -> dict[str, Any]:
    shape = shape_of(document, parameter.schema, parameter.name)
    if shape["kind"] in ("object", "choice", "json"):
        shape = {"kind": "text", "start": ""}
    before = operation.path.partition("{" + parameter.name + "}")[0] if parameter.place == "path" else ""
    suggestions = seen.suggestions(parameter.name, before)
    value = ""
    if parameter.required:
        example = start(shape) if parameter.example is None else parameter.example
        value = suggestions[0] if suggestions and shape["kind"] == "text" else _as_text(example)
    return {
        "name": parameter.name,
        "place": parameter.place,
        "required": parameter.required,
        "purpose": parameter.purpose,
        "shape": shape,
        "value": value,
        "suggestions": suggestions,
    }


def _as_text(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(map(_as_text, value))
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _fresh(example: Any, operation: Operation, document: Document) -> Any:
    """An example whose own reference nobody has used yet.

    So it can be sent twice.
    """
    if operation.method != "POST":
        return example
    # What is created here is found again under a path that names it.
    onward = [re.match(re.escape(operation.path) + r"/\{([^}]+)\}", one.path) for one in document.operations]
    for name in {found[1] for found in onward if found}:
        old = _value_of(example, name)
        if isinstance(old, str) and (made_up := re.fullmatch(r"([A-Za-z-]+-)\d+", old)):
            example = _replaced(example, old, made_up[1] + secrets.token_hex(4))
    return example


def _value_of(node: Any, name: str) -> Any:
    if not isinstance(node, Mapping):
        return None
    return (
        node[name] if name in node else next((found for one in node.values() if (found := _value_of(one, name))), None)
    )


def _replaced(node: Any, old: str, new: str) -> Any:
    if isinstance(node, Mapping):
        return {name: _replaced(value, old, new) for name, value in node.items()}
    if isinstance(node, list):
        return [_replaced(value, old, new) for value in node]
    return node.replace(old, new) if isinstance(node, str) else node


def _choice(document: Document, merged: Schema, options: Sequence[tuple[str, Schema]], name: str, depth: int) -> Shape:
    shapes = [
        {"label": label or f"Variant {number}", "shape": shape_of(document, {"allOf": [merged, one]}, name, depth + 1)}
        for number, (label, one) in enumerate(options, 1)
    ]
    return {"kind": "choice", "options": shapes}


def _merged(document: Document, schema: Schema) -> tuple[dict[str, Any], list[tuple[str, Schema]]]:
    """A schema with all that it must be, in one, and its alternatives.

    It must be one of these; they come with their names.
    """
    found: dict[str, Any] = {"properties": {}}
    options: list[tuple[str, Schema]] = []
    waiting: list[Schema] = [schema]
    steps = 0
    while waiting and steps < 200:  # noqa: PLR2004 - more than any schema has; one may refer to itself
        steps += 1
        one = _resolved(document, waiting.pop(0))
        _add(found, one)
        waiting += [part for part in one.get("allOf", ()) if isinstance(part, Mapping)]
        for word in ("anyOf", "oneOf"):
            named = [(_label(part), part) for part in one.get(word, ()) if isinstance(part, Mapping)]
            serious = [(label, part) for label, part in named if _resolved(document, part).get("type") != "null"]
            found["nullable"] = found.get("nullable", False) or len(serious) < len(named)
            if len(serious) == 1 or all(_is_plain(_resolved(document, part)) for _, part in serious):
                waiting += [part for _, part in serious[:1]]
            elif not options:
                options = serious
    if not found["properties"]:
        del found["properties"]
    return found, options


def _add(found: dict[str, Any], one: Schema) -> None:
    for word, value in one.items():
        if word == "properties" and isinstance(value, Mapping):
            for name, inner in value.items():
                found["properties"][name] = (
                    {"allOf": [found["properties"][name], inner]} if name in found["properties"] else inner
                )
        elif word == "required" and isinstance(value, list):
            found["required"] = [*found.get("required", []), *value]
        elif word == "enum" and "enum" in found:
            found["enum"] = [item for item in found["enum"] if item in value]
        elif word not in ("allOf", "anyOf", "oneOf", "$ref"):
            found.setdefault(word, value)


def _resolved(document: Document, schema: Schema) -> Schema:
    with suppress(DocumentError):
        return document.resolve(schema)
    return {}  # a reference that leads nowhere: anything may stand there


def _label(schema: Schema) -> str:
    title = schema.get("title")
    reference = str(schema.get("$ref", "")).rpartition("/")[2]
    return title if isinstance(title, str) else reference


def _is_plain(schema: Schema) -> bool:
    return schema.get("type") in _PLAIN_KINDS or ("enum" in schema and "properties" not in schema)


def _kind(schema: Schema) -> str:
    kinds = schema.get("type", "object" if "properties" in schema else None)
    if isinstance(kinds, list):
        kinds = next((one for one in kinds if one != "null"), None)
    if _named(schema) and kinds != "boolean":
        return "enum"
    if kinds == "object":
        return "object" if schema.get("properties") else "json"
    if kinds == "string":
        return "text"
    return str(kinds) if kinds in (*_PLAIN_KINDS, "array") else "json"


def _named(schema: Schema) -> list[Any]:
    if "const" in schema:
        return [schema["const"]]
    return [value for value in schema.get("enum", ()) if value is not None]


def _leaf(kind: str, schema: Schema, name: str) -> Any:
    """A value that a field could start with.

    By what the schema says, by its name, and by its form.
    """
    said = [schema[word] for word in ("example", "default") if word in schema and schema[word] is not None]
    good = [_GOOD[name.lower()]] if name.lower() in _GOOD else []
    tries: Iterable[Any]
    if kind == "enum":
        tries = (*said, *good, *_named(schema))
    elif kind == "boolean":
        tries = (*said, True)
    elif kind in ("integer", "number"):
        low = schema.get("minimum", 0)
        tries = (*said, *good, 1, low, low + 1, schema.get("maximum", 0))
    elif kind == "json":
        return said[0] if said else {}
    else:
        least, most = schema.get("minLength", 0), schema.get("maxLength", 1000)
        by_format = [_BY_FORMAT[schema["format"]]] if schema.get("format") in _BY_FORMAT else []
        made = [text for size in (least, 8, 16) for text in ("1" * size, "a" * size, "A" * size)]
        cut = [text[:most] for text in _CANDIDATES]
        tries = (*said, *good, *by_format, *_CANDIDATES, *cut, *made)
    return next((value for value in tries if _fits(value, kind, schema)), next(iter(tries)))


def _fits(value: Any, kind: str, schema: Schema) -> bool:
    if kind == "enum":
        return value in _named(schema)
    if kind in ("integer", "number"):
        right = isinstance(value, int) if kind == "integer" else isinstance(value, int | float)
        return (
            right
            and _within(value, schema.get("minimum"), schema.get("maximum"))
            and value != schema.get("exclusiveMinimum")
        )
    if kind == "boolean":
        return isinstance(value, bool)
    if not isinstance(value, str) or not _within(len(value), schema.get("minLength"), schema.get("maxLength")):
        return False
    try:
        return re.search(schema.get("pattern", ""), value) is not None
    except re.error:
        return True  # a pattern of another language's


def _within(value: float, least: float | None, most: float | None) -> bool:
    return (least is None or value >= least) and (most is None or value <= most)
