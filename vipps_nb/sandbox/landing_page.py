"""The customer's phone as a page: what ``redirectUrl`` leads to. Plain HTML and a form, no script."""

from __future__ import annotations

from html import escape
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import Form, Query, Request, Response

from vipps_nb.sandbox.customer import PhoneRequest
from vipps_nb.sandbox.entrance import OPEN
from vipps_nb.sandbox.page import Page, Rules, TheWorld, rules
from vipps_nb.sandbox.refusals import Body, Refusal
from vipps_nb.sandbox.world import World

STYLE = """
:root { color-scheme: light dark; --ink: #20242b; --paper: #f4f3f0; --card: #fff; --line: #d8d5cf; --yes: #1f5f4a; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e9e7e2; --paper: #17191d; --card: #22252b; --line: #3b3f47; --yes: #8fd3b6; }
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem;
  background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { width: 100%; max-width: 22rem; padding: 2rem 1.5rem; background: var(--card);
  border: 1px solid var(--line); border-radius: 1.5rem; }
h1 { margin: 0; font-size: 1rem; font-weight: 600; }
.price { margin: 1.5rem 0 .25rem; font-size: 2.25rem; font-weight: 600; font-variant-numeric: tabular-nums; }
.text { margin: 0 0 2rem; overflow-wrap: anywhere; }
.note { margin: 2rem 0 0; font-size: .875rem; opacity: .75; }
button, .back { display: block; width: 100%; margin-top: .75rem; padding: .875rem; border-radius: 999px;
  border: 1px solid var(--ink); background: none; color: inherit; font: inherit; text-align: center;
  text-decoration: none; cursor: pointer; }
button.yes { background: var(--yes); border-color: var(--yes); color: var(--card); font-weight: 600; }
:focus-visible { outline: 3px solid var(--ink); outline-offset: 3px; }
"""
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
HTML = "text/html; charset=utf-8"
Token = Annotated[str, Query(description="From the `redirectUrl`.")]


class UnknownLink(Refusal):
    """The link is not, or no longer, one of this world."""

    status = HTTPStatus.NOT_FOUND
    title = "This link is not known"


def _say(refusal: Refusal, trace_id: str) -> Body:  # noqa: ARG001 - every dialect is asked the same way
    content = f"<h1>{escape(refusal.title)}</h1><p class=text>{escape(refusal.detail)}</p>"
    return _Html(_page(refusal.title, content))


class _Html(Body):
    """A body that is a page already."""

    def __init__(self, text: str) -> None:
        super().__init__({}, HTML, HEADERS)
        object.__setattr__(self, "_text", text)

    def encode(self) -> bytes:
        text: str = object.__getattribute__(self, "_text")
        return text.encode()
