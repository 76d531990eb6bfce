"""The references that were seen in this kernel.

Payments, agreements, charges, webhooks, whatever a path can name. Only values that paths take are kept, in memory, the
newest first; nothing secret is ever a path's value.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote
from weakref import WeakKeyDictionary

import requests

from vipps_nb.apis import catalogue
from vipps_nb.apis.catalogue.documents import Operation
from vipps_nb.client.login import logged_in
from vipps_nb.client.recorder import History
from vipps_nb.client.session import VippsSession
from vipps_nb.core.paths import path_of

_MOST_CALLS = 200  # at once: somebody waits for a completion
_MOST = 50  # of one kind; a list longer than that helps nobody who is typing
_LONGEST_ANSWER = 200_000  # bytes; a ledger's pages are not searched for references
_LONGEST = 128  # characters of one reference
_UNTIL_ERROR = 400
# The same thing, named differently by the APIs that take it.
_KINSHIP = {"orderId": ("reference", "chargeId"), "transactionId": ("reference",), "reference": ("orderId",)}
_NOT_REFERENCES = {"scheme", "paymentType", "topic", "ledgerDate", "sub"}


class References:
    """What was seen, by kind.

    A kind is a parameter's name, and for `id`, which says nothing, its path as well.
    """

    def __init__(self) -> None:
        self._seen: dict[str, OrderedDict[str, None]] = {}
        self._read: WeakKeyDictionary[History, int] = WeakKeyDictionary()  # by history, up to which call

    def observe(self, response: requests.Response) -> None:
        """Remember what an answer names; never fails."""
        try:
            self._observe(response)
        except (ValueError, TypeError, AttributeError, requests.RequestException):
            return  # an answer that cannot be read names nothing

    def catch_up(self, history: History) -> None:
        """Remember what the calls name that a session has made since the last time."""
        read = self._read.get(history, 0)
        new = [call for call in history if call.number > read and call.status is not None]
        for call in new[-_MOST_CALLS:]:
            self.observe(call.response)
        if new:
            self._read[history] = new[-1].number

    def suggestions(self, parameter: str, before: str = "") -> list[str]:
        """The references that fit a parameter, the newest first.

        Args:
            parameter: Its name.
            before: The path's template before it, such as ``/webhooks/v1/webhooks/``.
        """
        found = list(reversed(self._seen.get(_kind(parameter, before), {})))
        for relative in _KINSHIP.get(parameter, ()):
            found += [value for value in reversed(self._seen.get(relative, {})) if value not in found]
        return found

    def forget(self) -> None:
        """Forget everything."""
        self._seen.clear()

    def _observe(self, response: requests.Response) -> None:
        request = response.request
        path = path_of(request.url or "")
        operation = catalogue.find(str(request.method), path)
        if operation is None or response.status_code >= _UNTIL_ERROR:
            return
        for kind, value in _in_path(operation, path):
            self._keep(kind, value)
        is_json = "json" in response.headers.get("Content-Type", "")
        if is_json and len(response.content) < _LONGEST_ANSWER:
            for kind, value in _in_answer(operation, response.json()):
                self._keep(kind, value)

    def _keep(self, kind: str, value: str) -> None:
        values = self._seen.setdefault(kind, OrderedDict())
        values[value] = None
        values.move_to_end(value)
        while len(values) > _MOST:
            values.popitem(last=False)


def _kind(parameter: str, before: str) -> str:
    return f"{before.lower()}{{id}}" if parameter == "id" else parameter


def _parameters(operation: Operation) -> Iterator[tuple[str, str]]:
    """The parameters of a path, each with the template before it."""
    for found in re.finditer(r"\{([^}]+)\}", operation.path):
        yield found[1], operation.path[: found.start()]


def _in_path(operation: Operation, path: str) -> Iterator[tuple[str, str]]:
    found = operation.pattern.fullmatch(path)
    values: Iterable[str] = found.groups() if found else ()
    for (name, before), value in zip(_parameters(operation), values, strict=False):
        if name not in _NOT_REFERENCES:
            yield _kind(name, before), unquote(value)


def _in_answer(operation: Operation, answer: Any) -> Iterator[tuple[str, str]]:
    """Fields that are named like a path's parameter, with their values.

    Also `id`, which is what the next part of the path takes.
    """
    known: set[str] = set()
    child = ""
    for other in catalogue.operations():
        for name, before in _parameters(other):
            if name not in _NOT_REFERENCES:
                known.add(name)
                if before.lower() == operation.path.lower().rstrip("/") + "/":
                    child = _kind(name, before)
    for item in _objects(answer):
        for name, value in item.items():
            if isinstance(value, str) and value and len(value) <= _LONGEST:
                if name == "id" and child:
                    yield child, value
                elif name != "id" and name in known:
                    yield name, value


def _objects(answer: Any) -> Iterator[Mapping[str, Any]]:
    """The answer itself, and what stands in it one list or one object deep."""
    for outer in answer if isinstance(answer, list) else [answer]:
        if isinstance(outer, Mapping):
            yield outer
            for value in outer.values():
                yield from (
                    inner for inner in (value if isinstance(value, list) else [value]) if isinstance(inner, Mapping)
                )


SEEN = References()  # in this kernel


def seen_by(variables: Mapping[str, Any]) -> References:
    """The references of this kernel, up to the last call of every session.

    Every one that is logged in or has a name.
    """
    named = {value for value in variables.values() if isinstance(value, VippsSession)}
    for session in named.union(logged_in()):
        SEEN.catch_up(session.history)
    return SEEN
