"""What ``%vipps`` and ``%%vipps`` do with a request that was typed into a cell.

Read it, refuse what must not be sent, then send it, show it (``--dry-run``) or write it down as code (``--as``).
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

import requests

from vipps_nb.apis.catalogue import schemas
from vipps_nb.apis.questions import idempotency_header, idempotency_key
from vipps_nb.auth.auth_scheme import SECRET_HEADERS, AuthScheme, secret_headers
from vipps_nb.auth.credentials import Credentials
from vipps_nb.client.login import current_session
from vipps_nb.client.session import VippsSession
from vipps_nb.core.near import did_you_mean
from vipps_nb.core.problem import FieldError
from vipps_nb.core.redaction import Redactor, redactor, without_named
from vipps_nb.core.secret import MASK, Secret
from vipps_nb.core.tracebacks import leaves_no_locals
from vipps_nb.core.view import OF_THIS_MACHINE, View, shows_persons
from vipps_nb.core.visible import visible
from vipps_nb.display.body_check import BodyCheckCard, BodyFault
from vipps_nb.display.tree import as_text
from vipps_nb.errors import ReadOnlyError
from vipps_nb.explain.request_faults import nearest_to
from vipps_nb.notebook.calls import Call, CallError, Text, Variable, check, json_cursor, meant_as_variables, write_call
from vipps_nb.notebook.calls.snippets import LANGUAGES, outline
from vipps_nb.notebook.calls.used import used_variables
from vipps_nb.notebook.scope import Scope, ScopeError

_SHAPES = re.compile(
    r"""(?<![\w-])--?(?=[\w-]*?(secret|token|password|subscription-?key)\b)  # an option that sounds like one
      | \bVIPPS_(?=\w*?(SECRET|KEY|TOKEN))\w*\s*=           # NAME=value
      | (?<![0-9a-z])[0-9a-f]{32}(?![0-9a-z-])              # a subscription key
      | (?<![\w/+])eyJ[\w-]{8,}                             # an access token
      | (?<![\w/.+-])(?=[\w+/]*[0-9+])[\w+/]{16,88}={1,2}(?!\w) # a client secret; a picture in base64 is longer
      | ["']?\bclient_secret\b["']?\s*[:=]\s*["']?[^\s"'{$]   # under its own name
    """,
    re.IGNORECASE | re.VERBOSE,
)
_HEADER = re.compile(r"\s*([!#$%&'*+.^`|~\w-]+)\s*:\s*(.*\S)\s*", re.DOTALL)
_ABSENT = object()
_SHORTEST_SECRET = 8  # shorter ones would be found in ordinary words
_STAND_IN = "secret"  # the mask itself cannot travel in a header
_EXAMPLE = "%vipps GET /epayment/v1/payments/{reference}"


@dataclass(frozen=True, kw_only=True)
class Order:
    """What was asked for on the magic's line.

    Attributes:
        headers: Each as ``Name: value``.
        language: Write the call down in it instead of sending; None to send.
        session: The name of the session's variable; None for the one of the last login.
        force: Send what the catalogue finds wrong.
    """

    method: str
    path: str
    headers: Sequence[str] = ()
    language: str | None = None
    session: str | None = None
    dry_run: bool = False
    force: bool = False


def refuse_secrets(text: str, variables: Mapping[str, Any]) -> None:
    """Refuse a cell that holds a key or a token.

    It shows by its shape, or because it is one of this kernel's.

    Raises:
        CallError: It does. The message does not repeat it.
    """
    sessions = [value for value in _visible(variables).values() if isinstance(value, VippsSession)]
    known = {secret for session in sessions for secret in _secrets(session)}
    if _SHAPES.search(text) or any(secret in text for secret in known) or _secret_header(text):
        raise CallError(
            "Something in this cell looks like a key or a token, so nothing was sent. A cell is saved in the notebook "
            "and in IPython's history. The session adds its keys by itself; another secret goes into a variable that "
            "no cell shows, and is named here: ${name} in a body, {name} in a header. Delete what you typed, and if it "
            "was real make a new one in the portal."
        )


@leaves_no_locals
def carry_out(order: Order, body: str, variables: Mapping[str, Any]) -> requests.Response | str:
    """Do what was asked for.

    Args:
        order: The magic's line.
        body: The cell's body; empty for a line.
        variables: What the code that called can see.

    Returns:
        The answer; or text to show, when nothing was to be sent.

    Raises:
        CallError: The request cannot be made like this. Nothing was sent.
        NotLoggedInError: There is no session.
        ReadOnlyError: A write to production that nobody allowed. Nothing was sent.
    """
    if order.language is not None and order.language not in LANGUAGES:
        hint = did_you_mean(order.language, LANGUAGES, before="--as")
        raise CallError(f"--as {order.language} is no language. Expected one of: {', '.join(LANGUAGES)}.{hint}")
    session = _session(order.session, variables)
    call = write_call(order.method, _path(order.path, session), body, variables, dict(map(_header, order.headers)))
    for name in [] if order.language else meant_as_variables(body, variables):
        print(f"{{{name}}} in the body is sent as it stands. If the variable is meant, write ${{{name}}}.")
    if not order.force and (found := check(call)):
        raise _body_error(call, found, body, session)
    if order.language is not None:
        name = order.session or name_of(session, variables)
        return concealed(LANGUAGES[order.language](call, session, name), session)
    if order.dry_run:
        shown = _with_used(order, body, as_sent(call, session), session, variables)
        if (unknown := _unknown(call)) and not order.force:
            shown += f"\n\n{unknown}"
        return visible(without_named(concealed(shown, session)))
    return call.send(session)


def _with_used(order: Order, body: str, sent: str, session: VippsSession, variables: Mapping[str, Any]) -> str:
    """The request, and below it which variables it took its values from."""
    headers = dict(map(_header, order.headers)).values()
    used = used_variables(
        _path(order.path, session),
        body,
        headers,
        variables,
        hide=partial(concealed, session=session),
        view=_view_of(session),
    )
    return "\n".join([sent, *(["", "Filled in:", *(f"  {one.name} = {one.value}" for one in used)] if used else [])])


def _unknown(call: Call) -> str:
    """A sentence about a path that no document has.

    Empty for one that is known, or the sandbox's own.
    """
    path = call.path.partition("?")[0]
    if call.operation is not None or path.startswith(("/sandbox", "/landing")):
        return ""
    near = nearest_to(call.method, path)
    return f"No document has {call.method} {path}.{f' Did you mean {near}?' if near and near != path else ''}"


def _view_of(session: VippsSession) -> View:
    return View(shows_persons(), still=session.sandbox is not None and bool(session.sandbox.clock()["held"]))


def as_sent(call: Call, session: VippsSession) -> str:
    """The request as it would go over the wire, its secrets masked.

    While the sandbox's clock is held, what differs from machine to machine is left out, as in cards.
    """
    view = _view_of(session)
    prepared = session.prepare_request(requests.Request(**call.arguments()))
    headers = {"Host": session.environment.host, **_masked_proof(prepared, session)}
    _, body, given = outline(call, variables=False)
    written = {name.lower(): value for name, value in given.items()}
    for name, value in prepared.headers.items():
        if name == idempotency_header(str(prepared.url)) and not idempotency_key(str(prepared.url), call.headers):
            value = "(a new one for each call)"  # noqa: PLW2901 - shown instead
        # What the caller sets wins over what the session would add.
        headers = {key: old for key, old in headers.items() if key.lower() != name.lower()}
        headers[name] = _shown(written.get(name.lower(), value))
    lines = [
        f"{prepared.method} {prepared.path_url} HTTP/1.1",
        *(
            f"{name}: {value}"
            for name, value in headers.items()
            if not (view.still and name.lower() in OF_THIS_MACHINE)
        ),
    ]
    if body is not None:
        shown = _mask(body)
        lines += ["", urlencode(shown, safe=MASK) if call.is_form else as_text(shown)]
    try:
        session.guard(prepared)
    except ReadOnlyError as refusal:
        lines += ["", f"It would be refused: {refusal}"]
    return view.text("\n".join(lines))


def _session(name: str | None, variables: Mapping[str, Any]) -> VippsSession:
    if name is None:
        return current_session()
    try:
        found = variables.get(name)
    except ScopeError as error:
        raise CallError(str(error)) from None
    if isinstance(found, VippsSession):
        return found
    names = [
        key for key, value in _visible(variables).items() if isinstance(value, VippsSession) and not key.startswith("_")
    ]
    hint = did_you_mean(name, names, before="--session")
    known = f"one of {', '.join(names)}" if names else "a login first: %vipps_login --as NAME"
    raise CallError(f"There is no session called {name}. Expected {known}.{hint}")


def name_of(session: VippsSession, variables: Mapping[str, Any]) -> str:
    """A variable that holds a session; ``vipps`` where none does."""
    names = [name for name, value in _visible(variables).items() if value is session and not name.startswith("_")]
    return "vipps" if "vipps" in names or not names else names[0]


def _visible(variables: Mapping[str, Any]) -> Mapping[str, Any]:
    return variables.visible() if isinstance(variables, Scope) else variables


def _path(text: str, session: VippsSession) -> str:
    """The path alone; a whole URL is understood if it is the session's own host."""
    if "://" not in text.partition("?")[0]:
        return text
    if session.environment.owns(text):
        return "/" + text.split("/", 3)[3] if text.count("/") > 2 else "/"  # noqa: PLR2004 - scheme and host
    raise CallError(
        f"That URL belongs to another host than the session's, {session.environment.host}. Expected a path: "
        f"{_EXAMPLE}. For other hosts use requests itself."
    )


def _header(text: str) -> tuple[str, str]:
    found = _HEADER.fullmatch(text)
    if found is None or "\n" in text:
        raise CallError('--header expects a name, a colon and a value, in quotes: --header "Idempotency-Key: abc".')
    return found[1], found[2]


class BodyError(CallError):
    """A body that does not fit its operation. Nothing was sent.

    In a notebook its findings are a card.
    """

    def __init__(self, message: str, card: BodyCheckCard) -> None:
        super().__init__(message)
        self.card = card

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (str(self), self.card)

    def _render_traceback_(self) -> list[str]:
        from IPython.core.getipython import get_ipython  # noqa: PLC0415 - asked for by IPython alone

        if not hasattr(get_ipython(), "kernel"):
            return super()._render_traceback_()
        from IPython.display import publish_display_data  # noqa: PLC0415 - as above

        publish: Any = publish_display_data  # IPython's has no annotations
        publish({"text/plain": self.card.text, "text/html": self.card.html})
        return [f"CallError: The body does not fit {self.card.operation}. Nothing was sent."]


def _body_error(call: Call, found: Sequence[FieldError], body: str, session: VippsSession) -> BodyError:
    lines = json_cursor.lines(body)
    written = _mask(outline(call, variables=False)[1])
    hide = redactor(call.secrets).text
    view = View()
    faults = []
    rows = []
    for fault in found:
        line = lines.get(fault.name)
        reason = hide(fault.reason)
        rows.append(f"  {fault.name}{f' (line {line} of the body)' if line else ''}: {reason}")
        came, real = (_at(node, fault.name) for node in (written, call.body))
        name = fault.name.rpartition("/")[2]
        shown = schemas.quoted(view.masked(came, name)) if came is not _ABSENT else ""
        # A reason begins with what came, as it is; what is expected is the rest of it.
        rest = fault.reason.removeprefix(schemas.quoted(real)).strip() if real is not _ABSENT else fault.reason
        faults.append(BodyFault(fault.name, line, shown, hide(rest)))
    operation = call.operation
    title = operation.purpose.partition(":")[0].rstrip(".") if operation is not None else call.method
    api = f"{operation.api.replace(' API', '')} · " if operation is not None else ""
    message = [f"The body does not fit {operation}. Nothing was sent.", *rows, "Meant like this? --force sends it."]
    card = BodyCheckCard(str(operation), f"{api}{title}", session.environment.name, tuple(faults))
    return BodyError("\n".join(message), card)


def _at(node: Any, pointer: str) -> Any:
    """What a JSON pointer leads to, or that there is nothing."""
    for step in pointer.split("/")[1:] if pointer != "/" else ():
        if isinstance(node, list) and step.isdigit() and int(step) < len(node):
            node = node[int(step)]
        elif isinstance(node, Mapping) and step in node:
            node = node[step]
        else:
            return _ABSENT
    return node


def _secret_header(text: str) -> bool:
    """Whether a secret header is given by its value.

    It should be given by a variable's name.
    """
    names = "|".join(map(re.escape, SECRET_HEADERS))
    values = re.findall(rf"\b(?:{names})\s*:\s*((?:Bearer |Basic )?\S*)", text, re.IGNORECASE)
    return any(not re.search(r"\{\w+\}", value) for value in values)


def _secrets(session: VippsSession) -> set[str]:
    credentials: Credentials = session.credentials
    token = session.keys.peek()
    found = [
        credentials.client_secret.reveal(),
        credentials.subscription_key.reveal() if credentials.subscription_key else "",
        token.reveal() if token else "",
    ]
    return {secret for secret in found if len(secret) >= _SHORTEST_SECRET}


def concealed(text: str, session: VippsSession) -> str:
    """The last net: whatever equals a secret of this session is masked.

    Wherever it came from.
    """
    return Redactor(_secrets(session)).text(text)


def _masked_proof(prepared: requests.PreparedRequest, session: VippsSession) -> dict[str, str]:
    masked = dataclasses.replace(
        session.credentials,
        client_id=_STAND_IN,
        client_secret=Secret(_STAND_IN),
        subscription_key=Secret(_STAND_IN) if session.credentials.subscription_key else None,
    )
    kind = session.keys.scheme_for(str(prepared.url))
    headers = secret_headers(kind, masked, _STAND_IN)
    if kind is AuthScheme.BASIC:
        headers["Authorization"] = f"Basic {MASK}"
    return {name: value.replace(_STAND_IN, MASK) for name, value in headers.items()}


def _shown(node: Any) -> str:
    parts = node.parts if isinstance(node, Text) else (node,)
    return "".join(MASK if isinstance(part, Variable) else str(part) for part in parts)


def _mask(node: Any) -> Any:
    if isinstance(node, Variable | Text):
        return _shown(node)
    if isinstance(node, Mapping):
        return {name: _mask(value) for name, value in node.items()}
    if isinstance(node, list):
        return [_mask(value) for value in node]
    return node
