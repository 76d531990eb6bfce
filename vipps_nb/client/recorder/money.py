"""What is known of one payment's money."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

# The path of one payment, whatever is done with it. eCom's orders and ePayment's payments, and Recurring's charges.
_PAYMENT = re.compile(
    r"/(?P<api>epayment|ecomm)/v\d+/(?:test/|integration-test/)?payments/(?P<name>[^/?]+)"
    r"|/(?P<recurring>recurring)/v\d+/agreements/[^/?]+/charges/(?P<charge>[^/?]+)",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class Money:
    """What is known of one payment's money, in minor units.

    Attributes:
        currency: Empty when nobody said; eCom never does.
        amount: What the payment is about.
        captured: None when only the payment's making was seen.
        refunded: As captured.
        cancelled: As captured.
    """

    currency: str = ""
    amount: int = 0
    captured: int | None = None
    refunded: int | None = None
    cancelled: int | None = None

    @property
    def capturable(self) -> int:
        """What was left to capture, as far as it was seen."""
        return max(self.amount - (self.captured or 0) - (self.cancelled or 0), 0)

    @property
    def refundable(self) -> int | None:
        """What was left to refund; None when no look told what was captured."""
        return None if self.captured is None else max(self.captured - (self.refunded or 0), 0)


def payment_named(path: str) -> tuple[str, str] | None:
    """Which payment a path is about, as API and name; None for none."""
    found = _PAYMENT.match(path)
    if found is None:
        return None
    api = found["api"] or found["recurring"]
    return api.lower(), unquote(found["name"] or found["charge"])
