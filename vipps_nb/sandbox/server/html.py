"""HTML from tags that escape what they hold.

Nothing that a merchant writes becomes part of a page's markup.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

VOID = frozenset({"input", "meta"})
PALETTE = """
:root { color-scheme: light dark; --ink: #20242b; --paper: #f4f3f0; --card: #fff; --line: #d8d5cf; --quiet: #5d6570;
  --good: #14713f; --refused: #875300; --failed: #b3261e; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e9e7e2; --paper: #17191d; --card: #22252b; --line: #3b3f47; --quiet: #a9afb8;
    --good: #6ed19a; --refused: #f0b64e; --failed: #ff9188; }
}
* { box-sizing: border-box; }
:focus-visible { outline: 3px solid var(--ink); outline-offset: 3px; }
"""
"""What the sandbox's pages have in common. Colours of outcomes are those of the cards; a test holds them together."""


class Html(str):
    """Markup; whatever else is put into a tag is text.

    Also what is joined from markup and text.
    """

    __slots__ = ()


Content = str | None | Iterable["Content"]


def tag(name: str, /, *contents: Content, **attributes: str | bool | None) -> Html:
    """One element.

    Args:
        name: Such as ``p``.
        contents: Text, which is escaped; markup, which is not; None, which is nothing; or several of them.
        attributes: By name, with an underscore behind names that Python keeps for itself. True stands for an
            attribute without a value; None and False leave it out.
    """
    written = "".join(
        f" {key.rstrip('_')}" if value is True else f' {key.rstrip("_")}="{escape(str(value))}"'
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    return Html(f"<{name}{written}>" if name in VOID else f"<{name}{written}>{join(contents)}</{name}>")


def join(contents: Content) -> Html:
    """Several things one after another; text among them is escaped."""
    if contents is None or isinstance(contents, str):
        return contents if isinstance(contents, Html) else Html(escape(contents or ""))
    return Html("".join(join(one) for one in contents))


def document(title: str, style: str, *contents: Content) -> str:
    """A whole page.

    Args:
        title: Of the page.
        style: Its style sheet, as it is.
        contents: What its ``main`` holds.
    """
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", title),
        tag("style", Html(style)),
    )
    return f"<!doctype html>\n{tag('html', head, tag('body', tag('main', *contents)), lang='en')}\n"
