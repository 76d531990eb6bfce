"""A world in a file: written whole or not at all, for its owner's eyes only."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from vipps_nb.sandbox.errors import SandboxError

LARGEST = 256 << 20  # bytes, as many as the sandbox takes in


def write_world(file: Path, document: bytes) -> None:
    """Write it beside the file, and then in its place.

    Raises:
        SandboxError: It cannot be written; the file is what it was.
    """
    if file.is_dir():
        raise SandboxError(f"{file.name} is a folder. Name a file to save the world in, such as world.json.")
    draft = None
    try:
        handle, draft = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)  # only the owner can read it
        with os.fdopen(handle, "wb") as stream:
            stream.write(document)
            stream.flush()
            os.fsync(handle)
        Path(draft).replace(file)
    except OSError as error:
        if draft is not None:
            with suppress(OSError):
                Path(draft).unlink()
        raise SandboxError(
            f"The world cannot be saved in {file.name} ({error.strerror}). Name a folder that is there and that you "
            "may write to."
        ) from None


def read_world(file: Path) -> bytes:
    """What stands in the file.

    Raises:
        SandboxError: There is no such file, or it is larger than any world.
    """
    try:
        if file.stat().st_size > LARGEST:
            raise SandboxError(f"{file.name} is larger than {LARGEST >> 20} MiB, and no world. It was not read.")
        return file.read_bytes()
    except OSError as error:
        raise SandboxError(
            f"No world can be read from {file.name} ({error.strerror}). Expected a file that save() wrote."
        ) from None
