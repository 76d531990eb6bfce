"""The sandbox's desk as a card.

It shows the customer's phone, the clock, faults, the world and its request log. Knows nothing about the sandbox: it
shows what it is given and passes orders on. Holds what the desk shows to anybody (its secrets are masked already), and
never a link to the phone, a body or a header; those of one request are sent when somebody opens it, and not kept.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import anywidget
import traitlets

from vipps_nb.widgets import card

_LIVE_WORDS = (
    "In a running notebook the customer's phone stands here, with the sandbox's clock, its faults and its request "
    "log. A saved copy decides nothing."
)
_FAILED = "That failed unexpectedly. %vipps_sandbox --text says how the sandbox stands."

Fields = Mapping[str, Any]


class SandboxDesk(anywidget.AnyWidget):
    """A sandbox in front of somebody.

    Args:
        on_order: Called with a verb and what was given with it, on a thread of its own. Returns the sentence to show
            and whether all went well. An error of ours that it raises is shown as a sentence.
        on_look: Called with the number of a request in the log; gives what was asked and answered.
        on_pages: Gives what the addresses of the sandbox's pages begin with for a browser (``base``), and a sentence.
    """

    _esm = card.script("sandbox_desk.js")
    _css = card.stylesheet("sandbox_desk.css")

    # Moments are milliseconds since the epoch. A clock that runs is told by how far it is ahead of the kernel's, so
    # that the browser can let it tick; only a held one has a `now`.
    clock = traitlets.Dict().tag(sync=True)  # {"held": True, "now": …} or {"held": False, "ahead": …}
    zone = traitlets.List(traitlets.Any()).tag(sync=True)  # its changes, as js/shared/time.js reads them
    waiting = traitlets.List(traitlets.Dict()).tag(sync=True)  # newest first
    faults = traitlets.Dict().tag(sync=True)  # {"preset": "off" | … | "own", "rate": …, "rules": …}
    seed = traitlets.Int(1).tag(sync=True)
    strict = traitlets.Bool(False).tag(sync=True)  # whether what no document has is refused
    world = traitlets.Unicode("").tag(sync=True)  # what is in it, in words
    rows = traitlets.List(traitlets.Dict()).tag(sync=True)  # the end of the request log, oldest first
    total = traitlets.Int(0).tag(sync=True)
    state = traitlets.Unicode("live").tag(sync=True)  # live | lost | stopped
    message = traitlets.Unicode("").tag(sync=True)  # one sentence, or nothing

    def __init__(
        self,
        *,
        on_order: Callable[[str, Fields], tuple[str, bool]],
        on_look: Callable[[int], Fields | None],
        on_pages: Callable[[], Fields] = dict,
        **traits: Any,
    ) -> None:
        # Messages arrive on a subshell's thread with ipykernel 7.1 to 7.3, and on the main thread elsewhere.
        self._changing = threading.RLock()
        self._on_order = on_order
        self._on_look = on_look
        self._on_pages = on_pages
        super().__init__(**traits)
        self.on_msg(self._receive)

    def show(self, **traits: object) -> None:
        """Show what has changed; any thread may call.

        What is as before costs no message.
        """
        # The lock, because two threads inside hold_sync would send each other's half of the state.
        with self._changing, self.hold_sync():
            for name, value in traits.items():
                setattr(self, name, value)

    def __repr__(self) -> str:
        """The desk in one line, without a moment or an address: nbval compares it."""
        return "Vipps sandbox desk"

    def _repr_mimebundle_(self, **kwargs: Any) -> card.MimeBundle | None:
        html = card.twin([repr(self)], _LIVE_WORDS)
        return card.with_twins(super()._repr_mimebundle_(**kwargs), repr(self), html)

    def _receive(self, _widget: object, content: Any, _buffers: object) -> None:
        match content:
            case {"ask": "time", "id": int() as question}:
                self.send({"time": time.time_ns() // 1_000_000, "id": question})
            case {"ask": "pages", "id": int() as question}:
                self.send({"pages": self._pages(), "id": question})
            case {"look": int() as number, "id": int() as question}:
                card.in_background(lambda: self._look(number, question), "look")
            case {"do": str() as verb, "id": int() as question}:
                # At once, so that the browser knows a journey of the clock from a kernel that is gone.
                self.send({"heard": question})
                card.in_background(lambda: self._obey(verb, content, question), "desk")

    def _pages(self) -> Fields:
        """Where the pages are.

        An address of this machine, so it is no state, and in no file.
        """
        try:
            return self._on_pages()
        except Exception as error:
            return {"words": card.sentence_for(error, "")}

    def _look(self, number: int, question: int) -> None:
        entry: Fields | None = None
        try:
            entry = self._on_look(number)
        except Exception as error:
            card.sentence_for(error, "")  # logs a stranger's error by its type
        self.send({"entry": entry, "id": question})

    def _obey(self, verb: str, given: Fields, question: int) -> None:
        try:
            said, well = self._on_order(verb, given)
        except Exception as error:
            said, well = card.sentence_for(error, _FAILED), False
        self.send({"did": question, "say": said, "well": well})
