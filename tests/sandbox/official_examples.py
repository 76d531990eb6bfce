"""The request examples of an official document, read when they are needed: they are not ours to keep.

A document gives examples of a whole body, named or not, of a schema, or only of fields; of the latter a body is put
together, as a reader of the document would.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

METHODS = ("post", "put", "patch", "delete", "get")
NONE = object()
DEEPEST = 8


class AsWritten(yaml.SafeLoader):
    """Takes ``NO`` for a country and a day for text, as whoever wrote the document did."""


AsWritten.yaml_implicit_resolvers = {
    first: [
        (tag, pattern)
        for tag, pattern in resolvers
        if tag != "tag:yaml.org,2002:timestamp" and (tag != "tag:yaml.org,2002:bool" or first in "tTfF")
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class Example(NamedTuple):
    """One request body of one operation, as it stands in the document."""

    method: str
    path: str
    name: str
    media_type: str
    body: Any


class Reader:
    """Reads one document."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document

    @classmethod
    def of(cls, file: Path) -> Reader:
        return cls(yaml.load(file.read_text(), AsWritten))

    def examples(self) -> Iterator[Example]:
        """All of them, each body once for each operation."""
        for path, item in self.document["paths"].items():
            if "$ref" in item and not item["$ref"].startswith("#"):
                continue  # in a file that is not at hand
            for method in METHODS:
                content = self.resolved(item.get(method, {}).get("requestBody", {})).get("content", {})
                seen: list[Any] = []
                for media_type, media in content.items():
                    for name, body in self._of(media):
                        if body not in seen:
                            seen.append(body)
                            yield Example(method.upper(), path, name, media_type, body)

    def resolved(self, schema: Any) -> Any:
        while isinstance(schema, dict) and "$ref" in schema:
            target: Any = self.document
            for part in schema["$ref"].removeprefix("#/").split("/"):
                target = target[part.replace("~1", "/").replace("~0", "~")]
            schema = target
        return schema

    def _of(self, media: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        if "example" in media:
            yield "example", media["example"]
        for name, example in media.get("examples", {}).items():
            if "value" in (example := self.resolved(example)):
                yield name, example["value"]
        schema = self.resolved(media.get("schema", {}))
        if "example" in schema:
            yield "schema", schema["example"]
        for number, one in enumerate(schema.get("examples", [])):
            yield f"schema, {number + 1}", one
        for name, body in self._composed(schema):
            if body is not NONE and body != {}:
                yield name, body

    def _composed(self, schema: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        """Bodies put together from what the fields have as examples: all of them, and the required ones."""
        variants = [self.resolved(one) for one in schema.get("oneOf", schema.get("anyOf", []))] or [schema]
        for number, one in enumerate(variants):
            suffix = f", variant {number + 1}" if len(variants) > 1 else ""
            yield f"fields{suffix}", self._value(one, optional=True)
            yield f"required fields{suffix}", self._value(one, optional=False)

    def _value(self, schema: Any, *, optional: bool, depth: int = 0) -> Any:  # noqa: PLR0911 - one way for each kind
        schema = self.resolved(schema)
        if depth and "example" in schema:
            return schema["example"]
        if depth > DEEPEST:
            return NONE
        for kind in ("oneOf", "anyOf"):
            if kind in schema:
                found = (self._value(one, optional=optional, depth=depth + 1) for one in schema[kind])
                return next((value for value in found if value is not NONE), NONE)
        properties, required = self._fields(schema)
        if properties:
            return self._object(properties, required, optional=optional, depth=depth)
        if schema.get("type") == "array":
            item = self._value(schema.get("items", {}), optional=optional, depth=depth + 1)
            return NONE if item is NONE else [item]
        if "default" in schema:
            return schema["default"]
        return schema["enum"][0] if schema.get("enum") else NONE

    def _object(self, properties: Mapping[str, Any], required: set[str], *, optional: bool, depth: int) -> Any:
        body = {}
        for name, one in properties.items():
            value = self._value(one, optional=optional, depth=depth + 1)
            if value is NONE and name in required:
                return NONE  # the document gives no example of it, so there is none of the whole
            if value is not NONE and (optional or name in required):
                body[name] = value
        return body

    def _fields(self, schema: Mapping[str, Any]) -> tuple[dict[str, Any], set[str]]:
        properties, required = dict(schema.get("properties", {})), set(schema.get("required", []))
        for part in schema.get("allOf", []):
            more, needed = self._fields(self.resolved(part))
            properties |= more
            required |= needed
        return {name: one for name, one in properties.items() if not self.resolved(one).get("readOnly")}, required
