"""The lessons: built alike, and their exercises can be solved."""

import copy
import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
LESSONS = sorted(NOTEBOOKS.glob("*.ipynb"))
SOLUTION = re.compile(r"<details>\n<summary>Solution</summary>\n\n```python\n(.+)\n```\n\n</details>", re.DOTALL)


@pytest.fixture(params=LESSONS, ids=lambda path: path.stem)
def lesson(request):
    return nbformat.read(request.param, as_version=4)


def tagged(lesson, tag):
    return [cell for cell in lesson.cells if tag in cell.metadata.get("tags", [])]


def text(cell):
    return "".join(output.get("text", "") for output in cell.outputs)


def test_lessons_are_numbered_without_gaps():
    assert [int(path.stem[:2]) for path in LESSONS] == list(range(len(LESSONS)))


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_every_lesson_is_built_alike(path):
    lesson = nbformat.read(path, as_version=4)
    prose = "\n\n".join(cell.source for cell in lesson.cells if cell.cell_type == "markdown")

    assert prose.startswith(f"# {int(path.stem[:2])} · ")
    assert "o keys needed" in lesson.cells[0].source
    assert re.search(r"^- ", lesson.cells[0].source, re.MULTILINE), "what one will learn"
    for heading in ("## Going to the test environment", "## Learned · try this · next"):
        assert heading in prose
    assert [cell.source.partition("\n")[0] for cell in lesson.cells[1:2]] == ["%load_ext vipps_nb"]
    assert lesson.cells[-1].source == "%vipps_logout"
    assert len(tagged(lesson, "exercise")) == len(tagged(lesson, "check")) == len(tagged(lesson, "solution")) == 2


def test_links_between_lessons_lead_somewhere():
    for path in LESSONS:
        for link in re.findall(r"\]\(([^)#]+\.ipynb)\)", path.read_text(encoding="utf-8")):
            assert (NOTEBOOKS / link).is_file(), f"{path.name} links to {link}"


def test_exercises_start_unsolved(lesson):
    for cell in tagged(lesson, "check"):
        assert text(cell).startswith("○")


def test_the_solutions_solve_the_exercises(lesson):
    solved = copy.deepcopy(lesson)
    solutions = [SOLUTION.fullmatch(cell.source)[1] for cell in tagged(solved, "solution")]
    for cell, solution in zip(tagged(solved, "exercise"), solutions, strict=True):
        cell.source = solution

    NotebookClient(solved, timeout=120, resources={"metadata": {"path": str(NOTEBOOKS)}}).execute()

    for cell in tagged(solved, "check"):
        assert text(cell).startswith("✓"), text(cell)
