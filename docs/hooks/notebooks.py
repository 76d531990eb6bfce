"""The lessons as pages: a notebook's text becomes Markdown, its stored outputs stay what they are.

Nothing is run. As Markdown the lessons' links and anchors are checked like those of every other page, and no script or
style sheet comes along. Outputs in HTML, the cards and tables, wait outside the Markdown until that is done.
"""

from __future__ import annotations

import base64
import html
import json
import re
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

_KEPT: dict[str, list[str]] = {}  # of each page, the outputs that its Markdown only points to
_PLACE = '<div class="vipps-nb-output" data-kept="{}"></div>'
_PROMISE = re.compile(r"[^.?!]*will know$")  # what a list of goals follows upon
_LIST = "<!-- lessons -->"
_PLACES = re.compile(_PLACE.format(r"(\d+)"))


def on_page_read_source(page: Page, config: MkDocsConfig) -> str | None:
    """The notebook's cells as Markdown."""
    if not page.file.src_uri.endswith(".ipynb"):
        return None
    kept = _KEPT[page.file.src_uri] = []
    parts: list[str] = []
    for cell in json.loads(page.file.content_string)["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            parts.append(source.replace("<details>", '<details markdown="1">'))
        elif source.strip():
            parts.append(_fenced(source, "python"))
            parts += [_place(kept, drawn) for output in cell["outputs"] if (drawn := _drawn(output))]
    return "\n\n".join(parts)


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """The list of lessons, each with the words it begins with."""
    if _LIST not in markdown:
        return markdown
    rows = []
    for lesson in sorted(file.src_uri for file in files if file.src_uri.endswith(".ipynb")):
        first = "".join(json.loads(files.src_uris[lesson].content_string)["cells"][0]["source"])
        title, _, text = first.partition("\n")
        number, _, name = title.removeprefix("# ").partition(" · ")
        begins = _PROMISE.sub("", text.strip().splitlines()[0])
        rows.append(f"| {number} | [{name}](../../{lesson}) | {begins} |")
    return markdown.replace(_LIST, "\n".join(["| | lesson | |", "| --: | --- | --- |", *rows]))


def on_page_content(content: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Put the outputs where they belong."""
    kept = _KEPT.get(page.file.src_uri, [])
    return _PLACES.sub(lambda found: f'<div class="vipps-nb-output">{kept[int(found[1])]}</div>', content)


def _drawn(output: dict[str, Any]) -> str:
    """An output as HTML: the richest form that needs no script."""
    if output["output_type"] == "error":
        return f"<pre>{html.escape(output['ename'])}: {html.escape(output['evalue'])}</pre>"
    data = output.get("data", {"text/plain": output.get("text", "")})
    if "text/html" in data:
        return "".join(data["text/html"])
    if "image/svg+xml" in data:
        # Inside an <img> the picture keeps its names to itself, and its alternative is what a terminal would show.
        drawing = base64.b64encode("".join(data["image/svg+xml"]).encode()).decode()
        return _image(f"data:image/svg+xml;base64,{drawing}", data)
    if "image/png" in data:
        return _image(f"data:image/png;base64,{''.join(data['image/png']).strip()}", data)
    return f"<pre>{html.escape(''.join(data.get('text/plain', '')))}</pre>"


def _image(address: str, data: dict[str, Any]) -> str:
    return f'<img alt="{html.escape("".join(data.get("text/plain", "")))}" src="{address}">'


def _place(kept: list[str], drawn: str) -> str:
    kept.append(drawn)
    return _PLACE.format(len(kept) - 1)


def _fenced(source: str, language: str) -> str:
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", source)), default=0))
    return f"{fence}{language}\n{source}\n{fence}"
