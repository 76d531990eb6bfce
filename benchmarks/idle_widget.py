"""How many kernel messages idle widgets cause in a minute: the token's card, the desk, the explorer, a listener's card.

    python benchmarks/idle_widget.py [seconds]

A real kernel shows them all and is then left alone. Counted are the messages on its iopub channel, which is what a
front end would have to read. The goal is none.
"""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import time
from collections import Counter

from clients import versions
from jupyter_client.manager import start_new_kernel

CELLS = (
    "%load_ext vipps_nb\n%vipps_login --env sandbox",
    "%vipps_sandbox",
    "%vipps_explore",
    "from vipps_nb.webhooks import Listener\nlistener = Listener(vipps)\nlistener",
)
SETTLED = 3.0  # seconds in which what was shown may still talk


def main(seconds: float) -> None:
    os.environ["VIPPS_ENVIRONMENT"] = "sandbox"
    print(versions())
    manager, client = start_new_kernel(kernel_name="python3", stderr=subprocess.DEVNULL)
    widgets = 0
    try:
        for cell in CELLS:
            said: list[str] = []
            client.execute_interactive(cell, output_hook=lambda message, said=said: said.append(message["msg_type"]))
            widgets += said.count("display_data") + said.count("execute_result")
        idle(client, SETTLED)
        heard = idle(client, seconds)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    print(f"{widgets} widgets shown, then {seconds:.0f} s of nothing: {heard.total()} messages {dict(heard) or ''}")


def idle(client: object, seconds: float) -> Counter[str]:
    """The kinds of messages that come while nobody does anything."""
    heard: Counter[str] = Counter()
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        try:
            heard[client.get_iopub_msg(timeout=left)["msg_type"]] += 1  # type: ignore[attr-defined]
        except queue.Empty:
            break
    return heard


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 60)
