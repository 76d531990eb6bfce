"""Python that is written down.

Expressions, texts with holes, literals in the house's quotes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vipps_nb.core.visible import escaped
from vipps_nb.notebook.calls import Text, Variable

WIDTH = 100


@dataclass(frozen=True)
class Code:
    """A Python expression.

    Attributes:
        kind: ``str``, ``num``, ``bool``, ``date``, ``list``, ``json``, ``none``, ``response``, ``env`` or ``any``.
        atom: Whether it needs no brackets.
        way: For a look into an answer: where it begins, and its steps.
        plain: The same as a number, for a text that is one.
    """

    text: str
    kind: str = "any"
    atom: bool = True
    way: tuple[str, ...] = ()
    plain: str = ""

    def __str__(self) -> str:
        return self.text if self.atom else f"({self.text})"

    @property
    def as_text(self) -> str:
        """The expression as a text."""
        if self.kind == "bool":
            return f"str({self.text}).lower()"  # JavaScript says true
        return str(self) if self.kind == "str" else f"str({self.text})"


def quoted(text: str) -> str:
    """A text as a literal; what one does not see in it is escaped."""
    return escaped(json.dumps(text, ensure_ascii=False))


def joined(parts: Sequence[str | Code]) -> Code:
    """Texts and values in a row: an f-string where that reads well."""
    if not any(isinstance(part, Code) for part in parts):
        return Code(quoted("".join(map(str, parts))), "str")
    if all(isinstance(part, str) or (part.text.isidentifier() and part.kind != "bool") for part in parts):
        rows = [
            quoted(part)[1:-1].replace("{", "{{").replace("}", "}}") if isinstance(part, str) else f"{{{part.text}}}"
            for part in parts
        ]
        return Code('f"' + "".join(rows) + '"', "str")
    rows = [quoted(part) if isinstance(part, str) else part.as_text for part in parts if part != ""]
    return Code(" + ".join(rows), "str", atom=len(rows) == 1)


def literal(value: Any, depth: int = 0) -> str:
    """A value as JSON has it, with variables in it, as a Python literal.

    One entry a line where it would be long.
    """
    match value:
        case Variable(name, secret):
            return f"{name}.reveal()" if secret else name
        case Text(parts):
            return joined([part if isinstance(part, str) else _hole(part) for part in parts]).text
        case str():
            return quoted(value)
    if isinstance(value, Mapping) and value:
        rows = [f"{quoted(str(name))}: {literal(item, depth + 1)}" for name, item in value.items()]
        return bracketed("{", rows, "}", depth)
    if isinstance(value, list | tuple) and value:
        return bracketed("[", [literal(item, depth + 1) for item in value], "]", depth)
    return repr(value)


def _hole(variable: Variable) -> Code:
    return Code(f"{variable.name}.reveal()", "str") if variable.secret else Code(variable.name)


def bracketed(opening: str, rows: list[str], closing: str, depth: int = 0) -> str:
    """Entries in brackets; one a line where it would be long."""
    line = opening + ", ".join(rows) + closing
    if len(line) + 4 * depth <= WIDTH * 3 // 4 and "\n" not in line:
        return line
    inner = "    " * (depth + 1)
    return opening + "\n" + "".join(f"{inner}{row},\n" for row in rows) + "    " * depth + closing
