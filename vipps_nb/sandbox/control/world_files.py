"""A world in a file: written whole or not at all, for its owner's eyes only."""

from __future__ import annotations

import json
import os
import re
import tempfile
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import Any

from vipps_nb.sandbox.errors import SandboxError

_BEGINNING, _OURS = 100, b'"vipps-nb'  # bytes in which a world says what it is
LARGEST = 256 << 20  # bytes, as many as the sandbox takes in


def write_world(file: Path, document: bytes) -> None:
    """Write it beside the file, and then in its place.

    Raises:
        SandboxError: It cannot be written; the file is what it was.
    """
    draft = None
    try:
        if file.is_dir():
            raise SandboxError(f"{file.name} is a folder. Name a file to save the world in, such as world.json.")
        if file.exists() and not file.is_file():  # a device would be replaced by a file, for everybody
            raise SandboxError(f"{file.name} is a device or a pipe. Name a file to save the world in.")
        if not _may_be_replaced(file):
            raise SandboxError(
                f"{file.name} is there and holds something else than a world. Nothing was written; name another file, "
                "or remove it first."
            )
        handle, draft = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)  # only the owner can read it
        with os.fdopen(handle, "wb") as stream:
            stream.write(document)
            stream.flush()
            os.fsync(handle)
        Path(draft).replace(file)
    except (OSError, ValueError) as error:  # a name with a NUL in it is no name
        if draft is not None:
            with suppress(OSError):
                Path(draft).unlink()
        reason = getattr(error, "strerror", None) or "no file can have this name"
        raise SandboxError(
            f"The world cannot be saved in {file.name!r} ({reason}). Name a folder that is there and that you "
            "may write to."
        ) from None


def read_world(file: Path) -> bytes:
    """What stands in the file.

    Raises:
        SandboxError: There is no such file, or it is larger than any world.
    """
    try:
        if file.exists() and not (file.is_file() or file.is_dir()):  # which may never end
            raise SandboxError(f"{file.name} is a device or a pipe, and no file. Expected a file that save() wrote.")
        if file.stat().st_size > LARGEST:
            raise SandboxError(f"{file.name} is larger than {LARGEST >> 20} MiB, and no world. It was not read.")
        return file.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no file can have this name"
        raise SandboxError(
            f"No world can be read from {file.name!r} ({reason}). Expected a file that save() wrote."
        ) from None


def _may_be_replaced(file: Path) -> bool:
    """Whether nothing of anybody's is lost.

    There is no such file, or it is empty, or a world too.
    """
    if not file.exists():
        return True
    with file.open("rb") as stream:
        beginning = stream.read(_BEGINNING)
    return not beginning.strip() or _OURS in beginning


def read_scenario(scenario: str | Path | Mapping[str, Any]) -> Any:
    """A scenario as it is sent: its name, or what stands in its file.

    Raises:
        SandboxError: The file is not there, or is neither TOML nor JSON.
    """
    if isinstance(scenario, Mapping):
        return {name: _sent(value) for name, value in scenario.items()}
    file = Path(scenario)
    if isinstance(scenario, str) and file.suffix not in (".toml", ".json"):
        return scenario
    try:
        if file.exists() and not (file.is_file() or file.is_dir()):
            raise SandboxError(f"The scenario {file.name} is a device or a pipe. Expected a TOML or JSON file.")
        text = file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        raise SandboxError(
            f"The scenario {file.name} cannot be read ({reason}). Expected a TOML or JSON file."
        ) from None
    try:
        content = json.loads(text) if file.suffix == ".json" else tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        kind = {".json": "JSON", ".toml": "TOML"}.get(file.suffix, "TOML, which is what other names than .json mean")
        # Only the place: the words would be a library's.
        if isinstance(error, json.JSONDecodeError):
            where = f"line {error.lineno}, column {error.colno}"
        else:
            found = re.search(r"\(at (line \d+, column \d+)\)$", str(error))
            where = found[1] if found else "its end"
        raise SandboxError(f"{file.name} is no {kind}: it cannot be read at {where}.") from None
    if not isinstance(content, dict):
        raise SandboxError(f"{file.name} is no scenario. Expected an object with payments, agreements or donations.")
    return {name: _sent(value) for name, value in content.items()}


def _sent(value: Any) -> Any:
    """TOML has moments, JSON has not."""
    return value.isoformat() if isinstance(value, date | datetime) else value
