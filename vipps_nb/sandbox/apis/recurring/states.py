"""The states of agreements and charges, and the moves between them (Recurring API guide, states)."""

from __future__ import annotations

from enum import StrEnum

from vipps_nb.sandbox.world.lifecycle import Lifecycle


class AgreementStatus(StrEnum):
    """STOPPED and EXPIRED are final; there is no pause."""

    PENDING = "PENDING"
    ACTIVE = "ACTIVE"
    STOPPED = "STOPPED"
    EXPIRED = "EXPIRED"


class ChargeStatus(StrEnum):
    """While a charge is tried again it stays DUE; the merchant is not told about single attempts."""

    PENDING = "PENDING"
    DUE = "DUE"
    PROCESSING = "PROCESSING"
    RESERVED = "RESERVED"
    PARTIALLY_CAPTURED = "PARTIALLY_CAPTURED"
    CHARGED = "CHARGED"
    PARTIALLY_REFUNDED = "PARTIALLY_REFUNDED"
    REFUNDED = "REFUNDED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


_A = AgreementStatus
AGREEMENT_MOVES = Lifecycle(
    {
        _A.PENDING: frozenset({_A.ACTIVE, _A.STOPPED, _A.EXPIRED}),
        _A.ACTIVE: frozenset({_A.STOPPED}),
    }
)

_C = ChargeStatus
CHARGE_MOVES = Lifecycle(
    {
        _C.PENDING: frozenset({_C.DUE, _C.CANCELLED}),
        _C.DUE: frozenset({_C.PROCESSING, _C.CANCELLED}),
        _C.PROCESSING: frozenset({_C.DUE, _C.RESERVED, _C.CHARGED, _C.FAILED, _C.CANCELLED}),
        _C.RESERVED: frozenset({_C.PARTIALLY_CAPTURED, _C.CHARGED, _C.CANCELLED}),
        _C.PARTIALLY_CAPTURED: frozenset(
            {_C.PARTIALLY_CAPTURED, _C.CHARGED, _C.PARTIALLY_REFUNDED, _C.REFUNDED},
        ),
        _C.CHARGED: frozenset({_C.PARTIALLY_REFUNDED, _C.REFUNDED}),
        _C.PARTIALLY_REFUNDED: frozenset({_C.PARTIALLY_REFUNDED, _C.REFUNDED}),
    }
)
CANCELLABLE = frozenset({_C.PENDING, _C.DUE, _C.RESERVED, _C.PARTIALLY_CAPTURED})
CAPTURABLE = frozenset({_C.RESERVED, _C.PARTIALLY_CAPTURED})
REFUNDABLE = frozenset({_C.CHARGED, _C.PARTIALLY_CAPTURED, _C.PARTIALLY_REFUNDED})
