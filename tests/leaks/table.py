"""The table that the suite ends in: where was looked, and how often each secret was found there."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from tests.leaks.canaries import CANARIES, found

Look = Callable[[str, bytes, bytes], None]
TABLE = pytest.StashKey[dict[str, dict[str, int]]]()
TRAVELS_AS = "leaks"


@pytest.fixture
def look(pytestconfig: pytest.Config) -> Look:
    """`look(sink, honest, leaking)`: nothing must be in the first, and everything in what a leak on purpose gave."""
    table = pytestconfig.stash.setdefault(TABLE, {})

    def judge(sink: str, honest: bytes, leaking: bytes) -> None:
        missed = [name for name, hits in found(leaking).items() if not hits]
        assert not missed, f"{sink}: a leak on purpose of {missed} went unnoticed, so finding nothing says nothing"
        assert honest, f"{sink}: there was nothing to look at"
        hits = table[sink] = found(honest)
        assert not any(hits.values()), f"{sink}: {hits}"

    return judge


def as_markdown(sinks: Iterable[str]) -> str:
    """The table as it stands in the documents. Each row is held by a test that ends in nought."""
    rows = [["sink", *CANARIES], ["---", *("--:" for _ in CANARIES)]]
    rows += [[sink, *("0" for _ in CANARIES)] for sink in sinks]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workeroutput"):  # tests run in several processes; this is one of them
        session.config.workeroutput[TRAVELS_AS] = session.config.stash.get(TABLE, {})


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    node.config.stash.setdefault(TABLE, {}).update(getattr(node, "workeroutput", {}).get(TRAVELS_AS, {}))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    table = terminalreporter.config.stash.get(TABLE, {})
    if not table:
        return
    width = max(map(len, table)) + 2
    terminalreporter.section("secrets found, by sink")
    terminalreporter.line(" " * width + "".join(f"{name:>18}" for name in CANARIES))
    for sink in sorted(table):
        terminalreporter.line(f"{sink:{width}}" + "".join(f"{table[sink][name]:>18}" for name in CANARIES))
