"""`%vipps_explore`: finds operations and has them filled in.

Connects forms, the session and the explorer's card.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, unquote

import requests

from vipps_nb.apis import catalogue
from vipps_nb.apis.catalogue import schemas
from vipps_nb.apis.catalogue.documents import Document, Operation
from vipps_nb.apis.catalogue.tasks import ORDER, TASKS
from vipps_nb.apis.questions import changes_something
from vipps_nb.client.login import current_session
from vipps_nb.client.session import VippsSession
from vipps_nb.core.problem import FieldError
from vipps_nb.core.tracebacks import leaves_no_locals
from vipps_nb.core.view import DOTS
from vipps_nb.display.answer import AnswerCard
from vipps_nb.errors import NotLoggedInError, UnreachableError
from vipps_nb.notebook.calls import Call, CallError, check_body, write_call
from vipps_nb.notebook.calls.cells import concealed, name_of, refuse_secrets
from vipps_nb.notebook.calls.references import seen_by
from vipps_nb.notebook.calls.snippets import as_curl, as_magic, as_python, variables_of
from vipps_nb.notebook.calls.used import used_variables
from vipps_nb.notebook.forms import form_of, secret_pointers, shape_of

if TYPE_CHECKING:
    from vipps_nb.widgets.explorer import ExplorerCard

_EVERYTHING = "every API"
_LOOKED_AT, _MOST_RECENT = 100, 5  # calls, operations
_VARIABLE = re.compile(r"\$?\{([A-Za-z_]\w*)\}")
_ALONE = re.compile(r'"(\$\{[A-Za-z_]\w*\})"(?!\s*:)')
_PRODUCTION = (
    "Production is read-only until you say otherwise, so nothing was sent. Tick “Allow this one write” if it is meant, "
    "or take the call along as code, into a cell below `with vipps.allow_writes():`."
)


class Explorer:
    """A list of operations, and what can be done with each.

    Args:
        operations: In the order in which they are listed.
        document: The document they all come from; None for the catalogue.
        variables: The notebook's namespace: ``${name}`` in a field is filled in from it.
        filled: Calls that some forms start with, by their operation's place.
    """

    def __init__(
        self,
        operations: Sequence[Operation],
        document: Document | None,
        variables: Mapping[str, Any] | None = None,
        filled: Mapping[int, Call] | None = None,
    ) -> None:
        self._filled = filled or {}
        self.operations = tuple(operations)
        self._document = document
        self._variables: Mapping[str, Any] = {} if variables is None else variables

    def form(self, number: int) -> Mapping[str, Any]:
        """The form of an operation; see :func:`vipps_nb.notebook.forms.form_of`."""
        operation = self.operations[number]
        form = form_of(operation, self._document_of(operation), seen_by(self._variables))
        if number in self._filled:
            form = _filled_in(form, operation, self._filled[number])
        return {**form, "place": _place()}

    def judge(self, number: int, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """What is wrong with what was typed, and the call as code.

        Secrets are not sent for this: the browser sends dots of the same number, so nothing is said about them.
        """
        operation = self.operations[number]
        used = self._used(operation, values)
        try:
            call, faults = self._read(operation, values)
        except CallError as error:
            fault = {"at": "", "reason": str(error)}
            return {"faults": [fault], "code": {}, "cells": [], "variables": used, "place": _place()}
        hidden = self._secret(operation, call)
        shown = [fault for fault in faults if fault.name not in hidden]
        return {"faults": _as_data(shown), **self._code(call, values), "variables": used, "place": _place()}

    @leaves_no_locals
    def send(self, number: int, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """Send the call through the session of the last login.

        Returns:
            ``answer`` (the card's HTML) with ``status`` and ``title``; or ``faults`` when nothing was sent.
        """
        operation = self.operations[number]
        session = current_session()
        call, faults = self._read(operation, values)
        if faults and not values.get("force"):
            return {"faults": _as_data(faults), "refused": "The call does not fit yet, so nothing was sent."}
        writes = changes_something(call.method, session.base_url + call.path)
        guarded = writes and session.environment.name == "production" and not session.writes_allowed
        if guarded and not values.get("allow"):
            return {"refused": _PRODUCTION, "place": _place()}
        try:
            if guarded:
                with session.allow_writes():
                    response = call.send(session)
            else:
                response = call.send(session)
        except requests.RequestException as error:
            raise UnreachableError(
                f"No answer came from {session.environment.host} ({type(error).__name__}), so nothing is known about "
                "the call. Check the network and send it again.",
                session.base_url,
            ) from None
        card = AnswerCard(response)
        return {"answer": str(card.html), "status": card.status, "title": card.title, "tone": card.tone}

    def card(self, *, subject: str, query: str = "", chosen: int = -1) -> ExplorerCard:
        """The explorer as a widget."""
        from vipps_nb.widgets.explorer import ExplorerCard  # noqa: PLC0415 - widgets are slow to import

        rows = [_row(operation) for operation in self.operations]
        recent = _recent(self.operations)
        return ExplorerCard(
            guide=self, operations=rows, subject=subject, query=query, chosen=chosen, recent=recent, place=_place()
        )

    def _document_of(self, operation: Operation) -> Document:
        return self._document or catalogue.document_of(operation)

    def _read(self, operation: Operation, values: Mapping[str, Any]) -> tuple[Call, list[FieldError]]:
        """The call that was typed, and what is wrong with it.

        Raises:
            CallError: A variable is missing, or the body is no JSON.
        """
        document = self._document_of(operation)
        faults = list(_parameter_faults(operation, document, _typed(values)))
        path, headers, text = _written(operation, values)
        call = write_call(operation.method, path, text, self._variables, headers)
        if operation.body is None:
            return call, faults
        if call.body is None:
            if operation.body.required:
                faults.append(FieldError("/", "This operation needs a body."))
        else:
            faults += check_body(call.body, operation, document)
        return call, faults

    def _used(self, operation: Operation, values: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The variables that the call will use, as they may be shown.

        And what is missing.
        """
        try:
            session: VippsSession | None = current_session()
        except NotLoggedInError:
            session = None

        def hide(text: str) -> str:
            return concealed(text, session) if session is not None else text

        path, headers, text = _written(operation, values)
        used = used_variables(path, text, headers.values(), self._variables, hide=hide)
        return [{"name": one.name, "value": one.value, "missing": one.missing} for one in used]

    def _secret(self, operation: Operation, call: Call) -> set[str]:
        if operation.body is None:
            return set()
        return secret_pointers(shape_of(self._document_of(operation), operation.body.schema), call.body)

    def _code(self, call: Call, values: Mapping[str, Any]) -> dict[str, Any]:
        try:
            session: VippsSession | None = current_session()
        except NotLoggedInError:
            session = None
        name = name_of(session, self._variables) if session is not None else "vipps"
        code = {"python": as_python(call, session, name), "magic": as_magic(call, session, name)}
        if session is not None:
            code["curl"] = as_curl(call, session)
            code = {name: concealed(text, session) for name, text in code.items()}
        try:
            # As typed as well: in a path a key would be hidden by the escapes. Secret fields are variables by now.
            refuse_secrets("\n".join([code["magic"], *map(str, dict(values["parameters"]).values())]), self._variables)
        except CallError:
            said = "Something you typed looks like a key or a token, so it is not written down as code."
            return {"code": {}, "cells": [], "no_code": said}
        return {"code": code, "cells": self._cells(call, name)}

    def _cells(self, call: Call, name: str) -> list[str]:
        """In which of the languages the code is a cell that runs as it is.

        A shell lacks the token, for one.
        """
        if any(variable not in self._variables for variable in variables_of(call)):
            return []  # a secret was typed: the code says how to call it, and no cell sets it
        return ["python", "magic"] if isinstance(self._variables.get(name), VippsSession) else ["magic"]


def explore(words: Sequence[str] = (), variables: Mapping[str, Any] | None = None) -> ExplorerCard:
    """The explorer for what was asked for.

    Args:
        words: A document's name (``epayment``), an operation (``POST /epayment/v1/payments``), or words to look for.
        variables: The notebook's namespace.
    """
    document, query = _narrowed(words)
    operations = document.operations if document is not None else _in_order()
    chosen = next((number for number, one in enumerate(operations) if _is(one, query)), -1)
    explorer = Explorer(operations, document, variables)
    subject = document.title if document is not None else _EVERYTHING
    return explorer.card(subject=subject, query="" if chosen >= 0 else query, chosen=chosen)


def explore_call(call: Call, variables: Mapping[str, Any] | None = None) -> ExplorerCard:
    """The explorer with a call filled in, to be changed and sent.

    Args:
        call: A call of an operation that the catalogue knows.
        variables: The notebook's namespace.

    Raises:
        CallError: The catalogue does not know the operation.
    """
    operation, operations = call.operation, _in_order()
    if operation is None:
        raise CallError(
            f"No operation of the catalogue is {call.method} {call.path.partition('?')[0]}, so there is no form for "
            "it. Take the call along as code and change it there."
        )
    chosen = operations.index(operation)
    return Explorer(operations, None, variables, {chosen: call}).card(subject=_EVERYTHING, chosen=chosen)


def explore_document(document: Document) -> ExplorerCard:
    """The explorer for all operations of one document."""
    from IPython.core.getipython import get_ipython  # noqa: PLC0415 - only for whoever is in a notebook

    shell = get_ipython()
    variables = shell.user_ns if shell is not None else None
    return Explorer(document.operations, document, variables).card(subject=document.title)


def listing(words: Sequence[str] = ()) -> str:
    """The same for a terminal: what was found, as text."""
    document, query = _narrowed(words)
    among = document.operations if document is not None else _in_order()
    exact = [one for one in among if _is(one, query)]
    found = exact or (catalogue.search(query, among) if query else list(among))
    if not found:
        return f"No operation has all of these words: {query}. Fewer words find more; %vipps_explore alone lists all."
    rows = []
    for operation in found:
        marks = "".join(f" [{mark}]" for mark in _marks(operation))
        rows.append(f"{operation.method:6} {operation.path}{marks}\n       {operation.purpose}")
    count = f"{len(found)} operation{'' if len(found) == 1 else 's'}"
    return "\n".join(
        [f"{count}. In a notebook each has a form to fill in; here send one with %vipps METHOD PATH.", *rows]
    )


def _narrowed(words: Sequence[str]) -> tuple[Document | None, str]:
    """A document, if the words name one, and what is left to look for."""
    if words:
        stem = words[0].strip().lower()
        added = [one for one in catalogue.documents() if stem in (one.title.lower(), one.source.lower())]
        document = next(iter(added), None) or catalogue.named(words[0])
        if document is not None:
            return document, " ".join(words[1:])
    return None, " ".join(words)


def _in_order() -> list[Operation]:
    """The APIs in the order in which people use them, what is deprecated last.

    Within an API what the test environment has not comes after what it has.
    """
    places = {api: place for place, api in enumerate(ORDER)}

    def place(operation: Operation) -> tuple[bool, int, bool]:
        return operation.deprecated, places.get(operation.api, len(places)), not operation.in_test

    return sorted(catalogue.operations(), key=place)


def _recent(operations: Sequence[Operation]) -> list[int]:
    """Which of the operations were called last in this kernel.

    By their places, the newest first.
    """
    try:
        calls = list(current_session().history)
    except NotLoggedInError:
        return []
    places = {str(operation): place for place, operation in enumerate(operations)}
    found: dict[int, None] = {}
    for call in reversed(calls[-_LOOKED_AT:]):
        operation = catalogue.find(call.method, call.path)
        if operation is not None and str(operation) in places:
            found.setdefault(places[str(operation)])
        if len(found) == _MOST_RECENT:
            break
    return list(found)


def _is(operation: Operation, query: str) -> bool:
    method, _, path = query.partition(" ")
    return path.startswith("/") and (str(operation) == query or operation.matches(method, path.strip()))


def _row(operation: Operation) -> dict[str, Any]:
    return {
        "api": operation.api,
        "method": operation.method,
        "path": operation.path,
        "purpose": operation.purpose,
        "tasks": TASKS.get(str(operation), ""),
        "marks": _marks(operation),
    }


def _marks(operation: Operation) -> list[str]:
    return [*(["deprecated"] if operation.deprecated else []), *([] if operation.in_test else ["not in test"])]


def _place() -> dict[str, Any] | None:
    """Where a call would go; None while nobody is logged in."""
    try:
        session = current_session()
    except NotLoggedInError:
        return None
    return {"environment": session.environment.name, "msn": session.merchant_serial_number or ""}


def _typed(values: Mapping[str, Any]) -> dict[str, str]:
    """What was typed for the parameters, by place and name."""
    return {str(name): str(text) for name, text in dict(values.get("parameters") or {}).items()}


def _written(operation: Operation, values: Mapping[str, Any]) -> tuple[str, dict[str, str], str]:
    """Path, headers and body as they were typed, variables still in them."""
    path, headers = _target(operation, _typed(values))
    body = values.get("body")
    # A variable that is all of a text keeps its kind: a number stays a number.
    text = _ALONE.sub(r"\1", body) if operation.body is not None and isinstance(body, str) else ""
    return path, headers, text


def _filled_in(form: Mapping[str, Any], operation: Operation, call: Call) -> dict[str, Any]:
    """A form that starts with a call's values.

    What the call did not have is left out, not made up.
    """
    path, _, query = call.path.partition("?")
    found = operation.pattern.fullmatch(path)
    names = re.findall(r"\{([^}]+)\}", operation.path)
    given = {f"path/{name}": unquote(text) for name, text in zip(names, found.groups() if found else (), strict=False)}
    for name, text in parse_qsl(query, keep_blank_values=True):
        at = f"query/{name}"
        given[at] = f"{given[at]},{text}" if at in given else text
    headers = {name.lower(): value for name, value in call.headers.items()}
    parameters = [
        {**one, "value": given.get(f"{one['place']}/{one['name']}") or headers.get(one["name"].lower(), "")}
        for one in form["parameters"]
    ]
    body = form["body"]
    return {**form, "parameters": parameters, "body": body and {**body, "value": _emptied(call.body)}}


def _emptied(value: Any) -> Any:
    """A body in which a secret was, and was not kept: its field is empty."""
    if isinstance(value, Mapping):
        return {name: _emptied(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_emptied(item) for item in value]
    return "" if value == DOTS else value


def _target(operation: Operation, typed: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """Path with its query, and headers; variables still in them."""
    path, pairs, headers = operation.path, [], {}
    for parameter in operation.parameters:
        text = typed.get(f"{parameter.place}/{parameter.name}", "")
        if parameter.place == "path":
            path = path.replace("{" + parameter.name + "}", _escaped(text) or "-")
        elif text and parameter.place == "query":
            several = text.split(",") if parameter.schema.get("type") == "array" else [text]
            pairs += [f"{quote(parameter.name, safe='')}={_escaped(one.strip())}" for one in several]
        elif text and parameter.place == "header":
            headers[parameter.name] = _VARIABLE.sub(r"{\1}", text)
    return path + ("?" + "&".join(pairs) if pairs else ""), headers


def _escaped(text: str) -> str:
    """A value as it stands in a path; a variable's name stays, to be filled in."""
    found = _VARIABLE.fullmatch(text)
    return f"{{{found[1]}}}" if found else quote(text, safe="")


def _parameter_faults(operation: Operation, document: Document, typed: Mapping[str, str]) -> list[FieldError]:
    faults = []
    for parameter in operation.parameters:
        at = f"{parameter.place}/{parameter.name}"
        text = typed.get(at)
        if text is None:
            continue  # not asked for: the session adds it
        if not text:
            if parameter.required:
                faults.append(FieldError(at, "A value is needed here."))
        elif not _VARIABLE.search(text):
            value = _as_value(text, schemas.kinds(schemas.at(document, parameter.schema, ())))
            faults += [FieldError(at, fault.reason) for fault in schemas.faults(document, parameter.schema, value)]
    return faults


def _as_value(text: str, kinds: set[str]) -> Any:
    if "string" in kinds or not kinds:
        return text
    if "array" in kinds:
        return [one.strip() for one in text.split(",")]
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


def _as_data(faults: Sequence[FieldError]) -> list[dict[str, str]]:
    return [{"at": fault.name, "reason": fault.reason} for fault in faults]
