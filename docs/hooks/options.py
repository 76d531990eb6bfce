"""Options told by the parsers that read them: of the magics, and of the command line."""

from __future__ import annotations

import argparse
import inspect
import re

import click
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

from vipps_nb.cli import main
from vipps_nb.notebook.magics import VippsMagics

_MARK = re.compile(r"^<!-- options: (?P<of>[%\w]+) -->$", re.MULTILINE)


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Put options, and the words about them, where a page asks for them."""

    def told(found: re.Match[str]) -> str:
        return _magic(found["of"][1:]) if found["of"].startswith("%") else _command(found["of"])

    return _MARK.sub(told, markdown)


def _magic(name: str) -> str:
    parser = getattr(VippsMagics, name).parser
    actions = [action for action in parser._actions if action.dest != "help"]
    words, _, examples = inspect.cleandoc(parser.description).partition("\nExamples:\n")
    shown = f"\n\n```text\n{inspect.cleandoc(examples)}\n```" if examples else ""
    return f"{words}\n{_table([(_flags(action), action.help.replace('%%', '%')) for action in actions])}{shown}"


def _flags(action: argparse.Action) -> str:
    value = f" {action.metavar or action.dest.upper()}" if action.nargs != 0 else ""
    return ", ".join(f"`{flag}{value}`" for flag in action.option_strings) or f"`{action.metavar}`"


def _command(name: str) -> str:
    command = main.commands[name]
    context = click.Context(command)
    rows = [row for option in command.params if (row := option.get_help_record(context)) is not None]
    return f"{inspect.cleandoc(command.help or '')}\n{_table([(f'`{flags}`', words) for flags, words in rows])}"


def _table(rows: list[tuple[str, str]]) -> str:
    lines = [f"| {flags} | {words} |" for flags, words in rows]
    return "\n".join(["", "| option | |", "| --- | --- |", *lines]) if rows else ""
