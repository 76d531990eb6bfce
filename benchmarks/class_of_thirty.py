"""Fifty clients of thirty sales units on one sandbox, for a minute: errors, mix-ups, memory.

    python benchmarks/class_of_thirty.py [seconds] [units] [pause]

With units the class is larger, and with a pause (seconds, on average) each client waits between two calls as somebody
at a notebook does: ``60 50 0.5`` are fifty notebooks for a minute, with a board that somebody watches.

The sandbox runs in a process of its own (``vipps-nb sandbox``), the clients as threads of this one. Each client makes
payments with an amount that is its own, so an answer that belongs to somebody else shows at once. In the last third
they only look: what is kept of a payment takes room, answering must not.
"""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from statistics import median
from uuid import uuid4

import requests
from dotenv import dotenv_values

CLIENTS, UNITS = 50, 30
SLOWEST = 0.99


class Client(threading.Thread):
    """One client of one sales unit."""

    def __init__(self, number: int, keys: dict[str, str], neighbour: str, until: float, pause: float) -> None:
        super().__init__()
        self.number, self.keys, self.neighbour, self.until = number, keys, neighbour, until
        self.http = requests.Session()
        self.http.trust_env = False
        self.pause, self.times = pause, list[float]()
        self.tally: Counter[str] = Counter()
        self.reference = ""

    def call(self, method: str, path: str, body: object = None) -> requests.Response:
        headers = {**self.headers, "Idempotency-Key": str(uuid4())}
        if self.pause:
            time.sleep(random.uniform(0, 2 * self.pause))
        started = time.perf_counter()
        answer = self.http.request(method, self.keys["VIPPS_BASE_URL"] + path, json=body, headers=headers, timeout=30)
        self.times.append(time.perf_counter() - started)
        self.tally["requests"] += 1
        self.tally[f"status {answer.status_code}"] += 1
        return answer

    def run(self) -> None:
        self.headers = {
            "client_id": self.keys["VIPPS_CLIENT_ID"],
            "client_secret": self.keys["VIPPS_CLIENT_SECRET"],
            "Ocp-Apim-Subscription-Key": self.keys["VIPPS_SUBSCRIPTION_KEY"],
        }
        token = self.call("POST", "/accesstoken/get").json()["access_token"]
        self.headers = {
            "Authorization": f"Bearer {token}",
            "Ocp-Apim-Subscription-Key": self.keys["VIPPS_SUBSCRIPTION_KEY"],
            "Merchant-Serial-Number": self.keys["VIPPS_MSN"],
        }
        looking = self.until - (self.until - time.monotonic()) / 3
        while time.monotonic() < self.until:
            try:
                self.pay() if time.monotonic() < looking else self.look()
            except Exception as error:
                self.tally[f"error {error!r}"] += 1

    def pay(self) -> None:
        amount = {"currency": "NOK", "value": 1000 + self.number}
        self.reference = f"order-{uuid4()}"
        order = {
            "amount": amount,
            "paymentMethod": {"type": "WALLET"},
            "reference": self.reference,
            "userFlow": "PUSH_MESSAGE",
            "customer": {"phoneNumber": "4712345678"},
        }
        base = "/epayment/v1/payments"
        self.call("POST", base, order)
        self.call("POST", f"/epayment/v1/test/payments/{self.reference}/approve", {"customer": order["customer"]})
        captured = self.call("POST", f"{base}/{self.reference}/capture", {"modificationAmount": amount}).json()
        seen = self.call("GET", f"{base}/{self.reference}").json()
        if captured["aggregate"]["capturedAmount"] != amount or seen["reference"] != self.reference:
            self.tally["mixed up"] += 1
        foreign = self.http.get(
            f"{self.keys['VIPPS_BASE_URL']}{base}/{self.reference}",
            headers={**self.headers, "Merchant-Serial-Number": self.neighbour},
            timeout=30,
        )
        if foreign.status_code == 200:
            self.tally["neighbour seen"] += 1

    def look(self) -> None:
        path = f"/epayment/v1/payments/{self.reference}"
        if self.call("GET", path).json()["amount"]["value"] != 1000 + self.number:
            self.tally["mixed up"] += 1
        if len(self.call("GET", f"{path}/events").json()) != 3:
            self.tally["mixed up"] += 1


def memory(pid: int) -> int:
    """Resident memory in KiB."""
    [line] = [line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS")]
    return int(line.split()[1])


def main(seconds: float, units: int = UNITS, pause: float = 0.0) -> None:
    folder = Path(tempfile.mkdtemp()) / "class"
    command = [sys.executable, "-m", "vipps_nb.cli", "sandbox", "--sales-units", str(units), "--write-env", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.readline(), process.stdout.readline()
    everybody = [dict(dotenv_values(file)) for file in sorted(folder.rglob(".env"))]
    until = time.monotonic() + seconds
    clients = [
        Client(number, everybody[number % units], everybody[(number + 1) % units]["VIPPS_MSN"], until, pause)
        for number in range(CLIENTS)
    ]
    for client in clients:
        client.start()
    curve = []
    while time.monotonic() < until:
        time.sleep(seconds / 12)
        overview = requests.get(everybody[0]["VIPPS_BASE_URL"] + "/sandbox", timeout=60).json()["counts"]
        curve.append((overview["payments"], memory(process.pid)))
        requests.get(everybody[0]["VIPPS_BASE_URL"] + "/sandbox/board?part=units", timeout=60).raise_for_status()
    for client in clients:
        client.join()
    total: Counter[str] = Counter()
    for client in clients:
        total += client.tally
    process.terminate()
    process.communicate()
    for name, number in sorted(total.items()):
        print(f"{name:20} {number}")
    times = sorted(one for client in clients for one in client.times)
    print(f"\np50 {median(times) * 1000:.0f} ms, p99 {times[int(len(times) * SLOWEST)] * 1000:.0f} ms")
    print("\npayments   memory MiB")
    for payments, kib in curve:
        print(f"{payments:8}   {kib / 1024:.1f}")
    if pause:
        return  # too few payments to say anything about memory
    making = [point for point in curve if point[0] < curve[-1][0]]
    looking = [kib for payments, kib in curve if payments == curve[-1][0]]
    (first, before), (last, after) = making[0], making[-1]
    print(f"\nKiB for each payment kept: {(after - before) / (last - first):.1f}")
    print(f"KiB that looking alone cost: {looking[-1] - looking[0]}")


if __name__ == "__main__":
    given = [float(one) for one in sys.argv[1:]]
    main(*(given[:1] or [60]), *(int(one) for one in given[1:2]), *given[2:3])
