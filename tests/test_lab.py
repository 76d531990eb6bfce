"""``vipps-nb lab``: the lessons are copied, run and opened."""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner

from vipps_nb import cli, lab


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


def test_the_command_ends_in_a_running_jupyterlab(tmp_path: Path):
    command = [sys.executable, "-u", "-m", "vipps_nb.cli", "lab", "--no-browser", "--folder", "here"]
    log = tmp_path / "log"
    with log.open("w") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, cwd=tmp_path)
    try:
        deadline = time.monotonic() + 60
        while "http://127.0.0.1" not in log.read_text():
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        said = log.read_text()
        address = next(word for word in said.split() if word.startswith("http://127.0.0.1") and "token=" in word)
        with urllib.request.urlopen(address, timeout=20) as page:
            assert b"JupyterLab" in page.read()
        shipped = len(lab.shipped_notebooks())
        assert f"Example notebooks: {tmp_path / 'here'} ({shipped} copied, 0 kept as they were)" in said
    finally:
        process.terminate()
        process.wait(20)
