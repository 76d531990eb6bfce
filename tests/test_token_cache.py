"""One token for everybody, fetched once; nobody waits for a renewal that can happen beside the work."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from tests.waiting import eventually
from vipps_nb import AccessToken, Environment, Secret, TokenCache, UnreachableError
from vipps_nb.auth.access_token import Clock
from vipps_nb.auth.token_cache import RETRY_AFTER_FAILURE

PLACE = Environment("test", "https://apitest.vipps.no")


class Mint:
    """Makes tokens by the numbers; slow, or failing, on demand."""

    def __init__(self, clock: FakeTime, *, seconds: float = 3600, takes: float = 0.0) -> None:
        self.clock, self.seconds, self.takes = clock, seconds, takes
        self.asked = 0
        self.failure: BaseException | None = None
        self.gate: threading.Event | None = None
        self._lock = threading.Lock()

    def __call__(self, _credentials, _environment) -> AccessToken:
        with self._lock:
            self.asked += 1
            number = self.asked
        if self.gate:
            assert self.gate.wait(10)
        time.sleep(self.takes)
        if self.failure:
            raise self.failure
        issued = datetime.fromtimestamp(self.clock.seconds, UTC)
        return AccessToken(
            Secret(f"token-{number}"),
            issued_at=issued,
            expires_at=issued + timedelta(seconds=self.seconds),
            monotonic_deadline=self.clock.seconds + self.seconds,
        )


class FakeTime:
    """Both clocks of a machine, moved by hand."""

    def __init__(self) -> None:
        self.seconds = 1_800_000_000.0

    def clock(self) -> Clock:
        return Clock(wall=lambda: self.seconds, monotonic=lambda: self.seconds)


@pytest.fixture
def now() -> FakeTime:
    return FakeTime()


def test_64_threads_with_an_empty_cache_make_one_request(now, credentials):
    mint = Mint(now, takes=0.2)
    cache = TokenCache(mint, now.clock())

    with ThreadPoolExecutor(64) as threads:
        tokens = list(threads.map(lambda _: cache.get(credentials, PLACE), range(64)))

    assert mint.asked == 1
    assert {token.reveal() for token in tokens} == {"token-1"}


def test_64_threads_with_an_expired_token_make_one_request(now, credentials):
    mint = Mint(now, takes=0.2)
    cache = TokenCache(mint, now.clock())
    cache.get(credentials, PLACE)
    now.seconds += 3600

    with ThreadPoolExecutor(64) as threads:
        tokens = list(threads.map(lambda _: cache.get(credentials, PLACE), range(64)))

    assert mint.asked == 2
    assert {token.reveal() for token in tokens} == {"token-2"}


def test_a_token_that_turns_stale_under_load_delays_nobody(now, credentials):
    """Everybody goes on with the old token while one thread, not theirs, fetches the new one."""
    mint = Mint(now)
    cache = TokenCache(mint, now.clock())
    cache.get(credentials, PLACE)
    now.seconds += 3300
    mint.gate = threading.Event()

    with ThreadPoolExecutor(16) as threads:
        while_renewing = list(threads.map(lambda _: cache.get(credentials, PLACE).reveal(), range(500)))
    assert set(while_renewing) == {"token-1"}
    mint.gate.set()
    eventually(lambda: cache.peek(credentials, PLACE).reveal() == "token-2")

    assert mint.asked == 2


def test_a_401_storm_makes_one_renewal(now, credentials):
    mint = Mint(now, takes=0.1)
    cache = TokenCache(mint, now.clock())
    rejected = cache.get(credentials, PLACE)

    with ThreadPoolExecutor(64) as threads:
        tokens = list(threads.map(lambda _: cache.renew(credentials, PLACE, worn_out=rejected), range(64)))

    assert mint.asked == 2
    assert {token.reveal() for token in tokens} == {"token-2"}


def test_a_failed_background_renewal_keeps_the_old_token_and_is_reported(now, credentials):
    mint = Mint(now)
    cache = TokenCache(mint, now.clock())
    events = []
    cache.subscribe(events.append)
    cache.get(credentials, PLACE)
    now.seconds += 3300
    mint.failure = UnreachableError("No connection to the host. More.", "https://x")

    assert cache.get(credentials, PLACE).reveal() == "token-1"
    eventually(lambda: len(events) == 2)
    assert events[1].problem == "No connection to the host. More."
    assert events[1].token.reveal() == "token-1"

    # The next try waits, so that a server in trouble is not asked at every request.
    cache.get(credentials, PLACE)
    assert mint.asked == 2
    mint.failure = None
    now.seconds += RETRY_AFTER_FAILURE
    cache.get(credentials, PLACE)
    eventually(lambda: cache.peek(credentials, PLACE).reveal() == "token-3")


def test_an_unforeseen_error_in_the_background_is_reported_without_its_text(now, credentials, caplog):
    mint = Mint(now)
    cache = TokenCache(mint, now.clock())
    events = []
    cache.get(credentials, PLACE)
    cache.subscribe(events.append)
    now.seconds += 3300
    mint.failure = RuntimeError("the secret is c2VjcmV0")

    cache.get(credentials, PLACE)
    eventually(lambda: events)

    assert "c2VjcmV0" not in events[0].problem + caplog.text
    assert "RuntimeError" in caplog.text


def test_an_answer_that_comes_after_a_logout_is_dropped(now, credentials):
    mint = Mint(now)
    cache = TokenCache(mint, now.clock())
    mint.gate = threading.Event()
    with ThreadPoolExecutor(1) as threads:
        late = threads.submit(cache.get, credentials, PLACE)
        eventually(lambda: mint.asked == 1)
        cache.forget(credentials, PLACE)
        mint.gate.set()
        late.result()

    assert cache.peek(credentials, PLACE) is None


def test_a_late_answer_does_not_replace_a_newer_token(now, credentials):
    mint = Mint(now)
    cache = TokenCache(mint, now.clock())
    mint.gate = slow = threading.Event()
    with ThreadPoolExecutor(1) as threads:
        late = threads.submit(cache.get, credentials, PLACE)
        eventually(lambda: mint.asked == 1)
        cache.forget(credentials, PLACE)
        mint.gate = None
        newer = cache.get(credentials, PLACE)
        slow.set()
        late.result()

    assert cache.peek(credentials, PLACE) is newer


def test_a_refusal_reaches_everybody_who_waited_and_is_not_remembered(now, credentials):
    mint = Mint(now, takes=0.1)
    mint.failure = UnreachableError("no", "https://x")
    cache = TokenCache(mint, now.clock())

    def attempt(_):
        with pytest.raises(UnreachableError):
            cache.get(credentials, PLACE)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(attempt, range(8)))
    mint.failure = None

    assert cache.get(credentials, PLACE).reveal().startswith("token-")


def test_ctrl_c_in_the_middle_of_a_fetch_leaves_the_next_call_working(now, credentials):
    mint = Mint(now)
    mint.failure = KeyboardInterrupt()
    cache = TokenCache(mint, now.clock())
    with pytest.raises(KeyboardInterrupt):
        cache.get(credentials, PLACE)
    mint.failure = None

    assert cache.get(credentials, PLACE).reveal() == "token-2"


def test_a_token_over_on_arrival_is_handed_out_once_and_not_fetched_in_a_circle(now, credentials):
    mint = Mint(now, seconds=0)
    cache = TokenCache(mint, now.clock())

    cache.get(credentials, PLACE)

    assert mint.asked == 1


def test_tokens_are_shared_only_when_all_five_parts_of_the_key_agree(now, credentials):
    import dataclasses

    mint = Mint(now)
    cache = TokenCache(mint, now.clock())
    cache.get(credentials, PLACE)

    for change in ({"client_id": "other"}, {"merchant_serial_number": "999"}, {"key_type": "partner"}):
        cache.get(dataclasses.replace(credentials, **change), PLACE)
    cache.get(credentials, Environment("sandbox", PLACE.base_url))
    cache.get(credentials, Environment("test", "https://elsewhere.example"))
    cache.get(credentials, PLACE)

    assert mint.asked == 6


def test_a_listener_that_fails_costs_nobody_a_token(now, credentials, caplog):
    cache = TokenCache(Mint(now), now.clock())
    cache.subscribe(lambda event: 1 / 0)

    assert cache.get(credentials, PLACE).reveal() == "token-1"
    assert "listener" in caplog.text
