"""What one can register for (Webhooks API, Events)."""

from __future__ import annotations

EPAYMENT = ("created", "aborted", "expired", "cancelled", "captured", "refunded", "authorized", "terminated")
AGREEMENT = ("activated", "rejected", "stopped", "expired")
CHARGE = ("reserved", "captured", "canceled", "refunded", "failed", "creation-failed")  # canceled has one l here
DONATION = ("started", "stopped", "withdrawal-day-changed", "amount-changed")

CHECKED_IN = "user.checked-in.v1"
DONATIONS = frozenset(f"donations.agreement.{what}.v1" for what in DONATION)
EVENTS = frozenset(
    {
        *(f"epayments.payment.{what}.v1" for what in EPAYMENT),
        *(f"recurring.agreement-{what}.v1" for what in AGREEMENT),
        *(f"recurring.charge-{what}.v1" for what in CHARGE),
        *DONATIONS,
        CHECKED_IN,
        "login.merchant-initiated.ping.v1",
        "user.consent-revoked.v1",
    }
)


def most_registrations(event: str) -> int:
    """How many registrations one sales unit may have for an event."""
    return 1 if event == CHECKED_IN else 25
