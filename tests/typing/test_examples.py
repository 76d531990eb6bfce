"""What type checkers say of this folder's examples: in everyday code nothing, and every mistake by its name."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
EVERYDAY, MISTAKES = HERE / "everyday.py", HERE / "mistakes.py"
BESIDE = re.compile(r"# mypy (?P<mypy>[\w-]+), pyright (?P<pyright>\w+)$", re.MULTILINE)

Findings = set[tuple[str, int, str]]  # file, line, what it is called


def expected(checker: str) -> Findings:
    """What is written beside the lines."""
    found = set()
    for number, line in enumerate(MISTAKES.read_text(encoding="utf-8").splitlines(), 1):
        if beside := BESIDE.search(line):
            found.add((MISTAKES.name, number, beside[checker]))
    return found


def run(command: Sequence[str]) -> str:
    # These speak by their output and have a status of their own for findings.
    whole = [sys.executable, "-m", *command]
    ran = subprocess.run(whole, check=False, cwd=ROOT, capture_output=True, text=True, timeout=600)
    return ran.stdout or ran.stderr


def test_mypy_finds_every_mistake_and_nothing_else():
    said = run(["mypy", "--output", "json", str(EVERYDAY), str(MISTAKES)])

    findings = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    found = {(Path(one["file"]).name, one["line"], one["code"]) for one in findings if one["severity"] == "error"}
    assert found == expected("mypy"), said


def test_pyright_finds_every_mistake_and_nothing_else():
    if not os.environ.get("CI") and shutil.which("node") is None:
        pytest.skip("pyright is a Node program, and there is no node here")

    said = run(["pyright", "--outputjson", "--pythonpath", sys.executable, str(EVERYDAY), str(MISTAKES)])

    if not os.environ.get("CI") and not said.lstrip().startswith("{"):
        pytest.skip(f"pyright could not be fetched: {said.strip().splitlines()[-1]}")
    findings = json.loads(said)["generalDiagnostics"]
    found = {
        (Path(one["file"]).name, one["range"]["start"]["line"] + 1, one.get("rule", one["message"]))
        for one in findings
        if one["severity"] == "error"
    }
    assert found == expected("pyright"), "\n".join(f"{one['file']}: {one['message']}" for one in findings)


def test_every_mistake_has_its_names_beside_it():
    """A line without them is not a mistake; so none may have something that only looks like them."""
    lines = MISTAKES.read_text(encoding="utf-8").splitlines()

    assert [line for line in lines if "#" in line and not BESIDE.search(line)] == []
    assert len(expected("mypy")) == len(expected("pyright")) > 0
