"""One line of the error table: what goes wrong, how it is provoked, and which explanation is to be seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import requests

from tests.errors.bench import Bench


class By(StrEnum):
    """Who gives the answer."""

    SANDBOX = "the sandbox"
    FAULTS = "the sandbox's fault desk"
    STAND_IN = "a server standing in for the real host"
    CLIENT = "the client's own sentence"


@dataclass(frozen=True, kw_only=True)
class Case:
    """One provocation.

    Attributes:
        row: The row's number, or the code.
        see: What is seen.
        how: How it is provoked.
        by: Who answers.
        provoke: Does it. An answer is to be explained; words explain themselves.
        symptom: The explanation's name; empty where words explain themselves.
        words: What the client's own sentence says, where there is one: what happened, and what to do.
    """

    row: str
    see: str
    how: str
    provoke: Callable[[Bench], requests.Response | str]
    symptom: str = ""
    by: By = By.SANDBOX
    words: tuple[str, str] = ("", "")

    @property
    def id(self) -> str:
        """Readable in pytest's output."""
        return f"{self.row} {self.symptom or self.see}"
