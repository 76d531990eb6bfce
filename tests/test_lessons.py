"""The lessons: built alike, their exercises can be solved, and publishing them gives no secret away."""

import copy
import json
import re
from pathlib import Path

import nbformat
import pytest
from jupyter_client import AsyncKernelManager
from jupyter_core.utils import run_sync

from tests.each import for_each
from tests.publishing import publish
from vipps_nb import VippsSession
from vipps_nb.notebook.magics import VippsMagics

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
LESSONS = sorted(NOTEBOOKS.glob("*.ipynb"))
LARGEST = 300_000  # bytes; slower pages than that are not opened on a phone
SOLUTION = re.compile(r"<details>\n<summary>Solution</summary>\n\n```python\n(.+)\n```\n\n</details>", re.DOTALL)

# Runs in the lesson's kernel, before its last cell logs out, and leaves by a file, not by an output.
WRITE_SECRETS = """
import json as _json, pathlib as _pathlib
_keys = vipps.credentials
_secrets = [_keys.client_secret, _keys.subscription_key, vipps.token]  # Donations keys have no subscription key
_pathlib.Path({file!r}).write_text(_json.dumps([_secret.reveal() for _secret in _secrets if _secret]))
"""
EACH_LESSON = [pytest.param(path, id=path.stem) for path in LESSONS]


@pytest.fixture(params=EACH_LESSON)
def lesson(request):
    return nbformat.read(request.param, as_version=4)


def tagged(lesson, tag):
    return [cell for cell in lesson.cells if tag in cell.metadata.get("tags", [])]


def text(cell):
    return "".join(output.get("text", "") for output in cell.outputs)


def test_lessons_are_numbered_without_gaps():
    assert [int(path.stem[:2]) for path in LESSONS] == list(range(len(LESSONS)))


@for_each("path", LESSONS)
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


# What belongs to the session as an object, and to nobody's lesson.
NOT_TAUGHT = {"behave", "get_adapter", "guard", "keys", "merge_environment_settings", "mount", "prepare_request"}
NOT_TAUGHT |= {
    "head",
    "options",
    "move_to",
    "interrupted",
    "get_redirect_target",
    "rebuild_auth",
    "request",
    "resolve_redirects",
    "settings",
    "writes_allowed",
}


def test_every_magic_and_what_a_session_can_do_is_used_in_some_lesson():
    lessons = [nbformat.read(path, as_version=4) for path in LESSONS]
    code = "\n".join(cell.source for lesson in lessons for cell in lesson.cells if cell.cell_type == "code")
    said = "\n".join(cell.source for lesson in lessons for cell in lesson.cells)

    for magic in set(VippsMagics.magics["line"]) - {"vipps_status"}:
        assert re.search(rf"^%{magic}\b", code, re.MULTILINE), magic
    assert re.search(r"^%%vipps ", code, re.MULTILINE)
    assert "%vipps_status" in said  # only somebody in front of a screen misses the card
    for option in ("-o", "--dry-run", "--as python", "--key-type", "--refresh"):
        assert re.search(rf"^%+vipps.* {option}\b", code, re.MULTILINE), option
    able = {name for name in vars(VippsSession) if not name.startswith("_")} | {"history", "sandbox"}
    for name in able - NOT_TAUGHT - {"allow_writes"}:
        assert re.search(rf"\bvipps\.{name}\b|\bsession\.{name}\b", code), name
    assert "vipps.allow_writes()" in said  # production is nowhere to practise


SEEN_BY_READERS = ("text/plain", "text/html")
OF_ONE_MACHINE = {
    "a port": r"\b(?:127\.0\.0\.1|localhost):\d",
    "a folder": rf"/(?:home|root|tmp|Users)/|{re.escape(str(NOTEBOOKS.parent))}",
    "a token": r"\beyJ[\w-]{8,}",
    "a program's version": r"python-requests/|>(?:User-Agent|Vipps-System-(?:Plugin-)?Version)<",
}


def test_what_lessons_show_is_the_same_everywhere_and_tells_no_secret(lesson):
    outputs = [output for cell in lesson.cells for output in cell.get("outputs", [])]
    shown = [output.get("text") or "\n".join(map(output.data.get, SEEN_BY_READERS, ("", ""))) for output in outputs]

    for what, pattern in OF_ONE_MACHINE.items():
        for text in shown:
            found = re.search(f".{{,40}}(?:{pattern}).{{,40}}", text)
            assert found is None, f"{what}: {found[0]}"


def test_every_lesson_is_refused_something_on_purpose_and_shows_the_card(lesson):
    cards = [output.get("data", {}).get("text/html", "") for cell in lesson.cells for output in cell.get("outputs", [])]

    assert any('class="vipps-nb-status" data-tone="refused"' in card for card in cards)
    assert any(
        re.search(r"^## (A refusal, on purpose|What each 401 means)", cell.source, re.M) for cell in lesson.cells
    )


def test_lessons_stay_small_enough_for_every_page_that_shows_them():
    for path in LESSONS:
        assert path.stat().st_size < LARGEST, path.name


def test_links_between_lessons_lead_somewhere():
    for path in LESSONS:
        for link in re.findall(r"\]\(([^)#]+\.ipynb)\)", path.read_text(encoding="utf-8")):
            assert (NOTEBOOKS / link).is_file(), f"{path.name} links to {link}"


def test_exercises_start_unsolved(lesson):
    for cell in tagged(lesson, "check"):
        assert text(cell).startswith("○")


@pytest.fixture(scope="session")
def kernel():
    """One for all lessons of this process, each of which begins as in a new one; nbval runs each in one of its own."""
    manager = AsyncKernelManager(kernel_name="python3")
    run_sync(manager.start_kernel)()
    yield manager
    run_sync(manager.shutdown_kernel)(now=True)


@pytest.fixture(scope="module", params=EACH_LESSON)
def published(request, tmp_path_factory, kernel):
    """A lesson with its exercises solved, run twice in one kernel, saved and exported; and the secrets of its work.

    The second time begins before the first has logged out, so nothing but the lesson itself makes the world new.
    """
    lesson = nbformat.read(request.param, as_version=4)
    solutions = [SOLUTION.fullmatch(cell.source)[1] for cell in tagged(lesson, "solution")]
    for cell, solution in zip(tagged(lesson, "exercise"), solutions, strict=True):
        cell.source = solution
    folder = tmp_path_factory.mktemp(request.param.stem)
    file = folder / "secrets.json"
    once = [copy.deepcopy(cell) for cell in lesson.cells[:-1] if cell.cell_type == "code"]
    for cell in once:
        cell.id = f"first-{cell.id}"
    lesson.cells[:0] = once
    lesson.cells.insert(-1, nbformat.v4.new_code_cell(WRITE_SECRETS.format(file=str(file))))
    saved, page = publish(lesson, folder, kernel)
    return lesson, saved, page, json.loads(file.read_text())


pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:nbconvert")  # nbconvert's own


def test_the_solutions_solve_the_exercises(published):
    lesson, *_ = published

    for cell in tagged(lesson, "check"):
        assert text(cell).startswith("✓"), text(cell)


def test_a_lesson_goes_the_second_time_as_it_went_the_first(published):
    lesson, *_ = published
    code = [cell for cell in lesson.cells if cell.cell_type == "code"]
    first = [cell for cell in code if cell.id.startswith("first-")]
    again = [cell for cell in code if not cell.id.startswith("first-")][: len(first)]

    for before, after in zip(first, again, strict=True):
        assert before.source == after.source
        assert outcomes(after) == outcomes(before), before.source


def outcomes(cell):
    """What its requests were answered with, and whether it ended in an error: the rest may count calls or name ids."""
    shown = [output.get("data", {}).get("text/plain", "") for output in cell.outputs]
    failed = [output.ename for output in cell.outputs if output.output_type == "error"]
    return [text.partition("\n")[0] for text in shown if re.match(r"\d{3} \w", text)], failed


def test_a_lesson_run_and_exported_holds_no_secret(published):
    lesson, saved, page, secrets = published

    assert len(secrets) == (2 if "--key-type donations" in lesson.cells[0].source else 3)
    assert all(len(secret) > 20 for secret in secrets)
    assert "widgets" in lesson.metadata  # the state that could have leaked is really there
    for secret in secrets:
        assert secret not in saved
        assert secret not in page
