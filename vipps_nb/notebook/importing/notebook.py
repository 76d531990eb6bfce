"""The notebook that files become.

A first cell with the login and the variables, then every request in its order.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from vipps_nb.core.visible import visible
from vipps_nb.notebook.importing.addresses import endpoint, is_base, official_host
from vipps_nb.notebook.importing.cells import Cell, CellWriter, bare_names
from vipps_nb.notebook.importing.code import literal, quoted
from vipps_nb.notebook.importing.record import Collection, Example, Folder, Request, Script, Variable
from vipps_nb.notebook.importing.report import Report
from vipps_nb.notebook.importing.scripts import assigned_in
from vipps_nb.notebook.importing.secrets import Vault, env_name, fill, own_key
from vipps_nb.notebook.importing.shared_state import SharedState
from vipps_nb.notebook.importing.variables import Names, Values, as_json, is_placeholder

_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_DEEPEST = 6  # of headings
_LONGEST_EXAMPLE, _MOST_EXAMPLES = 20_000, 10  # characters, examples of one request
_MODULES = ("base64", "json", "math", "random", "re", "time", "uuid")


class Writer:
    """Writes collections down as one notebook.

    Args:
        collections: In the order in which they come.
        variables: Of environments; they go before the collections' own.
        style: ``magic`` or ``python``.
    """

    def __init__(self, collections: Sequence[Collection], variables: Sequence[Variable], *, style: str) -> None:
        self._collections = collections
        every = [*variables, *(one for collection in collections for one in collection.variables)]
        scripts = [script for collection in collections for script in _scripts(collection.root)]
        self.vault = Vault()
        fill(self.vault, collections, every)
        values = Values(every, assigned_in(scripts))
        self.state = SharedState(Names(), values, self.vault)
        for one in every:  # variables come to their names before the locals of scripts do
            self.state.names.of(one.name, self.vault.code(one.name))
        for name in sorted(assigned_in(scripts)):
            self.state.names.of(name, self.vault.code(name))
        for collection in collections:
            for request in collection.requests():
                if request.body.kind == "raw":
                    self.state.bare |= bare_names(values.expanded(request.body.text))
        keys = Counter(
            pair.value
            for collection in collections
            for request in collection.requests()
            for pair in request.headers
            if pair.name.lower() in ("idempotency-key", "x-request-id")
        )
        # As some client made them, for one request each.
        self.state.once = {key for key, count in keys.items() if count == 1 and _UUID.fullmatch(key)}
        self.report = Report()
        self._style = style

    def cells(self) -> list[Cell]:
        """All cells."""
        body: list[Cell] = []
        self._writers: list[CellWriter] = []
        for collection in self._collections:
            writer = CellWriter(self.state, self.report, style=self._style, ours=collection.is_ours)
            self._writers.append(writer)
            self.report.sources.append(f"{collection.source} ({collection.kind})")
            self.report.notes += collection.notes
            many = len(self._collections) > 1
            body += self._folder(collection.root, (), writer, 1 if not many else 2, is_root=not many)
        body = self._without_unused(body)
        # A key may stand in the name of what holds it, too.
        self.report.secrets = [
            replace(one, name=self._line(one.name), where=self._line(one.where)) for one in self.vault.found
        ]
        for name in sorted(self.state.values.strange):
            self.report.note(
                f"Postman makes up {{{{{name}}}}} in a way that is not known here: a plain word takes its place."
            )
        first = self._collections[0].root
        many = len(self._collections) > 1
        title = "Brought along" if many else self._line(first.name)
        intro = [f"# {title}"] + ([self._words(first.description)] if first.description and not many else [])
        return [Cell("markdown", "\n\n".join(intro)), *self._first(), *body]

    def _folder(
        self, folder: Folder, scripts: tuple[Script, ...], writer: CellWriter, level: int, *, is_root: bool = False
    ) -> Iterator[Cell]:
        if not is_root:
            head = f"{'#' * min(level, _DEEPEST)} {self._line(folder.name)}"
            description = f"\n\n{self._words(folder.description)}" if folder.description else ""
            yield Cell("markdown", head + description)
        inherited = (*scripts, *folder.scripts)
        for item in folder.items:
            if isinstance(item, Folder):
                yield from self._folder(item, inherited, writer, level + 1)
            else:
                yield from self._request(item, inherited, writer, level + 1)

    def _request(self, request: Request, scripts: tuple[Script, ...], writer: CellWriter, level: int) -> Iterator[Cell]:
        head = f"{'#' * min(level, _DEEPEST)} {self._line(request.name)}"
        description = f"\n\n{self._words(request.description)}" if request.description else ""
        yield Cell("markdown", head + description)
        try:
            found = writer.cells(request, (*scripts, *request.scripts))
        except Exception as error:  # what nobody has foreseen in one request is no reason to lose all others
            self.report.note(f"{self._line(request.name)} could not be translated ({type(error).__name__}).")
            found = [Cell("markdown", "This request could not be translated.")]
        yield from found
        if request.examples:
            yield Cell("markdown", "\n\n".join(self._example(one) for one in request.examples[:_MOST_EXAMPLES]))

    def _words(self, text: str) -> str:
        """Somebody else's Markdown, without secrets.

        And without what runs or loads something in a page.
        """
        text = visible(self.vault.text(text))
        text = re.sub(
            r"<(?=/?(?:script|iframe|object|embed|style|link|meta|form|svg|math|img|base|details|summary|video|audio|input|button)\b)",
            "&lt;",
            text,
            flags=re.IGNORECASE,
        )
        text = re.sub(r"!\[", "[", text)  # a picture is fetched by whoever opens the notebook
        return re.sub(r"(?i)(javascript|data|vbscript):", r"\1&#58;", text)

    def _line(self, text: str) -> str:
        return " ".join(self._words(text[:200]).split()) or "Without a name"

    def _example(self, one: Example) -> str:
        status = f" · {one.status} {one.reason}".rstrip() if one.status else ""
        status = "" if status == f" · {one.name}" else status
        text = one.text
        with contextlib.suppress(ValueError, RecursionError):
            text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
        text = visible(self.vault.text(text))
        if len(text) > _LONGEST_EXAMPLE:
            text = f"{text[:_LONGEST_EXAMPLE]}\n… {len(text) - _LONGEST_EXAMPLE:,} characters more"
        fence = "`" * max(3, *(len(found) + 1 for found in re.findall(r"`+", text)), 3)
        name = re.sub(r"[<>&]", "", self._line(one.name))
        inside = f"{fence}json\n{text}\n{fence}" if text.strip() else "Without a body."
        head = f"Saved answer: {name}{re.sub(r'[<>&]', '', visible(status))}"
        return f"<details>\n<summary>{head}</summary>\n\n{inside}\n\n</details>"

    # The first cell.

    def _first(self) -> list[Cell]:
        lines = [*self._variables()]
        needs = self.state.needs
        imports = [f"import {name}" for name in _MODULES if name in needs]
        if "datetime" in needs:
            imports.append("from datetime import UTC, datetime, timedelta")
        if "Path" in needs:
            imports.append("from pathlib import Path")
        if "quote" in needs:
            imports.append("from urllib.parse import quote")
        others = ["import requests"] if "requests" in needs else []
        if "kept" in needs:
            others.append("from dotenv import dotenv_values")
        if "Secret" in needs:
            others.append("from vipps_nb import Secret")
        if own := [name for name in ("field", "number") if name in needs]:
            others.append(f"from vipps_nb.notebook.importing import {', '.join(own)}")
        if "kept" in needs:
            lines.insert(0, "kept = dotenv_values()  # of the nearest .env, which git should ignore")
        groups = [group for group in (imports, others, lines) if group]
        code = "\n\n".join(["%load_ext vipps_nb\n%vipps_login", *("\n".join(group) for group in groups)])
        return [Cell("code", self.vault.code(code))]

    def _variables(self) -> Iterator[str]:
        secret_names = {name for writer in self._writers for name in writer.secret_names}
        in_path = {name for writer in self._writers for name in writer.in_path}
        known = self.state.names.known()
        production = False
        for name in sorted(self.state.used, key=lambda one: list(known).index(one)):
            own = known[name]
            value = self.state.values.get(name)
            if name.endswith("\0") or name.startswith("\0"):
                continue
            if key := own_key(name):
                credentials = (
                    "vipps.merchant_serial_number" if key == "merchant_serial_number" else f"vipps.credentials.{key}"
                )
                yield f"{own} = {credentials}"
            elif name in secret_names or self._writers[0].is_secret(name):
                self.state.needs.add("Secret")
                yield self._secret(name, own)
            elif is_base(name) and (value is None or is_placeholder(value) or official_host(value)):
                yield f"{own} = vipps.base_url"
            elif endpoint(name) and (value is None or is_placeholder(value)):
                yield f'{own} = vipps.base_url + "{endpoint(name)}"'
            else:
                yield f"{own} = {self._value(name, value, needed=name in in_path)}"
        for one in self.state.values.variables.values():
            production |= is_base(one.name) and official_host(one.value) == "api.vipps.no"
        if production:
            self.report.note(
                "These files name the production environment. The notebook logs in to the test environment or the "
                "sandbox; for production write %vipps_login --env production."
            )

    def _secret(self, name: str, own: str) -> str:
        if self.state.values.is_assigned(name) or not (where := env_name(name)):
            return (
                f'{own} = Secret("fill-in")  # a script sets it'
                if self.state.values.is_assigned(name)
                else f'{own} = Secret("fill-in")'
            )
        self.state.needs.add("kept")
        self.report.note(f"{name} is read from .env, where it is called {where}.") if not any(
            found.env_name == where for found in self.vault.found
        ) else None
        return f'{own} = Secret(kept.get("{where}") or "fill-in")'

    def _value(self, name: str, value: str | None, *, needed: bool) -> str:
        if value is not None and not is_placeholder(value):
            expanded = self.state.values.expanded(value)
            if "{{" in expanded:
                value = re.sub(r"\{\{|\}\}", "", expanded)
            return literal(as_json(value)) if name in self.state.bare else quoted(value)
        assigned = self.state.values.is_assigned(name)
        said = "  # " + visible(self.vault.text(value or "")).replace("\n", " ")[:120] if value else ""
        if re.search(r"mobile|phone|msisdn", name, re.IGNORECASE) and not assigned and value != "":
            number = "12345678" if re.fullmatch(r"mobile_?number", name, re.IGNORECASE) else "4712345678"
            return (number if name in self.state.bare else quoted(number)) + (said or "  # no file has a value for it")
        if not assigned:
            self.report.empty.append(self.state.names.of(name))
        if value is not None and not value.strip() and not needed and not assigned:
            return '""'
        if name in self.state.tested and (assigned or not needed):  # a script asks whether there is a value
            return '""' + (said or ("  # a script sets it" if assigned else "  # no file has a value for it"))
        return '"fill-in"' + (said or ("  # a script sets it" if assigned else "  # no file has a value for it"))

    def _without_unused(self, cells: list[Cell]) -> list[Cell]:
        """Without the idempotency keys that scripts made and no request needs any more.

        The session makes its own.
        """
        text = "\n".join(cell.source for cell in cells if cell.kind == "code")
        for name, own in self.state.names.known().items():
            if not re.search(r"idempot|request_?id", name, re.IGNORECASE):
                continue
            line = rf"^[ \t]*{re.escape(own)} = str\(uuid\.uuid4\(\)\)\n?"
            if re.search(line, text, re.MULTILINE) and len(re.findall(rf"\b{re.escape(own)}\b", text)) == len(
                re.findall(line, text, re.MULTILINE)
            ):
                cells = [
                    Cell(cell.kind, re.sub(line, "", cell.source, flags=re.MULTILINE).rstrip(), cell.tags)
                    if cell.kind == "code"
                    else cell
                    for cell in cells
                ]
                self.state.used.discard(name)
        return [cell for cell in cells if cell.source.strip()]


def as_notebook(cells: Iterable[Cell]) -> dict[str, Any]:
    """The file's content, as nbformat 4.5 has it."""
    found = []
    for number, cell in enumerate(cells):
        metadata: dict[str, Any] = {"tags": list(cell.tags)} if cell.tags else {}
        node: dict[str, Any] = {
            "cell_type": cell.kind,
            "id": f"cell-{number:03}",
            "metadata": metadata,
            "source": cell.source.splitlines(keepends=True),
        }
        if cell.kind == "code":
            node |= {"execution_count": None, "outputs": []}
        found.append(node)
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    return {
        "cells": found,
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _scripts(folder: Folder) -> Iterator[Script]:
    waiting: list[Folder | Request] = [folder]
    while waiting:
        item = waiting.pop()
        yield from item.scripts
        if isinstance(item, Folder):
            waiting += item.items
