"""A reader for the JavaScript that stands in collections.

What it says as a tree, never what it does.

It knows the language of such scripts: declarations, assignments, calls, functions as arguments, ``if``, ``for … of``
and counting loops. What it does not know is one ``Unknown`` statement, to its end, and reading goes on after it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

LONGEST = 64 << 10  # characters of one script
_DEEPEST = 40
_TOKEN = re.compile(
    r"""(?P<blank>\s+|//[^\n]*|/\*.*?(?:\*/|\Z))
      | (?P<number>0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
      | (?P<string>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')
      | (?P<name>[A-Za-z_$][\w$]*)
      | (?P<sign>===|!==|\.\.\.|=>|==|!=|<=|>=|&&|\|\||\?\?|\?\.|\+\+|--|\+=|-=|\*=|/=|\*\*
                |[-+*/%<>=!?:;,.(){}\[\]&|^~])
    """,
    re.VERBOSE | re.DOTALL,
)
_REGEX = re.compile(r"/((?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n\[])+)/([a-z]*)")
_POWERS = {
    **dict.fromkeys(("||", "??"), 1),
    "&&": 2,
    **dict.fromkeys(("==", "===", "!=", "!=="), 3),
    **dict.fromkeys(("<", ">", "<=", ">="), 4),
    **dict.fromkeys(("+", "-"), 5),
    **dict.fromkeys(("*", "/", "%"), 6),
}


class UnreadableError(Exception):
    """This is none of the JavaScript that is known here."""


@dataclass(frozen=True)
class Token:
    """A word, and where it stands.

    Attributes:
        after_line: Whether a line ended before it.
    """

    kind: str
    text: str
    start: int
    end: int
    after_line: bool = False


@dataclass(frozen=True)
class Name:
    """A variable."""

    name: str


@dataclass(frozen=True)
class Literal:
    """A text, a number, ``true``, ``false`` or ``null`` (``undefined`` as well)."""

    value: str | int | float | bool | None


@dataclass(frozen=True)
class Pattern:
    """A regular expression."""

    source: str
    flags: str


@dataclass(frozen=True)
class Template:
    """A text in backticks, with expressions in it."""

    parts: tuple[str | Expression, ...]


@dataclass(frozen=True)
class Member:
    """``of.name``."""

    of: Expression
    name: str


@dataclass(frozen=True)
class Index:
    """``of[at]``."""

    of: Expression
    at: Expression


@dataclass(frozen=True)
class Call:
    """``of(…)``."""

    of: Expression
    arguments: tuple[Expression, ...]
    is_new: bool = False


@dataclass(frozen=True)
class Unary:
    """``!of``, ``-of``, ``typeof of``."""

    sign: str
    of: Expression


@dataclass(frozen=True)
class Binary:
    """``left sign right``."""

    left: Expression
    sign: str
    right: Expression


@dataclass(frozen=True)
class Choice:
    """``test ? yes : no``."""

    test: Expression
    yes: Expression
    no: Expression


@dataclass(frozen=True)
class Function:
    """A function as a value; ``result`` where it is an arrow with an expression."""

    parameters: tuple[str, ...]
    body: tuple[Statement, ...] = ()
    result: Expression | None = None


@dataclass(frozen=True)
class List:
    """``[…]``."""

    items: tuple[Expression, ...]


@dataclass(frozen=True)
class Object:
    """``{…}``."""

    pairs: tuple[tuple[str, Expression], ...]


@dataclass(frozen=True)
class Assign:
    """``to = value``, or with another sign."""

    to: Expression
    sign: str
    value: Expression


Expression = (
    Name
    | Literal
    | Pattern
    | Template
    | Member
    | Index
    | Call
    | Unary
    | Binary
    | Choice
    | Function
    | List
    | Object
    | Assign
)


@dataclass(frozen=True, kw_only=True)
class Statement:
    """A statement, and the text that it was.

    Attributes:
        source: As it stands in the script.
        kind: ``do`` (``value``), ``let`` (``name``, ``value``), ``if``, ``each`` (``name`` of ``value``), ``count``
            (``name`` up to ``value``), ``block``, ``try`` or ``unknown``.
    """

    kind: str
    source: str = field(repr=False)
    name: str = ""
    value: Expression | None = None
    body: tuple[Statement, ...] = ()
    otherwise: tuple[Statement, ...] = ()


def read(source: str) -> tuple[Statement, ...]:
    """A script's statements, in order.

    Never fails: what cannot be read is a statement of the kind ``unknown``.
    """
    if len(source) > LONGEST:
        return (Statement(kind="unknown", source=source[:200] + " …"),)
    try:
        return tuple(_Reader(source).statements())
    except (UnreadableError, RecursionError):
        return (Statement(kind="unknown", source=source),)


def _tokens(source: str) -> Iterator[Token]:
    place, line, before = 0, False, ""
    while place < len(source):
        letter = source[place]
        if letter == "`":
            end = _end_of_template(source, place)
            yield Token("template", source[place + 1 : end - 1], place, end, line)
            place, line, before = end, False, "template"
            continue
        if letter == "/" and before not in ("number", "string", "name", "template", ")", "]", "}"):
            found = _REGEX.match(source, place)
            if found:
                yield Token("regex", found[0], place, found.end(), line)
                place, line, before = found.end(), False, "string"
                continue
        token = _TOKEN.match(source, place)
        if token is None:
            raise UnreadableError(letter)
        kind = str(token.lastgroup)
        if kind == "blank":
            line = line or "\n" in token[0]
        else:
            yield Token(kind, token[0], place, token.end(), line)
            line, before = False, token[0] if kind == "sign" else kind
        place = token.end()
    yield Token("end", "", place, place, True)


def _end_of_template(source: str, start: int) -> int:
    depth, place = 0, start + 1
    while place < len(source):
        if source[place] == "\\":
            place += 1
        elif source.startswith("${", place):
            depth += 1
        elif source[place] == "}" and depth:
            depth -= 1
        elif source[place] == "`" and not depth:
            return place + 1
        place += 1
    raise UnreadableError("`")


_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(\n)|(.))", re.DOTALL)
_LETTERS = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}


def _unescaped(text: str) -> str:
    def one(found: re.Match[str]) -> str:
        if found[1] or found[2]:
            return chr(int(found[1] or found[2], 16))
        return "" if found[3] else _LETTERS.get(found[4], found[4])

    return _ESCAPE.sub(one, text)


class _Reader:
    def __init__(self, source: str, depth: int = 0) -> None:
        self._source = source
        self._tokens = list(_tokens(source))
        self._at = 0
        self._depth = depth

    # Where we are.

    @property
    def _now(self) -> Token:
        return self._tokens[self._at]

    def _is(self, *texts: str) -> bool:
        return self._now.kind in ("sign", "name") and self._now.text in texts

    def _take(self) -> Token:
        token = self._now
        if token.kind == "end":
            raise UnreadableError("the end")
        self._at += 1
        return token

    def _accept(self, text: str) -> bool:
        if self._is(text):
            self._at += 1
            return True
        return False

    def _expect(self, text: str) -> None:
        if not self._accept(text):
            raise UnreadableError(self._now.text)

    def _name(self) -> str:
        token = self._take()
        if token.kind != "name":
            raise UnreadableError(token.text)
        return token.text

    # Statements.

    def statements(self) -> Iterator[Statement]:
        while self._now.kind != "end":
            yield from self._statement()

    def _statement(self) -> Iterator[Statement]:
        start = self._at
        try:
            self._depth += 1
            if self._depth > _DEEPEST:
                raise UnreadableError("depth")
            yield from list(self._read())
        except UnreadableError:
            self._at = start
            self._skip()
            yield self._told("unknown", start)
        finally:
            self._depth -= 1

    def _told(self, kind: str, start: int, **words: Any) -> Statement:
        first, last = self._tokens[start], self._tokens[max(self._at - 1, start)]
        return Statement(kind=kind, source=self._source[first.start : last.end], **words)

    def _read(self) -> Iterator[Statement]:
        start = self._at
        if self._accept(";"):
            return
        if self._is("{"):
            body = self._block()
            yield self._told("block", start, body=body)
        elif self._is("var", "let", "const"):
            yield from self._declarations(start)
        elif self._accept("if"):
            yield self._if(start)
        elif self._accept("for"):
            yield self._for(start)
        elif self._accept("try"):
            yield self._try(start)
        elif self._is("function", "class", "while", "do", "switch", "return", "throw", "async", "import", "await"):
            raise UnreadableError(self._now.text)
        else:
            value = self._expression()
            self._end()
            yield self._told("do", start, value=value)

    def _end(self) -> None:
        if not (self._accept(";") or self._now.after_line or self._is("}") or self._now.kind == "end"):
            raise UnreadableError(self._now.text)

    def _skip(self) -> None:
        """To the end of what could not be read.

        A semicolon, or a line, outside of all brackets.
        """
        depth = 0
        begin = self._at
        while self._now.kind != "end":
            token = self._now
            if (
                self._at > begin
                and depth == 0
                and token.after_line
                and not self._is(".", "?", ":", ")", "]", "else", "catch", "finally", "{")
            ):
                return
            if depth == 0 and self._is("}"):
                if self._at == begin:
                    self._at += 1
                return
            self._at += 1
            if token.kind == "sign" and token.text in "([{":
                depth += 1
            elif token.kind == "sign" and token.text in ")]}":
                depth = max(0, depth - 1)
            elif token.text == ";" and depth == 0:
                return

    def _block(self) -> tuple[Statement, ...]:
        self._expect("{")
        found: list[Statement] = []
        while not self._accept("}"):
            if self._now.kind == "end":
                raise UnreadableError("the end")
            found += self._statement()
        return tuple(found)

    def _body(self) -> tuple[Statement, ...]:
        return self._block() if self._is("{") else tuple(self._statement())

    def _declarations(self, start: int) -> Iterator[Statement]:
        self._take()
        while True:
            if self._is("{"):
                yield from self._taken_apart(start)
                return
            name = self._name()
            value = self._assigned() if self._accept("=") else None
            more = self._accept(",")
            if not more:
                self._end()
            yield self._told("let", start, name=name, value=value)
            if not more:
                return
            start = self._at

    def _taken_apart(self, start: int) -> Iterator[Statement]:
        """``const {a, b: c} = value``, as one declaration for each name."""
        self._expect("{")
        names: list[tuple[str, str]] = []
        while not self._accept("}"):
            field_ = self._name()
            names.append((field_, self._name() if self._accept(":") else field_))
            if not self._is("}"):
                self._expect(",")
        self._expect("=")
        value = self._assigned()
        self._end()
        for of, name in names:
            yield self._told("let", start, name=name, value=Member(value, of))

    def _if(self, start: int) -> Statement:
        self._expect("(")
        test = self._expression()
        self._expect(")")
        body = self._body()
        otherwise = self._body() if self._accept("else") else ()
        return self._told("if", start, value=test, body=body, otherwise=otherwise)

    def _for(self, start: int) -> Statement:
        self._expect("(")
        if not self._is("var", "let", "const"):
            raise UnreadableError("for")
        self._take()
        name = self._name()
        if self._accept("of"):
            value = self._expression()
            self._expect(")")
            return self._told("each", start, name=name, value=value, body=self._body())
        self._expect("=")
        first = self._assigned()
        self._expect(";")
        until = self._expression()
        self._expect(";")
        step = self._expression()
        self._expect(")")
        counts = step in (Unary("++", Name(name)), Assign(Name(name), "+=", Literal(1)))
        if (
            first != Literal(0)
            or not counts
            or not isinstance(until, Binary)
            or until.sign != "<"
            or until.left != Name(name)
        ):
            raise UnreadableError("for")
        return self._told("count", start, name=name, value=until.right, body=self._body())

    def _try(self, start: int) -> Statement:
        body = self._block()
        if self._accept("catch"):
            if self._accept("("):
                self._name()
                self._expect(")")
            self._block()
        if self._accept("finally"):
            body += self._block()
        return self._told("try", start, body=body)

    # Expressions.

    def _expression(self) -> Expression:
        value = self._assigned()
        if self._is(","):
            raise UnreadableError(",")
        return value

    def _assigned(self) -> Expression:
        self._depth += 1
        try:
            if self._depth > _DEEPEST:
                raise UnreadableError("depth")
            function = self._arrow()
            if function is not None:
                return function
            left = self._chosen()
            if self._is("=", "+=", "-=", "*=", "/="):
                sign = self._take().text
                return Assign(left, sign, self._assigned())
            return left
        finally:
            self._depth -= 1

    def _arrow(self) -> Expression | None:
        start = self._at
        if self._is("async"):
            self._at += 1
        parameters: list[str] = []
        if self._is("("):
            self._at += 1
            while not self._accept(")"):
                if self._now.kind != "name":
                    self._at = start
                    return None
                parameters.append(self._take().text)
                if not self._accept(",") and not self._is(")"):
                    self._at = start
                    return None
        elif self._now.kind == "name":
            parameters.append(self._take().text)
        if (not parameters and self._at == start) or not self._accept("=>"):
            self._at = start
            return None
        if self._is("{"):
            return Function(tuple(parameters), self._block())
        return Function(tuple(parameters), result=self._assigned())

    def _chosen(self) -> Expression:
        test = self._binary(0)
        if not self._accept("?"):
            return test
        yes = self._assigned()
        self._expect(":")
        return Choice(test, yes, self._assigned())

    def _binary(self, least: int) -> Expression:
        left = self._unary()
        while self._now.kind == "sign" and _POWERS.get(self._now.text, 0) > least:
            sign = self._take().text
            left = Binary(left, sign, self._binary(_POWERS[sign]))
        return left

    def _unary(self) -> Expression:
        if self._is("!", "-", "+", "typeof", "await"):
            sign = self._take().text
            self._depth += 1
            if self._depth > _DEEPEST:
                raise UnreadableError("depth")
            value = self._unary()
            self._depth -= 1
            return value if sign == "await" else Unary(sign, value)
        value = self._postfix(self._primary())
        if self._is("++", "--") and not self._now.after_line:
            return Unary(self._take().text, value)
        return value

    def _postfix(self, value: Expression) -> Expression:
        while True:
            if self._accept(".") or self._accept("?."):
                if self._is("["):
                    continue
                value = Member(value, self._name())
            elif self._accept("["):
                value = Index(value, self._expression())
                self._expect("]")
            elif self._is("("):
                value = Call(value, self._arguments())
            else:
                return value

    def _arguments(self) -> tuple[Expression, ...]:
        self._expect("(")
        found: list[Expression] = []
        while not self._accept(")"):
            found.append(self._assigned())
            if not self._is(")"):
                self._expect(",")
        return tuple(found)

    def _primary(self) -> Expression:
        token = self._take()
        match token.kind:
            case "number":
                text = token.text.lower()
                return Literal(
                    int(text, 16) if text.startswith("0x") else float(text) if set(text) & set(".e") else int(text)
                )
            case "string":
                return Literal(_unescaped(token.text[1:-1]))
            case "template":
                return self._template(token.text)
            case "regex":
                source, _, flags = token.text[1:].rpartition("/")
                return Pattern(source, flags)
            case "name":
                return self._word(token.text)
        return self._bracketed(token.text)

    def _word(self, word: str) -> Expression:
        known = {"true": True, "false": False, "null": None, "undefined": None}
        if word in known:
            return Literal(known[word])
        if word == "function":
            if self._now.kind == "name":
                self._take()
            names = self._arguments()
            if not all(isinstance(one, Name) for one in names):
                raise UnreadableError("function")
            return Function(tuple(one.name for one in names if isinstance(one, Name)), self._block())
        if word == "new":
            of: Expression = Name(self._name())
            while self._accept("."):
                of = Member(of, self._name())
            return Call(of, self._arguments() if self._is("(") else (), is_new=True)
        if word in ("class", "delete", "void", "yield", "in", "instanceof"):
            raise UnreadableError(word)
        return Name(word)

    def _bracketed(self, sign: str) -> Expression:
        if sign == "(":
            value = self._expression()
            self._expect(")")
            return value
        if sign == "[":
            items: list[Expression] = []
            while not self._accept("]"):
                items.append(self._assigned())
                if not self._is("]"):
                    self._expect(",")
            return List(tuple(items))
        if sign == "{":
            return self._object()
        raise UnreadableError(sign)

    def _object(self) -> Expression:
        pairs: list[tuple[str, Expression]] = []
        while not self._accept("}"):
            token = self._take()
            if token.kind not in ("name", "string", "number"):
                raise UnreadableError(token.text)
            name = _unescaped(token.text[1:-1]) if token.kind == "string" else token.text
            if self._accept(":"):
                pairs.append((name, self._assigned()))
            elif token.kind == "name" and self._is(",", "}"):
                pairs.append((name, Name(name)))
            elif self._is("("):  # a method, written short
                names = self._arguments()
                pairs.append((name, Function(tuple(one.name for one in names if isinstance(one, Name)), self._block())))
            else:
                raise UnreadableError(name)
            if not self._is("}"):
                self._expect(",")
        return Object(tuple(pairs))

    def _template(self, text: str) -> Expression:
        parts: list[str | Expression] = []
        place = 0
        while (start := text.find("${", place)) >= 0:
            end = _end_of_hole(text, start + 2)
            if start > place:
                parts.append(_unescaped(text[place:start]))
            inner = _Reader(text[start + 2 : end], self._depth + 1)
            parts.append(inner._expression())
            if inner._now.kind != "end":
                raise UnreadableError("`")
            place = end + 1
        if place < len(text):
            parts.append(_unescaped(text[place:]))
        return Template(tuple(parts))


def _end_of_hole(text: str, place: int) -> int:
    depth = 0
    while place < len(text):
        if text[place] == "{":
            depth += 1
        elif text[place] == "}":
            if not depth:
                return place
            depth -= 1
        place += 1
    raise UnreadableError("`")
