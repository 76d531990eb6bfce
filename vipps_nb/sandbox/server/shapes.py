"""The shape of a body, read off its model.

What a request that differs from it was meant to say.

One walk for every API and every depth, before the strict validation. Each difference that the real APIs are known to
take is put right and noted; whatever else is wrong is left for the validation to refuse.

- Text where a whole number is documented, if it is nothing but ASCII digits, with a minus sign or without.
- A whole number where text is documented: its digits, all of them. In a map, such as metadata, any number.
- One of a list of words, in another case.
- A field that no document knows: left out. Without a documented type, any value is let through.
- ``null`` for a field that may be absent: absent. Where the document has it as nullable it stays, and is no note.
- A field without which the document gives a default: the default.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from vipps_nb.sandbox.server.json_reader import Decimals, Digits
from vipps_nb.sandbox.server.leniency import Leniency, printable

LARGEST_NUMBER = 2**63 - 1  # an int64, the largest whole number that any document has
_DIGITS = re.compile(r"-?[0-9]+", re.ASCII)
_MOST_DIGITS = len(str(LARGEST_NUMBER))
NUMBER_FOR_TEXT = "a number where text is documented"
TEXT_FOR_NUMBER = "text where a number is documented"
OTHER_CASE = "another case than documented"
UNKNOWN_FIELD = "no document knows this field"
NULL_FOR_ABSENT = "null where the field may only be absent"
PRESUMED = "absent where the document requires it, with a default"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Presumed:
    """What it means that a field is absent.

    Beside the type of a field that a document requires although it gives a default.
    """

    value: Any


@dataclass(frozen=True, slots=True)
class NullAllowed:
    """Beside the type of a field whose null is documented."""


Nullable = Annotated[T | None, NullAllowed()]
"""A field that the document has as nullable: null is one of its values."""

Relax = Callable[[Any, str, Leniency], Any]
"""Puts a value right: given the value, its path, and where to note what was done."""


def relaxed(annotation: Any) -> Relax | None:  # noqa: PLR0911 - a table, one line for each kind of type
    """What puts a value of this type right; None where there is nothing to put right."""
    kind, metadata = bare(annotation)
    if kind is str:
        return _text
    if kind in (int, float):
        return _number
    origin, args = get_origin(kind), get_args(kind)
    if origin is Literal:
        return _Words(args)
    if origin is list:
        item = relaxed(args[0])
        return None if item is None else _Each(item)
    if origin is dict:
        item = _map_text if args[1] is str else relaxed(args[1])
        return None if item is None else _Map(item)
    if origin in (Union, UnionType):
        return _union([one for one in args if one is not NoneType], metadata)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _Words([one.value for one in kind])
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return Object(kind)
    return None


def nearest(name: str, names: Iterable[str]) -> str:
    """``; did you mean …?``, if one of the names is near enough."""
    lowered = {one.lower(): one for one in names}
    found = difflib.get_close_matches(name[:100].lower(), lowered, n=1, cutoff=0.8)
    return f"; did you mean {lowered[found[0]]}?" if found else ""


def below(path: str, name: str) -> str:
    """The path of what lies in something, as pydantic would write it."""
    return f"{path}.{name}" if path else name


def object_at(relax: Relax | None, path: Iterable[str]) -> Object | None:
    """What is known of the object that a path leads to; None where that is none."""
    for part in path:
        if isinstance(relax, Object):
            field = relax.fields.get(part)
            relax = None if field is None else field.relax
        else:
            relax = relax.item if isinstance(relax, _Each | _Map) else None
    return relax if isinstance(relax, Object) else None


@dataclass(frozen=True, slots=True)
class _Field:
    relax: Relax | None
    drops_null: bool
    presumed: Presumed | None
    description: str

    @classmethod
    def of(cls, info: FieldInfo) -> _Field:
        _, inner = bare(info.annotation)
        metadata = [*info.metadata, *inner, info]
        presumed = next((one for one in metadata if isinstance(one, Presumed)), None)
        nullable = any(isinstance(one, NullAllowed) for one in metadata)
        if info.is_required():
            takes_null = NoneType in get_args(bare(info.annotation)[0])
            drops_null = presumed is not None and not takes_null
        else:
            drops_null = not nullable
        return cls(relaxed(Annotated[info.annotation, *metadata]), drops_null, presumed, info.description or "")


class Object:
    """A JSON object with the fields of a model."""

    def __init__(self, model: type[BaseModel]) -> None:
        self.model = model

    @cached_property
    def fields(self) -> Mapping[str, _Field]:
        """By the names that they have in JSON. Late, for a model may contain itself."""
        return {info.alias or name: _Field.of(info) for name, info in self.model.model_fields.items()}

    @cached_property
    def presumed(self) -> Mapping[str, Presumed]:
        """The defaults of fields that are required and may be absent all the same."""
        return {name: field.presumed for name, field in self.fields.items() if field.presumed is not None}

    def fit(self, value: Mapping[str, Any]) -> tuple[int, int]:
        """How well these fields fit.

        How few that have to be there are not, and how many are known.
        """
        given = {name for name, item in value.items() if item is not None}
        return -len(self.required - given), len(given & self.fields.keys())

    @cached_property
    def required(self) -> frozenset[str]:
        """The fields that have to be there."""
        required = {info.alias or name for name, info in self.model.model_fields.items() if info.is_required()}
        return frozenset(required - self.presumed.keys())

    def __call__(self, value: Any, path: str, notes: Leniency) -> Any:
        """The object put right."""
        if type(value) is not dict:
            return value
        fields = self.fields
        content: dict[str, Any] = {}
        for name, item in value.items():
            field = fields.get(name)
            if field is None:
                # Found for the first few only: it takes long, and nobody reads more.
                meant = "" if notes.full else nearest(name, [one for one in fields if one not in value])
                notes.add(below(path, printable(name)), UNKNOWN_FIELD + meant, "extra_forbidden")
            elif item is None and field.drops_null:
                notes.add(below(path, name), NULL_FOR_ABSENT, "none_forbidden")
            elif field.relax is not None:
                content[name] = field.relax(item, below(path, name), notes)
            else:
                content[name] = item
        for name, presumed in self.presumed.items():
            if name not in content:
                content[name] = presumed.value
                if name not in value:  # a null has its note already
                    notes.add(below(path, name), PRESUMED, "missing")
        return content


class _Variants:
    """One of several objects, told apart by a word in one of their fields."""

    def __init__(self, models: Iterable[type[BaseModel]], discriminator: str) -> None:
        self.name = discriminator
        self.by_word: dict[str, Object] = {}
        self.without_word: list[Object] = []
        """Those whose word a document gives as a default."""
        for model in models:
            one = Object(model)
            info = next(info for name, info in model.model_fields.items() if discriminator in (name, info.alias))
            self.by_word.update({word.lower(): one for word in get_args(bare(info.annotation)[0])})
            if any(isinstance(beside, Presumed) for beside in info.metadata):
                self.without_word.append(one)

    def __call__(self, value: Any, path: str, notes: Leniency) -> Any:
        if type(value) is not dict:
            return value
        word = value.get(self.name)
        chosen = self._likeliest(value) if word is None else self.by_word.get(str(word).lower())
        return value if chosen is None else chosen(value, path, notes)

    def _likeliest(self, value: Mapping[str, Any]) -> Object | None:
        """The kind that lacks least and knows most; else the last.

        Of those that need not say which they are.
        """
        return max(reversed(self.without_word), key=lambda one: one.fit(value), default=None)


class _Words:
    """One of a list of words, or of numbers."""

    def __init__(self, words: Iterable[Any]) -> None:
        self.words = frozenset(words)
        self.in_lower_case: dict[str, str] = {}
        for word in (word for word in words if isinstance(word, str)):
            self.in_lower_case[word.lower()] = word
        self.numbers = {str(word): word for word in self.words if type(word) is int}

    def __call__(self, value: Any, path: str, notes: Leniency) -> Any:
        if type(value) is str:
            if value in self.words:
                return value
            if value.lower() in self.in_lower_case:
                notes.add(path, OTHER_CASE, "literal_error")
                return self.in_lower_case[value.lower()]
            if value in self.numbers:
                notes.add(path, TEXT_FOR_NUMBER, "literal_error")
                return self.numbers[value]
        elif type(value) is int and value not in self.words and str(value) in self.words:
            notes.add(path, NUMBER_FOR_TEXT, "literal_error")
            return str(value)
        return value


def bare(annotation: Any) -> tuple[Any, list[Any]]:
    """A type without what stands beside it, and that."""
    if get_origin(annotation) is Annotated:
        inner, *metadata = get_args(annotation)
        kind, more = bare(inner)
        return kind, [*metadata, *more]
    return annotation, []


def _text(value: Any, path: str, notes: Leniency) -> Any:
    kind = type(value)
    if kind is int or kind is Digits:
        notes.add(path, NUMBER_FOR_TEXT, "string_type")
        return str(value)
    return value


def _map_text(value: Any, path: str, notes: Leniency) -> Any:
    if type(value) is Decimals:
        notes.add(path, NUMBER_FOR_TEXT, "string_type")
        return value.text
    return _text(value, path, notes)


def _number(value: Any, path: str, notes: Leniency) -> Any:
    if type(value) is str and _DIGITS.fullmatch(value) and len(value) <= _MOST_DIGITS + 1:
        notes.add(path, TEXT_FOR_NUMBER, "int_type")
        value = int(value)
    # No number any more for the validation, which knows no largest one.
    return Digits(value) if type(value) is int and abs(value) > LARGEST_NUMBER else value


class _Each:
    """A list of things that are alike."""

    def __init__(self, item: Relax) -> None:
        self.item = item

    def __call__(self, value: Any, path: str, notes: Leniency) -> Any:
        if type(value) is not list:
            return value
        return [self.item(one, below(path, str(number)), notes) for number, one in enumerate(value)]


class _Map:
    """Names that anybody may choose, with values that are alike."""

    def __init__(self, item: Relax) -> None:
        self.item = item

    def __call__(self, value: Any, path: str, notes: Leniency) -> Any:
        if type(value) is not dict:
            return value
        return {name: self.item(one, below(path, printable(name)), notes) for name, one in value.items()}


def _union(kinds: list[Any], metadata: Iterable[Any]) -> Relax | None:
    if len(kinds) == 1:
        return relaxed(kinds[0])
    discriminator = next((one.discriminator for one in metadata if getattr(one, "discriminator", None)), None)
    if isinstance(discriminator, str):
        return _Variants([bare(kind)[0] for kind in kinds], discriminator)
    return None  # text or a number: both are documented then
