"""For every test and every lesson: which environment they run in, which of them share a process, and what is left."""

from __future__ import annotations

import gc
import os
import re
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil
import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

import tests.lean  # noqa: F401 - first of ours, whatever the options are
from tests import slow
from tests.sandbox.official import NOT_AT_HAND, SETTING, SPECS

# A developer's own .env must never be used, so all kernels start in the sandbox.
os.environ["VIPPS_ENVIRONMENT"] = "sandbox"

# A shell lets its background jobs ignore Ctrl-C, and processes inherit that; the suite is the same in either place.
if threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Every process that this run starts inherits this, so that one which has lost its parent can still be told.
RUN = "TEST_RUN_ID"
FIRST = RUN not in os.environ  # not one of xdist's workers, nor a run within a run
os.environ.setdefault(RUN, uuid4().hex)

pytest_plugins = [
    "tests.kernels",  # kernels that start quickly
    "tests.leaks.table",  # the table of secrets that were found
]


class SharedThings(LoadScopeScheduling):
    """A file's tests stay together, as they share its fixtures; slow ones run one by one wherever there is room."""

    def _split_scope(self, nodeid: str) -> str:
        """What a test shares: a lesson's cells a kernel, the browser's tests one JupyterLab, canaries two kernels."""
        place = nodeid.partition("::")[0]
        if place.endswith(".ipynb") or place.startswith(("tests/browser/", "tests/leaks/test_kernel")):
            return place
        if published := re.fullmatch(r"tests/test_lessons\.py::.+\[(.+)\]", nodeid):
            return published[1]
        return nodeid if nodeid.startswith(SLOW) or nodeid.partition("[")[0] in slow.read() else place


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> SharedThings:
    """Hand the tests out this way, and in the order that they were put in: the slow ones first."""
    config.option.loadscopereorder = False
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


def pytest_configure(config: pytest.Config) -> None:
    """What must be checked may not be skipped where nobody reads what was skipped."""
    if os.environ.get("CI") and not SPECS.is_dir():
        raise pytest.UsageError(f"CI checks against the official documents; {SPECS} has none. Set {SETTING}.")


# Those that start a browser, a kernel or another process, that wait, or that send thousands of generated requests;
# tests/slow.txt has single ones.
SLOW = (
    "tests/browser/",
    "tests/leaks/",
    "tests/sandbox/test_agreements.py",
    "tests/sandbox/test_clock.py",
    "tests/sandbox/test_ecom_money.py",
    "tests/sandbox/test_fuzz.py",
    "tests/sandbox/test_ledgers_balance.py",
    "tests/sandbox/test_login_stories.py",
    "tests/sandbox/test_money.py",
    "tests/sandbox/test_official_documents.py",
    "tests/sandbox/test_official_examples.py",
    "tests/sandbox/test_own_document.py",
    "tests/sandbox/test_printed_codes.py",
    "tests/test_chaos.py",
    "tests/test_command_line.py",
    "tests/test_docs_site.py",
    "tests/test_in_a_page.py",
    "tests/test_lab.py",
    "tests/test_lazy_mapping.py",
    "tests/test_login_threads.py",
    "tests/test_mapping.py",
    "tests/test_other_front_ends.py",
    "tests/test_other_languages.py",
    "tests/test_published_notebooks.py",
    "tests/test_pytest_plugin.py",
    "tests/test_report_lesson.py",
    "tests/test_sandbox_desk.py",
    "tests/test_sealed_calls.py",
    "tests/typing/",
)
OF_A_LESSON_THAT_RAN = "published"  # a fixture that runs a lesson in a kernel


WITHOUT_THEM = "not slow"


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """The inner loop does not even read the files that it leaves out."""
    if config.getoption("markexpr") != WITHOUT_THEM or collection_path.suffix == ".txt":
        return None
    place = collection_path.relative_to(config.rootpath) if collection_path.is_relative_to(config.rootpath) else None
    return True if place and (f"{place.as_posix()}/" in SLOW or place.as_posix() in SLOW) else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the slow ones, and have them begin first, so that at the end no core waits for another."""
    single = slow.read()
    for item in items:
        lesson = item.nodeid.partition("::")[0].endswith(".ipynb")
        listed = item.nodeid.startswith(SLOW) or item.nodeid.partition("[")[0] in single
        if lesson or listed or OF_A_LESSON_THAT_RAN in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_unconfigure() -> None:
    """End quickly: each of IPython's shells collects all garbage at its end, and nothing of it is any."""
    gc.freeze()


LEFT = pytest.StashKey[list[str]]()


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    """Tests run in several processes; each sends its part of the reports to the one that prints them.

    That one also looks whether a process is still there that this run has started.
    """
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["reports"] = _reports(session.config)
        return (yield)
    result = yield
    left = session.config.stash[LEFT] = [*left_processes()] if FIRST else []
    if left and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    return result


def left_processes() -> Iterator[str]:
    """What is still running of what this run has started, after a while to end in; it is ended now."""
    _, left = psutil.wait_procs([process for process in psutil.process_iter() if is_ours(process)], timeout=10)
    for process in left:
        try:
            yield f"{process.pid} {' '.join(process.cmdline())}"
            process.kill()
        except psutil.Error:
            continue


def is_ours(process: psutil.Process) -> bool:
    """Whether this run has started it; multiprocessing's own helper ends with the process that it helps."""
    try:
        started_here = process.pid != os.getpid() and process.environ().get(RUN) == os.environ[RUN]
        return started_here and "resource_tracker" not in " ".join(process.cmdline())
    except psutil.Error:
        return False


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
    if left := terminalreporter.config.stash.get(LEFT, []):
        terminalreporter.section("processes that the tests have left behind", red=True)
        terminalreporter.write("".join(f"{one}\n" for one in left))
    if any(NOT_AT_HAND in str(report.longrepr) for report in terminalreporter.stats.get("skipped", [])):
        terminalreporter.line(
            f"Not checked against the official documents, which are not at hand. {SETTING} names their folder."
        )
