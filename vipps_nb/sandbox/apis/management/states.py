"""The statuses of a product order and the moves between them (Management API guide, product orders)."""

from __future__ import annotations

from enum import StrEnum

from vipps_nb.sandbox.world.lifecycle import Lifecycle


class Status(StrEnum):
    """COMPLETED, REJECTED and EXPIRED are final."""

    RECEIVED = "RECEIVED"
    MERCHANT_VIEWED = "MERCHANT_VIEWED"
    ORDER_SUBMITTED = "ORDER_SUBMITTED"
    COMPLETED = "COMPLETED"
    REJECTED = "REJECTED"
    EXPIRED = "EXPIRED"


MOVES = Lifecycle(
    {
        Status.RECEIVED: frozenset({Status.MERCHANT_VIEWED, Status.ORDER_SUBMITTED, Status.EXPIRED}),
        Status.MERCHANT_VIEWED: frozenset({Status.ORDER_SUBMITTED, Status.EXPIRED}),
        Status.ORDER_SUBMITTED: frozenset({Status.COMPLETED, Status.REJECTED}),
    }
)
UNSUBMITTED = frozenset({Status.RECEIVED, Status.MERCHANT_VIEWED})
