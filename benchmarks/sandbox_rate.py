"""How many requests the sandbox answers, with all its checks on, beside a bare FastAPI endpoint, in turns.

    python benchmarks/sandbox_rate.py [prism-command openapi-document]

The sandbox looks at token, subscription key, MSN, rate limits, faults and path, and writes its log; the bare endpoint
gets the same requests, returns a dictionary of the same size, and looks at nothing. Both run in processes of their
own, on the same uvicorn; the client is raw sockets. Start-up is from starting the process to its first answer,
by the clock, and in turns by the least processor time of several. With Prism at hand, for example
``npx @stoplight/prism-cli``, its mock of the same operation runs in the same rounds.

On a busy machine rates say little; then the processor time of the server for a request, of the bare one and of the
sandbox, says more. Bars: of the bare rate 0.75 with one connection and 0.70 with sixteen; more than that of Prism.
"""

from __future__ import annotations

import io
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

import requests
from clients import versions
from dotenv import dotenv_values

SECONDS, ROUNDS, PAYMENTS, STARTS = 2.0, 5, 200, 5
STARTED = 60.0  # seconds in which a server must have answered
HERE = Path(__file__).resolve()


@dataclass
class Server:
    """One server that is measured: where it is, and requests that it answers."""

    name: str
    process: subprocess.Popen[str]
    base_url: str
    requests: list[bytes]
    until_first_answer: float
    idle: int
    """Resident memory in KiB after the first answer."""

    @property
    def memory(self) -> int:
        """Resident memory in KiB."""
        return memory(self.process)

    @property
    def processor_time(self) -> float:
        """Seconds of the processor that it has had."""
        return processor_time(self.process)


def processor_time(process: subprocess.Popen[str]) -> float:
    words = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def memory(process: subprocess.Popen[str]) -> int:
    [line] = [one for one in Path(f"/proc/{process.pid}/status").read_text().splitlines() if "VmRSS" in one]
    return int(line.split()[1])


def serve_bare(example: str) -> None:
    """The bare endpoint, in this process."""
    import uvicorn  # noqa: PLC0415 - only this process needs it
    from fastapi import FastAPI  # noqa: PLC0415 - as above

    app, content = FastAPI(), json.loads(example)

    @app.get("/epayment/v1/payments/{reference}")
    async def payment(reference: str) -> dict[str, object]:
        return {**content, "reference": reference}

    # With the protocol said aloud, or asyncio lets small answers wait for an acknowledgement.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
        uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False)).run(sockets=[listener])


def raw(base_url: str, path: str, headers: dict[str, str]) -> bytes:
    lines = [f"GET {path} HTTP/1.1", f"Host: {urlsplit(base_url).netloc}"]
    return "\r\n".join([*lines, *(f"{name}: {value}" for name, value in headers.items()), "", ""]).encode()


def headers_of(request: bytes) -> dict[str, str]:
    """All but the host, which is each server's own."""
    lines = request.decode().strip().split("\r\n")[2:]
    return dict(line.split(": ", 1) for line in lines)


def answer(connection: socket.socket, request: bytes) -> bytes:
    connection.sendall(request)
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
    while len(body) < length:
        body += connection.recv(65536)
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError((head + body).decode())
    return body


def rate(server: Server, connections: int) -> float:
    """Requests per second."""
    parts = urlsplit(server.base_url)
    done = [0] * connections
    until = time.perf_counter() + SECONDS

    def work(number: int) -> None:
        with socket.create_connection((parts.hostname, parts.port)) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while time.perf_counter() < until:
                answer(connection, server.requests[(number * 7 + done[number]) % len(server.requests)])
                done[number] += 1

    with ThreadPoolExecutor(connections) as threads:
        list(threads.map(work, range(connections)))
    return sum(done) / SECONDS


@contextmanager
def process(command: list[str]) -> Iterator[tuple[subprocess.Popen[str], float]]:
    began = time.perf_counter()
    started = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        yield started, began
    finally:
        started.terminate()
        started.communicate()


def first_answer(url: str, began: float, headers: dict[str, str] | None = None) -> float:
    """Seconds from the start of a process to its first answer, of whatever status."""
    while True:
        try:
            requests.get(url, headers=headers, timeout=5)
        except requests.ConnectionError:
            if time.perf_counter() - began > STARTED:
                raise
            time.sleep(0.01)
        else:
            return time.perf_counter() - began


@contextmanager
def sandbox() -> Iterator[Server]:
    command = [sys.executable, "-m", "vipps_nb.cli", "sandbox"]
    with process(command) as (started, began):
        assert started.stdout is not None
        lines = [started.stdout.readline() for _ in range(6)]
        keys = dict(dotenv_values(stream=io.StringIO("".join(lines))))
        base_url = str(keys["VIPPS_BASE_URL"])
        waited = first_answer(f"{base_url}/sandbox", began)
        idle = memory(started)
        secrets = {
            "client_id": str(keys["VIPPS_CLIENT_ID"]),
            "client_secret": str(keys["VIPPS_CLIENT_SECRET"]),
            "Ocp-Apim-Subscription-Key": str(keys["VIPPS_SUBSCRIPTION_KEY"]),
        }
        token = requests.post(f"{base_url}/accesstoken/get", headers=secrets, timeout=30).json()["access_token"]
        headers = {
            "Authorization": f"Bearer {token}",
            "Ocp-Apim-Subscription-Key": secrets["Ocp-Apim-Subscription-Key"],
            "Merchant-Serial-Number": str(keys["VIPPS_MSN"]),
        }
        made = [make(base_url, headers, number) for number in range(PAYMENTS)]
        yield Server("sandbox", started, base_url, [raw(base_url, path, headers) for path in made], waited, idle)


def make(base_url: str, headers: dict[str, str], number: int) -> str:
    """A payment; its path."""
    reference = f"order-{number:06}"
    order = {
        "amount": {"currency": "NOK", "value": 49900},
        "paymentMethod": {"type": "WALLET"},
        "reference": reference,
        "userFlow": "WEB_REDIRECT",
        "returnUrl": "https://example.com",
    }
    while True:
        answered = requests.post(
            f"{base_url}/epayment/v1/payments",
            json=order,
            headers={**headers, "Idempotency-Key": reference},
            timeout=30,
        )
        if answered.ok:
            return f"/epayment/v1/payments/{reference}"
        time.sleep(float(answered.headers.get("Retry-After", 0.2)))


@contextmanager
def bare(example: bytes, headers: dict[str, str]) -> Iterator[Server]:
    with process([sys.executable, str(HERE), "--bare", example.decode()]) as (started, began):
        assert started.stdout is not None
        base_url = started.stdout.readline().strip()
        path = "/epayment/v1/payments/order-000001"
        waited = first_answer(base_url + path, began)
        yield Server("bare FastAPI", started, base_url, [raw(base_url, path, headers)], waited, memory(started))


def started_anew(example: str) -> None:
    """Start each of them several times, in turns, and say what the first answer costs."""
    costs: dict[str, list[float]] = {"the desk": [], "a token": [], "bare": []}
    for _ in range(STARTS):
        for what in ("the desk", "a token"):
            with process([sys.executable, "-m", "vipps_nb.cli", "sandbox"]) as (ours, began):
                assert ours.stdout is not None
                keys = dict(dotenv_values(stream=io.StringIO("".join(ours.stdout.readline() for _ in range(6)))))
                url = str(keys["VIPPS_BASE_URL"])
                if what == "the desk":
                    first_answer(f"{url}/sandbox", began)
                else:
                    secrets = {name: str(keys[f"VIPPS_{name.upper()}"]) for name in ("client_id", "client_secret")}
                    secrets["Ocp-Apim-Subscription-Key"] = str(keys["VIPPS_SUBSCRIPTION_KEY"])
                    requests.post(f"{url}/accesstoken/get", headers=secrets, timeout=30).raise_for_status()
                costs[what].append(processor_time(ours))
        with process([sys.executable, str(HERE), "--bare", example]) as (plain, began):
            assert plain.stdout is not None
            first_answer(plain.stdout.readline().strip() + "/epayment/v1/payments/order-000001", began)
            costs["bare"].append(processor_time(plain))
    for what in ("the desk", "a token"):
        ratio = min(costs[what]) / min(costs["bare"])
        print(f"processor time to the first answer, {what}: sandbox / bare FastAPI {ratio:.2f}")


@contextmanager
def prism(command: str, document: str) -> Iterator[Server]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    base_url = f"http://127.0.0.1:{port}"
    with process([*command.split(), "mock", "--port", str(port), "--host", "127.0.0.1", document]) as (started, began):
        path, headers = (
            "/v1/payments/order-000001",
            {
                "Authorization": "Bearer pretend",
                "Ocp-Apim-Subscription-Key": "0" * 32,
                "Merchant-Serial-Number": "123456",
            },
        )
        waited = first_answer(base_url + path, began, headers)
        yield Server("Prism", started, base_url, [raw(base_url, path, headers)], waited, memory(started))


def measured(servers: list[Server]) -> None:
    for connections in (1, 16):
        rates: dict[str, list[float]] = {server.name: [] for server in servers}
        costs: dict[str, list[float]] = {server.name: [] for server in servers}
        for _ in range(ROUNDS):
            for server in servers:
                before = server.processor_time
                rates[server.name].append(rate(server, connections))
                costs[server.name].append((server.processor_time - before) / (rates[server.name][-1] * SECONDS))
        ours, cost = median(rates["sandbox"]), median(costs["sandbox"])
        beside = " · ".join(
            f"/ {name} {ours / median(found):.2f}, by the server's processor time {median(costs[name]) / cost:.2f}"
            for name, found in rates.items()
            if name != "sandbox"
        )
        print(f"{connections:2} connection{'s' if connections > 1 else ' '}: sandbox {beside}   ({ours:,.0f} a second)")


def main(*with_prism: str) -> None:
    os.environ.pop("VIPPS_ENVIRONMENT", None)
    print(versions())
    with sandbox() as ours:
        parts = urlsplit(ours.base_url)
        with socket.create_connection((parts.hostname, parts.port)) as connection:
            example = answer(connection, ours.requests[0])
        with bare(example, headers_of(ours.requests[0])) as plain:
            started_anew(example.decode())
            full = ours.memory / plain.memory
            print(f"first answer: sandbox / bare FastAPI {ours.until_first_answer / plain.until_first_answer:.2f}")
            if with_prism:
                with prism(*with_prism) as mock:
                    print(f"first answer: sandbox / Prism {ours.until_first_answer / mock.until_first_answer:.2f}")
                    measured([ours, plain, mock])
                    print(f"memory: sandbox / Prism {ours.memory / mock.memory:.2f}")
            else:
                measured([ours, plain])
            print(f"memory: sandbox / bare FastAPI {ours.idle / plain.idle:.2f} idle", end="")
            print(f", {full:.2f} with {PAYMENTS} payments", end="")
            print(f", {ours.memory / plain.memory:.2f} after the run")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--bare"]:
        serve_bare(sys.argv[2])
    else:
        main(*sys.argv[1:])
