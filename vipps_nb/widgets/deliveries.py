"""The live card of a webhook listener.

What arrived, whether it is genuine, and what was answered. Holds no secret, no signature and no payload: names,
references and verdicts are all it knows, and all of it may be saved in a notebook.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import anywidget
import traitlets

from vipps_nb.widgets import card

_LIVE_WORDS = "In a running notebook deliveries appear here as they arrive. A saved copy receives nothing."


class DeliveriesCard(anywidget.AnyWidget):
    """Deliveries as a table that grows.

    Args:
        on_fail: Called when Fail the next 3 is pressed.
        on_clear: Called when Clear is pressed.
        **traits: Initial values of the traits below.
    """

    _esm = card.script("deliveries.js")
    _css = card.stylesheet("deliveries.css")

    rows = traitlets.List(traitlets.Dict()).tag(sync=True)
    zone = traitlets.List(traitlets.Any()).tag(sync=True)  # its changes, as js/shared/time.js reads them
    total = traitlets.Int(0).tag(sync=True)
    listening = traitlets.Bool(True).tag(sync=True)

    def __init__(self, *, on_fail: Callable[[], None], on_clear: Callable[[], None], **traits: Any) -> None:
        self._changing = threading.RLock()
        self._on_fail = on_fail
        self._on_clear = on_clear
        super().__init__(**traits)
        self.on_msg(self._receive)

    def show(self, *, rows: Sequence[dict[str, Any]], total: int, listening: bool, zone: list[Any]) -> None:
        """Show the latest deliveries. Any thread may call.

        Also how many there are in all, and whether more can come.
        """
        with self._changing, self.hold_sync():
            self.zone, self.rows, self.total, self.listening = zone, list(rows), total, listening

    def __repr__(self) -> str:
        """The card in one line, without counts: nbval compares it."""
        return "Vipps webhook listener"

    def _repr_mimebundle_(self, **kwargs: Any) -> card.MimeBundle | None:
        html = card.twin([repr(self)], _LIVE_WORDS)
        return card.with_twins(super()._repr_mimebundle_(**kwargs), repr(self), html)

    def _receive(self, _widget: object, content: object, _buffers: object) -> None:
        match content:
            case {"ask": "alive", "id": int() as question}:
                self.send({"alive": question})
            case {"do": "fail"}:
                self._on_fail()
            case {"do": "clear"}:
                self._on_clear()
