"""The states of a session and the moves between them (Checkout API guide)."""

from __future__ import annotations

from enum import StrEnum

from vipps_nb.sandbox.world.lifecycle import Lifecycle


class State(StrEnum):
    """The last three are final; what happens to the money afterwards is ePayment's."""

    CREATED = "SessionCreated"
    INITIATED = "PaymentInitiated"
    EXPIRED = "SessionExpired"
    SUCCESSFUL = "PaymentSuccessful"
    TERMINATED = "PaymentTerminated"


MOVES = Lifecycle(
    {
        State.CREATED: frozenset({State.INITIATED, State.EXPIRED}),
        State.INITIATED: frozenset({State.SUCCESSFUL, State.TERMINATED}),
    }
)
