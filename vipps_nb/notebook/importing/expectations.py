"""Chai's sentences as conditions in Python.

``pm.expect(value).to.be.above(3)`` and their like.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from vipps_nb.notebook.importing import javascript as js
from vipps_nb.notebook.importing.code import Code, quoted
from vipps_nb.notebook.importing.functions import unquoted
from vipps_nb.notebook.importing.shared_state import SharedState, UntranslatableError


class Translator(Protocol):
    """Who turns expressions into Python."""

    state: SharedState

    def value(self, of: js.Expression) -> Code:
        """An expression."""
        ...

    def answer(self) -> str:
        """The name of the answer."""
        ...


class Expectation:
    """``pm.expect(value).to.be.above(3)`` and its like, as conditions."""

    def __init__(self, translator: Translator) -> None:
        self._value = translator.value
        self._of = translator

    def read(self, whole: js.Expression) -> list[str]:
        """The conditions of one sentence, in order.

        Raises:
            UntranslatableError: A word of it is not known.
        """
        links = _links(whole)
        names = [name for name, _ in links]
        if names[:2] == ["pm", "response"]:
            return self._response(links[2:], self._of.answer())
        if names[1:2] == ["to"] and (of := self._value(js.Name(names[0]))).kind == "response":
            return self._response(links[1:], of.text)
        start = 2 if names[:2] == ["pm", "expect"] else 1 if names[:1] == ["expect"] else 0
        given = links[start - 1][1] if start else None
        if not given:
            raise UntranslatableError
        return self._chain(self._value(given[0]), links[start:])

    def _chain(self, value: Code, links: Sequence[tuple[str, tuple[js.Expression, ...] | None]]) -> list[str]:
        negated = False
        conditions: list[str] = []
        for name, arguments in links:
            if name == "not":
                negated = True
            elif arguments is not None and name in _WITH_ARGUMENTS:
                given = [
                    self._value(one).text if not isinstance(one, js.Pattern) else _pattern(one) for one in arguments
                ]
                if not given:
                    raise UntranslatableError
                conditions.append(_negated(_WITH_ARGUMENTS[name](value, given), negated))
                if name == "match":
                    self._of.state.needs.add("re")
                if name == "property" and len(given) == 1:
                    value = Code(f"field({', '.join((*(value.way or (value.text,)), given[0]))})", "json")
                negated = False
            elif arguments is None and name in _ALONE:
                conditions.append(_negated(_ALONE[name].format(value), negated))
                negated = False
            elif name not in _WORDS:
                raise UntranslatableError
        if not conditions:
            raise UntranslatableError
        self._of.state.needs.add("field")
        return conditions

    def _response(self, links: Sequence[tuple[str, tuple[js.Expression, ...] | None]], answer: str) -> list[str]:
        negated = False
        conditions: list[str] = []
        for name, arguments in links:
            if name == "not":
                negated = True
            elif arguments is None and name in _STATUSES:
                conditions.append(_negated(_STATUSES[name].format(answer), negated))
            elif arguments is not None:
                conditions.append(_negated(self._about(answer, name, arguments), negated))
            elif name not in _WORDS:
                raise UntranslatableError
        if not conditions:
            raise UntranslatableError
        return conditions

    def _about(self, answer: str, name: str, arguments: tuple[js.Expression, ...]) -> str:
        given = [self._value(one) for one in arguments]
        if name == "status" and given:
            return f"{answer}.{'reason' if given[0].kind == 'str' else 'status_code'} == {given[0].text}"
        if name == "header" and len(given) == 1:
            return f"{given[0].text} in {answer}.headers"
        if name == "header" and given:
            return f"{answer}.headers.get({given[0].text}) == {given[1].text}"
        if name == "jsonBody" and given:
            self._of.state.needs.add("field")
            way = ", ".join([answer, *(quoted(step) for step in unquoted(given[0].text).split("."))])
            return f"field({way}) == {given[1].text}" if len(given) > 1 else f"field({way}) is not None"
        if name == "jsonBody":
            return f"field({answer}) is not None"
        if name == "body" and given:
            return f"{answer}.text == {given[0].text}"
        raise UntranslatableError


_WORDS = frozenset(
    [
        "to",
        "be",
        "been",
        "is",
        "that",
        "which",
        "and",
        "has",
        "have",
        "with",
        "at",
        "of",
        "same",
        "deep",
        "nested",
        "own",
        "still",
        "but",
        "does",
        "itself",
    ]
)
_STATUSES = {
    "ok": "{}.ok",
    "success": "{}.ok",
    "info": "{}.status_code < 200",
    "redirection": "300 <= {}.status_code < 400",
    "error": "{}.status_code >= 400",
    "clientError": "400 <= {}.status_code < 500",
    "serverError": "{}.status_code >= 500",
    "json": '"json" in {}.headers.get("Content-Type", "")',
    "withBody": "{}.content",
    "accepted": "{}.status_code == 202",
    "badRequest": "{}.status_code == 400",
    "unauthorized": "{}.status_code == 401",
    "forbidden": "{}.status_code == 403",
    "notFound": "{}.status_code == 404",
    "rateLimited": "{}.status_code == 429",
}
_ALONE = {
    "true": "{} is True",
    "false": "{} is False",
    "null": "{} is None",
    "undefined": "{} is None",
    "exist": "{} is not None",
    "ok": "{}",
    "empty": "not {}",
}
_TYPES = {
    "string": "str",
    "number": "(int, float)",
    "boolean": "bool",
    "array": "list",
    "object": "dict",
    "null": "type(None)",
    "undefined": "type(None)",
}


def _typed(value: Code, given: list[str]) -> str:
    word = unquoted(given[0]).lower()
    if word not in _TYPES:
        raise UntranslatableError
    return f"isinstance({value.text}, {_TYPES[word]})"


def _with_property(value: Code, given: list[str]) -> str:
    way = ", ".join((*(value.way or (value.text,)), *(quoted(one) for one in unquoted(given[0]).split("."))))
    return f"field({way}) is not None" if len(given) == 1 else f"field({way}) == {given[1]}"


def _included(value: Code, given: list[str]) -> str:
    if given[0].startswith("{"):  # some of an object's fields
        return f"{given[0]}.items() <= {value}.items()"
    return f"{given[0]} in {value}"


def _nothing() -> str:
    raise UntranslatableError


_WITH_ARGUMENTS: Mapping[str, Callable[[Code, list[str]], str]] = {
    **dict.fromkeys(("eql", "equal", "equals", "eq", "eqls"), lambda value, given: _equal(value, given[0])),
    **dict.fromkeys(("include", "includes", "contain", "contains"), _included),
    **dict.fromkeys(("string",), lambda value, given: f"{given[0]} in {value}"),
    **dict.fromkeys(("above", "gt", "greaterThan"), lambda value, given: f"{value} > {given[0]}"),
    **dict.fromkeys(("below", "lt", "lessThan"), lambda value, given: f"{value} < {given[0]}"),
    **dict.fromkeys(("least", "gte"), lambda value, given: f"{value} >= {given[0]}"),
    **dict.fromkeys(("most", "lte"), lambda value, given: f"{value} <= {given[0]}"),
    "within": lambda value, given: f"{given[0]} <= {value} <= {given[1]}" if len(given) > 1 else _nothing(),
    "oneOf": lambda value, given: f"{value} in {given[0]}",
    **dict.fromkeys(("length", "lengthOf"), lambda value, given: f"len({value.text}) == {given[0]}"),
    **dict.fromkeys(("a", "an"), _typed),
    "property": _with_property,
    "match": lambda value, given: f"re.search({given[0]}, {value.as_text})",
}


def _equal(value: Code, given: str) -> str:
    if given == "None":
        return f"{value} is None"
    return f"{value} == {given}"


def _negated(condition: str, negated: bool) -> str:
    if not negated:
        return condition
    for sign, other in ((" == ", " != "), (" is not ", " is "), (" is ", " is not "), (" in ", " not in ")):
        if condition.count(sign) == 1 and not re.search(r" (and|or|if|for) ", condition):
            return condition.replace(sign, other)
    return condition.removeprefix("not ") if condition.startswith("not ") else f"not ({condition})"


def _pattern(pattern: js.Pattern) -> str:
    inner = ("(?i)" if "i" in pattern.flags else "") + pattern.source
    return f'r"{inner}"' if '"' not in inner and not inner.endswith("\\") else repr(inner)


def _links(whole: js.Expression) -> list[tuple[str, tuple[js.Expression, ...] | None]]:
    links: list[tuple[str, tuple[js.Expression, ...] | None]] = []
    while True:
        match whole:
            case js.Call(js.Member(of, name), arguments):
                links.append((name, arguments))
                whole = of
            case js.Member(of, name):
                links.append((name, None))
                whole = of
            case js.Call(js.Name(name), arguments):
                return [*reversed([*links, (name, arguments)])]
            case js.Name(name):
                return [*reversed([*links, (name, None)])]
            case _:
                raise UntranslatableError
