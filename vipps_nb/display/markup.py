"""HTML written safely.

Text is escaped, and all of it seen, unless it is markup already.
"""

from __future__ import annotations

import re
from functools import lru_cache, partial
from html import escape

from vipps_nb.core.visible import visible

# Hebrew, Arabic, Syriac, Thaana, N'Ko and their neighbours, and the forms that old encodings had of them.
_RIGHT_TO_LEFT = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")
_BETWEEN = " · "
_VOID = frozenset({"br", "img", "input"})


class Markup(str):
    """Text that is HTML, and was escaped where it had to be."""

    __slots__ = ()


def tag(name: str, *content: str | None, **attributes: str | int | bool | None) -> Markup:
    """An element.

    Args:
        name: Such as ``p``.
        content: What is inside; plain text is escaped, None is left out.
        attributes: ``class_`` is ``class``, ``data_status`` is ``data-status``; True is an attribute without value,
            None and False are left out.
    """
    written = "".join(
        [_class(value) if name == "class_" else _attribute(name, value) for name, value in attributes.items()]
    )
    if name in _VOID:
        return Markup(f"<{name}{written}>")
    return Markup(f"<{name}{written}>{join(*content)}</{name}>")


def _attribute(name: str, value: str | int | bool | None) -> str:
    if value is None or value is False:
        return ""
    said = "" if value is True else f'="{escape(visible(str(value)))}"'
    return f" {name.rstrip('_').replace('_', '-')}{said}"


_class = lru_cache(256)(partial(_attribute, "class_"))  # one of few; the other attributes hold whatever is shown


def join(*content: str | None, between: str = "") -> Markup:
    """Pieces after one another."""
    pieces = [piece if isinstance(piece, Markup) else _escaped(piece) for piece in content if piece is not None]
    return Markup(between.join(pieces))


def _escaped(text: str) -> str:
    """Plain text as HTML.

    What is written from right to left does not turn around what stands beside it.
    """
    if not _RIGHT_TO_LEFT.search(text):
        return escape(visible(text))
    # Facts that stand side by side keep their order.
    parts = [(escape(visible(part)), _RIGHT_TO_LEFT.search(part)) for part in text.split(_BETWEEN)]
    return _BETWEEN.join(f"<bdi>{part}</bdi>" if turned else part for part, turned in parts)
