"""One exchange with an API, reduced to what an explanation may depend on.

It holds no secret.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import requests

from vipps_nb.apis import catalogue
from vipps_nb.apis.catalogue.documents import Operation
from vipps_nb.apis.questions import idempotency_header
from vipps_nb.client.recorder.money import Money
from vipps_nb.client.response import VippsResponse
from vipps_nb.core.addresses import cut_apart, host_of
from vipps_nb.core.bodies import LARGEST, body_of, parsed
from vipps_nb.core.environment import EnvironmentName, official_environment
from vipps_nb.core.paths import path_of
from vipps_nb.core.problem import Problem
from vipps_nb.core.redaction import is_secret

Kind = Literal["none", "json", "form", "text", "unread"]

_REFUSAL = 400
_HEADER = re.compile(r"([A-Z]\w*(?:-\w+)+): ")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z-]{1,15})\s+\S")
_MOST_WORDS = 20_000  # characters; what a server has to say stands at the beginning


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """A request and what came back.

    Attributes:
        path: Without host and query.
        host: Who was asked.
        environment: Which environment the host is; ``sandbox`` for every host that is neither of the real ones.
        headers: The names of the request's headers in lower case; values only of those that are no secret. Of
            ``authorization`` only the scheme is kept, empty when there was none.
        sent: The request's body, parsed; None when there was none.
        kind: What the body was: ``unread`` for a file or a stream, which nobody can look at afterwards.
        answer: The answer's body, parsed, or its text.
        answer_headers: The answer's headers, their names in lower case.
        refused_before: Whether this very idempotency key has met this refusal before.
        by_session: Whether a session of ours sent it, which adds keys and token to what the request shows.
        seen: What that session had last seen of the money of the payment that the path names.
    """

    method: str
    path: str
    host: str
    status: int
    environment: EnvironmentName = "sandbox"
    sent: Any = None
    kind: Kind = "none"
    answer: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    answer_headers: Mapping[str, str] = field(default_factory=dict)
    refused_before: bool = False
    by_session: bool = False
    seen: Money | None = None

    @classmethod
    def of(cls, response: requests.Response) -> Exchange:
        """Read an exchange out of a response. Never fails.

        One that is still being streamed is left alone.
        """
        request = response.request
        url = _text(request.url)
        kind, sent = _sent(request.body)
        official = official_environment(url)
        refused_before = getattr(response, "refused_before", None)  # written by the history of the session that sent it
        return cls(
            method=_text(request.method),
            path=cut_apart(url).path,
            host=host_of(url),
            status=response.status_code,
            environment=official.name if official is not None else "sandbox",
            sent=sent,
            kind=kind,
            answer=parsed(body_of(response)),
            headers=_without_secrets(request.headers),
            answer_headers={_text(name).lower(): _text(value) for name, value in response.headers.items()},
            refused_before=bool(refused_before),
            by_session=isinstance(response, VippsResponse) or refused_before is not None,
            seen=getattr(response, "seen", None),
        )

    @cached_property
    def route(self) -> str:
        """The path as tables look it up, in lower case: to be compared, not to be shown."""
        return path_of(self.path).lower()

    @cached_property
    def problem(self) -> Problem | None:
        """The refusal, if it is one."""
        return Problem.from_body(self.answer, self.status) if self.status >= _REFUSAL else None

    @cached_property
    def words(self) -> str:
        """What the server said, to be searched for a wording."""
        if isinstance(self.answer, str):
            return self.answer[:_MOST_WORDS]
        try:
            return json.dumps(self.answer, ensure_ascii=False)[:_MOST_WORDS]
        except RecursionError:
            return ""  # nested deeper than anybody's words

    @cached_property
    def operation(self) -> Operation | None:
        """What was asked, if the catalogue knows it.

        A slash at the end makes no difference to the APIs.
        """
        return catalogue.find(self.method, self.path)

    @property
    def key_header(self) -> str:
        """What this API calls the key that makes a write act once."""
        return idempotency_header(self.path)

    @property
    def has_key(self) -> bool:
        """Whether the request carried such a key."""
        return bool(self.headers.get(self.key_header.lower()))

    @property
    def same_again(self) -> str:
        """How the same request is sent again: with its key, if it had one."""
        return "Send the same request with the same key again" if self.has_key else "Send the same request again"

    def names(self) -> set[str]:
        """The names of the fields that the server complains about.

        Without what they stand in, in lower case.
        """
        return {re.split(r"[./]", name)[-1].lower() for name in self.complained_of()}

    def complained_of(self) -> list[str]:
        """The same as the server writes them.

        Where it lists none, the header that its sentence begins with.
        """
        if self.problem is None:
            return []
        found = _HEADER.match(self.problem.detail or "")
        return [one.name for one in self.problem.field_errors] or ([found[1]] if found else [])

    def objects(self) -> Iterator[Mapping[str, Any]]:
        """Every JSON object in the request's body, however deep."""
        waiting = [self.sent]
        while waiting:
            node = waiting.pop()
            if isinstance(node, Mapping):
                yield node
                waiting += node.values()
            elif isinstance(node, list):
                waiting += node

    def values(self, *names: str) -> Iterator[Any]:
        """Every value that the request's body has under one of these names, however deep."""
        wanted = {name.lower() for name in names}
        for each in self.objects():
            yield from (value for name, value in each.items() if name.lower() in wanted)

    def amounts(self) -> Iterator[Any]:
        """Every amount of the request's body.

        It has a currency beside it, or stands under the name of one.
        """
        for node in self.objects():
            if "currency" in node and "value" in node:
                yield node["value"]
            named = (node.get("amount"), node.get("suggestedMaxAmount"))
            yield from (amount for amount in named if amount is not None and not isinstance(amount, Mapping))


def _text(value: Any) -> str:
    """A name or value of a header, or an address, as text.

    Whoever prepares requests by hand may use bytes, or nothing.
    """
    return value.decode("latin-1") if isinstance(value, bytes) else "" if value is None else str(value)


def _sent(body: Any) -> tuple[Kind, Any]:
    if body is None or body in ("", b""):
        return "none", None
    if not isinstance(body, str | bytes) or len(body) > LARGEST:
        return "unread", None
    content = parsed(body)
    if not isinstance(content, str):
        return "json", content
    form = parsed(body, form=True)
    return ("form", form) if isinstance(form, Mapping) else _of_a_text(body, content)


def _of_a_text(body: str | bytes, content: str) -> tuple[Kind, Any]:
    """A text as JSON has it stands in quotes; any other is no JSON."""
    start = body[:1]
    return ("json" if start in ('"', b'"') and start != content[:1] else "text"), content


def _without_secrets(headers: Mapping[Any, Any]) -> dict[str, str]:
    kept = {_text(name).lower(): _text(value) for name, value in headers.items()}
    for name, value in kept.items():
        if value and name != "authorization" and (name == "client_id" or is_secret(name)):
            kept[name] = "***"
    if "authorization" in kept:
        scheme = _SCHEME.match(kept["authorization"])
        kept["authorization"] = scheme[1] if scheme else ""
    return kept
