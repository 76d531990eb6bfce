"""The explorer's card.

A list of operations to search in, a form for one of them, its answer, and the call as code. Only the list and a few
labels are synchronised state. What is typed travels as custom messages and is never kept here, and forms, answers and
code go to the browser as messages too: no saved notebook can hold any of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import anywidget
import traitlets

from vipps_nb.widgets import card
from vipps_nb.widgets.conversation import Conversation

_LIVE_WORDS = (
    "In a running notebook an operation can be looked for here, filled in, sent, and taken along as code. "
    "What is typed there never becomes part of the notebook."
)


class Guide(Protocol):
    """Who knows the operations.

    Everything that is returned goes to the browser as it is.
    """

    def form(self, number: int) -> Mapping[str, Any]:
        """The form of an operation, by its place in the list."""
        ...

    def judge(self, number: int, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """What is wrong with what was typed so far, and the call as code. Must be quick."""
        ...

    def send(self, number: int, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """Send the call; called on a thread of its own."""
        ...


class ExplorerCard(anywidget.AnyWidget):
    """Operations, to be found, filled in and sent.

    Args:
        guide: Answers the card's questions. An error of ours that it raises is shown as a sentence.
        operations: What can be chosen: ``api``, ``method``, ``path``, ``purpose``, ``deprecated``, ``in_test``.
        subject: Whose operations they are, such as ``ePayment API``.
        query: What stands in the search field at the start.
        chosen: The operation that is open at the start; -1 for none.
        recent: The operations that were called last, by their places in the list.
        place: Where a call would go: ``environment`` and ``msn``; None while nobody is logged in.
    """

    _esm = card.script("explorer.js")
    _css = card.stylesheet("explorer.css")

    operations = traitlets.List(traitlets.Dict()).tag(sync=True)
    subject = traitlets.Unicode("").tag(sync=True)
    query = traitlets.Unicode("").tag(sync=True)
    chosen = traitlets.Int(-1).tag(sync=True)
    recent = traitlets.List(traitlets.Int()).tag(sync=True)
    place = traitlets.Dict(allow_none=True, default_value=None).tag(sync=True)

    def __init__(
        self,
        *,
        guide: Guide,
        operations: Sequence[Mapping[str, Any]],
        subject: str,
        query: str = "",
        chosen: int = -1,
        recent: Sequence[int] = (),
        place: Mapping[str, Any] | None = None,
    ) -> None:
        self._guide = guide
        self._talk = Conversation(self, "explorer")
        super().__init__(
            operations=[dict(one) for one in operations],
            subject=subject,
            query=query,
            chosen=chosen,
            recent=list(recent),
            place=dict(place) if place is not None else None,
        )
        self.on_msg(self._receive)

    def __repr__(self) -> str:
        """The card in one line, without counts or addresses: nbval compares it."""
        return f"Vipps explorer · {self.subject}"

    def _repr_mimebundle_(self, **kwargs: Any) -> card.MimeBundle | None:
        html = card.twin(["Vipps explorer", self.subject], _LIVE_WORDS)
        return card.with_twins(super()._repr_mimebundle_(**kwargs), repr(self), html)

    def _receive(self, _widget: object, content: Any, _buffers: object) -> None:
        match content:
            case {"ask": "form", "id": int() as question, "operation": int() as number}:
                self._talk.reply(question, lambda: {"form": self._guide.form(number), "model": self.model_id})
            case {"ask": "judge", "id": int() as question, "operation": int() as number, "values": dict() as values}:
                self._talk.reply(question, lambda: self._guide.judge(number, values))
            case {"do": "send", "id": int() as question, "operation": int() as number, "values": dict() as values}:
                # ipykernel keeps the last message it handled; it shall not keep what was typed with it.
                typed = dict(values)
                values.clear()
                self._talk.start(question, lambda: self._guide.send(number, typed))
