"""What has come to the customer's phone, in the order in which it came."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

from vipps_nb.sandbox.customer.screen import PhoneScreen
from vipps_nb.sandbox.world.clock import Clock, Moment
from vipps_nb.sandbox.world.tables import Table

KEPT_IN_SIGHT = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One request on the phone.

    Attributes:
        number: Counts from 1 in each world. Names it where nothing else does, as with a login in a browser.
        since: When it came.
        screen: Shows it as it is now.
    """

    number: int
    since: Moment
    screen: Callable[[], PhoneScreen]


class Phone:
    """What can be opened on the customer's phone, by the token in its link."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.count = 0
        """How many requests have come."""
        self.arrivals: Table[str, Arrival] = Table(frozen=True)

    def __contains__(self, token: str) -> bool:
        return token in self.arrivals

    def show(self, token: str, screen: Callable[[], PhoneScreen]) -> None:
        """A new request, which ``screen`` shows as it is whenever it is looked at."""
        self.count += 1
        self.arrivals[token] = Arrival(number=self.count, since=self._clock.now(), screen=screen)

    def get(self, token: str) -> PhoneScreen | None:
        """What the link with this token opens; None if there is none."""
        arrival = self.arrivals.get(token)
        return None if arrival is None else arrival.screen()

    def remove(self, token: str) -> None:
        """Take a request away, as if it had never come."""
        self.arrivals.pop(token)

    def numbered(self, number: int) -> Arrival | None:
        """The request with this number, decided or not."""
        return next((one for one in self.arrivals.values() if one.number == number), None)

    def waiting(self) -> list[tuple[Arrival, PhoneScreen]]:
        """What the customer can decide now, newest first.

        Of the latest thousand, so that a full world stays quick.

        A checkout whose customer is paying and its payment are one thing to decide: the newer, which is the payment.
        """
        found: list[tuple[Arrival, PhoneScreen]] = []
        seen: set[tuple[str, str, str]] = set()
        for one in islice(reversed(self.arrivals.rows.values()), KEPT_IN_SIGHT):
            screen = one.screen()
            if screen.outcome is not None:
                continue
            if screen.name is not None:
                name = (screen.msn, *screen.name)
                if name in seen:
                    continue
                seen.add(name)
            found.append((one, screen))
        return found
