"""Any OpenAPI document, read into operations.

They can be searched, checked and sent. What this is not: a client generator. It knows what may be asked and how a body
must look; sending is the session's work.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, cast
from urllib.parse import urlsplit

from vipps_nb.core import hooks
from vipps_nb.core.paths import path_of
from vipps_nb.errors import VippsNbError

METHODS = ("get", "put", "post", "patch", "delete", "head", "options")
Place = Literal["path", "query", "header", "cookie"]
Schema = Mapping[str, Any]
_MOST_NODES = 1_000_000  # the largest official document has 4,000


class DocumentError(VippsNbError):
    """The text is no OpenAPI document, or none that can be read here."""


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One parameter of an operation.

    Attributes:
        place: Where it travels: in the path, the query, a header or a cookie.
        schema: JSON schema of its value.
        purpose: What it means; empty where the document does not say.
        example: A value that can be sent; None where the document has none.
    """

    name: str
    place: Place
    required: bool
    schema: Schema = field(default_factory=dict)
    purpose: str = ""
    example: Any = None


@dataclass(frozen=True, kw_only=True)
class Body:
    """The body of a request.

    Attributes:
        media_type: Such as ``application/json`` or ``application/x-www-form-urlencoded``.
        schema: JSON schema; references point into the document's components, see ``Document.resolve``.
        example: A body that can be sent as it is; None where the document has none.
    """

    media_type: str
    required: bool
    schema: Schema = field(default_factory=dict)
    example: Any = None


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One operation of an API.

    Attributes:
        api: The document's title, such as ``ePayment API``.
        path: From the host's root, with parameters in braces.
        purpose: What it does, in one sentence.
        keys: The key types that open it; empty where the document does not say.
        in_test: Whether the real test environment has it.
        page: The official page about it, if known.
    """

    api: str
    method: str
    path: str
    purpose: str = ""
    parameters: tuple[Parameter, ...] = ()
    body: Body | None = None
    keys: tuple[str, ...] = ()
    in_test: bool = True
    page: str | None = None
    deprecated: bool = False

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Matches the concrete paths of this operation.

        They are as ``path_of`` reads them; parameters are groups, in order.
        """
        parts = re.split(r"\{[^}]+\}", self.path.rstrip("/"))
        return re.compile("([^/]+)".join(re.escape(part) for part in parts), re.IGNORECASE)

    def matches(self, method: str, path: str) -> bool:
        """Whether a request is one of this operation; the query does not count."""
        return method.upper() == self.method and self.pattern.fullmatch(path_of(path)) is not None

    @property
    def literal_length(self) -> int:
        """How much of the path is written out, in characters.

        Of two operations that match, the more literal one is meant.
        """
        return len(re.sub(r"\{[^}]+\}", "", self.path))


class Document:
    """An OpenAPI document: its title, its operations, and the schemas they refer to.

    Args:
        content: The parsed document.
        source: A file's name or an address: what it is called in messages, and known by in the catalogue.

    Raises:
        DocumentError: It is no OpenAPI document of version 3.0 or 3.1, or none that can be read here.
    """

    def __init__(self, content: Mapping[str, Any], *, source: str = "") -> None:
        if not isinstance(content, Mapping) or "openapi" not in content or "paths" not in content:
            raise DocumentError(
                f"{source or 'The text'} is no OpenAPI document. Expected a JSON or YAML object with `openapi` and "
                "`paths`, version 3.0 or 3.1."
            )
        if not str(content["openapi"]).startswith("3."):
            raise DocumentError(
                f"{source or 'The document'} is OpenAPI {content['openapi']}. Expected version 3.0 or 3.1; convert it."
            )
        self.source = source
        try:
            _refuse_endless(content)
            self._content = _modern(content) if str(content["openapi"]).startswith("3.0") else content
            self.title: str = self._content.get("info", {}).get("title", source)
            self.operations: tuple[Operation, ...] = tuple(self._read())
        except (AttributeError, IndexError, KeyError, TypeError, RecursionError) as error:
            raise DocumentError(
                f"{source or 'The document'} breaks the form of OpenAPI documents ({type(error).__name__}: {error}). "
                "Expected one that a validator accepts."
            ) from error

    def __repr__(self) -> str:
        """A line for each operation.

        So a document as a cell's last value is its table of contents.
        """
        rows = "".join(f"\n  {operation.method:6} {operation.path}" for operation in self.operations)
        return f"<Document {self.title}, {len(self.operations)} operations>{rows}"

    def __getitem__(self, name: str) -> Operation:
        """An operation by its method and path.

        As in ``document["GET /epayment/v1/payments/{reference}"]``.

        Raises:
            KeyError: The document has no such operation.
        """
        for operation in self.operations:
            if str(operation) == name:
                return operation
        raise KeyError(name)

    def _ipython_key_completions_(self) -> list[str]:
        return [str(operation) for operation in self.operations]

    @property
    def components(self) -> Mapping[str, Any]:
        """What schemas refer to by ``#/components/…``."""
        return cast("Mapping[str, Any]", self._content.get("components", {}))

    def resolve(self, node: Mapping[str, Any]) -> Mapping[str, Any]:
        """The node itself, or what its ``$ref`` points to.

        Raises:
            DocumentError: The reference leads nowhere, or out of the document.
        """
        seen: set[str] = set()
        while "$ref" in node:
            reference = node["$ref"]
            if reference in seen or not reference.startswith("#/"):
                raise DocumentError(f"{self.source or self.title} has a reference that cannot be followed: {reference}")
            seen.add(reference)
            found: Any = self._content
            for part in reference[2:].split("/"):
                name = part.replace("~1", "/").replace("~0", "~")
                if not isinstance(found, Mapping) or name not in found:
                    raise DocumentError(f"{self.source or self.title} has a reference that leads nowhere: {reference}")
                found = found[name]
            node = found
        return node

    def explore(self) -> Any:
        """A widget with a form for each operation.

        Choose, fill in, send, see, take along as code.
        """
        return hooks.document_explorer(self)

    def find(self, method: str, path: str) -> Operation | None:
        """The operation that a request belongs to; None when there is none.

        Where several match it is the most literal one.
        """
        fitting = [operation for operation in self.operations if operation.matches(method, path)]
        return max(fitting, key=lambda operation: operation.literal_length, default=None)

    def _read(self) -> Iterator[Operation]:
        base = _base_path(self._content.get("servers", []))
        for path, item in self._content["paths"].items():
            if not path.startswith("/"):
                continue  # a callback that somebody else serves
            shared = [self.resolve(one) for one in item.get("parameters", [])]
            for method in METHODS:
                if method in item:
                    yield self._operation(method, base + path, item[method], shared)

    def _operation(
        self, method: str, path: str, found: Mapping[str, Any], shared: Sequence[Mapping[str, Any]]
    ) -> Operation:
        own = [self.resolve(one) for one in found.get("parameters", [])]
        named = {(one["name"], one["in"]): one for one in [*shared, *own]}
        docs = found.get("externalDocs", self._content.get("externalDocs", {}))
        return Operation(
            api=self.title,
            method=method.upper(),
            path=path,
            purpose=_purpose(found),
            parameters=tuple(
                Parameter(
                    name=one["name"],
                    place=one["in"],
                    required=one.get("required", False),
                    schema=one.get("schema", {}),
                    purpose=one.get("description", ""),
                    example=one.get("example", one.get("schema", {}).get("example")),
                )
                for one in named.values()
            ),
            body=self._body(found["requestBody"]) if "requestBody" in found else None,
            keys=tuple(found.get("x-keys", self._content.get("x-keys", ()))),
            in_test=found.get("x-in-test", self._content.get("x-in-test", True)),
            page=docs.get("url") if str(docs.get("url")).startswith(("https://", "http://")) else None,
            deprecated=found.get("deprecated", False),
        )

    def _body(self, node: Mapping[str, Any]) -> Body | None:
        found = self.resolve(node)
        for media_type, content in found.get("content", {}).items():
            examples = [one.get("value") for one in content.get("examples", {}).values() if isinstance(one, Mapping)]
            return Body(
                media_type=media_type.partition(";")[0].strip(),
                required=found.get("required", False),
                schema=content.get("schema", {}),
                example=content.get("example", next(iter(examples), None)),
            )
        return None


def read(source: str | Path, text: str) -> Document:
    """Read a document from its text: JSON, or YAML where PyYAML is installed.

    Raises:
        DocumentError: It is neither, or no OpenAPI document.
    """
    name = str(source)
    try:
        return Document(json.loads(text), source=name)
    except json.JSONDecodeError:
        pass
    try:
        import yaml  # noqa: PLC0415 - only for YAML, and not a dependency
    except ImportError as error:
        raise DocumentError(
            f"{name} is not JSON, and YAML cannot be read here. Expected JSON, or PyYAML beside vipps_nb: "
            "pip install pyyaml"
        ) from error

    class OnlyWhatJsonHas(yaml.SafeLoader):
        """A date stays the text it is: JSON has no other."""

    OnlyWhatJsonHas.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in found if not tag.endswith(":timestamp")]
        for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    try:
        # The loader is a SafeLoader that knows one type less.
        return Document(yaml.load(text, OnlyWhatJsonHas), source=name)  # noqa: S506
    except (yaml.YAMLError, RecursionError) as error:
        raise DocumentError(f"{name} is neither JSON nor YAML. Expected an OpenAPI document.") from error


def _purpose(found: Mapping[str, Any]) -> str:
    text: str = found.get("summary") or found.get("description") or found.get("operationId") or ""
    return text.strip().partition("\n")[0]


def _base_path(servers: Sequence[Mapping[str, Any]]) -> str:
    return urlsplit(servers[0].get("url", "")).path.rstrip("/") if servers else ""


def _refuse_endless(content: Any) -> None:
    """Refuse YAML that stands for more than any memory holds.

    It can do so in a few lines, and can also write down something that contains itself.
    """
    waiting, count = [content], 0
    while waiting:
        node = waiting.pop()
        count += 1
        if count > _MOST_NODES:
            raise DocumentError(f"The document has more than {_MOST_NODES:,} parts. Expected an OpenAPI document.")
        if isinstance(node, Mapping):
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node


def _modern(node: Any) -> Any:
    """OpenAPI 3.0's own schema words in those of JSON Schema, which 3.1 uses."""
    if isinstance(node, list):
        return [_modern(item) for item in node]
    if not isinstance(node, Mapping):
        return node
    changed = {name: _modern(value) for name, value in node.items()}
    for edge in ("Minimum", "Maximum"):
        if changed.get(f"exclusive{edge}") is True:
            changed[f"exclusive{edge}"] = changed.pop(edge.lower())
        elif changed.get(f"exclusive{edge}") is False:
            del changed[f"exclusive{edge}"]
    if isinstance(changed.get("nullable"), bool) and changed.pop("nullable"):
        return {"anyOf": [changed, {"type": "null"}]}
    return changed
