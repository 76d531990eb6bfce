"""Things to be done later, as data: which function, and for which record.

A deadline, a page on the customer's phone, what to do with an answer: each is a name and a few plain values. So a world
can be written down and read back, and nothing that a file says is ever executed but the functions named here.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

from pydantic import BaseModel, GetCoreSchemaHandler, TypeAdapter
from pydantic_core import CoreSchema, core_schema

from vipps_nb.sandbox.world.tables import Table

Given = ParamSpec("Given")
Outcome = TypeVar("Outcome")
World = Any
"""The world, which this file must not import: it holds deeds itself."""


@dataclass(frozen=True, slots=True)
class Deed(Generic[Outcome]):
    """One thing to be done later; called, it is done.

    Attributes:
        name: Of the function.
        given: What it gets after the world: text, numbers, truth values, nothing, and lists of these.
        world: Where it is done.
    """

    name: str
    given: tuple[Any, ...]
    world: World

    def __call__(self, *more: Any) -> Outcome:
        """Do it. ``more`` is what comes to be known only then, such as an answer."""
        done: Outcome = KNOWN[self.name].do(self.world, *self.given, *more)
        return done


class Later(Generic[Given, Outcome]):
    """A function whose calls can be put off and written down."""

    def __init__(
        self, name: str, do: Callable[Concatenate[World, Given], Outcome], more: int, about: type[Any] | None, key: int
    ) -> None:
        self.name, self.do = name, do
        self.more, self._about, self._key = more, about, key

    def of(self, world: World, *given: Any) -> Deed[Outcome]:
        """The deed of calling it with these values."""
        return Deed(self.name, given, world)

    def __call__(self, world: World, *given: Given.args, **named: Given.kwargs) -> Outcome:
        """Do it now."""
        return self.do(world, *given, **named)

    @cached_property
    def values(self) -> TypeAdapter[tuple[Any, ...]]:
        """What the values of such a deed are, to hold a foreign file against."""
        parameters = list(inspect.signature(self.do, eval_str=True).parameters.values())[1:]
        kinds = tuple(one.annotation for one in parameters[: len(parameters) - self.more])
        # Made of annotations, which no checker can follow.
        return TypeAdapter(tuple[kinds])  # type: ignore[valid-type]  # pyright: ignore

    def has_its_record(self, deed: Deed[Any]) -> bool:
        """Whether the record that a deed is about is there."""
        if self._about is None:
            return True
        key = deed.given[0] if self._key == 1 else deed.given[: self._key]
        store = deed.world.records(self._about)
        return key in (store if isinstance(store, Table) else store.rows)


@dataclass(frozen=True, slots=True)
class WrittenAs:
    """Beside the type of a deed's value: an object that is a model's JSON."""

    model: type[BaseModel]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """It is valid if the model can read it."""
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def _check(self, written: dict[str, Any]) -> dict[str, Any]:
        self.model.model_validate_json(json.dumps(written))
        return written


KNOWN: dict[str, Later[..., Any]] = {}
"""Every function that a deed may name."""


def deed(
    name: str, *, about: type[Any] | None = None, key: int = 1, more: int = 0
) -> Callable[[Callable[Concatenate[World, Given], Outcome]], Later[Given, Outcome]]:
    """Make a function's calls deeds.

    Under a name that stays the same from version to version.

    Args:
        name: Such as ``epayment.expire``.
        about: The store of the record that it cannot do without; None where it looks for itself.
        key: How many of the first values are the record's key in that store.
        more: How many of the function's last values come to be known only when it is done.
    """

    def declare(do: Callable[Concatenate[World, Given], Outcome]) -> Later[Given, Outcome]:
        assert name not in KNOWN, name  # noqa: S101 - two functions of one name are a slip of ours
        later = Later(name, do, more, about, key)
        KNOWN[name] = later
        return later

    return declare
