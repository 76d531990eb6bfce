"""Run lessons top to bottom and store their outputs, the way they are committed.

    python -m tests.store_lesson notebooks/04_recurring.ipynb

Each is run in a kernel of its own, in the sandbox, as nbval will run it. Cells are renumbered; nothing that differs
from run to run (timings, versions, widget state) is kept.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient


def store(path: Path) -> None:
    """Run one lesson and write it back; when a cell fails, the file stays as it was."""
    lesson = nbformat.read(path, as_version=4)
    where = {"metadata": {"path": str(path.parent)}}
    NotebookClient(lesson, timeout=120, store_widget_state=False, record_timing=False, resources=where).execute()
    lesson.metadata = {
        "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for number, cell in enumerate(lesson.cells):
        cell.id = f"cell-{number:02}"
    nbformat.write(lesson, path)


if __name__ == "__main__":
    os.environ["VIPPS_ENVIRONMENT"] = "sandbox"
    for name in sys.argv[1:]:
        store(Path(name))
