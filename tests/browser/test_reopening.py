"""A notebook is saved, closed and opened again: with its kernel, with a fresh one, and without any."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from conftest import Lab

pytestmark = pytest.mark.browser

CELLS = {
    "login": "import vipps_nb\n%load_ext vipps_nb\n%vipps_login --env sandbox",
    "desk": "%vipps_sandbox",
    "explorer": "%vipps_explore capture",
    "deliveries": "listener = vipps_nb.webhooks.Listener()\nlistener",
    "form": "%vipps_login --form",
}
TITLES = {
    "login": "Vipps access token",
    "desk": "Vipps sandbox desk",
    "explorer": "Vipps explorer",
    "deliveries": "Vipps webhook listener",
    "form": "Vipps login form",
}
FRONT_ENDS = {"JupyterLab": "lab/tree", "Notebook 7": "notebooks"}
DUE = 20_000
VIEW = "application/vnd.jupyter.widget-view+json"
ERRORS = ("Loading widget", "Error displaying widget")


def as_saved(lab: Lab, name: str) -> list[dict[str, Any]]:
    """The displays in the file."""
    notebook = json.loads((lab.notebooks / name).read_text(encoding="utf-8"))
    return [output for cell in notebook["cells"] for output in cell["outputs"] if "data" in output]


def expect_twins(lab: Lab) -> None:
    for number, name in enumerate(CELLS):
        output = lab.output_of(number)
        expect(output).to_contain_text(TITLES[name], timeout=DUE)
        expect(output).to_contain_text("Run this cell")
        for error in ERRORS:
            expect(output).not_to_contain_text(error)


@pytest.fixture(scope="module")
def lab(make_lab: Callable[..., Lab]) -> Lab:
    """A JupyterLab with the settings that it comes with."""
    return make_lab()


@pytest.mark.parametrize("front_end", FRONT_ENDS)
def test_twins_stand_where_the_kernel_is_gone(front_end: str, lab: Lab) -> None:
    app = FRONT_ENDS[front_end]
    lab.write("again.ipynb", *CELLS.values())
    lab.open("again.ipynb", app=app)
    for number in range(len(CELLS)):
        lab.run(number)
        expect(lab.output_of(number).locator(".vipps-nb").first).to_be_visible(timeout=DUE)
    lab.save()

    # The file has the twins alone, and the page still has the live cards.
    saved = as_saved(lab, "again.ipynb")
    assert [list(output["data"]) for output in saved] == [["text/html", "text/plain"]] * len(CELLS)
    for number in range(len(CELLS)):
        expect(lab.output_of(number).locator(".vipps-nb").first).to_be_visible()

    # The same kernel: what is alive is shown alive, and answers.
    lab.page.reload()
    lab.wait_for_kernel()
    card = lab.page.locator(".vipps-nb-token")
    expect(card).to_have_attribute("data-phase", "valid", timeout=DUE)
    for number in range(len(CELLS)):
        expect(lab.output_of(number).locator(".vipps-nb").first).to_be_visible(timeout=DUE)
    expect(card.get_by_role("button", name="Renew")).to_have_attribute("aria-disabled", "false")
    assert not lab.page.evaluate("() => window.jupyterapp.shell.currentWidget.context.model.dirty")
    lab.save()
    assert not [output for output in as_saved(lab, "again.ipynb") if VIEW in output["data"]]

    # A fresh kernel.
    lab.shut_kernel_down()
    lab.open("again.ipynb", app=app)
    expect_twins(lab)
    lab.run(0)
    expect(lab.page.locator(".vipps-nb-token")).to_have_attribute("data-phase", "valid", timeout=DUE)

    # No kernel: it was made for one that is not here.
    lab.shut_kernel_down()
    file = lab.notebooks / "again.ipynb"
    notebook = nbformat.read(file, as_version=4)
    notebook.metadata = {"kernelspec": {"name": "not-here", "display_name": "Not here", "language": "cobol"}}
    nbformat.write(notebook, file)
    lab.trust(file)
    lab.show("again.ipynb")
    dialog = lab.page.get_by_role("dialog")
    expect(dialog).to_contain_text("Select Kernel", timeout=DUE)
    expect_twins(lab)
    dialog.get_by_role("button", name="No Kernel").click()
    expect_twins(lab)
