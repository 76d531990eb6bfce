"""What one GET over an open connection costs, beside plain requests with the same headers, in turns.

    python benchmarks/one_get.py

Bar: at most 0.70 of plain requests, proxies and certificates still honoured.
"""

from __future__ import annotations

import time
from statistics import median

import requests
from clients import PATH, Get, bare, ours, peers, static_headers, token_of, versions
from raw_server import running

ROUNDS, AT_A_TIME = 150, 20


def main() -> None:
    print(versions())
    with running() as base_url:
        vipps = ours(base_url)
        headers = static_headers(vipps, token_of(base_url))
        untrusting = requests.Session()
        untrusting.trust_env = False
        untrusting.headers.update(headers)
        prepared = untrusting.prepare_request(requests.Request("GET", base_url + PATH))
        clients: dict[str, Get] = {
            "requests": bare(base_url, headers),
            "vipps": vipps.get,
            **peers(base_url, headers),
            "requests, trust_env=False": lambda path: untrusting.get(base_url + path, timeout=30),
            "requests, a prepared send": lambda path: untrusting.send(prepared, proxies={}, timeout=30),
        }
        wall: dict[str, list[float]] = {name: [] for name in clients}
        cpu: dict[str, list[float]] = {name: [] for name in clients}
        for get in clients.values():
            assert get(PATH).status_code == 200
        for _ in range(ROUNDS):
            for name, get in clients.items():
                began, worked = time.perf_counter(), time.process_time()
                for _ in range(AT_A_TIME):
                    get(PATH)
                wall[name].append(time.perf_counter() - began)
                cpu[name].append(time.process_time() - worked)
    print(f"{'one GET':28} {'wall':>5} {'CPU':>5}   as a ratio to requests, medians of {ROUNDS} rounds")
    for name in clients:
        by_wall = median(wall[name]) / median(wall["requests"])
        print(f"{name:28} {by_wall:5.2f} {median(cpu[name]) / median(cpu['requests']):5.2f}")


if __name__ == "__main__":
    main()
