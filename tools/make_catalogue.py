"""Make the catalogue from the official OpenAPI documents: facts only, none of their sentences.

    python tools/make_catalogue.py ../shared/specs

Kept are paths, parameters and schemas with their limits. Left out are all descriptions and examples, the headers that
the session sends by itself, and everything about answers. What this project says itself (summaries, examples) stands
in the catalogue's own files and survives: a file is renewed, never replaced.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

CATALOGUE = Path(__file__).resolve().parent.parent / "vipps_nb" / "apis" / "catalogue"
DOCS = "https://developer.vippsmobilepay.com/docs/APIs"
STANDARD = ("merchant", "partner")
SPECIALIZED = ("management", "accounting", "donations")
INTRODUCTION = {
    "authorization",
    "client_id",
    "client_secret",
    "ocp-apim-subscription-key",
    "merchant-serial-number",
    "idempotency-key",
    "x-request-id",
    "content-type",
    "vipps-system-name",
    "vipps-system-version",
    "vipps-system-plugin-name",
    "vipps-system-plugin-version",
}
FACTS = {
    *("$ref", "type", "format", "enum", "const", "default", "pattern", "nullable", "required", "properties", "items"),
    *("additionalProperties", "oneOf", "anyOf", "allOf", "not", "discriminator"),
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    *("minLength", "maxLength", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties"),
}
METHODS = ("get", "put", "post", "patch", "delete")
NOT_OURS = {"/merchant-dynamic-shipping-callback"}  # for the merchant to serve


@dataclass(frozen=True, kw_only=True)
class Api:
    """What the documents do not say in a form one could use."""

    title: str
    stem: str
    page: str
    keys: tuple[str, ...] = STANDARD
    in_test: bool = True
    not_in_test: tuple[str, ...] = ()
    keys_for: tuple[tuple[str, tuple[str, ...]], ...] = ()  # paths that other keys open
    deprecated: bool = False


APIS = [
    Api(
        title="Access Token API",
        stem="access-token",
        page="access-token-api",
        not_in_test=("/miami/v1/token",),
        keys_for=(("/miami/v1/token", SPECIALIZED),),
    ),
    Api(title="ePayment API", stem="epayment", page="epayment-api"),
    Api(title="Recurring API", stem="recurring", page="recurring-api"),
    Api(title="Webhooks API", stem="webhooks", page="webhooks-api", keys=(*STANDARD, "donations")),
    Api(title="Login API", stem="login", page="login-api"),
    Api(title="Userinfo API", stem="userinfo", page="userinfo-api"),
    Api(title="QR API", stem="qr", page="qr-api"),
    Api(title="Order Management API", stem="order-management", page="order-management-api", in_test=False),
    Api(
        title="Report API",
        stem="report",
        page="report-api",
        keys=("merchant", "accounting", "donations"),
        in_test=False,
    ),
    Api(
        title="Management API",
        stem="management",
        page="management-api",
        keys=(*STANDARD, "management"),
        in_test=False,
    ),
    Api(title="Checkout API", stem="checkout", page="checkout-api", keys=("merchant",), deprecated=True),
    Api(title="Check-in API", stem="check-in", page="check-in-api", in_test=False),
    Api(title="eCom API", stem="ecom", page="ecom-api", deprecated=True),
    Api(title="PSP API", stem="psp", page="psp-api", deprecated=True),
    Api(title="PSP Signup API", stem="psp-signup", page="psp-api", deprecated=True),
    Api(title="Partner API", stem="partner", page="partner-api", keys=("partner",), deprecated=True),
    Api(title="Checkout API v2", stem="checkout-v2", page="checkout-api", keys=("merchant",), deprecated=True),
]


def facts(node: Any) -> Any:
    """A schema without its sentences."""
    if not isinstance(node, Mapping):
        return node
    kept: dict[str, Any] = {}
    for name, value in node.items():
        if name not in FACTS:
            continue
        if name == "properties":
            kept[name] = {key: facts(schema) for key, schema in value.items()}
        elif name in ("items", "not", "additionalProperties"):
            kept[name] = facts(value)
        elif name in ("oneOf", "anyOf", "allOf"):
            kept[name] = [facts(schema) for schema in value]
        else:
            kept[name] = value
    return kept


def resolve(document: Mapping[str, Any], node: Mapping[str, Any]) -> Mapping[str, Any]:
    """The node itself, or what it refers to."""
    while "$ref" in node:
        found: Any = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        node = found
    return node


def references(node: Any) -> Iterator[str]:
    """The names of all schemas that are referred to."""
    if isinstance(node, Mapping):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"].rpartition("/")[2]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def renew(api: Api, document: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """The catalogue's document for one API."""
    server = document["servers"][0]["url"]
    base = "/" + server.partition("//")[2].partition("/")[2] if "/" in server.partition("//")[2] else ""
    paths: dict[str, Any] = {}
    for path, methods in document["paths"].items():
        if not path.startswith("/") or path in NOT_OURS:
            continue
        full = base + path.replace("{Reference}", "{reference}")
        for method in METHODS:
            if method in methods:
                said = before.get("paths", {}).get(full, {}).get(method, {})
                made = operation(document, methods, method, said)
                if api.deprecated:
                    made["deprecated"] = True
                if full in api.not_in_test:
                    made["x-in-test"] = False
                if keys := dict(api.keys_for).get(full):
                    made["x-keys"] = list(keys)
                paths.setdefault(full, {})[method] = made
    schemas: dict[str, Any] = {}
    wanted = sorted(set(references(paths)))
    while wanted:
        name = wanted.pop()
        if name not in schemas:
            schemas[name] = facts(document["components"]["schemas"][name])
            wanted += references(schemas[name])
    renewed: dict[str, Any] = {
        "openapi": document["openapi"],
        "info": {"title": api.title, "version": str(document["info"]["version"])},
        "externalDocs": {"url": f"{DOCS}/{api.page}/"},
        "x-keys": list(api.keys),
        "x-in-test": api.in_test,
        "paths": paths,
    }
    if schemas:
        renewed["components"] = {"schemas": dict(sorted(schemas.items()))}
    return renewed


def operation(
    document: Mapping[str, Any], methods: Mapping[str, Any], method: str, said: Mapping[str, Any]
) -> dict[str, Any]:
    """One operation, with what we say of it."""
    official = methods[method]
    made: dict[str, Any] = {"summary": said.get("summary", "")}
    if official.get("deprecated"):
        made["deprecated"] = True
    ours = {item["name"]: item for item in said.get("parameters", [])}
    parameters = []
    for one in [*methods.get("parameters", []), *official.get("parameters", [])]:
        found = resolve(document, one)
        if found["in"] == "header" and found["name"].lower() in INTRODUCTION:
            continue
        name = "reference" if found["name"] == "Reference" else found["name"]
        parameter = {"name": name, "in": found["in"], "schema": facts(found.get("schema", {}))}
        if found.get("required"):
            parameter["required"] = True
        parameter |= {word: ours[name][word] for word in ("description", "example") if word in ours.get(name, {})}
        parameters.append(parameter)
    if parameters:
        made["parameters"] = parameters
    if "requestBody" in official:
        body = resolve(document, official["requestBody"])
        media_type, content = next(iter(body["content"].items()))
        media_type = media_type.partition(";")[0]
        before = said.get("requestBody", {}).get("content", {}).get(media_type, {})
        kept = {"schema": facts(content["schema"])}
        if "example" in before:
            kept["example"] = before["example"]
        made["requestBody"] = {"required": body.get("required", False), "content": {media_type: kept}}
    return made


def mend_login(document: dict[str, Any]) -> None:
    """Say what the prose says and the document does not: flat forms in the standard's words, and a browser's query."""
    names = {"loginHint": "login_hint", "bindingMessage": "binding_message"}
    for path in ("/vipps-login-ciba/api/backchannel/authentication", "/vipps-login-ciba/api/v1/user-exists"):
        content = resolve(document, document["paths"][path]["post"]["requestBody"])["content"]
        inner = next(iter(next(iter(content.values()))["schema"]["properties"].values()))
        payload = dict(resolve(document, inner))
        payload["properties"] = {names.get(name, name): schema for name, schema in payload["properties"].items()}
        payload["required"] = [names.get(name, name) for name in payload["required"]]
        next(iter(content.values()))["schema"] = payload
    text = {"type": "string"}
    document["paths"]["/access-management-1.0/access/oauth2/auth"]["get"]["parameters"] = [
        {"name": "response_type", "in": "query", "required": True, "schema": {"type": "string", "enum": ["code"]}},
        *(
            {"name": name, "in": "query", "required": True, "schema": text}
            for name in ("client_id", "redirect_uri", "scope", "state")
        ),
        *(
            {"name": name, "in": "query", "schema": text}
            for name in ("nonce", "code_challenge", "code_challenge_method")
        ),
    ]


MENDED = {"login": mend_login}


def main(specs: Path) -> None:
    """Renew every file of the catalogue that has an official document."""
    for api in APIS:
        document = yaml.safe_load((specs / f"{api.stem}.yaml").read_text(encoding="utf-8"))
        MENDED.get(api.stem, lambda _: None)(document)
        file = CATALOGUE / f"{api.stem.replace('-', '_')}.json"
        before = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        made = renew(api, document, before)
        file.write_text(json.dumps(made, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        print(f"{file.name:24} {sum(len(methods) for methods in made['paths'].values())} operations")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
