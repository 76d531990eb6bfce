"""What the check of a body has found, as a card like a refusal's.

Field, line, what came and what is expected; in HTML and in text, always both.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from vipps_nb.core.visible import visible
from vipps_nb.display.drawings.drawing import lines_of, wide
from vipps_nb.display.frame import framed
from vipps_nb.display.markup import tag

_COLUMNS = ("Field", "Line", "Came", "Expected")
# The end of a sentence that begins with what came, and the same as what is expected.
_EXPECTED = (
    (re.compile(r"should be (.+)\."), r"\1"),
    (re.compile(r"is none of (.+?)\.( Did you mean .+\?)?"), r"one of \1.\2"),
    (re.compile(r"is less than (.+)\."), r"\1 or more"),
    (re.compile(r"is more than (.+)\."), r"\1 or less"),
    (re.compile(r"is shorter than (.+)\."), r"at least \1"),
    (re.compile(r"is longer than (.+)\."), r"at most \1"),
    (re.compile(r"does not match (.+)\."), r"text that fits \1"),
)


@dataclass(frozen=True)
class BodyFault:
    """One finding.

    Attributes:
        field: A JSON pointer such as ``/amount/value``; ``/`` for the body itself.
        line: Where it stands in what was typed; None where that is not known.
        came: What stands there, as JSON, secrets masked; empty where nothing does.
        reason: What is wrong with it.
    """

    field: str
    line: int | None
    came: str
    reason: str

    @property
    def expected(self) -> str:
        """What should stand there."""
        rest = self.reason.removeprefix(self.came).strip()
        for pattern, words in _EXPECTED:
            if found := pattern.fullmatch(rest):
                return found.expand(words)
        return rest


@dataclass(frozen=True)
class BodyCheckCard:
    """The findings about one body, ready to be shown.

    Attributes:
        operation: Method and path of what was to be called.
        title: The same in words.
        environment: Where it would have gone.
        faults: What was found.
    """

    operation: str
    title: str
    environment: str
    faults: Sequence[BodyFault]

    @property
    def status(self) -> str:
        """In a few words."""
        return f"not sent: {len(self.faults)} finding{'' if len(self.faults) == 1 else 's'}"

    @cached_property
    def _rows(self) -> list[tuple[str, str, str, str]]:
        return [
            (fault.field, str(fault.line) if fault.line else "", fault.came or "nothing", fault.expected)
            for fault in self.faults
        ]

    @property
    def text(self) -> str:
        """For a terminal, and for whoever reads the notebook's file."""
        table = lines_of([_COLUMNS, *self._rows], numbers=frozenset({1}))
        return visible(f"{self.title} · {self.status}\n{table}\nMeant like this? --force sends it.")

    @property
    def html(self) -> str:
        """For a notebook: HTML and CSS, no script."""
        head = tag("tr", *(tag("th", name, scope="col") for name in _COLUMNS))
        lines = [
            tag(
                "tr",
                tag("th", tag("code", field), scope="row"),
                tag("td", line, class_="vipps-nb-number"),
                tag("td", tag("code", came) if came != "nothing" else came),
                tag("td", expected),
            )
            for field, line, came, expected in self._rows
        ]
        table = tag("table", tag("thead", head), tag("tbody", *lines), class_="vipps-nb-list vipps-nb-findings")
        return framed(
            tag(
                "header",
                tag("span", self.environment, class_="vipps-nb-badge"),
                " ",
                tag("strong", self.title, class_="vipps-nb-title"),
                " ",
                tag("span", self.status, class_="vipps-nb-status", data_tone="refused"),
            ),
            tag("p", tag("code", self.operation), class_="vipps-nb-meta"),
            wide(table, "What does not fit"),
            tag("p", "Meant like this? ", tag("code", "--force"), " sends it.", class_="vipps-nb-remark"),
            environment=self.environment,
            label=f"Body check: {self.title}, {self.status}",
        )
