"""Ways of delivery.

Read from a merchant's answer, and named on the customer's phone.
"""

from __future__ import annotations

from vipps_nb.sandbox.apis.checkout.schemas import LogisticsOption
from vipps_nb.sandbox.server.merchants_answers import MerchantsAnswer

OPTIONS: MerchantsAnswer[list[LogisticsOption]] = MerchantsAnswer(list[LogisticsOption])
"""Reads what a merchant answers to the question for dynamic options."""


def label(option: LogisticsOption) -> str:
    """What an option is called on the customer's phone."""
    name = option.title or (option.brand if option.type is None else f"{option.brand} {option.type}")
    words = name if option.title else name.replace("_", " ").capitalize()
    extra = f" ({option.description})" if option.description else ""
    return f"{words}{extra} · {option.amount}"
