"""A magic's line, read into its options.

Quotes hold a value together, and a misspelled word gets a proposal.
"""

from __future__ import annotations

import re
from argparse import SUPPRESS, Action, ArgumentParser
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from vipps_nb.core.near import did_you_mean
from vipps_nb.errors import VippsNbError

_WORD = re.compile(
    r"""(?: '[^']*'               # between these everything stands for itself
          | "(?:\\["']|[^"])*"    # between those \" is a quotation mark
          | \\["'\s]              # a backslash before anything else is one: C:\keys\.env
          | [^\s"']
        )+""",
    re.VERBOSE,
)
_PART = re.compile(r"""'([^']*)'|"((?:\\["']|[^"])*)"|\\(["'\s])|(.)""", re.DOTALL)
_NO_VALUE = re.compile(r"argument (?P<option>.+): expected one argument")
_SEVERAL = re.compile(r"ambiguous option: (?P<typed>\S+) could match (?P<known>.+)")


class OptionError(VippsNbError):
    """The line cannot be read. Nothing was done."""


def words(line: str) -> list[str]:
    """The words of a magic's line, after its name.

    A comment, from a ``#`` that begins a word, is none of them; IPython hands it over with the line. A semicolon at the
    end only keeps the answer from being shown.

    Quotes of either kind hold blanks together and are left out. A backslash stands for itself, as in a path of
    Windows, unless a quotation mark or a blank follows it.

    Raises:
        OptionError: A quotation mark has no partner.
    """
    return [_PART.sub(_bare, word) for word in _written(line)[0]]


def is_silent(line: str) -> bool:
    """Whether a semicolon ends a magic's line, so that the answer is not shown.

    IPython would look for it with Python's tokenizer, after the magic has run. It fails at much that a line may hold,
    such as an open bracket or the ``-0b3f`` of a UUID, and what was answered is lost.

    Raises:
        OptionError: A quotation mark has no partner.
    """
    return _written(line)[1]


def _written(line: str) -> tuple[list[str], bool]:
    """The words with their quotes, and whether a semicolon stood behind them."""
    found: list[str] = []
    end = 0
    for match in _WORD.finditer(line):
        if line[end : match.start()].strip() or match[0].startswith("#"):
            break
        found.append(match[0])
        end = match.end()
    rest = line[end:].strip()
    if rest and not rest.startswith("#"):
        raise OptionError("The line cannot be read: a quotation mark has no partner. Expected quotes in pairs.")
    silent = bool(found) and found[-1].endswith(";")
    if silent:
        found[-1] = found[-1].removesuffix(";")
    return [word for word in found if word], silent


def _bare(part: re.Match[str]) -> str:
    if part[2] is not None:
        return re.sub(r"""\\(["'])""", r"\1", part[2])
    return next(text for text in part.groups() if text is not None)


def strange_words(
    name: str,
    rest: Sequence[str],
    parser: ArgumentParser,
    values: Mapping[str, Callable[[], Iterable[str]]],
) -> str:
    """What to say about words of a magic's line that are none of its options.

    Args:
        name: The magic's.
        rest: The words that were left over.
        parser: The magic's own.
        values: What an option can be, by its name; to propose one where a word was given without its option.
    """
    known = option_names(parser)
    strange = next((word for word in rest if word.startswith("-")), rest[0])
    option = strange.partition("=")[0]
    if strange.startswith("-"):
        return f"%{name} has no option {option}.{did_you_mean(option, known)} All of them: %{name} -h"
    fitting = [(key, word) for key, some in values.items() if key in known for word in some()]
    near = next((f" Did you mean {key} {word}?" for key, word in fitting if word == strange.lower()), "")
    return f"%{name} does not know what to do with {strange!r}.{near} All options: %{name} -h"


def option_names(parser: ArgumentParser) -> list[str]:
    """The long names of a parser's options."""
    return [flag for action in parser._actions for flag in action.option_strings if flag.startswith("--")]


def in_our_words(said: str, parser: ArgumentParser) -> str:
    """What argparse says of a line, as we would say it."""
    if missing := _NO_VALUE.fullmatch(said):
        option = missing["option"].rpartition("/")[2]
        return f"{option} needs a value{_of_what(option, parser)}"
    if several := _SEVERAL.fullmatch(said):
        return f"{several['typed']} could be several options. Expected one of: {several['known']}."
    return said


def _of_what(option: str, parser: ArgumentParser) -> str:
    action: Action | None = next((one for one in parser._actions if option in one.option_strings), None)
    text: Any = action.help if action is not None else None
    return f": {text}" if text and text is not SUPPRESS else "."
