"""Checks of .env, git, notebooks and versions.

How the ``.env`` is kept, whether keys stand in notebooks, and what is installed.
"""

from __future__ import annotations

import os
import platform
import re
import sqlite3
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from vipps_nb.auth import dotenv_audit as hygiene
from vipps_nb.auth import sources as key_sources
from vipps_nb.doctor.case import Case
from vipps_nb.doctor.findings import Finding, Result

_OURS = "vipps-nb"
_MATTER = ("ipython", "ipykernel", "ipywidgets", "anywidget", "requests", "jupyterlab", "notebook", "nbval")
_MOST_NOTEBOOKS, _LARGEST_NOTEBOOK = 200, 20 << 20
_SHORTEST_SECRET = 8
_SECRETS = ("client_secret", "subscription_key")


def keeping(case: Case) -> Finding:
    """How the ``.env`` is kept."""
    name = ".env"
    if case.pretend is not None:
        return Finding(name, Result.SKIPPED, "Not looked at: no key of yours is in use.")
    if case.file is None:
        return Finding(name, Result.SKIPPED, "No .env was read.")
    if case.environment is not None and case.environment.name == "sandbox":
        return Finding(name, Result.OK, f"{case.file.name} holds pretend keys.")
    found = hygiene.risks(case.file)
    if found:
        what = "; it ".join(risk.what for risk in found)
        remedies = [risk.remedy for risk in found]
        if any(risk.mended for risk in found):
            remedies.append("(%vipps_login --init does what can be done for you.)")
        return Finding(name, Result.ATTENTION, f"{case.file.name} {what}.", " ".join(remedies), "dotenv-hygiene")
    return Finding(name, Result.OK, f"{case.file.name} is kept well: yours alone, and out of git and synced folders.")


def traces(case: Case) -> Finding:
    """Whether a secret key stands in a notebook or in IPython's history.

    The notebooks are those beside this one.
    """
    name = "notebooks"
    if case.pretend is not None:
        return Finding(name, Result.SKIPPED, "Not looked at: no key of yours is in use.")
    if case.environment is not None and case.environment.name == "sandbox":
        return Finding(name, Result.SKIPPED, "Not looked at: the keys are pretend ones.")
    secrets = {
        hit.name: hit.value for what, hit in key_sources.hits(case.read, case.options.key_type) if what in _SECRETS
    }
    secrets = {key: value for key, value in secrets.items() if len(value) >= _SHORTEST_SECRET and value.isascii()}
    if not secrets:
        return Finding(name, Result.SKIPPED, "There is no secret to look for.")
    places = [*_notebooks_with(case.options.place, secrets), *_history_with(secrets)]
    if places:
        return Finding(
            name,
            Result.ATTENTION,
            f"Keys stand where they do not belong: {'; '.join(places)}.",
            "Make new keys in the portal, then take the cell or output away (and `%history -g` shows what IPython "
            "keeps). A key that was in a notebook has been seen.",
            "key-in-notebook",
        )
    return Finding(name, Result.OK, "No key in the notebooks of this folder, nor in IPython's history.")


def versions() -> dict[str, str]:
    """What is installed of what matters; what is not there is left out."""
    found = {_OURS: _version(_OURS) or "from source", "python": platform.python_version()}
    found |= {name: number for name in _MATTER if (number := _version(name))}
    return {**found, "system": f"{platform.system()} {platform.machine()}"}


def installed() -> Finding:
    """Whether what is installed is what this package asks for."""
    name = "versions"
    if faults := list(_unmet()):
        return Finding(
            name,
            Result.ATTENTION,
            f"Not what vipps-nb needs: {'; '.join(faults)}.",
            "pip install --upgrade vipps-nb, into the environment that this kernel runs in, then restart the kernel.",
            "versions",
        )
    return Finding(name, Result.OK, "All that vipps-nb needs is there; --report lists the versions.")


def _unmet() -> Iterator[str]:
    try:
        from packaging.requirements import Requirement  # noqa: PLC0415 - ipykernel brings it; nobody else here needs it

        needed = [Requirement(text) for text in requires(_OURS) or []]
    except (ImportError, PackageNotFoundError):  # run from a source tree: nothing to hold against
        return
    for requirement in needed:
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
            continue
        number = _version(requirement.name)
        if number is None:
            yield f"{requirement.name} is missing"
        elif not requirement.specifier.contains(number, prereleases=True):
            yield f"{requirement.name} {number} ({requirement.specifier} is needed)"


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _notebooks_with(folder: Path, secrets: dict[str, str]) -> Iterator[str]:
    # In a notebook's JSON a secret stands as it is: keys have no character that JSON would write differently,
    # except the slash, which some writers escape.
    for place in (folder, folder / ".ipynb_checkpoints"):
        try:
            notebooks = sorted(place.glob("*.ipynb"))[:_MOST_NOTEBOOKS]
        except OSError:
            continue
        for notebook in notebooks:
            try:
                if notebook.stat().st_size > _LARGEST_NOTEBOOK:
                    continue
                text = notebook.read_text(encoding="utf-8", errors="replace").replace("\\/", "/")
            except OSError:
                continue
            where = "a checkpoint of " if place != folder else ""
            yield from (f"{key} in {where}{notebook.name}" for key, value in secrets.items() if value in text)


def _history_with(secrets: dict[str, str]) -> Iterator[str]:
    home = os.environ.get("IPYTHONDIR")
    profiles = (Path(home) if home else Path.home() / ".ipython").glob("profile_*/history.sqlite")
    for file in sorted(profiles):
        try:
            # Read only, and not even locked: a kernel may be writing to it.
            line = sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True, timeout=1)
        except sqlite3.Error:
            continue
        try:
            for key, value in secrets.items():
                query = "select count(*) from history where instr(source, ?) or instr(source_raw, ?)"
                (count,) = line.execute(query, (value, value)).fetchone()
                if count:
                    profile = re.sub("^profile_", "", file.parent.name)
                    yield f"{key} in IPython's history (profile {profile})"
        except sqlite3.Error:
            continue
        finally:
            line.close()
