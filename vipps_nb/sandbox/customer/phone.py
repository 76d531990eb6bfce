"""What has come to the customer's phone, in the order in which it came."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from vipps_nb.sandbox.customer.customer import Expiring, Named, PhoneRequest
from vipps_nb.sandbox.world.clock import Clock

KEPT_IN_SIGHT = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One request on the phone.

    Attributes:
        number: Counts from 1 in each world. Names it where nothing else does, as with a login in a browser.
        since: When it came.
    """

    number: int
    since: datetime
    asked: PhoneRequest

    @property
    def name(self) -> tuple[str, str] | None:
        """How the desk is told of it: a selector and its value; None where only the number names it."""
        return self.asked.name if isinstance(self.asked, Named) else None

    @property
    def expires(self) -> datetime | None:
        """When the customer's time is up, where that is known."""
        return self.asked.expires if isinstance(self.asked, Expiring) else None


class Phone(MutableMapping[str, PhoneRequest]):
    """What can be opened on the customer's phone, by the token in its link."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._count = 0
        self._arrivals: dict[str, Arrival] = {}

    def __getitem__(self, token: str) -> PhoneRequest:
        return self._arrivals[token].asked

    def __setitem__(self, token: str, asked: PhoneRequest) -> None:
        self._count += 1
        self._arrivals[token] = Arrival(number=self._count, since=self._clock.now(), asked=asked)

    def __delitem__(self, token: str) -> None:
        del self._arrivals[token]

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrivals)

    def __len__(self) -> int:
        return len(self._arrivals)

    def numbered(self, number: int) -> Arrival | None:
        """The request with this number, decided or not."""
        return next((one for one in self._arrivals.values() if one.number == number), None)

    def waiting(self) -> list[Arrival]:
        """What the customer can decide now, newest first; of the latest thousand, so that a full world stays quick.

        A checkout whose customer is paying and its payment are one thing to decide: the newer, which is the payment.
        """
        found: list[Arrival] = []
        seen: set[tuple[str, str, str]] = set()
        for one in islice(reversed(self._arrivals.values()), KEPT_IN_SIGHT):
            if one.asked.outcome is not None:
                continue
            if one.name is not None:
                name = (one.asked.msn, *one.name)
                if name in seen:
                    continue
                seen.add(name)
            found.append(one)
        return found
