"""``%vipps_login --init``: make a folder a safe place for keys.

Adds what is missing, overwrites nothing, says both.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from vipps_nb.auth import dotenv_audit as hygiene
from vipps_nb.auth import key_names
from vipps_nb.auth import sources as key_sources
from vipps_nb.auth.credentials import KEY_TYPES, KeyType
from vipps_nb.auth.dotenv_file import with_lines
from vipps_nb.core import machine
from vipps_nb.errors import CredentialsError

_OWNER_ONLY = 0o600
_IGNORED = (".env", ".env.*", "!.env.example", ".ipynb_checkpoints/")
_FILTERED = ("*.ipynb filter=nbstripout", "*.ipynb diff=ipynb")
_STANDARD: tuple[KeyType, ...] = ("merchant",)


@dataclass
class Preparation:
    """What was done, and what was left as it was, in sentences."""

    done: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return "\n".join([*(f"✓ {line}" for line in self.done), *(f"– {line}" for line in self.left)])


def prepare(folder: Path, *, key_type: KeyType = "merchant", strip_outputs: bool = False) -> Preparation:
    """Prepare a folder for keys.

    That is ``.env.example``, lines in ``.gitignore``, and a ``.env`` that only its owner reads.

    Args:
        folder: Where the notebook stands.
        key_type: Whose names to write into ``.env.example``.
        strip_outputs: Also install a filter by which git stores notebooks without outputs and widget state.

    Raises:
        CredentialsError: A file could not be written. What had been done before is done.
    """
    if machine.is_a_page():
        raise CredentialsError(
            "A page in a browser has no folder of yours and is no place for keys, so nothing was prepared. Use --env "
            "sandbox here, or JupyterLab on your own computer."
        )
    said = Preparation()
    # What cannot be kept stops before anything is written.
    for name in (".gitignore", *([".gitattributes"] if strip_outputs else [])):
        with_lines(folder / name, ())
    try:
        _write_example(folder, key_type, said)
        _ignore(folder, said)
        _close(folder, said)
        if strip_outputs:
            _filter_outputs(folder, said)
    except OSError as error:
        name = Path(error.filename).name if error.filename else "A file"
        raise CredentialsError(
            f"{name} could not be written ({error.strerror}). Expected a folder that you may write to. "
            f"{'Done before that: ' + ' '.join(said.done) if said.done else 'Nothing was changed.'}"
        ) from error
    return said


def _write_example(folder: Path, key_type: KeyType, said: Preparation) -> None:
    kinds: Iterable[KeyType] = dict.fromkeys([key_type, *_STANDARD]) if key_type in KEY_TYPES else _STANDARD
    lines = [
        "# Copy this file to .env and fill in the keys (portal.vippsmobilepay.com → For developers → Show keys).",
        "# Bare values: no quotes, no blanks. The copy stays on this machine; this file has names only.",
        "",
        "# sandbox, test or production",
        "VIPPS_ENVIRONMENT=test",
    ]
    for kind in kinds:
        names = key_names.names_for(kind)
        lines += ["", *(f"{names[what]}=" for what in key_names.required_fields(kind))]
    try:
        with (folder / ".env.example").open("x", encoding="utf-8") as stream:
            stream.write("\n".join(lines) + "\n")
    except FileExistsError:
        said.left.append(".env.example is there already, and stays as it is.")
    else:
        said.done.append("Wrote .env.example: the names, to be copied to .env and filled in.")


def _ignore(folder: Path, said: Preparation) -> None:
    wanted = list(_IGNORED)
    if hygiene.repository(folder) is not None:
        # A .gitignore further up may do it already.
        if hygiene.is_ignored(folder / ".env") and hygiene.is_ignored(folder / ".env.some-profile"):
            wanted = wanted[2 if hygiene.is_ignored(folder / ".env.example") else 3 :]
        if hygiene.is_ignored(folder / ".ipynb_checkpoints"):
            wanted.remove(".ipynb_checkpoints/")
    added = _add_lines(folder / ".gitignore", wanted)
    if added:
        said.done.append(f"Added to .gitignore: {', '.join(added)}.")
    else:
        said.left.append("git ignores the files with keys already.")
    file = key_sources.nearest(folder, ".env")
    if file is not None and hygiene.repository(file.parent) is not None:
        if not hygiene.is_ignored(file):
            _add_lines(file.parent / ".gitignore", [file.name])
            said.done.append("Added .env to the .gitignore beside it, in a folder above this one.")
        if hygiene.is_tracked(file):
            said.left.append(
                ".env is tracked by git, and stays so: take it out with `git rm --cached .env`, commit, and make new "
                "keys in the portal, because git's history keeps the old ones."
            )


def _close(folder: Path, said: Preparation) -> None:
    """Make every file with keys readable by its owner only."""
    nearest = key_sources.nearest(folder, ".env")
    profiles = [file for file in sorted(folder.glob(".env.*")) if file.name != ".env.example"]
    for file in [*([nearest] if nearest else []), *profiles]:
        if not file.is_file():
            continue
        if hygiene.readable_by_others(file):
            file.chmod(_OWNER_ONLY)
            said.done.append(f"Made {file.name} readable by you alone.")
        else:
            said.left.append(f"{file.name} is readable by you alone already.")


def _filter_outputs(folder: Path, said: Preparation) -> None:
    root = hygiene.repository(folder)
    if root is None:
        said.left.append(
            "No output filter: this folder is in no git repository. Run `git init` first, then this again."
        )
        return
    if _setting(root, "filter.nbstripout.clean"):
        said.left.append("git has a filter named nbstripout already, and it stays as it is.")
    elif importlib.util.find_spec("nbstripout") is None:
        said.left.append(
            "No output filter: nbstripout is not installed. `pip install nbstripout`, then run this again."
        )
        return
    else:
        program = f'"{Path(sys.executable).as_posix()}" -m nbstripout'
        # "required": should the program be gone one day, git refuses to add instead of adding outputs.
        for name, value in (
            ("filter.nbstripout.clean", program),
            ("filter.nbstripout.smudge", "cat"),
            ("filter.nbstripout.required", "true"),
            ("diff.ipynb.textconv", f"{program} -t"),
        ):
            if not _setting(root, name):
                hygiene.git(root, "config", "--local", name, value)
        said.done.append("Installed nbstripout as git's filter: notebooks are stored without outputs and widget state.")
    added = _add_lines(folder / ".gitattributes", _FILTERED)
    if added:
        said.done.append(f"Added to .gitattributes: {', '.join(added)}. Colleagues run this once in their own copies.")
    else:
        said.left.append(".gitattributes names the filter already.")


def _setting(root: Path, name: str) -> str:
    done = hygiene.git(root, "config", "--get", name)
    return done.stdout.strip() if done is not None else ""


def _add_lines(file: Path, lines: Iterable[str]) -> tuple[str, ...]:
    """Append the lines that are not there; what is there stays byte by byte."""
    change = with_lines(file, lines)
    if change.added:
        change.carry_out()
    return change.added
