"""Postman's variables as Python's.

Their names, their first values, and the values that Postman makes up.
"""

from __future__ import annotations

import builtins
import json
import keyword
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from vipps_nb.notebook.importing.record import Variable

# From its first letter to its last, so that blanks are looked at once.
TEMPLATE = re.compile(r"\{\{[ \t]{0,8}([^{}\s](?:[^{}\n]{0,198}[^{}\s])?)[ \t]{0,8}\}\}")
_PLACEHOLDER = re.compile(
    r"""^\s*$ | ^<.*>$ | ^\[.*\]$ | ^["']?(add|insert|input|enter|your|fill|put|paste|copy|change|replace|todo)\b
      | ^your[-_] | ^x{3,}$ | ^\*+$ | ^\.{3}$ | ^\u2026$ | ^•+$ | ^changeme""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_DEEPEST, _LONGEST = 20, 64 << 10  # of values in values: levels, and characters
# What cells say themselves; a variable of that name would take it away from them.
_TAKEN = frozenset(
    {
        "vipps",
        "answer",
        "field",
        "number",
        "Secret",
        "kept",
        "dotenv_values",
        "In",
        "Out",
        "get_ipython",
        "exit",
        "quit",
    }
    | {"json", "uuid", "time", "random", "math", "re", "base64", "requests", "datetime", "timedelta", "UTC", "url"}
    | {*keyword.kwlist, *keyword.softkwlist, *dir(builtins)}
)


@dataclass(frozen=True)
class Ref:
    """A place where a variable's value goes, by Postman's name for it."""

    name: str


@dataclass(frozen=True)
class Made:
    """A value that is made up each time.

    Attributes:
        code: The Python expression.
        stem: What a variable that holds it is called.
        number: Whether it is one.
    """

    code: str
    stem: str
    number: bool = False


Part = str | Ref | Made

_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
_FIRST, _LAST = ("Kari", "Ola", "Anna", "Mikkel", "Aino"), ("Nordmann", "Hansen", "Jensen", "Virtanen")
_CITIES, _WORDS = ("Oslo", "Bergen", "Copenhagen", "Helsinki"), ("coffee", "socks", "bread", "lamp", "ticket")


def _choice(words: Iterable[str]) -> str:
    return f"random.choice({json.dumps(list(words), ensure_ascii=False)})"


def _digits(count: int) -> str:
    return f'"".join(random.choices("0123456789", k={count}))'


_GUID = Made("str(uuid.uuid4())", "guid")
_NOW = 'datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")'
_MADE: Mapping[str, Made] = {
    "guid": _GUID,
    "randomUUID": _GUID,
    "timestamp": Made("int(time.time())", "timestamp", True),
    "isoTimestamp": Made(_NOW, "iso_timestamp"),
    "randomInt": Made("random.randint(0, 1000)", "random_int", True),
    "randomPrice": Made('f"{random.uniform(0, 1000):.2f}"', "price", True),
    "randomBoolean": Made('random.choice(["true", "false"])', "flag"),
    "randomAlphaNumeric": Made(f'random.choice("{_LETTERS}")', "letter"),
    "randomHexadecimal": Made('f"0x{random.randrange(16):x}"', "hexadecimal"),
    "randomFirstName": Made(_choice(_FIRST), "first_name"),
    "randomLastName": Made(_choice(_LAST), "last_name"),
    "randomFullName": Made(_choice(f"{one} {two}" for one, two in zip(_FIRST, _LAST, strict=False)), "full_name"),
    "randomUserName": Made('f"user-{random.randrange(10**6)}"', "user_name"),
    "randomEmail": Made('f"user-{random.randrange(10**6)}@example.com"', "email"),
    "randomExampleEmail": Made('f"user-{random.randrange(10**6)}@example.com"', "email"),
    "randomPassword": Made("uuid.uuid4().hex[:15]", "phrase"),
    "randomPhoneNumber": Made(f'"479" + {_digits(7)}', "phone_number"),
    "randomPhoneNumberExt": Made(f'"479" + {_digits(7)}', "phone_number"),
    "randomCity": Made(_choice(_CITIES), "city"),
    "randomStreetName": Made('"Robert Levins gate"', "street"),
    "randomStreetAddress": Made('f"Robert Levins gate {random.randint(1, 99)}"', "street"),
    "randomCountry": Made('"Norway"', "country"),
    "randomCountryCode": Made('"NO"', "country"),
    "randomUrl": Made('"https://example.com"', "address"),
    "randomDomainName": Made('"example.com"', "domain"),
    "randomIP": Made('"192.0.2.1"', "ip"),
    "randomWord": Made(_choice(_WORDS), "word"),
    "randomWords": Made(f'" ".join(random.sample({json.dumps(_WORDS)}, 3))', "words"),
    "randomNoun": Made(_choice(_WORDS), "word"),
    "randomProduct": Made(_choice(_WORDS), "product"),
    "randomProductName": Made(_choice(_WORDS), "product"),
    "randomLoremWord": Made(_choice(_WORDS), "word"),
    "randomLoremSentence": Made('"A sentence about coffee."', "sentence"),
    "randomCompanyName": Made('"Coffee AS"', "company"),
    "randomCurrencyCode": Made('"NOK"', "currency"),
    "randomColor": Made('random.choice(["red", "green", "blue"])', "color"),
    "randomDateFuture": Made(f"{_NOW.replace('now(UTC)', 'fromtimestamp(time.time() + 30 * 86400, UTC)')}", "date"),
    "randomDatePast": Made(f"{_NOW.replace('now(UTC)', 'fromtimestamp(time.time() - 30 * 86400, UTC)')}", "date"),
    "randomDateRecent": Made(_NOW, "date"),
}


def made_up(name: str) -> tuple[Made, bool]:
    """What Postman makes up under a name, and whether it is known here.

    The name is without its ``$``.
    """
    if name in _MADE:
        return _MADE[name], True
    word = re.sub(r"\W", "", name)[:40] or "value"
    return Made(f'f"{word}-{{random.randrange(10**6)}}"', _snake(word)), False


def is_placeholder(value: str) -> bool:
    """Whether a value only says that one belongs there."""
    return _PLACEHOLDER.match(value[:500]) is not None


class Values:
    """The first values of variables.

    Environments before collections, as Postman has it.
    """

    def __init__(self, variables: Iterable[Variable], assigned: Iterable[str]) -> None:
        self.variables: dict[str, Variable] = {}
        for one in variables:
            if not one.value and one.name in self.variables:
                continue
            self.variables.setdefault(one.name, one)
        self._assigned = frozenset(assigned)
        self.strange: set[str] = set()  # made-up values that nobody knows here

    def get(self, name: str) -> str | None:
        """The first value; None for a variable that no file has."""
        found = self.variables.get(name)
        return found.value if found is not None else None

    def constant(self, name: str) -> str | None:
        """The value of a variable that has one, and that no script sets.

        None for any other.
        """
        return self.get(name) if self.is_given(name) and not self.is_assigned(name) else None

    def is_assigned(self, name: str) -> bool:
        """Whether some script sets it."""
        return name in self._assigned

    def is_given(self, name: str) -> bool:
        """Whether some file has a value for it that is one."""
        value = self.get(name)
        return value is not None and not is_placeholder(value)

    def expanded(self, text: str) -> str:
        """A text in which variables that hold variables are their values.

        Postman looks at such values at each use.
        """
        found = text
        for _ in range(_DEEPEST):
            changed = TEMPLATE.sub(self._inner, found)
            if changed == found:
                return changed
            if len(changed) > len(text) + _LONGEST:
                break
            found = changed
        return text  # values that contain one another

    def _inner(self, found: re.Match[str]) -> str:
        value = self.get(found[1])
        if value is None or "{{" not in value or self.is_assigned(found[1]) or is_placeholder(value):
            return found[0]
        return value

    def parts(self, text: str) -> tuple[Part, ...]:
        """A text with its variables and made-up values."""
        text = self.expanded(text)
        parts: list[Part] = []
        end = 0
        for found in TEMPLATE.finditer(text):
            parts.append(text[end : found.start()])
            name = found[1].removeprefix("vault:")
            if name.startswith("$"):
                made, known = made_up(name[1:])
                if not known:
                    self.strange.add(name)
                parts.append(made)
            else:
                parts.append(Ref(name))
            end = found.end()
        return tuple(part for part in (*parts, text[end:]) if part != "")


class Names:
    """Python's names for Postman's variables.

    Each its own, and none that a cell needs for itself.
    """

    def __init__(self) -> None:
        self._given: dict[str, str] = {}
        self._used: set[str] = set()

    def of(self, name: str, wish: str = "") -> str:
        """The name of a variable; the same each time.

        A wish says what it should be like, where that is another.
        """
        if name not in self._given:
            self._given[name] = self.fresh(wish or name)
        return self._given[name]

    def fresh(self, wish: str) -> str:
        """A name that nobody has yet, as near to the wish as can be."""
        plain = re.sub(r"\W+", "_", wish, flags=re.ASCII).strip("_") or "value"
        if plain[0].isdigit():
            plain = f"v_{plain}"
        if plain in _TAKEN:
            plain += "_"
        number, name = 2, plain
        while name in self._used:
            name, number = f"{plain}_{number}", number + 1
        self._used.add(name)
        return name

    def known(self) -> dict[str, str]:
        """All variables so far: Python's name by Postman's."""
        return dict(self._given)


def as_json(value: str) -> Any:
    """A value as it means something outside of quotes: a number, true, an object.

    Itself where it means nothing.
    """
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        return value
    return value if isinstance(found, str) else found


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
