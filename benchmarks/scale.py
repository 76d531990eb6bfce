"""A session that makes a hundred thousand calls: what a call costs by then, and what is kept of it.

    python benchmarks/scale.py [calls]

Bars: the cost of a call is flat from the first to the last; what the history keeps of calls of 2 KB stays under 30 MB;
``vipps.map(..., lazy=True)`` over as many paths needs no more memory than over a thousand, with its progress shown.
"""

from __future__ import annotations

import gc
import sys
import time
import tracemalloc

from clients import ours, versions
from raw_server import running
from surroundings import small

from vipps_nb import VippsSession


def paths(number: int) -> object:
    return (f"/big/{place}" for place in range(number))


def flat(vipps: VippsSession, number: int) -> None:
    """Processor time of a call, for each tenth of all calls."""
    tenth = number // 10
    costs = []
    for _ in range(10):
        began = time.process_time()
        for _ in range(tenth):
            vipps.get("/big/1")
        costs.append((time.process_time() - began) / tenth)
    shares = " ".join(f"{cost / costs[0]:.2f}" for cost in costs)
    print(f"CPU of a call, each tenth of {number:,} beside the first: {shares}")


def memory_of_history(base_url: str) -> None:
    """What the history holds on to, once it is full; all that comes later takes the place of something."""
    vipps = ours(base_url)
    vipps.get("/big/1")
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    sizes = []
    for _ in range(3):
        for _ in range(1_000):
            vipps.get("/big/1")
        gc.collect()
        sizes.append((tracemalloc.get_traced_memory()[0] - before) / 1e6)
    vipps.history.as_har()  # everything is looked at
    gc.collect()
    sizes.append((tracemalloc.get_traced_memory()[0] - before) / 1e6)
    tracemalloc.stop()
    print("history of calls of 2 KB: " + ", ".join(f"{size:.1f}" for size in sizes), end=" ")
    print("MB after 1,000, 2,000 and 3,000 calls, and once somebody has looked at all")


def lazily(vipps: VippsSession, number: int) -> None:
    """The most memory while that many paths are mapped."""
    peaks = []
    for some in (1_000, number):
        gc.collect()
        tracemalloc.start()
        before = tracemalloc.get_traced_memory()[0]
        assert all(answer.ok for answer in vipps.map("GET", paths(some), lazy=True))  # type: ignore[call-overload]
        peaks.append((tracemalloc.get_traced_memory()[1] - before) / 1e6)
        tracemalloc.stop()
        vipps.history.clear()
    print(f"vipps.map(lazy=True): at most {peaks[0]:.1f} MB for 1,000 paths, {peaks[1]:.1f} MB for {number:,}")


def resident() -> float:
    import resource  # noqa: PLC0415 - not on Windows

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    small()
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    print(versions())
    with running() as base_url:
        vipps = ours(base_url)
        vipps.get("/big/1")
        before = resident()
        flat(vipps, number)
        print(f"the process has grown by {resident() - before:.0f} MB in {number:,} calls")
        memory_of_history(base_url)
        lazily(vipps, number)


if __name__ == "__main__":
    main()
