"""The catalogue: every operation of every API, as data.

One OpenAPI document for each API, with facts from the official ones and our own sentences. Newer official documents
can be explored with ``vipps_nb.openapi``; nothing here has to change for that.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from vipps_nb.openapi import Document, Operation, read

__all__ = ["document_of", "documents", "find", "operations", "search"]


@cache
def documents() -> tuple[Document, ...]:
    """The documents of all APIs, in the order of their names."""
    folder = files(__name__)
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".json"))
    return tuple(read(name, (folder / name).read_text(encoding="utf-8")) for name in names)


@cache
def operations() -> tuple[Operation, ...]:
    """All operations of all APIs. An operation that two documents have is listed once."""
    unique = {str(operation): operation for document in documents() for operation in document.operations}
    return tuple(unique.values())


def document_of(operation: Operation) -> Document:
    """The document that an operation's schemas refer into."""
    return next(document for document in documents() if operation in document.operations)


def find(method: str, path: str) -> Operation | None:
    """The operation that a request belongs to; None for a path that the catalogue does not know."""
    fitting = [operation for operation in operations() if operation.matches(method, path)]
    return max(fitting, key=lambda operation: operation.literal_length, default=None)


def search(words: str, among: Sequence[Operation] | None = None) -> list[Operation]:
    """The operations that have all the words in their API, method, path or purpose; best first.

    Args:
        words: What somebody would type: ``capture``, ``recurring list``, ``/epayment refund``.
        among: Where to look; the whole catalogue unless given.
    """
    wanted = words.lower().split()
    found: list[tuple[int, int, Operation]] = []
    for number, operation in enumerate(operations() if among is None else among):
        purpose, place = operation.purpose.lower(), f"{operation.api} {operation}".lower()
        if all(word in purpose or word in place for word in wanted):
            score = sum(2 * purpose.startswith(word) + (word in purpose) + (word in place) for word in wanted)
            found.append((-score - (not operation.deprecated), number, operation))
    return [operation for *_, operation in sorted(found, key=lambda one: one[:2])]
