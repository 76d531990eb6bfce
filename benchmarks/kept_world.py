"""What it costs to keep a world in a file, to save and load it, and to begin anew.

    python benchmarks/kept_world.py [payments]

One act is measured in a sandbox with a state file and in one without, in turns, in seconds of CPU. A world of 100,000
payments is saved, loaded and reset.
"""

from __future__ import annotations

import gc
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import requests

from vipps_nb.sandbox import Sandbox

ROUNDS, ACTS = 20, 50
LIMIT = 20_000  # things in one scenario


class Merchant:
    """The first sales unit of a sandbox in this process."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.base_url = sandbox.base_url
        self.http = requests.Session()
        self.http.trust_env = False
        self.http.mount(self.base_url, sandbox.adapter())
        keys = sandbox.keys()
        introduced = {
            "client_id": keys["client_id"],
            "client_secret": keys["client_secret"],
            "Ocp-Apim-Subscription-Key": keys["subscription_key"],
        }
        token = self.http.post(f"{self.base_url}/accesstoken/get", headers=introduced).json()["access_token"]
        self.http.headers.update(
            {
                "Authorization": f"Bearer {token}",
                "Ocp-Apim-Subscription-Key": keys["subscription_key"],
                "Merchant-Serial-Number": keys["merchant_serial_number"],
            }
        )
        self.made = 0

    def create(self) -> None:
        self.made += 1
        order = {
            "amount": {"currency": "NOK", "value": 49900},
            "paymentMethod": {"type": "WALLET"},
            "reference": f"order-{self.made:06}",
            "userFlow": "WEB_REDIRECT",
            "returnUrl": "https://example.com",
        }
        key = {"Idempotency-Key": f"key-{self.made}"}
        self.http.post(f"{self.base_url}/epayment/v1/payments", json=order, headers=key).raise_for_status()

    def look(self) -> None:
        self.http.get(f"{self.base_url}/epayment/v1/payments/order-000001").raise_for_status()


def cpu(act: Callable[[], None], times: int = 1) -> float:
    started = time.process_time()
    for _ in range(times):
        act()
    return (time.process_time() - started) / times


def cost_of_keeping(folder: Path) -> None:
    with (
        Sandbox(door="in-process") as forgetful,
        Sandbox(door="in-process", state=folder / "world.db") as keeping,
    ):
        plain, kept = Merchant(forgetful), Merchant(keeping)
        for name in ("create", "look"):
            pairs = [(cpu(getattr(kept, name), ACTS), cpu(getattr(plain, name), ACTS)) for _ in range(ROUNDS)]
            ratio = median(with_file / without for with_file, without in pairs)
            more = median(with_file - without for with_file, without in pairs)
            print(f"{name}: with a state file / without: {ratio:.2f}, {more * 1e6:.0f} microseconds more")


def large_world(folder: Path, payments: int) -> None:
    with Sandbox(door="in-process") as sandbox:
        blocks = [
            {"payments": [{"state": "CREATED", "count": min(LIMIT, payments - done), "reference": f"part-{done}"}]}
            for done in range(0, payments, LIMIT)
        ]
        for number, block in enumerate(blocks):  # each is a world of its own; their records go into one
            sandbox.seed(block)
            sandbox.save(folder / f"part-{number}.json")
        world = joined([folder / f"part-{number}.json" for number in range(len(blocks))])
        (folder / "all.json").write_text(world)
        print(f"a document of {len(world) / 1e6:.0f} MB for {payments} payments")
        for name, act in (
            ("load", lambda: sandbox.load(folder / "all.json")),
            ("save", lambda: sandbox.save(folder / "again.json")),
            ("reset", sandbox.reset),
            ("reset once more", sandbox.reset),
            ("what is left is cleared away", gc.collect),
        ):
            started, used = time.perf_counter(), time.process_time()
            act()
            print(f"{name}: {time.process_time() - used:.3f} s of CPU, {time.perf_counter() - started:.3f} s in all")


def joined(files: list[Path]) -> str:
    """One world with the payments of several, their phones and their deadlines."""
    whole = json.loads(files[0].read_text())
    for number, file in enumerate(files[1:], start=1):
        more = json.loads(file.read_text())["records"]
        shift = number * LIMIT
        whole["records"]["payments"] += more["payments"]
        whole["records"]["due"] += [[key + shift, due] for key, due in more["due"]]
        whole["records"]["phone"] += [
            [f"{number}-{key}", {**one, "number": one["number"] + shift}] for key, one in more["phone"]
        ]
    return json.dumps(whole)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        cost_of_keeping(Path(place))
        large_world(Path(place), int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
