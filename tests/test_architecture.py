"""The house's plan, held for every file: who may import whom, late imports and those for type checkers included.

    core ← auth ← apis ← client ← explain ← display ← webhooks, doctor ← notebook

Each room may import the rooms to its left. `errors` belongs to core, and the front of the house (`__init__`, `cli`,
`wiring`, `pytest_plugin`) may import everything. `widgets` imports nothing of ours. The sandbox knows nothing of the
client, and the client meets the sandbox in one file, `client/sandbox_gate.py`: it starts one, joins one, and names its
type.
"""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import vipps_nb
from tests.each import for_each
from tests.sources import statements

PACKAGE = Path(vipps_nb.__file__).parent

ROOMS = ("core", "auth", "apis", "client", "explain", "display", "webhooks", "doctor", "notebook")
APART = {"widgets", "sandbox"}  # import nothing but themselves
MAY_IMPORT = {
    **{room: set(ROOMS[:number]) for number, room in enumerate(ROOMS)},
    **{room: set() for room in APART},
    "front": {*ROOMS, *APART},
}
MAY_IMPORT["doctor"] -= {"webhooks"}  # side by side
MAY_IMPORT["notebook"] |= {"widgets"}  # the kernel's side of each widget
DOORS = {("vipps_nb.client.sandbox_gate", "vipps_nb.sandbox")}

FILES = {
    ".".join((vipps_nb.__name__, *file.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__"): file
    for file in sorted(PACKAGE.rglob("*.py"))
    if "notebooks" not in file.relative_to(PACKAGE).parts
}


def imports_of(module: str) -> set[str]:
    """The modules of ours that a file imports, wherever in it."""
    found: set[str] = set()
    for node in statements(FILES[module]):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports by dots; write the whole name"
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name in FILES else str(node.module) for name in names}
    return {name for name in found if name in FILES} - {module}


@cache
def graph() -> dict[str, set[str]]:
    """Which modules each module imports."""
    return {module: imports_of(module) for module in FILES}


def room_of(module: str) -> str:
    parts = module.split(".")
    if len(parts) == 1 or parts[1] in ("cli", "wiring", "pytest_plugin"):
        return "front"
    return "core" if parts[1] == "errors" else parts[1]


def circles(graph: dict[str, set[str]]) -> list[set[str]]:
    """The groups of modules that import one another, however many are in between."""
    reach: dict[str, set[str]] = {}
    for start, imported in graph.items():
        seen: set[str] = set()
        waiting = list(imported)
        while waiting:
            module = waiting.pop()
            if module not in seen:
                seen.add(module)
                waiting += graph[module]
        reach[start] = seen
    return [
        {start} | {other for other in reach[start] if start in reach[other]} for start in graph if start in reach[start]
    ]


@for_each("module", FILES)
def test_a_file_imports_only_what_lies_below_its_room(module):
    room = room_of(module)
    upward = {
        other
        for other in graph()[module]
        if room_of(other) not in MAY_IMPORT[room] | {room} and (module, other) not in DOORS
    }

    assert not upward, f"{module} is in {room}, which may import {sorted(MAY_IMPORT[room])} only"


def test_no_modules_import_one_another_in_a_circle():
    assert circles(graph()) == []


def test_a_circle_would_be_found():
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == [{"a", "b", "c"}] * 3


def test_every_room_of_the_house_is_in_the_plan():
    rooms = {path.name for path in PACKAGE.iterdir() if path.is_dir() and (path / "__init__.py").exists()}

    assert rooms == {*ROOMS, *APART}


# ---- The sandbox's APIs: a folder each, and the same files in all of them.

APIS = PACKAGE / "sandbox" / "apis"
FILES_OF_AN_API = {"__init__", "api", "models", "schemas", "errors", "app", "validation"}
FURTHER_FILES = {
    "access_token/specialized": "a form, which FastAPI reads; the standard call is answered without it",
    "checkout/callbacks": "what is sent to the merchant's server, and sent again",
    "checkout/logistics": "a merchant's answer with ways of delivery, read and named",
    "epayment/shipping": "Express: ways of delivery, and the question for them",
    "login/ciba": "the operations of another standard than those of the browser flow",
    "login/clients": "who the client is, in three ways to tell",
    "login/tokens": "the discovery document, access tokens and id tokens",
    "management/prices": "made-up price packages, the same in every world",
    "order_management/images": "PNG and JPEG, measured",
    "order_management/sums": "what must add up in a receipt",
    "recurring/api_charges": "the operations on charges; those on agreements fill a file already",
    "recurring/calendar": "the hours at which each market's charges are taken",
    "recurring/events": "histories, webhooks and movements of money, written in one place",
    "report/ledger": "bookkeeping: two accounts, and payouts",
    "webhooks/signature": "how a delivery is signed",
    "legacy/urls": "shared by the old APIs",
    "legacy/checkout_v2/translation": "between version 2 and version 3",
    "legacy/ecom/callbacks": "what is sent to the merchant's server",
}
LONGEST_FILE = 450  # lines


def test_each_api_has_files_of_the_same_names():
    files = {str(file.relative_to(APIS).with_suffix("")) for file in APIS.glob("*/**/*.py")}

    assert {name for name in files if name.rsplit("/", 1)[-1] not in FILES_OF_AN_API} == {*FURTHER_FILES}


def test_each_api_is_a_folder_with_operations():
    folders = {file.parent for file in APIS.glob("*/**/__init__.py")} - {APIS / "legacy"}

    assert [file.name for file in APIS.glob("*.py")] == ["__init__.py"]
    assert [folder.name for folder in folders if not (folder / "api.py").exists()] == []


def test_no_file_of_an_api_is_long():
    lengths = {str(file.relative_to(APIS)): len(file.read_text("utf-8").splitlines()) for file in APIS.rglob("*.py")}

    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


# The example in docs/architecture.md

DOCS = PACKAGE.parent / "docs" / "architecture.md"
ASK = """
import vipps_nb
from vipps_nb.apis.questions import limit_of

vipps = vipps_nb.login(env="sandbox", quiet=True)
print(vipps_nb.__file__)
print(vipps.get("/Parking/v1/places/").json(), limit_of("GET", "/parking/v1/places").per_minute)
print(vipps.sandbox.requests.one("GET", "/Parking/*", status=200)["headers"].keys())
vipps_nb.logout()
"""


def example() -> dict[str, str]:
    """The example's pieces by the line that says where they go."""
    blocks = re.findall(r"```py\n# (\S+\.py(?:, in \w+)?)\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    return dict(blocks)


def test_an_api_more_is_one_row_and_one_folder(tmp_path):
    copy = shutil.copytree(PACKAGE, tmp_path / "vipps_nb", ignore=shutil.ignore_patterns("__pycache__", "notebooks"))
    for place, text in example().items():
        name, _, table = place.partition(", in ")
        file = copy.parent / name
        if table:
            before = file.read_text(encoding="utf-8")
            begins = re.compile(rf"^{table}\b.* = [(\[]$", re.MULTILINE)
            after = begins.sub(lambda found, text=text: f"{found[0]}\n{text.rstrip()},\n", before, count=1)
            assert after != before, place
            file.write_text(after, encoding="utf-8")
        else:
            file.parent.mkdir(exist_ok=True)
            file.write_text(text, encoding="utf-8")

    run = subprocess.run([sys.executable, "-c", ASK], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert run.returncode == 0, run.stderr
    where, answer, headers = run.stdout.splitlines()
    assert str(tmp_path) in where
    assert answer == "[{'id': '1', 'isFree': True}] 60"
    assert {"authorization", "ocp-apim-subscription-key", "merchant-serial-number"} <= set(
        re.findall(r"'([^']+)'", headers)
    )


def test_the_example_touches_at_most_eight_files():
    text = DOCS.read_text(encoding="utf-8").partition("## An API more")[2]
    also = ["vipps_nb/apis/catalogue/", "tools/make_catalogue.py", "tests/sandbox/official/parking.py"]

    assert all(one in text for one in also)
    assert len({place.partition(",")[0] for place in example()}) == 5
    assert len(example()) + len(also) <= 8


def test_every_file_that_the_page_names_is_there():
    text = DOCS.read_text(encoding="utf-8").partition("## An API more")[0]
    for name in re.findall(r"`([\w./]+/(?:\w+\.py)?|\w+\.py)`", text):
        assert (PACKAGE.parent / name).exists() or any(PACKAGE.rglob(name)), name
