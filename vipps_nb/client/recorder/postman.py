"""Calls as a Postman collection (2.1), without secrets.

What proves who asks is named as a variable.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from vipps_nb.apis.questions import idempotency_header, scheme_for, takes_idempotency_key
from vipps_nb.auth.auth_scheme import AuthScheme
from vipps_nb.client.auth_flow import open_headers
from vipps_nb.client.recorder.past_call import PastCall, masked_text
from vipps_nb.core.addresses import cut_apart
from vipps_nb.core.bodies import parsed
from vipps_nb.core.redaction import persons_in
from vipps_nb.core.view import View

if TYPE_CHECKING:
    from vipps_nb.client.session_protocol import SessionProtocol

_SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
_WORDS = (
    "Saved by vipps_nb. It holds no key: fill in client_id, client_secret, Ocp-Apim-Subscription-Key and "
    "merchantSerialNumber in an environment, then send Get access token."
)
_BY_ITSELF = frozenset({"user-agent", "accept-encoding", "connection", "content-length", "merchant-serial-number"})
_KEY, _MSN = "Ocp-Apim-Subscription-Key", "merchantSerialNumber"
_FORM = "application/x-www-form-urlencoded"


def collection(calls: Iterable[PastCall], session: SessionProtocol, *, personal: bool) -> dict[str, Any]:
    """The whole collection."""
    base = session.environment.base_url
    return {
        "info": {"name": f"vipps_nb, {session.environment.name}", "description": _WORDS, "schema": _SCHEMA},
        "item": [_login(), *(_item(call, session, personal=personal) for call in calls)],
        "auth": {"type": "bearer", "bearer": [_pair("token", "{{access_token}}")]},
        "variable": [{"key": "base_url", "value": base}, {"key": "access_token", "value": ""}],
    }


def _login() -> dict[str, Any]:
    headers = [("client_id", "{{client_id}}"), ("client_secret", "{{client_secret}}"), (_KEY, f"{{{{{_KEY}}}}}")]
    line = 'pm.collectionVariables.set("access_token", pm.response.json().access_token);'
    return {
        "name": "Get access token",
        "event": [{"listen": "test", "script": {"type": "text/javascript", "exec": [line]}}],
        "request": {
            "auth": {"type": "noauth"},
            "method": "POST",
            "header": [_pair(name, value) for name, value in headers],
            "url": _url("/accesstoken/get", ""),
        },
        "response": [],
    }


def _item(call: PastCall, session: SessionProtocol, *, personal: bool) -> dict[str, Any]:
    persons = persons_in(parsed(call.sent, form=True)) | persons_in(parsed(call.content))
    view = View(personal, persons=frozenset(persons))
    parts = cut_apart(call.url)
    pairs = [(name, str(view.masked(value, name))) for name, value in parse_qsl(parts.query, keep_blank_values=True)]
    own = session.environment.owns(call.url)
    path = view.text(parts.path)
    query = urlencode(pairs, errors="surrogatepass")
    whole = {"raw": f"{parts.scheme}://{parts.netloc}{path}" + (f"?{query}" if query else "")}
    request: dict[str, Any] = {
        "method": call.method,
        "header": _headers(call, session, view),
        "url": _url(path, query) if own else whole,
        "description": view.text(call.left_out and f"It cannot be sent again from here: {call.left_out}."),
    }
    auth = _auth(scheme_for(call.url, session.credentials) if own else AuthScheme.NOTHING)
    if auth is not None:
        request["auth"] = auth
    if call.sent:
        request["body"] = _body(call, view)
    answer = [] if call.status is None else [_answer(call, view, request)]
    return {"name": f"{call.number}. {view.text(call.title)}", "request": request, "response": answer}


def _url(path: str, query: str) -> dict[str, Any]:
    pairs = parse_qsl(query, keep_blank_values=True)
    return {
        "raw": "{{base_url}}" + path + (f"?{query}" if query else ""),
        "host": ["{{base_url}}"],
        "path": path.lstrip("/").split("/"),
        **({"query": [_pair(name, value) for name, value in pairs]} if pairs else {}),
    }


def _auth(scheme: AuthScheme) -> dict[str, Any] | None:
    """How Postman proves who asks; None where the collection's own way will do."""
    if scheme in (AuthScheme.BEARER, AuthScheme.BEARER_ONLY):
        return None
    if scheme is AuthScheme.BASIC:
        pairs = [_pair("username", "{{client_id}}"), _pair("password", "{{client_secret}}")]
        return {"type": "basic", "basic": pairs}
    return {"type": "noauth"}


def _headers(call: PastCall, session: SessionProtocol, view: View) -> list[dict[str, str]]:
    own = session.environment.owns(call.url)
    scheme = scheme_for(call.url, session.credentials) if own else AuthScheme.NOTHING
    added = open_headers(call.url, session.credentials, session.merchant_serial_number, session.system) if own else {}
    found: dict[str, str] = {}
    if scheme is AuthScheme.KEYS:
        found |= {"client_id": "{{client_id}}", "client_secret": "{{client_secret}}"}
    if scheme in (AuthScheme.BEARER, AuthScheme.KEYS):
        found[_KEY] = f"{{{{{_KEY}}}}}"
    if "Merchant-Serial-Number" in added:
        found["Merchant-Serial-Number"] = f"{{{{{_MSN}}}}}"
    key = idempotency_header(call.url).lower() if own and takes_idempotency_key(call.method, call.url) else ""
    for name, value in call.sent_headers.items():
        small = name.lower()
        if small in _BY_ITSELF or small.startswith("vipps-system-") or (small == "accept" and value == "*/*"):
            continue
        # Sent again, it is a new request: the old key would bring back the old answer.
        found[name] = "{{$guid}}" if small == key else str(view.masked(value, name))
    return [_pair(name, value) for name, value in found.items()]


def _body(call: PastCall, view: View) -> dict[str, Any]:
    sent = call.sent or b""
    kind = call.sent_headers.get("Content-Type", "")
    if kind.startswith(_FORM) and isinstance(form := parsed(sent, form=True), Mapping):
        masked = view.masked(form)
        return {"mode": "urlencoded", "urlencoded": [_pair(name, str(value)) for name, value in masked.items()]}
    text = masked_text(sent, view)
    body: dict[str, Any] = {"mode": "raw", "raw": _indented(text)}
    if "json" in kind:
        body["options"] = {"raw": {"language": "json"}}
    return body


def _answer(call: PastCall, view: View, request: Mapping[str, Any]) -> dict[str, Any]:
    text = ""
    if call.content is not None:
        try:
            call.content.decode()
            text = _indented(masked_text(call.content, view))
        except UnicodeDecodeError:
            text = ""  # a picture, of which Postman keeps none either
    headers = [_pair(name, str(view.masked(value, name))) for name, value in call.headers.items()]
    return {
        "name": call.outcome,
        "originalRequest": request,
        "status": call.reason,
        "code": call.status,
        "header": headers,
        "body": text,
    }


def _indented(text: str) -> str:
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return text


def _pair(name: str, value: str) -> dict[str, str]:
    return {"key": name, "value": value}
