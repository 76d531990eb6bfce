"""What a fresh world costs a pytest test: the plugin's fixtures beside tests without them, in turns.

    python benchmarks/fresh_world.py

Each run is pytest in a process of its own. What a test costs is the difference between many tests and few, so that the
start of pytest and of the sandbox is no part of it; in processor time, the least of several. Bar: 5 ms above an empty
test.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

FEW, MANY, ROUNDS = 10, 160, 3
KINDS = {
    "nothing": "def test_{number}():\n    pass\n",
    "vipps_sandbox": "def test_{number}(vipps_sandbox):\n    pass\n",
    "vipps": "def test_{number}(vipps):\n    pass\n",
}


def processor_time(folder: Path, kind: str, tests: int) -> float:
    """Seconds of the processor that a run of pytest takes."""
    file = folder / "test_it.py"
    file.write_text("".join(KINDS[kind].format(number=number) for number in range(tests)))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "vipps_nb.pytest_plugin",
        "-p",
        "no:cacheprovider",
        str(file),
    ]
    subprocess.run(
        command,
        cwd=folder,
        check=True,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    costs: dict[tuple[str, int], list[float]] = {(kind, tests): [] for kind in KINDS for tests in (FEW, MANY)}
    with tempfile.TemporaryDirectory() as place:
        for _ in range(ROUNDS):
            for (kind, tests), found in costs.items():
                found.append(processor_time(Path(place), kind, tests))
    a_test = {kind: (min(costs[kind, MANY]) - min(costs[kind, FEW])) / (MANY - FEW) * 1000 for kind in KINDS}
    for kind, milliseconds in a_test.items():
        print(f"{kind:24} {milliseconds:6.2f} ms a test, {milliseconds - a_test['nothing']:6.2f} ms above an empty one")


if __name__ == "__main__":
    main()
