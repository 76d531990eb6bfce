"""``vipps_nb.openapi(…)``: any OpenAPI document, from wherever it is.

It is explored like the catalogue's own.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import requests

from vipps_nb.apis import catalogue
from vipps_nb.apis.catalogue.documents import Document, DocumentError, read
from vipps_nb.core.addresses import cut_apart
from vipps_nb.core.environment import is_loopback
from vipps_nb.errors import UnreachableError

_LARGEST = 10_000_000  # bytes; the largest official document has 400,000
_LONGEST = 30.0  # seconds, from the first byte that is sent to the last that comes
_CONNECT_AND_READ = (6.05, 10)
_MOST_REDIRECTS = 5
_REDIRECTS = (301, 302, 303, 307, 308)
_OK = 200


def openapi(source: str | Path | Mapping[str, Any]) -> Document:
    """Explore an OpenAPI document like one of the catalogue's own.

    Its operations complete, are checked and explained. From then on ``%vipps``, completion and ``%vipps_explore`` know
    it, and for its paths it is asked before the catalogue: so a newer official document can be used at once. Requests
    still go to the session's own host.

    Args:
        source: A file; an ``https://`` address (or ``http://`` on this machine), fetched without any of your keys; the
            name of a document of the catalogue, such as ``"epayment"``; or a document that has been read already.

    Returns:
        The document. ``document["GET /path"]`` is one operation, ``document.operations`` are all.

    Raises:
        DocumentError: It is no OpenAPI document of version 3.0 or 3.1, or there is nothing of that name.
        UnreachableError: No answer came from the address.
    """
    if isinstance(source, Mapping):
        document = Document(source, source=str(source.get("info", {}).get("title", "the document")))
        catalogue.add(document)
        return document
    text = str(source)
    if "://" in text:
        document = read(_without_query(text), _fetch(text))
    elif Path(text).expanduser().is_file():
        document = read(Path(text).name, _load(Path(text).expanduser()))
    elif (known := catalogue.named(text)) is not None:
        return known
    else:
        names = ", ".join(sorted(one.source.removesuffix(".json") for one in catalogue.documents()))
        raise DocumentError(
            f"There is no file {Path(text).name} here, and no document of that name. Expected a file, an https:// "
            f"address, or one of: {names}."
        )
    catalogue.add(document)
    return document


def _load(file: Path) -> str:
    if file.stat().st_size > _LARGEST:
        raise DocumentError(f"{file.name} is larger than {_LARGEST:,} bytes. Expected an OpenAPI document.")
    return _decoded(file.read_bytes(), file.name)


def _fetch(address: str) -> str:
    """The text behind an address, without any key, cookie or password on the way."""
    deadline = time.monotonic() + _LONGEST
    # A session of its own: nothing of the login's is in it, and its auth keeps ~/.netrc out.
    with requests.Session() as bare:
        bare.auth = _leave_alone
        bare.headers["Accept"] = "application/json, application/yaml, text/yaml, */*;q=0.5"
        try:
            for _ in range(_MOST_REDIRECTS + 1):
                _refuse_unsafe(address)
                with bare.get(address, timeout=_CONNECT_AND_READ, allow_redirects=False, stream=True) as answer:
                    if answer.status_code not in _REDIRECTS:
                        return _read_within_limits(answer, address, deadline)
                    onward = urljoin(address, answer.headers.get("Location", ""))
                    if is_loopback(onward) and not is_loopback(address):
                        raise DocumentError(
                            f"{_host(address)} redirects to this machine, which an address of the net has no business "
                            "with. Expected the document itself."
                        )
                    address = onward
        except requests.RequestException as error:
            raise UnreachableError(
                f"No document came from {_host(address)} ({type(error).__name__}). Expected an answer within "
                f"{_LONGEST:.0f} seconds. Check the address, or save the document and give the file's name.",
                _without_query(address),
            ) from None
    raise DocumentError(f"{_host(address)} redirects more than {_MOST_REDIRECTS} times. Expected the document itself.")


def _read_within_limits(answer: requests.Response, address: str, deadline: float) -> str:
    if answer.status_code != _OK:
        raise DocumentError(
            f"{_host(address)} answered {answer.status_code} {answer.reason}, and no document. Check the address."
        )
    content = bytearray()
    for chunk in answer.iter_content(65536):
        content += chunk
        if len(content) > _LARGEST:
            raise DocumentError(
                f"What {_host(address)} sends is larger than {_LARGEST:,} bytes. Expected an OpenAPI document."
            )
        if time.monotonic() > deadline:
            raise UnreachableError(
                f"{_host(address)} takes longer than {_LONGEST:.0f} seconds. Save the document and give the file's "
                "name.",
                _without_query(address),
            )
    return _decoded(bytes(content), _host(address))


def _refuse_unsafe(address: str) -> None:
    parts = cut_apart(address)
    local = parts.scheme == "http" and is_loopback(address)
    if parts.scheme != "https" and not local:
        raise DocumentError(
            f"{parts.scheme}://… is no address to fetch a document from. Expected https://, or http:// on this machine."
        )
    if parts.username is not None:
        raise DocumentError(
            "The address has a user name or password in it, which a cell would keep. Expected one without; save the "
            "document and give the file's name instead."
        )


def _leave_alone(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _decoded(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise DocumentError(f"{name} is no text in UTF-8. Expected an OpenAPI document.") from None


def _host(address: str) -> str:
    return cut_apart(address).netloc.rpartition("@")[2]


def _without_query(address: str) -> str:
    return address.partition("?")[0]
