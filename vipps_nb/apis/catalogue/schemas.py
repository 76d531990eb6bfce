"""Reads JSON schemas the way somebody writing a body needs them.

Which fields there are, which values, and what is wrong. The schemas of OpenAPI documents are loose where the APIs are
strict (unknown fields are refused). They are strict where they should not be (`oneOf` of shapes that overlap). Here
both are read as they are meant.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from vipps_nb.core.problem import FieldError

if TYPE_CHECKING:
    from vipps_nb.apis.catalogue.documents import Document

Schema = Mapping[str, Any]
_COMBINED = ("allOf", "anyOf", "oneOf")
_LONGEST_REASON = 300
_FEW = 8
_SHORTEST_PART = 4  # letters by which a longer name can be told
_MISSING = "This field is missing."
_NEARLY_THE_SAME = 0.9  # of 1; what is spelled so alike was meant, whatever else is missing
# What no document says but in prose: a word that makes another field of the same object needed.
_DEMANDS = {("userFlow", "WEB_REDIRECT"): "returnUrl", ("userFlow", "PUSH_MESSAGE"): "customer"}


def parts(document: Document, schemas: Iterable[Schema]) -> list[Schema]:
    """Schemas together with all they are combined from, each once.

    References are followed.
    """
    found: list[Schema] = []
    seen: set[int] = set()
    waiting = list(schemas)
    while waiting:
        schema = document.resolve(waiting.pop(0))
        if id(schema) in seen:
            continue
        seen.add(id(schema))
        found.append(schema)
        for word in _COMBINED:
            waiting += schema.get(word, ())
    return found


def at(document: Document, schema: Schema, path: Sequence[str | int]) -> list[Schema]:
    """All schemas that a value somewhere in a body has to do with.

    Args:
        document: Where references point to.
        schema: The body's.
        path: From the body's root: names of fields and positions in lists.
    """
    here = parts(document, [schema])
    for step in path:
        if isinstance(step, int):
            inner = [part["items"] for part in here if isinstance(part.get("items"), Mapping)]
        else:
            inner = [part["properties"][step] for part in here if step in part.get("properties", {})]
            inner = inner or [part["additionalProperties"] for part in here if _is_open(part) is not True]
            inner = [one for one in inner if isinstance(one, Mapping)]
        here = parts(document, inner)
    return here


def fields(schemas: Iterable[Schema]) -> dict[str, Schema]:
    """The fields that an object of these schemas may have; required ones first."""
    known: dict[str, Schema] = {}
    needed: list[str] = []
    for schema in schemas:
        needed += schema.get("required", ())
        for name, inner in schema.get("properties", {}).items():
            known.setdefault(name, inner)
    return {name: known[name] for name in sorted(known, key=lambda name: name not in needed)}


def required(schemas: Iterable[Schema]) -> set[str]:
    """The fields that one of these schemas demands."""
    return {name for schema in schemas for name in schema.get("required", ())}


def values(schemas: Iterable[Schema]) -> list[Any]:
    """The values that these schemas name: an enum's, a constant, true and false."""
    named: list[Any] = []
    for schema in schemas:
        named += schema.get("enum", ())
        if "const" in schema:
            named.append(schema["const"])
        if schema.get("type") == "boolean":
            named += [True, False]
    return list({json.dumps(value): value for value in named if value is not None}.values())


def kinds(schemas: Iterable[Schema]) -> set[str]:
    """The JSON types that these schemas allow, as far as they say."""
    said: set[str] = set()
    for schema in schemas:
        kind = schema.get("type", "object" if "properties" in schema else ())
        said |= {kind} if isinstance(kind, str) else set(kind)
    return said


def faults(document: Document, schema: Schema, body: Any) -> list[FieldError]:
    """What is wrong with a body; empty for a good one.

    Each fault is named by a JSON pointer such as ``/amount/value``.
    """
    refusals = list(_refusals(document, schema, body))
    lacking: dict[str, set[str]] = {}
    for fault in refusals:
        if fault.reason == _MISSING:
            place, _, name = fault.name.rpartition("/")
            lacking.setdefault(place, set()).add(name)
    unknown = list(_unknown(document, [schema], body, "", lacking))
    meant = {fault.name.rpartition("/")[0] + "/" + near for fault in unknown if (near := _meant(fault))}
    missing = {FieldError(name, _MISSING) for name in meant}  # said already, by the name that was mistyped
    refused = [fault for fault in refusals if fault not in missing]
    return list(dict.fromkeys([*refused, *unknown]))


def _meant(fault: FieldError) -> str:
    return fault.reason.partition("Did you mean ")[2].removesuffix("?")


def _is_open(schema: Schema) -> Any:
    """What an object may have beside its named fields.

    True where the document has no word about it, else the document's own.
    """
    return schema.get("additionalProperties", True)


def _unknown(
    document: Document, schemas: Iterable[Schema], value: Any, pointer: str, lacking: Mapping[str, set[str]]
) -> Iterator[FieldError]:
    """Fields that nobody knows.

    The APIs refuse them, although their documents do not say so.

    Args:
        document: Where references point to.
        schemas: The value's.
        value: A body, or what stands in one.
        pointer: Where it stands.
        lacking: The needed fields that are missing, by where they are.
    """
    here = parts(document, schemas)
    if isinstance(value, list):
        inner = [part["items"] for part in here if isinstance(part.get("items"), Mapping)]
        for number, item in enumerate(value if inner else ()):
            yield from _unknown(document, inner, item, f"{pointer}/{number}", lacking)
    if not isinstance(value, Mapping):
        return
    known = fields(here)
    if not known or any(isinstance(_is_open(part), Mapping) for part in here):
        return
    free = [name for name in known if name not in value]
    needed = [name for name in free if name in lacking.get(pointer, ()) or name in demanded(value)]
    is_alone = sum(name not in known for name in value) == len(needed) == 1
    for name, item in value.items():
        if name in known:
            inner = [part["properties"][name] for part in here if name in part.get("properties", {})]
            yield from _unknown(document, inner, item, f"{pointer}/{name}", lacking)
        else:
            near = _likeliest(str(name), free, needed)
            if is_alone and not _is_sure(str(name), near) and _can_be(item, parts(document, [known[needed[0]]])):
                near = needed[0]
            hint = f" Did you mean {near}?" if near else ""
            yield FieldError(f"{pointer}/{name}", f"There is no such field.{hint}")


def demanded(value: Mapping[str, Any]) -> set[str]:
    """The fields that an object's own words make needed, such as its user flow."""
    return {field for (name, word), field in _DEMANDS.items() if value.get(name) == word}


def _likeliest(name: str, free: Sequence[str], needed: Sequence[str]) -> str:
    """Of the fields that are not there yet, the one that was meant.

    One spelled nearly the same, else one that is needed, else any alike.
    """
    near = nearest(name, free)
    return near if _is_sure(name, near) else nearest(name, needed) or near


def _is_sure(name: str, near: str) -> bool:
    return difflib.SequenceMatcher(None, name.lower(), near.lower()).ratio() >= _NEARLY_THE_SAME


def _can_be(value: Any, schemas: Iterable[Schema]) -> bool:
    """Whether a value is of a kind that a field takes.

    Then only its name may be wrong.
    """
    wanted = kinds(schemas)
    if isinstance(value, bool):
        own = {"boolean"}
    elif isinstance(value, int | float):
        own = {"integer", "number"}
    elif isinstance(value, str):
        own = {"string", "integer", "number"} if value.isdecimal() else {"string"}
    else:
        own = {"object"} if isinstance(value, Mapping) else {"array"} if isinstance(value, list) else set()
    return not wanted or bool(wanted & own)


def nearest(name: str, known: Iterable[str]) -> str:
    """The name that was probably meant; empty when none is near.

    It is spelled alike, or one is within the other (`amount`, `modificationAmount`).
    """
    names = {one.lower(): one for one in known}
    near = difflib.get_close_matches(name.lower(), names, 1)
    if not near and len(name) >= _SHORTEST_PART:
        parts = [one for one in names if one.startswith(name.lower()) or one.endswith(name.lower())]
        near = parts if len(parts) == 1 else []
    return names[near[0]] if near else ""


def _refusals(document: Document, schema: Schema, body: Any) -> Iterator[FieldError]:
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - slow to import, and not everybody checks
    from jsonschema.validators import extend  # noqa: PLC0415 - as above

    # 499.0 is an integer to JSON Schema, and a refusal to the APIs.
    checker = Draft202012Validator.TYPE_CHECKER.redefine(
        "integer", lambda _, value: isinstance(value, int) and not isinstance(value, bool)
    )
    validator = extend(  # type: ignore[no-untyped-call] # the stubs forgot it
        Draft202012Validator, {"discriminator": _of_the_named_alternative}, type_checker=checker
    )
    closed = {**_lenient(schema), "components": _components(document)}
    for error in sorted(validator(closed).iter_errors(body), key=lambda one: list(map(str, one.absolute_path))):
        for nearest in _nearest(error):
            pointer = "".join(f"/{part}" for part in nearest.absolute_path)
            if nearest.validator == "required":
                for name in nearest.validator_value:
                    if name not in nearest.instance:
                        yield FieldError(f"{pointer}/{name}", _MISSING)
            else:
                yield FieldError(pointer or "/", _reason(nearest))


def _of_the_named_alternative(validator: Any, said: Any, value: Any, schema: Schema) -> Iterator[Any]:
    """Of several alternatives the one that the value names itself.

    And no other: that is OpenAPI's `discriminator`.
    """
    name = value.get(said.get("propertyName")) if isinstance(value, Mapping) and isinstance(said, Mapping) else None
    if not isinstance(name, str) or not name:
        return
    mapped = str(said.get("mapping", {}).get(name, "")).rpartition("/")[2]
    for alternative in schema.get("anyOf", ()):
        own = str(alternative.get("$ref", "")).rpartition("/")[2]
        # Without a mapping the schema's name counts, of which documents make more than the word (LegacyPricing…).
        if own and (own == mapped if mapped else own.lower().startswith(name.lower())):
            yield from validator.descend(value, alternative)


def _nearest(error: Any) -> Iterator[Any]:
    """Of several alternatives, all faults of the one that came nearest.

    It has the fewest, and is not "must be null".
    """
    if not error.context:
        yield error
        return
    branches: dict[Any, list[Any]] = {}
    for one in error.context:
        branches.setdefault(one.schema_path[0], []).append(one)
    serious = [branch for branch in branches.values() if not _wants_null(branch[0])] or list(branches.values())
    for one in min(serious, key=lambda branch: (_is_another_kind(branch), len(branch))):
        yield from _nearest(one)


def _wants_null(error: Any) -> bool:
    return bool(error.validator == "type" and error.validator_value == "null")


def _is_another_kind(branch: Sequence[Any]) -> bool:
    """Whether an alternative is out of the question.

    It is of another type, or has another word where a word tells them apart.
    """
    return any(one.validator in ("type", "enum", "const") and len(one.relative_path) <= 1 for one in branch)


@lru_cache(maxsize=64)
def _components(document: Document) -> Any:
    return _lenient(document.components)


def _lenient(node: Any) -> Any:
    """A schema that one matching alternative satisfies.

    Unknown fields are left to `_unknown`. Generated documents forbid further fields in a base and in what is built on
    it, so that nothing would pass.
    """
    if isinstance(node, list):
        return [_lenient(item) for item in node]
    if not isinstance(node, Mapping):
        return node
    changed = {name: _lenient(value) for name, value in node.items()}
    if isinstance(changed.get("additionalProperties"), bool):
        del changed["additionalProperties"]
    if isinstance(changed.get("pattern"), str) and not _is_pattern(changed["pattern"]):
        del changed["pattern"]
    if isinstance(changed.get("oneOf"), list):
        alternatives = {"anyOf": changed.pop("oneOf")}
        if "anyOf" in changed:
            changed["allOf"] = [*changed.get("allOf", []), alternatives]
        else:
            changed |= alternatives
    return changed


def _is_pattern(text: str) -> bool:
    """Whether Python can read a regular expression.

    Documents have those of other languages as well.
    """
    try:
        re.compile(text)
    except re.error:
        return False
    return True


def quoted(value: Any) -> str:
    """A value as a reason quotes it: as JSON, and short."""
    said = json.dumps(value, ensure_ascii=False, default=str)
    return said if len(said) <= 60 else f"{said[:57]}…"  # noqa: PLR2004 - a message of one line


def _reason(error: Any) -> str:
    said = quoted(error.instance)
    limit = error.validator_value
    if error.validator == "enum":
        near = difflib.get_close_matches(str(error.instance), map(str, limit), 1, 0.5)
        named = ", ".join(map(str, limit[:_FEW])) + (", …" if len(limit) > _FEW else "")
        return f"{said} is none of {named}." + (f" Did you mean {near[0]}?" if near else "")
    if error.validator == "type":
        return f"{said} should be {_article(limit)}."
    simple = {
        "pattern": f"{said} does not match {limit}.",
        "minimum": f"{said} is less than {limit}.",
        "maximum": f"{said} is more than {limit}.",
        "minLength": f"{said} is shorter than {limit} characters.",
        "maxLength": f"{said} is longer than {limit} characters.",
        "minItems": f"At least {limit} entries are needed.",
        "maxItems": f"At most {limit} entries are allowed.",
    }
    return simple.get(error.validator, str(error.message)[:_LONGEST_REASON])


def _article(kind: Any) -> str:
    if not isinstance(kind, str):
        return " or ".join(map(_article, kind))
    words = {
        "integer": "a whole number",
        "number": "a number",
        "string": "text in quotes",
        "boolean": "true or false",
        "array": "a list",
        "object": "an object",
    }
    return words.get(kind, kind)
