"""Files that keys may stand in: read only when they are files, written for their owner's eyes only.

A private file is closed to others from its first byte, appears whole or not at all, and is never written through a
symbolic link: whoever may put a link into a folder would choose where the keys go.
"""

from __future__ import annotations

import contextlib
import errno
import glob
import os
import secrets
import stat
import time
from pathlib import Path

OWNER_ONLY = 0o600
LARGEST = 1 << 20  # bytes; a file of settings has a few hundred
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
_FORGOTTEN = 60.0  # seconds after which a draft is nobody's: whoever wrote it was ended in between


class NoFileError(OSError):
    """What is there is no file: ``strerror`` says what it is instead, such as "it is a folder"."""


def write_private(file: Path, content: bytes | str, *, replace: bool = True) -> None:
    """Write a file that only its owner can read, whatever the umask; on any error all is as it was.

    Args:
        file: Where to. Its folder must be there.
        content: All of it; text is written as UTF-8.
        replace: Whether a file that is there is replaced. The draft that replaces it stands beside it for a moment
            as ``NAME.new-…``.

    Raises:
        FileExistsError: Something is there, and ``replace`` is false.
        NoFileError: A symbolic link or no file at all is there.
        OSError: It could not be written.
    """
    data = content.encode() if isinstance(content, str) else content
    if not replace:
        _write_new(file, data)
        return
    if (kind := _kind(file)) is not None:
        raise NoFileError(errno.EEXIST, kind, str(file))
    _sweep(file)
    draft = file.with_name(f"{file.name}.new-{secrets.token_hex(4)}")
    try:
        _write_new(draft, data)
        draft.replace(file)
    finally:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)


def read_file(file: Path, *, largest: int = LARGEST) -> bytes:
    """Read a file at once, if it is one: a pipe or device would keep its reader waiting, or never end.

    Args:
        file: The file; a symbolic link is followed.
        largest: Bytes it may have.

    Raises:
        NoFileError: It is something else, or larger.
        OSError: It cannot be opened.
    """
    # Looked at before it is opened, for to open a pipe is to wait, and to open a device can already do something.
    if (kind := _named(file.stat().st_mode)) is not None:
        raise NoFileError(errno.EINVAL, kind, str(file))
    with file.open("rb") as stream:
        data = stream.read(largest + 1)
    if len(data) > largest:
        raise NoFileError(errno.EFBIG, f"it is larger than {largest >> 10} KB", str(file))
    return data


def _write_new(file: Path, data: bytes) -> None:
    handle = os.open(file, _NEW, OWNER_ONLY)
    try:
        with os.fdopen(handle, "wb") as stream:
            if hasattr(os, "fchmod"):
                os.fchmod(handle, OWNER_ONLY)  # a strict umask takes from the owner as well
            stream.write(data)
            stream.flush()
            os.fsync(handle)
    except BaseException:
        file.unlink(missing_ok=True)
        raise


def _sweep(file: Path) -> None:
    """Take away the drafts of whoever was ended before they were done."""
    with contextlib.suppress(OSError):
        for draft in file.parent.glob(f"{glob.escape(file.name)}.new-????????"):
            if time.time() - draft.lstat().st_mtime > _FORGOTTEN:
                draft.unlink()


def _kind(file: Path) -> str | None:
    """What stands there instead of a file; None for a file, and for nothing."""
    try:
        return _named(file.lstat().st_mode)
    except FileNotFoundError:
        return None


def _named(mode: int) -> str | None:
    kinds = (
        (stat.S_ISREG, None),
        (stat.S_ISLNK, "it is a symbolic link"),
        (stat.S_ISDIR, "it is a folder"),
        (stat.S_ISFIFO, "it is a named pipe"),
        (stat.S_ISSOCK, "it is a socket"),
    )
    return next((word for is_kind, word in kinds if is_kind(mode)), "it is a device")
