"""``vipps.map`` over 1,000 GETs at 20 ms of server latency, as a share of what raw sockets reach, in turns.

    python benchmarks/many_gets.py

Bars: at least 0.85 with 16 at once, 0.40 with 64.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from urllib.parse import urlsplit

import requests
from clients import PATH, ours, static_headers, token_of, versions
from raw_server import running

from vipps_nb import VippsSession

CALLS, LATENCY, ROUNDS = 1000, 0.02, 7


def seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def raw_sockets(base_url: str, headers: dict[str, str], at_once: int) -> None:
    parts = urlsplit(base_url)
    lines = [f"GET {PATH} HTTP/1.1", f"Host: {parts.netloc}", *(f"{name}: {value}" for name, value in headers.items())]
    request = "\r\n".join([*lines, "", ""]).encode()
    left = iter(range(CALLS))
    lock = threading.Lock()

    def work() -> None:
        with socket.create_connection((parts.hostname, parts.port)) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while True:
                with lock:
                    if next(left, None) is None:
                        return
                connection.sendall(request)
                answer = b""
                while not answer.endswith(b"{}"):
                    answer += connection.recv(65536)

    threads = [threading.Thread(target=work) for _ in range(at_once)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def plain_requests(base_url: str, headers: dict[str, str], at_once: int) -> None:
    session = requests.Session()
    session.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=at_once))
    session.headers.update(headers)
    with ThreadPoolExecutor(at_once) as threads:
        list(threads.map(lambda number: session.get(f"{base_url}{PATH}-{number}", timeout=30), range(CALLS)))


def compare(vipps: VippsSession, base_url: str, headers: dict[str, str], at_once: int) -> None:
    paths = [f"{PATH}-{number}" for number in range(CALLS)]
    raw, mapped, plain = [], [], []
    for _ in range(ROUNDS):
        raw.append(seconds(lambda: raw_sockets(base_url, headers, at_once)))
        mapped.append(seconds(lambda: vipps.map("GET", paths, at_once=at_once, quiet=True).ok))
        plain.append(seconds(lambda: plain_requests(base_url, headers, at_once)))
    print(f"{at_once:3} at once: vipps.map {median(raw) / median(mapped):.2f}", end=" · ")
    print(f"requests with threads {median(raw) / median(plain):.2f}")


def main() -> None:
    print(versions())
    with running(LATENCY) as base_url:
        vipps = ours(base_url)
        vipps.token  # noqa: B018 - fetched beforehand, as by %vipps_login
        headers = static_headers(vipps, token_of(base_url))
        print(f"{CALLS} GETs at {LATENCY * 1000:.0f} ms, as a share of raw sockets, medians of {ROUNDS} rounds")
        for at_once in (16, 64):
            compare(vipps, base_url, headers, at_once)


if __name__ == "__main__":
    main()
