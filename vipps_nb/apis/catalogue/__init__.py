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
from typing import NamedTuple

from vipps_nb.apis.catalogue.documents import Document, Operation, read
from vipps_nb.apis.catalogue.tasks import TASKS

__all__ = ["add", "document_of", "documents", "find", "named", "operations", "remove", "search"]

_FILLERS = frozenset(
    ("a", "an", "the", "how", "to", "do", "i", "my", "can", "please", "is", "it", "was", "what", "does", "did")
)
_PARTS = re.compile(r"[^\W_]+")
_SHORT, _LONG = 4, 8  # letters, from which on one and two mistakes are forgiven
_TASK = 3  # more than a word somewhere in the purpose

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

    The words are looked for in an operation's API, method, path and purpose and in what people want to do with it, in
    any case. A word that nothing has is taken for a misspelled one or for the beginning of a longer one.

    Args:
        words: What somebody would type: ``capture``, ``recurring list``, ``is it paid``, ``refnd``.
        among: Where to look; the whole catalogue unless given.
    """
    wanted = words.lower().split()
    wanted = [word for word in wanted if word not in _FILLERS] or wanted
    rows = [_words_of(operation) for operation in (operations() if among is None else among)]
    known = {word for word in wanted if any(row.has(word) for row in rows)}
    found: list[tuple[int, int, Operation]] = []
    for number, (operation, row) in enumerate(zip(operations() if among is None else among, rows, strict=True)):
        scores = [row.score(word, misspelled=word not in known) for word in wanted]
        if all(score is not None for score in scores):
            score = sum(score or 0 for score in scores) + (not operation.deprecated) + operation.in_test
            found.append((-score, number, operation))
    return [operation for *_, operation in sorted(found, key=lambda one: one[:2])]


class _Words(NamedTuple):
    """What an operation can be found by, in lower case."""

    purpose: str
    place: str
    tasks: frozenset[str]

    def has(self, word: str) -> bool:
        """Whether it has this word, or in its own texts a part of one."""
        return word in self.purpose or word in self.place or word in self.tasks

    def score(self, word: str, *, misspelled: bool) -> int | None:
        """How well a word fits; None where it does not."""
        if misspelled:
            own = any(_is_alike(word, one) for one in _PARTS.findall(f"{self.purpose} {self.place}"))
            return 1 if own or any(_is_alike(word, one) for one in self.tasks) else None
        if word in self.purpose or word in self.place:
            return 2 * self.purpose.startswith(word) + (word in self.purpose) + (word in self.place)
        return _TASK if word in self.tasks else None


def _words_of(operation: Operation) -> _Words:
    tasks = frozenset(_PARTS.findall(TASKS.get(str(operation), "").lower()))
    return _Words(operation.purpose.lower(), f"{operation.api} {operation}".lower(), tasks)


def _is_alike(word: str, other: str) -> bool:
    """Whether a word was meant to be another one, or its beginning.

    A letter too much, missing, wrong or swapped with its neighbour; two of them in a long word.
    """
    allowed = 0 if len(word) < _SHORT else 1 if len(word) < _LONG else 2
    lengths = range(max(1, len(word) - allowed), min(len(other), len(word) + allowed) + 1)
    return allowed > 0 and any(_distance(word, other[:length]) <= allowed for length in lengths)


def _distance(one: str, other: str) -> int:
    """How many letters have to be changed to make one word of another."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        current = [row]
        for column, another in enumerate(other, 1):
            steps = min(last[column] + 1, current[-1] + 1, last[column - 1] + (letter != another))
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == another:
                steps = min(steps, before[column - 2] + 1)
            current.append(steps)
        before, last = last, current
    return last[-1]
