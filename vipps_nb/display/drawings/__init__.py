"""Known resources drawn as what they are.

Each drawing takes an exchange, and passes on what is not its kind.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vipps_nb.core.view import View
from vipps_nb.display.drawings import agreement, code, ledger, payment, token, webhook
from vipps_nb.display.drawings.drawing import Drawing
from vipps_nb.display.drawings.listing import listing
from vipps_nb.explain import Exchange

__all__ = ["Drawing", "draw", "listing"]

_KINDS: tuple[Callable[[Exchange, Any, View], Drawing | None], ...] = (
    *(payment.payment, payment.event_log),
    *(agreement.agreement, agreement.charges, agreement.charge),
    ledger.entries,
    *(webhook.registration, webhook.registrations),
    code.code,
    token.tokens,
)


def draw(exchange: Exchange, body: Any, view: View) -> Drawing | None:
    """The drawing of whatever an answer is.

    None for a refusal, and for what nobody knows.

    Args:
        exchange: What was asked and answered, as it came.
        body: The answer, masked; drawings show nothing else of it.
        view: For whom.
    """
    if exchange.problem is not None:
        return None
    return next((drawn for one in _KINDS if (drawn := one(exchange, body, view)) is not None), None)
