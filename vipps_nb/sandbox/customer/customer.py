"""The customer: who they are, and what they pay with."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from dateutil.relativedelta import relativedelta

PHONE_NUMBER = "4712345678"
_NAMESPACE = uuid.UUID("6d8a9f4e-0d0c-4c1e-9b5a-3f2f8e2c7a10")  # any fixed one; makes subs repeatable


@dataclass(frozen=True, kw_only=True)
class Customer:
    """The one test user; whatever phone number a merchant names, this is who answers."""

    first_name: str = "Kari"
    last_name: str = "Nordmann"
    email: str = "kari.nordmann@example.com"
    born: date = date(1990, 5, 17)
    address_line_1: str = "Storgata 1"
    post_code: str = "0155"
    city: str = "Oslo"
    country: str = "NO"
    gender: str = "female"
    national_identity_number: str = "17859000266"
    """A synthetic one: the month is 80 too high, so it can never be a living person's."""

    def age(self, on: datetime) -> int:
        """Full years of age on a day."""
        return relativedelta(on.date(), self.born).years


KARI = Customer()


def subject(seed: int, msn: str, phone_number: str) -> str:
    """The ``sub`` of a customer: the same for the same person and sales unit.

    Source: Userinfo API, sub.
    """
    return str(uuid.uuid5(_NAMESPACE, f"{seed}/{msn}/{phone_number}"))


CardFailure = Literal["user_action_required", "non_technical_error", "technical_error"]


@dataclass
class Wallet:
    """What the customer pays with: one card.

    Attributes:
        failure: Why nothing can be taken from it just now, in the words of the Recurring API; None while it works.
    """

    failure: CardFailure | None = None
