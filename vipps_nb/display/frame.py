"""What all cards have in common: a section with a name, and its style.

That is the part of the style sheet that it needs.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from vipps_nb.display.markup import Markup, tag
from vipps_nb.display.styling import worn


def framed(*content: str | None, label: str, environment: str | None = None) -> Markup:
    """A card around something, with the rules of style that what is in it needs.

    Args:
        content: What is in it.
        label: What it is called where it is read aloud.
        environment: Who answered, if somebody did.
    """
    attributes = {"class_": "vipps-nb vipps-nb-answer", "data_environment": environment, "aria_label": label}
    style = worn(_stylesheet(), tag("section", *content, **attributes))
    return tag("section", tag("style", Markup(style)), *content, **attributes)


@lru_cache
def _stylesheet() -> str:
    """The sheet of all cards, without comments and needless blanks."""
    here = Path(__file__).parent
    widgets = here.parent / "widgets"
    sheets = (widgets / "tokens.css", widgets / "card.css", here / "answer.css")
    text = "\n".join(sheet.read_text(encoding="utf-8") for sheet in sheets)
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return re.sub(r"\s*([{};,>])\s*|(?<=[\w-]:) (?=[^{}]*[;}])", r"\1", re.sub(r"\s+", " ", text)).strip()
