"""What the eCom API says no to, by group and code, in an array of errors.

Source: eCom API guide, Errors.
"""

# ruff: noqa: D101 - a refusal's title says what it is

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import ClassVar, Literal

from pydantic import RootModel

from vipps_nb.sandbox.apis.legacy.errors import context_id
from vipps_nb.sandbox.server.problems import Body, Dialect, ErrorBody, Refusal, Uuid

Group = Literal["Authentication", "Payment", "InvalidRequest", "VippsError", "User", "Merchant"]


UNKNOWN = "99"


class EComRefusal(Refusal):
    """One with a group and a code."""

    group: ClassVar[Group] = "Payment"
    code = UNKNOWN


class _Merchant(EComRefusal):
    group = "Merchant"


class _User(EComRefusal):
    group = "User"


class _Vipps(EComRefusal):
    group = "VippsError"


class OrderIdTaken(_Merchant):
    code, title = "34", "The orderId is already used"


class UnknownOrder(_Merchant):
    status = HTTPStatus.NOT_FOUND
    code, title = "35", "No order with this orderId"


class MerchantNotAvailable(_Merchant):
    status = HTTPStatus.FORBIDDEN
    code, title = "37", "Merchant not available, deactivated or blocked"


class OrderInWrongState(_Merchant):
    code, title = "22", "The order is not in a state that allows this"


class CannotCancelCaptured(EComRefusal):
    code, title = "51", "A captured order cannot be cancelled"


class CancellationFailed(EComRefusal):
    code, title = "52", "Cancellation failed"


class CannotCancelYet(EComRefusal):
    code, title = "53", "An order that is not reserved yet cannot be cancelled"


class CaptureAmountTooHigh(EComRefusal):
    code, title = "61", "Captured amount exceeds the reserved amount"


class NotReserved(EComRefusal):
    code, title = "62", "The amount you tried to capture is not reserved"


class CaptureFailed(EComRefusal):
    code, title = "63", "Capture failed; the details say where the order stands"


class RefundAmountTooHigh(EComRefusal):
    code, title = "71", "More than the captured amount cannot be refunded"


class CannotRefundReserved(EComRefusal):
    code, title = "72", "A reserved order cannot be refunded, only cancelled"


class CannotRefundCancelled(EComRefusal):
    code, title = "73", "A cancelled order cannot be refunded"


class RefundFailed(EComRefusal):
    code, title = "74", "Refund failed"


class UserNotRegistered(_User):
    code, title = "81", "User not registered with Vipps"


class NotAllowed(_Vipps):
    code, title = "91", "Transaction is not allowed"


class ExpressNotAllowed(NotAllowed):
    status = HTTPStatus.FORBIDDEN


class AlreadyProcessed(_Vipps):
    code, title = "92", "Transaction already processed"


class IdempotencyConflict(EComRefusal):
    code, title = "93", "A repeated request must have the same amount as the first"


class EComError(ErrorBody):
    error_group: Group
    error_code: str
    error_message: str
    context_id: Uuid


class EComErrors(RootModel[list[EComError]]):
    """One error, or one for each field; a field's name is the code then.

    Source: eCom API guide, Error codes.
    """


def _say(refusal: Refusal, trace_id: str) -> Body:
    return Body(EComErrors(list(_errors(refusal, context_id(trace_id)))), headers=refusal.headers)


def _errors(refusal: Refusal, context: str) -> Iterator[EComError]:
    if isinstance(refusal, EComRefusal):
        message = f"{refusal.title}. {refusal.detail}" if refusal.detail else refusal.title
        code = refusal.code or UNKNOWN
        yield EComError(error_group=refusal.group, error_code=code, error_message=message, context_id=context)
        return
    group: Group = "Authentication" if refusal.status == HTTPStatus.FORBIDDEN else "InvalidRequest"
    for name, reason in refusal.fields or [(refusal.code or str(int(refusal.status)), refusal.detail or refusal.title)]:
        yield EComError(error_group=group, error_code=name, error_message=reason, context_id=context)


dialect = Dialect(_say, EComErrors)
