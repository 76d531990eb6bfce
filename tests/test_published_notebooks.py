"""Notebooks run the way nbclient runs them, with all widget state kept: what is in the file, and what is not."""

from __future__ import annotations

import json
import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter

LESSONS = sorted((Path(__file__).parent.parent / "notebooks").glob("*.ipynb"))

# Runs in the lesson's kernel, before its last cell logs out, and leaves by a file, not by an output.
WRITE_SECRETS = """
import json as _json, pathlib as _pathlib
_keys = vipps.credentials
_secrets = [_keys.client_secret, _keys.subscription_key, vipps.token]  # Donations keys have no subscription key
_pathlib.Path({file!r}).write_text(_json.dumps([_secret.reveal() for _secret in _secrets if _secret]))
"""


def run(notebook, folder: Path):
    """Run a notebook with its widget state stored, and give back what a person might publish: file and page."""
    where = {"metadata": {"path": str(folder)}}
    NotebookClient(notebook, timeout=120, store_widget_state=True, resources=where).execute()
    page, _ = HTMLExporter().from_notebook_node(notebook)
    return nbformat.writes(notebook), page


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.stem)
@pytest.mark.filterwarnings("ignore::DeprecationWarning:nbconvert")  # nbconvert's own
def test_a_lesson_run_and_exported_holds_no_secret(lesson, tmp_path, monkeypatch):
    monkeypatch.setenv("VIPPS_ENVIRONMENT", "sandbox")
    file = tmp_path / "secrets.json"
    notebook = nbformat.read(lesson, as_version=4)
    notebook.cells.insert(-1, nbformat.v4.new_code_cell(WRITE_SECRETS.format(file=str(file))))

    saved, page = run(notebook, tmp_path)

    secrets = json.loads(file.read_text())
    assert len(secrets) == (2 if "--key-type donations" in notebook.cells[1].source else 3)
    assert all(len(secret) > 20 for secret in secrets)
    assert "widgets" in notebook.metadata  # the state that could have leaked is really there
    for secret in secrets:
        assert secret not in saved
        assert secret not in page


def test_the_search_would_find_a_leak(tmp_path, monkeypatch):
    monkeypatch.setenv("VIPPS_ENVIRONMENT", "sandbox")
    notebook = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_code_cell("%load_ext vipps_nb\n%vipps_login --quiet"),
            nbformat.v4.new_code_cell("vipps.credentials.subscription_key.reveal()"),
        ]
    )

    saved, page = run(notebook, tmp_path)

    shown = notebook.cells[1].outputs[0]["data"]["text/plain"].strip("'")
    assert len(shown) == 32
    assert shown in saved
    assert shown in page
    assert os.environ["VIPPS_ENVIRONMENT"] == "sandbox"


def test_the_form_is_offered_where_keys_are_missing_and_the_error_still_stops_the_notebook(tmp_path, monkeypatch):
    for name in ("VIPPS_CLIENT_ID", "VIPPS_CLIENT_SECRET", "VIPPS_SUBSCRIPTION_KEY", "VIPPS_MSN"):
        monkeypatch.delenv(name, raising=False)
    cell = nbformat.v4.new_code_cell(
        "%load_ext vipps_nb\n%vipps_login --env test", metadata={"tags": ["raises-exception"]}
    )
    notebook = nbformat.v4.new_notebook(cells=[cell])

    run(notebook, tmp_path)

    form, error = notebook.cells[0].outputs
    assert form["data"]["text/plain"] == "Vipps login form · test"
    assert error["ename"] == "MissingKeysError"
    assert "run %vipps_login --form" in error["evalue"]
