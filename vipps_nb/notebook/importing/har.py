"""HTTP archives.

What a browser's tools, a proxy or ``vipps.history.save`` has recorded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

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
    requests = tuple(filter(None, map(_request, entries)))
    if not requests:
        raise CollectionError(f"{source} is an archive without a single request. Expected at least one.")
    creator = log.get("creator")
    ours = isinstance(creator, Mapping) and creator.get("name") == "vipps_nb"
    return Collection(kind="HAR file", source=source, root=Folder(name=source, items=requests), is_ours=ours)


def _request(entry: Mapping[str, Any]) -> Request | None:
    node = entry["request"]
    method, url = str(node.get("method") or "GET").upper(), str(node.get("url") or "")
    if method in ("OPTIONS", "CONNECT") or not url:  # what a browser asks by itself
        return None
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
    if params and media_type == _FORM:
        return Body("form", pairs=params)
    if params and media_type.startswith("multipart/"):
        files = {str(one.get("name")) for one in node["params"] if isinstance(one, Mapping) and one.get("fileName")}
        return Body("multipart", pairs=tuple(Pair(one.name, one.value, one.name in files) for one in params))
    text = node.get("text")
    return Body("raw", text, media_type=media_type) if isinstance(text, str) and text.strip() else Body()


def _answer(node: Any) -> Iterator[Example]:
    if not isinstance(node, Mapping) or not isinstance(node.get("status"), int) or not node["status"]:
        return
    content = node.get("content")
    text = content.get("text") if isinstance(content, Mapping) and content.get("encoding") != "base64" else ""
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
