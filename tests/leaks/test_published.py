"""Notebooks run and exported as a person would publish them, with all widget state kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import nbformat
import papermill
import pytest

from tests.leaks.api import Home, Stranger
from tests.leaks.canaries import CANARIES
from tests.leaks.rows import HTML, NBCLIENT, PAPERMILL
from tests.leaks.table import Look
from tests.publishing import publish

pytestmark = pytest.mark.usefixtures("kernels_are_forked")

STORY = (
    "%load_ext vipps_nb\n%vipps_login",
    "import vipps_nb, requests\n"
    "secret = vipps_nb.Secret(vipps.post('/webhooks/v1/webhooks', json={}).json()['secret'])\nsecret",
    "vipps.get('/epayment/v1/payments/abc')",
    "vipps.token, vipps.credentials, vars(vipps), vars(vipps.get('/status/400'))",
    "listener = vipps_nb.webhooks.Listener(vipps, secrets=[secret])\nlistener",
    "%vipps_status",
    "%vipps_login --form",
    "%xmode Verbose\nvipps.get('/reset', retries=0)",
    "vipps_nb.login(profile='refused')",
    "vipps.get('/status/400').raise_for_status()",
    "listener.stop()\n%vipps_logout",
)
LEAK = (
    "import ipywidgets, json, pathlib",
    "hidden = ipywidgets.Password(value=pathlib.Path('planted.txt').read_text())",
    "print(hidden.value)",
)


@pytest.fixture
def home() -> Iterator[Home]:
    stranger = Stranger()
    home = Home(stranger)
    yield home
    home.close()
    stranger.close()


def notebook(cells: tuple[str, ...]) -> nbformat.NotebookNode:
    tags = {"tags": ["raises-exception"]}
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell, metadata=tags) for cell in cells])


def test_a_saved_notebook_and_its_html(tmp_path: Path, home: Home, monkeypatch: pytest.MonkeyPatch, look: Look) -> None:
    monkeypatch.delenv("VIPPS_ENVIRONMENT", raising=False)
    home.furnish(tmp_path)
    (tmp_path / "planted.txt").write_text(" ".join(CANARIES.values()))

    saved, page = publish(notebook(STORY), tmp_path)
    leaking, leaking_page = publish(notebook(LEAK), tmp_path)
    hidden, _ = publish(notebook(LEAK[:2]), tmp_path)

    assert '"widgets"' in saved
    assert saved.count("Vipps token") >= 1
    assert "ConnectionError" in saved
    look(NBCLIENT, saved.encode(), hidden.encode())
    look(HTML, page.encode(), leaking_page.encode())
    assert leaking


def test_a_notebook_run_by_papermill(tmp_path: Path, home: Home, monkeypatch: pytest.MonkeyPatch, look: Look) -> None:
    monkeypatch.delenv("VIPPS_ENVIRONMENT", raising=False)
    home.furnish(tmp_path)
    (tmp_path / "planted.txt").write_text(" ".join(CANARIES.values()))

    def run(name: str, cells: tuple[str, ...]) -> bytes:
        nbformat.write(notebook(cells), tmp_path / f"{name}.ipynb")
        done = tmp_path / f"{name}-done.ipynb"
        papermill.execute_notebook(
            tmp_path / f"{name}.ipynb", done, kernel_name="python3", cwd=tmp_path, progress_bar=False
        )
        return done.read_bytes()

    # papermill stops at the first error, whatever the tags say.
    look(PAPERMILL, run("story", STORY[:7]), run("leak", LEAK))
