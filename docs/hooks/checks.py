"""What the finished site must keep: every inner link and anchor leads somewhere, and nothing is fetched from elsewhere.

MkDocs checks what is written in Markdown. This reads the pages as a browser would, with what the theme, the docstrings
and the notebooks' outputs have brought. Links to other hosts cannot be followed here; only their form is looked at.
"""

from __future__ import annotations

import logging
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urljoin, urlsplit

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig

_log = logging.getLogger("mkdocs.hooks.checks")
_HERE = "this-site.invalid"
_FETCHED = {"img", "script", "iframe", "source", "video", "audio", "embed", "object", "track"}
_STYLE = re.compile(r"""@import\s+(?:url\()?\s*["']?([^"')\s;]+)|url\(\s*["']?([^"')]+)""")
# Links that are there to be read as addresses of a reader's own machine or of nobody.
_NO_HTTPS = {"127.0.0.1", "localhost"}


class _PageReader(HTMLParser):
    """A page's anchors, its links, and what a browser fetches to show it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.links: list[str] = []
        self.fetched: list[str] = []
        self._in_style = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value for name, value in attrs if value}
        self.anchors |= {values[name] for name in ("id", "name") if name in values}
        self.fetched += [value for name, value in values.items() if name in ("src", "data") and tag in _FETCHED]
        self.fetched += [part.split()[0] for part in values.get("srcset", "").split(",") if part.split()]
        self.fetched += _styles(values.get("style", ""))
        if "href" in values:
            wanted = tag == "link" and not {"canonical", "prev", "next", "alternate"} & set(values["rel"].split())
            (self.fetched if wanted or tag in ("image", "use") else self.links).append(values["href"])
        self._in_style = tag == "style"

    def handle_data(self, data: str) -> None:
        if self._in_style:
            self.fetched += _styles(data)

    def handle_endtag(self, tag: str) -> None:
        self._in_style = False


def on_post_build(config: MkDocsConfig) -> None:
    """Warn of each broken link and of everything foreign; with --strict a warning ends the build."""
    for problem in problems(Path(config.site_dir)):
        _log.warning(problem)


def problems(site: Path) -> list[str]:
    """What is wrong with a built site, a sentence for each."""
    pages = {file: _PageReader(file.read_text(encoding="utf-8")) for file in sorted(site.rglob("*.html"))}
    found: list[str] = []
    for file, page in pages.items():
        here = f"https://{_HERE}/{file.relative_to(site).as_posix()}"
        for address in {*page.links, *page.fetched}:
            if complaint := _complaint(site, pages, urljoin(here, address), fetched=address in page.fetched):
                found.append(f"{file.relative_to(site)}: {address} {complaint}")
    for file in sorted(site.rglob("*.css")):
        here = f"https://{_HERE}/{file.relative_to(site).as_posix()}"
        for address in _styles(file.read_text(encoding="utf-8")):
            if complaint := _complaint(site, pages, urljoin(here, address), fetched=True):
                found.append(f"{file.relative_to(site)}: {address} {complaint}")
    return found


def _complaint(site: Path, pages: dict[Path, _PageReader], address: str, *, fetched: bool) -> str:
    place = urlsplit(address)
    if place.scheme in ("data", "mailto"):
        return ""
    if place.hostname != _HERE:
        if fetched:
            return "would be fetched from another host"
        well_formed = place.scheme == "https" and "." in (place.hostname or "")
        return "" if well_formed or place.hostname in _NO_HTTPS else "is no https address"
    target = site / unquote(place.path).lstrip("/")
    if target.is_dir():
        target /= "index.html"
    if not target.is_file():
        # The lessons in a page are made after the pages; their own test opens them.
        return "" if site / "lab" in target.parents and not (site / "lab").exists() else "leads nowhere"
    anchor = unquote(place.fragment)
    if anchor and target in pages and anchor not in pages[target].anchors:
        return "has no such anchor"
    return ""


def _styles(text: str) -> list[str]:
    addresses = [imported or used for imported, used in _STYLE.findall(text)]
    return [address for address in addresses if not address.startswith("data:")]
