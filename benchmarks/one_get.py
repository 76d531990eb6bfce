"""What one call over an open connection costs, beside plain requests with the same headers, in turns.

    python benchmarks/one_get.py

A GET, and a POST with a JSON body and an idempotency key; the session with all its checks and its history on. Bars: at
most 0.55 and 0.60 of plain requests, proxies and certificates still honoured. The peers stand in the same run.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from statistics import median
from typing import Any

import requests
from clients import PATH, bare, ours, peers, static_headers, token_of, versions
from raw_server import running
from surroundings import small

ROUNDS, AT_A_TIME = 150, 20
PAYMENTS = "/epayment/v1/payments"
ORDER = {
    "amount": {"currency": "NOK", "value": 49900},
    "paymentMethod": {"type": "WALLET"},
    "reference": "order-0001",
    "userFlow": "WEB_REDIRECT",
    "returnUrl": "https://example.com/return",
    "paymentDescription": "One pair of socks",
}
Act = Callable[[str], Any]


def in_turns(title: str, path: str, clients: dict[str, Act]) -> None:
    wall: dict[str, list[float]] = {name: [] for name in clients}
    cpu: dict[str, list[float]] = {name: [] for name in clients}
    for act in clients.values():
        answer = act(path)
        assert getattr(answer, "status_code", None) or answer.status == 200
    for _ in range(ROUNDS):
        for name, act in clients.items():
            began, worked = time.perf_counter(), time.process_time()
            for _ in range(AT_A_TIME):
                act(path)
            wall[name].append(time.perf_counter() - began)
            cpu[name].append(time.process_time() - worked)
    print(f"{title:28} {'wall':>5} {'CPU':>5}   as a ratio to requests, medians of {ROUNDS} rounds")
    for name in clients:
        # Each round beside its own round of requests: what disturbs the machine for longer disturbs both.
        by_wall, by_cpu = (
            median(one / other for one, other in zip(of[name], of["requests"], strict=True)) for of in (wall, cpu)
        )
        print(f"{name:28} {by_wall:5.2f} {by_cpu:5.2f}")


def main() -> None:
    small()
    print(versions())
    with running() as base_url:
        vipps = ours(base_url)
        headers = static_headers(vipps, token_of(base_url))
        gets: dict[str, Act] = {
            "requests": bare(base_url, headers),
            "vipps": vipps.get,
            **peers(base_url, headers),
        }
        in_turns("one GET", PATH, gets)
        session = requests.Session()
        session.headers.update(headers)

        def post(path: str) -> requests.Response:
            return session.post(base_url + path, json=ORDER, headers={"Idempotency-Key": str(uuid.uuid4())}, timeout=30)

        in_turns("one POST", PAYMENTS, {"requests": post, "vipps": lambda path: vipps.post(path, json=ORDER)})


if __name__ == "__main__":
    main()
