"""What the tests must know of each official document to hold the sandbox against it: one module, one document."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SPECS = Path(__file__).resolve().parents[3].parent / "shared" / "specs"
METHODS = ("get", "post", "put", "patch", "delete")


def nothing(*_: Any) -> Any:
    return {}


@dataclass(frozen=True, kw_only=True)
class Official:
    """One official document, and how to come into a conversation with the API it describes.

    Attributes:
        name: The document's file name without its ending.
        base: What the document's servers put in front of its paths.
        headers: The headers that let a request in, given the sandbox and its first merchant.
        populate: Fills a fresh world; returns, for each path parameter, values that exist there.
        narrow: Changes the document so that most of what is generated from it can succeed: what its prose says and
            its schemas do not, and what this sales unit may do.
        mend: Repairs what is broken in the document itself.
        broken: Why `mend` is needed, one sentence for each repair.
        not_served: Operations that are not the platform's to serve, each with the reason.
        answers_differ: Operations whose documented answer cannot be right, each with the reason; theirs are not
            validated.
        hopeless: Operations that no generated request can succeed with, each with the reason.
        also_says: Schemas of refusals that the document leaves out.
    """

    name: str
    base: str = ""
    headers: Callable[..., Mapping[str, str]] = field(default=lambda sandbox, merchant, path: merchant.headers)
    populate: Callable[..., Mapping[str, Sequence[str]]] = nothing
    narrow: Callable[[dict[str, Any]], Any] = nothing
    mend: Callable[[dict[str, Any]], Any] = nothing
    broken: Sequence[str] = ()
    not_served: Mapping[tuple[str, str], str] = field(default_factory=dict)
    answers_differ: Mapping[tuple[str, str], str] = field(default_factory=dict)
    hopeless: Mapping[tuple[str, str], str] = field(default_factory=dict)
    also_says: Sequence[Mapping[str, Any]] = ()

    def load(self) -> dict[str, Any]:
        import yaml

        document: dict[str, Any] = yaml.safe_load((SPECS / f"{self.name}.yaml").read_text())
        self.mend(document)
        return document

    def operations(self) -> list[tuple[str, str]]:
        """Every operation that the document has, as method and path."""
        paths = self.load()["paths"]
        return [(method.upper(), path) for path, methods in paths.items() for method in methods if method in METHODS]

    def served(self) -> list[tuple[str, str]]:
        return [operation for operation in self.operations() if operation not in self.not_served]


def close_objects(document: dict[str, Any]) -> None:
    """The documents allow unknown fields where the API refuses them."""
    for schema in document.get("components", {}).get("schemas", {}).values():
        if schema.get("type") == "object" and "properties" in schema:
            schema["additionalProperties"] = False


def documents() -> list[Official]:
    """Every description in this folder."""
    modules = [importlib.import_module(f"{__name__}.{info.name}") for info in pkgutil.iter_modules(__path__)]
    return [module.official for module in sorted(modules, key=lambda module: module.__name__)]
