"""Tokens while many threads want one: an empty cache, a renewal under load, a token revoked early.

    python benchmarks/token_under_load.py

Bars: 64 threads make one token request and are done within 1.2 × the token endpoint's own time and what plain requests
need; a token that falls due delays no request by more than 1.5 × the longest of plain requests in the same run; a token
revoked early loses no request.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from statistics import median

import requests
from clients import PATH, PEERS, Get, bare, ours, static_headers, token_of, versions
from raw_server import running
from surroundings import small

from vipps_nb import VippsSession

THREADS = 64
TOKEN_TIME = 0.25
LATENCY = 0.005


def given_out(base_url: str) -> int:
    return int(requests.get(f"{base_url}/count", timeout=30).json())


def all_at_once(get: Get) -> float:
    """The time until each of 64 threads, let go together, has its answer."""
    start = threading.Barrier(THREADS + 1)

    def one(_: int) -> int:
        start.wait()
        return get(PATH).status_code

    with ThreadPoolExecutor(THREADS) as threads:
        answers = [threads.submit(one, number) for number in range(THREADS)]
        start.wait()
        began = time.perf_counter()
        assert all(answer.result() == 200 for answer in answers)
        return time.perf_counter() - began


def cold(base_url: str) -> VippsSession:
    """A session that has no token yet."""
    return ours(base_url)


def expired(base_url: str) -> VippsSession:
    """A session whose token is over."""
    vipps = ours(base_url)
    entry = vipps.token
    next(iter(vipps.keys.cache._entries.values())).token = replace(entry, expires_at=entry.issued_at)
    return vipps


def many_threads(make: Callable[[str], VippsSession]) -> None:
    shares, requests_made = [], set()
    with running(LATENCY, TOKEN_TIME) as base_url:
        for _ in range(7):
            vipps = make(base_url)
            before = given_out(base_url)
            ours_took = all_at_once(vipps.get)
            requests_made.add(given_out(base_url) - before)
            plain = all_at_once(bare(base_url, static_headers(vipps, token_of(base_url))))
            shares.append(ours_took / (TOKEN_TIME + plain))
    print(f"{THREADS} threads, {make.__name__} cache: token requests {requests_made}, ", end="")
    print(f"time / (token endpoint + plain requests) {median(shares):.2f}")


def longest(get: Get, seconds: float, due: threading.Event | None = None) -> float:
    """The longest of all GETs that eight threads make in so many seconds."""
    until = time.perf_counter() + seconds

    def work(_: int) -> float:
        get(PATH)  # opens the connection, which is another matter
        most = 0.0
        while (began := time.perf_counter()) < until:
            assert get(PATH).status_code == 200
            most = max(most, time.perf_counter() - began)
        return most

    with ThreadPoolExecutor(8) as threads:
        results = [threads.submit(work, number) for number in range(8)]
        if due is not None:
            time.sleep(seconds / 2)
            due.set()
        return max(result.result() for result in results)


def with_a_renewal(base_url: str, seconds: float) -> float:
    """The longest of all GETs while in the middle of it the token becomes one that is about to end."""
    vipps = ours(base_url)
    moment = datetime.now(UTC)
    # Of one hour all but a few minutes are over: stale, so renewed beside the requests.
    old = replace(vipps.token, issued_at=moment - timedelta(minutes=57), expires_at=moment + timedelta(minutes=3))
    due = threading.Event()

    def get(path: str) -> requests.Response:
        if due.is_set():
            due.clear()
            next(iter(vipps.keys.cache._entries.values())).token = old
        return vipps.get(path)

    before = given_out(base_url)
    most = longest(get, seconds, due)
    assert given_out(base_url) == before + 1
    return most


def renewal_under_load() -> None:
    """With plain requests twice in each round: how far they are from themselves says what the ratio is worth."""
    renewing, plain, again = [], [], []
    with running(LATENCY, TOKEN_TIME) as base_url:
        headers = static_headers(ours(base_url), token_of(base_url))
        for _ in range(11):
            renewing.append(with_a_renewal(base_url, 1.5))
            plain.append(longest(bare(base_url, headers), 1.5))
            again.append(longest(bare(base_url, headers), 1.5))
    for name, measured in (("vipps, renewing", renewing), ("plain requests again", again)):
        ratios = sorted(one / other for one, other in zip(measured, plain, strict=True))
        print(f"longest request under load: {name} / plain requests {median(ratios):.2f}", end=" ")
        print(f"({ratios[0]:.2f} to {ratios[-1]:.2f})")
    print(f"the token endpoint takes {TOKEN_TIME / median(plain):.0f} × the longest of plain requests")


def lost(base_url: str, get: Get) -> int:
    """How many of 720 GETs fail when their token is revoked in the middle of them."""
    with ThreadPoolExecutor(12) as threads:
        answers = [threads.submit(get, PATH) for _ in range(720)]
        time.sleep(0.05)
        requests.post(f"{base_url}/revoke", timeout=30)
        return sum(answer.result().status_code != 200 for answer in answers)


def revoked_early() -> None:
    makers = {"vipps": lambda base_url, headers: ours(base_url).get, **PEERS}
    for name, make in makers.items():
        with running(LATENCY) as base_url:
            headers = static_headers(ours(base_url), token_of(base_url))
            try:
                get = make(base_url, headers)
            except ImportError:
                print(f"{name} is not installed and is left out.")
                continue
            assert get(PATH).status_code == 200
            print(f"token revoked early: {name} loses {lost(base_url, get)} of 720 requests")


if __name__ == "__main__":
    small()
    print(versions())
    many_threads(cold)
    many_threads(expired)
    renewal_under_load()
    revoked_early()
