"""Where a machine of the network joins: it says the code, once."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import Form, Request, Response
from pydantic import Field

from vipps_nb.sandbox.server.authentication import NO_AUTH
from vipps_nb.sandbox.server.direct_call import AtHand
from vipps_nb.sandbox.server.guests import JOIN, Guests, address_of
from vipps_nb.sandbox.server.html import Html, document, tag
from vipps_nb.sandbox.server.json_model import JsonModel
from vipps_nb.sandbox.server.problems import Refusal
from vipps_nb.sandbox.server.routing import Page, Rules, rules

STYLE = """
:root { color-scheme: light dark; --ink: #20242b; --paper: #f4f3f0; --card: #fff; --line: #d8d5cf; --yes: #1f5f4a;
  --bad: #a32a1c; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e9e7e2; --paper: #17191d; --card: #22252b; --line: #3b3f47; --yes: #8fd3b6; --bad: #ff9d8f; }
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem;
  background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { width: 100%; max-width: 24rem; padding: 2rem 1.5rem; background: var(--card);
  border: 1px solid var(--line); border-radius: 1.5rem; }
h1 { margin: 0; font-size: 1.25rem; font-weight: 600; }
label { display: block; font-weight: 600; }
input { width: 100%; margin: .5rem 0 1rem; padding: .75rem 1rem; border: 1px solid var(--ink); border-radius: .75rem;
  background: none; color: inherit; font: 1.25rem/1.4 ui-monospace, monospace; letter-spacing: .08em;
  text-transform: uppercase; }
button { width: 100%; padding: .75rem 1rem; border: 1px solid var(--yes); border-radius: 999px; background: var(--yes);
  color: var(--card); font: inherit; font-weight: 600; }
input:focus-visible, button:focus-visible, a:focus-visible { outline: 3px solid var(--yes); outline-offset: 2px; }
a { color: var(--yes); }
[role="alert"] { color: var(--bad); }
"""
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'self'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",  # with less, a browser says of a form that it comes from nowhere
}
HTML = "text/html; charset=utf-8"
LONGEST_TYPED = 200


class JoinOrder(JsonModel):
    """What a machine says to come in."""

    code: Annotated[
        str, Field(max_length=LONGEST_TYPED, description="The join code; dashes, blanks and case do not matter.")
    ]


class Joined(JsonModel):
    """The machine that asked may come in from now on."""

    joined: bool


def _guests(request: Request) -> Guests | None:
    found: Guests | None = request.scope["state"]["guests"]
    return found


TheGuests = Annotated[Guests | None, AtHand(_guests)]
page = Page(title="Joining", auth=NO_AUTH, own=True)
router = page.router


@router.post(JOIN)
async def join(order: JoinOrder, request: Request, guests: TheGuests) -> Joined:
    """Say the join code.

    From then on the caller's machine may do all that the sandbox's own may. A sandbox for its own machine alone has no
    code, and takes any.
    """
    if guests is not None:
        guests.join(address_of(request.scope), order.code)
    return Joined(joined=True)


@router.get(JOIN, response_class=Response, responses={200: {"content": {"text/html": {}}}})
async def show_form(request: Request, guests: TheGuests) -> Response:
    """The same for people: a page with one field."""
    return _shown(is_in=guests is None or guests.knows(address_of(request.scope)))


@router.post(
    f"{JOIN}/page",
    response_class=Response,
    status_code=HTTPStatus.SEE_OTHER,
    responses={
        303: {"description": "Joined; on to the page"},
        403: {"description": "The page again, with what is wrong with the code", "content": {"text/html": {}}},
        429: {"description": "The page again, as too many codes were tried", "content": {"text/html": {}}},
    },
)
@rules(Rules(media_type="application/x-www-form-urlencoded"))
async def join_by_form(
    code: Annotated[str, Form(max_length=LONGEST_TYPED)], request: Request, guests: TheGuests
) -> Response:
    """What was typed on the page."""
    try:
        if guests is not None:
            guests.join(address_of(request.scope), code)
    except Refusal as refusal:
        return _shown(is_in=False, trouble=refusal.detail, status=refusal.status)
    return Response(status_code=HTTPStatus.SEE_OTHER, headers={"Location": JOIN})


def _shown(*, is_in: bool, trouble: str | None = None, status: int = HTTPStatus.OK) -> Response:
    board = tag("a", "All sales units, live", href="/sandbox/board")
    field = tag(
        "input",
        id="code",
        name="code",
        required=True,
        autofocus=True,
        autocomplete="off",
        spellcheck="false",
        maxlength=str(LONGEST_TYPED),
    )
    form = tag(
        "form",
        tag("label", "Join code", for_="code"),
        field,
        tag("button", "Join"),
        method="post",
        action=f"{JOIN}/page",
    )
    if is_in:
        said = [
            tag("p", "This machine is in.", role="status"),
            tag("p", "Any client of it may use this address now, with the keys of your sales unit."),
            tag("p", board),
        ]
    else:
        said = [
            tag("p", "The sandbox runs on another machine. Type the code that was given to you; once is enough."),
            tag("p", trouble, role="alert") if trouble else Html(""),
            form,
        ]
    shown = document("Join the sandbox", STYLE, tag("h1", "Join the sandbox"), *said)
    return Response(shown, status, headers=HEADERS, media_type=HTML)
