"""A session's calls as a table, newest last. HTML and text, always both."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from vipps_nb.client.recorder import Calls, PastCall
from vipps_nb.core.redaction import persons_in
from vipps_nb.core.view import DOTS, View, shows_persons
from vipps_nb.core.visible import visible
from vipps_nb.display.drawings.drawing import lines_of, wide
from vipps_nb.display.frame import framed
from vipps_nb.display.markup import tag

_MOST_ROWS, _LONGEST = 30, 1000
_COLUMNS = ("When", "Answer", "Took", "Call")
_REFUSAL, _FAILURE = 400, 500


@dataclass(frozen=True)
class CallsTable:
    """The newest calls of some, ready to be shown."""

    calls: Calls

    @property
    def text(self) -> str:
        """For a terminal."""
        return _as_text(self.calls)

    @property
    def html(self) -> str:
        """For a front end."""
        return _as_html(self.calls)


def _as_text(calls: Calls) -> str:
    shown, earlier = _newest(calls)
    if not shown:
        return "No calls yet."
    table = lines_of([(str(call.number), *_cells(call)) for call in shown], numbers=frozenset({0, 3}))
    return visible("\n".join(filter(None, [earlier, table])))


def _as_html(calls: Calls) -> str:
    shown, earlier = _newest(calls)
    timed = any(not call.still for call in shown)  # while a sandbox's clock is held nothing takes any time
    rows = []
    for call in shown:
        when, outcome, took, what = _cells(call)
        known = (tag("b", call.title), tag("br")) if call.title not in what else ()
        status = call.status if call.status is not None else _FAILURE
        tone = "good" if status < _REFUSAL else "refused" if status < _FAILURE else "failed"
        rows.append(
            tag(
                "tr",
                tag("th", str(call.number), scope="row", class_="vipps-nb-number"),
                tag("td", when),
                tag("td", tag("span", outcome, class_="vipps-nb-status", data_tone=tone)),
                tag("td", took, class_="vipps-nb-number") if timed else None,
                tag("td", *known, tag("code", what)),
            )
        )
    head = tag("tr", tag("td"), *(tag("th", name, scope="col") for name in _COLUMNS if timed or name != "Took"))
    table = tag("table", tag("thead", head), tag("tbody", *rows), class_="vipps-nb-list vipps-nb-calls")
    return framed(
        tag("p", earlier, class_="vipps-nb-remark") if earlier else None,
        wide(table, "Calls of this session") if rows else tag("p", "No calls yet."),
        label="Calls of this session",
    )


def _newest(calls: Calls) -> tuple[list[PastCall], str]:
    everything = list(calls)
    earlier = len(everything) - _MOST_ROWS
    words = f"… {earlier} earlier call{'' if earlier == 1 else 's'}" if earlier > 0 else ""
    return everything[-_MOST_ROWS:], words


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} …"


def _cells(call: PastCall) -> tuple[str, str, str, str]:
    view = View(shows_persons(), still=call.still, persons=frozenset(persons_in(call.sent_as_json())))
    took = "" if call.still else f"{call.seconds * 1000:.0f} ms"
    tries = f" after {len(call.retries) + 1} tries" if call.retries else ""
    return (
        view.moment(call.shown_moment).rpartition(", ")[2],
        call.outcome + tries,
        took,
        _cut(view.text(f"{call.method} {call.path[:_LONGEST]}".replace(quote(DOTS), DOTS))),
    )
