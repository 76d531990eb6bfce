"""The request log as something to assert on: one such request, none, all of them."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from typing import Any

from vipps_nb.sandbox.control.results import LoggedRequest
from vipps_nb.sandbox.naming import with_named_options

_NEAREST, _LONGEST = 5, 300


@with_named_options
class Journal:
    """The requests to the imitated APIs; secrets are masked in it.

    Called, it gives the log: ``sandbox.requests(last=10)``. Its methods are for tests. A path may have ``*`` for
    anything, ``/epayment/v1/payments/*/capture``; without it a query does not count.

    Args:
        read: Gives the log, oldest first, or the last entries of it.
    """

    def __init__(self, read: Callable[[int | None], list[LoggedRequest]]) -> None:
        self._read = read

    def __call__(self, last: int | None = None) -> list[LoggedRequest]:
        """The request log, or the last of it, oldest first."""
        return self._read(last)

    def all(
        self, method: str = "*", path: str = "*", *, status: int | None = None, body: Mapping[str, Any] | None = None
    ) -> list[LoggedRequest]:
        """Every such request, oldest first.

        Args:
            method: Such as ``POST``; ``*`` for any.
            path: As it was sent; ``*`` stands for anything.
            status: The status of the answer.
            body: Fields that the body must have, with these values; others may be there as well.
        """
        return [one for one in self._read(None) if _fits(one, method, path, status, body)]

    def one(
        self, method: str = "*", path: str = "*", *, status: int | None = None, body: Mapping[str, Any] | None = None
    ) -> LoggedRequest:
        """The only such request; arguments as for :meth:`all`.

        Raises:
            AssertionError: There is none, or there are several. The message shows the nearest ones.
        """
        __tracebackhide__ = True  # pytest shows the test's line and not ours
        found = self.all(method, path, status=status, body=body)
        if len(found) == 1:
            return found[0]
        wanted = _described(method, path, status, body)
        if found:
            raise AssertionError(
                f"Expected one request {wanted}; there were {len(found)}:\n{_listed(found)}\nNarrow it down with "
                "status= or body=, or ask for .all(…)."
            )
        raise AssertionError(f"Expected one request {wanted}; there was none. {self._nearest(method, path)}")

    def none(
        self, method: str = "*", path: str = "*", *, status: int | None = None, body: Mapping[str, Any] | None = None
    ) -> None:
        """See to it that there was no such request; arguments as for :meth:`all`.

        Raises:
            AssertionError: There was. The message shows them.
        """
        __tracebackhide__ = True  # pytest shows the test's line and not ours
        found = self.all(method, path, status=status, body=body)
        if found:
            wanted = _described(method, path, status, body)
            number = "one" if len(found) == 1 else str(len(found))
            raise AssertionError(f"Expected no request {wanted}; there was {number}:\n{_listed(found)}")

    def _nearest(self, method: str, path: str) -> str:
        entries = self._read(None)
        if not entries:
            return "There was no request at all: does the code under test use this sandbox's address and keys?"
        wanted = f"{method} {path}"
        nearest = sorted(
            entries,
            key=lambda one: difflib.SequenceMatcher(None, wanted, f"{one['method']} {one['path']}").ratio(),
            reverse=True,
        )
        return f"The nearest of {len(entries)}:\n{_listed(nearest[:_NEAREST])}"


def _fits(entry: LoggedRequest, method: str, path: str, status: int | None, body: Mapping[str, Any] | None) -> bool:
    return (
        fnmatchcase(entry["method"], method.upper())
        and fnmatchcase(entry["path"].rstrip("/") or "/", path.rstrip("/") or "/")
        and (status is None or entry["status"] == status)
        and (body is None or _has(entry["body"], body))
    )


def _has(sent: Any, wanted: Any) -> bool:
    """Whether what was sent has all that is wanted; more may be there."""
    if isinstance(sent, str) and not isinstance(wanted, str):
        try:
            sent = json.loads(sent)
        except ValueError:
            return False
    if isinstance(wanted, Mapping):
        return isinstance(sent, Mapping) and all(
            name in sent and _has(sent[name], value) for name, value in wanted.items()
        )
    return bool(sent == wanted)


def _described(method: str, path: str, status: int | None, body: Mapping[str, Any] | None) -> str:
    words = f"{method} {path}" if (method, path) != ("*", "*") else "of any kind"
    words += f" answered with {status}" if status is not None else ""
    return words + (f" with {json.dumps(body, default=str)[:_LONGEST]}" if body is not None else "")


def _listed(entries: list[LoggedRequest]) -> str:
    return "\n".join(f"  {line(one)}" for one in entries)


def line(entry: LoggedRequest) -> str:
    """One request in a line: number, method, path, status, body."""
    query = entry.get("query")
    query = "&".join(f"{name}={value}" for name, value in query) if isinstance(query, list) else str(query or "")
    status = entry["status"] if entry["status"] is not None else entry.get("dropped") or "no answer"
    body = entry.get("body") or ""
    said = f" {body if isinstance(body, str) else json.dumps(body)}" if body else ""
    target = f"{entry['path']}?{query}" if query else entry["path"]
    return f"#{entry['number']} {entry['method']} {target} → {status}{said}"[:_LONGEST]
