"""Our own source files, read and parsed once for all tests that look at them."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

INNER = ("body", "orelse", "finalbody", "handlers", "cases")  # where statements stand within statements


@cache
def statements(file: Path) -> tuple[ast.AST, ...]:
    """The module and all statements in it, however deep; what stands within an expression is left out."""
    found: list[ast.AST] = []
    waiting: list[ast.AST] = [ast.parse(file.read_text(encoding="utf-8"))]
    while waiting:
        found.append(node := waiting.pop())
        waiting += [one for name in INNER for one in reversed(getattr(node, name, ()))]
    return tuple(found)
