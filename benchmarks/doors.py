"""One GET of a payment through each of the sandbox's doors, in turns; and a fresh process up to the first answer.

    python benchmarks/doors.py

Everything runs in a small, fixed process environment: requests pays for the size of the one it is given.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from statistics import median

import requests

from vipps_nb.client.login import sandbox_session
from vipps_nb.sandbox import Sandbox

CALLS, ROUNDS, STARTS = 50, 15, 7
PATH = "/epayment/v1/payments/order-0001"
ORDER = {
    "amount": {"currency": "NOK", "value": 49900},
    "paymentMethod": {"type": "WALLET"},
    "reference": "order-0001",
    "userFlow": "WEB_REDIRECT",
    "returnUrl": "https://example.com/",
}
SMALL = {"PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8"}
FIRST = """
import requests
from vipps_nb.sandbox import Sandbox
with Sandbox(door={door!r}) as sandbox, requests.Session() as session:
    session.trust_env = False
    if {door!r} != "loopback":
        session.mount(sandbox.base_url, sandbox.adapter())
    session.get(sandbox.base_url + "/sandbox").raise_for_status()
"""


def seconds(ask: Callable[[], object]) -> float:
    began = time.perf_counter()
    for _ in range(CALLS):
        ask()
    return (time.perf_counter() - began) / CALLS


def process(code: str) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], env=SMALL, check=True)
    return time.perf_counter() - began


def main() -> None:
    if os.environ.keys() - {*SMALL, "LC_CTYPE"}:
        os.execve(sys.executable, [sys.executable, *sys.argv], SMALL)
    with Sandbox(door="both") as sandbox, requests.Session() as plain:
        plain.trust_env = False
        inside = requests.Session()
        inside.trust_env = False
        inside.mount(sandbox.base_url, sandbox.adapter())
        with Sandbox(door="in-process") as alone, sandbox_session(sandbox) as vipps, sandbox_session(alone) as still:
            for session in (vipps, still):
                session.post("/epayment/v1/payments", json=ORDER).raise_for_status()
            headers = {name: str(value) for name, value in proof(vipps).items()}
            of_alone = requests.Session()
            of_alone.trust_env = False
            of_alone.mount(alone.base_url, alone.adapter())
            own = {name: str(value) for name, value in proof(still).items()}
            ways = {
                "loopback": lambda: plain.get(sandbox.base_url + PATH, headers=headers),
                "beside a port": lambda: inside.get(sandbox.base_url + PATH, headers=headers),
                "in-process alone": lambda: of_alone.get(alone.base_url + PATH, headers=own),
            }
            taken: dict[str, list[float]] = {name: [] for name in ways}
            for _ in range(ROUNDS):
                for name, ask in ways.items():
                    taken[name].append(seconds(ask))
    for name, times in taken.items():
        print(f"GET, {name:18} {median(times) / median(taken['loopback']):5.2f}  of loopback")
    starts: dict[str, list[float]] = {"import requests": [], "loopback": [], "in-process": []}
    for _ in range(STARTS):
        starts["import requests"].append(process("import requests"))
        for door in ("loopback", "in-process"):
            starts[door].append(process(FIRST.format(door=door)))
    for door in ("loopback", "in-process"):
        ratio = median(starts[door]) / median(starts["import requests"])
        print(f"first answer, {door:11} {ratio:5.2f}  of a process that imports requests")


def proof(session: requests.Session) -> dict[str, object]:
    """The headers of a session's last request, those that prove something included."""
    keys = session.credentials  # type: ignore[attr-defined]  # both are sessions of ours
    return {
        "Authorization": f"Bearer {session.token.reveal()}",  # type: ignore[attr-defined]
        "Ocp-Apim-Subscription-Key": keys.subscription_key.reveal(),
        "Merchant-Serial-Number": keys.merchant_serial_number,
    }


if __name__ == "__main__":
    main()
