"""The OpenAPI document as one page to read: rendered here, so that it needs neither network nor script."""

from __future__ import annotations

import json
from html import escape
from typing import Any

STYLE = """
:root { color-scheme: light dark; --ink: #20242b; --paper: #fbfaf8; --line: #d8d5cf; --soft: #f0eeea; --mark: #1f5f4a; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e9e7e2; --paper: #17191d; --line: #3b3f47; --soft: #22252b; --mark: #8fd3b6; }
}
body { margin: 0 auto; max-width: 60rem; padding: 2rem 1rem 6rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.6 system-ui, sans-serif; }
h1 { font-size: 1.6rem; } h2 { margin-top: 3rem; font-size: 1.25rem; }
a { color: var(--mark); } code, pre { font: .875rem/1.5 ui-monospace, monospace; }
details { border-top: 1px solid var(--line); padding: .5rem 0; }
summary { cursor: pointer; overflow-wrap: anywhere; } summary:focus-visible { outline: 2px solid var(--mark); }
.method { display: inline-block; min-width: 4.5rem; font-weight: 700; }
table { border-collapse: collapse; width: 100%; } th, td { border-bottom: 1px solid var(--line); padding: .25rem .5rem;
  text-align: left; vertical-align: top; }
pre { background: var(--soft); padding: 1rem; overflow-x: auto; }
"""
JsonObject = dict[str, Any]


def render(document: JsonObject) -> str:
    """The page."""
    info = document["info"]
    by_tag: dict[str, list[str]] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            [tag] = operation["tags"]
            by_tag.setdefault(tag, []).append(_operation(method, path, operation))
    groups = "\n".join(f"<h2>{escape(tag)}</h2>\n{''.join(items)}" for tag, items in by_tag.items())
    schemas = "\n".join(
        f'<details id="{escape(name)}"><summary><code>{escape(name)}</code></summary>{_code(schema)}</details>'
        for name, schema in sorted(document["components"]["schemas"].items())
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(info['title'])}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>{escape(info['title'])}</h1>\n<p>{escape(info['description'])}</p>\n"
        '<p>For tools: <a href="/sandbox/openapi.json">openapi.json</a></p>\n'
        f"{groups}\n<h2>Schemas</h2>\n{schemas}\n</main>\n</body>\n</html>\n"
    )


def _operation(method: str, path: str, operation: JsonObject) -> str:
    rows = "".join(_parameter(parameter) for parameter in operation.get("parameters", []))
    header = "<tr><th>Name</th><th>In</th><th>Needed</th><th>Rules</th></tr>"
    parameters = f"<table>{header}{rows}</table>" if rows else ""
    bodies = "".join(
        f"<p>Body, <code>{escape(media_type)}</code>: {_schema(content.get('schema', {}))}</p>"
        for media_type, content in operation.get("requestBody", {}).get("content", {}).items()
    )
    answers = "".join(_answer(status, answer) for status, answer in sorted(operation["responses"].items()))
    mark = " · deprecated" if operation.get("deprecated") else ""
    return (
        f'<details><summary><span class="method">{escape(method.upper())}</span> '
        f"<code>{escape(path)}</code>{mark}</summary>"
        f"<p>{escape(operation.get('description', ''))}</p>{parameters}{bodies}<ul>{answers}</ul></details>\n"
    )


def _parameter(parameter: JsonObject) -> str:
    schema = {name: value for name, value in parameter["schema"].items() if name != "title"}
    needed = "yes" if parameter.get("required") else "no"
    return (
        f"<tr><td><code>{escape(parameter['name'])}</code></td><td>{escape(parameter['in'])}</td>"
        f"<td>{needed}</td><td><code>{escape(json.dumps(schema))}</code></td></tr>"
    )


def _answer(status: str, answer: JsonObject) -> str:
    schemas = [_schema(content.get("schema", {})) for content in answer.get("content", {}).values()]
    return f"<li><code>{escape(status)}</code> {escape(answer['description'])} {', '.join(schemas)}</li>"


def _schema(schema: JsonObject) -> str:
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#{name}">{name}</a>'
    for choice in ("anyOf", "oneOf"):
        if choice in schema:
            return " or ".join(_schema(one) for one in schema[choice])
    if schema.get("type") == "array":
        return f"list of {_schema(schema.get('items', {}))}"
    return escape(str(schema.get("type", "")))


def _code(schema: JsonObject) -> str:
    return f"<pre>{escape(json.dumps(schema, indent=2))}</pre>"
