"""What the customer's phone shows of a request, and what they can do about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vipps_nb.sandbox.server.problems import NoSuchChoice, NothingToDecide

Decision = Callable[[], dict[str, Any]]
"""Does what the customer has decided, and reports it."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several things to choose from, such as a way of delivery."""

    id: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneScreen:
    """One request on the customer's phone, as it is at this moment.

    A screen does not change by itself.

    Attributes:
        kind: What it is, in a word or two, such as ``payment``.
        msn: The sales unit that asks.
        merchant: The sales unit's name.
        text: What it is for.
        outcome: How it ended, in one sentence; None while the customer can still decide.
        on_approve: Does what the customer's yes means.
        on_abort: Does what the customer's no means.
        renew: Shows the same request as it is now.
        price: The amount as money, such as ``499.00 NOK``; None where no money is asked for.
        details: What else the customer should know before they decide, one line each.
        name: A selector of the control API and its value, such as ``reference`` and the payment's.
        standing: What it is and how it stands, for the refusal of a second decision.
        return_url: Where the customer goes afterwards.
        expires: When the customer's time is up, where that is known.
        legend: What the choice is about, in a few words.
        choices: What there is to choose from, best first.
        on_choose: Chooses one of ``choices`` by its id.
        on_look: To be called when somebody opens the request, where that makes a difference.
        on_withdraw: Takes back the customer's consent to what they shared.
        goes_on: Whether the browser goes on by itself afterwards, as it does with a login.
        onward_url: Where it goes on to; None while the customer can still decide, and where it stays.
    """

    kind: str
    msn: str
    merchant: str
    text: str
    outcome: str | None
    on_approve: Decision
    on_abort: Decision
    renew: Callable[[], PhoneScreen]
    price: str | None = None
    details: Sequence[str] = ()
    name: tuple[str, str] | None = None
    standing: str = ""
    return_url: str | None = None
    expires: datetime | None = None
    legend: str = ""
    choices: Sequence[Choice] = ()
    on_choose: Callable[[str], None] | None = None
    on_look: Callable[[], None] | None = None
    on_withdraw: Decision | None = None
    goes_on: bool = False
    onward_url: str | None = None

    def approve(self) -> dict[str, Any]:
        """The customer approves; returns what the control API reports.

        Raises:
            NothingToDecide: Their turn is over.
        """
        self._check_open()
        return self.on_approve()

    def abort(self) -> dict[str, Any]:
        """The customer says no; returns what the control API reports.

        Raises:
            NothingToDecide: Their turn is over.
        """
        self._check_open()
        return self.on_abort()

    def withdraw(self) -> dict[str, Any]:
        """The customer takes back their consent; returns what the control API reports.

        Raises:
            NothingToDecide: Nothing is shared.
        """
        if self.on_withdraw is None:
            raise NothingToDecide("Nothing that could be withdrawn was shared with it.")
        return self.on_withdraw()

    def choose(self, choice: str | None) -> None:
        """The customer chooses, by id; None leaves it at what is chosen already.

        Raises:
            NoSuchChoice: This is not among the choices.
        """
        if choice is None:
            return
        offered = [one.id for one in self.choices]
        if self.on_choose is None or choice not in offered:
            raise NoSuchChoice(f"{choice} is not to choose here; there is {', '.join(offered) or 'no choice'}.")
        self.on_choose(choice)

    def _check_open(self) -> None:
        if self.outcome is not None:
            raise NothingToDecide(f"{self.standing}: {self.outcome}" if self.standing else self.outcome)
