"""Characters that one does not see, shown as what they are.

A server decides what stands in its answers. One may hold what clears a terminal, turns the direction of writing around,
or is half a character that no file can hold. None of it is lost: it is named.
"""

from __future__ import annotations

import json
import re
import sys

# Control characters but tab and line feed; marks that turn the direction of writing or have no width; separators that
# break a line; tags; halves of a character. The joiners of emoji and of Indic and Persian writing stay.
_UNSEEN = re.compile(
    "[\0-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
_PICTURES, _PICTURE_OF_DELETE, _DELETE, _BLANK = 0x2400, "\u2421", 0x7F, 0x20
# What our own texts draw with, where only ASCII can be written.
_PLAIN = str.maketrans(
    {"•": "*", "·": "-", "…": "...", "−": "-", "–": "-", "—": "-", "\u202f": " ", "“": '"', "”": '"', "’": "'"}
    | {"●": "o", "○": "o", "◐": "o", "✕": "x", "█": "#", "▒": "%", "░": ":", "┄": "-", "←": "<-", "→": "->"}
)


def visible(text: str) -> str:
    """A text in which every character is seen.

    ``␛`` stands for the escape, ``<U+202E>`` for what turns writing around.
    """
    if text.isascii() and text.isprintable():
        return text
    return _UNSEEN.sub(_named, text.replace("\r\n", "\n"))


def escaped(text: str) -> str:
    """JSON, or a text in Python's code, with its unseen characters escaped."""
    return _UNSEEN.sub(lambda found: json.dumps(found[0])[1:-1], text)


def _named(found: re.Match[str]) -> str:
    number = ord(found[0])
    if number < _BLANK:
        return chr(_PICTURES + number)
    return _PICTURE_OF_DELETE if number == _DELETE else f"<U+{number:04X}>"


def say(text: str) -> None:
    """Print a text, wherever to.

    What a terminal or a file cannot write is written in other words.
    """
    text = visible(text)
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        text = text.translate(_PLAIN).encode(encoding, "backslashreplace").decode(encoding)
    print(text)
