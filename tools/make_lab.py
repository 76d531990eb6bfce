"""The lessons as a site that needs nothing but a browser: JupyterLite, Pyodide, and every wheel beside them.

``python tools/make_lab.py site/lab`` makes it; docs/this_site.md says when. What it brings comes from the registries of
pip and npm, now. Whoever opens the site needs no host but the one that serves it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from email.parser import HeaderParser
from pathlib import Path

from jupyterlite_pyodide_kernel.constants import PYODIDE_VERSION
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

ROOT = Path(__file__).parents[1]
HERE = ROOT / "tools" / "lab"
PYODIDE = ROOT / "node_modules" / "pyodide"
CORE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
EXTENSION = Path("share/jupyter/labextensions/@jupyterlite/pyodide-kernel-extension")

# How PEP 508 sees a page.
PAGE = {"sys_platform": "emscripten", "platform_system": "Emscripten", "platform_machine": "wasm32", "os_name": "posix"}
# Python in the page never imports them: they are the front end's, which has its own copies.
NOT_IMPORTED = {"jupyterlab-widgets", "widgetsnbextension"}
# What the kernel itself asks for when it starts.
KERNEL = ("micropip", "comm", "ipython", "jedi")


def main() -> None:
    """Make the site."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("site", type=Path, help="where to; what is there is replaced")
    parser.add_argument("--sources", action="store_true", help="keep sources instead of bytecode, to look for a fault")
    asked = parser.parse_args()
    site: Path = asked.site.resolve()
    _check()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        _wheels(folder / "wheels")
        compiled = folder / "wheels" if asked.sources else folder / "compiled"
        if not asked.sources:
            _run("node", HERE / "compile.mjs", folder / "wheels", compiled)
        _lite(folder / "lite", site, _lock(compiled, folder / "static"), folder / "static")
    print(f"The lessons are in {asked.site}: serve its parent and open {asked.site.name}/.")


def _check() -> None:
    if not PYODIDE.is_dir():
        raise SystemExit("Pyodide is not here. Run `npm ci` first: it comes from npm, as package.json says.")
    found = json.loads((PYODIDE / "package.json").read_text())["version"]
    # Of one series all have the same Python and take the same wheels.
    if found.rpartition(".")[0] != PYODIDE_VERSION.rpartition(".")[0]:
        raise SystemExit(
            f"package.json brings Pyodide {found}, and this jupyterlite-pyodide-kernel is made for {PYODIDE_VERSION}. "
            "Name one of the same series in package.json, and run `npm install`."
        )


def _wheels(folder: Path) -> None:
    """Our wheel, those of all that it needs in a page, and the kernel's own."""
    environment = _environment()
    own = folder.parent / "own"
    _run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", own, ROOT)
    (ours,) = own.glob("*.whl")
    wanted = list(_requirements(ours, environment))
    pool = folder.parent / "pool"
    tag = environment["abi"]
    _run(
        *(sys.executable, "-m", "pip", "download", "-qq", "-d", pool, "--only-binary=:all:"),
        *("--platform", f"pyemscripten_{tag}_wasm32", "--python-version", environment["python_version"]),
        *("--implementation", "cp", "--abi", f"cp{environment['python_version'].replace('.', '')}", "--abi", "abi3"),
        *("--abi", "none", *wanted, *KERNEL),
    )
    by_name = {_name(wheel): wheel for wheel in pool.glob("*.whl")}
    by_name["vipps-nb"] = _without_lessons(ours)
    by_name["pyjwt"] = _that_verifies(by_name["pyjwt"])
    for wheel in (Path(sys.prefix) / EXTENSION / "static/pypi").glob("*.whl"):
        if _name(wheel) in ("piplite", "pyodide-kernel", "ipykernel"):
            by_name[_name(wheel)] = wheel
    folder.mkdir(parents=True)
    # pip has asked for everything that Linux would want as well.
    needed = {"vipps-nb", "piplite", "pyodide-kernel", "ipykernel", *KERNEL}
    waiting = list(needed)
    while waiting:
        for text in _requirements(by_name[waiting.pop()], environment):
            name = canonicalize_name(Requirement(text).name)
            if name not in needed | NOT_IMPORTED:
                needed.add(name)
                waiting.append(name)
    for name in needed:
        shutil.copy(by_name[name], folder)


def _environment() -> dict[str, str]:
    said = json.loads((PYODIDE / "pyodide-lock.json").read_text())["info"]
    short = ".".join(said["python"].split(".")[:2])
    return {**PAGE, "abi": said["abi_version"], "python_version": short, "python_full_version": said["python"]}


def _requirements(wheel: Path, environment: dict[str, str]) -> Iterator[str]:
    """What a wheel needs in a page."""
    for text in HeaderParser().parsestr(_metadata(wheel)).get_all("Requires-Dist", []):
        requirement = Requirement(text)
        if requirement.marker is None or requirement.marker.evaluate({**environment, "extra": ""}):
            requirement.marker = None
            yield str(requirement)


def _metadata(wheel: Path) -> str:
    with zipfile.ZipFile(wheel) as packed:
        (name,) = (one for one in packed.namelist() if one.endswith(".dist-info/METADATA") and one.count("/") == 1)
        return packed.read(name).decode()


def _name(wheel: Path) -> str:
    return str(parse_wheel_filename(wheel.name)[0])


def _without_lessons(wheel: Path) -> Path:
    """Our wheel without the notebooks: they are the site's documents, and a page has no `vipps-nb lab`."""
    lean = wheel.parent / "lean" / wheel.name
    lean.parent.mkdir()
    with zipfile.ZipFile(wheel) as packed, zipfile.ZipFile(lean, "w", zipfile.ZIP_DEFLATED) as target:
        for name in packed.namelist():
            if not name.startswith("vipps_nb/notebooks/"):
                target.writestr(name, packed.read(name))
    return lean


def _that_verifies(wheel: Path) -> Path:
    """PyJWT that verifies signatures without cryptography; lesson 5 does it (lab/pyjwt_pure.py)."""
    changed = wheel.parent / "verifies" / wheel.name
    changed.parent.mkdir()
    with zipfile.ZipFile(wheel) as packed, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in packed.namelist():
            # At its end: by then it has all that the new module wants, and nobody has asked it yet.
            more = b"\nif not has_crypto:\n    import jwt._pure\n" if name == "jwt/algorithms.py" else b""
            target.writestr(name, packed.read(name) + more)
        target.write(HERE / "pyjwt_pure.py", "jwt/_pure.py")
    return changed


def _lock(wheels: Path, static: Path) -> dict[str, object]:
    """Pyodide's core and the wheels in one folder, and the list by which it finds them; gives the kernel's settings.

    The folder's name changes with what is in it, so that a browser may keep for ever what it has got.
    """
    files = sorted(wheels.glob("*.whl"))
    version = hashlib.sha256(b"".join(file.read_bytes() for file in [*files, PYODIDE / "package.json"])).hexdigest()[
        :12
    ]
    folder = static / f"pyodide-{version}"
    folder.mkdir(parents=True)
    for name in CORE:
        shutil.copy(PYODIDE / name, folder)
    packages = {}
    for file in files:
        shutil.copy(file, folder)
        name, number, *_ = parse_wheel_filename(file.name)
        packages[str(name)] = {
            "name": str(name),
            "version": str(number),
            "file_name": file.name,
            "install_dir": "site",
            "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
            "package_type": "package",
            "imports": [str(name).replace("-", "_")],
            "depends": [],  # all of them are fetched at once
            "unvendored_tests": False,
        }
    info = json.loads((PYODIDE / "pyodide-lock.json").read_text())["info"]
    (folder / "pyodide-lock.json").write_text(json.dumps({"info": info, "packages": packages}))
    place = f"./static/{folder.name}"
    return {
        "pyodideUrl": f"{place}/pyodide.mjs",
        "disablePyPIFallback": True,
        "loadPyodideOptions": {"lockFileURL": f"{place}/pyodide-lock.json", "packages": sorted(packages)},
    }


def _lite(folder: Path, site: Path, kernel: dict[str, object], static: Path) -> None:
    """JupyterLite around it."""
    contents = folder / "contents"
    contents.mkdir(parents=True)
    for lesson in sorted((ROOT / "notebooks").glob("*.ipynb")):
        shutil.copy(lesson, contents)
    settings = json.loads((HERE / "jupyter-lite.json").read_text())
    settings["jupyter-config-data"]["litePluginSettings"] = {"@jupyterlite/pyodide-kernel-extension:kernel": kernel}
    (folder / "jupyter-lite.json").write_text(json.dumps(settings))
    shutil.copy(HERE / "overrides.json", folder)
    _run(
        *(sys.executable, "-m", "jupyterlite_core", "build", "--lite-dir", folder, "--contents", contents),
        *("--output-dir", folder / "site", "--apps", "lab", "--no-sourcemaps", "--no-unused-shared-packages"),
        # jupyterlite-core keeps its answers to pip's and everybody's settings out of a site.
        env={**os.environ, "JUPYTER_CONFIG_DIR": str(folder / "no-settings")},
        cwd=folder,  # it leaves notes of its own where it runs
    )
    shutil.copytree(static, folder / "site" / "static", dirs_exist_ok=True)
    _keep_for_the_next_visit(folder / "site")
    if site.exists():
        shutil.rmtree(site)
    site.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(folder / "site", site)


def _keep_for_the_next_visit(site: Path) -> None:
    """Put our service worker before JupyterLite's, and have pages tell it what they had loaded before it came."""
    worker = site / "service-worker.js"
    worker.rename(site / "service-worker-jupyterlite.js")
    whole = hashlib.sha256()
    for file in sorted(site.rglob("*")):
        if file.is_file():
            whole.update(file.relative_to(site).as_posix().encode() + hashlib.sha256(file.read_bytes()).digest())
    text = (HERE / "service-worker.js").read_text(encoding="utf-8")
    worker.write_text(text.replace("VERSION", whole.hexdigest()[:12], 1), encoding="utf-8")
    first = site / "config-utils.js"
    first.write_text(first.read_text(encoding="utf-8") + (HERE / "first.js").read_text(encoding="utf-8"), "utf-8")


def _run(*command: object, env: dict[str, str] | None = None, cwd: Path | None = None) -> None:
    subprocess.run([str(part) for part in command], check=True, env=env, cwd=cwd)  # noqa: S603 - our own commands, no shell


if __name__ == "__main__":
    main()
