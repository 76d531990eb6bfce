"""JavaScript's functions and methods as Python's.

Those of its texts, lists and numbers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping

from vipps_nb.notebook.importing.code import Code, quoted
from vipps_nb.notebook.importing.shared_state import SharedState, UntranslatableError


def _needing(module: str, text: str, kind: str, *, atom: bool = True) -> Callable[[SharedState, list[Code]], Code]:
    def made(state: SharedState, values: list[Code]) -> Code:
        if text.count("{}") > len(values):
            raise UntranslatableError
        if module:
            state.needs.add(module)
        return Code(text.format(*(value.text for value in values)), kind, atom)

    return made


def _floor(state: SharedState, values: list[Code]) -> Code:
    if len(values) != 1:
        raise UntranslatableError
    # Math.floor(Math.random() * 1000) is how JavaScript says randrange.
    if values[0].text.isdigit():
        return values[0]
    # Math.floor(Math.random() * 1000) is how JavaScript says randrange; the first number may stand before or after.
    flat = re.sub(r"[()]", "", values[0].text).replace("math.floor", "")
    found = re.fullmatch(r"(?:(\d+) \+ )?random\.random \* (\d+)(?: \+ (\d+))?", flat)
    if found:
        first, count = int(found[1] or found[3] or 0), int(found[2])
        return Code(f"random.randrange({first}, {first + count})" if first else f"random.randrange({count})", "num")
    state.needs.add("math")
    return Code(f"math.floor({_undivided(as_number(state, values[0])).text})", "num")


def _as_number(state: SharedState, values: list[Code]) -> Code:
    if not values:
        raise UntranslatableError
    return values[0] if values[0].kind == "num" else as_number(state, values[0])


def _leading_number(state: SharedState, values: list[Code]) -> Code:
    if not values:
        raise UntranslatableError
    if values[0].kind == "num":
        return values[0]
    state.needs.add("number")
    return Code(f"number({values[0].text}, leading=True)", "num")


def _whole_number(state: SharedState, values: list[Code]) -> Code:
    value = _leading_number(state, values)
    if value.text.startswith("number(") or re.fullmatch(r"\d+|int\(.*\)|round\(.*\)|math\.\w+\(.*\)", value.text):
        return value  # numbers that are written with a point are rare in parseInt, and kept as they are
    return Code(f"int({value.text})", "num")


def as_number(state: SharedState, value: Code) -> Code:
    """A value that JavaScript would take for a number, and Python would not."""
    if value.kind in ("num", "date", "bool"):
        return value
    if is_literal(value.text) and re.fullmatch(r"-?\d+(\.\d*[1-9])?", unquoted(value.text)):
        return Code(unquoted(value.text), "num")
    state.needs.add("number")
    return Code(f"number({value.text})", "num")


def _rounded(state: SharedState, values: list[Code]) -> Code:
    if len(values) != 1:
        raise UntranslatableError
    state.needs.add("math")
    value = _undivided(as_number(state, values[0]))
    return Code(f"math.floor({value} + 0.5)", "num")  # Python's own rounds a half to the even one


def _undivided(value: Code) -> Code:
    """A division that need not look whole, for a whole number comes of it."""
    found = re.fullmatch(r"number\(([^()]* / [^()]*)\)", value.text)
    return Code(found[1], "num", atom=False) if found else value


def _stringified(state: SharedState, values: list[Code]) -> Code:
    if not values:
        raise UntranslatableError
    state.needs.add("json")
    return Code(f"json.dumps({values[0].text})", "str", plain=values[0].text)


def _parsed(state: SharedState, values: list[Code]) -> Code:
    if not values:
        raise UntranslatableError
    if values[0].text.endswith(".text"):
        state.needs.add("field")
        answer = values[0].text.removesuffix(".text")
        return Code(f"field({answer})", "json", way=(answer,))
    state.needs.add("json")
    return Code(f"json.loads({values[0].text})", "json", way=(f"json.loads({values[0].text})",))


FUNCTIONS: Mapping[str, Callable[[SharedState, list[Code]], Code]] = {
    "Math.floor": _floor,
    "Math.random": _needing("random", "random.random()", "num"),
    "Math.round": _rounded,
    "Math.ceil": _needing("math", "math.ceil({})", "num"),
    "Math.abs": _needing("", "abs({})", "num"),
    "Math.min": _needing("", "min({}, {})", "num"),
    "Math.max": _needing("", "max({}, {})", "num"),
    "_.random": _needing("random", "random.randint({}, {})", "num"),
    "JSON.parse": _parsed,
    "JSON.stringify": _stringified,
    "Number": _as_number,
    "parseInt": _whole_number,
    "parseFloat": _leading_number,
    "String": lambda state, values: _text(state, values[0], []) if values else Code('""', "str"),
    "Boolean": _needing("", "bool({})", "bool"),
    "encodeURIComponent": _needing("quote", 'quote(str({}), safe="")', "str"),
    "btoa": _needing("base64", "base64.b64encode(str({}).encode()).decode()", "str"),
    "atob": _needing("base64", "base64.b64decode({}).decode()", "str"),
    "Array.isArray": _needing("", "isinstance({}, list)", "bool"),
    "Object.keys": _needing("", "list({})", "list"),
    "CryptoJS.enc.Utf8.parse": _needing("", "str({})", "str"),
    "CryptoJS.enc.Base64.stringify": _needing("base64", "base64.b64encode({}.encode()).decode()", "str"),
}


def _text(state: SharedState, value: Code, given: list[Code]) -> Code:
    if given:
        raise UntranslatableError
    if value.kind == "str":
        return value
    return Code(f"str({value.text})", "str", plain=value.text if value.kind == "num" else "")


def _words(value: Code) -> str:
    """A value as the text it should be; a field that is not there is an empty one."""
    if value.kind == "str":
        return str(value)
    if (header := re.fullmatch(r'(\w+\.headers\.get\("[^"]*")\)', value.text)) is not None:
        return f'{header[1]}, "")'
    return f'str(field({", ".join(value.way)}, otherwise=""))' if value.way else f"str({value.text})"


def _of_text(text: str, kind: str, least: int = 0) -> Callable[[SharedState, Code, list[Code]], Code]:
    def made(state: SharedState, value: Code, given: list[Code]) -> Code:
        if len(given) < least:
            raise UntranslatableError
        return Code(text.format(_words(value), *(one.text for one in given)), kind)

    return made


def _split(state: SharedState, value: Code, given: list[Code]) -> Code:
    if not given or given[0].text == '""':
        raise UntranslatableError
    text = f"{_words(value)}.split({given[0].text})" + (f"[:{given[1].text}]" if len(given) > 1 else "")
    return Code(text, "list", way=(text,))


def _cut(state: SharedState, value: Code, given: list[Code]) -> Code:
    if not given:
        raise UntranslatableError
    what = str(value) if value.kind == "list" else _words(value)
    start = "" if given[0].text == "0" else given[0].text
    return Code(
        f"{what}[{start}:{given[1].text if len(given) > 1 else ''}]", value.kind if value.kind == "list" else "str"
    )


def _cut_of_length(state: SharedState, value: Code, given: list[Code]) -> Code:
    if len(given) == 1:
        return _cut(state, value, given)
    if not given or given[0].kind != "num":
        raise UntranslatableError
    return Code(f"{_words(value)}[{given[0]}:][:{given[1].text}]", "str")


def _has(state: SharedState, value: Code, given: list[Code]) -> Code:
    if not given:
        raise UntranslatableError
    inside = f"field({', '.join(value.way)}, otherwise=())" if value.way else str(value)
    return Code(f"{given[0]} in {inside}", "bool", atom=False)


def _fixed(state: SharedState, value: Code, given: list[Code]) -> Code:
    digits = given[0].text if given else "0"
    value = _undivided(as_number(state, value))
    return Code(
        f'f"{{{value.text}:.{digits}f}}"' if '"' not in value.text else f"str(round({value.text}))",
        "str",
        plain=f"round({value.text})" if digits == "0" else f"round({value.text}, {digits})",
    )


def _put_together(state: SharedState, value: Code, given: list[Code]) -> Code:
    between = given[0].text if given else quoted(",")
    return Code(f"{between}.join(map(str, {value.text}))", "str")


def _last(state: SharedState, value: Code, given: list[Code]) -> Code:
    state.needs.add("field")
    way = (*(value.way or (value.text,)), given[0].text if given else "-1")
    return Code(f"field({', '.join(way)})", "json", way=way)


METHODS: Mapping[str, Callable[[SharedState, Code, list[Code]], Code]] = {
    "toString": _text,
    "toFixed": _fixed,
    "split": _split,
    "substring": _cut,
    "slice": _cut,
    "substr": _cut_of_length,
    "includes": _has,
    "pop": _last,
    "at": _last,
    "has": _has,
    "toUpperCase": _of_text("{}.upper()", "str"),
    "toLowerCase": _of_text("{}.lower()", "str"),
    "trim": _of_text("{}.strip()", "str"),
    "startsWith": _of_text("{}.startswith({})", "bool", 1),
    "endsWith": _of_text("{}.endswith({})", "bool", 1),
    "indexOf": _of_text("{}.find({})", "num", 1),
    "replace": _of_text("{}.replace({}, {}, 1)", "str", 2),
    "replaceAll": _of_text("{}.replace({}, {})", "str", 2),
    "padStart": _of_text("{}.rjust({}, {})", "str", 2),
    "concat": _of_text("{} + str({})", "str", 1),
    "join": _put_together,
}
UNITS = {
    **dict.fromkeys(("day", "days", "d"), "days"),
    **dict.fromkeys(("hour", "hours", "h"), "hours"),
    **dict.fromkeys(("minute", "minutes", "m"), "minutes"),
    **dict.fromkeys(("second", "seconds", "s"), "seconds"),
    **dict.fromkeys(("week", "weeks", "w"), "weeks"),
    **dict.fromkeys(("month", "months", "M"), "months"),
}
_DATE_WORDS = {
    "YYYY": "%Y",
    "MM": "%m",
    "DD": "%d",
    "HH": "%H",
    "mm": "%M",
    "ss": "%S",
    "SSS": "000",
    "[T]": "T",
    "[Z]": "Z",
}


def strftime(text: str) -> str:
    """A format of moment's as one of Python's.

    Empty where it has words that Python lacks.
    """
    if not is_literal(text):
        return ""
    pattern = re.sub(r"YYYY|MM|DD|HH|mm|SSS|ss|\[T\]|\[Z\]", lambda found: _DATE_WORDS[found[0]], unquoted(text))
    return "" if re.search(r"(?<!%)[ADEGHMQWXYZadghkmsw](?<![TZ])(?<!%[YmdHMS])", pattern) else quoted(pattern)


def is_literal(text: str) -> bool:
    """Whether code is one text and nothing else."""
    return len(text) > 1 and text[0] == text[-1] == '"' and '"' not in text[1:-1]


def unquoted(text: str) -> str:
    """The text that a literal says; code that is none as it is."""
    try:
        found = json.loads(text)
    except ValueError:
        return text
    return found if isinstance(found, str) else text
