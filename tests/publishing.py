"""Notebooks run the way nbclient runs them, with all widget state kept, and exported as a person would."""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbconvert import HTMLExporter


def publish(notebook: nbformat.NotebookNode, folder: Path) -> tuple[str, str]:
    """Run a notebook in a folder; give back what might be published: the saved file and the HTML page."""
    where = {"metadata": {"path": str(folder)}}
    NotebookClient(notebook, timeout=120, store_widget_state=True, resources=where).execute()
    page, _ = HTMLExporter().from_notebook_node(notebook)
    return nbformat.writes(notebook), page
