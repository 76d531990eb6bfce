"""Faults on demand.

Latency, refusals by the gateway or by an API, dropped connections, a ``Date`` that lies.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from fnmatch import translate
from http import HTTPStatus
from typing import Annotated, Literal

from pydantic import Field, field_validator

from vipps_nb.sandbox.near import did_you_mean
from vipps_nb.sandbox.server.json_model import JsonModel
from vipps_nb.sandbox.server.problems import InjectedFault, OrderedRefusal
from vipps_nb.sandbox.world.ids import Ids

DAY = 86_400
MOST_RULES = 100
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
PHRASES = {int(status): status.phrase for status in HTTPStatus}


class FaultRule(JsonModel):
    """One rule.

    Of the rules that hit a request, latencies and skews add up and the first status or drop decides.
    """

    # A length makes pydantic look at the characters too: with half of one a rule could never be shown again.
    method: Annotated[str, Field(max_length=30, description="An HTTP method, or * for any.")] = "*"
    path: Annotated[str, Field(max_length=500, description="A path with * and ? as wildcards.")] = "*"
    rate: Annotated[float, Field(ge=0, le=1, description="The share of requests that are hit.")] = 1.0
    status: Annotated[int | None, Field(ge=400, le=599, description="Answered by the gateway; nothing happens.")] = None
    code: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=60,
            description="A business code, said by the API that was asked in its own dialect; 400 unless status says "
            "otherwise. So every documented refusal can be met, also those that this sandbox never has a reason for.",
        ),
    ] = None
    detail: Annotated[
        str | None, Field(min_length=1, max_length=300, description="What the refusal says, with a status or a code.")
    ] = None
    retry_after: Annotated[int | None, Field(ge=0, le=DAY, description="Seconds, sent with the status.")] = None
    latency_ms: Annotated[int, Field(ge=0, le=120_000, description="Real milliseconds before the request acts.")] = 0
    drop: Annotated[
        Literal["before", "after"] | None,
        Field(description="Hang up without an answer: before the request acts, or after it has acted."),
    ] = None
    skew_seconds: Annotated[int, Field(ge=-DAY, le=DAY, description="How wrong the Date header is.")] = 0

    @field_validator("method")
    @classmethod
    def _is_a_method(cls, method: str) -> str:
        """A rule for a method that nobody ever sends would hit nothing, and say nothing."""
        if method.upper() not in METHODS and not set(method) & set("*?["):
            raise ValueError(f"{method} is none of {', '.join(METHODS)} and *.{did_you_mean(method, METHODS)}")
        return method


@dataclass
class Verdict:
    """What the rules have in store for one request."""

    latency: float = 0.0
    skew: timedelta = timedelta(0)
    refusal: InjectedFault | OrderedRefusal | None = None
    drop: Literal["before", "after"] | None = None

    @property
    def decided(self) -> bool:
        """Whether a status or a drop was already chosen."""
        return self.refusal is not None or self.drop is not None


class Faults:
    """The rules of one world and its seeded chance."""

    def __init__(self, seed: int) -> None:
        self.rules: Sequence[FaultRule] = ()
        self._paths: Sequence[re.Pattern[str]] = ()
        self.changes = 0
        """How often the rules were changed."""
        self.ids = Ids(seed, "faults")

    def replace(self, rules: Sequence[FaultRule]) -> None:
        """These rules from now on."""
        self.rules = rules
        # Here and not in fnmatch's own memory, which keeps thousands of patterns for as long as the process lives.
        self._paths = [re.compile(translate(rule.path)) for rule in rules]
        self.changes += 1

    def judge(self, method: str, path: str) -> Verdict:
        """Decide about one request."""
        verdict = Verdict()
        for rule, fits in zip(self.rules, self._paths, strict=True):
            if rule.method not in ("*", method) or not fits.match(path):
                continue
            if self.ids.chance() >= rule.rate:
                continue
            verdict.latency += rule.latency_ms / 1000
            verdict.skew += timedelta(seconds=rule.skew_seconds)
            if verdict.decided:
                continue
            verdict.drop = rule.drop
            if rule.drop is None and (rule.status is not None or rule.code is not None):
                verdict.refusal = _refusal(rule)
        return verdict


def _refusal(rule: FaultRule) -> InjectedFault | OrderedRefusal:
    headers = {} if rule.retry_after is None else {"Retry-After": str(rule.retry_after)}
    status = rule.status or int(HTTPStatus.BAD_REQUEST)
    if rule.code is not None:
        return OrderedRefusal(status, rule.code, rule.detail or "", headers)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        text = "Rate limit is exceeded. Try again later."
    else:
        text = PHRASES.get(status, "Unknown error")
    return InjectedFault(status, rule.detail or text, headers)
