"""Writing into a ``.env`` and a ``.gitignore``: whole or not at all.

Only when a person asked for it. Whatever else stands in these files stays byte by byte. What cannot be kept so is said
before anything is written.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from vipps_nb.auth import dotenv_reading
from vipps_nb.auth.key_names import families
from vipps_nb.core.private_file import OWNER_ONLY, NoFileError, expect_file, read_file, write_private
from vipps_nb.errors import CredentialsError

_EVERYBODY_READS = 0o644
_BARE = re.compile(r"[\w+/~.=-]+", re.ASCII)
_VALUE = r"(?:'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"|(?:(?![^\S\r\n]+\#)[^\r\n])*)"


@dataclass(frozen=True)
class Change:
    """A file as it will be. Its repr shows no content.

    Attributes:
        file: Which one.
        content: All of it.
        mode: Who may read it.
        added: The lines that are new, for a file of lines.
    """

    file: Path
    content: bytes
    mode: int
    added: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<Change of {self.file.name}>"

    def carry_out(self) -> None:
        """Write it.

        Raises:
            CredentialsError: It could not be written. The file is as it was.
        """
        try:
            write_private(self.file, self.content, mode=self.mode)
        except OSError as error:
            raise _unwritable(self.file, error) from error


def save_keys(file: Path, values: Mapping[str, str]) -> None:
    """Set some names in a ``.env``; every other byte stays as it is.

    Args:
        file: The ``.env``; made if it is not there. Readable by its owner only afterwards.
        values: Names and their new values.

    Raises:
        CredentialsError: It could not be written, or not without losing something. The file is as it was.
    """
    with_keys(file, values).carry_out()


def with_keys(file: Path, values: Mapping[str, str]) -> Change:
    """What :func:`save_keys` would write.

    Raises:
        CredentialsError: The file cannot be written to, or not without losing something.
    """
    before = _before(file)
    text = _text(file, before)
    for name, value in values.items():
        text = _set(text, name, value)
    content = text.encode("utf-8", "surrogateescape")
    # An unclosed quote in somebody else's line would swallow what is added, for example.
    read = dotenv_reading.understood(content, file.name).values
    if any(read.get(there) != value for name, value in values.items() for there in _spellings(read, name)):
        raise CredentialsError(
            f"The keys would not be found again in {file.name}: something above them, such as a quote that is not "
            f"closed, hides them. Nothing was written; correct {file.name} or log in without saving."
        )
    return Change(file, content, OWNER_ONLY)


def ignore_in_git(file: Path) -> bool:
    """Name a ``.env`` in the ``.gitignore`` beside it.

    Returns:
        Whether a line was added; ``False`` when one was there already.

    Raises:
        CredentialsError: It could not be written, or not without losing something. The file is as it was.
    """
    change = with_lines(file.parent / ".gitignore", [file.name])
    if change.added:
        change.carry_out()
    return bool(change.added)


def with_lines(file: Path, lines: Iterable[str]) -> Change:
    """A ``.gitignore`` (or ``.gitattributes``) with some lines in it.

    Those that are not there yet come at its end.

    Raises:
        CredentialsError: The file cannot be written to, or not without losing something.
    """
    before = _before(file)
    text = _text(file, before)
    there = [line.strip() for line in re.split(r"\r\n|\n|\r", text)]
    # A line counts until one below it takes it back.
    known = {line for number, line in enumerate(there) if f"!{line}" not in there[number:]}
    added = [line for line in lines if line not in known]
    if ".env.*" in added and "!.env.example" not in added:
        added.append("!.env.example")  # an exception counts only below the rule that it is one of
    for line in added:
        text = _with_line(text, line)
    mode = file.stat().st_mode & 0o777 if file.exists() else _EVERYBODY_READS
    return Change(file, text.encode("utf-8", "surrogateescape"), mode, tuple(added))


def _before(file: Path) -> bytes:
    try:
        expect_file(file)
        return read_file(file)
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise _unwritable(file, error) from error


def _text(file: Path, content: bytes) -> str:
    """The text, with a letter for every byte that is no UTF-8.

    So all of it can be written again.
    """
    if dotenv_reading.is_marked(content):
        raise CredentialsError(
            f"{file.name} is not in UTF-8 (UTF-16, probably), so nothing can be added to it that keeps the rest. "
            f"Nothing was written. Save {file.name} again as UTF-8, or log in without saving."
        )
    return content.decode("utf-8", "surrogateescape")


def _set(text: str, name: str, value: str) -> str:
    """The text with a name set wherever it stands, however it is spelled.

    At the end if it stands nowhere.
    """
    from dotenv.parser import parse_stream  # noqa: PLC0415 - only saving needs it, not an import of the package

    mark = "\ufeff" if text.startswith("\ufeff") else ""
    parts = [(found.key, found.original.string) for found in parse_stream(io.StringIO(text.removeprefix(mark)))]
    names = _spellings({key: "" for key, _ in parts if key}, name)
    written = _written(value)
    if not any(key in names for key, _ in parts):
        return _with_line(text, f"{name}={written}")
    return mark + "".join(_put(part, key, written) if key in names else part for key, part in parts if part)


def _put(part: str, name: str | None, written: str) -> str:
    """One assignment with another value; blanks, ``export`` and a comment stay."""
    quoted = re.escape(name or "")
    start = rf"(\s*(?:export[^\S\r\n]+)?(?:'{quoted}'|{quoted})[^\S\r\n]*)(?:(=[^\S\r\n]*){_VALUE})?"
    return re.sub(start, lambda found: f"{found[1]}{found[2] or '='}{written}", part, count=1)


def _spellings(there: Mapping[str, str], name: str) -> list[str]:
    """The names in a file that mean the same.

    To set one of them alone would leave two that differ.
    """
    family = next((family for family in families() if name in family), (name,))
    return [spelling for spelling in family if spelling in there] or [name]


def _written(value: str) -> str:
    if _BARE.fullmatch(value):
        return value
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _with_line(text: str, line: str) -> str:
    """The text with one more line, ended as its other lines are."""
    end = next((end for end in ("\r\n", "\n", "\r") if end in text), "\n")
    if not text or text.endswith(("\n", "\r")):
        return f"{text}{line}{end}"
    return f"{text}{end}{line}{end}"


def _unwritable(file: Path, error: OSError) -> CredentialsError:
    if isinstance(error, NoFileError):
        return CredentialsError(
            f"{file.name} could not be written: {error.strerror}, and keys and rules are written into a file only. "
            "Nothing was changed. Put a file in its place, or log in without saving."
        )
    return CredentialsError(
        f"{file.name} could not be written ({error.strerror}), and is as it was. Expected a folder that you "
        "may write to; log in without saving, or start the notebook in another folder."
    )
