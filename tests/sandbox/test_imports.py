"""The wall: the sandbox imports nothing of the client, and costs little until it starts."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import vipps_nb.sandbox
from tests.each import for_each
from tests.sources import statements

ROOT = Path(vipps_nb.sandbox.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))


def imported(path):
    for node in statements(path):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are written out"
            yield node.module


@for_each("path", FILES)
def test_the_sandbox_imports_only_itself(path):
    ours = [name for name in imported(path) if name.split(".")[0] == "vipps_nb"]

    assert all(name.startswith("vipps_nb.sandbox") for name in ours)


# A checkout session ends in an ordinary ePayment, and one for a subscription in an agreement of Recurring's, as with
# the real thing; nothing else stands on another page.
STANDS_ON = {"checkout": {"epayment", "recurring"}, "legacy": {"checkout", "epayment"}}


def test_pages_never_import_one_another():
    for path in (ROOT / "apis").rglob("*.py"):
        page = path.relative_to(ROOT / "apis").parts[0].removesuffix(".py")
        if page == "__init__":
            continue
        others = {name.split(".")[3] for name in imported(path) if name.startswith("vipps_nb.sandbox.apis.")}
        assert others <= {page} | STANDS_ON.get(page, set()), path


def test_importing_the_sandbox_costs_no_server():
    program = "import sys, vipps_nb.sandbox; print({'fastapi', 'uvicorn', 'pydantic', 'jwt'} & set(sys.modules))"

    found = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT.parents[1]
    )

    assert found.stdout.strip() == "set()"


def test_the_server_knows_no_vipps():
    names = {name for name in imported(ROOT / "server" / "http_server.py") if name.startswith("vipps_nb")}

    assert names == {"vipps_nb.sandbox.errors"}


FIRST_TOKEN = """
import sys
from vipps_nb import Sandbox
from vipps_nb.client.login import sandbox_session

with Sandbox(door={door!r}) as sandbox, sandbox_session(sandbox) as vipps:
    assert vipps.token
    print("fastapi" in sys.modules)
    vipps.get("/epayment/v1/payments/no-such-one")
    print("fastapi" in sys.modules)
"""


@pytest.mark.parametrize("door", ["loopback", "in-process"])
def test_a_login_is_answered_before_fastapi_is_imported(door):
    """It takes as long as all the rest of a login."""
    run = subprocess.run(
        [sys.executable, "-c", FIRST_TOKEN.format(door=door)], capture_output=True, text=True, check=False
    )

    assert run.stdout.split() == ["False", "True"], run.stderr
