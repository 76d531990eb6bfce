"""The calls panel.

The calls of this kernel, newest first and live, and everything about the chosen one. Nothing of a call is synchronised
state: rows, details and what is done with them travel as messages, so no saved notebook can hold any of it. A new call
is one small row, several of them one message; details are sent when somebody looks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import anywidget

from vipps_nb.widgets import card
from vipps_nb.widgets.conversation import Conversation

_LIVE_WORDS = (
    "In a running notebook the calls of this kernel stand here as they are made, to be searched, looked into, "
    "compared, copied, and edited and sent again. Calls are kept in the kernel's memory only, so this copy has none: "
    "run this cell to see those of today."
)


class Calls(Protocol):
    """Who knows the calls. Everything that is returned goes to the browser as it is."""

    def rows(self) -> Mapping[str, Any]:
        """All calls, a small row each; from now on new ones are to be sent."""
        ...

    def details(self, key: str) -> Mapping[str, Any]:
        """Everything about one call."""
        ...

    def compared(self, one: str, other: str) -> Mapping[str, Any]:
        """What differs between two calls and between their answers."""
        ...

    def edit(self, key: str) -> Mapping[str, Any]:
        """A form with the call filled in: the model of another widget."""
        ...

    def again(self, key: str, *, new_key: bool) -> Mapping[str, Any]:
        """Send a call again; called on a thread of its own."""
        ...


class CallsPanel(anywidget.AnyWidget):
    """The calls of this kernel.

    Args:
        calls: Answers the panel's questions. An error of ours that it raises is shown as a sentence.
    """

    _esm = card.script("calls.js")
    _css = card.stylesheet("calls.css")

    def __init__(self, *, calls: Calls) -> None:
        self._calls = calls
        self._talk = Conversation(self, "calls")
        super().__init__()
        self.on_msg(self._receive)

    def tell(self, rows: Sequence[Mapping[str, Any]], place: Mapping[str, Any] | None) -> None:
        """Send new calls to every view; any thread may call."""
        self.send({"rows": list(rows), "place": place})

    def __repr__(self) -> str:
        """The panel in one line, without counts or addresses: nbval compares it."""
        return "Vipps calls"

    def _repr_mimebundle_(self, **kwargs: Any) -> card.MimeBundle | None:
        html = card.twin(["Vipps calls"], _LIVE_WORDS)
        return card.with_twins(super()._repr_mimebundle_(**kwargs), repr(self), html)

    def _receive(self, _widget: object, content: Any, _buffers: object) -> None:
        calls = self._calls
        match content:
            case {"ask": "rows", "id": int() as question}:
                self._talk.reply(question, lambda: {**calls.rows(), "model": self.model_id})
            case {"ask": "details", "id": int() as question, "call": str() as key}:
                self._talk.reply(question, lambda: {"details": calls.details(key)})
            case {"ask": "compare", "id": int() as question, "call": str() as key, "with": str() as other}:
                self._talk.reply(question, lambda: {"compared": calls.compared(key, other)})
            case {"ask": "edit", "id": int() as question, "call": str() as key}:
                self._talk.reply(question, lambda: calls.edit(key))
            case {"do": "again", "id": int() as question, "call": str() as key, "new": bool() as new_key}:
                self._talk.start(question, lambda: calls.again(key, new_key=new_key))
