"""Calls as a Python script, which logs in by itself and makes them again.

Holds no key, and no person unless asked.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from vipps_nb.client.auth_flow import open_headers
from vipps_nb.client.recorder.past_call import PastCall
from vipps_nb.core.bodies import is_whole
from vipps_nb.core.redaction import is_personal, persons_in
from vipps_nb.core.visible import escaped, visible

if TYPE_CHECKING:
    from vipps_nb.client.session_protocol import SessionProtocol

# What requests and the session add by themselves.
_BY_ITSELF = frozenset({"user-agent", "accept-encoding", "connection", "content-length", "content-type"})


_WIDTH = 100


class _Name(str):
    """A text that is written as a name in code."""

    __slots__ = ()


def script(calls: Iterable[PastCall], session: SessionProtocol, *, personal: bool) -> str:
    """The whole script."""
    calls = list(calls)
    people = sorted({number for call in calls for number in persons_in(call.sent_as_json())})
    names = {number: _Name(f"PERSON_{place}") for place, number in enumerate(people, 1)}
    lines = [
        '"""Calls of a session, as a script. Keys come from .env or the process environment, never from here."""',
        "",
        "import vipps_nb",
        "",
    ]
    for number, name in names.items():
        lines.append(
            f"{name} = {_quoted(number)}" if personal else f'{name} = ""  # a phone or identity number: fill it in'
        )
    lines += [""] * bool(names) + [f'vipps = vipps_nb.login(env="{session.environment.name}")']
    for call in calls:
        lines += [
            "",
            f"# {call.number}. {_comment(call.title)}: {_comment(call.outcome)}",
            *_lines(call, session, names),
        ]
    return "\n".join(lines) + "\n"


def _lines(call: PastCall, session: SessionProtocol, names: Mapping[str, _Name]) -> list[str]:
    if call.left_out:
        return [f"# {call.method} {_comment(call.path)} cannot be written down: {call.left_out}."]
    path = call.path if session.environment.owns(call.url) else call.url
    words: dict[str, Any] = {}
    if call.sent is not None:
        body = call.sent_as_json()
        if not is_whole(body):
            return [f"# {call.method} {_comment(path)} cannot be written down: its body is too large or too deep."]
        as_form = not call.sent.lstrip().startswith((b"{", b"["))
        words["data" if as_form else "json"] = _named(body, names)
    if headers := own_headers(call, session):
        words["headers"] = headers
    start = f"answer_{call.number} = vipps.{call.method.lower()}("
    line = f"{start}{', '.join([_literal(path), *(f'{name}={_literal(value)}' for name, value in words.items())])})"
    if len(line) <= _WIDTH:
        return [line]
    rows = [_literal(path), *(f"{name}={_literal(value, 1)}" for name, value in words.items())]
    return [start, *(f"    {row}," for row in rows), ")"]


def _literal(value: Any, depth: int | None = None) -> str:
    """A Python literal; with a depth, one entry a line where it would be long."""
    if isinstance(value, _Name):
        return str(value)
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, Mapping | list) and value:
        pairs = value.items() if isinstance(value, Mapping) else [(None, item) for item in value]
        left, right = ("{", "}") if isinstance(value, Mapping) else ("[", "]")
        inner = None if depth is None else depth + 1
        short = left + ", ".join(_entry(name, item, None) for name, item in pairs) + right
        if depth is None or len(short) + 4 * depth <= _WIDTH - 30:
            return short
        indent = "    " * (depth + 1)
        rows = "".join(f"{indent}{_entry(name, item, inner)},\n" for name, item in pairs)
        return f"{left}\n{rows}{'    ' * depth}{right}"
    return repr(value)


def _entry(name: str | None, value: Any, depth: int | None) -> str:
    return _literal(value, depth) if name is None else f"{_quoted(name)}: {_literal(value, depth)}"


def _quoted(text: str) -> str:
    return escaped(json.dumps(text, ensure_ascii=False))


def _comment(text: str) -> str:
    """Words for one line."""
    return visible(text).replace("\n", " ")


def own_headers(call: PastCall, session: SessionProtocol) -> dict[str, str]:
    """The headers of a call that neither requests nor its session adds."""
    added = open_headers(call.url, session.credentials, session.merchant_serial_number, session.system)
    standard = {name.lower(): value for name, value in added.items()} | {"accept": "*/*"}
    return {
        name: value
        for name, value in call.sent_headers.items()
        if name.lower() not in _BY_ITSELF and standard.get(name.lower()) != value
    }


def _named(value: Any, names: Mapping[str, _Name], field: str = "") -> Any:
    if isinstance(value, Mapping):
        return {name: _named(item, names, str(name)) for name, item in value.items()}
    if isinstance(value, list):
        return [_named(item, names, field) for item in value]
    return names.get(str(value), value) if is_personal(field, value) else value
