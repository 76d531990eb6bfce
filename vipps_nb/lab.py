"""The example notebooks: where they are, copying them, opening JupyterLab there, running them headless."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from vipps_nb.errors import VippsNbError

CELL_TIMEOUT = 120  # seconds
FIRST_TO_SEE = "00_start_here.ipynb"  # what is where, and which lesson answers which question


def shipped_notebooks() -> list[Path]:
    """The lessons, in order: inside the installed package, or beside it in a source tree."""
    package = Path(__file__).parent
    inside, beside = package / "notebooks", package.parent / "notebooks"
    return sorted((inside if inside.is_dir() else beside).glob("*.ipynb"))


def copy_notebooks(folder: Path) -> tuple[list[Path], list[Path]]:
    """Copy the lessons into a folder; a lesson that is there already is yours and stays.

    Returns:
        The copied files and the kept ones.

    Raises:
        VippsNbError: The folder cannot be written to.
    """
    copied, kept = [], []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for lesson in shipped_notebooks():
            target = folder / lesson.name
            if target.exists():
                kept.append(target)
            else:
                shutil.copyfile(lesson, target)
                copied.append(target)
    except OSError as error:
        raise VippsNbError(
            f"The notebooks could not be copied to {folder} ({error.strerror}). Expected a folder that you may "
            "write to: choose another one with --folder."
        ) from error
    return copied, kept


def open_lab(folder: Path, *, browser: bool, port: int | None) -> int:
    """Run JupyterLab in a folder until it is stopped, and give back its exit code.

    Raises:
        VippsNbError: JupyterLab is not installed.
    """
    if find_spec("jupyterlab") is None:
        raise VippsNbError(
            "JupyterLab is not installed beside vipps_nb. Expected it for this command: pip install 'vipps-nb[lab]'. "
            "In an editor that opens notebooks, open the copied folder there instead."
        )
    command = [sys.executable, "-m", "jupyterlab", "--ServerApp.ip=127.0.0.1", f"--notebook-dir={folder}"]
    if (folder / FIRST_TO_SEE).exists():
        command.append(f"--LabApp.default_url=/lab/tree/{FIRST_TO_SEE}")
    command += [] if browser else ["--no-browser"]
    command += [f"--port={port}"] if port else []
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        # In a container everybody is root. The server still listens on 127.0.0.1 only and asks for its token.
        command.append("--allow-root")
    try:
        return subprocess.call(command, cwd=folder)  # noqa: S603 - our own interpreter, no shell
    except KeyboardInterrupt:
        return 0


def execute(notebooks: list[Path], report: Callable[[str], None]) -> bool:
    """Run notebooks top to bottom without a browser; their files stay as they are.

    Args:
        notebooks: What to run, in order.
        report: Gets one line per notebook.

    Returns:
        Whether all ran to the end.
    """
    import nbformat  # noqa: PLC0415 - slow to import where JupyterLab is installed
    from nbclient import NotebookClient  # noqa: PLC0415
    from nbclient.exceptions import CellExecutionError  # noqa: PLC0415

    well = True
    for file in notebooks:
        started = time.monotonic()
        notebook = nbformat.read(file, as_version=4)
        client = NotebookClient(notebook, timeout=CELL_TIMEOUT, resources={"metadata": {"path": str(file.parent)}})
        try:
            client.execute()
            verdict = "ok    "
        except CellExecutionError as error:
            well, verdict = False, "FAILED"
            reason = f"{error.ename}: {error.evalue}"
        report(f"{verdict} {file.name}  {time.monotonic() - started:.1f} s")
        if verdict == "FAILED":
            report("       " + reason.replace("\n", "\n       "))
    return well
