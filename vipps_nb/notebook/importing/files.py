"""Files that somebody else wrote, told apart and read without harm."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vipps_nb.core.private_file import NoFileError, read_file
from vipps_nb.core.visible import visible
from vipps_nb.notebook.importing import curl, har, postman
from vipps_nb.notebook.importing.record import Collection, CollectionError, Variable

LARGEST = 64 << 20  # bytes; 50 MB take some 40 seconds of a processor, and 0.9 GB
_LARGEST_TEXT = 32 << 20  # bytes, of curl commands
_KINDS = "a Postman collection or environment (JSON), a HAR file, or a text with curl commands"


def read(file: Path) -> Collection | tuple[Variable, ...]:
    """Read a file: a collection, or the variables of an environment.

    Raises:
        CollectionError: It cannot be opened, is none of these, is too large or too deep.
    """
    name = visible(file.name)
    text = _text(file, name)
    start = text.lstrip()[:1]
    if start not in ("{", "["):
        if len(text) > _LARGEST_TEXT:
            raise CollectionError(f"{name} is no JSON, and larger than {_LARGEST_TEXT >> 20} MB. Expected {_KINDS}.")
        return curl.read(text, name)
    document = _json(text, name)
    try:
        return _told_apart(document, name)
    except RecursionError:
        pass  # not raised in here: the frames hold the whole file
    raise CollectionError(f"{name} is nested deeper than anybody's folders are. Expected {_KINDS}.")


def _told_apart(document: Any, name: str) -> Collection | tuple[Variable, ...]:
    if isinstance(document, Mapping):
        for wrapper in ("collection", "environment"):  # as Postman's own API hands them out
            inner = document.get(wrapper)
            if isinstance(inner, Mapping) and ("item" in inner or "values" in inner):
                document = inner
        if postman.is_collection(document):
            return postman.read(document, name)
        if postman.is_environment(document):
            return postman.read_environment(document, name)
        if har.is_archive(document):
            return har.read(document, name)
        if "requests" in document and ("order" in document or "folders" in document):
            raise CollectionError(
                f"{name} is a Postman collection of version 1. Expected 2.0 or 2.1: open it in Postman and export it "
                "again as Collection v2.1."
            )
        if "openapi" in document or "swagger" in document:
            raise CollectionError(
                f"{name} is an OpenAPI document. Expected {_KINDS}. For this one there is vipps_nb.openapi(…)."
            )
    raise CollectionError(f"{name} is JSON, but nothing that is known here. Expected {_KINDS}.")


def _text(file: Path, name: str) -> str:
    try:
        data = read_file(file.expanduser(), largest=LARGEST)
    except FileNotFoundError:
        raise CollectionError(f"There is no file {name} here. Expected {_KINDS}; check the path.") from None
    except NoFileError as error:
        raise CollectionError(f"{name} cannot be read: {error.strerror}. Expected {_KINDS}.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name is none"
        raise CollectionError(f"{name} cannot be read ({reason}). Expected {_KINDS}.") from None
    encoding = "utf-8-sig"
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"  # what PowerShell's > writes
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        pass
    raise CollectionError(f"{name} is no text in UTF-8. Expected {_KINDS}.")


def _json(text: str, name: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
    except RecursionError:
        where = ""
    except ValueError:  # a number of thousands of digits
        where = "a number that nobody can read"
    if where:
        raise CollectionError(
            f"{name} begins like JSON and is none, at {where}. It may have been cut off or edited: export it again. "
            f"Expected {_KINDS}."
        )
    raise CollectionError(f"{name} is nested deeper than anybody's folders are. Expected {_KINDS}.")
