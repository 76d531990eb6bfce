"""The docs: what a guide shows runs, and the check of the built site finds what it is there to find."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.testing.globalipapp import start_ipython

from tests.each import for_each

ROOT = Path(__file__).parent.parent
GUIDES = sorted([*(ROOT / "docs" / "guides").glob("*.md"), ROOT / "docs" / "many_requests.md"])
FENCE = re.compile(r"(?P<before>[^\n]*)\n```(?P<language>\w+)\n(?P<code>.*?)\n```", re.DOTALL)

UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
REFUSED_ON_PURPOSE = {
    "answers": {"POST /epayment/v1/payments/coffee-0003/capture", "GET /epayment/v1/payments/no-such-payment"},
    "many_requests": {"GET /epayment/v1/payments/batch-1-40", "POST /epayment/v1/payments"},
    "payment": {"POST /epayment/v1/payments/order-…/capture"},
}


def blocks(guide: Path, language: str) -> list[re.Match[str]]:
    found = FENCE.finditer(guide.read_text(encoding="utf-8"))
    return [block for block in found if block["language"] == language]


@pytest.fixture
def shell():
    made = start_ipython() or InteractiveShell.instance()
    yield made
    made.run_line_magic("unload_ext", "vipps_nb")
    made.run_line_magic("reset", "-f")


@pytest.mark.parametrize("guide", [guide for guide in GUIDES if blocks(guide, "python")], ids=lambda guide: guide.stem)
def test_what_a_guide_shows_runs_from_top_to_bottom(guide, shell):
    for block in blocks(guide, "python"):
        assert shell.run_cell(block["code"]).success, block["code"]

    calls = shell.user_ns["vipps"].history if "vipps" in shell.user_ns else []
    refused = {UUID.sub("…", f"{call.method} {call.path}") for call in calls if not call.ok}
    assert refused == REFUSED_ON_PURPOSE.get(guide.stem, set())


def test_what_the_readme_shows_first_runs_as_it_stands(shell, monkeypatch):
    monkeypatch.setenv("VIPPS_ENVIRONMENT", "sandbox")
    for block in blocks(ROOT / "README.md", "python")[:2]:
        result = shell.run_cell(block["code"])
        assert result.success, block["code"]

    assert [call.ok for call in shell.user_ns["vipps"].history] == [True, True]
    assert result.result.json()["reference"] == "my-order-0001"


@for_each("guide", GUIDES)
def test_what_a_guide_does_not_run_has_a_reason(guide):
    assert all(block["before"].startswith("<!-- not run: ") for block in blocks(guide, "py"))


@pytest.fixture
def site(tmp_path):
    (tmp_path / "page").mkdir()
    (tmp_path / "index.html").write_text('<p id="top"><a href="page/#part">on</a></p><img src="data:image/png;,">')
    (tmp_path / "page" / "index.html").write_text('<h1 id="part"></h1><a href="../#top">back</a>')
    (tmp_path / "style.css").write_text("p { background: url(page/index.html) }")
    return tmp_path


@pytest.mark.parametrize(
    ("file", "text", "complaint"),
    [
        ("index.html", '<a href="pages/">', "pages/ leads nowhere"),
        ("index.html", '<a href="page/#parts">', "page/#parts has no such anchor"),
        ("index.html", '<a href="http://example.com">', "http://example.com is no https address"),
        ("index.html", '<img src="picture.png">', "picture.png leads nowhere"),
        ("index.html", '<script src="https://cdn.example.com/a.js">', "https://cdn.example.com/a.js would be fetched"),
        ("index.html", '<link rel="stylesheet" href="//example.com/a.css">', "//example.com/a.css would be fetched"),
        ("index.html", "<style>@import 'https://example.com/a.css';</style>", "https://example.com/a.css would be"),
        ("index.html", '<p style="background: url(//example.com/p)">', "//example.com/p would be fetched"),
        ("style.css", "@import url(https://example.com/f.css);", "https://example.com/f.css would be fetched"),
        ("style.css", "@font-face { src: url('../fonts/a.woff') }", "../fonts/a.woff leads nowhere"),
    ],
)
def test_the_sites_check_finds(site, file, text, complaint):
    path = ROOT / "docs" / "hooks" / "checks.py"
    spec = importlib.util.spec_from_file_location("checks", path)
    checks = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(checks)
    assert checks.problems(site) == []

    with (site / file).open("a") as page:
        page.write(text)

    (problem,) = checks.problems(site)
    assert problem.startswith(f"{file}: {complaint}")
