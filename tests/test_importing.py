"""`vipps-nb import`: what somebody has becomes a notebook that does the same, and holds no key."""

from __future__ import annotations

import json
import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tests.collections import shop
from vipps_nb.notebook.importing.bringing import bring

LAST = """
import json as _json
print(_json.dumps([[one["method"], one["path"], one["status"]] for one in vipps.sandbox.requests()]))
"""


@pytest.fixture
def sandboxed(monkeypatch, tmp_path):
    for name in ("VIPPS_BASE_URL", "VIPPS_CLIENT_ID", "VIPPS_CLIENT_SECRET", "VIPPS_SUBSCRIPTION_KEY", "VIPPS_MSN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("VIPPS_ENVIRONMENT", "sandbox")
    return tmp_path


def write(folder: Path, name: str, content) -> Path:
    file = folder / name
    file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return file


def sources(file: Path) -> str:
    return "\n".join(cell.source for cell in nbformat.read(file, as_version=4).cells)


def run(file: Path) -> list[tuple[str, int]]:
    """Run a notebook in a real kernel; what the sandbox was asked after the login, and answered."""
    notebook = nbformat.read(file, as_version=4)
    nbformat.validate(notebook)
    notebook.cells.append(nbformat.v4.new_code_cell(LAST))
    NotebookClient(notebook, timeout=60, resources={"metadata": {"path": str(file.parent)}}).execute()
    said = json.loads("".join(output.get("text", "") for output in notebook.cells[-1].outputs).strip().splitlines()[-1])
    asked = [(f"{method} {_named(path)}", status) for method, path, status in said]
    return asked[1:]  # the first is the login's


def _named(path: str) -> str:
    path = path.partition("?")[0]
    path = re.sub(r"(?<=/payments/)[^/]+|(?<=/agreements/)[^/]+|(?<=/charges/)[^/]+", "…", path)
    return re.sub(r"(?<=/webhooks/v1/webhooks/)[^/]+|(?<=/merchant-callback/)[^/]+", "…", path)


@pytest.mark.slow
@pytest.mark.parametrize("style", ["magic", "python"])
@pytest.mark.parametrize("version", ["2.0", "2.1"])
def test_the_notebook_asks_and_gets_what_the_collection_would_have(sandboxed, version, style):
    files = [
        write(sandboxed, "shop.json", shop.collection(version)),
        write(sandboxed, "environment.json", shop.ENVIRONMENT),
    ]

    notebook, _report = bring(files, sandboxed / "shop.ipynb", style=style)

    assert run(notebook) == shop.OUTCOMES
