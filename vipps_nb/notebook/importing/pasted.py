"""A curl command that was pasted below ``%%vipps``.

The same call, as the session makes it.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from vipps_nb.apis import catalogue
from vipps_nb.client.login import current_session
from vipps_nb.client.session import VippsSession
from vipps_nb.core.environment import official_environment
from vipps_nb.notebook.calls import FORM, CallError
from vipps_nb.notebook.calls.cells import Order, refuse_secrets
from vipps_nb.notebook.importing import curl
from vipps_nb.notebook.importing.record import Body, CollectionError, Request
from vipps_nb.notebook.importing.scripts import is_of_the_session
from vipps_nb.notebook.importing.secrets import opens_doors
from vipps_nb.notebook.importing.variables import TEMPLATE, is_placeholder

_ELSEWHERE = "vipps-nb import makes a notebook of it that says the same in Python."


def order_of(cell: str, order: Order, variables: Mapping[str, Any]) -> tuple[Order, str]:
    """What a pasted command asks for.

    Args:
        cell: The command, in the quotes of bash, PowerShell or cmd.
        order: The options of the magic's line.
        variables: What the code that called can see; variables of the shell are looked up there.

    Returns:
        The order, and its body.

    Raises:
        CallError: It holds a key, goes to another host, or carries what no cell can say. Nothing was sent.
    """
    try:
        request, left_out = curl.request_of(cell.strip("\n"))
    except CollectionError as error:
        raise CallError(f"{error} Nothing was sent.") from None
    refuse_secrets(_as_text(request), variables)
    found = variables.get(order.session) if order.session else None
    session = found if isinstance(found, VippsSession) else current_session()
    headers = [f"{pair.name}: {_named(pair.value, '{')}" for pair in request.headers if _is_kept(pair.name, pair.value)]
    made = dataclasses.replace(
        order, method=request.method, path=_path(request, session), headers=[*order.headers, *headers]
    )
    body = _body(request)
    for sentence in left_out:
        print(sentence)
    return made, body


def _as_text(request: Request) -> str:
    """All that must not hold a key.

    A header that the session sends itself counts, unless it only names its place.
    """
    rows = [f"{request.method} {request.url}", request.body.text]
    rows += [f"{pair.name}={pair.value}" for pair in request.body.pairs]
    for pair in request.headers:
        value = pair.value.partition(" ")[2] if pair.value.lower().startswith(("bearer", "basic")) else pair.value
        if not (opens_doors(pair.name) and (TEMPLATE.search(value) or is_placeholder(value) or _is_shouted(value))):
            rows.append(f"{pair.name}: {pair.value}")
    if request.auth is not None and not TEMPLATE.search(request.auth.value("password")):
        rows.append(f"client_secret: {request.auth.value('password')}")
    return "\n".join(rows)


def _is_shouted(value: str) -> bool:
    """Whether it is ``YOUR-ACCESS-TOKEN``, as documents write it."""
    return value.isupper() and not any(sign.isdigit() for sign in value)


def _is_kept(name: str, value: str) -> bool:
    if name.lower() == "accept":
        return value not in ("*/*", "application/json")
    return not is_of_the_session(name) and "{{$" not in value


def _named(text: str, opening: str) -> str:
    """A text with variables of the shell as the notebook's."""
    return TEMPLATE.sub(lambda found: f"{opening}{found[1]}}}", text)


def _path(request: Request, session: VippsSession) -> str:
    url = request.url
    if "://" not in url.partition("?")[0]:
        url = f"https://{url}" if not url.startswith(("/", "{")) else url
    place = official_environment(url)
    if place is not None or session.environment.owns(url):
        if place is not None and place != session.environment and session.environment.name != "sandbox":
            print(f"The command names {place.host}; this goes to {session.environment.host}, where you are logged in.")
        url = "/" + url.split("/", 3)[3] if url.count("/") > 2 else "/"  # noqa: PLR2004 - scheme and host
    elif url.startswith("{{") and "}}/" in url:
        url = url[url.index("}}/") + 2 :]
    if "://" in url.partition("?")[0]:
        raise CallError(
            f"The command goes to another host than the session's, {session.environment.host}. Expected one of Vipps "
            f"MobilePay's. Nothing was sent. {_ELSEWHERE}"
        )
    pieces = TEMPLATE.split(url)
    return "".join(
        "{" + piece + "}" if place % 2 else quote(piece, safe="/:?&=%@!$()*,;+~[]-._")
        for place, piece in enumerate(pieces)
    )


def _body(request: Request) -> str:
    body: Body = request.body
    path = request.url.partition("?")[0].partition("://")[2].partition("/")[2]
    operation = catalogue.find(request.method, f"/{path}")
    takes_form = operation is not None and operation.body is not None and operation.body.media_type == FORM
    if body.kind == "none":
        return ""
    if body.kind == "raw":
        return _named(body.text, "${")
    if body.kind == "form" and takes_form:
        return json.dumps({pair.name: _named(pair.value, "${") for pair in body.pairs}, ensure_ascii=False)
    if body.kind == "form" and operation is not None and operation.body is None:
        return ""  # as published clients do where no body is wanted
    what = {"form": "a form", "multipart": "a form with parts", "file": "a file"}[body.kind]
    raise CallError(f"The command sends {what}, which a cell has no words for. Nothing was sent. {_ELSEWHERE}")
