"""The sandbox's own OpenAPI document: what FastAPI knows of the operations, plus what the counter adds to them."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from vipps_nb.sandbox.entrance import MSN, MSN_PATTERN, SUBSCRIPTION_KEY
from vipps_nb.sandbox.page import KEY, Page, Rules, rules_of
from vipps_nb.sandbox.refusals import JSON

JsonObject = dict[str, Any]
VERSION = "1"
DESCRIPTION = (
    "A stateful imitation of the Vipps MobilePay test environment on your own machine. "
    "Not official, and not the test environment itself."
)
PROBLEM: JsonObject = {
    "type": "object",
    "required": ["type", "title", "status", "traceId"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "traceId": {"type": "string"},
        "extraDetails": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name", "reason"],
                "properties": {"name": {"type": "string"}, "reason": {"type": "string"}},
            },
        },
    },
}
GATEWAY: JsonObject = {
    "type": "object",
    "required": ["statusCode", "message"],
    "properties": {"statusCode": {"type": "integer"}, "message": {"type": "string"}},
}
UNAUTHORIZED: JsonObject = {
    "type": "object",
    "required": ["responseInfo", "result"],
    "properties": {"responseInfo": {"type": "object"}, "result": {"type": "object"}},
}
OAUTH: JsonObject = {
    "type": "object",
    "required": ["error", "error_description"],
    "properties": {"error": {"type": "string"}, "error_description": {"type": "string"}},
}
SCHEMAS = {"Problem": PROBLEM, "GatewayError": GATEWAY, "TokenError": UNAUTHORIZED, "OAuthError": OAUTH}
"""The dialects refusals are said in."""

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
SYSTEM_HEADERS = ("Name", "Version", "Plugin-Name", "Plugin-Version")


def describe(app: FastAPI) -> JsonObject:
    """The document, OpenAPI 3.1."""
    document = get_openapi(
        title=app.title,
        version=VERSION,
        description=DESCRIPTION,
        routes=app.routes,
        servers=[{"url": app.state.premises.base_url}],
    )
    pages: Iterable[Page] = app.state.pages
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas.update(SCHEMAS)
    components["securitySchemes"] = {
        "accessToken": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
        "clientKeys": {"type": "http", "scheme": "basic"},
    }
    for page in pages:
        for route in page.router.routes:
            if isinstance(route, APIRoute) and route.include_in_schema:
                for method in route.methods or ():
                    operation = document["paths"][route.path_format][method.lower()]
                    _complete(operation, page, rules_of(route.endpoint))
    return document


def _complete(operation: JsonObject, page: Page, given: Rules) -> None:
    responses = operation["responses"]
    responses.pop("422", None)  # FastAPI's own dialect, which nobody here speaks
    parameters = operation.setdefault("parameters", [])
    entrance = page.entrance
    if entrance.tokens:
        operation["security"] = [{"accessToken": []}]
        parameters += [_header(f"Vipps-System-{name}", required=False, maxLength=30) for name in SYSTEM_HEADERS]
    if entrance.subscription_key:
        parameters.append(_header(SUBSCRIPTION_KEY, required=True))
    if entrance.tokens and entrance.msn != "ignored":
        parameters.append(_header(MSN, required=entrance.msn == "required", pattern=MSN_PATTERN))
    if given.idempotency_key != "ignored":
        required = given.idempotency_key == "required"
        parameters.append(_header(KEY, required=required, minLength=1, maxLength=given.longest_key))
    for status in ALWAYS + (WITH_TOKEN if entrance.tokens else WITHOUT_TOKEN):
        responses.setdefault(str(int(status)), _refusal(status, page))


def _header(name: str, *, required: bool, **rules: Any) -> JsonObject:
    return {"name": name, "in": "header", "required": required, "schema": {"type": "string", **rules}}


def _refusal(status: HTTPStatus, page: Page) -> JsonObject:
    """What a refusal may look like: the page's own dialect, or the gateway's."""
    name, media_type = page.refusals_as
    content: dict[str, list[str]] = {media_type: [] if name is None else [name]}
    if status in FROM_GATEWAY:
        content.setdefault(JSON, []).extend(["GatewayError", "TokenError"])
    return {
        "description": status.phrase,
        "content": {
            kind: {"schema": {"anyOf": [{"$ref": f"#/components/schemas/{one}"} for one in names]}} if names else {}
            for kind, names in content.items()
        },
    }
