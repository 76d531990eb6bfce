"""The histories of this kernel's sessions, as the panel wants them.

A thread waits until a call was made, gathers what comes with it for a moment, and sends small rows. While nothing is
called it costs nothing. In a page, which has no threads, the kernel's loop does it between two cells.
"""

from __future__ import annotations

import asyncio
import secrets
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import requests

from vipps_nb.apis.facts import UNKNOWN, facts_of
from vipps_nb.client.login import current_session
from vipps_nb.client.recorder import History, HistoryError, PastCall, histories
from vipps_nb.client.session import VippsSession
from vipps_nb.core import machine
from vipps_nb.core.view import View
from vipps_nb.core.visible import visible
from vipps_nb.display.answer import AnswerCard
from vipps_nb.display.history import money_of, subject_of, tone_of
from vipps_nb.errors import NotLoggedInError, UnreachableError
from vipps_nb.notebook.calls import CallError
from vipps_nb.notebook.calls.cells import concealed, name_of
from vipps_nb.notebook.calls.past import as_call
from vipps_nb.notebook.calls.snippets import LANGUAGES
from vipps_nb.notebook.calls_panel import details

if TYPE_CHECKING:
    from vipps_nb.widgets.calls import CallsPanel

BREATH = 0.15  # seconds in which calls are gathered into one message
_MOST_ROWS = 10_000
_LONGEST = 300  # characters of a path in a row
_GONE = (
    "This call is no longer kept: the history holds the newest 1000 calls of a session, and forgets them when it is "
    "cleared."
)

Fields = dict[str, Any]


class LiveCalls:
    """The histories of this kernel's sessions, as the panel wants them.

    Args:
        variables: The notebook's namespace.
    """

    def __init__(self, variables: Mapping[str, Any]) -> None:
        self._variables = variables
        # Two kernels may be shown in one page, and neither shall hear what is meant for the other.
        self._mark = secrets.token_hex(3)
        self._changing = threading.Lock()
        self._new: list[tuple[History, PastCall]] = []
        self._came = threading.Event()
        self._followed = False
        self._rows: dict[str, Fields] = {}  # a call does not change any more, so its row is made once
        self._held: set[History] = set()  # after a logout too: what is on the screen can still be looked into
        self.widget = _panel(self)

    def is_closed(self) -> bool:
        """Whether somebody has closed the widget, so that no view can hear it any more."""
        return self.widget.comm is None

    def key_of(self, history: History, call: PastCall) -> str:
        """What a call is called here, and where a card's link leads."""
        return f"vipps-nb-call-{self._mark}-{history.place}-{call.number}"

    def add(self, history: History, call: PastCall) -> None:
        """Take a call in; quick, for whoever made it waits."""
        if not self._followed:
            return  # nobody has looked yet, and whoever does will ask for all
        with self._changing:
            self._new.append((history, call))
            self._held.add(history)
        if not machine.is_a_page():
            self._came.set()
        elif not self._came.is_set():
            self._came.set()
            asyncio.get_running_loop().call_later(BREATH, self._tell)

    def rows(self) -> Fields:
        """All calls, oldest first."""
        with self._changing:
            if not self._followed:
                self._followed = True
                if not machine.is_a_page():
                    # A daemon: it waits most of the time, and a kernel that is told to stop shall not wait for it.
                    threading.Thread(target=self._follow, name="vipps-nb calls", daemon=True).start()
        self._held.update(histories())
        found = [(one, call) for one in histories() for call in one]
        found.sort(key=lambda pair: pair[1].moment)
        return {"all": [self._row(*pair) for pair in found], "place": _place(), "mark": self._mark}

    def details(self, key: str) -> Fields:
        """Everything about one call, for the tabs of the panel."""
        history, call = self._find(key)
        session = _session_of(history)
        return {"key": key, **details.of(call, session), "code": self._code(call, session)}

    def compared(self, one: str, other: str) -> Fields:
        """What differs between two calls: in their answers, and in what was asked."""
        return details.compared(self._find(one)[1], self._find(other)[1])

    def edit(self, key: str) -> Fields:
        """The explorer with the call filled in, as another widget's model.

        Raises:
            CallError: No operation of the catalogue is meant, or a part of the call was not kept.
        """
        from vipps_nb.notebook.explorer import explore_call  # noqa: PLC0415 - reads the catalogue's documents

        history, call = self._find(key)
        session = _session_of(history) or current_session()
        return {"explorer": explore_call(as_call(call, session, personal=True), self._variables).model_id}

    def again(self, key: str, *, new_key: bool) -> Fields:
        """Send a call again.

        Raises:
            HistoryError: A part of it was not kept, or its session is gone.
            ReadOnlyError: It is a write to production that nobody has allowed.
            UnreachableError: No answer came.
        """
        history, call = self._find(key)
        try:
            answer = history.resend(call.number, new_key=new_key)
        except requests.RequestException as error:
            raise UnreachableError(
                f"No answer came ({type(error).__name__}), so nothing is known about the call. If it is a write, send "
                "it again under the same idempotency key.",
                call.url,
            ) from None
        return {
            "sent": answer.listed,
            "say": f"Sent again: {visible(f'{answer.status_code} {answer.reason or str()}')}",
        }

    def _follow(self) -> None:
        while not self.is_closed():
            self._came.wait()
            threading.Event().wait(BREATH)  # what comes in this moment goes with it
            self._tell()

    def _tell(self) -> None:
        self._came.clear()
        with self._changing:
            new, self._new = self._new, []
        rows = [self._row(*one) for one in new]
        if rows and not self.is_closed():
            self.widget.tell(rows, _place())

    def _find(self, key: str) -> tuple[History, PastCall]:
        place, _, number = key.removeprefix(f"vipps-nb-call-{self._mark}-").partition("-")
        history = next((one for one in histories() if str(one.place) == place), None)
        call = next((one for one in history or () if str(one.number) == number), None)
        if history is None or call is None:
            raise HistoryError(_GONE)
        return history, call

    def _row(self, history: History, call: PastCall) -> Fields:
        key = self.key_of(history, call)
        row = self._rows.get(key)
        if row is None:
            row = self._rows[key] = _row_of(key, call)
            while len(self._rows) > _MOST_ROWS:
                del self._rows[next(iter(self._rows))]
        return row

    def _code(self, call: PastCall, session: VippsSession | None) -> Fields:
        if session is None:
            return {"texts": {}, "cells": [], "note": "The session that made it is gone; log in to write it down."}
        try:
            written = as_call(call, session)
        except CallError as error:
            return {"texts": {}, "cells": [], "note": str(error)}
        name = name_of(session, self._variables)
        texts = {language: concealed(write(written, session, name), session) for language, write in LANGUAGES.items()}
        notes = ["A new idempotency key goes with it each time."] if call.idempotency_key else []
        if written.written and written.written[1] != written.body:
            notes.append("Phone numbers and secrets are variables in it: set them first.")
        here = ["python", "magic"] if isinstance(self._variables.get(name), VippsSession) else ["magic"]
        return {"texts": texts, "cells": here, "note": " ".join(notes)}


def _row_of(key: str, call: PastCall) -> Fields:
    """What the list shows of a call, as little as can be: empty fields stay away."""
    card = AnswerCard(call.response)  # reads both bodies once
    view = View(persons=card.view.persons)
    known = facts_of(call.url)
    bodies = (card.exchange.sent, card.exchange.answer)
    row: Fields = {
        "key": key,
        "number": call.number,
        "at": round(call.moment.timestamp() * 1000),
        "time": view.time(call.moment),
        "method": call.method,
        "path": view.text(call.path.replace("%E2%80%A2", "•")[:_LONGEST]),
        "title": card.title.partition(" · ")[2] or card.title,
        "api": known.name if known is not UNKNOWN else "other",
        "status": call.status or 0,
        "tone": tone_of(call),
        "ms": round(call.seconds * 1000),
        "about": view.text(subject_of(call, bodies)),
        "money": money_of(call, bodies),
        "tries": len(call.retries),
        "failure": call.failure,
        "environment": card.environment,
    }
    return {name: value for name, value in row.items() if value not in ("", None)}


def _panel(calls: LiveCalls) -> CallsPanel:
    from vipps_nb.widgets.calls import CallsPanel  # noqa: PLC0415 - widgets are slow to import

    return CallsPanel(calls=calls)


def _place() -> Fields | None:
    """Where a call would go; None while nobody is logged in."""
    try:
        session = current_session()
    except NotLoggedInError:
        return None
    return {"environment": session.environment.name, "msn": session.merchant_serial_number or ""}


def _session_of(history: History) -> VippsSession | None:
    try:
        session = history.session
    except HistoryError:
        return None
    return session if isinstance(session, VippsSession) else None
