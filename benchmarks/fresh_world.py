"""What a fresh world costs a pytest test: tests with the plugin's fixtures beside empty ones, in turns, in one run.

    python benchmarks/fresh_world.py

Processor time of a test from its beginning to its end, the median and the least; the first of each kind, which starts
the sandbox or fetches the token, is left out. Bar: 5 ms above an empty test.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

TESTS = 60
KINDS = ("", "vipps_sandbox", "vipps", "vipps_keys, vipps_env")
CONFTEST = """
import time
from collections import defaultdict
from statistics import median

import pytest

costs = defaultdict(list)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item):
    began = time.process_time()
    yield
    costs[item.function.__doc__].append((time.process_time() - began) * 1000)


def pytest_sessionfinish():
    empty = costs[""][1:]
    for kind, (_, *found) in costs.items():
        above = f"{median(found) - median(empty):.2f} ms above an empty one, {min(found) - min(empty):.2f} by the least"
        print(f"\\n{kind or 'nothing'}: {median(found):.2f} ms a test, {above}", end="")
"""


def main() -> None:
    tests = [
        f'def test_{number}_{place}({kind}):\n    "{kind}"\n'
        for number in range(TESTS)
        for place, kind in enumerate(KINDS)
    ]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "conftest.py").write_text(CONFTEST)
        (folder / "test_it.py").write_text("\n\n".join(tests))
        command = [sys.executable, "-m", "pytest", "-q", "-s", "-p", "vipps_nb.pytest_plugin", "-p", "no:cacheprovider"]
        env = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
        subprocess.run(command, cwd=folder, check=True, env=env)


if __name__ == "__main__":
    main()
