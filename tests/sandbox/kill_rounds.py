"""A sandbox with a state file, killed under load, again and again.

``python -m tests.sandbox.kill_rounds 50`` kills it fifty times with SIGKILL, each time while four clients write. After
each restart whatever was answered has to be there, and nothing may be there by halves. ``test_worlds.py`` does a few.
"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import requests
from dotenv import dotenv_values

CLIENTS = 4
PATIENCE = 300.0  # a machine may be busy
VALUE = 4900


@contextmanager
def running(state: Path, ready: Path) -> Iterator[tuple[subprocess.Popen[bytes], dict[str, str]]]:
    """A sandbox in a process of its own, and its ``.env``."""
    command = [sys.executable, "-m", "vipps_nb.cli", "sandbox", "--state", str(state), "--ready-file", str(ready)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        until = time.monotonic() + PATIENCE
        while not ready.exists():
            assert process.poll() is None, "the sandbox has ended"
            assert time.monotonic() < until, "the sandbox does not come up"
            time.sleep(0.02)
        yield process, {name: value or "" for name, value in dotenv_values(ready).items()}
    finally:
        process.kill()
        process.wait()
        ready.unlink(missing_ok=True)


def headers_of(keys: dict[str, str]) -> dict[str, str]:
    """What a merchant sends with each request, its token included."""
    introduced = {
        "client_id": keys["VIPPS_CLIENT_ID"],
        "client_secret": keys["VIPPS_CLIENT_SECRET"],
        "Ocp-Apim-Subscription-Key": keys["VIPPS_SUBSCRIPTION_KEY"],
        "Merchant-Serial-Number": keys["VIPPS_MSN"],
    }
    answer = requests.post(f"{keys['VIPPS_BASE_URL']}/accesstoken/get", headers=introduced, timeout=PATIENCE)
    return {**introduced, "Authorization": f"Bearer {answer.json()['access_token']}"}


class Client(threading.Thread):
    """Writes as fast as it can, and remembers what was answered."""

    def __init__(self, base_url: str, headers: dict[str, str], name: str) -> None:
        super().__init__(daemon=True)
        self._base_url, self._headers, self._name = base_url, headers, name
        self.captured: dict[str, int] = {}
        """What was answered last of each payment: how much of it is captured."""
        self.refused: list[int] = []

    def run(self) -> None:
        """Until nobody answers any more."""
        with requests.Session() as session:
            session.trust_env = False
            session.headers.update(self._headers)
            number = 0
            try:
                while True:
                    number += 1
                    self._pay(session, f"{self._name}-{number:05}")
            except requests.RequestException:
                return

    def _pay(self, session: requests.Session, reference: str) -> None:
        order = {
            "amount": {"currency": "NOK", "value": VALUE},
            "paymentMethod": {"type": "WALLET"},
            "reference": reference,
            "userFlow": "WEB_REDIRECT",
            "returnUrl": "https://example.com",
        }
        payments = f"{self._base_url}/epayment/v1/payments"
        self._ask(session, payments, order, f"create-{reference}")
        self.captured[reference] = 0
        self._ask(session, f"{self._base_url}/sandbox/customer/approve", {"reference": reference})
        part = {"modificationAmount": {"currency": "NOK", "value": 100}}
        for number in (1, 2):
            self._ask(session, f"{payments}/{reference}/capture", part, f"capture-{number}-{reference}")
            self.captured[reference] = number * 100

    def _ask(self, session: requests.Session, url: str, body: dict[str, Any], key: str | None = None) -> None:
        answer = session.post(url, json=body, headers={"Idempotency-Key": key} if key else {}, timeout=PATIENCE)
        if not answer.ok:
            self.refused.append(answer.status_code)


def check(base_url: str, headers: dict[str, str], answered: dict[str, int]) -> None:
    """See to it that what was answered is there, and that nothing is there by halves."""
    document = requests.get(f"{base_url}/sandbox/world", timeout=PATIENCE).json()
    world, now = document["records"], datetime.fromisoformat(document["world"]["clock"]["now"])
    payments = {key[1]: payment for key, payment in world["payments"]}
    missing = {name for name, captured in answered.items() if payments.get(name, {}).get("captured", -1) < captured}
    assert not missing, f"answered, and lost: {sorted(missing)[:5]}"
    shown = {tuple(arrival["deed"]["given"]) for _, arrival in world["phone"]}
    due = {tuple(one["deed"]["given"]) for _, one in world["due"]}
    keys = {slot[2] for slot, _ in world["idempotency"]}
    moved: dict[str, int] = {}
    for _, movement in world["movements"]:
        moved[movement["reference"]] = moved.get(movement["reference"], 0) + movement["value"]
    for name, payment in payments.items():
        told = sum(event["value"] for event in payment["events"] if event["name"] == "CAPTURED")
        assert payment["captured"] == told == moved.get(name, 0), f"half a capture: {name}"
        assert f"create-{name}" in keys, f"no key: {name}"
        key = (payment["msn"], name)
        assert key in shown, f"not on the phone: {name}"
        over = datetime.fromisoformat(payment["expires"]) <= now
        assert key in due or over, f"never expires: {name}"
    if answered:  # with the token from before the end, and the answer of before by its key
        name = next(iter(answered))
        again = requests.get(f"{base_url}/epayment/v1/payments/{name}", headers=headers, timeout=PATIENCE)
        assert again.status_code == requests.codes.ok, again.text


def rounds(number: int, folder: Path, load: tuple[float, float] = (0.5, 3.0)) -> int:
    """So many rounds on one file; tells how many payments were answered in all.

    Args:
        number: Of rounds.
        folder: Where the file is.
        load: Seconds after which the end may come, at least and at most.
    """
    state, ready = folder / "world.db", folder / "ready.env"
    answered: dict[str, int] = {}
    headers: dict[str, str] = {}
    chance = random.Random(number)
    for one in range(number + 1):
        with running(state, ready) as (process, keys):
            base_url = keys["VIPPS_BASE_URL"]
            check(base_url, headers, answered)
            if one == number:
                break
            headers = headers or headers_of(keys)
            clients = [Client(base_url, headers, f"round-{one:03}-client-{each}") for each in range(CLIENTS)]
            for client in clients:
                client.start()
            time.sleep(chance.uniform(*load))
            process.send_signal(signal.SIGKILL)
            for client in clients:
                client.join(PATIENCE)
                assert not client.refused, client.refused
                answered |= client.captured
    return len(answered)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 50
        begun = time.monotonic()
        found = rounds(wanted, Path(place))
        print(
            f"{wanted} rounds in {time.monotonic() - begun:.0f} s: {found} payments answered, all there, none by halves"
        )
