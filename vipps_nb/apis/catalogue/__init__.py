"""The catalogue: every operation of every API, as data.

One OpenAPI document for each API, with facts from the official ones and our own sentences. A newer official document
can be added with ``vipps_nb.openapi``; for its paths it is then asked before the catalogue's own.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache
from importlib.resources import files

from vipps_nb.apis.catalogue.documents import Document, Operation, read

__all__ = ["add", "document_of", "documents", "find", "named", "operations", "remove", "search"]

_added: list[Document] = []  # the newest first
_lock = threading.Lock()


@cache
def _own() -> dict[str, Document]:
    folder = files(__name__)
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".json"))
    texts = {name: _dated((folder / name).read_text(encoding="utf-8")) for name in names}
    return {name.removesuffix(".json"): read(name, text) for name, text in texts.items()}


def _dated(text: str) -> str:
    """The days of the examples, which can only be counted from today.

    A charge must be due in the future, so the data says ``{in 3 days}``.
    """
    return re.sub(r"\{in (\d+) days\}", lambda found: str(date.today() + timedelta(days=int(found[1]))), text)


def documents() -> tuple[Document, ...]:
    """All documents: added ones first, the newest of them before all.

    The catalogue's own follow in the order of their names.
    """
    return (*_added, *_own().values())


def named(name: str) -> Document | None:
    """The catalogue's own document of that name; None when it has none.

    Such as ``epayment``, ``order-management`` or ``ePayment API``.
    """
    stem = name.strip().lower().replace("-", "_")
    return next((one for key, one in _own().items() if stem in (key, one.title.lower().replace("-", "_"))), None)


def add(document: Document) -> None:
    """Let a document be asked before all others.

    One from the same source takes the place of the older one.
    """
    with _lock:
        _added[:] = [document, *(one for one in _added if one.source != document.source)]
        _all.cache_clear()


def remove(document: Document) -> None:
    """Take an added document out again."""
    with _lock:
        _added[:] = [one for one in _added if one is not document]
        _all.cache_clear()


@cache
def _all() -> dict[str, tuple[Operation, Document]]:
    found: dict[str, tuple[Operation, Document]] = {}
    for document in documents():
        for operation in document.operations:
            # Documents spell the names of parameters in their own ways.
            found.setdefault(re.sub(r"\{[^}]+\}", "{}", str(operation)).lower(), (operation, document))
    return found


def operations() -> tuple[Operation, ...]:
    """All operations of all APIs.

    An operation that two documents have is listed once, as the first has it.
    """
    return tuple(operation for operation, _ in _all().values())


def document_of(operation: Operation) -> Document:
    """The document that an operation's schemas refer into.

    Raises:
        ValueError: No document of the catalogue has it.
    """
    for document in documents():
        if any(operation is one for one in document.operations):
            return document
    raise ValueError(f"{operation} is in no document of the catalogue")


def find(method: str, path: str) -> Operation | None:
    """The operation that a request belongs to; None if no document knows it."""
    fitting = [operation for operation in operations() if operation.matches(method, path)]
    return max(fitting, key=lambda operation: operation.literal_length, default=None)


def search(words: str, among: Sequence[Operation] | None = None) -> list[Operation]:
    """The operations that have all the words; best first.

    The words are looked for in an operation's API, method, path and purpose, in any case.

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
