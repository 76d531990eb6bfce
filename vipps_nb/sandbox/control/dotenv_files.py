"""Writing the files that are handed out to a class.

Each closed to others from its first byte, all of them or none.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path

from vipps_nb.sandbox.errors import SandboxError

_OWNER_ONLY = 0o600
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)


def write_all(folder: Path, texts: Mapping[Path, str]) -> None:
    """Write new files that only their owner can read.

    Whatever the umask, and through no symbolic link.

    Args:
        folder: Where they lie, for messages.
        texts: By file, its content. The files' own folders are made.

    Raises:
        SandboxError: Something is there already, or one cannot be written. Then no file was written.
    """
    for file in texts:
        if file.parent.is_symlink():
            raise SandboxError(
                f"{file.parent} is a symbolic link, and keys are not written through one. Nothing was written; name "
                "another folder."
            )
        if file.is_symlink() or file.exists():
            raise SandboxError(
                f"{file} exists already, and keys in it would be lost. Nothing was written; name another folder."
            )
    made: list[Path] = []
    try:
        for file, text in texts.items():
            _make(file.parent, made)
            _write(file, text, made)
    except BaseException as error:
        for path in reversed(made):
            with contextlib.suppress(OSError):
                path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
        if not isinstance(error, OSError):
            raise
        raise SandboxError(
            f"{folder} cannot be written to ({error.strerror}). Nothing was written; name a folder that you may "
            "write to."
        ) from error


def _make(folder: Path, made: list[Path]) -> None:
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    for place in reversed(missing):
        place.mkdir()
        made.append(place)


def _write(file: Path, text: str, made: list[Path]) -> None:
    handle = os.open(file, _NEW, _OWNER_ONLY)
    made.append(file)  # from here on it is ours to take away
    with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
        if hasattr(os, "fchmod"):
            os.fchmod(handle, _OWNER_ONLY)  # a strict umask takes from the owner as well
        stream.write(text)
