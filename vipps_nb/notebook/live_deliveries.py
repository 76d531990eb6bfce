"""Connects a webhook listener with its live card.

Neither knows the other.
"""

from __future__ import annotations

from typing import Any

from IPython.core.getipython import get_ipython

from vipps_nb.core.zone import zone_for_page
from vipps_nb.webhooks import Delivery, Listener
from vipps_nb.webhooks.delivery import in_sight
from vipps_nb.widgets.deliveries import DeliveriesCard

KEPT_ON_SCREEN = 50
FAILURES = 3
SUBJECTS = ("reference", "chargeId", "agreementId", "merchantQrId")
"""Fields that say what an event is about, in the payloads of the APIs; the first that is there is shown."""


def show(listener: Listener) -> DeliveriesCard | None:
    """A card that follows the listener; None where no front end could draw it."""
    if not hasattr(get_ipython(), "kernel"):
        return None
    card = DeliveriesCard(
        on_fail=lambda: listener.drill(status=500, times=FAILURES),
        on_clear=listener.clear,
    )

    def follow() -> None:
        rows = [_row(delivery) for delivery in listener.deliveries[-KEPT_ON_SCREEN:]]
        still = any(delivery.still for delivery in listener.deliveries[-KEPT_ON_SCREEN:])
        zone = zone_for_page(still=still)
        card.show(rows=rows, total=listener.total, listening=listener.listening, zone=zone)

    follow()
    listener.follow(follow)
    return card


def _row(delivery: Delivery) -> dict[str, Any]:
    """What the card shows of a delivery.

    No header, no signature, and of the payload only what it is about.
    """
    return {
        "number": delivery.number,
        "moment": round(delivery.moment.timestamp() * 1000),
        "name": delivery.name or "event",
        "subject": _subject(delivery),
        "genuine": bool(delivery.verdict),
        "reason": delivery.verdict.reason,
        "sentence": "" if delivery.verdict else delivery.verdict.sentence,
        "attempt": delivery.attempt,
        "duplicate": delivery.duplicate,
        "status": delivery.status,
    }


def _subject(delivery: Delivery) -> str:
    try:
        payload = delivery.json()
    except ValueError:
        return ""
    found = (payload.get(name) for name in SUBJECTS) if isinstance(payload, dict) else ()
    return next((in_sight(value) for value in found if isinstance(value, str)), "")
