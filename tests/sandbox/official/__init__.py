"""How to talk to each API so that generated requests mean something: one module, one official document.

An API that has no official document has a module too, so that the sandbox's own document can be held against it.
"""

from __future__ import annotations

import importlib
import os
import pickle
import pkgutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import cycle
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

# Not in this repository, as they are not ours to give away. Where they are is one setting, read here and nowhere else.
SETTING = "VIPPS_NB_SPECS"
SPECS = Path(os.environ.get(SETTING) or Path(__file__).resolve().parents[3].parent / "shared" / "specs").resolve()
NOT_AT_HAND = "the official documents are not at hand"
needs_documents = pytest.mark.skipif(not SPECS.is_dir(), reason=NOT_AT_HAND)
METHODS = ("get", "post", "put", "patch", "delete")
AFRESH = 10  # requests until the world is made anew, so that there is always something left to act on


@cache
def _parsed(file: Path) -> bytes:
    """A document, ready to be had often: reading 100 KB of YAML takes a while, even in C, and unpickling it none."""
    import yaml

    reader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # seven times as fast, where PyYAML was built with it
    return pickle.dumps(yaml.load(file.read_text(encoding="utf-8"), reader))


def nothing(*_: Any) -> Any:
    return {}


@dataclass(frozen=True, kw_only=True)
class Official:
    """One official document, and how to come into a conversation with the API it describes.

    Attributes:
        name: The document's file name without its ending.
        base: What the document's servers put in front of its paths.
        shelf: How the paths of its operations begin, base and all; the base unless given.
        published: Whether there is an official document at all.
        headers: The headers that let a request in, given the sandbox, its first merchant and the path, base and all.
        populate: Fills a fresh world; returns, for each path parameter, values that exist there. Names are compared
            without regard to case.
        narrow: Changes the document so that most of what is generated from it can succeed: what its prose says and
            its schemas do not, and what this sales unit may do.
        mend: Repairs what is broken in the document itself.
        broken: Why `mend` is needed, one sentence for each repair.
        may_be_null: Fields of schemas that the document's own words call null, word for word, and its types do not.
        not_served: Operations that are not the platform's to serve, each with the reason.
        answers_differ: Operations whose documented answer cannot be right, each with the reason; theirs are not
            validated.
        hopeless: Operations that no generated request can succeed with, each with the reason.
        examples_differ: Request examples (method, path and name) that cannot succeed as they stand, each with the
            reason.
        days_of_examples: When they are sent, the first one unless they name days that must lie ahead.
        shop_of_examples: A sandbox by the seed whose first sales unit is the one that they name; any unless given.
        before_examples: What else there must be for them, given the sandbox, its merchant and the examples.
        also_says: Schemas of refusals that the document leaves out.
    """

    name: str
    base: str = ""
    shelf: Sequence[str] = ()
    published: bool = True
    headers: Callable[..., Mapping[str, str]] = field(default=lambda sandbox, merchant, path: merchant.headers)
    populate: Callable[..., Mapping[str, Sequence[str]]] = nothing
    narrow: Callable[[dict[str, Any]], Any] = nothing
    mend: Callable[[dict[str, Any]], Any] = nothing
    broken: Sequence[str] = ()
    may_be_null: Mapping[tuple[str, str], str] = field(default_factory=dict)
    not_served: Mapping[tuple[str, str], str] = field(default_factory=dict)
    answers_differ: Mapping[tuple[str, str], str] = field(default_factory=dict)
    hopeless: Mapping[tuple[str, str], str] = field(default_factory=dict)
    examples_differ: Mapping[tuple[str, str, str], str] = field(default_factory=dict)
    days_of_examples: Sequence[str] = ("2026-01-01T12:00:00Z",)
    shop_of_examples: int | None = None
    before_examples: Callable[..., Any] = nothing
    also_says: Sequence[Mapping[str, Any]] = ()

    def load(self, *, mended: bool = True) -> dict[str, Any]:
        """The document, which the caller may change; mended where it contradicts itself, unless told otherwise."""
        document: dict[str, Any] = pickle.loads(_parsed(SPECS / f"{self.name}.yaml"))
        for (schema, name), words in self.may_be_null.items():
            one = document["components"]["schemas"][schema]["properties"][name]
            assert words in one["description"], f"{self.name}: {schema}.{name} is never said to be null"
            one["nullable"] = True
        if mended:
            self.mend(document)
        return document

    def operations(self) -> list[tuple[str, str]]:
        """Every operation that the document has, as method and path."""
        paths = self.load()["paths"]
        return [(method.upper(), path) for path, methods in paths.items() for method in methods if method in METHODS]

    def served(self) -> list[tuple[str, str]]:
        return [operation for operation in self.operations() if operation not in self.not_served]

    def remarks(self) -> Iterator[str]:
        """Every exception that is made for this document, with its reason."""
        for (method, path), reason in self.not_served.items():
            yield f"without {method} {path}: {reason}"
        for (schema, name), words in self.may_be_null.items():
            yield f'mended: {schema}.{name} may be null, since it says "{words}".'
        for sentence in self.broken:
            yield f"mended: {sentence}"
        for (method, path), reason in {**self.answers_differ, **self.hopeless}.items():
            yield f"{method} {path}: {reason}"


def close_objects(document: dict[str, Any]) -> None:
    """The documents allow unknown fields, which say nothing: what is generated shall consist of those that do."""
    for schema in document.get("components", {}).get("schemas", {}).values():
        if schema.get("type") == "object" and "properties" in schema:
            schema["additionalProperties"] = False


ALIKE = 3  # requests to an operation where a conversation leaves nothing for them to differ in


def differs(document: Mapping[str, Any], method: str, path: str) -> bool:
    """Whether generated requests to an operation differ once they are part of a conversation.

    It puts in what exists for what is generated in the path, and the introduction for what is generated in headers;
    so without a body and a query they are the same request again and again.
    """
    methods = document["paths"][path]
    operation = methods[method.lower()]
    parameters = [*methods.get("parameters", ()), *operation.get("parameters", ())]
    names = [one["$ref"].rpartition("/")[2] for one in parameters if "$ref" in one]
    whole = [one for one in parameters if "$ref" not in one] + [document["components"]["parameters"][n] for n in names]
    return "requestBody" in operation or any(one["in"] == "query" for one in whole)


class Conversation:
    """Many generated requests to one API, in a world that is made anew every now and then."""

    def __init__(self, official: Official | None, sandbox: Any, merchant: Any) -> None:
        self.official = official
        self.sandbox = sandbox
        self.merchant = merchant
        self.count = 0
        self.existing: dict[str, Iterator[str]] = {}

    def prepare(self, case: Any, path: str) -> None:
        """Let a generated request in, and have it ask for things that exist."""
        if self.count % AFRESH == 0:
            self.sandbox.reset(seed=1)
            self.sandbox.hold("2026-01-01T12:00:00Z")
            found = self.official.populate(self.sandbox, self.merchant) if self.official else {}
            self.existing = {name.lower(): cycle(values) for name, values in found.items()}
        self.count += 1
        if self.official is not None:
            introduction = self.official.headers(self.sandbox, self.merchant, path)
            case.headers.update({"Idempotency-Key": str(uuid4())} | dict(introduction))
        for name in case.path_parameters or {}:
            if name.lower() in self.existing:
                case.path_parameters[name] = next(self.existing[name.lower()])


def conversations() -> list[Official]:
    """Every description in this folder."""
    modules = [importlib.import_module(f"{__name__}.{info.name}") for info in pkgutil.iter_modules(__path__)]
    return [module.official for module in sorted(modules, key=lambda module: module.__name__)]


def documents() -> list[Official]:
    """Those with an official document."""
    return [official for official in conversations() if official.published]


def behind(path: str) -> Official | None:
    """Whose path this is; the desk and the customer's phone are nobody's."""
    for official in conversations():
        if path.startswith(tuple(official.shelf or [f"{official.base}/"])):
            return official
    return None
