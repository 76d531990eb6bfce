"""Headers as frameworks hand them over, read into one dictionary.

Nothing that is handed over makes this fail.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

_CGI = "http_"
_CGI_BARE = frozenset({"content_type", "content_length"})  # WSGI and CGI write these two without HTTP_
_PAIR = 2
_BLANK = " \t\r\n"


class UnreadableError(Exception):
    """What was given as an argument cannot be read.

    Its text is a sentence for people.
    """


class Headers(dict[str, str]):
    """Headers by lower-case name.

    One that came several times has its values joined by commas.

    Attributes:
        repeated: Names of those that came several times, with different values.
    """

    def __init__(self, values: Mapping[str, Sequence[str]]) -> None:
        super().__init__({name: ", ".join(found) for name, found in values.items() if found})
        self.repeated = frozenset(name for name, found in values.items() if len(found) > 1)


def read(headers: Any) -> Headers:
    """The headers, whatever holds them.

    Dictionaries and multi-dictionaries of any framework, ``http.client``'s messages, and a WSGI or CGI environment
    (Django's ``request.META``). Lists of pairs (ASGI), or of names with values (HAR). What has one of these under
    ``headers``, as an ASGI scope has. Names and values are text, bytes or lists of them. What is no text, such as the
    streams in an environment, is passed over.

    Raises:
        UnreadableError: It is none of these.
    """
    found: dict[str, list[str]] = {}
    from_environment: dict[str, list[str]] = {}
    for name, value in _pairs(headers):
        place = found
        if (key := _text(name)) is None:
            continue
        key = key.lower()
        if key.startswith(_CGI) or key in _CGI_BARE:
            key, place = key.removeprefix(_CGI).replace("_", "-"), from_environment
        values = place.setdefault(key, [])
        values += (one for one in _values(value) if one not in values)
    return Headers(from_environment | found)


def _pairs(headers: Any) -> Iterator[tuple[Any, Any]]:
    if headers is None:
        return
    if isinstance(headers, str | bytes | bytearray | memoryview):
        raise UnreadableError(_complaint(headers))
    try:
        if isinstance(headers, Mapping) and _holds_pairs(within := headers.get("headers")):
            headers = within  # an ASGI scope, or the event of a cloud function
        # Of a multi-dictionary this gives every value, where going over its names gives the first of each.
        items = headers.items() if hasattr(headers, "items") else headers
        pairs = [_named(item) if isinstance(item, Mapping) else tuple(item) for item in items]
    except Exception as error:
        # Whatever somebody's object does when it is looked at: it was no headers.
        raise UnreadableError(_complaint(headers)) from error
    if any(len(pair) != _PAIR for pair in pairs):
        raise UnreadableError(_complaint(headers))
    yield from pairs


def _holds_pairs(value: Any) -> bool:
    """Whether this may be headers itself, and is no header's value."""
    if isinstance(value, list | tuple):
        return bool(value) and all(isinstance(item, list | tuple | Mapping) for item in value)
    return isinstance(value, Mapping)


def _named(item: Mapping[str, Any]) -> tuple[Any, Any]:
    """A pair as HAR files and cloud functions write it.

    That is ``{"name": …, "value": …}``, or with ``key``.
    """
    return item["name" if "name" in item else "key"], item["value"]


def _complaint(headers: Any) -> str:
    return (
        f"headers= has to be the request's headers, not a {type(headers).__name__}: a dictionary, your framework's own "
        "object, a WSGI environment, or a list of pairs."
    )


def _values(value: Any) -> Iterable[str]:
    items = value if isinstance(value, list | tuple) else [value]
    return [text for item in items if (text := _text(item)) is not None]


def _text(value: Any) -> str | None:
    """Text, or bytes as HTTP has them in headers.

    Blank space around it is none of it (RFC 9110, 5.5).
    """
    if isinstance(value, bytes | bytearray | memoryview):
        text = bytes(value).decode("latin-1")
    elif isinstance(value, str):
        text = str(value)
    else:
        return None
    return text.strip(_BLANK) or text
