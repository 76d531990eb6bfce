"""Payments through create → approve → capture → refund while a fifth of all answers is faulted; then the count.

    python benchmarks/chaos.py [payments]

The sandbox runs in a process of its own. Its fault desk refuses (503, 429) and hangs up before and after it has acted.
The client is ``vipps.map`` with nothing added: what failed in spite of the retries is sent again with the same key.
Approving takes no key, so there the state is looked at first. At the end each payment must have been captured once and
refunded once, by its own events and by its aggregate.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import StringIO

from dotenv import dotenv_values

import vipps_nb
from vipps_nb import VippsSession
from vipps_nb.client.bulk import Answers, Call

AMOUNT = {"currency": "NOK", "value": 49900}
CUSTOMER = {"customer": {"phoneNumber": "4712345678"}}
# Four kinds of fault, independent of each other, that together hit a fifth: 1 - (1 - r)⁴ = 0.2.
RATE = 1 - 0.8**0.25
KINDS = ({"status": 503}, {"status": 429, "retryAfter": 0}, {"drop": "before"}, {"drop": "after"})
AT_ONCE = 32


@dataclass
class Chaos:
    """One run, and what it counts."""

    vipps: VippsSession
    payments: int
    tally: Counter[str] = field(default_factory=Counter)

    @property
    def references(self) -> list[str]:
        return [f"chaos-order-{number:06}" for number in range(self.payments)]

    def run(self) -> Counter[str]:
        """The whole life of all payments, and the count afterwards."""
        desk = self.vipps.sandbox
        assert desk is not None
        desk.faults([{"path": "*", "rate": RATE, **kind} for kind in KINDS])
        base = "/epayment/v1/payments"
        order = {"amount": AMOUNT, "paymentMethod": {"type": "WALLET"}, "userFlow": "PUSH_MESSAGE", **CUSTOMER}
        self.until_all("POST", [Call(base, {"json": {**order, "reference": name}}) for name in self.references])
        self.approve_all(self.references)
        for verb in ("capture", "refund"):
            body = {"json": {"modificationAmount": AMOUNT}}
            self.until_all("POST", [Call(f"{base}/{name}/{verb}", body) for name in self.references])
        desk.clear_faults()
        self.count(base)
        return self.tally

    def until_all(self, method: str, calls: list[Call]) -> None:
        """Send until each has an answer, always with the same keys."""
        while calls:
            answers = self.map(method, calls)
            calls = [failure.call for failure in answers.failed]
            self.tally["sent again after all retries"] += len(calls)

    def approve_all(self, names: list[str]) -> None:
        """Approve what is not approved yet, until everything is."""
        while names:
            self.map("POST", [Call(f"/epayment/v1/test/payments/{name}/approve", {"json": CUSTOMER}) for name in names])
            states = self.map("GET", [f"/epayment/v1/payments/{name}" for name in names])
            names = [
                name
                for name, answer in zip(names, states, strict=True)
                if isinstance(answer, Exception) or answer.json().get("state") != "AUTHORIZED"
            ]
            self.tally["approved again after a look"] += len(names)

    def map(self, method: str, calls: list[Call] | list[str]) -> Answers:
        answers = self.vipps.map(method, calls, at_once=AT_ONCE, quiet=not sys.stderr.isatty())
        self.tally["calls"] += len(answers)
        for answer in answers:
            retries = getattr(answer, "retries", ())
            self.tally["retries"] += len(retries)
            self.tally.update(f"retried after {retry.cause}" for retry in retries)
        return answers

    def count(self, base: str) -> None:
        """What the sandbox knows of each payment."""
        events = self.vipps.map("GET", [f"{base}/{name}/events" for name in self.references], at_once=8, quiet=True)
        states = self.vipps.map("GET", [f"{base}/{name}" for name in self.references], at_once=8, quiet=True)
        for happened, payment in zip(events.ok, states.ok, strict=True):
            names = Counter(event["name"] for event in happened.json() if event["success"])
            aggregate = payment.json()["aggregate"]
            for verb, total in (("CAPTURED", "capturedAmount"), ("REFUNDED", "refundedAmount")):
                once = names[verb] == 1 and aggregate[total] == AMOUNT
                self.tally[f"{verb.lower()} {'once' if once else 'not once'}"] += 1


@contextmanager
def session_with_a_sandbox() -> Iterator[VippsSession]:
    """A sandbox of its own, joined by what it prints."""
    process = subprocess.Popen(
        [sys.executable, "-m", "vipps_nb.cli", "sandbox"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(6)]  # the merchant's own
    os.environ.update({name: value or "" for name, value in dotenv_values(stream=StringIO("".join(lines))).items()})
    try:
        yield vipps_nb.login(quiet=True)
    finally:
        vipps_nb.logout()
        process.terminate()
        process.communicate()


def main(payments: int, say: Callable[[str], None] = print) -> None:
    with session_with_a_sandbox() as vipps:
        began = time.perf_counter()
        tally = Chaos(vipps, payments).run()
        seconds = time.perf_counter() - began
    say(f"{payments} payments, {sum(tally[name] for name in ('calls', 'retries'))} requests in {seconds:.0f} s")
    for name, number in sorted(tally.items()):
        say(f"{name:38} {number}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
