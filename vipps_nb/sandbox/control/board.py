"""The board: a page that shows all sales units.

For a screen on the wall while a class or a team works.

It only shows. Everything on it is written by ``tag``, which escapes, and passes the masker first.
"""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Query, Response

from vipps_nb.sandbox.apis.epayment.models import Payments
from vipps_nb.sandbox.apis.epayment.schemas import State
from vipps_nb.sandbox.apis.recurring.models import Agreements
from vipps_nb.sandbox.server.authentication import MSN, NO_AUTH
from vipps_nb.sandbox.server.html import PALETTE, Html, document, tag
from vipps_nb.sandbox.server.routing import Page, TheBackend
from vipps_nb.sandbox.world.request_log import Entry
from vipps_nb.sandbox.world.world import Backend

SHOWN = 3  # calls of each sales unit
LONGEST = 60  # characters of a path
REFUSED, FAILED = 400, 500
SCRIPT = """
const board = document.getElementById("board");
const stamp = document.getElementById("stamp");
async function look() {
  if (document.hidden) return;
  try {
    const answer = await fetch("?part=units", { cache: "no-store" });
    if (!answer.ok) throw new Error();
    board.innerHTML = await answer.text();
    stamp.textContent = "Live";
    stamp.className = "";
  } catch {
    stamp.textContent = "The sandbox does not answer; this is how it was.";
    stamp.className = "lost";
  }
}
setInterval(look, 2000);
document.addEventListener("visibilitychange", look);
"""
STYLE = (
    PALETTE
    + """
body { margin: 0; padding: 1.5rem; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
header { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; align-items: baseline; margin-bottom: 1rem; }
h1 { margin: 0; font-size: 1.25rem; }
#stamp { color: var(--quiet); }
#stamp.lost { color: var(--failed); }
.units { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(22rem, 100%), 1fr)); gap: .75rem; margin: 0;
  padding: 0; list-style: none; }
.unit { padding: .75rem 1rem; background: var(--card); border: 1px solid var(--line); border-radius: .75rem; }
.unit.idle { background: none; }
h2 { display: flex; justify-content: space-between; gap: 1rem; margin: 0; font-size: 1rem; }
h2 span, .nothing { color: var(--quiet); font-weight: 400; font-variant-numeric: tabular-nums; }
dl { display: flex; flex-wrap: wrap; gap: .125rem 1rem; margin: .375rem 0; }
dl div { display: flex; gap: .375rem; }
dt { color: var(--quiet); }
dd { margin: 0; font-weight: 600; font-variant-numeric: tabular-nums; }
ol { margin: .375rem 0 0; padding: 0; list-style: none; font: .8125rem/1.6 ui-monospace, monospace; }
ol li { display: flex; gap: .5rem; overflow: hidden; white-space: nowrap; }
ol li span { overflow: hidden; text-overflow: ellipsis; }
ol b { display: inline-flex; flex: none; gap: .375rem; align-items: center; min-width: 3.25rem; font-weight: 600; }
/* As on the cards: a disc went well, a bar was refused, a cross failed. */
ol b::before { content: ""; width: .5rem; height: .5rem; border-radius: 50%; background: currentColor; }
.good { color: var(--good); }
.refused { color: var(--refused); }
.failed { color: var(--failed); }
.refused::before { height: .25rem; border-radius: 0; }
.failed::before { border-radius: 0; clip-path: polygon(20% 0, 50% 30%, 80% 0, 100% 20%, 70% 50%, 100% 80%, 80% 100%,
  50% 70%, 20% 100%, 0 80%, 30% 50%, 0 20%); }
@media (forced-colors: active) { ol b::before { forced-color-adjust: none; background: CanvasText; } }
.nothing { margin: .375rem 0 0; }
"""
)
_HASH = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
HEADERS = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{_HASH}'; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}
HTML = "text/html; charset=utf-8"

page = Page(title="The board", auth=NO_AUTH, own=True)
router = page.router


@dataclass
class Unit:
    """What the board shows of one sales unit."""

    name: str
    msn: str
    payments: Counter[str] = field(default_factory=Counter)
    agreements: Counter[str] = field(default_factory=Counter)
    calls: int = 0
    latest: list[Entry] = field(default_factory=list)


@router.get("/sandbox/board", response_class=Response, responses={200: {"content": {"text/html": {}}}})
async def show_board(
    backend: TheBackend,
    part: Annotated[
        str | None, Query(pattern="^units$", description="`units` for what changes, without the page.")
    ] = None,
) -> Response:
    """All sales units at a glance: payments and agreements by state, latest calls.

    The page follows by itself, and shows no secret.
    """
    units = _units(backend)
    shown = tag("ul", [_unit(one, backend) for one in units.values()], class_="units")
    if part is not None:
        return Response(shown, headers=HEADERS, media_type=HTML)
    world = backend.world
    now = world.clock.now().astimezone(ZoneInfo(world.settings.zone))
    clock = f"{now.day} {now:%b %Y, %H:%M %Z}{', held' if world.clock.held else ''}"
    return Response(
        document(
            "Sandbox: all sales units",
            STYLE,
            tag(
                "header",
                tag("h1", f"Sandbox: {len(units)} sales unit{'' if len(units) == 1 else 's'}"),
                tag("span", "Live", id="stamp", role="status"),
                tag("span", f"World's clock when this page came: {clock}", class_="nothing"),
            ),
            tag("div", shown, id="board"),
            tag("script", Html(SCRIPT)),
        ),
        headers=HEADERS,
        media_type=HTML,
    )


def _units(backend: Backend) -> Mapping[str, Unit]:
    world = backend.world
    units = {msn: Unit(unit.name, msn) for msn, unit in world.keys.units.items()}
    for payment in world.records(Payments).rows.values():
        units[payment.msn].payments[_standing(payment.state, payment.captured, payment.refunded)] += 1
    for agreement in world.records(Agreements).rows.values():
        units[agreement.msn].agreements[str(agreement.status)] += 1
    for entry in world.log.latest():
        unit = units.get(_msn(entry, backend))
        if unit is not None:
            unit.calls += 1
            unit.latest.append(entry)
    return units


def _standing(state: State, captured: int, refunded: int) -> str:
    if refunded:
        return "REFUNDED"
    return "CAPTURED" if captured else str(state)


def _msn(entry: Entry, backend: Backend) -> str:
    """Whose call it was, by what it introduced itself with."""
    headers = {name.lower(): value.decode("latin-1") for name, value in entry.headers}
    if (msn := headers.get(MSN.lower().encode())) is not None:
        return msn
    client_id = headers.get(b"client_id", "")
    _, *token = headers.get(b"authorization", "").split(maxsplit=1) or [""]
    if not client_id and token and (claims := backend.token_signer.read(token[0])) is not None:
        client_id = claims.client_id
    keys = backend.keys.by_client_id.get(client_id)
    return (keys and keys.merchant_serial_number) or ""


def _unit(unit: Unit, backend: Backend) -> Html:
    counts = [*_counted("payments", unit.payments), *_counted("agreements", unit.agreements)]
    calls = unit.latest[-SHOWN:][::-1]
    idle = not counts and not calls
    return tag(
        "li",
        tag("h2", tag("bdi", unit.name), tag("span", unit.msn)),
        tag("dl", counts) if counts else None,
        tag("ol", [_call(one, backend) for one in calls], **{"aria-label": "Latest calls"}) if calls else None,
        tag("p", "Nothing yet.", class_="nothing") if idle else None,
        class_="unit idle" if idle else "unit",
    )


def _counted(what: str, counts: Counter[str]) -> Iterator[Html]:
    for state, number in sorted(counts.items()):
        yield tag("div", tag("dt", f"{what} {state.replace('_', ' ').lower()}"), tag("dd", str(number)))


def _call(entry: Entry, backend: Backend) -> Html:
    path = backend.masker.path(entry.path)
    status = FAILED if entry.status is None else entry.status
    tone = "failed" if status >= FAILED else "refused" if status >= REFUSED else "good"
    return tag(
        "li",
        tag("b", str(entry.status or entry.dropped or "–"), class_=tone),
        tag("span", f"{entry.method} {path if len(path) <= LONGEST else path[:LONGEST] + '…'}"),
    )
