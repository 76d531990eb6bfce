"""The same calls in a world with 100,000 payments and in an empty one, in one run, as ratios.

    python benchmarks/full_world.py [payments]

Both sandboxes run side by side, and the calls alternate between them, so that a noisy machine disturbs both alike.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from uuid import uuid4

import requests

from vipps_nb.sandbox import Sandbox

ROUNDS = 300
AMOUNT = {"currency": "NOK", "value": 49900}


class Merchant:
    """The first sales unit of a sandbox."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.base_url = sandbox.base_url
        self.http = requests.Session()
        self.http.trust_env = False
        keys = sandbox.keys()
        subscription = {"Ocp-Apim-Subscription-Key": keys["subscription_key"]}
        headers = {"client_id": keys["client_id"], "client_secret": keys["client_secret"], **subscription}
        token = self.http.post(f"{self.base_url}/accesstoken/get", headers=headers).json()["access_token"]
        msn = keys["merchant_serial_number"]
        self.headers = {"Authorization": f"Bearer {token}", "Merchant-Serial-Number": msn, **subscription}
        self.reference = ""

    def call(self, method: str, path: str, body: object = None) -> requests.Response:
        headers = {**self.headers, "Idempotency-Key": str(uuid4())}
        answer = self.http.request(method, self.base_url + path, json=body, headers=headers)
        answer.raise_for_status()
        return answer

    def create(self) -> None:
        self.reference = f"order-{uuid4()}"
        customer = {"phoneNumber": "4712345678"}
        order = {"amount": AMOUNT, "reference": self.reference, "customer": customer}
        order |= {"paymentMethod": {"type": "WALLET"}, "userFlow": "PUSH_MESSAGE"}
        self.call("POST", "/epayment/v1/payments", order)

    def approve(self) -> None:
        body = {"customer": {"phoneNumber": "4712345678"}}
        self.call("POST", f"/epayment/v1/test/payments/{self.reference}/approve", body)

    def capture(self) -> None:
        self.call("POST", f"/epayment/v1/payments/{self.reference}/capture", {"modificationAmount": AMOUNT})

    def look(self) -> None:
        self.call("GET", f"/epayment/v1/payments/{self.reference}")

    def thumb(self) -> None:
        self.create()
        self.http.post(f"{self.base_url}/sandbox/customer/approve", json={"reference": self.reference})

    def overview(self) -> None:
        self.http.get(f"{self.base_url}/sandbox")


def seconds(act: Callable[[], None]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def fill(sandbox: Sandbox, payments: int) -> None:
    def some(number: int) -> None:
        merchant = Merchant(sandbox)
        for _ in range(number):
            merchant.create()

    workers = 4
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(some, [payments // workers] * workers))


def main(payments: int) -> None:
    with Sandbox(seed=1) as full, Sandbox(seed=1) as empty:
        for sandbox in (full, empty):
            sandbox.hold("2026-01-01T12:00:00Z")
        fill(full, payments)
        print(f"{full.overview()['counts']['payments']} payments against {empty.overview()['counts']['payments']}")
        busy, idle = Merchant(full), Merchant(empty)
        print(f"{'call':10} full / empty (medians of {ROUNDS})")
        for name in ("create", "approve", "capture", "look", "thumb", "overview"):
            times: list[tuple[float, float]] = []
            for _ in range(ROUNDS):
                if name in ("approve", "capture"):
                    for merchant in (busy, idle):
                        merchant.create()
                        if name == "capture":
                            merchant.approve()
                times.append((seconds(getattr(busy, name)), seconds(getattr(idle, name))))
            print(f"{name:10} {median(a for a, _ in times) / median(b for _, b in times):.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
