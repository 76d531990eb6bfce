"""One exchange with an API, reduced to what an explanation may depend on. It holds no secret."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import requests

from vipps_nb.addresses import cut_apart, host_of
from vipps_nb.bodies import body_of, parsed
from vipps_nb.problem import Problem
from vipps_nb.redaction import is_secret

_REFUSAL = 400
_LONGEST = 20_000


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """A request and what came back.

    Attributes:
        path: Without host and query.
        host: Who was asked.
        headers: The names of the request's headers in lower case; values only of those that are no secret.
        sent: The request's body, parsed; None when there was none.
        answer: The answer's body, parsed, or its text.
        refused_before: Whether this very idempotency key has met a refusal before.
    """

    method: str
    path: str
    host: str
    status: int
    sent: Any = None
    answer: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    refused_before: bool = False

    @classmethod
    def of(cls, response: requests.Response) -> Exchange:
        """Read an exchange out of a response; one that is still being streamed is left alone."""
        request = response.request
        headers = {name.lower(): str(value) for name, value in request.headers.items()}
        headers |= {name: "" for name in headers if name == "client_id" or is_secret(name)}
        return cls(
            method=request.method or "",
            path=cut_apart(request.url or "").path,
            host=host_of(request.url or ""),
            status=response.status_code,
            sent=parsed(request.body, form=True),
            answer=parsed(body_of(response)),
            headers=headers,
            # Written there by the history of the session that sent it.
            refused_before=bool(getattr(response, "refused_before", False)),
        )

    @cached_property
    def problem(self) -> Problem | None:
        """The refusal, if it is one."""
        return Problem.from_body(self.answer, self.status) if self.status >= _REFUSAL else None

    @cached_property
    def words(self) -> str:
        """All the server said, to be searched for a wording; nobody says it after the first twenty thousand letters."""
        said = self.answer if isinstance(self.answer, str) else json.dumps(self.answer, ensure_ascii=False)
        return said[:_LONGEST]

    def values(self, *names: str) -> Iterator[Any]:
        """Every value that the request's body has under one of these names, however deep."""
        yield from _values(self.sent, {name.lower() for name in names})

    def amounts(self) -> Iterator[Any]:
        """Every amount of the request's body: with a currency beside it, or under the name of one."""
        for node in _objects(self.sent):
            if "currency" in node and "value" in node:
                yield node["value"]
            named = (node.get("amount"), node.get("suggestedMaxAmount"))
            yield from (amount for amount in named if amount is not None and not isinstance(amount, Mapping))


def _values(node: Any, names: set[str]) -> Iterator[Any]:
    for each in _objects(node):
        yield from (value for name, value in each.items() if name.lower() in names)


def _objects(node: Any) -> Iterator[Mapping[str, Any]]:
    """Every JSON object in a body, however deep."""
    waiting = [node]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            yield each
            waiting += reversed(each.values())
        elif isinstance(each, list):
            waiting += reversed(each)
