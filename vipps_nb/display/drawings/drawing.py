"""What a drawing is: HTML and text, always both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vipps_nb.display.markup import Markup, tag


@dataclass(frozen=True)
class Drawing:
    """A resource, drawn.

    Attributes:
        html: For notebooks; without its style sheet the words in it still say all.
        text: For terminals, and for whoever reads the notebook's file.
    """

    html: Markup
    text: str


def facts(title: str, rows: Mapping[str, str | None]) -> Drawing:
    """Names and values under a title; rows without a value are left out."""
    shown = {name: value for name, value in rows.items() if value}
    width = max(map(len, shown), default=0)
    items = [part for name, value in shown.items() for part in (tag("dt", name), " ", tag("dd", value), " ")]
    return Drawing(
        tag("div", tag("p", tag("b", title), class_="vipps-nb-words"), tag("dl", *items), class_="vipps-nb-facts"),
        "\n".join([title, *(f"  {name:{width}}  {value}" for name, value in shown.items())]),
    )


def wide(content: Markup, label: str) -> Markup:
    """A frame that scrolls by itself where the page is narrow, by keyboard too."""
    return tag("div", content, class_="vipps-nb-wide", tabindex="0", role="region", aria_label=label)


def lines_of(rows: Sequence[Sequence[str]], *, numbers: frozenset[int] = frozenset()) -> str:
    """A table as text, columns aligned; columns of numbers to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)] if rows else []
    lines = []
    for row in rows:
        cells = [
            cell.rjust(width) if place in numbers else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)
