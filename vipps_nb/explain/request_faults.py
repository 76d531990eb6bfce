"""What was asked, held against the catalogue.

The server may complain about a field that nobody sent, or about none at all. What is wrong with a request can be seen
in it, whoever sent it: here it is, in the names of the API that was asked. No value is quoted that could be a person's
or a secret.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vipps_nb.apis import catalogue
from vipps_nb.apis.catalogue import schemas
from vipps_nb.apis.catalogue.documents import Document, Operation
from vipps_nb.explain.exchange import Exchange

Words = Mapping[str, Any]
"""Some of a symptom's sentences, to be said instead of its own."""

_MOST_NODES = 20_000  # of a body that is looked at; nobody's order has so many
_MOST_FAULTS = 3
_LONGEST_NUMBER = 10**9  # what is larger may be somebody's phone number
_FEW = 4
_NEAR, _SAME_PART, _OTHER_VERSION = 0.75, 0.6, 0.8  # of 1: how alike two paths, two parts of paths are
_OF_A_PART, _A_LITTLE = 0.97, 0.001
_VERSION = re.compile(r"v\d+")
_OWN = re.compile(r"/(sandbox|landing)(/|$)", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"%7B[^/]*%7D|\{[^/}]*\}|<[^/>]+>|%3C[^/]*%3E", re.IGNORECASE)
_KINDS = {
    bool: "true or false",
    int: "a number",
    float: "a number with a point",
    str: "text",
    list: "a list",
    dict: "an object",
}
_WHOLE = re.compile(r"-?\d+")
_ONE_OF = re.compile(r"is none of (\w+)\.")
_MEANT = re.compile(r"Did you mean (.+)\?$")
_PHONES = frozenset({"phonenumber", "mobilenumber", "msisdn", "nin"})


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Something in a body that its document does not have like this.

    Attributes:
        at: Where: names of fields and positions in lists; empty for the body itself.
        value: What stands there; None where something is missing.
        kind: ``missing``, ``unknown``, or ``wrong``.
        reason: The rule, in words that follow the field's name.
        meant: For an unknown field the one that was probably meant, or for a wrong word the right one.
        fitting: The schemas that the value should fit.
        tolerated: Whether the APIs are known to take it all the same.
        lacks: For an unknown field, whether the one that was meant is needed, and so missing.
    """

    at: tuple[str | int, ...]
    value: Any = None
    kind: str = "wrong"
    reason: str = ""
    meant: str = ""
    fitting: tuple[schemas.Schema, ...] = ()
    tolerated: bool = False
    lacks: bool = False

    @property
    def name(self) -> str:
        """The field as the APIs write it: ``amount.value``, ``orderLines[0].id``."""
        return _dotted(self.at) or "the body"

    @property
    def is_money(self) -> bool:
        """Whether an amount with its currency belongs here."""
        return {"currency", "value"} <= schemas.fields(self.fitting).keys()


def faults(exchange: Exchange) -> list[Fault]:
    """What the catalogue finds wrong with a request's JSON body.

    Empty for a good one and for what nobody can check.
    """
    operation = exchange.operation
    if operation is None or operation.body is None or exchange.kind != "json" or _is_large(exchange.sent):
        return []
    document = catalogue.document_of(operation)
    try:
        found = schemas.faults(document, operation.body.schema, exchange.sent)
        return [_fault(document, operation, exchange.sent, one.name, one.reason) for one in found]
    except RecursionError:
        return []  # nested deeper than any document


def advice(exchange: Exchange, *about: str, sure: bool = True, otherwise: Words | None = None) -> Words:
    """What is wrong with the request's form, as cause and remedy.

    Args:
        exchange: What was asked and answered.
        about: Only what concerns these fields; everything when none is given.
        sure: Whether the refusal is known to be about the request's form.
        otherwise: What is said instead when its form is good.
    """
    if not about and (beside := _beside_the_body(exchange)):
        return beside
    if (whole := _no_body_to_check(exchange)) is not None:
        return whole
    wanted = {name.lower() for name in about}
    found = [one for one in faults(exchange) if not wanted or wanted & _concerned(one)]
    named = exchange.names()
    # What the APIs take all the same is no reason, unless the server complains about that very field.
    told = [one for one in found if not one.tolerated or _last(one) in named]
    # What the server named comes first; then, what is there and wrong tells more than what is missing.
    told.sort(key=lambda one: (_last(one) not in named, one.kind == "missing"))
    if not told:
        return otherwise or {}
    return {
        "cause": " ".join(_sentences(told)),
        "remedy": _remedy(told, exchange),
        "certain": sure and (not named or any(_last(one) in named for one in told) or not about),
    }


def is_misnamed(exchange: Exchange, field: str) -> bool:
    """Whether a field was sent under a name that no document has.

    Looked at are the fields at the top of the body.
    """
    return any(one.kind == "unknown" and one.meant == field and len(one.at) == 1 for one in faults(exchange))


def missing_field(exchange: Exchange, *about: str, before: Words) -> Words:
    """For a refusal that speaks of a field which the request may not have.

    Args:
        exchange: What was asked and answered.
        about: The field's names; it is there when one of them is.
        before: What is said when it is there.
    """
    if exchange.kind == "unread" or next(exchange.values(*about), None) is not None:
        return before
    if found := advice(exchange, *about):
        return found
    field = about[0]
    sent = {name for each in exchange.objects() for name in each}
    near = schemas.nearest(field, sent)
    return {
        "what": f"The server speaks of `{field}`, and the request has no such field.",
        "cause": f"`{near}` was sent instead."
        if near
        else "The server has a value of its own for it, or it was lost or renamed on its way.",
        "remedy": f"Did you mean `{field}`?"
        if near
        else "Compare what was sent with the document: `%%vipps … --dry-run` shows it.",
        "certain": False,
    }


def needed(exchange: Exchange) -> list[str]:
    """The fields that this operation demands at the top of its body."""
    operation = exchange.operation
    if operation is None or operation.body is None:
        return []
    document = catalogue.document_of(operation)
    here = schemas.parts(document, [operation.body.schema])
    return [name for name in schemas.fields(here) if name in schemas.required(here)]


def methods(exchange: Exchange) -> list[str]:
    """The methods that the path has, by the catalogue."""
    plain = exchange.path.rstrip("/")
    found = [
        one.method
        for one in catalogue.operations()
        if any(one.matches(one.method, way) for way in (plain, plain + "/"))
    ]
    return list(dict.fromkeys(found))


def readable_below(exchange: Exchange) -> str:
    """The path that reads one of what is made here; empty where there is none."""
    pattern = re.compile(rf"{re.escape(exchange.path.rstrip('/'))}/\{{[^/]+\}}", re.IGNORECASE)
    return next((one.path for one in catalogue.operations() if one.method == "GET" and pattern.fullmatch(one.path)), "")


def is_unknown(exchange: Exchange) -> bool:
    """Whether no document has the path, with any method.

    The sandbox's own desk is no API.
    """
    return not methods(exchange) and _OWN.match(exchange.path) is None


def nearest_path(exchange: Exchange) -> str:
    """The path that was probably meant; empty when none is near.

    It has what was already filled in.
    """
    return nearest_to(exchange.method, exchange.path)


def nearest_to(method: str, path: str) -> str:
    """The same for a request that was not sent yet."""
    asked = re.sub(r"/+", "/", path).rstrip("/").split("/")[1:]
    scored = [(_likeness(asked, one, method), _filled(asked, one)) for one in catalogue.operations()]
    score, path = max(scored, default=(0.0, ""))
    return path if score >= _NEAR else ""


def named_thing(exchange: Exchange) -> tuple[str, str]:
    """The last parameter of the path and its value: what a 404 is about.

    Both are empty when the path has none.
    """
    operation = exchange.operation
    if operation is None:
        return "", ""
    names = re.findall(r"\{([^}]+)\}", operation.path)
    plain = exchange.path.rstrip("/")
    found = operation.pattern.fullmatch(exchange.path) or operation.pattern.fullmatch(plain)
    return (names[-1], found.groups()[-1]) if names and found is not None else ("", "")


def placeholder(exchange: Exchange) -> str:
    """A part of the path that was never filled in, such as ``{reference}``.

    Empty when all were.
    """
    found = _PLACEHOLDER.search(exchange.path)
    if found is None:
        return ""
    return re.sub(r"%3E", ">", re.sub(r"%3C", "<", re.sub(r"%7D", "}", re.sub(r"%7B", "{", found[0], flags=re.I))))


def money(value: int, currency: str = "") -> str:
    """An amount of minor units, for people."""
    sign, (whole, rest) = "-" if value < 0 else "", divmod(abs(value), 100)
    return f"{sign}{whole:,}.{rest:02} {currency}".rstrip()


def _is_large(body: Any) -> bool:
    count, waiting = 0, [body]
    while waiting and count <= _MOST_NODES:
        node = waiting.pop()
        count += 1
        waiting += node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    return count > _MOST_NODES


def _inside(value: Any, step: str | int) -> tuple[Any, bool]:
    """What is one step inside a value, and whether there is anything."""
    try:
        return value[step], True
    except (KeyError, IndexError, TypeError):
        return None, False


def _fault(document: Document, operation: Operation, body: Any, pointer: str, reason: str) -> Fault:
    at: list[str | int] = []
    value, there = body, True
    for part in pointer.split("/")[1:] if pointer != "/" else ():
        step: str | int = int(part) if isinstance(value, list) and part.isdigit() else part
        at.append(step)
        value, is_there = _inside(value, step)
        there = there and is_there
    assert operation.body is not None  # noqa: S101 - only its body has faults
    fitting = tuple(schemas.at(document, operation.body.schema, at))
    found = _MEANT.search(reason)
    meant = found[1] if found else ""
    if not there:
        has_default = any("default" in one for one in fitting)
        return Fault(at=tuple(at), kind="missing", fitting=fitting, tolerated=has_default)
    if reason.startswith("There is no such field."):
        parent = schemas.at(document, operation.body.schema, at[:-1])
        expected = schemas.fields(parent).get(meant)
        right = tuple(schemas.parts(document, [expected])) if expected is not None else ()
        around = _around(body, at)
        lacks = bool(meant) and meant in schemas.required(parent) | schemas.demanded(around)
        return Fault(
            at=tuple(at), value=value, kind="unknown", meant=meant, fitting=right, tolerated=not meant, lacks=lacks
        )
    rule = reason.removeprefix(schemas.quoted(value)).strip()
    demanded = bool(at) and at[-1] in schemas.required(schemas.at(document, operation.body.schema, at[:-1]))
    tolerated = not demanded if value is None else _is_tolerated(value, rule)
    return Fault(at=tuple(at), value=value, reason=rule, meant=meant, fitting=fitting, tolerated=tolerated)


def _around(body: Any, at: Sequence[str | int]) -> Mapping[str, Any]:
    """The object in which a field stands."""
    for step in at[:-1]:
        body = body[step]
    return body if isinstance(body, Mapping) else {}


def _dotted(at: Sequence[str | int]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in at).removeprefix(".")


def _is_tolerated(value: Any, rule: str) -> bool:
    """Whether published clients send such a value and the APIs take it.

    That is digits as text for a number, or a number for text.
    """
    if rule.startswith("should be a whole number"):
        return isinstance(value, str) and _WHOLE.fullmatch(value) is not None
    return rule.startswith("should be text") and isinstance(value, int) and not isinstance(value, bool)


def _concerned(fault: Fault) -> set[str]:
    return {str(step).lower() for step in fault.at} | ({fault.meant.lower()} if fault.meant else set())


def _last(fault: Fault) -> str:
    words = [step for step in fault.at if isinstance(step, str)]
    return (fault.meant if fault.kind == "unknown" and fault.meant else words[-1] if words else "body").lower()


def _sentences(found: Sequence[Fault]) -> Iterator[str]:
    wrong = [_sentence(one) for one in found if one.kind != "missing"]
    if len(wrong) > _MOST_FAULTS:
        wrong[_MOST_FAULTS:] = [f"And {len(wrong) - _MOST_FAULTS} more like this."]
    missing = [one.name for one in found if one.kind == "missing"]
    more = f", and {len(missing) - _FEW} more," if len(missing) > _FEW else ""
    lacking = [f"{_listed(missing[:_FEW])}{more} {'is' if len(missing) == 1 else 'are'} missing."] if missing else []
    yield from [*lacking, *wrong] if found[0].kind == "missing" else [*wrong, *lacking]


def _sentence(fault: Fault) -> str:
    name = f"`{fault.name}`" if fault.at else "The body"
    if fault.kind == "unknown":
        lacking = f", and `{_dotted([*fault.at[:-1], fault.meant])}` is missing" if fault.lacks else ""
        return f"{name} is no documented field{lacking}."
    if fault.reason.startswith("should be"):
        wanted = _wanted(fault)
        return f"{name} should be {wanted}, and is {_kind(fault.value)} here."
    if isinstance(fault.value, int | float) and abs(fault.value) < _LONGEST_NUMBER and _last(fault) not in _PHONES:
        return f"{name} is {json.dumps(fault.value)}, which {fault.reason}"
    rule = fault.reason.partition(" Did you mean")[0]
    if rule.startswith("does not match ^https"):
        return f"{name} is no https address."  # the pattern says it to a program
    if (only := _ONE_OF.fullmatch(rule)) is not None:
        return f"{name} may only be {only[1]} here."
    return f"{name} {rule}" if rule.startswith(("is ", "does ")) else f"{name}: {rule}"


def _wanted(fault: Fault) -> str:
    if fault.is_money:
        return "an object with `currency` and `value`"
    rule = fault.reason.removeprefix("should be ").rstrip(".")
    known = list(schemas.fields(fault.fitting))
    if rule == "an object" and known:
        return f"an object with {_listed(known[:_FEW])}{', …' if len(known) > _FEW else ''}"
    return rule


def _kind(value: Any) -> str:
    return "null" if value is None else _KINDS.get(type(value), "something else")


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(f"`{name}`" for name in names[:-1]), f"`{names[-1]}`"]))


def _remedy(found: Sequence[Fault], exchange: Exchange) -> str:  # noqa: PLR0911 - one rule, one line
    """What to do about the first of them.

    If it is missing, about all others that are missing too.
    """
    fault = found[0]
    lacking = [one.name for one in found if one.kind == "missing"]
    missing = "them" if len(lacking) > _FEW else _listed(lacking) if lacking else ""
    name = fault.name if fault.at else "the body"
    key = fault.meant if fault.kind == "unknown" and fault.meant else str(fault.at[-1]) if fault.at else ""
    if fault.kind == "unknown":
        how = f" {_written(key, fault)}" if fault.is_money and not isinstance(fault.value, Mapping) else ""
        return f"Did you mean `{fault.meant}`?{how}" if fault.meant else f"Leave `{name}` out."
    if fault.is_money:
        return _written(key, fault)
    if fault.kind == "missing":
        return f"Add {missing or f'`{name}`'}."
    if fault.reason.startswith("should be a whole number"):
        return _whole(name, fault, exchange)
    if fault.reason.startswith("should be text in quotes"):
        return f"Put `{name}` in quotes."
    if fault.meant:
        return f"Did you mean {fault.meant}?"
    if fault.reason.startswith("should be an object") and not fault.at:
        first = needed(exchange)
        return f"Send one object{f' with {_listed(first[:_FEW])}' if first else ''}, in braces."
    return f"Correct `{name}`; `%%vipps … --dry-run` checks before sending." if fault.at else "Correct the body."


def _written(name: str, fault: Fault) -> str:
    value = fault.value if isinstance(fault.value, int) and not isinstance(fault.value, bool) else 49900
    shown = json.dumps({name: {"currency": "NOK", "value": value}})[1:-1]
    return f"Write {shown}; value counts minor units, so {value} is {money(value)}."


def _whole(name: str, fault: Fault, exchange: Exchange) -> str:
    inside = fault.value.get("value") if isinstance(fault.value, Mapping) else None
    if isinstance(inside, int) and not isinstance(inside, bool):
        return f"Write the number alone: {json.dumps({str(fault.at[-1]): inside})[1:-1]}, in minor units."
    if any(fault.value is one for one in exchange.amounts()):
        return "Write a whole number of minor units, with neither point nor quotes: 49900 is 499.00."
    return f"Write `{name}` as a whole number, with neither point nor quotes."


def _beside_the_body(exchange: Exchange) -> Words:
    """What to say where the server names only headers and parts of the path.

    No body has them.
    """
    named = list(dict.fromkeys(exchange.complained_of()))
    operation = exchange.operation
    in_path = [name for name in named if operation is not None and f"{{{name}}}" in operation.path]
    headers = [name for name in named if name not in in_path and ("-" in name or name.lower() in exchange.headers)]
    if not named or len(in_path) + len(headers) < len(named):
        return {}
    lacking = [name for name in headers if not exchange.headers.get(name.lower())]
    if lacking:
        which = "header" if len(lacking) == 1 else "headers"
        verb = "is" if len(lacking) == 1 else "are"
        return {
            "what": "Something that this request needs is missing, and it is no field of the body.",
            "cause": f"The {which} {_listed(lacking)} {verb} missing.",
            "remedy": f"Add the {which} {_listed(lacking)}.",
            "certain": True,
        }
    places = [*(f"the header `{name}`" for name in headers), *(f"`{name}` in the path" for name in in_path)]
    return {
        "cause": f"The server speaks of {' and '.join(places)}, and says what it expects.",
        "remedy": f"Correct {' and '.join(places)}.",
        "certain": True,
    }


def _no_body_to_check(exchange: Exchange) -> Words | None:
    """What to say about a body that cannot be what was wanted.

    There is none, it is no JSON, or it is not of the media type that is documented.
    """
    operation = exchange.operation
    if operation is None or operation.body is None:
        return None
    demanded = operation.body.required or bool(needed(exchange))
    wanted = needed(exchange)
    if exchange.kind == "none" and demanded:
        first = f" with {_listed(wanted[:_FEW])}" if wanted else ""
        return {
            "cause": "The request has no body, and this operation needs one.",
            "remedy": f"Send one{first}: `json=…` with `vipps`, or the lines below `%%vipps`.",
            "certain": True,
        }
    if operation.body.media_type == "application/json" and exchange.kind in ("form", "text"):
        what = "a form" if exchange.kind == "form" else "text that is no JSON"
        return {
            "cause": f"The body is {what}, and this operation wants JSON.",
            "remedy": "Send it with json=… instead of data=…, and let the JSON be written.",
            "certain": True,
        }
    return None


def _likeness(asked: Sequence[str], operation: Operation, method: str) -> float:
    """How near an operation's path is to what was asked.

    One whose method fits is a little nearer.
    """
    written = operation.path.strip("/").split("/")
    ways = [(1.0, written), (_OF_A_PART, written[: len(asked)])]  # the whole, and the beginning of a longer one
    if len(written) == len(asked) + 1:  # or one part was left out
        ways += [(_OF_A_PART, [*written[:place], *written[place + 1 :]]) for place in range(len(written))]
    best = max(share * _alike(asked, parts) for share, parts in ways)
    return best + _A_LITTLE * (operation.method == method.upper()) - _A_LITTLE * operation.deprecated


def _alike(asked: Sequence[str], written: Sequence[str]) -> float:
    """The share of parts that fit; a parameter fits any.

    Parts that are spelled alike count for as much as they are.
    """
    if abs(len(asked) - len(written)) > 1:
        return 0.0
    scores = [_alike_part(other.lower(), one.lower()) for other, one in zip(asked, written, strict=False)]
    # A part that is quite another word makes it another path, and so does nothing but parameters.
    if min(scores, default=0.0) < _SAME_PART or all(one.startswith("{") for one in written):
        return 0.0
    return sum(scores) / max(len(asked), len(written))


def _alike_part(asked: str, written: str) -> float:
    if written.startswith("{") or asked == written:
        return 1.0
    if _VERSION.fullmatch(asked) and _VERSION.fullmatch(written):
        return _OTHER_VERSION
    return difflib.SequenceMatcher(None, asked, written).ratio()


def _filled(asked: Sequence[str], operation: Operation) -> str:
    """An operation's path with the parameters that were given.

    They are filled in where it has as many parts.
    """
    written = operation.path.strip("/").split("/")
    if len(written) == len(asked):
        pairs: Iterable[tuple[str, str]] = zip(written, asked, strict=True)
        written = [other if one.startswith("{") else one for one, other in pairs]
    return "/" + "/".join(written) + ("/" if operation.path.endswith("/") else "")


def sentences(words: Words) -> Iterator[str]:
    """What is said, for whoever checks it."""
    yield from (str(words[name]) for name in ("what", "cause", "remedy") if name in words)
