"""The part of a style sheet that one card needs.

A card carries its style along, and a notebook holds many cards.

On a page with many cards the last one's rules come last. So rules that can meet at one element must not part: those
for different values of an attribute are kept together, and what is special must weigh more than what is general.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

_RULE = re.compile(r"([^{}]+)\{((?:[^{}]|\{[^{}]*\})*)\}")  # one level of nesting: @media, @container
_COMMA = re.compile(r",(?![^(]*\))")
_FUNCTION = re.compile(r":[\w-]+\([^()]*\)")
_NEEDED = re.compile(r"\.(vipps-nb[\w-]*)|\[(data-(?!jp-)[\w-]+)|(?:^|[\s>+~])([a-z]+)")


@dataclass(frozen=True)
class _Selector:
    """A selector, and what a card must have for it to choose something.

    Attributes:
        classes: Our own; those of the page around a card are not the card's business.
        marks: Attributes and beginnings of tags as they are written.
    """

    text: str
    classes: frozenset[str]
    marks: tuple[str, ...]


def worn(sheet: str, html: str) -> str:
    """The rules that can apply to a card.

    Args:
        sheet: A whole sheet, without comments.
        html: The card.
    """
    classes = frozenset(name for names in re.findall(r'class="([^"]*)"', html) for name in names.split())
    return "".join(_written(_parsed(sheet), classes, html))


def _written(rules: tuple[_Parsed, ...], classes: frozenset[str], html: str) -> Iterator[str]:
    for selectors, content in rules:
        if isinstance(content, tuple):
            inner = "".join(_written(content, classes, html))
            if inner:
                yield f"{selectors[0].text}{{{inner}}}"
            continue
        chosen = [one.text for one in selectors if one.classes <= classes and all(mark in html for mark in one.marks)]
        if chosen:
            yield f"{','.join(chosen)}{{{content}}}"


_Parsed = tuple[tuple[_Selector, ...], "str | tuple[_Parsed, ...]"]


@lru_cache
def _parsed(sheet: str) -> tuple[_Parsed, ...]:
    rules: list[_Parsed] = []
    for head, content in _RULE.findall(sheet):
        name = head.strip()
        if name.startswith("@"):
            rules.append(((_Selector(name, frozenset(), ()),), _parsed(content)))
        else:
            rules.append((tuple(_selector(one.strip()) for one in _COMMA.split(name)), content.rstrip(";").strip()))
    return tuple(rules)


def _selector(text: str) -> _Selector:
    # What stands in :is() and :not() is a choice; such a selector is kept for what stands around it.
    found = _NEEDED.findall(_FUNCTION.sub("", text))
    marks = [f'{attribute}="' if attribute else f"<{element}" for name, attribute, element in found if not name]
    return _Selector(text, frozenset(name for name, _, _ in found if name), tuple(marks))
