"""A call written down as code: Python, a `%%vipps` cell, curl or HTTPie. Secrets are names, never values."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from typing import Any

from vipps_nb.calls import FORM, Call
from vipps_nb.introduction import Introduction, introduction_for, takes_idempotency_key
from vipps_nb.session import VippsSession

_WIDTH = 88


def as_python(call: Call, session: VippsSession) -> str:
    """A line for a cell: the session adds everything else."""
    content = {name: value for name, value in call.arguments().items() if name in ("json", "data", "headers") and value}
    plain = ", ".join([json.dumps(call.path), *(f"{name}={value!r}" for name, value in content.items())])
    line = f"vipps.{call.method.lower()}({plain})"
    if len(line) <= _WIDTH:
        return line
    rows = [json.dumps(call.path), *(f"{name}={_literal(value, 1)}" for name, value in content.items())]
    return f"vipps.{call.method.lower()}(\n" + "".join(f"    {row},\n" for row in rows) + ")"


def as_magic(call: Call, session: VippsSession) -> str:
    """A ``%vipps`` line, or a ``%%vipps`` cell when there is a body."""
    options = "".join(f" --header {shlex.quote(f'{name}: {value}')}" for name, value in call.headers.items())
    if call.body is None:
        return f"%vipps {call.method} {call.path}{options}"
    return f"%%vipps {call.method} {call.path}{options}\n{json.dumps(call.body, indent=2, ensure_ascii=False)}"


def as_curl(call: Call, session: VippsSession) -> str:
    """A curl command; the keys come from variables of the shell."""
    words = ["curl"] + ([] if call.method == "GET" else ["-X", call.method])
    parts = [shlex.join([*words, session.base_url + call.path])]
    parts += [f'-H "{name}: {value}"' for name, value in _headers(call, session).items()]
    if call.body is not None and _is_form(call):
        parts += [f"--data-urlencode {shlex.quote(f'{name}={value}')}" for name, value in call.body.items()]
    elif call.body is not None:
        parts += ["--json " + shlex.quote(json.dumps(call.body, ensure_ascii=False))]
    return " \\\n  ".join(parts)


def as_httpie(call: Call, session: VippsSession) -> str:
    """An HTTPie command; the keys come from variables of the shell."""
    form = ["--form"] if _is_form(call) else []
    parts = [shlex.join(["http", *form, call.method, session.base_url + call.path])]
    parts += [f'"{name}:{value}"' for name, value in _headers(call, session).items()]
    if call.body is not None and _is_form(call):
        parts += [shlex.quote(f"{name}={value}") for name, value in call.body.items()]
    elif call.body is not None:
        parts += ["--raw " + shlex.quote(json.dumps(call.body, ensure_ascii=False))]
    return " \\\n  ".join(parts)


LANGUAGES: dict[str, Callable[[Call, VippsSession], str]] = {
    "python": as_python,
    "magic": as_magic,
    "curl": as_curl,
    "httpie": as_httpie,
}


def _is_form(call: Call) -> bool:
    operation = call.operation
    return operation is not None and operation.body is not None and operation.body.media_type == FORM


def _headers(call: Call, session: VippsSession) -> dict[str, str]:
    """All headers, in double quotes later on; secrets as variables of the shell."""
    url = session.base_url + call.path
    kind = introduction_for(url, session.credentials)
    headers: dict[str, str] = {}
    if kind in (Introduction.BEARER, Introduction.BEARER_ONLY):
        headers["Authorization"] = "Bearer $VIPPS_ACCESS_TOKEN"
    if kind is Introduction.BASIC:
        headers["Authorization"] = 'Basic $(printf %s "$VIPPS_CLIENT_ID:$VIPPS_CLIENT_SECRET" | base64 -w0)'
    if kind is Introduction.KEYS:
        headers |= {"client_id": "$VIPPS_CLIENT_ID", "client_secret": "$VIPPS_CLIENT_SECRET"}
    if kind in (Introduction.BEARER, Introduction.KEYS):
        headers["Ocp-Apim-Subscription-Key"] = "$VIPPS_SUBSCRIPTION_KEY"
    if session.merchant_serial_number:
        headers["Merchant-Serial-Number"] = session.merchant_serial_number
    if takes_idempotency_key(call.method, url):
        headers["Idempotency-Key"] = "$(uuidgen)"
    return headers | dict(call.headers)


def _literal(value: Any, depth: int) -> str:
    """A Python literal, one entry a line where it would be long."""
    if isinstance(value, dict) and value:
        inner = "    " * (depth + 1)
        rows = "".join(f"{inner}{json.dumps(name)}: {_literal(item, depth + 1)},\n" for name, item in value.items())
        return "{\n" + rows + "    " * depth + "}"
    return repr(value)
