"""What importing, loading the extension and the first login cost, beside importing requests, in turns.

    python benchmarks/start_up.py

Bars: ``import vipps_nb`` at most 1.10 × ``import requests``, ``%load_ext vipps_nb`` in a started kernel at most 1.15 ×
``import requests`` there. Each is measured in a fresh process; ratios of CPU seconds stand beside those of the clock.
"""

from __future__ import annotations

import os
import subprocess
import sys

from clients import versions
from jupyter_client.manager import start_new_kernel
from surroundings import small

TIMED = """
import time
_wall, _cpu = time.perf_counter(), time.process_time()
{code}
print("took", time.perf_counter() - _wall, time.process_time() - _cpu)
"""
Times = tuple[float, float]


def in_a_process(code: str) -> Times:
    said = subprocess.run([sys.executable, "-c", TIMED.format(code=code)], capture_output=True, text=True, check=True)
    return _times(said.stdout)


def in_a_kernel(code: str) -> Times:
    manager, client = start_new_kernel(kernel_name="python3", stderr=subprocess.DEVNULL)
    said: list[str] = []
    client.execute_interactive(
        TIMED.format(code=code), output_hook=lambda message: said.append(message["content"].get("text", ""))
    )
    client.stop_channels()
    manager.shutdown_kernel(now=True)
    return _times("".join(said))


def _times(said: str) -> Times:
    _, wall, cpu = next(line for line in said.splitlines() if line.startswith("took")).split()
    return float(wall), float(cpu)


def compare(title: str, one: list[Times], other: list[Times]) -> None:
    # The least of each: whatever else runs on the machine only adds.
    wall, cpu = (min(times[which] for times in one) / min(times[which] for times in other) for which in (0, 1))
    print(f"{title:62} {wall:5.2f} {cpu:5.2f}")


def main() -> None:
    small()
    os.environ["VIPPS_ENVIRONMENT"] = "sandbox"
    print(versions())
    print(f"{'':62}  wall   CPU")
    pairs = (
        ("import vipps_nb / import requests", in_a_process, "import vipps_nb", "import requests", 15),
        ("… and every name in it", in_a_process, "from vipps_nb import VippsSession, login", "import requests", 15),
        (
            "%load_ext vipps_nb / import requests, in a started kernel",
            in_a_kernel,
            "get_ipython().run_line_magic('load_ext', 'vipps_nb')",
            "import requests",
            7,
        ),
        (
            "first %vipps_login to the sandbox / import requests, there",
            in_a_kernel,
            "get_ipython().run_line_magic('load_ext', 'vipps_nb')\n"
            "get_ipython().run_line_magic('vipps_login', '--quiet')",
            "import requests",
            3,
        ),
    )
    for title, measure, code, beside, rounds in pairs:
        one, other = [], []
        for _ in range(rounds):
            one.append(measure(code))
            other.append(measure(beside))
        compare(title, one, other)


if __name__ == "__main__":
    main()
