"""The OpenAPI document as one page to read.

Rendered here, so that it needs neither network nor script.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from vipps_nb.sandbox.server import html
from vipps_nb.sandbox.server.html import Html, join, tag

STYLE = (
    html.PALETTE
    + """
body { margin: 0 auto; max-width: 60rem; padding: 2rem 1rem 6rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.6 system-ui, sans-serif; }
h1 { font-size: 1.6rem; } h2 { margin-top: 3rem; font-size: 1.25rem; }
a { color: inherit; } code, pre { font: .875rem/1.5 ui-monospace, monospace; }
details { border-top: 1px solid var(--line); padding: .5rem 0; }
summary { cursor: pointer; overflow-wrap: anywhere; }
.method { display: inline-block; min-width: 4.5rem; font-weight: 700; }
table { border-collapse: collapse; width: 100%; } th, td { border-bottom: 1px solid var(--line); padding: .25rem .5rem;
  text-align: left; vertical-align: top; }
pre { background: var(--card); padding: 1rem; overflow-x: auto; }
"""
)
JsonObject = dict[str, Any]


def render(document: JsonObject) -> str:
    """The page of an OpenAPI document."""
    info = document["info"]
    by_tag: dict[str, list[Html]] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            [name] = operation["tags"]
            by_tag.setdefault(name, []).append(_operation(method, path, operation))
    schemas = [
        tag("details", tag("summary", tag("code", name)), tag("pre", json.dumps(schema, indent=2)), id=name)
        for name, schema in sorted(document["components"]["schemas"].items())
    ]
    return html.document(
        info["title"],
        STYLE,
        tag("h1", info["title"]),
        tag("p", info["description"]),
        tag("p", "For tools: ", tag("a", "openapi.json", href="openapi.json")),
        [[tag("h2", name), items] for name, items in by_tag.items()],
        tag("h2", "Schemas"),
        schemas,
    )


def _operation(method: str, path: str, operation: JsonObject) -> Html:
    rows = [_parameter(parameter) for parameter in operation.get("parameters", [])]
    header = tag("tr", [tag("th", name) for name in ("Name", "In", "Needed", "Rules")])
    bodies = [
        tag("p", "Body, ", tag("code", media_type), ": ", _schema(content.get("schema", {})))
        for media_type, content in operation.get("requestBody", {}).get("content", {}).items()
    ]
    answers = [_answer(status, answer) for status, answer in sorted(operation["responses"].items())]
    mark = " · deprecated" if operation.get("deprecated") else None
    return tag(
        "details",
        tag("summary", tag("span", method.upper(), class_="method"), " ", tag("code", path), mark),
        tag("p", operation.get("description", "")),
        tag("table", header, rows) if rows else None,
        bodies,
        tag("ul", answers),
    )


def _parameter(parameter: JsonObject) -> Html:
    schema = {name: value for name, value in parameter["schema"].items() if name != "title"}
    cells = (
        tag("code", parameter["name"]),
        parameter["in"],
        "yes" if parameter.get("required") else "no",
        tag("code", json.dumps(schema)),
    )
    return tag("tr", [tag("td", cell) for cell in cells])


def _answer(status: str, answer: JsonObject) -> Html:
    schemas = [_schema(content.get("schema", {})) for content in answer.get("content", {}).values()]
    return tag("li", tag("code", status), " ", answer["description"], " ", _between(", ", schemas))


def _schema(schema: JsonObject) -> Html:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return tag("a", name, href=f"#{name}")
    for choice in ("anyOf", "oneOf"):
        if choice in schema:
            return _between(" or ", [_schema(one) for one in schema[choice]])
    if schema.get("type") == "array":
        return join(["list of ", _schema(schema.get("items", {}))])
    return join(str(schema.get("type", "")))


def _between(joint: str, parts: Sequence[Html]) -> Html:
    return join([[joint if number else None, part] for number, part in enumerate(parts)])
