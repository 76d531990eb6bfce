"""What a session has seen of the money of one payment.

In the answers that it got, and in what it asked for.

Nobody is asked anew: an explanation of "too much" can only say what is left if somebody has looked before.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from vipps_nb.client.recorder.money import Money, payment_named

if TYPE_CHECKING:
    from vipps_nb.client.recorder.past_call import PastCall

_CREATE = re.compile(r"/(?:(?P<api>epayment|ecomm)/v\d+/payments|recurring/v\d+/agreements/[^/?]+/charges)/?$", re.I)
_DONE = range(200, 300)


def money_seen(path: str, calls: Iterable[PastCall]) -> Money | None:
    """What these calls, oldest first, told of the payment that a path names.

    None for nothing.
    """
    name = payment_named(path)
    if name is None:
        return None
    found: Money | None = None
    for call in calls:
        if call.status not in _DONE:
            continue
        if call.payment == name:
            found = _told(_json(call.content), found) or _done(call, found) or found
        elif call.method == "POST" and _CREATE.search(call.path.partition("?")[0]) is not None:
            found = _made(name, call) or found
    return found


def _json(content: bytes | None) -> Any:
    try:
        return json.loads(content) if content else None
    except (ValueError, RecursionError):
        return None


def _told(answer: Any, before: Money | None) -> Money | None:
    """What an answer tells: ePayment's aggregate, eCom's summary, a charge's summary."""
    if not isinstance(answer, Mapping):
        return None
    aggregate, amount = answer.get("aggregate"), answer.get("amount")
    if isinstance(aggregate, Mapping):
        authorized, captured, refunded, cancelled = (
            _value(aggregate.get(f"{name}Amount")) for name in ("authorized", "captured", "refunded", "cancelled")
        )
        return Money(
            currency=str(amount.get("currency", "")) if isinstance(amount, Mapping) else "",
            amount=authorized or _value(amount),
            captured=captured,
            refunded=refunded,
            cancelled=cancelled,
        )
    summary = answer.get("transactionSummary", answer.get("summary"))
    if not isinstance(summary, Mapping):
        return None
    if "capturedAmount" in summary:
        captured, refunded = _value(summary["capturedAmount"]), _value(summary.get("refundedAmount"))
        left = _value(summary.get("remainingAmountToCapture"))
        return Money(amount=captured + left, captured=captured, refunded=refunded, cancelled=0)
    captured, refunded, cancelled = (_value(summary.get(name)) for name in ("captured", "refunded", "cancelled"))
    total = _value(amount) or (before.amount if before else 0)
    currency = str(answer.get("currency") or "")
    return Money(currency=currency, amount=total, captured=captured, refunded=refunded, cancelled=cancelled)


def _done(call: PastCall, before: Money | None) -> Money | None:
    """What a capture or a refund did whose answer says nothing (Recurring)."""
    body = _json(call.sent)
    moved = _value(body.get("amount")) if isinstance(body, Mapping) else 0
    verb = call.path.partition("?")[0].rstrip("/").rpartition("/")[2].lower()
    if before is None or call.method != "POST" or not moved:
        return None
    if verb == "capture":
        return replace(before, captured=(before.captured or 0) + moved)
    if verb == "refund":
        return replace(before, refunded=(before.refunded or 0) + moved)
    return None


def _made(name: tuple[str, str], call: PastCall) -> Money | None:
    """What a payment was made over, as its request said."""
    letters = name[1].encode()
    if letters not in (call.sent or b"") and letters not in (call.content or b""):
        return None  # not worth being parsed
    sent, answer = _json(call.sent), _json(call.content)
    if not isinstance(sent, Mapping):
        return None
    transaction = sent.get("transaction")
    order = transaction if isinstance(transaction, Mapping) else sent
    told = [answer.get(key) for key in ("reference", "orderId", "chargeId")] if isinstance(answer, Mapping) else []
    if name[1] not in (order.get("reference"), order.get("orderId"), *told):
        return None
    amount = order.get("amount")
    currency = str(amount.get("currency", "")) if isinstance(amount, Mapping) else ""
    return Money(currency=currency, amount=_value(amount))


def _value(amount: Any) -> int:
    """An amount: a whole number, or an object that has one under `value`."""
    if isinstance(amount, Mapping):
        amount = amount.get("value")
    return amount if isinstance(amount, int) and not isinstance(amount, bool) else 0
