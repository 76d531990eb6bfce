"""The sandbox's own OpenAPI document.

What FastAPI knows of the operations, plus what the route class adds to them.
"""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from fastapi.openapi.utils import get_openapi

from vipps_nb.sandbox.server.authentication import (
    LONGEST_SYSTEM_HEADER,
    MSN,
    MSN_PATTERN,
    SUBSCRIPTION_KEY,
    SYSTEM_HEADERS,
)
from vipps_nb.sandbox.server.problems import Dialect, gateway, unauthorized
from vipps_nb.sandbox.server.routing import NOT_IN_TEST, Page, Rules, rules_of
from vipps_nb.sandbox.server.shelf import Shelf
from vipps_nb.sandbox.world.sales_unit import STANDARD
from vipps_nb.sandbox.world.settings import Settings
from vipps_nb.sandbox.world.world import Backend

JsonObject = dict[str, Any]
TITLE, VERSION = "Vipps MobilePay sandbox", "1"
DESCRIPTION = (
    "A stateful imitation of the Vipps MobilePay test environment on your own machine. "
    "Not official, and not the test environment itself."
)
ALWAYS = (HTTPStatus.BAD_REQUEST, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
WITH_TOKEN = (
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.CONFLICT,
    HTTPStatus.TOO_MANY_REQUESTS,
)
WITHOUT_TOKEN = (HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.NOT_IMPLEMENTED)
FROM_GATEWAY = (HTTPStatus.UNAUTHORIZED, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)


def describe(shelf: Shelf, backend: Backend) -> JsonObject:
    """The document, OpenAPI 3.1; not to be changed by whoever asks.

    It takes a second or two, in which nobody else is answered, so it is put together once and again only after a
    setting was changed: what exists in test depends on them.
    """
    settings = backend.world.settings
    kept = shelf.described
    if kept is None or kept[0] != settings:
        kept = settings.model_copy(deep=True), _put_together(shelf.pages(), settings, backend.base_url)
        shelf.described = kept
    return kept[1]


def _put_together(pages: Sequence[Page], settings: Settings, base_url: str) -> JsonObject:
    document = get_openapi(
        title=TITLE,
        version=VERSION,
        description=DESCRIPTION,
        routes=[route for page in pages for route in page.router.routes],
        servers=[{"url": base_url}],
    )
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    dialects = [gateway, unauthorized, *(dialect for page in pages for dialect in (page.dialect, *page.also_says))]
    schemas.update({dialect.name: dialect.schema for dialect in dialects if dialect.name is not None})
    components["securitySchemes"] = {
        "accessToken": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
        "clientPassword": {"type": "http", "scheme": "basic"},
        "clientKeys": {"type": "apiKey", "in": "header", "name": "client_secret"},
    }
    for page in pages:
        for route in page.router.routes:
            if route.include_in_schema:
                for method in route.methods or ():
                    operation = document["paths"][route.path_format][method.lower()]
                    _complete(operation, page, rules_of(route.endpoint), settings)
    return document


def _complete(operation: JsonObject, page: Page, given: Rules, settings: Settings) -> None:
    responses = operation["responses"]
    responses.pop("422", None)  # FastAPI's own dialect, which nobody here speaks
    parameters = operation.setdefault("parameters", [])
    auth = page.auth
    if not page.has_in_test(given, settings):
        operation["x-availability"] = NOT_IN_TEST
        description = f"The real test environment does not have this operation ({NOT_IN_TEST})."
        operation["description"] = "\n\n".join(filter(None, [operation.get("description"), description]))
    if auth.keys:
        operation["security"] = [{"accessToken": []}] if auth.by == "token" else [{"clientKeys": []}]
        named = auth.system_headers == "required"
        parameters += [_header(name, required=named, maxLength=LONGEST_SYSTEM_HEADER) for name in SYSTEM_HEADERS]
    if auth.keys:
        needed = auth.subscription_key == "required" and auth.keys <= STANDARD
        parameters.append(_header(SUBSCRIPTION_KEY, required=needed))
    if auth.keys and auth.msn != "ignored":
        parameters.append(_header(MSN, required=auth.msn == "required", pattern=MSN_PATTERN))
    if given.idempotency_key != "ignored":
        required = given.idempotency_key == "required"
        shape: JsonObject = {"minLength": 1, "maxLength": given.longest_key}
        if given.key_pattern is not None:
            shape["pattern"] = given.key_pattern
        parameters.append(_header(given.key_header, required=required, **shape))
    for status in ALWAYS + (WITH_TOKEN if auth.keys else WITHOUT_TOKEN):
        responses.setdefault(str(int(status)), _refusal(status, page))


def _header(name: str, *, required: bool, **rules: Any) -> JsonObject:
    return {"name": name, "in": "header", "required": required, "schema": {"type": "string", **rules}}


def _refusal(status: HTTPStatus, page: Page) -> JsonObject:
    """What a refusal may look like: one of the page's own dialects, or the gateway's."""
    dialects = [page.dialect, *page.also_says]
    if status in FROM_GATEWAY:
        dialects += [gateway, unauthorized]
    return {"description": status.phrase, "content": _content(dialects)}


def _content(dialects: Sequence[Dialect]) -> JsonObject:
    content: JsonObject = {}
    for dialect in dialects:
        shapes = content.setdefault(dialect.media_type, {})
        if dialect.name is not None:
            shapes.setdefault("schema", {"anyOf": []})["anyOf"].append({"$ref": f"#/components/schemas/{dialect.name}"})
    return content
