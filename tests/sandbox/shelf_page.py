"""The page of the docs that says what each API of the sandbox is and how it differs from the real thing.

    python -m tests.sandbox.shelf_page

Written from the docstrings of the pages, where a reader of the code finds the same words.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from pathlib import Path
from types import ModuleType

from vipps_nb.sandbox import apis
from vipps_nb.sandbox.apis import APIS, NOT_YET
from vipps_nb.sandbox.server import leniency

FILE = Path(__file__).parents[2] / "docs" / "sandbox.md"
OPENING = """\
# The sandbox, API by API

What each imitates, and where it differs from the real thing. Written from the docstrings under
`vipps_nb/sandbox/apis`; `python -m tests.sandbox.shelf_page` renews it.

All of it is an imitation: stateful, fake, and no substitute for a last test in the real test environment. Nothing here
was compared with the real environment; it follows the official documents and guides.
"""


def modules() -> list[ModuleType]:
    """The module of every API, in the order of the shelf."""
    names = [info.name for info in pkgutil.walk_packages(apis.__path__, f"{apis.__name__}.")]
    found = [importlib.import_module(name) for name in names]
    about = [module for module in found if "**Unlike the real thing**" in (module.__doc__ or "")]
    titles = [title for pages in APIS for title in pages.titles]
    return sorted(about, key=lambda module: titles.index(title(module)))


def title(module: ModuleType) -> str:
    """The API's name, as its page has it."""
    page = getattr(module, "page", None) or module.pages[0]
    return str(page.title)


def text() -> str:
    """The page, in Markdown."""
    parts = [OPENING, f"## What it tolerates\n\n{_words(leniency)}\n"]
    parts += [f"## {title(module)}\n\n{_words(module)}\n" for module in modules()]
    missing = "; ".join(sorted(set(NOT_YET.values())))
    parts.append(
        f"## Not here\n\nAnswered with 501: {missing}. Of Sales and Loyalty nobody has published a document.\n"
    )
    return "\n".join(parts)


def _words(module: ModuleType) -> str:
    return re.sub(r"``([^`]+)``", r"`\1`", inspect.cleandoc(module.__doc__ or ""))


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
