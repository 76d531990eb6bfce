"""The request log as something to assert on: one such request, none, all of them."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from vipps_nb.sandbox.control.results import LoggedRequest
from vipps_nb.sandbox.near import with_named_options

_NEAREST, _LONGEST = 5, 300


@with_named_options
class Journal:
    """The requests to the imitated APIs; secrets are masked in it.

    Called, it gives the log: ``sandbox.requests(last=10)``. Its methods are for tests. A path may have ``*`` for
    anything, ``/epayment/v1/payments/*/capture``. One with a ``?`` is compared with its query, any other without.

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

        Raises:
            TypeError: An argument is of a kind that no request could fit.
            ValueError: The path has no slash at its beginning.

        Args:
            method: Such as ``POST``; ``*`` for any.
            path: As it was sent, from the host's root; ``*`` stands for anything. With a ``?`` the query counts too.
            status: The status of the answer.
            body: Fields that the body must have, with these values; others may be there as well.
        """
        check(method, path, status, body)
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
            number = "was one" if len(found) == 1 else f"were {len(found)}"
            raise AssertionError(f"Expected no request {wanted}; there {number}:\n{_listed(found)}")

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
        _is_like(entry["method"], method.upper())
        and (_is_like(_target(entry), path) if "?" in path else _is_like(_bare(entry["path"]), _bare(path)))
        and (status is None or entry["status"] == status)
        and (body is None or _has(entry["body"], body))
    )


def _is_like(text: str, wanted: str) -> bool:
    """Whether a text is the wanted one.

    Each ``*`` in that stands for anything, and nothing else is special.
    """
    return re.fullmatch(".*".join(map(re.escape, wanted.split("*"))), text, re.DOTALL) is not None


def _bare(path: str) -> str:
    return path.rstrip("/") or "/"


def _target(entry: LoggedRequest) -> str:
    """Path and query, as :func:`line` shows them."""
    query = entry.get("query")
    query = "&".join(f"{name}={value}" for name, value in query) if isinstance(query, list) else str(query or "")
    return f"{entry['path']}?{query}" if query else entry["path"]


def check(method: Any, path: Any, status: Any, body: Any) -> None:
    """Refuse what no request could fit, and would be looked for in vain.

    Raises:
        TypeError: An argument is of another kind.
        ValueError: The path has no slash at its beginning.
    """
    for name, value in (("method", method), ("path", path)):
        if not isinstance(value, str):
            raise TypeError(f"{name} is text such as {'POST' if name == 'method' else '/epayment/*'}, not {value!r}.")
    if path != "*" and not path.startswith(("/", "*")):
        raise ValueError(f"path begins with a slash and has no host, such as /epayment/v1/payments, unlike {path!r}.")
    if status is not None and (not isinstance(status, int) or isinstance(status, bool)):
        raise TypeError(f"status is a whole number such as 400, not {status!r}.")
    if body is not None and not isinstance(body, Mapping):
        raise TypeError(f"body is a dictionary of the fields that it must have, not a {type(body).__name__}.")


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
    status = entry["status"] if entry["status"] is not None else entry.get("dropped") or "no answer"
    body = entry.get("body") or ""
    said = f" {body if isinstance(body, str) else json.dumps(body)}" if body else ""
    return f"#{entry['number']} {entry['method']} {_target(entry)} → {status}{said}"[:_LONGEST]
