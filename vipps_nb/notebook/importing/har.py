"""HTTP archives.

What a browser's tools, a proxy or ``vipps.history.save`` has recorded.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote_plus

from vipps_nb.notebook.importing.record import Body, Collection, CollectionError, Example, Folder, Pair, Request

MOST = 5000  # entries
_OF_THE_WIRE = frozenset(  # what the recorder added, or what belongs to one connection
    {"host", "connection", "content-length", "accept-encoding", "accept-language", "user-agent", "origin", "referer"}
    | {"dnt", "pragma", "cache-control", "priority", "te", "upgrade-insecure-requests", "cookie"}
)
_FORM = "application/x-www-form-urlencoded"


def is_archive(document: Mapping[str, Any]) -> bool:
    """Whether it looks like an archive."""
    log = document.get("log")
    return isinstance(log, Mapping) and isinstance(log.get("entries"), list)


def read(document: Mapping[str, Any], source: str) -> Collection:
    """An archive.

    Raises:
        CollectionError: There is no request in it, or too many.
    """
    log = document["log"]
    entries = [one for one in log["entries"] if isinstance(one, Mapping) and isinstance(one.get("request"), Mapping)]
    if len(entries) > MOST:
        raise CollectionError(f"{source} has more than {MOST:,} requests. Expected fewer in one notebook.")
    calls = [one for one in entries if _is_call(one["request"])]
    requests = tuple(map(_request, calls))
    if not requests:
        raise CollectionError(f"{source} is an archive without a single request. Expected at least one.")
    creator = log.get("creator")
    ours = isinstance(creator, Mapping) and creator.get("name") == "vipps_nb"
    left = len(log["entries"]) - len(calls)
    notes = (
        f"{left} {'entry' if left == 1 else 'entries'} of {source} {'was' if left == 1 else 'were'} left out: what a "
        "browser asks by itself (OPTIONS, CONNECT), and what goes not over HTTP (data:, blob:, wss:).",
    )
    return Collection(
        kind="HAR file",
        source=source,
        root=Folder(name=source, items=requests),
        notes=notes if left else (),
        is_ours=ours,
    )


def _is_call(node: Mapping[str, Any]) -> bool:
    """Whether somebody's code or page has made this request, and over HTTP."""
    if str(node.get("method") or "GET").upper() in ("OPTIONS", "CONNECT"):
        return False
    scheme, colon, _ = str(node.get("url") or "").partition(":")
    return bool(scheme) and (
        not colon or scheme.lower() not in ("data", "blob", "ws", "wss", "about", "file", "chrome")
    )


def _request(entry: Mapping[str, Any]) -> Request:
    node = entry["request"]
    method, url = str(node.get("method") or "GET").upper(), str(node.get("url") or "")
    headers = tuple(
        pair
        for pair in _pairs(node.get("headers"))
        if pair.name.lower() not in _OF_THE_WIRE and not pair.name.lower().startswith((":", "sec-"))
    )
    comment = entry.get("comment")
    path = url.partition("?")[0].partition("://")[2].partition("/")[2]
    return Request(
        name=comment if isinstance(comment, str) and comment else f"{method} /{path}"[:80],
        method=method,
        url=url.partition("#")[0],
        headers=headers,
        body=_body(node.get("postData")),
        examples=tuple(_answer(entry.get("response"))),
    )


def _body(node: Any) -> Body:
    if not isinstance(node, Mapping):
        return Body()
    media_type = str(node.get("mimeType") or "").partition(";")[0].strip().lower()
    params = tuple(_pairs(node.get("params")))
    text = _decoded(node) if node.get("encoding") == "base64" else node.get("text")
    if text is None and isinstance(node.get("text"), str):
        return Body("file", "request-body", media_type=media_type)  # neither JSON nor a cell has words for bytes
    if media_type == _FORM and isinstance(text, str) and text.strip():  # the parameters may be encoded, or not
        fields = [part.partition("=") for part in text.strip().split("&") if part]
        return Body("form", pairs=tuple(Pair(unquote_plus(name), unquote_plus(value)) for name, _, value in fields))
    if params and media_type == _FORM:
        return Body("form", pairs=tuple(Pair(unquote_plus(one.name), unquote_plus(one.value)) for one in params))
    if params and media_type.startswith("multipart/"):
        files = {str(one.get("name")) for one in node["params"] if isinstance(one, Mapping) and one.get("fileName")}
        return Body("multipart", pairs=tuple(Pair(one.name, one.value, one.name in files) for one in params))
    return Body("raw", text, media_type=media_type) if isinstance(text, str) and text.strip() else Body()


def _answer(node: Any) -> Iterator[Example]:
    if not isinstance(node, Mapping) or not isinstance(node.get("status"), int) or not node["status"]:
        return
    content = node.get("content")
    text = content.get("text") if isinstance(content, Mapping) else ""
    if isinstance(content, Mapping) and content.get("encoding") == "base64" and isinstance(text, str):
        kind = str(content.get("mimeType") or "unknown").partition(";")[0].strip()[:60]
        text = _decoded(content)
        text = f"(no text: {kind}, left out)" if text is None else text
    yield Example(
        name="What was answered",
        status=node["status"],
        reason=str(node.get("statusText") or ""),
        headers=tuple(_pairs(node.get("headers"))),
        text=text if isinstance(text, str) else "",
    )


def _pairs(node: Any) -> Iterator[Pair]:
    for one in node if isinstance(node, list) else []:
        if isinstance(one, Mapping) and one.get("name"):
            value = one.get("value")
            yield Pair(str(one["name"]), "" if value is None else str(value))


def _decoded(node: Mapping[str, Any]) -> str | None:
    """What was written in base64, as some browsers do with every body.

    None where it is no text.
    """
    try:
        return base64.b64decode(str(node.get("text") or ""), validate=False).decode("utf-8")
    except ValueError:  # no base64, or no UTF-8
        return None
