"""The deliveries that a listener keeps: so many, and so many bytes.

What strangers send pushes out nothing genuine.
"""

from __future__ import annotations

from vipps_nb.webhooks.delivery import UNCHECKED, Delivery

MOST = 1000
LARGEST = 16 << 20  # bytes, all together
_OVERHEAD = 1000  # bytes; about what Python needs for one


class Kept(list[Delivery]):
    """Deliveries, oldest first.

    Where there are too many, the oldest of those that are not genuine go first.

    Attributes:
        total: How many there were, the forgotten ones included.
    """

    def __init__(self) -> None:
        super().__init__()
        self.total = 0
        self._weight = 0

    def add(self, delivery: Delivery) -> None:
        """Keep one.

        Beyond the limits others are forgotten, or this one if it is the least worth keeping.
        """
        self.append(delivery)
        self.total += 1
        self._weight += _weight(delivery)
        while len(self) > MOST or self._weight > LARGEST:
            least = min(range(len(self)), key=lambda place: _worth(self[place]))  # of several the first: the oldest
            self._weight -= _weight(self.pop(least))

    def clear(self) -> None:
        """Forget all, and count from 1 again."""
        super().clear()
        self.total = self._weight = 0


def _worth(delivery: Delivery) -> int:
    if delivery.verdict:
        return 2
    return 1 if delivery.verdict.reason == UNCHECKED else 0


def _weight(delivery: Delivery) -> int:
    headers = sum(len(name) + len(value) for name, value in delivery.headers.items())
    return _OVERHEAD + len(delivery.body) + headers
