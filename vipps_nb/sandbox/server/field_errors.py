"""What is wrong with a field, in our words.

Which one, what came, and what is expected.

A validation's own words name types of Python and tell nobody what to send instead; none of them reaches a user.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from vipps_nb.sandbox.server.json_reader import Decimals, Digits
from vipps_nb.sandbox.server.leniency import printable
from vipps_nb.sandbox.server.shapes import Object, nearest

LONGEST_SHOWN = 40  # characters of a text that came
LONGEST_LIST = 30  # names of fields
MOST_ERRORS = 50
_PRIVATE = re.compile(
    r"secret|token|password|authorization|key|code|hint|nin\b|phone|mobile|msisdn|mail|name|address|birth|customer",
    re.IGNORECASE,
)
ABSENT = "Is required, and did not come."
Wrong = Mapping[str, Any]
"""An error as pydantic describes it."""
Lookup = Callable[[Sequence[str]], Object | None]
"""What is known of the object that a path leads to."""


class FieldError(NamedTuple):
    """What the validation found.

    A field's path, what is wrong with it, and pydantic's name for that.
    """

    path: str
    reason: str
    kind: str


def field_errors(errors: Sequence[Wrong], body: Any, object_at: Lookup) -> list[FieldError]:
    """The errors of a validation, in our words.

    Args:
        errors: As pydantic lists them.
        body: What was validated.
        object_at: What is known of the object that a path leads to.
    """
    found = [_field_error(error, body, object_at) for error in errors[:MOST_ERRORS]]
    # Of a value that fits none of several types, pydantic tells once for each of them.
    return list({(error.path, error.kind): error for error in found}.values())


def _field_error(error: Wrong, body: Any, object_at: Lookup) -> FieldError:
    kind: str = error["type"]
    place, *location = error["loc"] or ("body",)
    path = _path(location, body) if place == "body" else [printable(str(part)) for part in location]
    if kind.startswith("union_tag"):
        path.append(error["ctx"]["discriminator"].strip("'"))
    shown = ".".join(path) or str(place)
    if kind == "extra_forbidden":
        around = object_at(path[:-1])
        return FieldError(shown, _no_such_field(path[-1], list(around.fields if around else ())), kind)
    return FieldError(shown, _reason(error, shown, _description(path, object_at)), kind)


def _description(path: Sequence[str], object_at: Lookup) -> str:
    around = object_at(path[:-1]) if path else None
    field = around.fields.get(path[-1]) if around else None
    return field.description if field else ""


def _path(location: Sequence[str | int], body: Any) -> list[str]:
    """The path as the body has it.

    Pydantic puts in which of several kinds of objects it took for granted.
    """
    path: list[str] = []
    present = body
    for number, part in enumerate(location, 1):
        if isinstance(present, dict) and part in present:
            present = present[part]
        elif isinstance(present, list) and isinstance(part, int):
            present = present[part] if part < len(present) else None
        elif number < len(location) or not isinstance(present, dict):
            continue
        path.append(printable(str(part)))
    return path


def _no_such_field(name: str, known: Sequence[str]) -> str:
    listed = ", ".join(sorted(known)[:LONGEST_LIST])
    there = f" The fields here are {listed}." if 0 < len(known) <= LONGEST_LIST else ""
    return f"There is no such field{nearest(name, known)}.{there}".replace("?.", "?")


_LITERAL = re.compile(r"'([^']*)'")


def _reason(error: Wrong, path: str, description: str) -> str:
    kind, value, context = error["type"], error.get("input"), error.get("ctx", {})
    if kind in ("value_error", "assertion_error"):
        return str(context["error"])  # our own
    if kind in ("missing", "union_tag_not_found"):
        return f"{ABSENT} {description}".strip()
    expected = _expected(kind, context)
    came = _size(value, context) if kind in _SIZES else _came(_tag(value, context), path)
    if kind in ("literal_error", "enum") and isinstance(value, str):
        expected = f"{expected}{nearest(value, _LITERAL.findall(str(expected)))}"
    words = f"Came {came}, expected {expected}." if expected else f"Came {came}, which cannot be used here."
    words = words.replace("?.", "?")
    return f"{words} {description}".strip()


def _tag(value: Any, context: Mapping[str, Any]) -> Any:
    """What came; of an object of no known kind, the field that tells kinds apart.

    pydantic puts that field's value into its own words as a text, whatever it was.
    """
    if "tag" not in context:
        return value
    name = str(context.get("discriminator", "")).strip("'")
    return value[name] if isinstance(value, dict) and name in value else context["tag"]


def _expected(kind: str, context: Mapping[str, Any]) -> str | None:
    for names, words in _EXPECTED:
        if kind in names:
            return words.format(**context)
    return None


_SIZES = ("string_too_short", "string_too_long", "too_short", "too_long", "bytes_too_short", "bytes_too_long")
_EXPECTED: Sequence[tuple[Sequence[str], str]] = (
    (("string_type", "string_sub_type", "bytes_type"), "text"),
    (("string_unicode",), "text without half characters"),
    (
        ("int_type", "int_parsing", "int_from_float", "int_parsing_size"),
        "a whole number of at most 19 digits",
    ),
    (("float_type", "float_parsing", "decimal_type", "decimal_parsing"), "a number"),
    (("finite_number",), "a number that is not infinite"),
    (("bool_type", "bool_parsing"), "true or false"),
    (("list_type", "tuple_type", "set_type", "frozen_set_type", "iterable_type"), "a list"),
    (
        ("dict_type", "mapping_type", "model_type", "model_attributes_type", "dataclass_type", "is_instance_of"),
        "an object",
    ),
    (("none_required",), "null"),
    (("literal_error", "enum"), "{expected}"),
    (("union_tag_invalid",), "one of {expected_tags}"),
    (("string_pattern_mismatch",), "text that fits {pattern}"),
    (("string_too_short", "bytes_too_short"), "at least {min_length}"),
    (("string_too_long", "bytes_too_long"), "at most {max_length}"),
    (("too_short",), "at least {min_length}"),
    (("too_long",), "at most {max_length}"),
    (("greater_than",), "more than {gt}"),
    (("greater_than_equal",), "{ge} or more"),
    (("less_than",), "less than {lt}"),
    (("less_than_equal",), "{le} or less"),
    (("multiple_of",), "a multiple of {multiple_of}"),
)
"""What each of pydantic's errors says was expected."""


def _size(value: Any, context: Mapping[str, Any]) -> str:
    counted = "character" if isinstance(value, str | bytes) else "entry"
    number = len(value) if isinstance(value, str | bytes | list | dict) else context.get("actual_length", "other")
    if number == 1:
        return f"1 {counted}"
    return f"{number} {'entries' if counted == 'entry' else 'characters'}"


def _came(value: Any, path: str) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, Digits):
        return f"a number of {len(value.lstrip('-'))} digits"
    private = _PRIVATE.search(path.rpartition(".")[2]) is not None
    if isinstance(value, int | float):
        text = value.text if isinstance(value, Decimals) else str(value)
        return "a number" if private else printable(text, LONGEST_SHOWN)
    if isinstance(value, str):
        return "an empty text" if not value else "a text" if private else f"the text {_quoted(value)}"
    if isinstance(value, list):
        return "a list"
    return "an object" if isinstance(value, dict) else "something else"


def _quoted(text: str) -> str:
    return f'"{printable(text, LONGEST_SHOWN)}"'
