"""The page of the docs with the error table.

    python -m tests.errors.page

Written from the explanations that the cards show and from the provocations that the tests make.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.errors.case import By, Case
from tests.errors.codes import EPAYMENT, RECURRING
from tests.errors.requests import REQUESTS
from tests.errors.rows import ROWS
from vipps_nb.explain import SYMPTOMS

FILE = Path(__file__).parents[2] / "docs" / "errors.md"
OPENING = """\
# Errors, and what to do

What a refusal looks like, what it means and what helps. The card of an answer says the same beneath the server's own
words. “Probably” stands where the signs leave another reading; a refusal that is not in this table is shown in the
server's words alone.

Every line was met: [`tests/test_explanations.py`](../tests/test_explanations.py) provokes it and sees its explanation.
*Provoked by* says how, so that you can meet it yourself: most are refusals by the sandbox; those marked **faults** were
ordered from its fault desk (`vipps.sandbox.faults([{"status": 503}])`, `[{"code": "6260"}]`, with `"detail"` for the
words); **stand-in** is a server that says what a real host is reported to say; **client** is a sentence of `vipps_nb`
itself. Written by `python -m tests.errors.page`.
"""
_MARKS = {By.SANDBOX: "", By.FAULTS: " **(faults)**", By.STAND_IN: " **(stand-in)**", By.CLIENT: " **(client)**"}
_NAMED = {symptom.name: symptom for symptom in SYMPTOMS}


def _told(case: Case) -> tuple[str, str]:
    """What happened and why, and what to do."""
    symptom = _NAMED.get(case.symptom)
    if symptom is None:
        return case.words
    cause = symptom.cause if symptom.certain else f"Probably: {symptom.cause}"
    return f"{symptom.what} {cause}", f"{symptom.remedy} [More]({symptom.page})"


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("\\", "\\\\").replace("|", "\\|") for cell in cells) + " |"


def _table(columns: Sequence[str], cases: Sequence[Case]) -> str:
    lines = [_row(columns), f"|{' --- |' * len(columns)}"]
    before = None
    for case in cases:
        first = [] if before is not None and case.row == before.row else [case.row]
        again = before is not None and case.symptom and case.symptom == before.symptom
        told = ("as above", "as above") if again else _told(case)
        seen = [] if case.see == case.row else [case.see]
        lines.append(_row([*(first or [""]), *seen, *told, case.how + _MARKS[case.by]]))
        before = case
    return "\n".join(lines)


def text() -> str:
    """The page, in Markdown."""
    rest = ["what happened, and why", "what to do", "provoked by"]
    return "\n".join(
        [
            OPENING,
            "## What people meet\n",
            _table(["#", "you see", *rest], ROWS),
            "\n## Codes of ePayment\n",
            _table(["code", *rest], EPAYMENT),
            "\n## Problems of Recurring\n",
            _table(["problem", *rest], RECURRING),
            "\n## What only the request tells\n",
            _table(["about", "you see", *rest], REQUESTS),
            "",
        ]
    )


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
