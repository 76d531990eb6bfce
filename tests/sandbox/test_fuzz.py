"""Ten thousand requests behind the happy path, the same ones each time; with ``--hypothesis-profile thorough`` fifty
such stories. One story alone, of any length: ``python -m tests.sandbox.fuzz SEED REQUESTS``.
"""

from tests.conftest import times_the_usual
from tests.sandbox.fuzz import tell

REQUESTS = 10_000


def test_no_story_breaks_the_sandbox_or_makes_money_from_nothing():
    for seed in range(1, 1 + times_the_usual()):
        story = tell(seed, REQUESTS)

        assert story.count >= REQUESTS
        # Neither all refused nor all taken, and everything that can become of things has become of some.
        assert sum(count for status, count in story.statuses.items() if status < 300) > REQUESTS // 5
        assert sum(count for status, count in story.statuses.items() if status >= 400) > REQUESTS // 5
        assert story.states >= REACHED


REACHED = {
    *("e CREATED", "e AUTHORIZED", "e TERMINATED"),
    *("o RESERVE", "o CAPTURE", "o REFUND", "o VOID"),
    *("a ACTIVE", "a STOPPED"),
    *("c CHARGED", "c RESERVED", "c PARTIALLY_CAPTURED", "c PARTIALLY_REFUNDED", "c REFUNDED", "c CANCELLED"),
    *("p APPROVED",),
}
