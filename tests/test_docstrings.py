"""Docstrings can be read at a glance: a short first line, short sentences."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import vipps_nb
from tests.each import for_each
from tests.sources import statements

PACKAGE = Path(vipps_nb.__file__).parent
LONGEST_LINE, MOST_WORDS = 80, 30
FILES = [file for file in sorted(PACKAGE.rglob("*.py")) if "notebooks" not in file.relative_to(PACKAGE).parts]
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def docstrings(file: Path) -> Iterator[tuple[str, str]]:
    for node in statements(file):
        if isinstance(node, DOCUMENTED) and (text := ast.get_docstring(node)):
            yield getattr(node, "name", "the module"), text


def sentences(text: str) -> Iterator[str]:
    """Each sentence; a list's item, a section's entry and a line of code begin a new one."""
    for part in re.split(r"\n\s*\n|\n(?=\s*(?:[-*|]|\w+:(?:\s|$)|\d+\.))", text):
        if not re.match(r"\s*(?:[|>%]|\.\.|::| {8})", part):
            yield from re.split(r"(?<=[.!?;:])\s+", " ".join(part.split()))


@for_each("file", FILES)
def test_a_docstring_is_short(file):
    for name, text in docstrings(file):
        first = text.partition("\n")[0]
        assert len(first) < LONGEST_LINE, f"{name}: {first}"
        for sentence in sentences(text):
            assert len(sentence.split()) < MOST_WORDS, f"{name}: {sentence}"


def test_a_long_sentence_would_be_found():
    assert [len(one.split()) for one in sentences("One. " + "word " * 40)] == [1, 40]
