"""What the doctor finds: plain data, fit to be shown.

One finding for each check, one line for each product.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Result(StrEnum):
    """How one check went."""

    OK = "ok"
    ATTENTION = "attention"  #: works, and should be looked at
    FAILED = "failed"  #: does not work before this is mended
    SKIPPED = "skipped"  #: not looked at; ``found`` says why


@dataclass(frozen=True)
class Finding:
    """One check and what it found. Never holds a key.

    Attributes:
        check: The check's name, such as ``access token``.
        result: How it went.
        found: What was found, in words.
        remedy: What to do; empty when there is nothing to do.
        cause: A handle that stays the same, such as ``client-secret``; empty when all is well.
    """

    check: str
    result: Result
    found: str
    remedy: str = ""
    cause: str = ""


class Standing(StrEnum):
    """Whether a product answers to these keys."""

    ACTIVE = "active"
    NOT_ACTIVE = "not active"
    NOT_IN_TEST = "not in test"
    NO_ANSWER = "no answer"
    UNKNOWN = "not known"


@dataclass(frozen=True)
class ProductLine:
    """One product and what its one harmless call told.

    Attributes:
        name: The API's name.
        standing: Whether it is active.
        told_by: What told so: the call and the answer, or why there was none.
    """

    name: str
    standing: Standing
    told_by: str


@dataclass(frozen=True)
class Visit:
    """All findings of one visit.

    Attributes:
        environment: ``sandbox``, ``test`` or ``production``; empty when that could not be decided.
        findings: One for each check, in the order in which they build on one another.
        products: One line for each API that these keys could open.
        versions: Of what matters, by name.
        public: The same without the names of machines and folders, if there were any.
    """

    environment: str
    findings: tuple[Finding, ...]
    products: tuple[ProductLine, ...]
    versions: Mapping[str, str]
    public: Visit | None = None

    @property
    def ok(self) -> bool:
        """Whether nothing failed."""
        return not self.failed

    @property
    def failed(self) -> tuple[Finding, ...]:
        """The checks that failed; the first one is the one to mend first."""
        return tuple(finding for finding in self.findings if finding.result is Result.FAILED)

    @property
    def verdict(self) -> str:
        """All in a few words."""
        failed = len(self.failed)
        attention = sum(finding.result is Result.ATTENTION for finding in self.findings)
        words = [f"{failed} failed"] if failed else []
        words += [f"{attention} to look at"] if attention else []
        return " · ".join(words) or "all is well"

    def __getitem__(self, check: str) -> Finding:
        """The finding of the check of that name."""
        return next(finding for finding in self.findings if finding.check == check)
