"""Files that keys may stand in, for their owner's eyes only.

They are read only when they are files. A private file is closed to others from its first byte, and appears whole or not
at all. It is never written through a symbolic link: whoever may put a link into a folder would choose where the keys
go.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import tempfile
import time
from pathlib import Path

OWNER_ONLY = 0o600
LARGEST = 1 << 20  # bytes; a file of settings has a few hundred
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
_DRAFTS = ".vipps-nb-"
_FORGOTTEN = 60.0  # seconds after which a draft is nobody's: whoever wrote it was ended in between


class NoFileError(OSError):
    """What is there is no file.

    ``strerror`` says what it is instead, such as "it is a folder".
    """


def write_private(file: Path, content: bytes | str, *, replace: bool = True, mode: int = OWNER_ONLY) -> None:
    """Write a file that only its owner can read, whatever the umask.

    On any error all is as it was.

    Args:
        file: Where to. Its folder must be there.
        content: All of it; text is written as UTF-8.
        replace: Whether a file that is there is replaced. The draft that replaces it has the same name, in a folder
            of its own beside it, so that git ignores the draft where it ignores the file.
        mode: For a file that others may read after all.

    Raises:
        FileExistsError: Something is there, and ``replace`` is false.
        NoFileError: A symbolic link or no file at all is there.
        OSError: It could not be written.
    """
    data = content.encode() if isinstance(content, str) else content
    if not replace:
        _write_new(file, data, mode)
        return
    expect_file(file)
    _sweep(file)
    draft = Path(tempfile.mkdtemp(prefix=_DRAFTS, dir=file.parent)) / file.name
    try:
        _write_new(draft, data, mode)
        draft.replace(file)
    finally:
        _take_away(draft)


def expect_file(file: Path) -> None:
    """Look whether there is a file, or nothing, where one will be written.

    Raises:
        NoFileError: A symbolic link or no file at all is there.
    """
    try:
        kind = _named(file.lstat().st_mode)
    except FileNotFoundError:
        return
    if kind is not None:
        raise NoFileError(errno.EEXIST, kind, str(file))


def read_file(file: Path, *, largest: int = LARGEST) -> bytes:
    """Read a file at once, if it is one.

    A pipe or device would keep its reader waiting, or never end.

    Args:
        file: The file; a symbolic link is followed.
        largest: Bytes it may have.

    Raises:
        NoFileError: It is something else, or larger.
        OSError: It cannot be opened.
    """
    # Looked at before it is opened, for to open a pipe is to wait, and to open a device can already do something.
    if (kind := _lost(file) or _named(file.stat().st_mode)) is not None:
        raise NoFileError(errno.EINVAL, kind, str(file))
    with file.open("rb") as stream:
        data = stream.read(largest + 1)
    if len(data) > largest:
        raise NoFileError(errno.EFBIG, f"it is larger than {_size(largest)}", str(file))
    return data


def _size(count: int) -> str:
    return f"{count >> 10} KB" if count < 1 << 20 else f"{count >> 20} MB"


def _write_new(file: Path, data: bytes, mode: int) -> None:
    handle = os.open(file, _NEW, mode)
    try:
        with os.fdopen(handle, "wb") as stream:
            if hasattr(os, "fchmod"):
                os.fchmod(handle, mode)  # a strict umask takes from the owner as well
            stream.write(data)
            stream.flush()
            os.fsync(handle)
    except BaseException:
        file.unlink(missing_ok=True)
        raise


def _take_away(draft: Path) -> None:
    with contextlib.suppress(OSError):
        draft.unlink(missing_ok=True)
        draft.parent.rmdir()


def _sweep(file: Path) -> None:
    """Take away the drafts of whoever was ended before they were done."""
    with contextlib.suppress(OSError):
        for folder in file.parent.glob(f"{_DRAFTS}*"):
            if not folder.is_symlink() and time.time() - folder.stat().st_mtime > _FORGOTTEN:
                _take_away(folder / file.name)


def _lost(file: Path) -> str | None:
    """Where a symbolic link leads, when that is nowhere."""
    try:
        file.stat()
    except OSError as error:
        where = {errno.ENOENT: "to nothing", errno.ENOTDIR: "to nothing", errno.ELOOP: "that leads in a circle"}
        if error.errno in where and file.is_symlink():
            return f"it is a symbolic link {where[error.errno]}"
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
