"""For every test and every lesson: which environment they run in, and which of them share a process."""

from __future__ import annotations

import os
import re
from typing import Any

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

# A developer's own .env must never be used, so all kernels start in the sandbox.
os.environ["VIPPS_ENVIRONMENT"] = "sandbox"

pytest_plugins = ["tests.leaks.table"]  # the table of secrets that were found


class SharedThings(LoadScopeScheduling):
    """Tests run one by one wherever there is room, except those that share something costly."""

    def _split_scope(self, nodeid: str) -> str:
        """What a test shares: a lesson's cells a kernel, the browser's tests one JupyterLab, canaries two kernels."""
        place = nodeid.partition("::")[0]
        if place.endswith(".ipynb") or place.startswith(("tests/browser/", "tests/leaks/test_kernel")):
            return place
        published = re.fullmatch(r"tests/test_lessons\.py::.+\[(.+)\]", nodeid)
        return published[1] if published else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> SharedThings:
    """Hand the tests out this way."""
    return SharedThings(config, log)


SERVED = "official documents: operations served / in the document"
EXAMPLES = "official documents: request examples sent as they stand / answered as documented / exceptions"
REPORTS = pytest.StashKey[dict[str, dict[str, list[str]]]]()  # by title: lines, by what they are sorted by


def _reports(config: pytest.Config) -> dict[str, dict[str, list[str]]]:
    return config.stash.setdefault(REPORTS, {SERVED: {}, EXAMPLES: {}})


@pytest.fixture(scope="session")
def served_operations(pytestconfig: pytest.Config) -> dict[str, list[str]]:
    """For the report at the end: lines per official document, operations served and operations in the document."""
    return _reports(pytestconfig)[SERVED]


@pytest.fixture(scope="session")
def sent_examples(pytestconfig: pytest.Config) -> dict[str, list[str]]:
    """For the report at the end: lines per official document, about the request examples in it."""
    return _reports(pytestconfig)[EXAMPLES]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Tests run in several processes; each sends its part of the reports to the one that prints them."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["reports"] = _reports(session.config)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take in a process's part."""
    for title, lines in getattr(node, "workeroutput", {}).get("reports", {}).items():
        _reports(node.config)[title].update(lines)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print the reports; here, because the printing process collects no tests and so reads no other conftest."""
    for title, report in _reports(terminalreporter.config).items():
        if report:
            terminalreporter.section(title)
        for name in sorted(report):
            for line in report[name]:
                terminalreporter.line(line)
