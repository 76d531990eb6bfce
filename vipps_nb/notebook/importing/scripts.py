"""Scripts of a collection as Python: what people write nearly always.

All else stays as a comment, and is counted.

A statement becomes Python as a whole or not at all. Nothing of it is ever run here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from vipps_nb.core.visible import visible
from vipps_nb.notebook.importing import javascript as js
from vipps_nb.notebook.importing.addresses import address_of
from vipps_nb.notebook.importing.code import Code, joined, quoted
from vipps_nb.notebook.importing.expectations import Expectation
from vipps_nb.notebook.importing.functions import FUNCTIONS, METHODS, UNITS, as_number, is_literal, strftime, unquoted
from vipps_nb.notebook.importing.record import Script
from vipps_nb.notebook.importing.secrets import opens_doors, own_key
from vipps_nb.notebook.importing.shared_state import OfTheSessionError, SharedState, UntranslatableError
from vipps_nb.notebook.importing.variables import Made, Part, Ref, as_json

_STORES = ("pm.environment", "pm.collectionVariables", "pm.globals", "pm.variables", "pm.vault")
_SETTERS = {*(f"{one}.set" for one in _STORES), "postman.setEnvironmentVariable", "postman.setGlobalVariable"}
_GETTERS = {*(f"{one}.get" for one in _STORES), "postman.getEnvironmentVariable", "postman.getGlobalVariable"}
_ASKERS = {f"{one}.has" for one in _STORES}
_UNSETTERS = {*(f"{one}.unset" for one in _STORES), "postman.clearEnvironmentVariable", "postman.clearGlobalVariable"}
_TALK = re.compile(r"^\s*console\.(log|info|warn|error|debug)\b")
_TOKEN = re.compile(r"accesstoken/get|access[_-]?token|client_?secret|oauth2/token", re.IGNORECASE)
_INTRODUCTION = re.compile(r"client[_-]?secret|subscription-?key", re.IGNORECASE)
_AS_IT_WAS = "# JavaScript, as it was:"
_MOST_LINES = 30  # of a comment
_MILLISECONDS = "int(time.time() * 1000)"
_ISO = 'isoformat(timespec="milliseconds").replace("+00:00", "Z")'


@dataclass
class Translation:
    """What has become of a script.

    Attributes:
        lines: Python, with comments in the places of what has none.
        statements: How many statements became Python.
        left: The first lines of those that stayed as comments.
        own: How many do what the session does by itself, and were left out.
        headers: Headers that the script adds to its request, by name, with the Python name of each value.
        random: Variables that the script fills with something new each time.
    """

    lines: list[str] = field(default_factory=list)
    statements: int = 0
    left: list[str] = field(default_factory=list)
    own: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    random: set[str] = field(default_factory=set)


def assigned_in(scripts: Sequence[Script]) -> set[str]:
    """The variables that scripts set, as far as their names stand there."""
    pattern = re.compile(r"(?:\.set|setEnvironmentVariable|setGlobalVariable)\s*\(\s*[\"'`]([^\"'`]{1,200})[\"'`]")
    return {found[1] for script in scripts for found in pattern.finditer(script.source)}


def translate(scripts: Sequence[Script], state: SharedState, *, answer: bool) -> Translation:
    """Scripts that run one after the other, as the lines of one cell.

    Args:
        scripts: In the order in which Postman runs them.
        state: What is shared.
        answer: Whether there is an answer to look at; not before the request, nor where the session logs in.
    """
    result = Translation()
    checks: list[str] = []
    for script in scripts:
        translator = _Translator(state, result, has_answer=answer, script=id(script))
        for statement in js.read(script.source):
            lines = translator.statement(statement)
            # Postman goes on after a test that fails; a cell does not. So tests come last.
            (checks if lines and lines[0].startswith("assert ") else result.lines).extend(lines)
        state.told |= translator.told_now
    result.lines = _together([*result.lines, *checks])
    return result


def _together(lines: Sequence[str]) -> list[str]:
    """Comments that follow one another, under one head."""
    found: list[str] = []
    for number, line in enumerate(lines):
        if line.strip() == _AS_IT_WAS and number and lines[number - 1].startswith(line.replace(_AS_IT_WAS, "#   ")):
            continue
        found.append(line)
    return found


class _Translator:
    def __init__(self, state: SharedState, result: Translation, *, has_answer: bool, script: int) -> None:
        self.state = state
        self._script = script
        self.told_now: set[tuple[int, str]] = set()
        self._result = result
        self._has_answer = has_answer
        self._locals: dict[str, tuple[str, str]] = {}  # Python's name and kind, by JavaScript's
        self._objects: dict[str, js.Object] = {}
        self._inline: dict[str, Code] = {}
        self._tainted: set[str] = set()  # locals that hold a key of the session
        self._test = ""
        self._test_words = ""  # code that makes the name of a test, where no text says it

    # Statements.

    def statement(self, one: js.Statement) -> list[str]:
        """The lines of a statement: Python, or a comment."""
        kept = dict(self._locals), set(self._result.random), len(self._result.left), self._result.statements
        try:
            lines = self._statement(one)
        except OfTheSessionError:
            self._result.own += 1
            if one.kind == "let":
                self._tainted.add(one.name)
            return []
        except (UntranslatableError, RecursionError, AttributeError, LookupError, TypeError, ValueError):
            self._locals, self._result.random = kept[0], kept[1]
            del self._result.left[kept[2] :]
            self._result.statements = kept[3]
            if one.kind == "let":
                self._locals.pop(one.name, None)
            return self._comment(one.source)
        counted = one.kind in ("do", "let") and not (
            isinstance(one.value, js.Call) and _path(one.value.of) == "pm.test"
        )
        if counted and lines and not all(line.lstrip().startswith("#") for line in lines):
            self._result.statements += 1
        return lines

    def _comment(self, source: str) -> list[str]:
        if (self._script, source) in self.state.told:
            return []
        self.told_now.add((self._script, source))
        lines = visible(self.state.vault.text(source)).split("\n")
        if not _TALK.match(source):
            self._result.left.append(lines[0].strip()[:100])
        margin = min((len(line) - len(line.lstrip()) for line in lines[1:] if line.strip()), default=0)
        shown = [lines[0].strip(), *(line[margin:].rstrip() for line in lines[1:])]
        if len(shown) > _MOST_LINES:
            shown = [*shown[:_MOST_LINES], f"… {len(shown) - _MOST_LINES} lines more"]
        return [_AS_IT_WAS, *(f"#   {line}".rstrip() for line in shown)]

    def _statement(self, one: js.Statement) -> list[str]:
        match one.kind:
            case "do" if one.value is not None:
                return self._do(one.value)
            case "let":
                return self._let(one)
            case "if" if one.value is not None:
                return self._if(one, one.value)
            case "each" if one.value is not None:
                return self._loop(one.name, self._listed(self._value(one.value)), one.body)
            case "count" if one.value is not None:
                count = self._value(one.value)
                return self._loop(one.name, f"range({count.text})", one.body, "num")
            case "block" | "try":
                return [line for inner in one.body for line in self.statement(inner)]
        raise UntranslatableError

    def _inner(self, body: Sequence[js.Statement]) -> list[str]:
        """The lines of a body, one level deeper; never empty."""
        lines = [line for one in body for line in self.statement(one)]
        if not any(not line.lstrip().startswith("#") for line in lines):
            lines.append("pass")
        return [f"    {line}" for line in lines]

    def _if(self, one: js.Statement, test: js.Expression) -> list[str]:
        known = self._known_test(test)
        if known is not None:
            return [line for inner in (one.body if known else one.otherwise) for line in self.statement(inner)]
        lines = [f"if {self._condition(test).text}:"]
        lines += self._inner(one.body)
        if len(one.otherwise) == 1 and one.otherwise[0].kind == "if":
            nested = self.statement(one.otherwise[0])
            if nested and nested[0].startswith("if "):
                return [*lines, "el" + nested[0], *nested[1:]]
            return [*lines, "else:", *(f"    {line}" for line in nested or ["pass"])]
        if one.otherwise:
            lines += ["else:", *self._inner(one.otherwise)]
        if all(line.strip() == "pass" for line in lines if not line.strip().startswith(("if ", "else:"))):
            return []  # all of it is the session's, or there was nothing in it
        return lines

    def _known_test(self, test: js.Expression) -> bool | None:
        """The outcome of a test that is known.

        The error of a callback is always null, for requests raise theirs.
        """
        match test:
            case js.Name(name) if self._locals.get(name, ("", ""))[1] == "none":
                return False
            case js.Unary("!", of):
                inner = self._known_test(of)
                return None if inner is None else not inner
            case js.Binary(left, "!=" | "!==", js.Literal(None)):
                return self._known_test(left)
            case js.Binary(left, "==" | "===", js.Literal(None)):
                return self._known_test(js.Unary("!", left))
        return None

    def _loop(self, name: str, over: str, body: Sequence[js.Statement], kind: str = "json") -> list[str]:
        own = self._local(name, kind)
        inner = self._inner(body)
        if all(line.strip() == "pass" for line in inner):
            return []
        return [f"for {own} in {over}:", *inner]

    def _let(self, one: js.Statement) -> list[str]:
        value = one.value
        if value is None:
            return [f"{self._local(one.name, 'any')} = None"]
        self._objects.pop(one.name, None)
        match value:
            case js.Call(js.Name("require"), (js.Literal(str(module)),)):
                self._locals[one.name] = (module, f"module {module}")
                return []
            case js.Object(pairs) if any(name == "url" for name, _ in pairs):
                self._objects[one.name] = value
                return []
            case js.Function():
                raise UntranslatableError
        code = self._sent(value, wanted=True) if _path(value, called=True) == "pm.sendRequest" else None
        if code is not None:
            raise UntranslatableError  # it gives a promise
        made = self._value(value)
        if made.kind in ("response", "none"):
            self._locals[one.name] = (made.text, made.kind)
            return []
        if opens_doors(one.name) and made.way:  # it is not kept in a variable of its own, for all to see
            self._locals[one.name], self._inline[one.name] = (made.text, made.kind), made
            return []
        self._inline.pop(one.name, None)
        own = self._local(one.name, made.kind, made.plain)
        return [] if own == made.text else [f"{own} = {made.text}"]

    def _local(self, name: str, kind: str, plain: str = "") -> str:
        known = self._locals.get(name)
        own = known[0] if known and known[1] != "none" and not known[1].startswith("module") else self._own_name(name)
        self._locals[name] = (own, kind)
        return own

    def _own_name(self, name: str) -> str:
        """A name for a local of a script.

        Shared by all scripts that have one of that name, and no variable's.
        """
        return (
            self.state.names.of(f"local {name}")
            if name in self.state.names.known()
            else self.state.names.of(f"{name}\0")
        )

    # What a statement does.

    def _do(self, value: js.Expression) -> list[str]:
        match value:
            case js.Assign(to, sign, of):
                return self._assign(to, sign, of)
            case js.Unary("++" | "--" as sign, js.Name(name)) if name in self._locals:
                return [f"{self._locals[name][0]} {sign[0]}= 1"]
            case js.Literal():
                return []  # "use strict"
            case js.Call():
                return self._call(value)
            case js.Member() | js.Index():
                return self._check(value)
        raise UntranslatableError

    def _assign(self, to: js.Expression, sign: str, of: js.Expression) -> list[str]:
        match to:
            case js.Index(js.Name("tests"), name):
                text = self._text_of(name)
                return [self._asserted(self._value(of).text, text)]
            case js.Name(name) if name in self._locals or sign == "=":
                made = self._value(of)
                if sign == "+=" and "str" in (made.kind, self._locals[name][1]):
                    made = replace(made, text=made.as_text)
                own = self._local(name, made.kind)
                return [f"{own} {sign} {made.text}"]
            case js.Member(js.Name(name), key) if self._locals.get(name, ("", ""))[1] == "object" and sign == "=":
                return [f"{self._locals[name][0]}[{quoted(key)}] = {self._value(of).text}"]
        raise UntranslatableError

    def _call(self, call: js.Call) -> list[str]:  # noqa: PLR0911 - one case a line
        path = _path(call.of)
        if path in _SETTERS:
            return self._set(call.arguments)
        if path in _UNSETTERS:
            return [f'{self.state.name(self._text_of(call.arguments[0]))} = ""'] if call.arguments else []
        if path == "pm.test":
            return self._tested(call)
        if path == "pm.sendRequest":
            return self._sent(call, wanted=False)
        if path.startswith("console."):
            raise UntranslatableError
        if path in ("pm.request.headers.add", "pm.request.headers.upsert", "pm.request.addHeader"):
            return self._header(call.arguments)
        match call:
            case js.Call(js.Member(of, "forEach"), (js.Function((name, *_), body, result), *_)):
                inside = body or ((js.Statement(kind="do", source="", value=result),) if result else ())
                return self._loop(name, self._listed(self._value(of)), inside)
            case js.Call(js.Member(js.Name("_"), "each" | "forEach"), (of, js.Function((name, *_), body))):
                return self._loop(name, self._listed(self._value(of)), body)
            case js.Call(js.Member(js.Name(name), "push"), (value,)) if name in self._locals:
                return [f"{self._locals[name][0]}.append({self._value(value).text})"]
            case js.Call(js.Member(js.Name(name), str(method)), arguments) if self._kind(name) == "date":
                return [self._moved(name, method, arguments)]
        return self._check(call)

    def _set(self, arguments: Sequence[js.Expression]) -> list[str]:
        if len(arguments) < 2:  # noqa: PLR2004 - a name and a value
            raise UntranslatableError
        name = self._text_of(arguments[0])
        if not name or "{{" in name:
            raise UntranslatableError
        if own_key(name) or (_is_introduction(name) and not self._has_answer):
            raise OfTheSessionError
        made = self._value(arguments[1])
        if self._is_random(arguments[1]):
            self._result.random.add(name)
        state = self.state
        own = state.name(name)
        if opens_doors(name):
            state.needs.add("Secret")
            inner = self._looked(made, '""') if made.way else made.text
            state.kinds[name] = "secret"
            return [f"{own} = Secret({inner if made.kind == 'str' else f'str({inner})'})"]
        text = made.text
        if name in state.bare:
            text = made.plain or (repr(as_json(unquoted(text))) if is_literal(text) else text)
        state.kinds[name] = "num" if made.kind == "num" else "str" if made.kind == "str" else "any"
        if made.way:
            return [f"{own} = {self._looked(made, own)}"]
        if (header := re.fullmatch(r'(\w+\.headers\.get\("[^"]*")\)', text)) is not None:
            return [f"{own} = {header[1]}, {own})"]
        if name not in state.bare and text in ("True", "False", "None"):
            text = '""' if text == "None" else quoted(text.lower())
        return [] if text == own else [f"{own} = {text}"]

    def _is_random(self, value: js.Expression) -> bool:
        made = self._value(value).text
        return bool(re.search(r"\buuid\d?\b|random|time\.time\(\)|datetime\.now", made)) or (
            isinstance(value, js.Name) and made in self._result.random
        )

    def _looked(self, code: Code, otherwise: str) -> str:
        return f"field({', '.join(code.way)}, otherwise={otherwise})"

    def _tested(self, call: js.Call) -> list[str]:
        match call.arguments:
            case (name, js.Function((), body, result)):
                self._need_answer_or_own(call)
                self._test, self._test_words = self._name_of_test(name)
                inside = body or ((js.Statement(kind="do", source="", value=result),) if result else ())
                lines = [line for one in inside for line in self.statement(one)]
                self._test = self._test_words = ""
                checks = [line for line in lines if line.startswith("assert ")]
                others = [line for line in lines if not line.startswith("assert ")]
                # A test whose values are its own stands as one piece; the others may go to the end.
                return [*others, *checks]
        raise UntranslatableError

    def _need_answer_or_own(self, call: js.Call) -> None:
        if not self._has_answer:
            raise OfTheSessionError

    def _asserted(self, condition: str, name: str) -> str:
        name = visible(self.state.vault.text(name))
        words = quoted(name) if name else self._test_words
        return f"assert {condition}" + (f", {words}" if words else "")

    def _name_of_test(self, name: js.Expression) -> tuple[str, str]:
        """What a test is called: a text, or code that makes one."""
        try:
            return self._text_of(name), ""
        except UntranslatableError:
            return "", self._value(name).as_text

    def _check(self, value: js.Expression) -> list[str]:
        conditions = Expectation(self).read(value)
        return [self._asserted(condition, self._test) for condition in conditions]

    def _header(self, arguments: Sequence[js.Expression]) -> list[str]:
        pair = dict(arguments[0].pairs) if arguments and isinstance(arguments[0], js.Object) else {}
        if "key" not in pair or "value" not in pair:
            raise UntranslatableError
        name = self._text_of(pair["key"])
        if opens_doors(name):
            raise OfTheSessionError
        made = self._value(pair["value"])
        if name.lower() == "idempotency-key" and self._is_random(pair["value"]):
            raise OfTheSessionError
        own = self.state.names.of(f"header {name}\0")
        self._result.headers[name] = own
        return [f"{own} = {made.as_text}"]

    def _moved(self, name: str, method: str, arguments: Sequence[js.Expression]) -> str:
        """``due.setDate(due.getDate() + 2)``."""
        units = {"Date": "days", "Hours": "hours", "Minutes": "minutes", "Seconds": "seconds", "Month": "months"}
        unit = units.get(method.removeprefix("set").removeprefix("UTC"), "")
        match arguments:
            case (js.Binary(js.Call(js.Member(js.Name(same), getter), ()), "+" | "-" as sign, amount),) if (
                same == name
                and unit
                and getter.removeprefix("get").removeprefix("UTC") == method.removeprefix("set").removeprefix("UTC")
            ):
                own, count = self._locals[name][0], self._value(amount)
                self.state.needs.add("datetime")
                if unit == "months":
                    return f"{own} {sign}= timedelta(days=30 * {count})"
                return f"{own} {sign}= timedelta({unit}={count.text})"
        raise UntranslatableError

    # Requests of a script.

    def _sent(self, call: js.Expression, *, wanted: bool) -> list[str]:
        if not isinstance(call, js.Call) or not call.arguments:
            raise UntranslatableError
        asked, *rest = call.arguments
        if isinstance(asked, js.Name) and asked.name in self._objects:
            asked = self._objects[asked.name]
        settings = dict(asked.pairs) if isinstance(asked, js.Object) else {"url": asked}
        if "url" not in settings:
            raise UntranslatableError
        if _TOKEN.search(self.state.vault.open(str(settings["url"]))) and "accesstoken" in str(settings["url"]).lower():
            raise OfTheSessionError
        method = self._text_of(settings.get("method", js.Literal("GET"))).upper()
        if method not in ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"):
            raise UntranslatableError
        words = [self._url(settings["url"]), *self._carried(settings.get("body")), *self._own_headers(settings)]
        line = f"vipps.{method.lower()}({', '.join(words)})"
        match rest:
            case (js.Function(parameters, body, result), *_):
                return self._answered(line, parameters, body, result)
        return [line]

    def _answered(
        self, line: str, parameters: Sequence[str], body: Sequence[js.Statement], result: js.Expression | None
    ) -> list[str]:
        answer = self.state.names.of("sent\0")
        for place, name in enumerate(parameters):
            self._locals[name] = ("None", "none") if place == 0 else (answer, "response")
        inside = body or ((js.Statement(kind="do", source="console.log()", value=result),) if result else ())
        before, self._has_answer = self._has_answer, True
        lines = [text for one in inside for text in self.statement(one)]
        self._has_answer = before
        used = any(re.search(rf"\b{answer}\b", text) for text in lines if not text.lstrip().startswith("#"))
        return [f"{answer} = {line}" if used else line, *lines]

    def _url(self, of: js.Expression) -> str:
        parts: list[Part] = []
        codes: dict[str, Code] = {}
        for piece in self._pieces(of):
            if isinstance(piece, str):
                parts += self.state.values.parts(self.state.vault.open(piece))
            else:
                codes[f"\0{len(codes)}"] = piece
                parts.append(Ref(f"\0{len(codes) - 1}"))
        address = address_of(parts, self.state.values)
        if address.kind != "own":
            raise UntranslatableError
        written: list[str | Code] = []
        for part in address.parts:
            if isinstance(part, str):
                written.append(part)
            elif isinstance(part, Ref) and part.name in codes:
                written.append(codes[part.name])
            else:
                written.append(self._part(part))
        return joined(written).text

    def _part(self, part: Ref | Made) -> Code:
        if isinstance(part, Made):
            return Code(self.state.made(part), "num" if part.number else "str")
        return replace(self._variable(part.name), kind="env")

    def _pieces(self, of: js.Expression) -> list[str | Code]:
        match of:
            case js.Binary(left, "+", right):
                return [*self._pieces(left), *self._pieces(right)]
            case js.Template(parts):
                return [piece for part in parts for piece in ([part] if isinstance(part, str) else self._pieces(part))]
            case js.Literal(str(text)):
                return [text]
            case js.Call(function, (js.Literal(str(name)),)) if _path(function) in _GETTERS:
                return ["{{" + name + "}}"]
        return [self._value(of)]

    def _carried(self, body: js.Expression | None) -> list[str]:
        if body is None:
            return []
        settings = dict(body.pairs) if isinstance(body, js.Object) else {}
        match self._text_of(settings["mode"]) if "mode" in settings else "", settings.get("raw"):
            case "raw", js.Call(function, (of,)) if _path(function) == "JSON.stringify":
                return [f"json={self._value(of).text}"]
            case "raw", js.Literal(str(text)):
                return [f"data={quoted(text)}"]
        match settings.get("urlencoded"):
            case js.List(items) if all(isinstance(one, js.Object) for one in items):
                pairs = [dict(one.pairs) for one in items if isinstance(one, js.Object)]
                fields = [f"{quoted(self._text_of(one['key']))}: {self._value(one['value']).text}" for one in pairs]
                return ["data={" + ", ".join(fields) + "}"]
        raise UntranslatableError

    def _own_headers(self, settings: Mapping[str, js.Expression]) -> list[str]:
        node = settings.get("header") or settings.get("headers")
        pairs: list[tuple[str, js.Expression]] = []
        match node:
            case js.Object(found):
                pairs = list(found)
            case js.List(items):
                for one in items:
                    inner = dict(one.pairs) if isinstance(one, js.Object) else {}
                    if "key" in inner and "value" in inner:
                        pairs.append((self._text_of(inner["key"]), inner["value"]))
        kept = [(name, value) for name, value in pairs if not is_of_the_session(name)]
        rows = [f"{quoted(name)}: {self._value(value).as_text}" for name, value in kept]
        return ["headers={" + ", ".join(rows) + "}"] if rows else []

    # Values.

    def _kind(self, name: str) -> str:
        return self._locals.get(name, ("", ""))[1]

    def _listed(self, code: Code) -> str:
        return f"field({', '.join(code.way)}, otherwise=[])" if code.way else code.text

    def _text_of(self, value: js.Expression) -> str:
        match value:
            case js.Literal(str(text)):
                return text
            case js.Template(parts) if all(isinstance(part, str) for part in parts):
                return "".join(str(part) for part in parts)
            case js.Binary(left, "+", right):
                return self._text_of(left) + self._text_of(right)
            case js.Name(name) if name in self._locals:
                return unquoted(self._locals[name][0])
        raise UntranslatableError

    def value(self, of: js.Expression) -> Code:
        """An expression; for expectations."""
        return self._value(of)

    def _value(self, of: js.Expression) -> Code:  # noqa: PLR0911, PLR0912 - one case for each kind of expression
        match of:
            case js.Literal(None):
                return Code("None", "none")
            case js.Literal(bool(value)):
                return Code(str(value), "bool")
            case js.Literal(str(text)):
                return self._template(text)
            case js.Literal(value):
                return Code(repr(value), "num")
            case js.Name(name):
                return self._named(name)
            case js.Template(parts):
                return joined([part if isinstance(part, str) else self._value(part) for part in parts])
            case js.Unary(sign, inner):
                return self._unary(sign, inner)
            case js.Binary(left, sign, right):
                return self._binary(left, sign, right)
            case js.Choice(test, yes, no):
                first, second = self._value(yes), self._value(no)
                kind = first.kind if first.kind == second.kind else "any"
                return Code(f"{first} if {self._condition(test)} else {second}", kind, atom=False)
            case js.List(items):
                return Code("[" + ", ".join(self._value(one).text for one in items) + "]", "list")
            case js.Object(pairs):
                rows = [f"{quoted(name)}: {self._value(value).text}" for name, value in pairs]
                return Code("{" + ", ".join(rows) + "}", "object")
            case js.Member(inner, name):
                return self._member(of, inner, name)
            case js.Index(inner, at):
                return self._index(inner, at)
            case js.Call():
                return self._called(of)
        raise UntranslatableError

    def _named(self, name: str) -> Code:
        if name in self._tainted:
            raise OfTheSessionError
        if name == "responseBody":
            return Code(f"{self.answer()}.text", "str")
        if name == "responseTime":
            return Code(f"{self.answer()}.elapsed.total_seconds() * 1000", "num", atom=False)
        if name not in self._locals or name in self._objects:
            raise UntranslatableError
        if name in self._inline:
            return self._inline[name]
        own, kind = self._locals[name]
        if kind.startswith("module"):
            raise UntranslatableError
        return Code(own, kind, way=(own,) if kind in ("json", "any", "object") else ())

    def answer(self) -> str:
        if not self._has_answer:
            raise OfTheSessionError
        return "answer"

    def _template(self, text: str) -> Code:
        return Code(quoted(self.state.vault.code(text)), "str")

    def _condition(self, of: js.Expression) -> Code:
        """A value that is asked whether there is one.

        A variable that no file fills has none.
        """
        self._ask(of)
        return self._value(of)

    def _ask(self, of: js.Expression) -> None:
        match of:
            case js.Unary("!" | "typeof", inner):
                self._ask(inner)
            case js.Binary(left, _, right):
                self._ask(left)
                self._ask(right)
            case js.Call(function, (name, *_)) if _path(function) in _GETTERS | _ASKERS:
                self.state.tested.add(self._text_of(name))
            case js.Member(js.Name("environment" | "globals"), name):
                self.state.tested.add(name)
            case js.Index(js.Name("environment" | "globals"), js.Literal(str(name))):
                self.state.tested.add(name)

    def _unary(self, sign: str, inner: js.Expression) -> Code:
        value = self._condition(inner) if sign == "!" else self._value(inner)
        if sign == "!":
            return Code(f"not {value}", "bool", atom=False)
        if sign == "+" and value.kind == "date":
            return Code(f"int({value.text}.timestamp() * 1000)", "num")
        if sign in "+-":
            return Code(f"{sign}{value}" if sign == "-" else value.plain or value.text, "num", atom=False)
        raise UntranslatableError

    def _binary(self, left: js.Expression, sign: str, right: js.Expression) -> Code:
        if sign == "+":
            parts = list(self._pieces_of_sum(js.Binary(left, sign, right)))
            if any(isinstance(part, str) or part.kind in ("str", "env") for part in parts):
                return joined(parts)
        match left, right:
            case js.Unary("typeof", of), js.Literal(str(word)):
                return self._typeof(self._condition(of), sign, word)
        if sign == "??":
            return self._or_else(left, right)
        first, second = self._condition(left) if sign in ("||", "&&") else self._value(left), self._value(right)
        first, second = self._numbers(first, sign, second)
        if "date" in (first.kind, second.kind) and sign in "+-*/%":
            first, second = (
                Code(f"{one.text}.timestamp() * 1000", "num", atom=False) if one.kind == "date" else one
                for one in (first, second)
            )
        signs = {"===": "==", "!==": "!=", "&&": "and", "||": "or"}
        word = signs.get(sign, sign)
        if word in ("==", "!=") and second.text == "None":
            if first.kind == "env":  # a variable without a value is an empty text
                self._ask(left)
                return Code(f"not {first}" if word == "==" else f"bool({first.text})", "bool", atom=word != "==")
            word = "is" if word == "==" else "is not"
        kind = "bool" if word in ("==", "!=", "<", ">", "<=", ">=", "is", "is not") else "num"
        if word in ("and", "or"):
            kind = first.kind if first.kind == second.kind else "any"
        if word == "/":
            self.state.needs.add("number")
            return Code(f"number({first} / {second})", "num")  # 10 / 2 is 5, not 5.0
        return Code(f"{first} {word} {second}", kind, atom=False)

    def _or_else(self, left: js.Expression, right: js.Expression) -> Code:
        """``a ?? b``: nothing but a value that is not there gives way to the other."""
        first, second = self._condition(left), self._value(right)
        if first.kind == "env":  # a variable without a value is an empty text
            return Code(f"{first} or {second}", "any", atom=False)
        if first.way:
            self.state.needs.add("field")
            return Code(f"field({', '.join(first.way)}, otherwise={second.text})", "any")
        return Code(f"{second} if {first} is None else {first}", "any", atom=False)

    def _numbers(self, first: Code, sign: str, second: Code) -> tuple[Code, Code]:
        """Both sides as JavaScript would reckon with them.

        ``"499" * 100`` is a number there.
        """
        if sign in ("-", "*", "/", "%"):
            return as_number(self.state, first), as_number(self.state, second)
        if sign in ("<", ">", "<=", ">=") and {first.kind, second.kind} != {"str"}:
            if "num" in (first.kind, second.kind):
                return as_number(self.state, first), as_number(self.state, second)
        elif sign in ("==", "!=") and "num" in (first.kind, second.kind):  # unlike === and !==
            texts = ("env", "any", "str")
            return (
                as_number(self.state, first) if first.kind in texts else first,
                as_number(self.state, second) if second.kind in texts else second,
            )
        return first, second

    def _pieces_of_sum(self, of: js.Expression) -> list[str | Code]:
        match of:
            case js.Binary(left, "+", right):
                pieces = self._pieces_of_sum(left)
                match pieces, self._value(right):
                    case [Code(kind="num") as first], Code(kind="num") as second:  # 1 + 2 + "3" is "33"
                        return [Code(f"{first.text} + {second}", "num", atom=False)]
                    case _, second if isinstance(right, js.Literal) and isinstance(right.value, str):
                        return [*pieces, self.state.vault.code(right.value)]
                    case _, second:  # in brackets, a sum of its own
                        return [*pieces, second]
            case js.Literal(str(text)):
                return [self.state.vault.code(text)] if text else [""]
        return [self._value(of)]

    def _typeof(self, value: Code, sign: str, word: str) -> Code:
        types = {
            "undefined": "None",
            "string": "str",
            "number": "(int, float)",
            "boolean": "bool",
            "object": "(dict, list)",
        }
        if word not in types:
            raise UntranslatableError
        negated = sign.startswith("!")
        if word == "undefined" and value.kind == "env":
            return Code(f"bool({value.text})" if negated else f"not {value}", "bool", atom=negated)
        if word == "undefined":
            return Code(f"{value} is {'not ' if negated else ''}None", "bool", atom=False)
        return Code(f"{'not ' if negated else ''}isinstance({value.text}, {types[word]})", "bool", atom=not negated)

    def _member(self, whole: js.Expression, inner: js.Expression, name: str) -> Code:  # noqa: PLR0911 - one case a line
        path = _path(whole)
        if path == "pm.response":
            return Code(self.answer(), "response")
        if path in ("pm.response.code", "responseCode.code"):
            return Code(f"{self.answer()}.status_code", "num")
        if path in ("pm.response.status", "responseCode.name"):
            return Code(f"{self.answer()}.reason", "str")
        if path == "pm.response.responseTime":
            return Code(f"{self.answer()}.elapsed.total_seconds() * 1000", "num", atom=False)
        if path.startswith(("environment.", "globals.")) and path.count(".") == 1:
            return self._variable(name)
        if path in ("pm.info.requestName", "request.name"):
            raise UntranslatableError
        value = self._value(inner)
        if value.kind == "response" and name in ("code", "status"):
            return Code(f"{value}.{'status_code' if name == 'code' else 'reason'}", "num" if name == "code" else "str")
        if name == "length":
            return Code(f"len({self._listed(value)})", "num")
        return self._step(value, quoted(name))

    def _index(self, inner: js.Expression, at: js.Expression) -> Code:
        match inner, at:
            case js.Name("environment" | "globals"), js.Literal(str(name)):
                return self._variable(name)
        value = self._value(inner)
        if isinstance(at, js.Literal) and isinstance(at.value, str):
            return self._step(value, quoted(at.value))
        return self._step(value, self._value(at).text)

    def _step(self, value: Code, step: str) -> Code:
        if value.kind in ("num", "bool", "date", "response", "none"):
            raise UntranslatableError
        self.state.needs.add("field")
        way = (*(value.way or (value.text,)), step)
        return Code(f"field({', '.join(way)})", "json", way=way)

    def _variable(self, name: str) -> Code:
        if own_key(name) in ("client_id", "client_secret", "subscription_key") or _is_introduction(name):
            raise OfTheSessionError
        if name.startswith("$") or "{{" in name:
            raise UntranslatableError
        kind = self.state.kinds.get(name, "env")
        if kind == "secret" or opens_doors(name):
            raise UntranslatableError  # a secret travels in a request, and nowhere else
        if kind == "any" and not self.state.values.is_assigned(name):
            kind = "env"
        return Code(self.state.name(name), kind)

    def _called(self, call: js.Call) -> Code:  # noqa: PLR0911 - one case a line
        path = _path(call.of)
        arguments = call.arguments
        if path in _GETTERS and arguments:
            return self._variable(self._text_of(arguments[0]))
        if path.rpartition(".")[2] == "has" and path.rpartition(".")[0] in _STORES and arguments:
            self._ask(call)
            return Code(f"bool({self._variable(self._text_of(arguments[0])).text})", "bool")
        if path == "pm.variables.replaceIn" and arguments:
            return self._replaced(self._text_of(arguments[0]))
        if path == "pm.response.json":
            self.state.needs.add("field")
            return Code(f"field({self.answer()})", "json", way=(self.answer(),))
        if path == "pm.response.text":
            return Code(f"{self.answer()}.text", "str")
        if path in ("pm.response.headers.get", "postman.getResponseHeader") and arguments:
            return Code(f"{self.answer()}.headers.get({self._value(arguments[0]).text})", "any")
        if call.is_new or path in ("Date.now", "Date"):
            return self._dated(path, arguments)
        if path in FUNCTIONS:
            return self._function(path, arguments)
        return self._method(call)

    def _replaced(self, text: str) -> Code:
        parts = self.state.values.parts(text)
        codes = [part if isinstance(part, str) else self._part(part) for part in parts]
        if len(codes) == 1 and isinstance(codes[0], Code):
            number = isinstance(parts[0], Made) and parts[0].number
            return replace(codes[0], kind="num" if number else "str", plain=codes[0].text if number else "")
        return joined(codes)

    def _dated(self, path: str, arguments: Sequence[js.Expression]) -> Code:
        if path == "Date.now":
            self.state.needs.add("time")
            return Code(_MILLISECONDS, "num")
        if path != "Date":
            raise UntranslatableError
        self.state.needs.add("datetime")
        if not arguments:
            return Code("datetime.now(UTC)", "date")
        given = self._value(arguments[0])
        if len(arguments) == 1 and given.kind == "num":
            return Code(f"datetime.fromtimestamp(({given.text}) / 1000, UTC)", "date")
        if len(arguments) == 1 and given.kind == "date":
            return given
        if len(arguments) == 1 and given.kind in ("str", "json"):
            return Code(f"datetime.fromisoformat({given.text})", "date")
        raise UntranslatableError

    def _function(self, path: str, arguments: Sequence[js.Expression]) -> Code:
        if path in ("btoa", "CryptoJS.enc.Utf8.parse", "CryptoJS.enc.Base64.stringify") and _INTRODUCTION.search(
            str(arguments)
        ):
            raise OfTheSessionError
        values = [self._value(one) for one in arguments]
        return FUNCTIONS[path](self.state, values)

    def _method(self, call: js.Call) -> Code:  # noqa: PLR0911 - one case a line
        match call.of:
            case js.Member(js.Name(name), method) if self._kind(name).startswith("module"):
                return self._of_module(self._kind(name).removeprefix("module "), method, call.arguments)
            case js.Name(name) if self._kind(name) in ("module moment", "module uuid"):
                return self._of_module(self._kind(name).removeprefix("module "), "", call.arguments)
            case js.Name("moment"):
                return self._of_module("moment", "", call.arguments)
            case js.Member(js.Name("moment"), method) if "moment" not in self._locals:
                return self._of_module("moment", method, call.arguments)
            case js.Member(js.Call(js.Name("require"), (js.Literal(str(module)),)), method):
                return self._of_module(module, method, call.arguments)
            case js.Call(js.Name("require"), (js.Literal(str(module)),)):
                return self._of_module(module, "", call.arguments)
            case js.Member(js.Member(js.Call(js.Member(js.Name("Math"), "random"), ()), "toString"), _):
                raise UntranslatableError
            case js.Member(of, method):
                return self._method_of(of, method, call.arguments)
        raise UntranslatableError

    def _of_module(self, module: str, method: str, arguments: Sequence[js.Expression]) -> Code:
        if module == "uuid" and method in ("", "v4", "v1"):
            self.state.needs.add("uuid")
            return Code("str(uuid.uuid4())", "str")
        if module == "moment" and method in ("", "utc") and not arguments:
            self.state.needs.add("datetime")
            return Code("datetime.now(UTC)", "date")
        if module == "lodash" and method == "random" and len(arguments) == 2:  # noqa: PLR2004 - from and to
            self.state.needs.add("random")
            return Code(f"random.randint({', '.join(self._value(one).text for one in arguments)})", "num")
        raise UntranslatableError

    def _method_of(self, of: js.Expression, method: str, arguments: Sequence[js.Expression]) -> Code:
        if method in ("substring", "slice", "substr") and _is_random_text(of):
            # Math.random().toString(36).substring(7)
            self.state.needs.add("uuid")
            return Code("uuid.uuid4().hex[:10]", "str")
        value = self._value(of)
        if value.kind == "response":
            return self._of_response(value, method, arguments)
        if value.kind == "date":
            return self._of_date(value, method, arguments)
        if method in ("map", "filter", "find", "some", "every"):
            return self._over(value, method, arguments)
        known = METHODS.get(method)
        if known is None:
            raise UntranslatableError
        return known(self.state, value, [self._value(one) for one in arguments])

    def _of_response(self, value: Code, method: str, arguments: Sequence[js.Expression]) -> Code:
        if method == "json":
            self.state.needs.add("field")
            return Code(f"field({value.text})", "json", way=(value.text,))
        if method == "text":
            return Code(f"{value}.text", "str")
        raise UntranslatableError

    def _of_date(self, value: Code, method: str, arguments: Sequence[js.Expression]) -> Code:  # noqa: PLR0911 - one case a line
        given = [self._value(one) for one in arguments]
        if method in ("getTime", "valueOf"):
            if value.text == "datetime.now(UTC)":
                self.state.needs.add("time")
                return Code(_MILLISECONDS, "num")
            return Code(f"int({value}.timestamp() * 1000)", "num")
        if method == "unix":
            return Code(f"int({value}.timestamp())", "num")
        if method in ("toISOString", "toJSON") or (method == "format" and not given):
            return Code(f"{value}.{_ISO}", "str")
        if method == "utc":
            return value
        if method == "format" and (pattern := strftime(given[0].text)):
            return Code(f"{value}.strftime({pattern})", "str")
        if method in ("add", "subtract") and len(given) == 2:  # noqa: PLR2004 - how many, and of what
            unit = UNITS.get(unquoted(given[1].text), "")
            if unit:
                sign = "+" if method == "add" else "-"
                count = f"{given[0]}" if unit != "months" else f"30 * {given[0]}"
                unit = unit if unit != "months" else "days"
                return Code(f"({value} {sign} timedelta({unit}={count}))", "date")
        parts = {"getFullYear": "year", "getUTCFullYear": "year", "getDate": "day", "getUTCDate": "day"}
        parts |= {"getHours": "hour", "getMinutes": "minute", "getSeconds": "second"}
        if method in parts:
            return Code(f"{value}.{parts[method]}", "num")
        if method in ("getMonth", "getUTCMonth"):
            return Code(f"{value}.month - 1", "num", atom=False)
        raise UntranslatableError

    def _over(self, value: Code, method: str, arguments: Sequence[js.Expression]) -> Code:
        match arguments:
            case (js.Function((name, *_), (), js.Function() as _result),):
                raise UntranslatableError
            case (js.Function((name, *_), (), result),) if result is not None:
                before = self._locals.get(name)
                own = self._local(name, "json")
                inner = self._value(result).text
                if before is not None:
                    self._locals[name] = before
                over = f"for {own} in {self._listed(value)}"
                forms = {
                    "map": (f"[{inner} {over}]", "list"),
                    "filter": (f"[{own} {over} if {inner}]", "list"),
                    "find": (f"next(({own} {over} if {inner}), None)", "json"),
                    "some": (f"any({inner} {over})", "bool"),
                    "every": (f"all({inner} {over})", "bool"),
                }
                text, kind = forms[method]
                return Code(text, kind, way=(text,) if kind == "json" else ())
        raise UntranslatableError


def is_of_the_session(name: str) -> bool:
    """Whether a header is one that the session sends by itself."""
    plain = name.lower()
    return opens_doors(plain) or plain.startswith("vipps-system-") or plain in (
        "merchant-serial-number", "content-type", "accept", "user-agent", "host", "content-length", "postman-token",
        "cache-control", "accept-encoding", "connection", "x-timestamp", "x-source-address",
    )  # fmt: skip


def _is_introduction(name: str) -> bool:
    return re.sub(r"[^a-z]", "", name.lower()) in (
        "accesstoken",
        "token",
        "clientauthorization",
        "bearertoken",
        "authtoken",
    )


def _path(of: js.Expression, *, called: bool = False) -> str:
    """``pm.environment.set`` as text; empty for what is no such path."""
    if called:
        return _path(of.of) if isinstance(of, js.Call) else ""
    names: list[str] = []
    while isinstance(of, js.Member):
        names.append(of.name)
        of = of.of
    return ".".join([of.name, *reversed(names)]) if isinstance(of, js.Name) else ""


def _is_random_text(of: js.Expression) -> bool:
    match of:
        case js.Call(js.Member(js.Call(js.Member(js.Name("Math"), "random"), ()), "toString"), (js.Literal(),)):
            return True
    return False
