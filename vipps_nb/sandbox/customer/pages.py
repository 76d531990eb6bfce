"""The customer's phone as a page: what ``redirectUrl`` and QR codes lead to.

Plain HTML and a form, no script.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from vipps_nb.sandbox.customer import qr_image
from vipps_nb.sandbox.customer.codes import CustomerCodes
from vipps_nb.sandbox.customer.customer import PHONE_NUMBER
from vipps_nb.sandbox.customer.printed_codes import PrintedCode, PrintedCodes, code_link, phone_link
from vipps_nb.sandbox.customer.screen import PhoneScreen
from vipps_nb.sandbox.server.authentication import NO_AUTH
from vipps_nb.sandbox.server.html import PALETTE, Html, document, tag
from vipps_nb.sandbox.server.problems import Body, Dialect, Refusal
from vipps_nb.sandbox.server.routing import Page, Rules, TheWorld, rules
from vipps_nb.sandbox.world.world import World

STYLE = (
    PALETTE
    + """
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem;
  background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { width: 100%; max-width: 22rem; padding: 2rem 1.5rem; background: var(--card);
  border: 1px solid var(--line); border-radius: 1.5rem; }
h1 { margin: 0; font-size: 1rem; font-weight: 600; }
.price { margin: 1.5rem 0 .25rem; font-size: 2.25rem; font-weight: 600; font-variant-numeric: tabular-nums; }
.text { margin: 0 0 2rem; overflow-wrap: anywhere; }
h1 + .text { margin-top: 1rem; font-size: 1.5rem; }
ul { margin: -1rem 0 2rem; padding-left: 1.25rem; }
fieldset { margin: 0 0 1.5rem; padding: 0; border: 0; }
legend { padding: 0; margin-bottom: .25rem; font-weight: 600; }
label { display: flex; gap: .75rem; align-items: baseline; padding: .5rem 0; border-top: 1px solid var(--line); }
.note { margin: 2rem 0 0; font-size: .875rem; opacity: .75; }
button, .back { display: block; width: 100%; margin-top: .75rem; padding: .875rem; border-radius: 999px;
  border: 1px solid var(--ink); background: none; color: inherit; font: inherit; text-align: center;
  text-decoration: none; cursor: pointer; }
button.yes { background: var(--ink); color: var(--card); font-weight: 600; }
@media (forced-colors: active) { button.yes { border-width: 3px; } }
"""
)
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    # Not "no-referrer": with it a browser sends "Origin: null" with the form, which the door takes for a stranger.
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
HTML = "text/html; charset=utf-8"
NOTE = tag("p", "Sandbox: an imitation on your own machine. No money moves.", class_="note")
STRANGE = "It may belong to another sandbox, or to a world before a reset."
Token = Annotated[str, Query(description="From the `redirectUrl`.")]


class UnknownLink(Refusal):
    """The link is not, or no longer, one of this world."""

    status = HTTPStatus.NOT_FOUND
    title = "This link is not known"


def _say(refusal: Refusal, trace_id: str) -> Body:
    text = (tag("h1", refusal.title), tag("p", refusal.detail, class_="text"))
    return Body(document(refusal.title, STYLE, *text), HTML, HEADERS)


page = Page(title="The customer's phone", auth=NO_AUTH, own=True, dialect=Dialect(_say, media_type="text/html"))
router = page.router
DOCUMENTED: dict[int | str, dict[str, Any]] = {200: {"content": {"text/html": {}}}}


@router.get("/landing", response_class=Response, responses=DOCUMENTED)
async def show_phone(token: Token, world: TheWorld) -> Response:
    """What the customer sees: who asks, how much, what for, and two buttons.

    Afterwards the outcome.
    """
    asked = _find(token, world)
    if asked.on_look is not None:
        asked.on_look()
    return Response(_show(asked, world), headers=_headers(asked), media_type=HTML)


@router.post("/landing", response_class=Response, status_code=HTTPStatus.SEE_OTHER)
@rules(Rules(media_type="application/x-www-form-urlencoded"))
async def decide(
    token: Token,
    decision: Annotated[Literal["approve", "abort"], Form()],
    request: Request,
    world: TheWorld,
    choice: Annotated[str | None, Form()] = None,
) -> Response:
    """What the customer decides.

    Then back to the page, which says how it ended, or on to where the request leads.
    """
    asked = _find(token, world)
    if asked.outcome is None:
        asked.choose(choice)
        report = asked.approve() if decision == "approve" else asked.abort()
        reason = report.get("reason")
        asked = asked.renew()
        if asked.outcome is None and reason is not None:
            return Response(
                _show(asked, world, f"That did not work: {reason}."), headers=_headers(asked), media_type=HTML
            )
    location = asked.onward_url or f"{request.url.path}?token={quote(token)}"
    return Response(status_code=HTTPStatus.SEE_OTHER, headers={"Location": location})


@router.get("/landing/qr.png", response_class=Response, responses={200: {"content": {"image/png": {}}}})
async def show_png(token: Token, world: TheWorld, size: Annotated[int, Query(ge=100, le=2000)] = 1024) -> Response:
    """The way to the phone as a QR code, to be scanned from a screen."""
    return Response(qr_image.png(_content(token, world), size), media_type="image/png")


@router.get("/landing/qr.svg", response_class=Response, responses={200: {"content": {"image/svg+xml": {}}}})
async def show_svg(token: Token, world: TheWorld) -> Response:
    """The same, to be scaled."""
    return Response(qr_image.svg(_content(token, world)), media_type="image/svg+xml")


@router.get("/landing/code", response_class=Response, responses={**DOCUMENTED, 302: {"description": "On to the shop"}})
async def open_code(token: Token, world: TheWorld) -> Response:
    """What a browser sees that opens the content of a printed QR code.

    Where the code leads, or a place to check in.
    """
    code = _printed(token, world)
    if code.leads_to is not None:
        return RedirectResponse(code.leads_to, HTTPStatus.FOUND, HEADERS)
    button = tag("form", tag("button", "Check in", class_="yes"), method="post")
    return Response(_place(code, world, button), headers=HEADERS, media_type=HTML)


@router.post("/landing/code", response_class=Response, responses=DOCUMENTED)
async def check_in(token: Token, world: TheWorld) -> Response:
    """The customer checks in; the merchant hears of it."""
    code = _printed(token, world)
    if code.leads_to is not None:
        raise UnknownLink("There is nothing to check in to; the code leads to a page.")
    code.scan(world, PHONE_NUMBER)
    return Response(
        _place(code, world, tag("p", "You are checked in.", role="status")), headers=HEADERS, media_type=HTML
    )


def _headers(asked: PhoneScreen) -> dict[str, str]:
    if not asked.goes_on:
        return HEADERS
    # Chromium holds form-action against every redirect that follows, and where the shop's page leads is its own
    # affair; an app's scheme is not among the `*`.
    scheme = asked.return_url.partition(":")[0] if asked.return_url else "https"
    policy = HEADERS["Content-Security-Policy"].replace("form-action 'self'", f"form-action * {scheme}:")
    return {**HEADERS, "Content-Security-Policy": policy}


def _content(token: str, world: World) -> str:
    """What the QR code with this token says: a link, or a customer's personal code."""
    if token in world.phone:
        return phone_link(world, token)
    if world.records(PrintedCodes).get(token) is not None:
        return code_link(world, token)
    personal = world.records(CustomerCodes).picture(token)
    if personal is None:
        raise UnknownLink(STRANGE)
    return personal


def _printed(token: str, world: World) -> PrintedCode:
    code = world.records(PrintedCodes).get(token)
    if code is None:
        raise UnknownLink(STRANGE)
    return code


def _place(code: PrintedCode, world: World, content: Html) -> str:
    merchant, text = world.unit(code.msn).name, world.masker.text(code.text)
    return document(
        f"{merchant}: {text}",
        STYLE,
        tag("h1", merchant, dir="auto"),
        tag("p", text, class_="text", dir="auto"),
        content,
        NOTE,
    )


def _find(token: str, world: World) -> PhoneScreen:
    asked = world.phone.get(token)
    if asked is None:
        raise UnknownLink(STRANGE)
    return asked


def _show(asked: PhoneScreen, world: World, remark: str | None = None) -> str:
    mask = world.masker.text  # what a merchant writes may hold a key that was pasted by mistake
    return document(
        f"{asked.merchant}: {asked.price or mask(asked.text)}",
        STYLE,
        tag("h1", asked.merchant, dir="auto"),
        tag("p", asked.price, class_="price") if asked.price is not None else None,
        tag("p", mask(asked.text), class_="text", dir="auto"),
        tag("ul", [tag("li", mask(line), dir="auto") for line in asked.details]) if asked.details else None,
        tag("p", mask(remark), role="alert") if remark is not None else None,
        _decision(asked) if asked.outcome is None else tag("p", asked.outcome, role="status"),
        _way_back(asked),
        NOTE,
    )


def _decision(asked: PhoneScreen) -> Html:
    return tag(
        "form",
        _choices(asked),
        tag("button", "Approve", class_="yes", name="decision", value="approve"),
        tag("button", "Abort", name="decision", value="abort"),
        method="post",
    )


def _way_back(asked: PhoneScreen) -> Html | None:
    if asked.outcome is None or asked.return_url is None:
        return None
    return tag("a", "Back to the shop", class_="back", href=asked.return_url)


def _choices(asked: PhoneScreen) -> Html | None:
    if not asked.choices:
        return None
    rows = [
        tag("label", tag("input", type="radio", name="choice", value=one.id, checked=one.chosen), one.label)
        for one in asked.choices
    ]
    return tag("fieldset", tag("legend", asked.legend), rows)
