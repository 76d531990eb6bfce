"""Reading a ``.env``: what it holds, or why it cannot be read as one.

The reasons are told by line and without any value. python-dotenv passes over what it does not understand, and an
unclosed quote swallows what follows. In somebody else's lines that is no concern of ours. A line that holds one of our
names must not be lost, for then a login would silently go elsewhere.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from vipps_nb.auth.credentials import unseen
from vipps_nb.auth.key_names import families, is_known, meant_by, preferred
from vipps_nb.core.private_file import NoFileError, read_file
from vipps_nb.errors import CredentialsError

if TYPE_CHECKING:
    from dotenv.parser import Binding

_NEWLINE = re.compile(r"\r\n|\n|\r")
_MARKS = (
    (b"\xff\xfe\0\0", "utf-32-le", "UTF-32"),
    (b"\0\0\xfe\xff", "utf-32-be", "UTF-32"),
    (b"\xff\xfe", "utf-16-le", "UTF-16"),
    (b"\xfe\xff", "utf-16-be", "UTF-16"),
)
_DOCUMENTS = (
    (b"PK\x03\x04", "a packed document (as Word and Pages save)"),
    (b"\xd0\xcf\x11\xe0", "a Word document"),
    (b"%PDF-", "a PDF"),
    (b"{\\rtf", "a document with formatting (RTF)"),
    (b"bplist", "a binary property list"),
)
_HTML = re.compile(r"\s*<(!doctype|html|head|body|p|div|pre|\?xml|!--)\b", re.IGNORECASE)
_JSON = re.compile(r"\s*[{\[]\s*(\"|\{|$)")
_SECTION = re.compile(r"\s*\[+[^\]=]*\]+\s*(#.*)?$")
_WORD = re.compile(r"[A-Za-z][\w.-]*")
_PROGRAMS = (
    (re.compile(r"\s*@?setx?\b", re.IGNORECASE), "is a command of the Windows command line"),
    (re.compile(r"\s*\$\{?env:|\s*\[(System\.)?Environment\]::|\s*Set-", re.IGNORECASE), "is a line of PowerShell"),
    (re.compile(r"\s*setenv\b"), "is a command of a shell"),
    (
        re.compile(
            r"\s*(export|declare|typeset|local|readonly|env|let|const|var|define|putenv|arg|-)\b", re.IGNORECASE
        ),
        "is a line of a program",
    ),
    (re.compile(r"\s*[-*]"), "is an item of a list"),
    (re.compile(r"\s*[$%@]"), "is a line of a program"),
)
_QUOTED_NAME = re.compile(r"\s*([\"'])[^\"'=:]+\1\s*:")
_ASSIGNMENT = re.compile(r"\s*(export\s+)?[\w.-]+[^\S\r\n]*=")
_FURTHER = re.compile(r"(?:[\s;,\"'](?:export\s+)?([A-Za-z][\w.-]*)|(VIPPS_[A-Z_]+))[^\S\r\n]*=")
_COMMENT = re.compile(r"\s#.*")
# What is left over when a key was broken in two: no name and value, but the letters that keys are made of.
_REST = re.compile(r"\s*[\w+/~.-]*={0,2}\s*$")
_HEADING = re.compile(r"\s*[\[\"']*vipps[\]\"']*\s*:?\s*[{]?\s*$", re.IGNORECASE)
_NAME = re.compile(r"[\w.-]+")
_LARGEST = 128 << 10  # bytes; who keeps certificates in theirs has a tenth of it
_MOST_LINES_TOLD = 6
_MOST_WORDS = 40


@dataclass(frozen=True)
class Reading:
    """What stands in a ``.env``.

    Attributes:
        values: By name, the value; names without ``=`` are left out.
        lines: By name, the line it stands in, counted from 1.
    """

    values: Mapping[str, str]
    lines: Mapping[str, int]

    def __repr__(self) -> str:
        return f"<Reading of {len(self.values)} names>"


def read(file: Path) -> Reading:
    """Read a ``.env`` without exporting it.

    Raises:
        CredentialsError: It cannot be opened, is no text, or holds our names in a way that cannot be read.
    """
    try:
        data = read_file(file, largest=_LARGEST)
    except NoFileError as error:
        raise CredentialsError(
            f"{file.name} is there but cannot be read: {error.strerror}. Expected a small text file with lines like "
            "VIPPS_CLIENT_ID=…; put the keys into such a file, or name another one with --dotenv."
        ) from error
    except OSError as error:
        raise CredentialsError(
            f"{file.name} is there but cannot be read ({error.strerror}). Expected a text file that you may "
            "read: check that it is a file, and its permissions (chmod 600 makes it yours alone)."
        ) from error
    return understood(data, file.name)


def understood(data: bytes, name: str) -> Reading:
    """What the bytes of a ``.env`` say.

    Args:
        data: The whole file.
        name: The file's name, for messages.

    Raises:
        CredentialsError: As :func:`read`.
    """
    from dotenv.parser import parse_stream  # noqa: PLC0415 - only a login needs it, not an import of the package

    # One end of line for all: python-dotenv counts CRLF twice behind a line that it does not understand.
    text = _NEWLINE.sub("\n", _decoded(data, name))
    bindings = [_Found.of(binding) for binding in parse_stream(io.StringIO(text))]
    if faults := _whole(text) or [*_lines(bindings), *_twice(bindings)]:
        raise CredentialsError(_sentence(name, sorted(faults)))
    # No interpolation: a secret with a dollar sign in it is a secret, not a reference.
    settings = [found for found in bindings if found.key and found.value is not None and not _undecoded(found.key)]
    return Reading(
        {found.key: found.value for found in settings if found.key and found.value is not None},
        {found.key: found.line for found in settings if found.key},
    )


def is_marked(data: bytes) -> bool:
    """Whether a file is plainly no text in UTF-8.

    It begins with the mark of another encoding, or a byte of it is zero.
    """
    return any(data.startswith(mark) for mark, _, _ in _MARKS) or b"\0" in data


@dataclass(frozen=True)
class _Found:
    """What the parser made of one or more lines."""

    line: int
    text: str
    key: str | None
    value: str | None
    failed: bool

    @classmethod
    def of(cls, binding: Binding) -> _Found:
        text = binding.original.string
        body = text.lstrip()
        blank = len(_NEWLINE.findall(text[: len(text) - len(body)]))
        return cls(binding.original.line + blank, body.rstrip("\r\n"), binding.key, binding.value, binding.error)


def _decoded(data: bytes, name: str) -> str:
    """The text; bytes that are no UTF-8 stay as they are.

    They may stand in a comment.

    Raises:
        CredentialsError: It is a document of another kind, or one of our names is in another encoding.
    """
    if kind := next((kind for mark, kind in _DOCUMENTS if data.startswith(mark)), None):
        raise CredentialsError(
            f"{name} is {kind}, not plain text. Expected lines like VIPPS_CLIENT_ID=…; write them with a text editor "
            "and save as plain text in UTF-8. Nothing was sent."
        )
    if wide := _wide(data):
        encoding, word = wide
        text = data.decode(encoding, "replace").removeprefix("\ufeff")
        if _holds_ours(text):
            how = "Windows PowerShell's > and Out-File write it; there: … | Set-Content -Encoding utf8 .env"
            raise CredentialsError(
                f"{name} is not a text file in UTF-8, but in {word}. Expected lines like VIPPS_CLIENT_ID=… in UTF-8; "
                f"save it again as UTF-8 ({how}; in an editor: Save as, UTF-8). Nothing was sent."
            )
        return text
    return data.decode("utf-8-sig", "surrogateescape")


def _wide(data: bytes) -> tuple[str, str] | None:
    """The encoding of a text whose letters are wider than a byte, and its name.

    By its mark, or by where the zeros stand; None for any other text.
    """
    for mark, encoding, word in _MARKS:
        if data.startswith(mark):
            return encoding, word
    even, odd = data[::2].count(0), data[1::2].count(0)
    if 3 * (even + odd) > len(data) and max(even, odd) > 3 * min(even, odd):
        return ("utf-16-le" if odd > even else "utf-16-be"), "UTF-16"
    return None


def _holds_ours(text: str) -> bool:
    return any(_ours(line) for line in _NEWLINE.split(text) if not line.lstrip().startswith("#"))


def _whole(text: str) -> list[tuple[int, str]]:
    """What is wrong with a file as a whole, when it holds our names."""
    shape = "a web page (HTML)" if _HTML.match(text) else "JSON" if _JSON.match(text) else None
    if shape is None:
        return []
    lines = _NEWLINE.split(text)
    first = next((number for number, line in enumerate(lines, 1) if _ours(line)), None)
    if first is None:
        return []
    name = _ours(lines[first - 1])
    return [(first, f"this is {shape}. Write {name}=… on a line of its own, without quotes or commas")]


def _lines(bindings: list[_Found]) -> Iterator[tuple[int, str]]:
    """Lines that hold one of our names, and cannot be read."""
    ours = any(found.key and is_known(found.key) for found in bindings)
    before: _Found | None = None
    for found in bindings:
        if not found.text or found.text.startswith("#"):
            continue
        if fault := _fault(found, before, ours):
            yield found.line, fault
        before = found if found.key and is_known(found.key) else None


def _fault(found: _Found, before: _Found | None, ours: bool) -> str | None:
    line, *more = found.text.split("\n")
    name = _ours(line)
    understood = not found.failed and found.value is not None and bool(_NAME.fullmatch(found.key or ""))
    fault = None
    if before is not None and name is None and _is_rest(found, before):
        fault = f"this is no NAME=value, and seems to be the rest of line {before.line}. Join the two"
    elif swallowed := _swallowed(name, more):
        what = f"{name} has a line break inside: its quote" if name else "the quote that opens there"
        fault = f"{what} is not closed in its line, and swallows {swallowed}. Close it, or write no quotes"
    elif understood and is_known(found.key or "") and _undecoded(found.value or ""):
        fault = f"{found.key} has a letter that no key has, and this is not a text file in UTF-8. Write {name}=… there"
    elif behind := _behind(line, found.key):
        fault = f"{behind} stands behind {found.key or name} in the same line. Write one name per line"
    elif name and not understood:
        fault = f"{_why(line, name)}. Write {name}=… there"
    elif ours and not understood and _SECTION.match(line):
        fault = "a section like [this] means nothing in a .env, so all sections would be one. Take it out"
    return fault


def _is_rest(found: _Found, before: _Found) -> bool:
    """Whether a line looks like the end of the value above it.

    It is no assignment, or the last = signs of a Base64 text.
    """
    if not _REST.match(found.text):
        return False
    if found.failed or found.value is None or found.value == "=":
        return True
    joined = (before.value or "") + found.text.strip()
    mixed = re.search("[a-z]", joined) and re.search("[A-Z]", joined) and re.search(r"\d", found.text)
    return found.value == "" and bool(mixed) and len(joined) % 4 == 0


def _behind(line: str, key: str | None) -> str | None:
    """Another name of ours, with its ``=``, in the value of the first."""
    if not _ASSIGNMENT.match(line):
        return None
    value = _COMMENT.sub("", line.partition("=")[2])
    if not is_known(key or meant_by(line.partition("=")[0].split()[-1]) or ""):
        # Somebody else's value may well speak of our names; a second assignment is one to a shell as well.
        first, *more = value.split()[:_MOST_WORDS] or [""]
        if first[:1] in ("-", "'", '"') or not all(_ASSIGNMENT.match(word) or word == "export" for word in more):
            return None
        known = (word.partition("=")[0] for word in more)
        return next((name for name in known if is_known(name)), None)
    names = (found[1] or found[2] for found in _FURTHER.finditer(value))
    return next((preferred(meant) for name in names if (meant := meant_by(name))), None)


def _swallowed(name: str | None, more: list[str]) -> str | None:
    """What stands in the further lines of a value and should not."""
    names = (inner for line in more if _ASSIGNMENT.match(line) and (inner := _ours(line)))
    return next(names, "the line after it" if more and name else None)


def _twice(bindings: list[_Found]) -> Iterator[tuple[int, str]]:
    """Names that stand there more than once with different values.

    Which one counts would be a guess.
    """
    for family in [*families(), *((name,) for name in ("CLIENT_ID", "CLIENT_SECRET", "SUBSCRIPTION_KEY"))]:
        first: _Found | None = None
        for found in bindings:
            if found.key not in family or found.value is None:
                continue
            if first is None:
                first = found
            elif first.value != found.value:
                other = "" if first.key == found.key else f" as {first.key}"
                yield (
                    found.line,
                    f"{found.key} stands in line {first.line} already{other}, with another value. Keep one of them",
                )
                break


def _ours(line: str) -> str | None:
    """The name of ours that a line is about, however it is written.

    None for somebody else's line.
    """
    left = re.split(r"[=:]", line, maxsplit=1)[0]
    for text in (left, *_WORD.findall(_seen(line))[:_MOST_WORDS]):
        if name := meant_by(text):
            return preferred(name)
    broken = re.match(r"\s*(export\s+)?VIPPS_\w*\s*$", line)
    return "VIPPS_CLIENT_ID" if broken or _HEADING.match(line) else None


def _why(line: str, name: str) -> str:
    """Why a line that holds a name of ours is none of a ``.env``."""
    value = line.partition("=")[2].strip()
    quoted = value[:1] in ("'", '"')
    reasons = (
        *((pattern.match(line), f"this {words}, not of a .env") for pattern, words in _PROGRAMS),
        (
            _HEADING.match(line),
            "this is a heading or a section, which means nothing in a .env: each name has to be whole",
        ),
        (_SECTION.match(line), "this is a section, and in a .env each name stands whole"),
        (_QUOTED_NAME.match(line), "this is JSON, not a line of a .env"),
        (re.match(r"[^=]*:", line), f"this is YAML, not a line of a .env: there is a colon after {name}"),
        (unseen(line.partition("=")[0]), f"there is {unseen(line)} in the name"),
        (quoted and value.find(value[:1], 1) > 0, "something stands after the closing quote"),
        (quoted, "the quote that opens there is not closed"),
        ("=" in line, f"what stands before = is not {name}"),
    )
    unnamed = f"there is no = after {name}, or the name is broken in two"
    return next((words for applies, words in reasons if applies), unnamed)


def _sentence(file: str, faults: list[tuple[int, str]]) -> str:
    told = [f"  line {line}: {what}." for line, what in faults[:_MOST_LINES_TOLD]]
    more = len(faults) - len(told)
    if more:
        told.append(f"  and {more} more.")
    return (
        f"{file} holds our names, but cannot be read as a .env, so nothing was sent:\n"
        + "\n".join(told)
        + "\nExpected one NAME=value on each line and nothing else; no other environment was chosen instead. "
        f"Correct {file}, then run the cell again."
    )


def _seen(text: str) -> str:
    """A text without what one does not see."""
    return "".join(letter for letter in text if letter == "\t" or not unseen(letter))


def _undecoded(text: str) -> bool:
    return any("\udc80" <= letter <= "\udcff" for letter in text)
