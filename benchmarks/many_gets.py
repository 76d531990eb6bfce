"""``vipps.map`` over 1,000 GETs at 20 ms of server latency, beside raw sockets and peers, in turns.

    python benchmarks/many_gets.py

Bars: as a share of what raw sockets reach at least 0.97 with 16 at once, 0.85 with 64; processor time of a call at most
twice aiohttp's.
"""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3
from clients import PATH, ours, static_headers, token_of, versions
from raw_server import running
from surroundings import small

from vipps_nb import VippsSession

CALLS, LATENCY, ROUNDS = 1000, 0.02, 7


def measured(act: Callable[[], object]) -> tuple[float, float]:
    """Seconds of the clock, and of the processor."""
    began, worked = time.perf_counter(), time.process_time()
    act()
    return time.perf_counter() - began, time.process_time() - worked


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


def urllib3_with_threads(base_url: str, headers: dict[str, str], at_once: int) -> None:
    pool = urllib3.connection_from_url(base_url, maxsize=at_once)
    sent = {**requests.Session().headers, **headers}
    with ThreadPoolExecutor(at_once) as threads:
        list(threads.map(lambda number: pool.request("GET", f"{PATH}-{number}", headers=sent).data, range(CALLS)))


def with_aiohttp(base_url: str, headers: dict[str, str], at_once: int) -> None:
    aiohttp = importlib.import_module("aiohttp")

    async def work(session: Any, left: Iterator[int]) -> None:
        for number in left:
            async with session.get(f"{base_url}{PATH}-{number}") as answer:
                await answer.read()

    async def main() -> None:
        left = iter(range(CALLS))
        connector = aiohttp.TCPConnector(limit=at_once)
        async with aiohttp.ClientSession(headers=headers, connector=connector) as session:
            await asyncio.gather(*(work(session, left) for _ in range(at_once)))

    asyncio.run(main())


def compare(vipps: VippsSession, base_url: str, headers: dict[str, str], at_once: int) -> None:
    paths = [f"{PATH}-{number}" for number in range(CALLS)]
    ways: dict[str, Callable[[], object]] = {
        "raw sockets": lambda: raw_sockets(base_url, headers, at_once),
        "vipps.map": lambda: vipps.map("GET", paths, at_once=at_once, quiet=True).ok,
        "vipps.map, lazy": lambda: all(vipps.map("GET", iter(paths), at_once=at_once, quiet=True, lazy=True)),
        "urllib3 with threads": lambda: urllib3_with_threads(base_url, headers, at_once),
        "aiohttp": lambda: with_aiohttp(base_url, headers, at_once),
        "requests with threads": lambda: plain_requests(base_url, headers, at_once),
    }
    if not importlib.util.find_spec("aiohttp"):
        del ways["aiohttp"]
        print("aiohttp is not installed and is left out.")
    took: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            took[name].append(measured(way))
    print(f"{at_once:3} at once {'of raw':>16} {'CPU a call / aiohttp':>22}")
    for name in ways:
        share = median(raw[0] / one[0] for raw, one in zip(took["raw sockets"], took[name], strict=True))
        line = f"{name:24} {share:4.2f}"
        if "aiohttp" in ways:
            line += f" {median(o[1] / a[1] for o, a in zip(took[name], took['aiohttp'], strict=True)):16.1f}"
        print(line)


def main() -> None:
    small()
    print(versions())
    with running(LATENCY) as base_url:
        vipps = ours(base_url)
        vipps.token  # noqa: B018 - fetched beforehand, as by %vipps_login
        headers = static_headers(vipps, token_of(base_url))
        print(f"{CALLS} GETs at {LATENCY * 1000:.0f} ms, medians of {ROUNDS} rounds")
        for at_once in (16, 64):
            compare(vipps, base_url, headers, at_once)


if __name__ == "__main__":
    main()
