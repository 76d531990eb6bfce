"""The widgets' modules become one text each without a build; what that asks of them is checked here."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from tests.each import for_each
from vipps_nb.widgets import card

WIDGETS = sorted(file.name for file in card.HERE.glob("*.js"))
MODULES = sorted(card.HERE.rglob("*.js"))
REOPENABLE = "export default reopenable({ render });"
DECLARED = re.compile(r"^(?:export )?(?:async )?(?:function\*?|class|const|let|var) (\w+)", re.MULTILINE)


def names(file: Path) -> str:
    return file.relative_to(card.HERE).as_posix()


def test_there_are_six_widgets() -> None:
    assert WIDGETS == [
        "calls.js",
        "deliveries.js",
        "explorer.js",
        "login_form.js",
        "sandbox_desk.js",
        "token_status.js",
    ]


@pytest.mark.parametrize("name", WIDGETS)
def test_no_two_modules_of_a_widget_declare_the_same_name(name: str) -> None:
    counts = Counter(DECLARED.findall(card.script(name)))

    assert [declared for declared, times in counts.items() if times > 1] == []


@pytest.mark.parametrize("name", WIDGETS)
def test_a_script_imports_nothing_and_exports_the_widget_alone(name: str) -> None:
    script = card.script(name)

    assert re.findall(r"^.*\bimport\b.*$", script, re.MULTILINE) == []
    assert re.findall(r"^export .*$", script, re.MULTILINE) == [REOPENABLE]
    assert script.endswith(f"\n{REOPENABLE}\n"), "a widget comes after all that it imports"


@for_each("file", MODULES)
def test_a_module_keeps_the_rules(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    imports = [found.partition("from")[0] for found in re.findall(r"^import\b[^;]+;", text, re.MULTILINE)]

    assert [found for found in imports if " as " in found or "*" in found] == [], "an import renames nothing"
    assert re.findall(r"^export (?:\{|\*|let|default (?!\{ render \};)).*$", text, re.MULTILINE) == [], (
        "exported where declared"
    )
    assert re.findall(r"^(?:const|let|var) [\[{].*$", text, re.MULTILINE) == [], "one name for each declaration"


ALL_DECLARED = {
    name
    for script in map(card.script, WIDGETS)
    for name in re.findall(r"^(?:async )?(?:function|class|const|let) ([\w$]+)", script, re.MULTILINE)
}


@for_each("file", MODULES)
def test_a_module_belongs_to_a_widget(file: Path) -> None:
    """But for those that only hold types, which nobody imports while it runs."""
    declared = DECLARED.findall(file.read_text(encoding="utf-8"))

    assert {*declared} <= ALL_DECLARED


ONE = """\
import { b } from "./two.js";
import {
  c,
} from "./three.js";

const a = b + c;
export default { render };
"""
TWO = """\
/** What it is. */

import { c } from "./three.js";

/** @type {number} */
export const b = /** @type {number} */ (c);
"""
THREE = "export const c = 1; // one\n"
COMMON = "function reopenable() {}\n\n"
TOGETHER = """\
const c = 1; // one

const b = /** @type {number} */ (c);

const a = b + c;
export default reopenable({ render });
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of widgets, with what every widget has."""
    monkeypatch.setattr(card, "HERE", tmp_path)
    common = tmp_path / "js" / "shared" / "reopening.js"
    common.parent.mkdir(parents=True)
    common.write_text("export function reopenable() {}\n", encoding="utf-8")
    return tmp_path


def test_modules_stand_once_and_behind_what_they_import(here: Path) -> None:
    for name, text in {"one.js": ONE, "two.js": TWO, "three.js": THREE}.items():
        (here / name).write_text(text, encoding="utf-8")

    assert card.script("one.js") == COMMON + TOGETHER


def test_a_comment_in_front_of_code_takes_nothing_with_it(here: Path) -> None:
    text = "/** @type {A} */ (a).b();\nlet c = 1;\n/** D. */\nlet d = 2;\n"
    (here / "one.js").write_text(text, encoding="utf-8")

    assert card.script("one.js") == COMMON + "/** @type {A} */ (a).b();\nlet c = 1;\nlet d = 2;\n"
