"""The doctor's report as a card, as text, and as a block.

The text is for terminals, the block for a bug report.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from vipps_nb.core.visible import visible
from vipps_nb.display.markup import Markup, join, tag
from vipps_nb.doctor.findings import Finding, Result, Standing, Visit

_WIDTH = 100
_MARKS = {Result.OK: "✓", Result.ATTENTION: "!", Result.FAILED: "✗", Result.SKIPPED: "–"}
_WORDS = {
    Result.OK: "all is well",
    Result.ATTENTION: "to look at",
    Result.FAILED: "failed",
    Result.SKIPPED: "not looked at",
}
_ORDER = (Result.FAILED, Result.ATTENTION, Result.OK, Result.SKIPPED)
_QUIET = (Result.OK, Result.SKIPPED)
_STANDING_MARKS = {
    Standing.ACTIVE: "✓",
    Standing.NOT_ACTIVE: "!",
    Standing.NOT_IN_TEST: "–",
    Standing.NO_ANSWER: "✗",
    Standing.UNKNOWN: "?",
}
_NAME_COLUMN = 16
_COMMANDS = re.compile(r"(`[^`]+`|%\w+(?: --[a-z-]+)?|--[a-z-]+|VIPPS_\w+)")


def as_text(report: Visit) -> str:
    """For a terminal, and for whoever reads the notebook's file.

    One line when all is well; otherwise what needs a look comes first. Holds no time, so that it stays the same.
    """
    if _is_well(report):
        return visible(f"{_headline(report)} ({_counted(report.findings)}; .block and --report have each)")
    return _in_full(report)


def _headline(report: Visit) -> str:
    return f"Doctor · {report.environment or 'no environment'} · {report.verdict}"


def _is_well(report: Visit) -> bool:
    return all(finding.result in _QUIET for finding in report.findings)


def _in_order(findings: Sequence[Finding]) -> list[Finding]:
    """What has failed, then what needs a look, then the others.

    Each in the order of the checks.
    """
    return sorted(findings, key=lambda finding: _ORDER.index(finding.result))


def _counted(findings: Sequence[Finding]) -> str:
    """How many checks there were, and how many of them had nothing to look at."""
    skipped = sum(finding.result is Result.SKIPPED for finding in findings)
    return f"{len(findings)} checks" + (f", {skipped} not looked at" if skipped else "")


def _in_full(report: Visit) -> str:
    lines = [_headline(report)]
    for finding in _in_order(report.findings):
        lines.append(_folded(finding.found, f"{_MARKS[finding.result]} {finding.check.ljust(_NAME_COLUMN)}"))
        if finding.check == "products":
            lines += _products(report)
        if finding.remedy:
            lines.append(_folded(finding.remedy, f"{'':{_NAME_COLUMN}}→ "))
    return visible("\n".join(lines))


def as_block(report: Visit) -> str:
    """For a bug report: Markdown that folds, with versions and what each API said."""
    versions = [f"{name} {number}" for name, number in report.versions.items()]
    products = [f"{line.name}: {line.standing} ({line.told_by})" for line in report.products]
    return "\n".join(
        [
            "<details><summary>vipps-nb doctor</summary>",
            "",
            "```text",
            _in_full(report),
            *(["", "Products", *(f"  {line}" for line in products)] if products else []),
            "",
            "Versions",
            *(f"  {line}" for line in versions),
            "```",
            "</details>",
        ]
    )


def as_html(report: Visit) -> Markup:
    """For a notebook: HTML and CSS, no script, no time."""
    tone = "failed" if report.failed else "refused" if report.verdict != "all is well" else "good"
    urgent = [finding for finding in _in_order(report.findings) if finding.result not in _QUIET]
    others = [finding for finding in report.findings if finding.result in _QUIET]
    rows = [row for finding in urgent for row in _row(report, finding)]
    rest = [row for finding in others for row in _row(report, finding)]
    folded = tag("ul", *rest, class_="vipps-nb-checks")
    badge = tag("span", report.environment, class_="vipps-nb-badge") if report.environment else None
    title = tag("strong", "Doctor", class_="vipps-nb-title")
    verdict = tag("span", report.verdict, class_="vipps-nb-status", data_tone=tone)
    if urgent:
        parts = [
            tag("header", badge, title, verdict),
            tag("ul", *rows, class_="vipps-nb-checks"),
            tag("details", tag("summary", f"The other {_counted(others)}"), folded) if rest else None,
        ]
    else:
        # One line, which opens to all that was looked at.
        counted = tag("small", _counted(others))
        parts = [tag("details", tag("summary", badge, title, counted, verdict), folded)]
    return tag(
        "section",
        tag("style", Markup(_stylesheet())),
        *parts,
        class_="vipps-nb vipps-nb-doctor",
        data_environment=report.environment,
        aria_label=f"Doctor: {report.verdict}",
    )


def _products(report: Visit) -> Iterator[str]:
    for standing in Standing:
        names = ", ".join(line.name for line in report.products if line.standing is standing)
        if names:
            yield _folded(names, f"{'':{_NAME_COLUMN + 2}}{_STANDING_MARKS[standing]} {standing}: ")


def _folded(words: str, first: str) -> str:
    rest = " " * len(first)
    return textwrap.fill(words, _WIDTH, initial_indent=first, subsequent_indent=rest, break_long_words=False)


def _row(report: Visit, finding: Finding) -> Iterator[Markup]:
    products = report.products if finding.check == "products" else ()
    yield tag(
        "li",
        tag("span", _MARKS[finding.result], class_="vipps-nb-sign", role="img", aria_label=_WORDS[finding.result]),
        tag("span", finding.check, class_="vipps-nb-check"),
        tag(
            "div",
            tag("p", _prose(finding.found)),
            tag(
                "ul",
                *(
                    tag(
                        "li",
                        tag("span", _STANDING_MARKS[line.standing], aria_hidden="true"),
                        f" {line.name} ",
                        tag("small", line.standing),
                        data_standing=line.standing.replace(" ", "-"),
                        title=line.told_by,
                    )
                    for line in products
                ),
                class_="vipps-nb-products",
            )
            if products
            else None,
            tag("p", tag("b", "What to do: "), _prose(finding.remedy), class_="vipps-nb-remedy")
            if finding.remedy
            else None,
        ),
        data_result=finding.result,
    )


def _prose(words: str) -> Markup:
    """A sentence whose commands and options stay in one piece."""
    pieces = _COMMANDS.split(words)
    return join(*(tag("code", piece.strip("`")) if number % 2 else piece for number, piece in enumerate(pieces)))


@lru_cache
def _stylesheet() -> str:
    here = Path(__file__).parent
    widgets = here.parent / "widgets"
    sheets = (widgets / "tokens.css", widgets / "card.css", here / "doctor.css")
    text = "\n".join(sheet.read_text(encoding="utf-8") for sheet in sheets)
    return re.sub(r"\s+", " ", re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)).strip()
