"""Notebooks as a person might publish them; the lessons themselves are published in ``test_lessons``."""

from __future__ import annotations

import os

import nbformat
import pytest

from tests.publishing import publish

pytestmark = pytest.mark.usefixtures("kernels_are_forked")


def test_the_search_would_find_a_leak(tmp_path, monkeypatch):
    monkeypatch.setenv("VIPPS_ENVIRONMENT", "sandbox")
    notebook = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_code_cell("%load_ext vipps_nb\n%vipps_login --quiet"),
            nbformat.v4.new_code_cell("vipps.credentials.subscription_key.reveal()"),
        ]
    )

    saved, page = publish(notebook, tmp_path)

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

    publish(notebook, tmp_path)

    form, error = notebook.cells[0].outputs
    assert form["data"]["text/plain"] == "Vipps login form · test"
    assert error["ename"] == "MissingKeysError"
    assert "run %vipps_login --form" in error["evalue"]
