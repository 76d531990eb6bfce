"""Promises about the package as a whole."""

from __future__ import annotations

import ast
import importlib
import json
import os
import re
import subprocess
import sys
import venv
from pathlib import Path

import vipps_nb
from tests.each import for_each

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "vipps_nb"
LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))


RUN_THE_FIRST_LESSONS = """
from pathlib import Path
from vipps_nb.notebook import lab
copied, _ = lab.copy_notebooks(Path("lessons"))
assert lab.execute(copied[:2], print)
"""


def imports_of(file: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def front_end_files(package: Path) -> list[str]:
    return sorted(file.relative_to(package).as_posix() for kind in ("*.js", "*.css") for file in package.rglob(kind))


def test_the_shop_window_is_complete_and_sorted():
    constants = [name for name in vipps_nb.__all__ if name.isupper()]
    classes = [name for name in vipps_nb.__all__ if name[0].isupper() and not name.isupper()]
    functions = [name for name in vipps_nb.__all__ if name[0].islower()]

    assert vipps_nb.__all__ == sorted(constants) + sorted(classes) + sorted(functions)
    assert all(hasattr(vipps_nb, name) for name in vipps_nb.__all__)


def test_importing_the_package_imports_no_ipython_no_widgets_and_no_server():
    heavy = (
        "vipps_nb.doctor vipps_nb.auth.dotenv_audit "
        "IPython ipywidgets anywidget traitlets fastapi starlette uvicorn pydantic dotenv click nbformat"
    )
    code = f"import sys, vipps_nb; vipps_nb.login; print([name for name in {heavy.split()} if name in sys.modules])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert said.strip() == "[]"


def test_loading_the_extension_imports_no_widgets_no_server_and_no_requests():
    code = (
        "import sys\nfrom IPython.core.interactiveshell import InteractiveShell\n"
        "InteractiveShell.instance().run_line_magic('load_ext', 'vipps_nb')\n"
        "print([name for name in ('ipywidgets', 'anywidget', 'fastapi', 'uvicorn', 'requests') if name in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert said.strip() == "[]"


def test_ipython_and_widgets_appear_only_where_they_are_needed():
    rooms = {
        file.relative_to(PACKAGE).parts[0]
        for file in PACKAGE.rglob("*.py")
        if any(name.startswith(("IPython", "ipywidgets", "anywidget")) for name in imports_of(file))
    }

    # __init__ names a type; the client shows its progress in a notebook.
    assert rooms == {"notebook", "widgets", "__init__.py", "client"}


def test_login_takes_as_keywords_what_the_magic_takes_as_options():
    import inspect

    from vipps_nb.notebook.magics import VippsMagics

    actions = VippsMagics.vipps_login.parser._actions
    options = {action.dest: action.default for action in actions if action.dest not in ("help", "name")}
    keywords = inspect.signature(vipps_nb.login).parameters

    assert options == {name: keyword.default for name, keyword in keywords.items()}


def test_the_doctor_takes_the_same_everywhere():
    """As magic, as command and as value: all that says where keys are, spelled as for the login."""
    import inspect

    from vipps_nb.auth.login_options import LoginOptions
    from vipps_nb.cli import doctor
    from vipps_nb.notebook.magics import VippsMagics

    magic = {action.dest: action.default for action in VippsMagics.vipps_doctor.parser._actions}
    command = {option.name: option.default for option in doctor.params}
    value = {name: keyword.default for name, keyword in inspect.signature(LoginOptions).parameters.items()}
    sources = {name: keyword.default for name, keyword in inspect.signature(vipps_nb.login).parameters.items()}
    ways = {"form", "refresh", "init", "strip_outputs", "quiet"}

    assert value.keys() - {"folder"} == sources.keys() - ways
    assert magic.keys() - {"help", "report"} == command.keys() - {"report", "as_json"} == value.keys() - {"folder"}
    for name in value.keys() - {"folder"}:
        # click says that nothing was given in a way of its own.
        given = value[name] if "Sentinel" in type(command[name]).__name__ else command[name]
        assert magic[name] == given == value[name] == sources[name], name


def test_the_readme_and_ci_run_the_same_test_command():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = re.findall(r"```sh\n(.+)\n```", readme)

    assert [command.split(" && ")[-1] for command in commands] == [
        ".venv/bin/vipps-nb lab",
        ".venv/bin/vipps-nb lab --execute",
        ".venv/bin/python -m pytest",
        ".venv-docs/bin/python -m mkdocs build --strict",
    ]
    assert "-m pytest$" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


@for_each("lesson", LESSONS)
def test_every_cell_of_a_lesson_was_run_before_it_was_committed(lesson):
    """nbval passes a cell without execution count unlooked at, so such a cell would test nothing."""
    cells = [cell for cell in json.loads(lesson.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"]

    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
    assert all("NBVAL" not in "".join(cell["source"]) for cell in cells)


@for_each("lesson", LESSONS)
def test_no_lesson_holds_a_token_a_port_a_path_or_a_widget(lesson):
    text = lesson.read_text(encoding="utf-8")

    assert not re.search(r"eyJ[\w-]{10,}|127\.0\.0\.1:\d+|[/\\](home|tmp|root|Users)[/\\]", text)
    assert "widgets" not in json.loads(text)["metadata"]


def test_the_wheel_works_alone(tmp_path):
    """Installed into an empty environment in an empty folder: the front-end files and the lessons are there."""
    wheels = tmp_path / "wheels"
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", wheels, ROOT],
        check=True,
        capture_output=True,
    )
    (wheel,) = wheels.glob("*.whl")
    home = tmp_path / "environment"
    venv.create(home, with_pip=True)
    python = home / ("Scripts" if os.name == "nt" else "bin") / "python"
    # The dependencies are those of the running environment: what is tested is what the wheel itself carries.
    site = next(home.glob("lib/python*/site-packages"), home / "Lib" / "site-packages")
    borrowed = [path for path in sys.path if path.endswith("site-packages")]
    (site / "borrowed.pth").write_text("\n".join(borrowed), encoding="utf-8")
    subprocess.run([python, "-m", "pip", "install", "-q", "--no-deps", "--no-index", wheel], check=True)
    empty = tmp_path / "empty"
    empty.mkdir()
    environ = {name: value for name, value in os.environ.items() if not name.startswith("VIPPS")}

    def alone(*command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([python, *command], cwd=empty, env=environ, capture_output=True, text=True, check=False)

    where = alone("-c", "import vipps_nb; print(vipps_nb.__file__)").stdout
    run = alone("-c", RUN_THE_FIRST_LESSONS)

    assert str(site) in where
    assert run.returncode == 0, run.stdout + run.stderr
    assert sorted(file.name for file in (empty / "lessons").iterdir()) == [lesson.name for lesson in LESSONS]
    for lesson in LESSONS[:2]:
        assert f"ok     {lesson.name}" in run.stdout
    assert front_end_files(site / "vipps_nb") == front_end_files(PACKAGE)


def test_the_tree_of_errors_is_whole():
    for module in PACKAGE.rglob("*.py"):
        if "sandbox" not in module.parts and "notebooks" not in module.parts:
            importlib.import_module(".".join(module.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"))
    drawn, parents = {}, {}
    for before, name in re.findall(r"^(.*?)(\w+Error) ", importlib.import_module("vipps_nb.errors").__doc__, re.M):
        if not before.strip("│├└─ "):
            parents[len(before)] = name
            drawn[name] = parents.get(len(before) - 4)

    def below(kind):
        return {
            name: parent
            for child in kind.__subclasses__()
            if child.__module__.startswith("vipps_nb.")
            for name, parent in {child.__name__: kind.__name__, **below(child)}.items()
        }

    assert drawn == {"VippsNbError": None, **below(vipps_nb.VippsNbError)}
