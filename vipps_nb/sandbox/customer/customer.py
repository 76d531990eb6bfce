"""The customer and what their thumb does in the app: approve or abort; doing nothing lets the request expire."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, Protocol, runtime_checkable

from vipps_nb.sandbox.server.problems import NoSuchChoice

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
        had_birthday = (on.month, on.day) >= (self.born.month, self.born.day)
        return on.year - self.born.year - (not had_birthday)


KARI = Customer()


def subject(seed: int, msn: str, phone_number: str) -> str:
    """The ``sub`` of a customer: the same for the same person and sales unit (Userinfo API, sub)."""
    return str(uuid.uuid5(_NAMESPACE, f"{seed}/{msn}/{phone_number}"))


CardFailure = Literal["user_action_required", "non_technical_error", "technical_error"]


@dataclass
class Wallet:
    """What the customer pays with: one card.

    Attributes:
        failure: Why nothing can be taken from it just now, in the words of the Recurring API; None while it works.
    """

    failure: CardFailure | None = None


class PhoneRequest(Protocol):
    """Something waiting on the customer's phone. Each API brings its own kind."""

    @property
    def msn(self) -> str:
        """The sales unit that asks."""
        ...

    @property
    def merchant(self) -> str:
        """Its name."""
        ...

    @property
    def price(self) -> str | None:
        """The amount as money, such as ``499.00 NOK``; None where no money is asked for."""

    @property
    def text(self) -> str:
        """What it is for."""
        ...

    @property
    def details(self) -> Sequence[str]:
        """What else the customer should know before they decide, one line each."""
        ...

    @property
    def outcome(self) -> str | None:
        """How it ended, in one sentence; None while the customer can still decide."""

    @property
    def return_url(self) -> str | None:
        """Where the customer goes afterwards."""

    def approve(self) -> dict[str, Any]:
        """The customer approves. Raises a Refusal when there is nothing left to decide."""
        ...

    def abort(self) -> dict[str, Any]:
        """The customer says no. Raises a Refusal when there is nothing left to decide."""
        ...


@runtime_checkable
class NoticesLooks(Protocol):
    """A phone request to which it makes a difference that somebody has opened it."""

    def looked_at(self) -> None:
        """Somebody has opened it."""


@runtime_checkable
class Shared(Protocol):
    """Something the customer has shared data with, and may take that back."""

    def withdraw(self) -> dict[str, Any]:
        """The customer withdraws their consent. Raises a Refusal when nothing is shared."""
        ...


@runtime_checkable
class GoesOn(Protocol):
    """A PhoneRequest after which the browser goes on by itself, as it does with a login."""

    @property
    def onward_url(self) -> str | None:
        """Where the browser goes now; None while the customer can still decide, and where it stays."""


@runtime_checkable
class Expiring(Protocol):
    """A phone request that also knows how long the customer has."""

    @property
    def expires(self) -> datetime:
        """When their time is up."""
        ...


@runtime_checkable
class Named(Protocol):
    """A phone request that says what it is, and by which name the desk knows it."""

    @property
    def kind(self) -> str:
        """What it is, in a word or two, such as ``payment``."""
        ...

    @property
    def name(self) -> tuple[str, str] | None:
        """A selector of the desk and its value, such as ``reference`` and the payment's; None where it has none."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several things the customer may choose before they approve, such as a way of delivery."""

    id: str
    label: str
    chosen: bool


@runtime_checkable
class OffersChoice(Protocol):
    """A request on the phone that lets the customer choose."""

    @property
    def legend(self) -> str:
        """What the choice is about, in a few words."""
        ...

    @property
    def choices(self) -> Sequence[Choice]:
        """What there is to choose from, best first; empty where there is nothing (more) to choose."""
        ...

    def choose(self, choice: str) -> None:
        """The customer chooses, by id; one of ``choices``."""


def choose(asked: PhoneRequest, choice: str | None) -> None:
    """Have the customer choose; None leaves it at what is chosen already.

    Raises:
        NoSuchChoice: This is not among the choices.
    """
    if choice is None:
        return
    choices = [one.id for one in asked.choices] if isinstance(asked, OffersChoice) else []
    if not isinstance(asked, OffersChoice) or choice not in choices:
        raise NoSuchChoice(f"{choice} is not to choose here; there is {', '.join(choices) or 'no choice'}.")
    asked.choose(choice)
