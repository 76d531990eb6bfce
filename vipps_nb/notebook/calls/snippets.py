"""A call written down as code: Python, a `%%vipps` cell, curl or HTTPie.

Secrets are names, never values.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from vipps_nb.apis.facts import IDEMPOTENCY_KEY
from vipps_nb.apis.questions import idempotency_header, scheme_for, takes_idempotency_key
from vipps_nb.auth.auth_scheme import SECRET_HEADERS, AuthScheme
from vipps_nb.client.auth_flow import open_headers
from vipps_nb.client.login import current_session
from vipps_nb.client.session import VippsSession
from vipps_nb.core.redaction import is_secret
from vipps_nb.errors import NotLoggedInError
from vipps_nb.notebook.calls import Call, Text, Variable

_WIDTH = 88
_TO_QUOTE = r"[\s'\"]"
_STAND_IN = "\ue001"  # around a secret's name in JSON for a shell, until it becomes a variable of the shell
_WHERE_FROM = (
    "# VIPPS_ACCESS_TOKEN is what POST /accesstoken/get answers as access_token; the other names are those of .env.\n"
)


def as_python(call: Call, session: VippsSession | None = None, name: str = "vipps") -> str:
    """A statement for a cell; variables stay variables.

    The session of that name adds everything else.
    """
    path, body, headers = outline(call)
    words = {"data" if call.is_form else "json": body, "headers": headers}
    content = {name: value for name, value in words.items() if value is not None and value != {}}
    if body == {}:
        content = {"data" if call.is_form else "json": {}, **content}
    method = f"{name}.{call.method.lower()}"
    line = f"{method}({', '.join([_python(path), *(f'{name}={_python(value)}' for name, value in content.items())])})"
    if len(line) <= _WIDTH:
        return line
    rows = [_python(path), *(f"{name}={_python(value, 1)}" for name, value in content.items())]
    return f"{method}(\n" + "".join(f"    {row},\n" for row in rows) + ")"


def as_magic(call: Call, session: VippsSession | None = None, name: str = "vipps") -> str:
    """A ``%vipps`` line, or a ``%%vipps`` cell when there is a body.

    Variables stay variables.
    """
    path, body, headers = outline(call)
    options = "".join(f" --header {_quoted(f'{key}: {_braces(value)}')}" for key, value in headers.items())
    if session is not None and session is not _of_last_login():
        options = f" --session {name}{options}"
    target = _braces(path)
    line = f"{call.method} {_quoted(target) if re.search(_TO_QUOTE, target) else target}{options}"
    if call.body is None:
        return f"%vipps {line}"
    text = json.dumps(
        body, indent=2, ensure_ascii=False, default=lambda node: _STAND_IN + _braces(node, "$") + _STAND_IN
    )
    # A variable alone is JSON of its own; one within a text stays within the quotes.
    text = re.sub(f'"{_STAND_IN}(\\$\\{{\\w+\\}}){_STAND_IN}"', r"\1", text).replace(_STAND_IN, "")
    return f"%%vipps {line}\n{text}"


def as_curl(call: Call, session: VippsSession, name: str = "vipps") -> str:
    """A curl command for a shell; the keys come from its variables."""
    _, body, headers = outline(call, variables=False)
    # curl knows the methods by what is sent; naming one that it would choose anyway makes it complain.
    usual = "GET" if body is None else "POST"
    parts = [shlex.join(["curl", *([] if call.method == usual else ["-X", call.method]), session.base_url + call.path])]
    if _scheme_of(call, session) is AuthScheme.BASIC:
        parts.append('-u "$VIPPS_CLIENT_ID:$VIPPS_CLIENT_SECRET"')
    parts += [f'-H "{name}: {value}"' for name, value in _headers(call, session, headers).items()]
    if body is not None and call.is_form:
        parts += [f'--data-urlencode "{name}={_double_quoted(value)}"' for name, value in body.items()]
    elif body is not None:
        parts += ['-H "Content-Type: application/json"', f"-d {_single_quoted(body)}"]
    return _explained(" \\\n  ".join(parts))


def as_httpie(call: Call, session: VippsSession, name: str = "vipps") -> str:
    """An HTTPie command for a shell; the keys come from its variables."""
    _, body, headers = outline(call, variables=False)
    form = ["--form"] if call.is_form else []
    parts = [shlex.join(["http", *form, call.method, session.base_url + call.path])]
    if _scheme_of(call, session) is AuthScheme.BASIC:
        parts.append('-a "$VIPPS_CLIENT_ID:$VIPPS_CLIENT_SECRET"')
    parts += [f'"{name}:{value}"' for name, value in _headers(call, session, headers).items()]
    if body is not None and call.is_form:
        parts += [f'"{name}={_double_quoted(value)}"' for name, value in body.items()]
    elif body is not None:
        parts += [f"--raw {_single_quoted(body)}"]
    return _explained(" \\\n  ".join(parts))


LANGUAGES: dict[str, Callable[[Call, VippsSession, str], str]] = {
    "python": as_python,
    "magic": as_magic,
    "curl": as_curl,
    "httpie": as_httpie,
}


def outline(call: Call, *, variables: bool = True) -> tuple[Any, Any, dict[str, Any]]:
    """Path, body and headers of a call as they may be written down.

    Each secret is a ``Variable``, not a value.

    Args:
        call: The call.
        variables: Whether the notebook's other variables stay variables as well, instead of their values.
    """
    path, body, headers = call.written or (call.path, call.body, call.headers)
    if not variables:
        path = call.path
    if variables and isinstance(path, Text) and _strange(call):
        path = call.path
    return (
        path,
        _outline(body, call.body, variables, ""),
        {
            name: _outline(value, call.headers[name], variables, name if name.lower() in _SECRET_NAMES else "")
            for name, value in headers.items()
        },
    )


def variables_of(call: Call) -> set[str]:
    """The names of the variables that the call needs as it is written down."""

    def names(node: Any) -> Iterator[str]:
        if isinstance(node, Variable):
            yield node.name
        inside = node.parts if isinstance(node, Text) else node.values() if isinstance(node, Mapping) else node
        for part in inside if isinstance(inside, Iterable) and not isinstance(inside, str) else ():
            yield from names(part)

    return set(names(list(outline(call))))


_SECRET_NAMES = {name.lower() for name in SECRET_HEADERS}


def _quoted(text: str) -> str:
    """A word of a magic's line; see ``vipps_nb.notebook.options.words``."""
    return f"'{text}'" if "'" not in text else '"' + text.replace('"', '\\"') + '"'


def _of_last_login() -> VippsSession | None:
    try:
        return current_session()
    except NotLoggedInError:
        return None


def _strange(call: Call) -> bool:
    """Whether a value had to be escaped for the path.

    Then an f-string of the plain value would not do.
    """
    return "%" in call.path


def _outline(written: Any, filled: Any, variables: bool, name: str) -> Any:
    if isinstance(written, Variable | Text):
        parts = written.parts if isinstance(written, Text) else (written,)
        if not (
            variables or _is_secret_header(name) or any(isinstance(part, Variable) and part.secret for part in parts)
        ):
            return _outline(filled, filled, variables, name)
        return written
    if isinstance(written, Mapping):
        return {key: _outline(value, filled[key], variables, key) for key, value in written.items()}
    if isinstance(written, list):
        return [_outline(*pair, variables, name) for pair in zip(written, filled, strict=True)]
    if isinstance(written, str) and written and _is_secret_header(name):
        return Variable(_snake(name), secret=True)
    return written


def _is_secret_header(name: str) -> bool:
    return is_secret(name) or name.lower() in _SECRET_NAMES


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).replace("-", "_").lower()


def _explained(command: str) -> str:
    return (_WHERE_FROM if "$VIPPS_ACCESS_TOKEN" in command else "") + command


def _scheme_of(call: Call, session: VippsSession) -> AuthScheme:
    if any(name.lower() == "authorization" for name in call.headers):
        return AuthScheme.NOTHING
    return scheme_for(session.base_url + call.path, session.credentials)


def _headers(call: Call, session: VippsSession, own: Mapping[str, Any]) -> dict[str, str]:
    """All headers, as text for double quotes of a shell; secrets as its variables."""
    url = session.base_url + call.path
    kind = _scheme_of(call, session)
    headers: dict[str, str] = {}
    if kind in (AuthScheme.BEARER, AuthScheme.BEARER_ONLY):
        headers["Authorization"] = "Bearer $VIPPS_ACCESS_TOKEN"
    if kind is AuthScheme.KEYS:
        headers |= {"client_id": "$VIPPS_CLIENT_ID", "client_secret": "$VIPPS_CLIENT_SECRET"}
    if kind in (AuthScheme.BEARER, AuthScheme.KEYS):
        headers["Ocp-Apim-Subscription-Key"] = "$VIPPS_SUBSCRIPTION_KEY"
    headers |= open_headers(url, session.credentials, session.merchant_serial_number, {})
    if takes_idempotency_key(call.method, url):
        given = next((value for name, value in own.items() if name.lower() == IDEMPOTENCY_KEY.lower()), None)
        headers[idempotency_header(url)] = "$(uuidgen)" if given is None else _double_quoted(given)
    mine = {name.lower() for name in own}
    kept = {name: value for name, value in headers.items() if name.lower() not in mine}
    return kept | {name: _double_quoted(value) for name, value in own.items()}


def _double_quoted(node: Any) -> str:
    """A text between double quotes of a shell."""
    parts = node.parts if isinstance(node, Text) else (node,)
    return "".join(
        f"${part.name.upper()}" if isinstance(part, Variable) else re.sub(r'([\\"$`])', r"\\\1", str(part))
        for part in parts
    )


def _single_quoted(body: Any) -> str:
    """JSON between single quotes of a shell.

    A secret's variable stands between double ones.
    """

    def stand_in(node: Any) -> str:
        parts = node.parts if isinstance(node, Text) else (node,)
        return "".join(f"{_STAND_IN}{part.name}{_STAND_IN}" if isinstance(part, Variable) else part for part in parts)

    quoted = shlex.quote(json.dumps(body, ensure_ascii=False, default=stand_in))
    return re.sub(f"{_STAND_IN}(\\w+){_STAND_IN}", lambda found: f"'\"${found[1].upper()}\"'", quoted)


def _braces(node: Any, before: str = "") -> str:
    parts = node.parts if isinstance(node, Text) else (node,)
    return "".join(f"{before}{{{part.name}}}" if isinstance(part, Variable) else str(part) for part in parts)


def _python(value: Any, depth: int | None = None) -> str:
    """A Python literal in the house's quotes.

    At a depth, one entry a line where it would be long.
    """
    if isinstance(value, Variable):
        return value.name
    if isinstance(value, Text):
        return _f_string(value)
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        rows = [f"{_text(name)}: {_python(item, depth and depth + 1)}" for name, item in value.items()]
        return _bracketed("{", rows, "}", value, depth)
    if isinstance(value, list):
        return _bracketed("[", [_python(item, depth and depth + 1) for item in value], "]", value, depth)
    return repr(value)


def _bracketed(opening: str, rows: list[str], closing: str, value: Any, depth: int | None) -> str:
    line = opening + ", ".join(rows) + closing
    if depth is None:
        return line
    flat = _python(value)
    if len(flat) + 4 * depth <= _WIDTH // 2 or not rows:
        return flat
    inner = "    " * (depth + 1)
    return opening + "\n" + "".join(f"{inner}{row},\n" for row in rows) + "    " * depth + closing


def _text(value: str) -> str:
    # JSON's escapes are Python's as well, but for a surrogate pair, which `ensure_ascii=False` does not make.
    return json.dumps(value, ensure_ascii=False)


def _f_string(text: Text) -> str:
    parts = [
        f"{{{part.name}}}" if isinstance(part, Variable) else _text(part)[1:-1].replace("{", "{{").replace("}", "}}")
        for part in text.parts
    ]
    return f'f"{"".join(parts)}"'
