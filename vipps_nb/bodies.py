"""The body of a request or an answer, read without harm: never fails, and takes nothing away from a stream."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

import requests

LARGEST = 4 << 20  # bytes; nobody reads more, and parsing it would take its time


def body_of(response: requests.Response) -> bytes | None:
    """The body, if it was read already; reading it here would take it away from whoever streams it."""
    content = getattr(response, "_content", None)
    return content if isinstance(content, bytes) else None


def parsed(body: Any, *, form: bool = False) -> Any:
    """The content of a body: JSON, a form where one may be, or its text; None where there is nothing to read."""
    if not isinstance(body, str | bytes) or not body:
        return None
    text = body[:LARGEST].decode("utf-8", "replace") if isinstance(body, bytes) else body[:LARGEST]
    if len(body) > LARGEST:
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pairs = dict(parse_qsl(text)) if form and "{" not in text and "<" not in text else {}
        return pairs or text
