"""The kernel's end of what a widget's page asks.

The page's end is ``js/shared/kernel.js``.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

import anywidget

from vipps_nb.widgets import card

_FAILED = "That failed unexpectedly. Run the call as a cell to see why."
_UNDER_WAY = "The call before this one is still on its way. Nothing was sent."

Answer = Callable[[], Mapping[str, Any]]


class Conversation:
    """Answers questions by their numbers, and sends one call at a time.

    Args:
        widget: Whose page it is.
        name: Of the threads that calls are sent on.
    """

    def __init__(self, widget: anywidget.AnyWidget, name: str) -> None:
        self._widget = widget
        self._name = name
        # A second press of Send while the first call is on its way is no second call.
        self._sending = threading.Lock()

    def reply(self, question: int, answer: Answer) -> None:
        """Answer a question now; an error becomes a sentence."""
        try:
            said = dict(answer())
        except Exception as error:
            said = {"refused": card.sentence_for(error, _FAILED)}
        self._widget.send({"id": question, **said})

    def start(self, question: int, call: Answer) -> None:
        """Send a call on a thread of its own, and reply with what came of it.

        Raises:
            RuntimeError: There are no more threads to be had.
        """
        if not self._sending.acquire(blocking=False):
            self._widget.send({"id": question, "refused": _UNDER_WAY})
            return

        def work() -> None:
            try:
                self.reply(question, call)
            finally:
                self._sending.release()

        try:
            card.in_background(work, self._name)
        except RuntimeError:
            self._sending.release()
            raise
