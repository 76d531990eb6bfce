"""The site's sources are the repository's files where they are: one tree, so that one link works in both."""

from __future__ import annotations

import logging
import posixpath
import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[2]
_log = logging.getLogger("mkdocs.hooks.repository")

# Pages that do not live in docs/.
_ELSEWHERE = {
    "README.md": "index.html",
    "CHANGELOG.md": "changelog/index.html",
    "CONTRIBUTING.md": "contributing/index.html",
    "SECURITY.md": "reporting/index.html",
    "benchmarks/README.md": "benchmarks/index.html",
}
_WIDE = 450  # characters in a row of a table, from which on it needs all the room there is
_FOLDER_PAGES = {"notebooks": "docs/lessons/index.md"}

_PICTURE = re.compile(
    r'<picture>\s*<source media="\(prefers-color-scheme: dark\)" srcset="(?P<dark>[^"]+)">\s*'
    r'<img alt="(?P<alt>[^"]*)" src="(?P<light>[^"]+)">\s*</picture>'
)
_LINK = re.compile(r"(?<!!)\[(?P<words>(?:[^\[\]]|\[[^\]]*\])*)\]\((?P<target>[^)#\s]+)(?P<anchor>#[^)\s]*)?\)")
# The lessons that run in a page are made after the site, by tools/make_lab.py, and are no page of it.
_LAB = re.compile(r"^<!-- lab: (?P<words>.+) (?P<lesson>\S+\.ipynb) -->$", re.MULTILINE)
_ROLE = re.compile(r":(?:attr|class|data|func|meth|mod):<code>~?")
_INCLUDE = re.compile(r"^<!-- include: (?P<path>[^#\s]+)(?:#(?P<heading>.+?))? -->$", re.MULTILINE)


class _Notebook(File):
    """A lesson: a page, though its name does not end in .md."""

    def is_documentation_page(self) -> bool:
        return True


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Give every file the path it has in the repository; pages of docs/ keep their short addresses."""

    def file(path: str, kind: type[File] = File, dest_uri: str | None = None) -> File:
        return kind(path, str(ROOT), config.site_dir, config.use_directory_urls, dest_uri=dest_uri)

    ours = Files([file(path, dest_uri=address) for path, address in _ELSEWHERE.items()])
    for lesson in sorted((ROOT / "notebooks").glob("*.ipynb")):
        ours.append(file(f"notebooks/{lesson.name}", _Notebook, f"lessons/{lesson.stem}/index.html"))
    for found in files:
        if found.src_dir != config.docs_dir:
            ours.append(found)  # the theme's own
        elif found.inclusion.is_included():
            ours.append(file(f"docs/{found.src_uri}", dest_uri=found.dest_uri))
    return ours


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Includes, pictures in two colours, and links to what is in the repository and not in the site."""
    if any(line.startswith("|") and len(line) > _WIDE for line in markdown.splitlines()):
        page.meta["hide"] = ["toc"]  # the column with the page's contents goes to the table
    markdown = _INCLUDE.sub(lambda found: _included(found["path"], found["heading"], page), markdown)
    markdown = _LAB.sub(lambda found: _to_the_lab(found["words"], found["lesson"], page), markdown)
    markdown = _PICTURE.sub(r"![\g<alt>](\g<light>#only-light)\n![\g<alt>](\g<dark>#only-dark)", markdown)
    return _LINK.sub(lambda found: _link(found, page, files), markdown)


def _to_the_lab(words: str, lesson: str, page: Page) -> str:
    here = posixpath.dirname(page.file.dest_uri) or "."
    place = posixpath.relpath("lab/lab/index.html", here)
    return f'<a class="md-button md-button--primary" href="{place}?path={lesson}">{words}</a>'


def on_page_content(content: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Docstrings name things in the way of Sphinx, :func:`vipps_nb.login`; here the name is enough."""
    return _ROLE.sub("<code>", content) if page.file.src_uri.startswith("docs/reference/") else content


def _included(path: str, heading: str | None, page: Page) -> str:
    """A file as a block of code, or what stands under one of its headings, links seen from the page."""
    text = (ROOT / path).read_text(encoding="utf-8")
    if heading is None:
        return f"```sh\n{text.rstrip()}\n```"
    section = re.search(rf"^## {re.escape(heading)}\n(?P<body>.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    if section is None:
        _log.warning("%s includes “%s” of %s, and there is no such heading.", page.file.src_uri, heading, path)
        return ""
    here = posixpath.dirname(page.file.src_uri)

    def moved(found: re.Match[str]) -> str:
        target = found["target"]
        if "://" not in target:
            target = posixpath.relpath(posixpath.join(posixpath.dirname(path), target), here)
        return f"[{found['words']}]({target}{found['anchor'] or ''})"

    return _LINK.sub(moved, section["body"])


def _link(found: re.Match[str], page: Page, files: Files) -> str:
    target = found["target"]
    if "://" in target or target.startswith("mailto:"):
        return found[0]
    path = posixpath.normpath(posixpath.join(posixpath.dirname(page.file.src_uri), target))
    if path in _FOLDER_PAGES:
        return f"[{found['words']}]({posixpath.relpath(_FOLDER_PAGES[path], posixpath.dirname(page.file.src_uri))})"
    if files.get_file_from_path(path) is None and (ROOT / path).exists():
        return found["words"]  # a test, the licence: the words stay; MkDocs complains about what exists nowhere
    return found[0]
