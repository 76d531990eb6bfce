"""Postman's collections (2.0 and 2.1) and environments.

Read as their schemas have them and as people have them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from vipps_nb.notebook.importing.record import (
    Auth,
    Body,
    Collection,
    CollectionError,
    Example,
    Folder,
    Pair,
    Request,
    Script,
    Variable,
)

DEEPEST, MOST = 60, 5000  # folders in one another, requests
OURS = "Saved by vipps_nb."  # in the description of what vipps.history.save writes
_SEGMENT = re.compile(r"(?<=/):([A-Za-z_][\w.-]*)(?=[/?#]|$)")
_NO_BODY = ("GET", "HEAD")  # Postman sends none with these unless it is told to
_LANGUAGES = {"json": "application/json", "xml": "application/xml", "html": "text/html", "text": "text/plain"}


def is_collection(document: Mapping[str, Any]) -> bool:
    """Whether it looks like a collection."""
    return "item" in document and ("info" in document or isinstance(document["item"], list))


def is_environment(document: Mapping[str, Any]) -> bool:
    """Whether it looks like an environment, or like exported globals."""
    return isinstance(document.get("values"), list)


def read(document: Mapping[str, Any], source: str) -> Collection:
    """A collection.

    Raises:
        CollectionError: It is too deep, or holds too many requests.
    """
    info = _mapping(document.get("info"))
    auth = _auth(document.get("auth"))
    count = [0]
    root = Folder(
        name=_text(info.get("name")) or source,
        description=_description(info.get("description")),
        items=tuple(_items(document.get("item"), auth, source, count, 1)),
        scripts=tuple(_scripts(document.get("event"))),
    )
    if not count[0]:
        raise CollectionError(f"{source} is a Postman collection without a single request. Expected at least one.")
    schema = _text(info.get("schema"))
    version = "2.0" if "/v2.0" in schema else "2.1"
    variables = tuple(_variables(document.get("variable"), source))
    return Collection(
        kind=f"Postman collection, version {version}",
        source=source,
        root=root,
        variables=variables,
        is_ours=root.description.startswith(OURS),
    )


def read_environment(document: Mapping[str, Any], source: str) -> tuple[Variable, ...]:
    """The variables of an environment; those that are switched off are left out."""
    return tuple(_variables(document["values"], source))


def _items(node: Any, auth: Auth | None, source: str, count: list[int], depth: int) -> Iterator[Folder | Request]:
    if depth > DEEPEST:
        raise CollectionError(f"{source} has folders in one another, over {DEEPEST} deep. Expected fewer.")
    for item in _list(node):
        if not isinstance(item, Mapping):
            continue
        if "request" not in item and isinstance(item.get("item"), list):
            own = _auth(item.get("auth")) or auth
            yield Folder(
                name=_text(item.get("name")) or "Folder",
                description=_description(item.get("description")),
                items=tuple(_items(item["item"], own, source, count, depth + 1)),
                scripts=tuple(_scripts(item.get("event"))),
            )
        elif "request" in item:
            count[0] += 1
            if count[0] > MOST:
                raise CollectionError(f"{source} has more than {MOST:,} requests. Expected fewer in one notebook.")
            yield _request(item, auth)


def _request(item: Mapping[str, Any], auth: Auth | None) -> Request:
    node = item["request"]
    if not isinstance(node, Mapping):  # a request may be its URL and nothing else
        node = {"method": "GET", "url": node}
    method = re.sub(r"[^A-Z-]", "", _text(node.get("method")).upper()) or "GET"
    headers = tuple(_headers(node.get("header")))
    body = _body(node.get("body"))
    behaviour = _mapping(item.get("protocolProfileBehavior"))
    if method in _NO_BODY and not behaviour.get("disableBodyPruning"):
        body = Body()
    url = _url(node.get("url"))
    return Request(
        name=_text(item.get("name")) or f"{method} {url}"[:80],
        method=method,
        url=url,
        headers=headers,
        body=body,
        description=_description(node.get("description")) or _description(item.get("description")),
        auth=_auth(node.get("auth")) or auth,
        scripts=tuple(_scripts(item.get("event"))),
        examples=tuple(_examples(item.get("response"))),
    )


def _url(node: Any) -> str:
    """The address with its query.

    What is switched off is left out, ``:name`` becomes its value or ``{{name}}``.
    """
    if not isinstance(node, Mapping):
        return _filled(_text(node).strip(), {}).partition("#")[0]
    raw = _text(node.get("raw")).strip() or _put_together(node)
    values = {
        _text(one.get("key")) or _text(one.get("id")): _text(one.get("value"))
        for one in _list(node.get("variable"))
        if isinstance(one, Mapping)
    }
    base, _, query = _filled(raw.partition("#")[0], values).partition("?")
    if isinstance(node.get("query"), list):
        parameters = [one for one in node["query"] if isinstance(one, Mapping) and not one.get("disabled")]
        query = "&".join(_parameter(one) for one in parameters)
    return base + (f"?{query}" if query else "")


def _parameter(one: Mapping[str, Any]) -> str:
    name, value = _text(one.get("key")), one.get("value")
    return name if value is None else f"{name}={_text(value)}"


def _filled(url: str, values: Mapping[str, str]) -> str:
    base, mark, query = url.partition("?")
    before, slashes, rest = base.partition("://") if "://" in base else ("", "", base)
    # In front of the rest, so that a port is none; a value may itself be a template.
    filled = _SEGMENT.sub(lambda found: values.get(found[1]) or "{{" + found[1] + "}}", rest)
    return before + slashes + filled + mark + query


def _put_together(node: Mapping[str, Any]) -> str:
    host = node.get("host")
    name = ".".join(map(_text, host)) if isinstance(host, list) else _text(host)
    port = f":{_text(node['port'])}" if node.get("port") else ""
    path = node.get("path")
    parts = [_text(part.get("value")) if isinstance(part, Mapping) else _text(part) for part in _list(path)]
    tail = "/".join(parts) if isinstance(path, list) else _text(path).lstrip("/")
    scheme = f"{_text(node['protocol'])}://" if node.get("protocol") else ""
    return f"{scheme}{name}{port}" + (f"/{tail}" if tail else "")


def _headers(node: Any) -> Iterator[Pair]:
    if isinstance(node, str):
        for line in node.splitlines():
            name, colon, value = line.partition(":")
            if colon and name.strip():
                yield Pair(name.strip(), value.strip())
        return
    for one in _list(node):
        if isinstance(one, Mapping) and not one.get("disabled") and _text(one.get("key")).strip():
            yield Pair(_text(one["key"]).strip(), _text(one.get("value")).strip())


def _body(node: Any) -> Body:  # noqa: PLR0911 - one for each mode
    if not isinstance(node, Mapping) or node.get("disabled"):
        return Body()
    match node.get("mode"):
        case "raw":
            options = _mapping(_mapping(node.get("options")).get("raw"))
            media_type = _LANGUAGES.get(_text(options.get("language")), "")
            text = _text(node.get("raw"))
            return Body("raw", text, media_type=media_type) if text.strip() else Body()
        case "urlencoded":
            pairs = tuple(_pairs(node.get("urlencoded")))
            return Body("form", pairs=pairs) if pairs else Body()
        case "formdata":
            pairs = tuple(_pairs(node.get("formdata")))
            return Body("multipart", pairs=pairs) if pairs else Body()
        case "file":
            source = _mapping(node.get("file")).get("src")
            return Body("file", _text(source)) if source else Body()
        case "graphql":
            return Body("raw", _graphql(_mapping(node.get("graphql"))), media_type="application/json")
    return Body()


def _graphql(node: Mapping[str, Any]) -> str:
    """What Postman sends: its text of variables is JSON already, and stands as it is."""
    import json  # noqa: PLC0415 - rare

    rows = [f'"{name}": {json.dumps(node[name])}' for name in ("query", "operationName") if node.get(name)]
    variables = node.get("variables")
    if isinstance(variables, str) and variables.strip():
        rows.append(f'"variables": {variables.strip()}')
    elif isinstance(variables, Mapping):
        rows.append(f'"variables": {json.dumps(variables)}')
    return "{" + ", ".join(rows) + "}"


def _pairs(node: Any) -> Iterator[Pair]:
    if isinstance(node, str):
        for part in filter(None, node.split("&")):
            name, _, value = part.partition("=")
            yield Pair(name, value)
        return
    for one in _list(node):
        if not isinstance(one, Mapping) or one.get("disabled") or not _text(one.get("key")):
            continue
        if one.get("type") == "file" or ("src" in one and "value" not in one):
            sources = one.get("src")
            for source in sources if isinstance(sources, list) else [sources]:
                yield Pair(_text(one["key"]), _text(source), is_file=True)
        else:
            yield Pair(_text(one["key"]), _text(one.get("value")))


def _auth(node: Any) -> Auth | None:
    """Its own proof; None where it has none of its own and inherits."""
    if not isinstance(node, Mapping) or not isinstance(node.get("type"), str):
        return None
    kind = node["type"]
    settings = node.get(kind)
    if isinstance(settings, Mapping):  # version 2.0
        return Auth(kind, tuple(Pair(str(name), _text(value)) for name, value in settings.items()))
    pairs = [one for one in _list(settings) if isinstance(one, Mapping)]
    return Auth(kind, tuple(Pair(_text(one.get("key")), _text(one.get("value"))) for one in pairs))


def _scripts(node: Any) -> Iterator[Script]:
    for event in _list(node):
        if not isinstance(event, Mapping) or event.get("disabled"):
            continue
        script = event.get("script")
        lines = script.get("exec") if isinstance(script, Mapping) else script
        source = "\n".join(map(_text, lines)) if isinstance(lines, list) else _text(lines)
        source = source.replace("\r\n", "\n").replace("\r", "\n")
        if source.strip():
            when: Literal["before", "after"] = "before" if event.get("listen") == "prerequest" else "after"
            yield Script(when, source)


def _examples(node: Any) -> Iterator[Example]:
    for one in _list(node):
        if isinstance(one, Mapping):
            code = one.get("code")
            yield Example(
                name=_text(one.get("name")) or "Example",
                status=code if isinstance(code, int) else None,
                reason=_text(one.get("status")),
                headers=tuple(_headers(one.get("header"))),
                text=_text(one.get("body")),
            )


def _variables(node: Any, source: str) -> Iterator[Variable]:
    found: Iterable[Any] = node.items() if isinstance(node, Mapping) else _list(node)
    for one in found:
        if isinstance(one, tuple):
            yield Variable(str(one[0]), _text(one[1]), source=source)
        elif isinstance(one, Mapping) and one.get("enabled", True) and not one.get("disabled"):
            name = _text(one.get("key")) or _text(one.get("id"))
            if name:
                yield Variable(name.strip(), _text(one.get("value")), one.get("type") == "secret", source)


def _description(node: Any) -> str:
    if isinstance(node, Mapping):
        node = node.get("content")
    return _text(node).replace("\r\n", "\n").strip()


def _text(node: Any) -> str:
    if node is None or isinstance(node, Mapping | list):
        return ""
    if isinstance(node, bool):
        return "true" if node else "false"
    try:
        return str(node)
    except ValueError:  # a number of thousands of digits
        return ""


def _mapping(node: Any) -> Mapping[str, Any]:
    return node if isinstance(node, Mapping) else {}


def _list(node: Any) -> list[Any]:
    return node if isinstance(node, list) else []
