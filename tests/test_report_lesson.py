"""The lesson about ledgers works without the extra that draws tables and plots."""

import nbformat
from nbclient import NotebookClient

from tests.test_lessons import NOTEBOOKS

WITHOUT = """
import sys

sys.modules["altair"] = sys.modules["pandas"] = None  # an import of these now fails as if they were not installed
"""


def test_the_report_lesson_needs_no_extra():
    lesson = nbformat.read(NOTEBOOKS / "09_report.ipynb", as_version=4)
    lesson.cells.insert(0, nbformat.v4.new_code_cell(WITHOUT))

    NotebookClient(lesson, timeout=120, resources={"metadata": {"path": str(NOTEBOOKS)}}).execute()

    said = "".join(output.get("text", "") for cell in lesson.cells for output in cell.get("outputs", []))
    shown = [output.get("data", {}) for cell in lesson.cells for output in cell.get("outputs", [])]
    assert "pip install 'vipps-nb[report]'" in said
    assert any("payout-scheduled" in data.get("text/plain", "") for data in shown)
    assert not any("vegalite" in kind for data in shown for kind in data)
