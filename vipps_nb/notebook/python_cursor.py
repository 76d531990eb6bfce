"""Where a cursor stands in Python that somebody is still typing.

In which argument of which call. The text may stop anywhere and may be wrong. Nothing of it is run.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field

_MOST = 20_000  # characters before the cursor that are read; a call is not longer
_TOKENS = re.compile(
    r"""(?P<comment>\#[^\n]*)
      | (?P<string>(?P<prefix>\b[A-Za-z]{1,2})?(?P<quote>\"{3}|'{3}|["'])
        (?P<inner>(?:\\.|(?!(?P=quote)).)*)(?P<end>(?P=quote))?)
      | (?P<open>[(\[{])
      | (?P<close>[)\]}])
      | (?P<comma>,)
    """,
    re.DOTALL | re.VERBOSE,
)
_CALLEE = re.compile(r"([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)\s*$")
_KEYWORD = re.compile(r"\s*([A-Za-z_]\w*)\s*=(?!=)")


@dataclass(frozen=True)
class Argument:
    """One argument of a call, as far as it is typed.

    Attributes:
        name: Its keyword; empty for one given by position.
        position: Its place among those given by position.
        start: Where what is given begins in the text.
        text: What is given, up to the cursor.
    """

    name: str
    position: int
    start: int
    text: str


@dataclass(frozen=True)
class PythonCursor:
    """The call that the cursor stands in.

    Attributes:
        callee: What is called, such as ``vipps.get``.
        arguments: Those before the cursor; the last one is being typed.
        quote: The quote of the string that the cursor stands in; empty outside of strings.
        prefix: What stands before that quote, such as ``f``.
        typed: What is typed of the string.
        depth: How many brackets are open inside of the call.
    """

    callee: str
    arguments: tuple[Argument, ...]
    quote: str = ""
    prefix: str = ""
    typed: str = ""
    depth: int = 0

    @property
    def current(self) -> Argument:
        """The argument that is being typed."""
        return self.arguments[-1]

    def given(self, name: str, position: int) -> str:
        """An argument's text, by its keyword or its position; empty if there is none."""
        found = (one for one in self.arguments if one.name == name or (not one.name and one.position == position))
        return next((one.text.strip() for one in found), "")


@dataclass
class _Open:
    """A bracket that is not closed yet."""

    sign: str
    callee: str
    begins: int
    commas: list[int] = field(default_factory=list)


def python_cursor_at(text: str, offset: int) -> PythonCursor | None:
    """The innermost call of a name that the cursor stands in, if it does.

    Lists and objects inside of the call belong to it.
    """
    base = max(0, offset - _MOST)
    before = text[base:offset]
    stack: list[_Open] = []
    quote = prefix = typed = ""
    for token in _TOKENS.finditer(before):
        if token["comment"] is not None:
            if token.end() == len(before):
                return None
        elif token["string"] is not None:
            if token["end"] is None and (len(token["quote"]) > 1 or "\n" not in token["inner"]):
                quote, prefix, typed = token["quote"], (token["prefix"] or "").lower(), token["inner"]
        elif token["open"] is not None:
            found = _CALLEE.search(before, 0, token.start()) if token["open"] == "(" else None
            stack.append(_Open(token["open"], found[1] if found else "", token.end()))
        elif token["close"] is not None:
            if stack:
                stack.pop()
        elif stack:
            stack[-1].commas.append(token.start())
    place = next((number for number in reversed(range(len(stack))) if stack[number].callee), None)
    if place is None:
        return None
    call = stack[place]
    starts = [call.begins, *(comma + 1 for comma in call.commas)]
    ends = [*call.commas, len(before)]
    arguments: list[Argument] = []
    position = 0
    for start, end in zip(starts, ends, strict=True):
        keyword = _KEYWORD.match(before, start, end)
        begin = keyword.end() if keyword else start
        arguments.append(Argument(keyword[1] if keyword else "", position, base + begin, before[begin:end]))
        position += keyword is None
    return PythonCursor(call.callee, tuple(arguments), quote, prefix, typed, len(stack) - place - 1)


def inside_string(text: str, offset: int) -> bool:
    """Whether the cursor stands in a string or a comment."""
    base = max(0, offset - _MOST)
    before = text[base:offset]
    last = next(iter(deque(_TOKENS.finditer(before), maxlen=1)), None)
    if last is None or last.end() != len(before):
        return False
    return last["comment"] is not None or (last["string"] is not None and last["end"] is None)


def literal(text: str) -> str | None:
    """What a string literal says, its variables in braces; None for anything else."""
    found = _TOKENS.fullmatch(text.strip())
    if found is None or found["string"] is None or found["end"] is None or "b" in (found["prefix"] or "").lower():
        return None
    return found["inner"]
