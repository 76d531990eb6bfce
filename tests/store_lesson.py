"""Run lessons top to bottom and store their outputs, the way they are committed.

    python -m tests.store_lesson                            # all of them
    python -m tests.store_lesson notebooks/04_recurring.ipynb

Each is run in a kernel of its own, in the sandbox, as nbval will run it, and several at the same time. Cells are
renumbered; nothing that differs from run to run (timings, versions, widget state) is kept. Of a widget its twin is kept
and not its view, whose kernel is gone when the file is opened.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

VIEW = "application/vnd.jupyter.widget-view+json"
NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"


def store(path: Path) -> str:
    """Run one lesson and write it back; when a cell fails, the file stays as it was.

    Returns:
        A line about it.
    """
    lesson = nbformat.read(path, as_version=4)
    where = {"metadata": {"path": str(path.parent)}}
    try:
        NotebookClient(lesson, timeout=120, store_widget_state=False, record_timing=False, resources=where).execute()
    except CellExecutionError as error:
        return f"✗ {path.name}: not stored, a cell failed\n{error}"
    lesson.metadata = {
        "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for number, cell in enumerate(lesson.cells):
        cell.id = f"cell-{number:02}"
        for output in cell.get("outputs", []):
            if output.get("data", {}).pop(VIEW, None):
                output.metadata = {}
    before = path.read_bytes()
    nbformat.write(lesson, path)
    outcome = "as before" if path.read_bytes() == before else "stored"
    return f"✓ {path.name}: {outcome}, {path.stat().st_size / 1024:.0f} KiB"


def main(names: Sequence[str]) -> bool:
    """Store the lessons that were named, or all; give back whether all went well."""
    os.environ["VIPPS_ENVIRONMENT"] = "sandbox"
    paths = [Path(name) for name in names] or sorted(NOTEBOOKS.glob("*.ipynb"))
    well = True
    with ProcessPoolExecutor(max_workers=min(len(paths), os.cpu_count() or 1)) as processes:
        for line in processes.map(store, paths):
            print(line, flush=True)
            well &= line.startswith("✓")
    return well


if __name__ == "__main__":
    sys.exit(0 if main(sys.argv[1:]) else 1)
