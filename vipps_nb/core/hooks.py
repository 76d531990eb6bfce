"""What a lower room asks of a higher one, such as a card for an answer.

Imports go down only. A lower room therefore calls a hook, and the room that can do it has filled it in when the package
was imported: with a loader, so that nothing is imported before somebody looks.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, ParamSpec, Protocol, TypeVar

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


class Hook(Generic[Arguments, Result]):
    """One thing that a higher room does for a lower one."""

    def __init__(self) -> None:
        self._load: Callable[[], Callable[Arguments, Result]] | None = None

    def fill(self, load: Callable[[], Callable[Arguments, Result]]) -> None:
        """Say who does it. The loader is called each time, and imports late."""
        self._load = load

    def __call__(self, *args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        """Have it done."""
        if self._load is None:
            raise LookupError("Nobody fills this hook. wiring.connect() does, when vipps_nb is imported.")
        return self._load()(*args, **kwargs)


class Card(Protocol):
    """What an answer looks like: HTML and text, always both."""

    @property
    def title(self) -> str:
        """The operation in words."""
        ...

    @property
    def advice(self) -> tuple[str, ...]:
        """What a refusal means and what to do, a line each; empty if not known."""
        ...

    @property
    def html(self) -> str:
        """For a front end."""
        ...

    @property
    def text(self) -> str:
        """For a terminal."""
        ...


class Table(Protocol):
    """What a list of calls, or of the answers to many, looks like."""

    @property
    def html(self) -> str:
        """For a front end."""
        ...

    @property
    def text(self) -> str:
        """For a terminal."""
        ...


answer_card: Hook[[Any], Card] = Hook()
answers_card: Hook[[str, Any, float | None], Table] = Hook()
calls_table: Hook[[Any], Table] = Hook()
document_explorer: Hook[[Any], Any] = Hook()
session_card: Hook[[Any], Table] = Hook()
listener_card: Hook[[Any], Any] = Hook()
token_card: Hook[[Any], Table] = Hook()
delivery_card: Hook[[Any], Table] = Hook()
