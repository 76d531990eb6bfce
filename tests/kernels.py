"""Kernels that start in a tenth of a second, for tests that need many: see ``fork_server``."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
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


class ForkServer:
    """The process that kernels are forked from.

    Attributes:
        environment: What a process environment must have added so that Jupyter finds these kernels as ``python3``.
    """

    def __init__(self) -> None:
        self._folder = TemporaryDirectory()  # a socket's name must be short, and a test's folder may have a long one
        self.environment = {"JUPYTER_PATH": self._folder.name}
        self._ready = False
        address = f"{self._folder.name}/socket"
        own = {name: value for name, value in os.environ.items() if not name.startswith(("VIPPS", "JUPYTER", "PYTEST"))}
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(address)
            listener.listen(16)  # whoever asks early waits until all is imported
            self._process = subprocess.Popen(
                [sys.executable, "-P", str(SCRIPT), "serve", str(listener.fileno()), *imported()],
                env={**own, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path[1:]])},
                pass_fds=[listener.fileno()],
                stdin=subprocess.PIPE,  # when it is closed, by whatever end of this process, the server ends
                stdout=subprocess.PIPE,
            )
        argv = [sys.executable, "-I", "-S", str(SCRIPT), "ask", address, "-f", "{connection_file}"]
        place = Path(self._folder.name, "kernels", "python3")
        place.mkdir(parents=True)
        spec = {"argv": argv, "display_name": "Python 3", "language": "python", "metadata": {"debugger": True}}
        (place / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")

    def wait(self) -> None:
        """Wait until all is imported: a busy machine takes longer for that than Jupyter waits for a kernel."""
        assert self._process.stdout is not None
        if not self._ready:
            said = self._process.stdout.readline()
            assert said == b"ready\n", "the process that kernels are forked from has ended"
            self._ready = True

    def close(self) -> None:
        """End it, and what kernels there are."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:  # still importing
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
        self._folder.cleanup()


SERVER = pytest.StashKey[ForkServer]()


def server_of(config: pytest.Config) -> ForkServer | None:
    """This process's server, which may be importing still.

    None where processes cannot be forked, or with ``TEST_KERNELS=usual`` in the process environment: then kernels are
    started in the usual way, which takes longer.
    """
    if not hasattr(os, "fork") or os.environ.get("TEST_KERNELS") == "usual":
        return None
    if SERVER not in config.stash:
        config.stash[SERVER] = ForkServer()
    return config.stash[SERVER]


def found_by_jupyter(config: pytest.Config) -> dict[str, str]:
    """What a process environment must have added so that Jupyter finds these kernels, which are ready now."""
    server = server_of(config)
    if server is None:
        return {}
    server.wait()
    return server.environment


@pytest.fixture(scope="session")
def fork_server(pytestconfig: pytest.Config) -> ForkServer | None:
    """For those that have something else to start meanwhile."""
    return server_of(pytestconfig)


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
        session.config.stash[SERVER].close()
