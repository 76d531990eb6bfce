"""A symptom: how a mistake shows itself, why it happens, and what to do.

Data, and the one way to match it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from vipps_nb.explain.exchange import Exchange
from vipps_nb.explain.request_faults import Words

DOCS = "https://developer.vippsmobilepay.com/docs"


@dataclass(frozen=True, kw_only=True)
class Symptom:
    """One row of what people meet.

    All conditions that are given must hold. The more of them, the more surely this is what happened.

    Attributes:
        name: A handle that stays the same, such as ``capture-before-approval``.
        what: What happened, in one sentence.
        cause: The probable cause.
        remedy: What to do.
        page: The official page.
        statuses: HTTP statuses it comes with.
        codes: Business codes it comes with.
        path: A pattern that the request's path must have somewhere.
        words: A pattern that the server's words must have somewhere.
        when: Whatever else must be true.
        fit: What to say instead of the sentences here, for one request: an explanation never contradicts what was
            sent. Empty where nothing is known against them.
        certain: Whether the signs leave no other reading; otherwise the explanation says "probably".
        urgent: Whether it is to be said whatever else fits.
    """

    name: str
    what: str
    cause: str
    remedy: str
    page: str = f"{DOCS}/knowledge-base/errors/"
    statuses: frozenset[int] = frozenset()
    codes: frozenset[str] = frozenset()
    path: str | None = None
    words: str | None = None
    when: Callable[[Exchange], bool] | None = field(default=None, compare=False)
    fit: Callable[[Exchange], Words] | None = field(default=None, compare=False, repr=False)
    certain: bool = True
    urgent: bool = False

    def fits(self, exchange: Exchange) -> bool:
        """Whether an exchange shows this symptom.

        What went well shows only those that ask for its status.
        """
        problem = exchange.problem
        return (
            (problem is not None or exchange.status in self.statuses)
            and (not self.statuses or exchange.status in self.statuses)
            and (not self.codes or (problem is not None and problem.code in self.codes))
            and (self.path is None or re.search(self.path, exchange.route, re.IGNORECASE) is not None)
            and (self.words is None or re.search(self.words, exchange.words, re.IGNORECASE) is not None)
            and (self.when is None or self.when(exchange))
        )

    def fitted(self, exchange: Exchange) -> Symptom:
        """The same, in words that fit what was sent."""
        return replace(self, **self.fit(exchange)) if self.fit is not None else self

    @property
    def sentences(self) -> list[tuple[str, str]]:
        """What is said about it, each with its label."""
        cause = "Why" if self.certain else "Probably"
        return [("What happened", self.what), (cause, self.cause), ("What to do", self.remedy)]

    @property
    def sharpness(self) -> int:
        """How closely its conditions look; the sharper of two that fit says more.

        The server's own wording is about this very case, a code about a kind of case, a status about a crowd. Each
        outweighs all that come after it.
        """
        given = (self.words, self.codes, self.when, self.path, self.statuses)
        weights = (16, 8, 4, 2, 1)
        return 100 * self.urgent + sum(weight for condition, weight in zip(given, weights, strict=True) if condition)
