"""``vipps-nb import``: files in, one notebook out, and a report."""

from __future__ import annotations

import contextlib
import itertools
import json
from collections.abc import Sequence
from pathlib import Path

from vipps_nb.core.private_file import NoFileError, write_private
from vipps_nb.core.visible import visible
from vipps_nb.notebook.importing import files
from vipps_nb.notebook.importing.notebook import Writer, as_notebook
from vipps_nb.notebook.importing.record import Collection, CollectionError, Variable
from vipps_nb.notebook.importing.report import Report

_MOST_BESIDE = 2000  # files of a folder that are looked at
_READABLE = 0o644  # a notebook holds no secret


def bring(
    paths: Sequence[Path], to: Path | None = None, *, style: str = "magic", force: bool = False, beside: bool = True
) -> tuple[Path, Report]:
    """Write files down as a notebook.

    Args:
        paths: Collections, HAR files and texts with curl commands; environments beside them give variables.
        to: Where to; None for the first collection's name with ``.ipynb``, in the current folder.
        style: ``magic`` for ``%%vipps`` cells, ``python`` for Python.
        force: Whether a notebook that is there is replaced.
        beside: Whether the only environment file beside a collection is taken where none is named.

    Returns:
        The notebook, and what was done.

    Raises:
        CollectionError: A file cannot be read, or the notebook cannot be written. Nothing was written.
    """
    if not paths:
        raise CollectionError(
            "No file was named. Expected at least one collection, HAR file or text with curl commands."
        )
    target = to
    if target is not None:
        _expect_room(target, force=force)
    collections, variables, notes = read_all(paths, beside=beside)
    if target is None:
        stem = "".join(sign if sign.isalnum() or sign in "-_" else "_" for sign in Path(collections[0].source).stem)
        target = Path(f"{stem[:80] or 'imported'}.ipynb")
        _expect_room(target, force=force)
    writer = Writer(collections, variables, style=style)
    for sentence in notes:
        writer.report.note(sentence)
    cells = writer.cells()
    _expect_room(target, force=force)  # somebody may have been quicker
    text = json.dumps(as_notebook(cells), indent=1, ensure_ascii=False) + "\n"
    try:
        write_private(target, text.encode("utf-8", "backslashreplace"), mode=_READABLE)
    except NoFileError as error:
        raise CollectionError(
            f"{visible(target.name)} was not written: {error.strerror}. Choose another name with -o."
        ) from None
    except OSError as error:
        raise CollectionError(
            f"{visible(target.name)} could not be written ({error.strerror}). Expected a folder that is there and that "
            "you may write to; choose another one with -o."
        ) from None
    return target, writer.report


def read_all(paths: Sequence[Path], *, beside: bool = True) -> tuple[list[Collection], list[Variable], tuple[str, ...]]:
    """All collections, all variables, and what was found beside them.

    The last in sentences.

    Args:
        paths: The files that were named.
        beside: Whether the only environment file beside a collection is taken where none is named.

    Raises:
        CollectionError: One cannot be read, or there are only environments.
    """
    collections: list[Collection] = []
    variables: list[Variable] = []
    is_named = False
    alone: list[Path] = []
    for path in paths:
        found = files.read(path)
        if isinstance(found, Collection):
            collections.append(found)
            if found.kind.startswith("Postman") and not found.is_ours:
                alone.append(path)
        else:
            is_named = True
            variables += found
    if not collections:
        names = ", ".join(visible(path.name) for path in paths)
        raise CollectionError(
            f"{names} holds variables and no request. Expected a collection as well: vipps-nb import COLLECTION "
            "ENVIRONMENT. To log in with the keys of an environment there is %vipps_login --postman FILE."
        )
    notes: tuple[str, ...] = ()
    if beside and alone and not is_named:
        found_there, notes = _beside(alone)
        variables += found_there
    return collections, variables, notes


def _beside(paths: Sequence[Path]) -> tuple[tuple[Variable, ...], tuple[str, ...]]:
    """The variables of the one environment file beside collections, and a sentence.

    Of several, none is taken: nobody here knows which one is meant.
    """
    candidates: dict[Path, tuple[Variable, ...]] = {}
    for folder in dict.fromkeys(path.expanduser().absolute().parent for path in paths):
        for file in itertools.islice(folder.iterdir(), _MOST_BESIDE):
            if file.suffix.lower() == ".json" and "environment" in file.name.lower():
                with contextlib.suppress(CollectionError, OSError):
                    found = files.read(file)
                    if not isinstance(found, Collection):
                        candidates[file] = found
    if not candidates:
        return (), ()
    names = ", ".join(visible(file.name) for file in sorted(candidates))
    if len(candidates) > 1:
        return (), (
            f"{len(candidates)} environment files lie beside the collection, and none was taken: {names}. Name the one "
            f"that is meant: vipps-nb import {visible(paths[0].name)} {visible(sorted(candidates)[0].name)}",
        )
    return next(iter(candidates.values())), (
        f"{names} lies beside the collection, so its values were taken. Without them: --no-environment.",
    )


def _expect_room(target: Path, *, force: bool) -> None:
    if target.suffix != ".ipynb":
        raise CollectionError(f"{visible(target.name)} is no name for a notebook. Expected one that ends in .ipynb.")
    if not force and (target.exists() or target.is_symlink()):
        raise CollectionError(_there(target))


def _there(target: Path) -> str:
    return (
        f"{visible(target.name)} is there already, and was left as it is. Choose another name with -o, or add --force."
    )
