"""Records by key, as every store of a world keeps them.

A table knows which of its records were looked at or changed since somebody last asked. So whoever keeps the world in a
file writes after each act what that act may have changed, however large the world is.

Whoever gets a record may change it: ``get`` is noted. Whoever goes through all of them (``values``) only reads.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, ItemsView, Iterator, ValuesView
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from pydantic import GetCoreSchemaHandler, PlainSerializer, PlainValidator
from pydantic_core import CoreSchema, core_schema

Key = TypeVar("Key", str, int, tuple[str, str], tuple[str, str, str])
Record = TypeVar("Record")


class Table(Generic[Key, Record]):
    """Records by key, in the order in which they came.

    Args:
        frozen: The records themselves never change, so that to get one is no change.
    """

    def __init__(self, *, frozen: bool = False) -> None:
        self.rows: dict[Key, Record] = {}
        self._frozen = frozen
        self.touched: dict[Key, bool] | None = None
        """Keys that were looked at (False) or put (True) since; None while nobody keeps the world."""

    def __len__(self) -> int:
        return len(self.rows)

    def __contains__(self, key: object) -> bool:
        return key in self.rows

    def __iter__(self) -> Iterator[Key]:
        return iter(self.rows)

    def __getitem__(self, key: Key) -> Record:
        found = self.rows[key]
        if self.touched is not None and not self._frozen:
            self.touched.setdefault(key, False)
        return found

    def __setitem__(self, key: Key, record: Record) -> None:
        if self.touched is not None:
            # What takes the place of another under its key stays where that one was.
            self.touched[key] = self.touched.get(key, False) or key not in self.rows
        self.rows[key] = record

    def get(self, key: Key) -> Record | None:
        """The record with this key."""
        found = self.rows.get(key)
        if self.touched is not None and found is not None and not self._frozen:
            self.touched.setdefault(key, False)
        return found

    def pop(self, key: Key) -> Record | None:
        """Take a record away; None where there is none."""
        if self.touched is not None:
            self.touched.setdefault(key, False)
        return self.rows.pop(key, None)

    def items(self) -> ItemsView[Key, Record]:
        """All records and their keys, to be read and not to be changed."""
        return self.rows.items()

    def values(self) -> ValuesView[Record]:
        """All records, to be read and not to be changed."""
        return self.rows.values()

    def keep_track(self) -> None:
        """Note from now on what is touched."""
        self.touched = {}


class Rows(Table[int, Record], Generic[Record]):
    """Records by number, each put behind those before."""

    def append(self, record: Record) -> int:
        """Put one more; tells its number."""
        number = len(self.rows)
        self[number] = record
        return number


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _bytes(text: object) -> bytes:
    try:
        return base64.b64decode(text if isinstance(text, str) else "?", validate=True)
    except binascii.Error:
        raise ValueError("this is no Base64") from None


Blob = Annotated[bytes, PlainSerializer(_text), PlainValidator(_bytes)]
"""Bytes that stand in a file as Base64."""


@dataclass(frozen=True)
class KeptAs:
    """Beside the type of a field that holds a record of a table.

    In a file stands its key.

    Attributes:
        name: The key, given the record.
        find: The record, given the world that is being read and the key; None where there is none.
    """

    name: Callable[[Any], Any]
    find: Callable[[Any, Any], Any]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """A key is valid if its record is there."""
        return core_schema.with_info_plain_validator_function(
            self._found, serialization=core_schema.plain_serializer_function_ser_schema(self.name)
        )

    def _found(self, key: Any, info: core_schema.ValidationInfo) -> Any:
        try:
            found = self.find(info.context, key)
        except (TypeError, KeyError, ValueError):
            found = None
        if found is None:
            raise ValueError("there is no such record")
        return found
