"""Notebooks run the way nbclient runs them, with all widget state kept, and exported as a person would."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import nbformat
from jupyter_client import AsyncKernelManager
from nbclient import NotebookClient
from nbconvert import HTMLExporter

AS_NEW = """
%reset -f
import os as _os, ipywidgets as _ipywidgets
_ipywidgets.Widget.close_all()
_os.chdir({folder!r})
"""


def publish(notebook: nbformat.NotebookNode, folder: Path, kernel: AsyncKernelManager | None = None) -> tuple[str, str]:
    """Run a notebook in a folder; give back what might be published: the saved file and the HTML page.

    Args:
        notebook: What to run; its cells get their outputs.
        folder: Where it runs.
        kernel: One that runs, and is emptied first; without one, the notebook gets its own.
    """
    where = {"metadata": {"path": str(folder)}}
    client = NotebookClient(notebook, km=kernel, timeout=120, store_widget_state=True, resources=where)
    if kernel is not None:
        notebook.cells.insert(0, nbformat.v4.new_code_cell(AS_NEW.format(folder=str(folder))))
    try:
        client.execute()
    finally:
        if kernel is not None:
            notebook.cells.pop(0)
            client.kc.stop_channels()
    page, _ = exporter().from_notebook_node(notebook)
    return nbformat.writes(notebook), page


@cache
def exporter() -> HTMLExporter:
    """One for all: half of its time goes into reading its template."""
    return HTMLExporter()
