"""One reading of a path for everything that looks one up.

Fixed segments are read in any case, and one slash at the end is ignored. The APIs answer so, and clients that are in
use send so (``/ecomm/v2/payments/``, ``/Recurring/v3/agreements``). What is sent stays as it was written.
"""

from __future__ import annotations

import posixpath
import re
from urllib.parse import urlsplit

# An address or a path of which nothing has to be read in another way; nearly all are such, and each is asked for often.
_PLAIN = re.compile(
    r"(?:https?://[A-Za-z0-9.:-]+)?(/(?:[A-Za-z0-9_~-][A-Za-z0-9._~-]*/)*(?:[A-Za-z0-9_~-][A-Za-z0-9._~-]*)?)", re.ASCII
)
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_NEVER_ESCAPED = re.compile(r"[A-Za-z0-9._~-]")  # "unreserved", RFC 3986 section 2.3: the same with escape and without


def path_of(url: str) -> str:
    """The path of a URL, or of a path with a query, as tables know it.

    Without needless escapes and without a slash at its end. Names and ids keep their case; whoever compares fixed
    segments ignores it.
    """
    plain = _PLAIN.fullmatch(url)
    if plain is not None:
        path = plain[1]
        return path[:-1] if path[-1] == "/" and path != "/" else path
    try:
        path = urlsplit(url).path
    except ValueError:  # no host could be called like that
        path = url.partition("?")[0].partition("#")[0]
    if "%" in path:
        path = _ESCAPE.sub(_plain, path)
    if "/." in path:
        path = posixpath.normpath(path)
    return path[:-1] if path.endswith("/") and path != "/" else path


def _plain(escape: re.Match[str]) -> str:
    character = chr(int(escape[1], 16))
    return character if _NEVER_ESCAPED.fullmatch(character) else escape[0]
