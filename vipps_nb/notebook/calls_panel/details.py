"""Everything about one call, in words and as data for the panel.

Secrets were never kept, and people's numbers are masked.
"""

from __future__ import annotations

from typing import Any

from vipps_nb.apis.questions import changes_something, idempotency_header, remembers_idempotency_keys
from vipps_nb.client.recorder import PastCall
from vipps_nb.client.session import VippsSession
from vipps_nb.core.bodies import parsed, size
from vipps_nb.core.redaction import persons_in
from vipps_nb.core.view import View
from vipps_nb.display.answer import AnswerCard
from vipps_nb.display.differences import NOTHING, differences
from vipps_nb.display.frame import framed
from vipps_nb.display.history import tone_of
from vipps_nb.display.values import as_json
from vipps_nb.notebook.calls_panel.nodes import nodes_of
from vipps_nb.notebook.calls_panel.timing import times_of

_MOST_DIFFERENCES = 500
_LONGEST_VALUE = 2000

Fields = dict[str, Any]


def of(call: PastCall, session: VippsSession | None) -> Fields:
    """What the panel's tabs show of a call.

    Args:
        call: The call.
        session: The one that made it; None when it is gone.
    """
    card = AnswerCard(call.response)
    return {
        "title": call.title,
        "target": card.target,
        "outcome": call.outcome,
        "tone": tone_of(call),
        "environment": card.environment,
        "moment": View().moment(call.moment),
        "held": _held(call),
        "facts": _facts(call, card),
        "answer": _answer(call),
        "request": _request(call),
        "explained": _explained(call, card),
        "time": times_of(call),
        "again": _consequences(call, session),
    }


def compared(before: PastCall, after: PastCall) -> Fields:
    """What differs between two calls: in their answers, and in what was asked."""
    view = View(persons=persons_of(before) | persons_of(after))
    return {
        "before": {"number": before.number, "outcome": before.outcome, "tone": tone_of(before)},
        "after": {"number": after.number, "outcome": after.outcome, "tone": tone_of(after)},
        "answers": _differences(parsed(before.content), parsed(after.content), view),
        "requests": _differences(_asked(before), _asked(after), view),
        "unknown": _not_kept(before, after),
    }


def persons_of(call: PastCall) -> frozenset[str]:
    """The numbers of people in a call."""
    return frozenset(persons_in(call.sent_as_json()) | persons_in(parsed(call.content)))


def _held(call: PastCall) -> str:
    """What the sandbox's clock said, if that was held; empty otherwise."""
    if not call.still:
        return ""
    return f"By the sandbox's clock, which was held: {View(still=True).moment(call.shown_moment)}."


def _view(call: PastCall) -> View:
    """How it is shown: whole keys and exact times, for nothing here is saved."""
    return View(persons=persons_of(call))


def _facts(call: PastCall, card: AnswerCard) -> list[list[str]]:
    """What is worth being copied: trace id, idempotency key."""
    trace = next((value for name, value in call.headers.items() if name.lower() in ("x-request-id", "traceparent")), "")
    problem = card.exchange.problem
    rows = [
        [idempotency_header(call.url), call.idempotency_key],
        ["Trace id", (problem.trace_id if problem is not None else "") or trace],
        ["Refused before", "the same key was told the same before" if call.refused_before else ""],
    ]
    return [[name, _view(call).text(value)] for name, value in rows if value]


def _answer(call: PastCall) -> Fields:
    if call.status is None:
        return {"note": f"No answer came ({call.failure}), so nothing is known about what became of the call."}
    if call.content is None:
        kept = "it was left to be streamed" if call.received is None else f"it has {size(call.received)}"
        return {"note": f"The answer's body was not kept, for {kept}. The variable that holds the answer has it."}
    body = parsed(call.content)
    if body is None:
        return {"note": "The answer has no body."}
    kind = call.headers.get("Content-Type", "").partition(";")[0]
    if isinstance(body, str) and b"\0" in call.content:
        return {"note": f"{size(len(call.content))} of {kind or 'something that is no text'}, not shown."}
    view = _view(call)
    return {"nodes": nodes_of(view.masked(body), view)}


def _request(call: PastCall) -> Fields:
    body, view = call.sent_as_json(), _view(call)
    found: Fields = {
        "url": view.text(call.url.replace("%E2%80%A2", "•")),
        "headers": [[name, str(view.masked(value, name))] for name, value in call.sent_pairs],
        "received": [[name, str(view.masked(value, name))] for name, value in call.pairs],
        "note": "Keys and token go on when it leaves, on a copy, and are kept nowhere.",
    }
    if call.left_out:
        found["left_out"] = f"It is not whole here: {call.left_out}."
    if body is not None:
        found["nodes"] = nodes_of(view.masked(body), view)
    return found


def _explained(call: PastCall, card: AnswerCard) -> Fields:
    operation = card.operation
    about = operation.purpose if operation is not None else "The catalogue does not know this operation."
    if call.status is None:
        repeat = "It reads, so it can simply be sent again."
        if changes_something(call.method, call.url):
            repeat = "Send it again under the same idempotency key to find out: that does nothing twice."
            if not remembers_idempotency_keys(call.method, call.url):
                repeat = "This API does not promise to act once for a key: look what became of it before you repeat it."
        return {"about": about, "words": f"No answer came ({call.failure}). {repeat}"}
    meaning = card.meaning
    return {
        "about": about,
        "html": str(framed(meaning, environment=card.environment, label="Explained")) if meaning else "",
    }


def _consequences(call: PastCall, session: VippsSession | None) -> Fields:
    """What sending it again would do, said before."""
    if session is None:
        return {"not": "The session that made this call is gone. Log in, and edit it instead."}
    if call.left_out:
        return {"not": f"It cannot be sent again from here: {call.left_out}. Send it from your code."}
    place = session.environment.name
    where = " This is production." if place == "production" else ""
    if not changes_something(call.method, call.url):
        return {"reads": True, "same": f"It only reads, so nothing changes.{where}"}
    kept = remembers_idempotency_keys(call.method, call.url)
    if not call.idempotency_key:
        return {"new": f"It goes without an idempotency key, so it acts once more if it is allowed to.{where}"}
    if call.ok and kept:
        same = "The API knows this key, so it gives the first answer once more and does nothing."
    elif kept and call.status is None:
        same = "If the first one arrived, you get its answer now; if not, it acts now. It cannot act twice."
    elif kept:
        same = "A refusal may stay bound to its key: the API may say the same again although the reason is gone."
    else:
        same = "This API does not promise to act once for a key, so it may act once more."
    return {"same": f"{same}{where}", "new": f"A new call to the API: it acts once more if it is allowed to.{where}"}


def _asked(call: PastCall) -> Fields:
    path, _, query = call.path.partition("?")
    body = call.sent_as_json()
    asked: Fields = {"method": call.method, "path": path}
    return asked | ({"query": query} if query else {}) | ({} if body is None else {"body": body})


def _differences(before: Any, after: Any, view: View) -> list[Fields]:
    found = differences(NOTHING if before is None else before, NOTHING if after is None else after)
    if before is None and after is None:
        found = []
    rows = [
        {
            "path": view.text(one.path) or "(the whole)",
            "kind": one.kind,
            "before": _shown(one.before, one.field, view),
            "after": _shown(one.after, one.field, view),
        }
        for one in found[:_MOST_DIFFERENCES]
    ]
    for row in rows:
        if row["kind"] == "changed" and row["before"] == row["after"]:
            row["after"] = f"{row['after']} (another one, masked alike)"
    more = len(found) - len(rows)
    return [*rows, *([{"path": f"… {more} more", "kind": "changed", "before": "", "after": ""}] if more > 0 else [])]


def _shown(value: Any, field: str, view: View) -> str:
    if value is NOTHING:
        return ""
    text = as_json(view.masked(value, field))
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]} …"


def _not_kept(*both: PastCall) -> str:
    missing = [f"call {call.number}" for call in both if call.status is not None and call.content is None]
    return f"The answer's body of {' and '.join(missing)} was not kept." if missing else ""
