"""Where a cursor stands in JSON that somebody is still typing.

The text may hold comments and ``${name}``, may stop anywhere and may be wrong: what can be understood is understood.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

_TOKENS = re.compile(
    r"""(?P<space>\s+)
      | (?P<comment>//[^\n]*|/\*.*?(?:\*/|\Z)|\#[^\n]*)
      | (?P<string>"(?:\\.|[^"\\\n])*(?P<closing>"?))
      | (?P<punctuation>[{}\[\]:,])
      | (?P<word>\$\{[^}"\s]*\}?|[^\s{}\[\]:,"]+)
    """,
    re.DOTALL | re.VERBOSE,
)
# Python's own writing of the same: its strings may stand in single quotes.
_PYTHON = re.compile(
    _TOKENS.pattern.replace(
        r"""(?P<string>"(?:\\.|[^"\\\n])*(?P<closing>"?))""",
        r"""(?P<string>(?P<quote>["'])(?:\\.|(?!(?P=quote))[^\\\n])*(?P<closing>(?P=quote)?))""",
    ).replace(r"""[^\s{}\[\]:,"]+""", r"""[^\s{}\[\]:,"']+"""),
    re.DOTALL | re.VERBOSE,
)
_DEEPEST = 64  # levels that are told apart
_ENOUGH = 10 * _DEEPEST  # levels; the sandbox reads 100
Role = Literal["key", "value", "nothing"]


@dataclass(frozen=True, kw_only=True)
class Cursor:
    """What could be typed at a place.

    Attributes:
        role: A field's name, a value, or nothing but punctuation.
        path: Of the object whose field is named, or of the value.
        fragment: What is typed of it so far, without the opening quote.
        quoted: Whether an opening quote stands before the fragment.
        quote: Which quote that is.
        closed: Whether a closing quote follows the cursor.
        present: The names that the object has already, before and after the cursor.
    """

    role: Role
    path: tuple[str | int, ...]
    fragment: str = ""
    quoted: bool = False
    quote: str = '"'
    closed: bool = False
    present: frozenset[str] = frozenset()


@dataclass
class _Frame:
    """An object or a list that is not closed yet."""

    path: tuple[str | int, ...]
    is_object: bool
    names: set[str] = field(default_factory=set)
    name: str = ""
    position: int = 0
    expects: Literal["key", "colon", "value", "comma"] = "value"

    @property
    def inner(self) -> tuple[str | int, ...]:
        if len(self.path) >= _DEEPEST:  # nobody types that, and each level would copy all that are above it
            return self.path
        return (*self.path, self.name if self.is_object else self.position)


class _Reader:
    """Reads tokens and knows what may follow."""

    def __init__(self, tokens: re.Pattern[str] = _TOKENS) -> None:
        self.tokens = tokens
        self.frames: list[_Frame] = []
        self.done = False  # the outermost value is complete
        self.lines: dict[tuple[str | int, ...], int] = {}
        self.line = 1

    def read(self, text: str) -> re.Match[str] | None:
        """Read a text, until it is deeper than any body.

        Gives the last token if the text ends within it.
        """
        token = None
        for token in self.tokens.finditer(text):
            unfinished = token.end() == len(text) and (
                (token["string"] and not token["closing"]) or token["word"] or token["comment"]
            )
            if unfinished:
                return token
            if len(self.frames) > _ENOUGH:
                return None
            self.take(token)
        return None

    def take(self, token: re.Match[str]) -> None:
        kind, text = token.lastgroup, token[0]
        if token["string"]:
            self._atom(text.strip(text[0]))
        elif kind == "word":
            self._atom(text)
        elif kind == "punctuation":
            self._punctuation(text)
        self.line += text.count("\n")

    def _atom(self, text: str) -> None:
        frame = self.frames[-1] if self.frames else None
        if frame is None:
            self.done = True
        elif frame.expects == "key":
            frame.name, frame.expects = text, "colon"
            frame.names.add(text)
            self.lines.setdefault(frame.inner, self.line)
        elif frame.expects == "value":
            self.lines.setdefault(frame.inner, self.line)
            frame.expects = "comma"

    def _punctuation(self, sign: str) -> None:
        frame = self.frames[-1] if self.frames else None
        if sign in "{[":
            path = frame.inner if frame else ()
            if len(self.frames) < _DEEPEST:
                self.lines.setdefault(path, self.line)
            if frame:
                frame.expects = "comma"
            self.frames.append(_Frame(path, sign == "{", expects="key" if sign == "{" else "value"))
        elif frame is None:
            return
        elif sign in "}]":
            self.frames.pop()
            self.done = not self.frames
        elif sign == ":" and frame.is_object:
            frame.expects = "value"
        elif sign == ",":
            frame.position += 1
            frame.expects = "key" if frame.is_object else "value"


def cursor_at(text: str, offset: int, *, python: bool = False) -> Cursor:
    """What could be typed at an offset of a text.

    Args:
        text: JSON, or Python that means the same.
        offset: Where the cursor stands.
        python: Whether strings may stand in single quotes.
    """
    reader = _Reader(_PYTHON if python else _TOKENS)
    last = reader.read(text[:offset])
    if last is not None and last["comment"]:
        return Cursor(role="nothing", path=())
    role: Role
    fragment, quoted = "", False
    if last is not None:
        quoted = bool(last["string"])
        fragment = last[0][1:] if quoted else last[0]
    quote = last[0][0] if last is not None and quoted else '"'
    rest = text[offset:]
    if quoted:
        tail = re.match(rf"(?:\\.|[^{quote}\\\n])*({quote}?)", rest)
        closed = bool(tail and tail[1])
        # Without a closing quote nobody knows where the text ends: at once, most likely.
        rest = rest[tail.end() :] if tail and closed else rest
    else:
        closed = False
        rest = re.sub(r'^[^\s{}\[\]:,"]+', "", rest)
    if not reader.frames:
        role = "nothing" if reader.done else "value"
        return Cursor(role=role, path=(), fragment=fragment, quoted=quoted, quote=quote)
    frame = reader.frames[-1]
    role = frame.expects if frame.expects in ("key", "value") else "nothing"
    return Cursor(
        role=role,
        path=frame.path if role == "key" else frame.inner,
        fragment=fragment,
        quoted=quoted,
        quote=quote,
        closed=closed,
        present=frozenset(frame.names | _names_after(reader, frame, rest)),
    )


def lines(text: str) -> dict[str, int]:
    """On which line each value of a JSON text stands, by JSON pointer.

    As far as the text can be read.
    """
    reader = _Reader()
    reader.read(text)
    return {"".join(f"/{part}" for part in path) or "/": line for path, line in reader.lines.items()}


def _names_after(reader: _Reader, frame: _Frame, rest: str) -> set[str]:
    """The names that follow the cursor in the same object."""
    names: set[str] = set()
    if frame.expects == "key":
        frame.expects = "colon"  # the name that is being typed
    before = set(frame.names)
    for token in reader.tokens.finditer(rest):
        reader.take(token)
        if frame not in reader.frames:
            break
        names = frame.names - before
    return names
