"""Kernels that start in a tenth of a second, for tests that need many: see ``fork_server``."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from pkgutil import walk_packages
from tempfile import TemporaryDirectory

import pytest

import vipps_nb

ROOT = Path(__file__).parents[1]
SCRIPT = Path(__file__).with_name("fork_server.py")
# What notebooks here import sooner or later.
OTHERS = (
    *("ipykernel.kernelapp", "ipykernel.zmqshell", "debugpy", "ipywidgets", "anywidget", "tests.leaks.prying"),
    *("anyio._backends._asyncio", "jsonschema", "uvicorn.protocols.http.h11_impl"),
)
NOT_IN_KERNELS = ("vipps_nb.__main__", "vipps_nb.pytest_plugin")


def imported() -> Iterator[str]:
    """What is imported before a kernel is forked."""
    yield from OTHERS
    for module in walk_packages(vipps_nb.__path__, "vipps_nb."):
        if module.name not in NOT_IN_KERNELS:
            yield module.name


SERVER = pytest.StashKey[tuple[ExitStack, dict[str, str]]]()


def found_by_jupyter(config: pytest.Config) -> dict[str, str]:
    """What a process environment must have added so that Jupyter finds these kernels under the name ``python3``.

    Nothing where processes cannot be forked: then kernels are started in the usual way, which takes longer.
    """
    if SERVER not in config.stash:
        ends = ExitStack()
        config.stash[SERVER] = ends, ends.enter_context(serving()) if hasattr(os, "fork") else {}
    return config.stash[SERVER][1]


@pytest.fixture(scope="session")
def forked_kernels(pytestconfig: pytest.Config) -> dict[str, str]:
    """What a process environment must have added for these kernels."""
    return found_by_jupyter(pytestconfig)


@pytest.fixture
def kernels_are_forked(forked_kernels: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever this test has started as a kernel is one of these."""
    for name, value in forked_kernels.items():
        monkeypatch.setenv(name, value)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    """A lesson's kernel, which nbval starts before the first cell, is one of these."""
    if ".ipynb::" not in item.nodeid:
        return (yield)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in found_by_jupyter(item.config).items():
            patch.setenv(name, value)
        return (yield)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if SERVER in session.config.stash:
        session.config.stash[SERVER][0].close()


@contextmanager
def serving() -> Iterator[dict[str, str]]:
    """The process that forks, while it is needed."""
    with TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as listener:
        address = f"{folder}/socket"  # a socket's name is short, and a test's folder may have a long one
        listener.bind(address)
        listener.listen(16)  # whoever asks early waits until all is imported
        own = {name: value for name, value in os.environ.items() if not name.startswith(("VIPPS", "JUPYTER", "PYTEST"))}
        server = subprocess.Popen(
            [sys.executable, "-P", str(SCRIPT), "serve", str(listener.fileno()), *imported()],
            env={**own, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path[1:]])},
            pass_fds=[listener.fileno()],
            stdin=subprocess.PIPE,  # when it is closed, by whatever end of this process, the server ends
        )
        assert server.stdin is not None
        listener.close()
        argv = [sys.executable, "-I", "-S", str(SCRIPT), "ask", address, "{connection_file}"]
        place = Path(folder, "kernels", "python3")
        place.mkdir(parents=True)
        spec = {"argv": argv, "display_name": "Python 3", "language": "python", "metadata": {"debugger": True}}
        (place / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")
        yield {"JUPYTER_PATH": folder}
        server.stdin.close()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:  # still importing
            server.kill()
            server.wait()
