"""Calls as a table, newest first. HTML and text, always both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import quote, unquote

from vipps_nb.apis import catalogue
from vipps_nb.client.recorder import Calls, PastCall
from vipps_nb.core.bodies import parsed
from vipps_nb.core.redaction import persons_in
from vipps_nb.core.view import DOTS, View, shows_persons
from vipps_nb.core.visible import visible
from vipps_nb.display.answer import AnswerCard
from vipps_nb.display.drawings.drawing import lines_of
from vipps_nb.display.frame import framed
from vipps_nb.display.markup import Markup, join, tag
from vipps_nb.display.tree import as_text
from vipps_nb.display.values import money, whole_number

_TITLE = "Calls of this session"
_MOST_LINES = 30  # in a terminal
_MOST_OPENED = 50  # rows that can be opened: what they hold is saved with the notebook
_LONGEST, _LONGEST_BODY = 1000, 1500
_REFUSAL, _FAILURE = 400, 500
# What a call is about, where its path does not say it: in what was sent, then in what was answered.
_NAMES = ("reference", "orderId", "agreementId", "chargeId")
# Parameters of a path that are no names of something.
_NO_NAMES = frozenset({"scheme", "paymentType", "topic", "ledgerDate", "sub"})


@dataclass(frozen=True)
class CallsTable:
    """Some calls, ready to be shown."""

    calls: Calls

    @property
    def text(self) -> str:
        """For a terminal: the newest ones."""
        return _as_text(list(self.calls))

    @property
    def html(self) -> str:
        """For a front end: all of them, in a frame that scrolls."""
        return _as_html(list(self.calls))


def tone_of(call: PastCall) -> str:
    """How it went: good, refused or failed.

    Refused by the request's fault, failed by the server's or the network's.
    """
    status = call.status if call.status is not None else _FAILURE
    return "good" if status < _REFUSAL else "refused" if status < _FAILURE else "failed"


def money_of(call: PastCall, bodies: Sequence[Any] = ()) -> str:
    """The amount that a call moves or tells of, such as ``499.00 NOK``.

    Empty where there is none.

    Args:
        call: The call.
        bodies: What was sent and what was answered, where somebody has read them already.
    """
    for body in bodies or (call.sent_as_json(), parsed(call.content)):
        if found := _money_in(body):
            return found
    return ""


def subject_of(call: PastCall, bodies: Sequence[Any] = ()) -> str:
    """The payment, agreement or whatever a call is about, by its name.

    Empty where it names none.

    Args:
        call: The call.
        bodies: As for :func:`money_of`.
    """
    if call.path.isascii() and (found := _named_in(call.method, call.path.partition("?")[0])):
        return found
    for body in bodies or (call.sent_as_json(), parsed(call.content)):
        inner = body.get("transaction") if isinstance(body, Mapping) else None
        for owner in (body, inner):
            names = [owner.get(name) for name in _NAMES] if isinstance(owner, Mapping) else []
            if texts := [name for name in names if isinstance(name, str) and name]:
                return texts[0]
    return ""


@lru_cache(2000)
def _named_in(method: str, path: str) -> str:
    operation = catalogue.find(method, path)
    found = operation.pattern.fullmatch(path) if operation is not None else None
    if operation is None or found is None:
        return ""
    parameters = [one.partition("}")[0] for one in operation.path.split("{")[1:]]
    values = zip(parameters, found.groups(), strict=False)
    return next((unquote(value) for name, value in values if name not in _NO_NAMES), "")


def environment_of(calls: Iterable[PastCall]) -> str:
    """Where most of these calls went, which is where their session talks to.

    Empty for none.
    """
    places = [AnswerCard(call.response).environment for call in calls]
    return max(places, key=places.count) if places else ""


def _money_in(body: Any) -> str:
    if not isinstance(body, Mapping):
        return ""
    owners = (body, body.get("transaction"), body.get("pricing"))
    for owner in (one for one in owners if isinstance(one, Mapping)):
        for name in ("modificationAmount", "amount"):
            amount = owner.get(name)
            value = amount.get("value") if isinstance(amount, Mapping) else amount
            currency = (amount if isinstance(amount, Mapping) else owner).get("currency")
            if isinstance(value, int) and whole_number(value):
                return money(value, currency if isinstance(currency, str) else "")
    return ""


def _as_text(calls: list[PastCall]) -> str:
    if not calls:
        return "No calls yet."
    shown = calls[: -_MOST_LINES - 1 : -1]
    amounts = any(money_of(call) for call in shown)
    rows = []
    for call in shown:
        when, outcome, took, what = _cells(call)
        rows.append((str(call.number), when, outcome, took, *([money_of(call)] if amounts else []), what))
    earlier = len(calls) - len(shown)
    rest = (
        f"… {earlier} earlier call{'' if earlier == 1 else 's'}: vipps.history.filter(…) finds them" if earlier else ""
    )
    title = f"{_TITLE} · {environment_of(shown)}, newest first"
    numbers = frozenset({0, 3, 4} if amounts else {0, 3})
    return visible("\n".join(filter(None, [title, lines_of(rows, numbers=numbers), rest])))


def _as_html(calls: list[PastCall]) -> str:
    if not calls:
        return framed(tag("p", "No calls yet."), label=_TITLE)
    newest = calls[::-1]
    environment = environment_of(newest[:_MOST_OPENED])
    refusals = sum(tone_of(call) != "good" for call in newest)
    count = f"{len(newest)} call{'' if len(newest) == 1 else 's'}, newest first"
    only = None
    if 0 < refusals < len(newest):
        words = f" only the {refusals} that {'was' if refusals == 1 else 'were'} refused or failed"
        only = tag("label", tag("input", type="checkbox"), words, class_="vipps-nb-only")
    header = tag(
        "header",
        tag("span", environment, class_="vipps-nb-badge"),
        " ",
        tag("strong", _TITLE, class_="vipps-nb-title"),
        " ",
        tag("span", count, class_="vipps-nb-remark"),
    )
    label = {"role": "region", "tabindex": "0", "aria_label": _TITLE}
    scroll = tag("div", _table(newest), class_="vipps-nb-wide vipps-nb-long", **label)
    closed = len(newest) - _MOST_OPENED
    rest = f"The {_MOST_OPENED} newest can be opened here; vipps.history[{newest[-1].number}] is any other."
    note = tag("p", rest, class_="vipps-nb-remark") if closed > 0 else None
    return framed(header, only, scroll, note, environment=environment, label=_TITLE)


def _table(newest: list[PastCall]) -> Markup:
    timed = any(not call.still for call in newest)  # while a sandbox's clock is held nothing takes any time
    amounts = [money_of(call) for call in newest]
    priced = any(amounts)
    rows = []
    for place, (call, amount) in enumerate(zip(newest, amounts, strict=True)):
        when, outcome, took, what = _cells(call)
        known = (tag("b", call.title), tag("br")) if call.title not in what else ()
        words = (*known, tag("code", what))
        opened = tag("details", tag("summary", *words), _inside(call)) if place < _MOST_OPENED else None
        rows.append(
            tag(
                "tr",
                tag("th", str(call.number), scope="row", class_="vipps-nb-number"),
                tag("td", when),
                tag("td", tag("span", outcome, class_="vipps-nb-status", data_tone=tone_of(call))),
                tag("td", took, class_="vipps-nb-number") if timed else None,
                tag("td", amount, class_="vipps-nb-number") if priced else None,
                tag("td", *([opened] if opened is not None else words)),
                data_tone=tone_of(call),
            )
        )
    names = ("When", "Answer", *(["Took"] if timed else []), *(["Amount"] if priced else []), "Call")
    head = tag("tr", tag("td"), *(tag("th", name, scope="col") for name in names))
    return tag("table", tag("thead", head), tag("tbody", *rows), class_="vipps-nb-list vipps-nb-calls")


def _inside(call: PastCall) -> Markup:
    """What a row opens to: what it means, what was sent, what came.

    ``vipps.history[7]`` has the whole card.
    """
    card = AnswerCard(call.response)
    parts: list[str | None] = []
    if call.status is None:
        parts.append(tag("p", f"No answer came ({call.failure}), so nothing is known about what became of it."))
    else:
        parts.append(card.meaning)
    for name, body in (("Sent", call.sent_as_json()), ("Answer", parsed(call.content))):
        if body is None:
            continue
        masked = card.view.masked(body)
        text = masked if isinstance(masked, str) else as_text(masked)
        cut = (
            text
            if len(text) <= _LONGEST_BODY
            else f"{text[:_LONGEST_BODY]} … the rest is in vipps.history[{call.number}]"
        )
        whole = tag("pre", cut, style="max-height:none")  # a window that scrolls would have to be reached by keyboard
        parts.append(tag("div", tag("span", name, class_="vipps-nb-remark"), whole))
    return join(*parts)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} …"


def _cells(call: PastCall) -> tuple[str, str, str, str]:
    view = View(shows_persons(), still=call.still, persons=frozenset(persons_in(call.sent_as_json())))
    took = "" if call.still else f"{call.seconds * 1000:.0f} ms"
    tries = f" after {len(call.retries) + 1} tries" if call.retries else ""
    return (
        view.time(call.shown_moment),
        call.outcome + tries,
        took,
        _cut(view.text(f"{call.method} {call.path[:_LONGEST]}".replace(quote(DOTS), DOTS))),
    )
