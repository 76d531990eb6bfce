"""A fifth of all answers faulted: every payment is captured once and refunded once all the same."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

from vipps_nb import login

CHAOS = Path(__file__).parent.parent / "benchmarks" / "chaos.py"


def test_forty_payments_through_a_fifth_of_faults_move_money_exactly_once(monkeypatch):
    spec = importlib.util.spec_from_file_location("chaos", CHAOS)
    chaos = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "chaos", chaos)
    spec.loader.exec_module(chaos)

    tally = chaos.Chaos(login(env="sandbox", quiet=True), 40).run()

    assert tally["captured once"] == tally["refunded once"] == 40
    assert tally["captured not once"] == tally["refunded not once"] == 0
    # The faults were there, all four kinds of them.
    assert {"retried after 503 Service Unavailable", "retried after 429 Too Many Requests"} <= tally.keys()
    assert tally["retried after ConnectionError"] > 0
