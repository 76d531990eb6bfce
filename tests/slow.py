"""What the inner loop leaves out, besides whole files (`conftest.py`): tests that a run of the suite found slow.

    .venv/bin/python -m pytest --junitxml run.xml
    .venv/bin/python -m tests.slow run.xml

writes `slow.txt` anew, one test with all its cases in a line. A test that is not in it is in the inner loop.
"""

from __future__ import annotations

import sys
import xml.etree.ElementTree as Xml
from collections import defaultdict
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_suffix(".txt")
LONG = 0.015  # seconds for one case, on the average and on a machine that does nothing else ...
TOO_SHORT_TO_MATTER = 0.03  # ... unless all cases together take less than this
LONG_TOGETHER = 0.25


def measured(report: Path) -> dict[str, list[float]]:
    """How long each case of each test took."""
    took: dict[str, list[float]] = defaultdict(list)
    for case in Xml.parse(report).iter("testcase"):
        if ".ipynb" in case.attrib["classname"]:
            continue  # a lesson's cells run in its kernel: all of them are left out
        parts = case.attrib["classname"].split(".")
        of_file = [part for part in parts if not part[:1].isupper()]
        name = case.attrib["name"].partition("[")[0]
        took["::".join(["/".join(of_file) + ".py", *parts[len(of_file) :], name])].append(float(case.attrib["time"]))
    return took


def is_slow(times: list[float]) -> bool:
    """Whether a test is left out, its cases having taken this long."""
    together = sum(times)
    return together >= LONG_TOGETHER or (together / len(times) >= LONG and together >= TOO_SHORT_TO_MATTER)


@cache
def read() -> frozenset[str]:
    """The tests that are left out."""
    return frozenset(FILE.read_text(encoding="utf-8").split())


if __name__ == "__main__":
    found = sorted(name for name, times in measured(Path(sys.argv[1])).items() if is_slow(times))
    FILE.write_text("".join(f"{name}\n" for name in found), encoding="utf-8")
    print(f"{len(found)} tests are slow.")
