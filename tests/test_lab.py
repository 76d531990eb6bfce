"""``vipps-nb lab``: the lessons are copied, run and opened."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest
import websocket
from click.testing import CliRunner

from tests.waiting import eventually
from vipps_nb import cli
from vipps_nb.notebook import lab


def test_the_lessons_are_copied_and_a_persons_own_work_stays(nowhere):
    folder = nowhere / "lessons"
    folder.mkdir()
    (folder / "02_epayment.ipynb").write_text("mine")

    copied, kept = lab.copy_notebooks(folder)

    shipped = {file.name for file in lab.shipped_notebooks()}
    assert {file.name for file in copied} == shipped - {"02_epayment.ipynb"}
    assert [file.name for file in kept] == ["02_epayment.ipynb"]
    assert (folder / "02_epayment.ipynb").read_text() == "mine"


def test_a_folder_that_cannot_be_made_is_a_sentence(nowhere):
    (nowhere / "taken").write_text("a file")

    result = CliRunner().invoke(cli.main, ["lab", "--execute", "--folder", str(nowhere / "taken" / "below")])

    assert result.exit_code == 1
    assert "could not be copied" in result.output
    assert "Traceback" not in result.output


def test_a_lesson_that_fails_is_reported_with_its_error(nowhere):
    file = nowhere / "broken.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 / 0")]), file)
    said: list[str] = []

    assert not lab.execute([file], said.append)
    assert said[0].startswith("FAILED broken.ipynb")
    assert "ZeroDivisionError" in said[1]


def test_without_jupyterlab_the_command_says_what_to_install(nowhere, monkeypatch):
    monkeypatch.setattr(lab, "find_spec", lambda name: None)

    with pytest.raises(Exception, match=r"pip install 'vipps-nb\[lab\]'"):
        lab.open_lab(nowhere, browser=False, port=None)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[], tuple[subprocess.Popen[str], list[str]]]]:
    """Start `vipps-nb lab` as a shell starts a background job, and read what it says until it serves."""
    started: list[subprocess.Popen[str]] = []

    def begin() -> tuple[subprocess.Popen[str], list[str]]:
        lab_here = [sys.executable, "-m", "vipps_nb.cli", "lab", "--no-browser", "--folder", "here"]
        command = ["sh", "-c", 'trap "" INT; exec "$@"', "sh", *lab_here]
        started.append(
            subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=tmp_path, text=True)
        )
        assert started[-1].stdout is not None
        return started[-1], [started[-1].stdout.readline().rstrip("\n") for _ in range(3)]

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def test_a_newcomer_sees_the_folder_the_address_and_how_to_stop_and_nothing_else(start, tmp_path):
    process, said = start()
    shipped = len(lab.shipped_notebooks())
    address = said[1].removeprefix("JupyterLab: ")

    assert said == [
        f"Example notebooks: {tmp_path / 'here'} ({shipped} copied, 0 kept as they were)",
        f"JupyterLab: {address}",
        "Stop it with Ctrl-C.",
    ]
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/lab/tree/00_start_here\.ipynb\?token=\w+", address)
    with urllib.request.urlopen(address, timeout=20) as page:
        assert b"JupyterLab" in page.read()
    assert said_by_kernel(address, "print(6 * 7)") == "42\n"
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=30)
    assert (rest, process.returncode) == ("", 0)
    assert refuses_connections(address)


def test_jupyterlab_ends_with_a_command_that_was_killed(start):
    process, said = start()
    process.kill()

    process.communicate(timeout=30)  # its output ends when the last one that could write to it has ended
    assert refuses_connections(said[1].removeprefix("JupyterLab: "))


def said_by_kernel(address: str, code: str) -> str:
    """What a cell prints that is run in a new kernel of this JupyterLab."""
    base, token = address.partition("/lab/")[0], address.partition("token=")[2]
    ask = urllib.request.Request(f"{base}/api/kernels?token={token}", data=b"{}", method="POST")
    with urllib.request.urlopen(ask, timeout=20) as answer:
        kernel = json.load(answer)["id"]
    channels = f"{base.replace('http', 'ws', 1)}/api/kernels/{kernel}/channels?token={token}"
    header = {"msg_id": "1", "msg_type": "execute_request", "username": "", "session": "1", "version": "5.3"}
    content = {"code": code, "silent": False, "allow_stdin": False}
    request = {"channel": "shell", "header": header, "parent_header": {}, "metadata": {}, "content": content}
    with contextlib.closing(websocket.create_connection(channels, timeout=60)) as connection:
        connection.send(json.dumps(request))
        printed, state = "", ""
        while state != "idle":  # until then, what stops JupyterLab would interrupt the cell
            said = json.loads(connection.recv())
            if said["parent_header"].get("msg_id") == "1":
                printed += said["content"].get("text", "")
                state = said["content"].get("execution_state", "")
    return printed


def refuses_connections(address: str) -> bool:
    try:
        urllib.request.urlopen(address, timeout=20).close()
    except OSError:
        return True
    return False


def execute(*files: Path) -> subprocess.Popen[str]:
    """`lab.execute` in a process of its own, as the command calls it."""
    code = (
        "import sys, pathlib; from vipps_nb.notebook import lab; lab.execute([*map(pathlib.Path, sys.argv[1:])], print)"
    )
    return subprocess.Popen(
        [sys.executable, "-uc", code, *map(str, files)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_a_run_without_a_browser_says_what_ran_what_failed_and_why_and_goes_on(nowhere):
    cells = {"good": "6 * 7", "ends_its_kernel": "import os; os._exit(1)", "last": "'also'"}
    files = [nowhere / "no_notebook.ipynb", *(nowhere / f"{name}.ipynb" for name in cells)]
    files[0].write_text("mine")
    for file, cell in zip(files[1:], cells.values(), strict=True):
        nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell)]), file)

    with execute(*files) as process:
        said, errors = process.communicate(timeout=120)

    assert [line.split()[:2] for line in said.splitlines() if not line.startswith(" ")] == [
        ["FAILED", "no_notebook.ipynb"],
        ["ok", "good.ipynb"],
        ["FAILED", "ends_its_kernel.ipynb"],
        ["ok", "last.ipynb"],
    ]
    assert "cannot be read as a notebook" in said
    assert "DeadKernelError" in said
    assert errors == ""


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_a_run_without_a_browser_that_is_stopped_leaves_no_kernel(nowhere):
    endless = "import os, pathlib, time\npathlib.Path('pid').write_text(str(os.getpid()))\ntime.sleep(600)"
    file = nowhere / "endless.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(endless)]), file)

    with execute(file) as process:
        eventually(lambda: (nowhere / "pid").exists() and (nowhere / "pid").read_text(), seconds=60)
        process.terminate()
        said, errors = process.communicate(timeout=30)

    assert (said, errors, process.returncode) == ("", "", 128 + signal.SIGTERM)
    with pytest.raises(ProcessLookupError):
        os.kill(int((nowhere / "pid").read_text()), 0)
