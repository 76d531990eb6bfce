"""The amounts that the test environment documents to go wrong on purpose.

Somebody who meets one by accident looks for their own mistake, so whoever shows such a payment names it. Source: Test
environment, special amounts (knowledge base); the same in the fact sheets of ePayment, Recurring and eCom.
"""

from __future__ import annotations

from typing import Any

APPROVALS = {
    151: "not enough funds",
    182: "refused by the issuer",
    183: "suspicion of fraud",
    184: "over the withdrawal limit",
    186: "the card has expired",
    187: "the card is invalid",
    197: "3-D Secure is denied",
    201: "the outcome is unknown for an hour",
    202: "strong customer authentication is needed",
}
REFUNDS = {123: "the receiver is gone", 124: "the refund window is over"}
UNKNOWN_OUTCOME = 201


def named(value: Any, *, refund: bool = False) -> str:
    """A test amount and what it does, in words.

    Such as ``1.51 is a documented test amount: not enough funds``; empty for every other amount.

    Args:
        value: In minor units.
        refund: Whether it is to be refunded; otherwise to be approved or charged.
    """
    known = REFUNDS if refund else APPROVALS
    if isinstance(value, bool) or not isinstance(value, int) or value not in known:
        return ""
    return f"{value // 100}.{value % 100:02d} is a documented test amount: {known[value]}"
