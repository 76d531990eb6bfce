"""The states of an eCom payment: the name of its latest operation (eCom API guide, payment states)."""

from __future__ import annotations

from enum import StrEnum

from vipps_nb.sandbox.world.lifecycle import Lifecycle


class State(StrEnum):
    """What ``/status`` says. The history of ``/details`` has no word for REGISTER, FAILED and REJECTED."""

    INITIATE = "INITIATE"
    REGISTER = "REGISTER"
    RESERVE = "RESERVE"
    SALE = "SALE"
    CAPTURE = "CAPTURE"
    REFUND = "REFUND"
    CANCEL = "CANCEL"
    VOID = "VOID"
    FAILED = "FAILED"
    REJECTED = "REJECTED"


_ATTEMPT = frozenset({State.RESERVE, State.SALE, State.FAILED})

MOVES = Lifecycle(
    {
        State.INITIATE: _ATTEMPT | {State.REGISTER, State.CANCEL, State.VOID, State.REJECTED},
        State.REGISTER: _ATTEMPT,
        State.RESERVE: frozenset({State.CAPTURE, State.VOID}),
        State.CAPTURE: frozenset({State.CAPTURE, State.REFUND, State.VOID}),
        State.SALE: frozenset({State.REFUND}),
        State.REFUND: frozenset({State.CAPTURE, State.REFUND, State.VOID}),
        State.VOID: frozenset({State.REFUND}),  # what was captured before the rest was released
    }
)
"""CANCEL is the customer, VOID the merchant, REJECTED the clock, FAILED the bank."""
