"""What the widgets share.

Their files for the browser, their static twins, their threads, the sentence for an error. Knows nothing about tokens,
keys or APIs.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent

_IMPORT = re.compile(r'^import \{[^{}]+\} from "(\.[^"]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?!default\b)", re.MULTILINE)
_COMMENT = re.compile(r"^[ \t]*/\*\*(?:[^*]|\*(?!/))*\*/\n", re.MULTILINE)

_WIDGET = "export default { render };\n"  # a widget's last line
_REOPENABLE = "export default reopenable({ render });\n"
_VIEW = "application/vnd.jupyter.widget-view+json"

MimeBundle = tuple[dict[str, Any], dict[str, Any]]
"""Data by MIME type, and metadata: what IPython's `_repr_mimebundle_` gives back."""

_logger = logging.getLogger(__name__)
_OUR_PACKAGE = __name__.partition(".")[0]

# Inline, because nbconvert and e-mail keep a style attribute where they drop a style sheet; where even that
# is taken away (GitHub), the words stand by themselves. The grey reads on a light and on a dark page.
_TWIN_STYLE = "border:1px solid #8a8a8a;border-radius:6px;padding:8px 12px;max-width:560px;line-height:1.5"

_GO_ON = "Run this cell to go on."


def stylesheet(name: str) -> str:
    """The common sheets followed by a widget's own.

    One palette, so that they cannot drift apart.
    """
    sheets = ("tokens.css", "card.css", name)
    return "\n".join((HERE / sheet).read_text(encoding="utf-8") for sheet in sheets)


def script(name: str) -> str:
    """A widget's module with all that it imports, as one text for the browser.

    There is no build: modules are put one after the other, each once and after those that it imports. For that to be
    the same program they keep to four rules:

    - They import by name, ``import { element } from "./js/shared/dom.js";``, never ``as``.
    - They export where they declare.
    - Only the widget's own module has a default export, ``{ render }``.
    - No two of one widget declare the same name outside their functions.

    Comments in front of declarations stay here, for all this is saved with every notebook.

    Every widget gets ``js/shared/reopening.js``: a saved notebook shows its twin, and not the view of a kernel that is
    gone.
    """
    modules: dict[Path, str] = {}

    def add(file: Path) -> None:
        if file in modules:
            return
        modules[file] = ""  # it is coming: two that import each other are no endless task
        text = file.read_text(encoding="utf-8")
        for path in _IMPORT.findall(text):
            add((file.parent / path).resolve())
        del modules[file]  # and stands where it is done, behind what it needs
        modules[file] = _EXPORT.sub("", _IMPORT.sub("", _COMMENT.sub("", text))).strip()

    add((HERE / "js/shared/reopening.js").resolve())
    add((HERE / name).resolve())
    together = "\n\n".join(modules.values()) + "\n"
    return together.replace(_WIDGET, _REOPENABLE)


def twin(facts: list[str], honest_words: str) -> str:
    """The card as static HTML, for places where nothing runs.

    A notebook that is opened again is one.

    Args:
        facts: Shown first, the title in front; must be free of moments, as the twin is compared by nbval.
        honest_words: What this copy cannot know.
    """
    title, *details = (escape(fact) for fact in facts)
    line = " · ".join([f"<strong>{title}</strong>", *details])
    return f'<div style="{_TWIN_STYLE}">{line}<br><small>{escape(honest_words)} {_GO_ON}</small></div>'


def with_twins(bundle: MimeBundle | None, plain: str, html: str) -> MimeBundle | None:
    """Put the twins beside the live view; None (a widget without a view) stays None.

    The metadata names the view too: ``js/shared/reopening.js`` leaves the view out of a saved file, and puts it back
    as long as the kernel lives. Who compares outputs does not compare metadata.
    """
    if bundle is None:
        return None
    data, metadata = bundle
    marks = {**metadata, "vipps_nb": {"view": data[_VIEW]}}
    return {**data, "text/plain": plain, "text/html": html}, marks


def sentence_for(error: Exception, otherwise: str, *, whole: bool = False) -> str:
    """What to show a person about an error.

    Our own errors are written for people and hold no secret, so their first line is shown, or the `whole` of them.
    Anybody else's text may quote a header or a key: it is neither shown nor logged, only its type is.
    """
    text = str(error).strip()
    if text and any(kind.__module__.partition(".")[0] == _OUR_PACKAGE for kind in type(error).__mro__):
        return text if whole else text.splitlines()[0]
    _logger.warning("A widget's callback raised %s", type(error).__name__)
    return otherwise


def in_background(work: Callable[[], None], name: str) -> None:
    """Run `work` on a short-lived thread: a slow network must not hold up the kernel.

    A daemon, so that a kernel which is told to stop does not wait for an answer either. In a page of a browser there
    are no threads, and nothing slow either: the work is done at once.
    """
    if sys.platform == "emscripten":
        work()
        return
    threading.Thread(target=work, name=f"vipps-nb {name}", daemon=True).start()
