"""``vipps.map`` over a real Dask cluster of this machine: 1, 2 and 4 worker processes, and one that is killed.

    python benchmarks/dask_cluster.py [captures]

Each worker logs in by itself, once. With a worker killed in the middle nothing is lost and nothing done twice: Dask
sends the calls of the dead one again, under the idempotency keys they were given before they left, and the sandbox acts
once for each.

Needs ``dask[distributed]``, which nothing else here does.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
from collections import Counter
from typing import Any

import dask
from distributed import Client, LocalCluster

import vipps_nb

PAYMENTS = "/epayment/v1/payments"


ONE = 100  # minor units; three such captures fit into a payment, so that one too many would show
CAPTURE = {"modificationAmount": {"currency": "NOK", "value": ONE}}


def order(reference: str) -> tuple[str, dict[str, Any]]:
    return PAYMENTS, {
        "json": {
            "amount": {"currency": "NOK", "value": 3 * ONE},
            "paymentMethod": {"type": "WALLET"},
            "reference": reference,
            "userFlow": "WEB_REDIRECT",
            "returnUrl": "https://example.com/return",
            "paymentDescription": "One pair of socks",
        }
    }


def sandbox() -> vipps_nb.Sandbox:
    """A sandbox, and the process environment in which everybody finds its keys."""
    world = vipps_nb.Sandbox().start()
    keys = world.keys()
    os.environ |= {"VIPPS_ENVIRONMENT": "sandbox", "VIPPS_BASE_URL": world.base_url}
    names = ("client_id", "client_secret", "subscription_key")
    os.environ |= {f"VIPPS_{name.upper()}": keys[name] for name in names}
    os.environ["VIPPS_MSN"] = keys["merchant_serial_number"]
    return world


def tokens_given(world: vipps_nb.Sandbox) -> int:
    return sum(entry["path"] == "/accesstoken/get" for entry in world.requests())


def captured(vipps: vipps_nb.VippsSession, references: list[str]) -> Counter[int]:
    """How much of each payment was captured."""
    answers = vipps.map("GET", [f"{PAYMENTS}/{reference}" for reference in references], quiet=True)
    return Counter(answer.json()["aggregate"]["capturedAmount"]["value"] for answer in answers.ok)


def run(world: vipps_nb.Sandbox, workers: int, number: int, *, kill: bool) -> None:
    world.reset(seed=1)
    vipps = vipps_nb.login(quiet=True)
    references = [f"order-{place:06}" for place in range(number)]
    assert len(vipps.map("POST", map(order, references), quiet=True).ok) == number
    for reference in references:
        world.approve(reference=reference)
    options = {"n_workers": workers, "threads_per_worker": 4, "dashboard_address": None}
    with LocalCluster(**options) as cluster, Client(cluster) as client:
        before = tokens_given(world)
        if kill:
            threading.Thread(target=end_one, args=(client, world, number // 4), daemon=True).start()
        began = time.perf_counter()
        answers = vipps.map(
            "POST",
            [(f"{PAYMENTS}/{reference}/capture", {"json": CAPTURE}) for reference in references],
            executor=client.get_executor(pure=False),
            at_once=4 * workers,
            quiet=True,
        )
        took = time.perf_counter() - began
        tokens = tokens_given(world) - before
    amounts = captured(vipps, references)
    print(
        f"{workers} worker{'s'[: workers - 1]}{', one killed' if kill else ''}: {number / took:.0f} captures a second, "
        f"answers {len(answers.ok)} of {number}, captured once {amounts[ONE]}, never {amounts[0]}, "
        f"more often {number - amounts[ONE] - amounts[0]}, token requests {tokens}",
        flush=True,
    )
    vipps_nb.logout()


def end_one(client: Client, world: vipps_nb.Sandbox, after: int) -> None:
    """End a worker process, without a word to anybody, once some calls were made."""
    while sum("/capture" in entry["path"] for entry in world.requests()) < after:
        time.sleep(0.02)
    os.kill(next(iter(client.run(os.getpid).values())), signal.SIGKILL)


def main() -> None:
    dask.config.set({"distributed.scheduler.allowed-failures": 3})
    # Here and in the workers: it tells at length of one that is gone.
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    os.environ["DASK_DISTRIBUTED__LOGGING__DISTRIBUTED"] = "critical"
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    world = sandbox()
    for workers in (1, 2, 4):
        run(world, workers, number, kill=False)
    run(world, 2, number, kill=True)


if __name__ == "__main__":
    main()
