"""The kernels that tests get are forked; apart from how they begin, they are like any other."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.leaks.kernel import Kernel

SEEN = "import os, sys\nprint(os.getpid(), os.getcwd(), os.environ['HOME'], 'vipps_nb' in sys.modules)"


@pytest.fixture
def kernel(tmp_path: Path, forked_kernels: dict[str, str]) -> Iterator[Kernel]:
    if not forked_kernels:
        pytest.skip("Processes cannot be forked here.")
    kernel = Kernel(tmp_path, forked_kernels)
    yield kernel
    kernel.stop()


def process_of(kernel: Kernel) -> psutil.Process:
    said = re.search(r"(\d+) (\S+) (\S+) (True|False)", kernel.run(SEEN).decode())
    assert said
    number, folder, home, imported = said.groups()
    assert (folder, home) == (str(kernel.folder), str(kernel.folder / "home"))
    assert imported == "True", "nothing was gained"
    return psutil.Process(int(number))


def test_it_has_its_own_folder_and_environment_and_can_be_interrupted(kernel: Kernel) -> None:
    process_of(kernel)

    assert b"KeyboardInterrupt" in kernel.interrupt("import time\nprint('now')\ntime.sleep(60)")


def test_it_ends_with_the_process_that_asked_for_it(kernel: Kernel) -> None:
    process = process_of(kernel)

    kernel.kill()

    process.wait(20)


def test_whoever_leaves_before_an_answer_does_no_harm(kernel: Kernel, forked_kernels: dict[str, str]) -> None:
    for said in (b"", b"{"):
        with socket.socket(socket.AF_UNIX) as server:
            server.connect(f"{forked_kernels['JUPYTER_PATH']}/socket")
            server.sendall(said)

    process_of(kernel)
    (kernel.folder / "another").mkdir()
    another = Kernel(kernel.folder / "another", forked_kernels)
    process_of(another)
    another.stop()
