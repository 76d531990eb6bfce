"""The states of a payment and the moves between them (ePayment API guide)."""

from __future__ import annotations

from enum import StrEnum

from vipps_nb.sandbox.world.lifecycle import Lifecycle


class State(StrEnum):
    """AUTHORIZED is final too: capture, cancel and refund move the aggregate and never the state."""

    CREATED = "CREATED"
    AUTHORIZED = "AUTHORIZED"
    ABORTED = "ABORTED"
    EXPIRED = "EXPIRED"
    TERMINATED = "TERMINATED"


MOVES = Lifecycle({State.CREATED: frozenset({State.AUTHORIZED, State.ABORTED, State.EXPIRED, State.TERMINATED})})
