"""A call that was made, as one that can be written down or filled into a form.

Its idempotency key stays behind: written down, it is a new call. So do secrets, which were never kept.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from vipps_nb.apis.facts import IDEMPOTENCY_KEY
from vipps_nb.apis.questions import idempotency_header
from vipps_nb.client.recorder import PastCall
from vipps_nb.client.recorder.script import own_headers
from vipps_nb.client.session import VippsSession
from vipps_nb.core.bodies import is_whole
from vipps_nb.core.redaction import is_personal
from vipps_nb.core.view import DOTS
from vipps_nb.notebook.calls.call import METHODS, Call, CallError, Variable


def as_call(past: PastCall, session: VippsSession, *, personal: bool = False) -> Call:
    """The call as it would be written today.

    Args:
        past: The call that was made.
        session: The one that made it: what it adds by itself is left out.
        personal: Whether phone and identity numbers are written down; otherwise each is a variable, named after its
            field, that somebody has to set.

    Raises:
        CallError: It went to another host, or a part of it was not kept.
    """
    if not session.environment.owns(past.url):
        raise CallError("It went to another host than the session's, so there is no path to write down.")
    if past.method not in METHODS:
        raise CallError(f"{past.method} is no method of these APIs, so no form and no %vipps line has it.")
    body = past.sent_as_json()
    if past.left_out and past.sent is None:
        raise CallError(f"It cannot be written down from here: {past.left_out}.")
    if not is_whole(body):
        raise CallError("Its body is too large or too deep to be written down.")
    keys = {IDEMPOTENCY_KEY.lower(), idempotency_header(past.url).lower()}
    headers = {name: value for name, value in own_headers(past, session).items() if name.lower() not in keys}
    written = body if personal else _without_persons(body, "")
    return Call(
        method=past.method,
        path=past.path,
        body=body,
        headers=headers,
        written=(past.path, written, headers),
    )


def _without_persons(value: Any, field: str) -> Any:
    if isinstance(value, Mapping):
        return {name: _without_persons(item, str(name)) for name, item in value.items()}
    if isinstance(value, list):
        return [_without_persons(item, field) for item in value]
    if value == DOTS or is_personal(field, value):
        return Variable(_as_variable(field), secret=True)
    return value


def _as_variable(field: str) -> str:
    """A field's name as Python has it: ``phoneNumber`` is ``phone_number``."""
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", field).lower()
    return re.sub(r"\W", "_", snake) if snake[:1].isalpha() else "value"
