"""One request as cells.

What runs before it, itself as ``%vipps`` or Python, and what looks at its answer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote_plus

from vipps_nb.apis.facts import facts_of, matches
from vipps_nb.apis.questions import idempotency_header, takes_idempotency_key
from vipps_nb.auth.auth_scheme import AuthScheme
from vipps_nb.core.secret import Secret
from vipps_nb.core.visible import escaped, visible
from vipps_nb.notebook.calls import METHODS, Call, CallError, check, write_call
from vipps_nb.notebook.calls.cells import refuse_secrets
from vipps_nb.notebook.importing.addresses import Address, address_of
from vipps_nb.notebook.importing.code import WIDTH, Code, bracketed, joined, literal, quoted
from vipps_nb.notebook.importing.record import Body, Pair, Request, Script
from vipps_nb.notebook.importing.report import Report
from vipps_nb.notebook.importing.scripts import Translation, is_of_the_session, translate
from vipps_nb.notebook.importing.secrets import opens_doors, own_key
from vipps_nb.notebook.importing.shared_state import SharedState
from vipps_nb.notebook.importing.variables import TEMPLATE, Made, Part, Ref, as_json

RAISES = "raises-exception"  # the tag with which a notebook goes on after a cell that fails
_TOKENS = re.compile(r'(?P<text>"(?:\\.|[^"\\\n])*"?)|(?P<comment>//[^\n]*|/\*.*?(?:\*/|\Z))', re.DOTALL)
_LOGIN = re.compile(r"/(accesstoken/get|miami/v1/token)/?(\?.*)?$", re.IGNORECASE)
_SAFE = "/:?&=%@!$()*,;+~[]-._"
_KEYS = ("client_id", "client_secret", "subscription_key")


@dataclass(frozen=True)
class Cell:
    """A cell of a notebook."""

    kind: str
    source: str = field(repr=False)
    tags: tuple[str, ...] = ()


class CellWriter:
    """Writes requests as cells.

    Args:
        state: Names, values and secrets of the whole notebook.
        report: Hears what was found.
        style: ``magic`` or ``python``.
        ours: Whether vipps_nb itself wrote the file.
    """

    def __init__(self, state: SharedState, report: Report, *, style: str, ours: bool = False) -> None:
        self._state = state
        self._report = report
        self._style = style
        self.ours = ours
        self.secret_names: set[str] = set()
        self.in_path: set[str] = set()

    def cells(self, request: Request, scripts: Sequence[Script]) -> list[Cell]:
        """The cells of one request.

        Args:
            request: The request.
            scripts: All that run with it, its own last.
        """
        self._report.requests += 1
        if not request.url.strip():
            return [Cell("markdown", "This request has no address, so there is nothing to send.")]
        before = [one for one in scripts if one.when == "before"]
        after = [one for one in scripts if one.when == "after"]
        address = self._address(request)
        if address.kind == "own" and _LOGIN.search(address.path):
            return self._login(request, [*before, *after])
        first = translate(before, self._state, answer=False)
        made = _Order(self, request, address, first)
        second = translate(after, self._state, answer=True)
        self._hear(request, first, second)
        return made.cells(first.lines, second.lines)

    def _address(self, request: Request) -> Address:
        values = self._state.values
        url = self._state.vault.open(request.url)
        auth = request.auth
        if (
            auth is not None
            and auth.kind == "apikey"
            and auth.value("in") == "query"
            and not opens_doors(auth.value("key"))
        ):
            url += f"{'&' if '?' in url else '?'}{auth.value('key')}={auth.value('value')}"
        return address_of(values.parts(url), values, method=request.method, ours=self.ours)

    def _login(self, request: Request, scripts: Sequence[Script]) -> list[Cell]:
        self._report.logins += 1
        if "miami" in request.url.lower():
            self._report.note(
                "Keys of the kinds management, accounting and donations log in with "
                "%vipps_login --key-type management, and so on."
            )
        said = translate(scripts, self._state, answer=False)
        self._hear(request, said)
        words = "The session fetches its token, keeps it, and renews it in time. This fetches a new one now."
        lines = ["%vipps_login --refresh --quiet"]
        code = [Cell("code", "\n".join(said.lines))] if _does_something(said.lines) else []
        return [*code, Cell("markdown", words), Cell("code", "\n".join(lines))]

    def _hear(self, request: Request, *translations: Translation) -> None:
        for one in translations:
            self._report.statements += one.statements
            self._report.left += [(title(request, self._state), line) for line in one.left]
            self._report.own += one.own

    # What cells of any style are made of.

    def name(self, ref: Ref, address: Address) -> tuple[str, bool]:
        """Python's name for a variable, and whether it is a secret.

        A secret goes nowhere but to the session's host.

        Raises:
            KeyError: It is a secret, and this goes elsewhere.
        """
        secret = self.is_secret(ref.name)
        if address.kind == "foreign" and (secret or own_key(ref.name) in _KEYS):
            raise KeyError(ref.name)
        if secret:
            self.secret_names.add(ref.name)
        return self._state.name(ref.name), secret

    def is_secret(self, name: str) -> bool:
        """Whether a variable is kept as a ``Secret``."""
        if own_key(name) in ("client_id", "merchant_serial_number"):
            return False
        found = self._state.values.variables.get(name)
        return opens_doors(name) or (
            found is not None and (found.secret or (bool(found.value) and self._state.vault.holds(found.value)))
        )

    def text(self, value: str, address: Address) -> Code:
        """A text with variables in it as an expression."""
        parts: list[str | Code] = []
        for part in self._state.values.parts(self._state.vault.open(value)):
            parts.append(self.part(part, address))
        return joined(parts)

    def part(self, part: Part, address: Address) -> str | Code:
        """A part of a text."""
        if isinstance(part, str):
            return self._state.vault.code(part)
        if isinstance(part, Made):
            return Code(self._state.made(part), "num" if part.number else "str")
        try:
            name, secret = self.name(part, address)
        except KeyError:
            self._report.note(
                f"{part.name} opens doors, so it is left out of requests to other hosts than the session's own."
            )
            return "left-out"
        if not secret and part.name in self._state.bare and self._is_structure(part.name):
            self._state.needs.add("json")
            return Code(f"json.dumps({name})", "str")
        return Code(f"{name}.reveal()", "str") if secret else Code(name)

    def _is_structure(self, name: str) -> bool:
        """Whether a variable holds more than a text or a number in Python.

        Within a text it is JSON then.
        """
        return isinstance(as_json(self._state.values.get(name) or ""), dict | list | bool | None)

    @property
    def state(self) -> SharedState:
        """Names, values and secrets of the whole notebook."""
        return self._state

    @property
    def report(self) -> Report:
        """What was found."""
        return self._report

    @property
    def in_python(self) -> bool:
        """Whether requests are written as Python."""
        return self._style == "python"


class _Order:
    """One request on its way into cells."""

    def __init__(self, writer: CellWriter, request: Request, address: Address, before: Translation) -> None:
        self._writer = writer
        self._state = writer.state
        self._request = request
        self._address = address
        self._before = before
        self._made: list[str] = []  # lines that make up values before the request
        self._tags: tuple[str, ...] = ()
        self._media_type = next((one.value for one in request.headers if one.name.lower() == "content-type"), "")
        self._media_type = self._media_type.partition(";")[0].strip().lower()
        if address.kind == "foreign":
            writer.report.hosts[address.host] = writer.report.hosts.get(address.host, 0) + 1
            self._tags = (RAISES,)
        elif address.kind == "told" and not any(
            self._state.values.is_assigned(part.name) or self._state.values.is_given(part.name)
            for part in address.parts
            if isinstance(part, Ref)
        ):
            self._tags = (RAISES,)
        for part in address.parts:
            if isinstance(part, Ref):
                writer.in_path.add(part.name)

    def cells(self, before: list[str], after: list[str]) -> list[Cell]:
        """Before, the request, after."""
        uses = any("answer" in line for line in after)
        words = []
        if self._address.kind == "foreign":
            host = visible(self._address.host).replace("`", "")
            said = "is no host of Vipps MobilePay. The request is kept as it is, and goes out without your keys."
            words.append(Cell("markdown", f"`{host}` {said}"))
        source = None if self._writer.in_python else self._magic(keep=uses)
        if source is None:
            source = self._python(keep=uses)
        lines = [*before, *self._made]
        found = [Cell("code", "\n".join(lines))] if _does_something(lines) else []
        if lines and not found:
            found = [Cell("code", "\n".join(lines))]
        found = [*words, *found, Cell("code", source, self._tags)]
        if after:
            # In Postman a test that fails is shown, and the next request is sent all the same.
            tests = any(line.lstrip().startswith("assert ") for line in after)
            found.append(Cell("code", "\n".join(after), (RAISES,) if tests else ()))
        return found

    # As a magic.

    def _magic(self, *, keep: bool) -> str | None:
        """The request as a ``%vipps`` line or a ``%%vipps`` cell.

        None where only Python can say it.
        """
        request, address = self._request, self._address
        if address.kind != "own" or request.method not in METHODS:
            return None
        try:
            path = self._in_braces(address.parts, quoting=True)
            headers = {name: self._in_braces(self._parts(value)) for name, value in self._headers().items()}
            body = self._json_body()
            call = self._call(path, body or "", headers)
        except (CallError, _OnlyPython):
            return None
        if body is not None and (call.is_form != (request.body.kind == "form")):
            return None
        if body is None and request.body.kind != "none":
            return None
        options = "".join(f" --header {_word(f'{name}: {value}')}" for name, value in headers.items())
        if check(call):
            options += " --force"
            self._writer.report.forced.append(title(request, self._state))
        options += " -o answer" if keep else ""
        target = _word(path) if re.search(r"[\s'\"]", path) else path
        line = f"vipps {request.method} {target}{options}"
        cell = f"%%{line}\n{body}" if body is not None else f"%{line}"
        try:
            refuse_secrets(cell, {})
        except CallError:
            return None
        return cell if self._state.vault.code(cell) == cell else None

    def _call(self, path: str, body: str, headers: Mapping[str, str]) -> Call:
        return write_call(self._request.method, path, body, _Probe(self._writer), dict(headers))

    def _parts(self, text: str) -> tuple[Part, ...]:
        return self._state.values.parts(self._state.vault.open(text))

    def _in_braces(self, parts: Sequence[Part], *, quoting: bool = False) -> str:
        pieces = []
        for part in parts:
            if isinstance(part, str):
                if not quoting and re.search(r"[{}\n]", part):
                    raise _OnlyPython
                pieces.append(quote(part, safe=_SAFE, errors="replace") if quoting else escaped(part))
            else:
                pieces.append("{" + self._held(part, secret=not quoting) + "}")
        return "".join(pieces)

    def _held(self, part: Ref | Made, *, secret: bool = True) -> str:
        """The name of a variable that holds a part; of a made-up value, a new one."""
        if isinstance(part, Ref):
            name, is_secret = self._writer.name(part, self._address)
            if is_secret and not secret:
                raise _OnlyPython
            return name
        name = self._state.names.of(f"made {part.stem} {len(self._made)}\0", part.stem)
        line = f"{name} = {self._state.made(part)}"
        self._made.append(line)
        return name

    def _json_body(self) -> str | None:
        """The body as ``%%vipps`` reads it; None for none."""
        body = self._request.body
        if body.kind == "none":
            return None
        if body.kind == "form":
            names = [pair.name for pair in body.pairs]
            if len(set(names)) < len(names):
                raise _OnlyPython
            rows = [
                f"  {json.dumps(pair.name, ensure_ascii=False)}: {self._quoted_text(pair.value)}" for pair in body.pairs
            ]
            return escaped("{\n" + ",\n".join(rows) + "\n}")
        if body.kind != "raw" or not self._is_json(body):
            raise _OnlyPython
        text = self._state.values.expanded(self._state.vault.open(body.text.replace("\r\n", "\n").strip()))
        pieces, end = [], 0
        for found in _TOKENS.finditer(text):
            pieces += [self._filled(text[end : found.start()]), self._token(found)]
            end = found.end()
        return escaped("".join([*pieces, self._filled(text[end:])]))

    def _token(self, found: re.Match[str]) -> str:
        if found["comment"] is not None:
            return self._state.vault.text(found[0].replace("{{", "").replace("}}", ""))
        if re.search(r"\$\{(?!\{)", found[0]):
            raise _OnlyPython  # there it would be a variable
        return self._filled(found[0])

    def _filled(self, text: str) -> str:
        def name(found: re.Match[str]) -> str:
            part = self._state.values.parts(found[0])[0]
            return part if isinstance(part, str) else "${" + self._held(part) + "}"

        return TEMPLATE.sub(name, text)

    def _quoted_text(self, value: str) -> str:
        if "${" in value.replace("${{", ""):
            raise _OnlyPython
        parts = [part if isinstance(part, str) else "${" + self._held(part) + "}" for part in self._parts(value)]
        return json.dumps("".join(parts), ensure_ascii=False)

    def _is_json(self, body: Body) -> bool:
        kind = self._media_type or body.media_type
        return (
            kind.endswith("json")
            or (not kind and body.text.lstrip()[:1] in ("{", "["))
            or (kind in ("text/plain", "application/javascript") and body.text.lstrip()[:1] in ("{", "["))
        )

    # As Python.

    def _python(self, *, keep: bool) -> str:
        request, address = self._request, self._address
        self._made = []
        state = self._state
        pieces = [self._writer.part(part, address) for part in address.parts]
        alone = pieces[0] if len(pieces) == 1 else None
        target = alone.text if isinstance(alone, Code) else joined(pieces).text
        headers = self._headers()
        words = self._content(headers)
        if headers:
            rows = ", ".join(
                f"{quoted(name)}: {self._writer.text(value, address).text}" for name, value in headers.items()
            )
            words.append(f"headers={{{rows}}}")
        session = "vipps"
        if address.kind == "foreign":
            state.needs.add("requests")
            session = "requests"
            words.append("timeout=30")
        method = request.method.lower()
        if method in ("get", "post", "put", "patch", "delete", "head", "options"):
            start, words = f"{session}.{method}(", [target, *words]
        else:
            start, words = f"{session}.request(", [quoted(request.method), target, *words]
        kept = "answer = " if keep else ""
        line = f"{kept}{start}{', '.join(words)})"
        if len(line) > WIDTH or "\n" in line:
            indented = [word.replace("\n", "\n    ") for word in words]
            line = f"{kept}{start}\n" + "".join(f"    {word},\n" for word in indented) + ")"
        if address.kind == "told" and ".reveal()" in line:
            # What an answer or a file says is no reason to give a secret away.
            line = f'assert vipps.environment.owns({target}), "This is another host: nothing was sent."\n{line}'
        return state.vault.code(f"{line}\nanswer" if keep else line)

    def _content(self, headers: dict[str, str]) -> list[str]:
        """The keyword that carries the body.

        Says what it is in the headers, where requests does not know.
        """
        body, address = self._request.body, self._address
        match body.kind:
            case "form":
                rows = [
                    (
                        pair.name,
                        self._writer.text(
                            unquote_plus(pair.value) if "%" in pair.value and "{{" not in pair.value else pair.value,
                            address,
                        ).text,
                    )
                    for pair in body.pairs
                ]
                twice = len({name for name, _ in rows}) < len(rows)
                inside = [f"({quoted(a)}, {b})" if twice else f"{quoted(a)}: {b}" for a, b in rows]
                return ["data=" + bracketed("[" if twice else "{", inside, "]" if twice else "}")]
            case "multipart":
                return [self._parts_of_form(body.pairs)]
            case "file":
                self._say_media_type(headers, body)
                return [f"data={self._read_file(body.text)}"]
            case "raw":
                return self._raw(body, headers)
        return []

    def _raw(self, body: Body, headers: dict[str, str]) -> list[str]:
        if self._is_json(body) and self._address.kind == "own" and "\0" not in body.text:
            try:
                text = self._json_body()
                call = self._call("/x", text or "", {})
                made, self._made = self._made, []
                written = call.written[1] if call.written else call.body
                code = literal(written, 0)
                for line in made:  # a value that is made up stands where it is used
                    name, _, value = line.partition(" = ")
                    code = (
                        re.sub(rf"\b{name}\b", value.replace("\\", r"\\"), code) if f"{{{name}}}" not in code else code
                    )
                self._made = [line for line in made if re.search(rf"\b{line.partition(' = ')[0]}\b", code)]
                kind = self._media_type
                if kind and kind != "application/json" and not any(one.lower() == "content-type" for one in headers):
                    headers["Content-Type"] = kind
            except (CallError, _OnlyPython, KeyError):
                self._made = []
            else:
                return [f"json={code}"]
        self._say_media_type(headers, body)
        whole = self._writer.text(body.text, self._address)
        return [f"data={whole}.encode()"]

    def _say_media_type(self, headers: dict[str, str], body: Body) -> None:
        kind = self._media_type or body.media_type or ("application/json" if self._is_json(body) else "")
        if kind and not any(name.lower() == "content-type" for name in headers):
            headers["Content-Type"] = kind

    def _parts_of_form(self, pairs: Sequence[Pair]) -> str:
        rows = []
        for pair in pairs:
            if pair.is_file:
                name = _file_name(pair.value)
                rows.append(f"({quoted(pair.name)}, ({quoted(name)}, {self._read_file(pair.value)}))")
            else:
                rows.append(f"({quoted(pair.name)}, (None, {self._writer.text(pair.value, self._address).as_text}))")
        return f"files=[{', '.join(rows)}]"

    def _read_file(self, path: str) -> str:
        name = _file_name(path)
        self._state.needs.add("Path")
        self._tags = (RAISES,)
        self._writer.report.note(
            f"{title(self._request, self._state)} sends a file: put {name} beside the notebook. Only its "
            "name was taken along, not its folder."
        )
        return f"Path({quoted(name)}).read_bytes()"

    # Headers.

    def _headers(self) -> dict[str, str]:
        """The headers that only the caller can know."""
        own = self._address.kind != "foreign"
        kept: dict[str, str] = {}
        for pair in self._request.headers:
            if re.search(r"[^!#$%&'*+.^`|~\w-]", pair.name, re.ASCII) or "\n" in pair.value:
                self._writer.report.note("A header whose name or value no request can carry was left out.")
                continue
            if self._is_kept(pair, own=own):
                kept[pair.name] = pair.value
        for name in self._before.headers:
            if not is_of_the_session(name):
                kept.pop(name, None)
                kept[name] = "{{" + self._by_script(name) + "}}"
        auth = self._request.auth
        if auth is not None and auth.kind == "apikey" and auth.value("in") != "query" and auth.value("key"):
            pair = Pair(auth.value("key"), auth.value("value"))
            if self._is_kept(pair, own=own) and not opens_doors(pair.name):
                kept[pair.name] = pair.value
        if (
            auth is not None
            and auth.kind == "bearer"
            and (bearer := Pair("Authorization", f"Bearer {auth.value('token')}"))
        ):
            if self._is_kept(bearer, own=own):
                kept["Authorization"] = bearer.value
        elif auth is not None and auth.kind not in ("noauth", "basic", "apikey", "bearer") and own:
            self._writer.report.note(f"Postman's way to prove who asks, {auth.kind}, is left out: the session does it.")
        return kept

    def _by_script(self, name: str) -> str:
        """A variable that a script has filled for a header; known to nobody else."""
        return f"header {name}\0"

    def _is_kept(self, pair: Pair, *, own: bool) -> bool:
        name = pair.name.lower()
        if not own:
            return not opens_doors(name) and name not in (
                "host",
                "content-length",
                "user-agent",
                "postman-token",
                "cookie",
            )
        if name == "accept":
            return pair.value not in ("*/*", "application/json", "application/json, */*", "")
        if name == "authorization":
            return self._is_persons(pair.value)
        if name == "merchant-serial-number":
            self._other_sales_unit(pair.value)
        if is_of_the_session(name):
            return False
        path = self._address.path
        if name in ("idempotency-key", idempotency_header(path).lower()):
            return not self._is_fresh(pair.value)
        return True

    def _other_sales_unit(self, value: str) -> None:
        if "{{" not in value and value and not self._writer.ours:
            self._writer.report.note(
                f"Merchant-Serial-Number {value[:20]} is left out: the session sends that of VIPPS_MSN. For another "
                "sales unit of a partner there is vipps.as_merchant(…)."
            )

    def _is_persons(self, value: str) -> bool:
        """Whether a token is a person's, of a login: the session cannot know it."""
        row, path = facts_of(self._address.path), self._address.path
        scheme = next((other for template, other in row.auth_of if matches(template, path)), row.auth)
        persons = path.lower().startswith("/vipps-userinfo-api/userinfo") and "/userinfo/" not in path.lower()
        told = self._address.kind == "told" and "userinfo" in "".join(
            part.name for part in self._address.parts if isinstance(part, Ref)
        )
        if not (persons or told or scheme is AuthScheme.NOTHING) or not value.lower().startswith("bearer"):
            return False
        names = [found[1] for found in TEMPLATE.finditer(value)]
        return bool(names) and all(self._state.values.is_assigned(name) for name in names)

    def _is_fresh(self, value: str) -> bool:
        """Whether an idempotency key is a new one each time, as the session's is.

        Or none at all.
        """
        if not takes_idempotency_key(self._request.method, self._address.path):
            return True
        parts = self._parts(value)
        if value in self._state.once or any(isinstance(part, Made) for part in parts):
            return True
        names = [part.name for part in parts if isinstance(part, Ref)]
        values = self._state.values
        return (
            any(
                name in self._before.random or not (values.is_assigned(name) or values.is_given(name)) for name in names
            )
            or not value
        )


class _OnlyPython(Exception):  # noqa: N818 - a way out, no error
    """This cannot be said by a magic."""


class _Probe(Mapping[str, Any]):
    """Values for a look at a call.

    Those that the files have, and stand-ins for those that come later.
    """

    def __init__(self, writer: CellWriter) -> None:
        self._writer = writer
        self._by_own = {own: name for name, own in writer.state.names.known().items()}

    def __getitem__(self, own: str) -> Any:
        name = self._by_own.get(own)
        if name is None:
            raise KeyError(own)
        state = self._writer.state
        if own_key(name) in _KEYS or self._writer.is_secret(name):
            return Secret("a-secret-that-is-not-here") if own_key(name) != "client_id" else "a-client-id"
        if own_key(name):
            return "123456"
        if name.startswith("made "):
            return 123456 if re.search(r"int|timestamp|price", name) else "01234567-89ab-4cde-8f01-23456789abcd"
        if state.values.is_given(name):
            value = str(state.values.get(name))
            return as_json(value) if name in state.bare else value
        return 123456 if state.kinds.get(name) == "num" else "abc-12345678"

    def __iter__(self) -> Any:
        return iter(self._by_own)

    def __len__(self) -> int:
        return len(self._by_own)


def title(request: Request, state: SharedState) -> str:
    """A request's name for one line of a report."""
    return " ".join(visible(state.vault.text(request.name[:200])).split())[:80]


def bare_names(text: str) -> set[str]:
    """The variables that stand outside of quotes in a body of JSON."""
    without = _TOKENS.sub("", text)
    return {found[1] for found in TEMPLATE.finditer(without)}


def _does_something(lines: Sequence[str]) -> bool:
    return any(line.strip() and not line.lstrip().startswith("#") for line in lines)


def _word(text: str) -> str:
    return f"'{text}'" if "'" not in text else '"' + text.replace('"', '\\"') + '"'


def _file_name(path: str) -> str:
    name = re.split(r"[/\\]", path)[-1]
    return re.sub(r"[^\w.\- ]", "_", name)[:100].strip(". ") or "file"
