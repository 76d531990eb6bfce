"""The examples for other languages and for JupyterHub: they run, and their pages show what they hold."""

import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NODE = shutil.which("node")


@pytest.mark.slow
@pytest.mark.skipif(NODE is None and not os.environ.get("CI"), reason="needs Node, which only CI must have")
def test_the_shop_in_node_passes_its_own_tests():
    command = Path(sys.executable).with_name("vipps-nb")
    run = subprocess.run(
        [str(NODE), "--test", "--test-reporter=tap"],
        cwd=ROOT / "examples" / "node",
        env={**os.environ, "VIPPS_NB": str(command)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert run.returncode == 0, run.stdout + run.stderr
    assert "# pass 3" in run.stdout


def test_the_page_shows_the_example():
    page = (ROOT / "docs" / "guides" / "node.md").read_text(encoding="utf-8")
    files = "\n".join(file.read_text(encoding="utf-8") for file in sorted((ROOT / "examples" / "node").glob("*.js")))
    shown = re.findall(r"```js\n(.*?)```", page, re.DOTALL)

    assert shown
    assert [block for block in shown if block not in files and "vitest" not in block] == []


def test_the_page_for_jupyterhub_shows_the_whole_configuration():
    config = (ROOT / "examples" / "jupyterhub" / "jupyterhub_config.py").read_text(encoding="utf-8")

    assert f"```py\n{config}```" in (ROOT / "docs" / "guides" / "jupyterhub.md").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_step_for_github_actions_starts_a_sandbox(tmp_path):
    page = (ROOT / "docs" / "guides" / "github_actions.md").read_text(encoding="utf-8")
    with_uvx, with_pipx = (textwrap.dedent(step) for step in re.findall(r"        run: \|\n((?: {10}.*\n)+)", page))
    assert with_uvx.replace("uvx ", "", 1) == with_pipx.replace("pipx run ", "", 1)

    step = with_uvx.replace("uvx vipps-nb", str(Path(sys.executable).with_name("vipps-nb"))).replace("8080", "0")
    environment = {**os.environ, "RUNNER_TEMP": str(tmp_path), "GITHUB_ENV": str(tmp_path / "github")}
    subprocess.run(["bash", "-e", "-c", f"{step}kill $!; wait"], env=environment, timeout=120, check=False)

    given = (tmp_path / "github").read_text(encoding="utf-8")
    assert given.startswith("VIPPS_ENVIRONMENT=sandbox\nVIPPS_BASE_URL=http://127.0.0.1:")
