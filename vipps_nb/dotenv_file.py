"""Writing keys to a ``.env``, when a person asked for it: whole or not at all, readable by its owner only."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from vipps_nb.errors import CredentialsError

_OWNER_ONLY = 0o600


def save_keys(file: Path, values: Mapping[str, str]) -> None:
    """Set some names in a ``.env``; every other line stays as it is.

    Args:
        file: The ``.env``; made if it is not there. Readable by its owner only afterwards.
        values: Names and their new values.

    Raises:
        CredentialsError: It could not be written. The file is as it was.
    """
    from dotenv import set_key  # noqa: PLC0415 - only saving needs it, not an import of the package

    draft: Path | None = None
    try:
        before = file.read_bytes() if file.exists() else b""
        # mkstemp makes the file readable by its owner only before the first secret is in it.
        handle, name = tempfile.mkstemp(prefix=".env-", dir=file.parent)
        draft = Path(name)
        with os.fdopen(handle, "wb") as stream:
            stream.write(before)
        for variable, value in values.items():
            set_key(draft, variable, value, quote_mode="always")
        draft.chmod(_OWNER_ONLY)
        draft.replace(file)
    except OSError as error:
        if draft is not None:
            with contextlib.suppress(OSError):
                draft.unlink()
        raise CredentialsError(
            f"{file.name} could not be written ({error.strerror}), and is as it was. Expected a folder that you "
            "may write to; log in without saving, or start the notebook in another folder."
        ) from error


def ignore_in_git(file: Path) -> bool:
    """Name a ``.env`` in the ``.gitignore`` beside it.

    Returns:
        Whether a line was added; ``False`` when one was there already.
    """
    gitignore = file.parent / ".gitignore"
    before = gitignore.read_text(encoding="utf-8") if gitignore.exists() else ""
    if file.name in (line.strip().lstrip("/") for line in before.splitlines()):
        return False
    gap = "\n" if before and not before.endswith("\n") else ""
    with gitignore.open("a", encoding="utf-8") as stream:
        stream.write(f"{gap}{file.name}\n")
    return True
