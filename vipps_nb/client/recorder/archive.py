"""Calls as an HTTP Archive (HAR 1.2), without secrets."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlunsplit

from vipps_nb.client.recorder.past_call import PastCall, masked_text
from vipps_nb.core.addresses import cut_apart
from vipps_nb.core.bodies import parsed
from vipps_nb.core.redaction import persons_in
from vipps_nb.core.view import View

_UNKNOWN = -1  # the format's own word for a size or a time that nobody knows


def archive(calls: Iterable[PastCall], *, personal: bool) -> dict[str, Any]:
    """The whole archive."""
    try:
        own = version("vipps-nb")
    except PackageNotFoundError:  # run from a source tree that was never installed
        own = "0"
    entries = [_entry(call, personal=personal) for call in calls]
    return {"log": {"version": "1.2", "creator": {"name": "vipps_nb", "version": own}, "pages": [], "entries": entries}}


def _entry(call: PastCall, *, personal: bool) -> dict[str, Any]:
    persons = persons_in(parsed(call.sent, form=True)) | persons_in(parsed(call.content))
    view = View(personal, persons=frozenset(persons))
    milliseconds = round(call.seconds * 1000, 3)
    entry: dict[str, Any] = {
        "startedDateTime": call.moment.isoformat(timespec="milliseconds"),
        "time": milliseconds,
        "request": _request(call, view),
        "response": _response(call, view),
        "cache": {},
        "timings": {"send": 0, "wait": milliseconds, "receive": 0},
        "comment": call.title,
    }
    if call.status is None:
        entry["_error"] = call.failure
    return entry


def _request(call: PastCall, view: View) -> dict[str, Any]:
    parts = cut_apart(call.url)
    pairs = [(name, str(view.masked(value, name))) for name, value in parse_qsl(parts.query, keep_blank_values=True)]
    path = view.text(parts.path)
    request: dict[str, Any] = {
        "method": call.method,
        "url": urlunsplit((parts.scheme, parts.netloc, path, urlencode(pairs, errors="surrogatepass"), "")),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _headers(call.sent_headers, view),
        "queryString": [{"name": name, "value": value} for name, value in pairs],
        "headersSize": _UNKNOWN,
        "bodySize": len(call.sent or b""),
    }
    if call.sent is not None:
        kind = call.sent_headers.get("Content-Type", "application/octet-stream")
        data: dict[str, Any] = {"mimeType": kind, "text": masked_text(call.sent, view)}
        if "form" in kind and isinstance(form := parsed(call.sent, form=True), Mapping):
            masked = view.masked(form)
            data["params"] = [{"name": name, "value": str(value)} for name, value in masked.items()]
        request["postData"] = data
    return request


def _response(call: PastCall, view: View) -> dict[str, Any]:
    kind = call.headers.get("Content-Type", "x-unknown")
    content: dict[str, Any] = {"size": call.received or 0, "mimeType": kind}
    if call.content is not None:
        try:
            call.content.decode()
            content["text"] = masked_text(call.content, view)
        except UnicodeDecodeError:
            content |= {"text": base64.b64encode(call.content).decode(), "encoding": "base64"}
    return {
        "status": call.status or 0,
        "statusText": call.reason,
        "httpVersion": "HTTP/1.1" if call.status is not None else "",
        "cookies": [],
        "headers": _headers(call.headers, view),
        "content": content,
        "redirectURL": view.text(call.headers.get("Location", "")),
        "headersSize": _UNKNOWN,
        "bodySize": _UNKNOWN if call.received is None else call.received,
    }


def _headers(headers: Mapping[str, str], view: View) -> list[dict[str, str]]:
    return [{"name": name, "value": str(view.masked(value, name))} for name, value in headers.items()]
