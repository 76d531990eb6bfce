"""What any file says, in one neutral record.

Readers write it, the notebook's writer and the explorer read it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from vipps_nb.errors import VippsNbError


class CollectionError(VippsNbError):
    """A file cannot be brought along. Nothing was written."""


@dataclass(frozen=True)
class Pair:
    """A name and a value: of a header, a parameter, or a field of a form.

    Attributes:
        value: May hold ``{{name}}``. Of a file, its path.
        is_file: Whether the value is the path of a file to send.
    """

    name: str
    value: str
    is_file: bool = False


@dataclass(frozen=True)
class Body:
    """What a request carries.

    Attributes:
        kind: ``raw`` (``text``), ``form`` and ``multipart`` (``pairs``), ``file`` (``text`` is its path).
        media_type: As far as the file says; empty otherwise.
    """

    kind: Literal["none", "raw", "form", "multipart", "file"] = "none"
    text: str = field(default="", repr=False)
    pairs: tuple[Pair, ...] = field(default=(), repr=False)
    media_type: str = ""


@dataclass(frozen=True)
class Auth:
    """How a request proves who sends it, as the file has it.

    Attributes:
        kind: ``bearer``, ``basic``, ``apikey``, ``noauth``, or another word of Postman's.
        values: Its settings, by name.
    """

    kind: str
    values: tuple[Pair, ...] = field(default=(), repr=False)

    def value(self, name: str) -> str:
        """A setting; empty where there is none."""
        return next((pair.value for pair in self.values if pair.name == name), "")


@dataclass(frozen=True)
class Script:
    """JavaScript that Postman runs before or after a request.

    Here it is only ever read.
    """

    when: Literal["before", "after"]
    source: str = field(repr=False)


@dataclass(frozen=True)
class Example:
    """An answer that was saved beside a request."""

    name: str
    status: int | None = None
    reason: str = ""
    headers: tuple[Pair, ...] = field(default=(), repr=False)
    text: str = field(default="", repr=False)


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request.

    Attributes:
        url: With its query; may hold ``{{name}}``.
        auth: Its own, or what it inherits; None for none.
        scripts: Its own.
    """

    name: str
    method: str
    url: str = field(repr=False)
    headers: tuple[Pair, ...] = field(default=(), repr=False)
    body: Body = Body()
    description: str = field(default="", repr=False)
    auth: Auth | None = None
    scripts: tuple[Script, ...] = ()
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Folder:
    """Requests and folders under one name, with the scripts that each of them runs."""

    name: str
    description: str = field(default="", repr=False)
    items: tuple[Folder | Request, ...] = ()
    scripts: tuple[Script, ...] = ()


@dataclass(frozen=True)
class Variable:
    """A variable and its first value.

    Attributes:
        secret: Whether the file itself says so.
        source: The file it stands in.
    """

    name: str
    value: str = field(repr=False)
    secret: bool = False
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class Collection:
    """All that one file holds.

    Attributes:
        kind: What the file is, for people: ``Postman collection``, ``HAR file``, ``curl commands``.
        source: Its name.
        root: Everything, in the file's order.
        variables: The collection's own.
        notes: What was seen while reading, in sentences.
        is_ours: Whether ``vipps.history.save`` wrote it, so that a host of this machine was a sandbox's.
    """

    kind: str
    source: str
    root: Folder
    variables: tuple[Variable, ...] = ()
    notes: tuple[str, ...] = ()
    is_ours: bool = False

    def requests(self) -> Iterator[Request]:
        """All requests, in order."""
        waiting: list[Folder | Request] = [self.root]
        while waiting:
            item = waiting.pop()
            if isinstance(item, Folder):
                waiting += reversed(item.items)
            else:
                yield item
