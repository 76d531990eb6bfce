"""Which wheels the package index lacks for a page: ``python tools/missing_wheels.py``.

Asks pip for each as Pyodide would, and says what it finds. The day a name of the first group is found, what stands in
its place can go (docs/guides/in_the_browser.md). The second group is there, to show that the question is right. Needs
``npm ci`` before, for Pyodide's version is read from its npm package.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

MISSING = {
    "cryptography": "RS256 and ES256; in its place rsa and ecdsa",
    "rpds-py": "jsonschema from 4.18 on; in its place 4.17",
    "pyzmq": "ipykernel; in its place the kernel of the page",
    "pandas": "tables of lesson 9; in their place plain lines",
    "numpy": "the same, and Altair's plots",
}
THERE = {"pydantic-core": "FastAPI"}


def main() -> None:
    """Ask for each."""
    info = json.loads((Path(__file__).parents[1] / "node_modules/pyodide/pyodide-lock.json").read_text())["info"]
    python = ".".join(info["python"].split(".")[:2])
    platform = f"pyemscripten_{info['abi_version']}_wasm32"
    print(f"For Python {python} on {platform}:")
    for name, what_for in {**MISSING, **THERE}.items():
        found = _found(name, python, platform)
        print(f"{name:14} {found or 'none':9} {what_for}", flush=True)


def _found(name: str, python: str, platform: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        asked = [
            *(sys.executable, "-m", "pip", "download", "-qq", "-d", folder, "--no-deps", "--only-binary=:all:"),
            *("--platform", platform, "--python-version", python, "--implementation", "cp"),
            *("--abi", f"cp{python.replace('.', '')}", "--abi", "abi3", "--abi", "none", name),
        ]
        said = subprocess.run(asked, check=False, capture_output=True, encoding="utf-8")  # noqa: S603 - pip, our own names
        if said.returncode and "No matching distribution" not in said.stderr:
            raise SystemExit(f"pip could not ask for {name}:\n{said.stderr}")
        return next((wheel.name.split("-")[1] for wheel in Path(folder).iterdir()), "")


if __name__ == "__main__":
    main()
