"""What a scenario may say. Money is minor units, 100 being 1.00."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, Field, ValidationError

from vipps_nb.sandbox.server.json_model import JsonModel
from vipps_nb.sandbox.server.problems import Refusal
from vipps_nb.sandbox.server.shapes import bare, nearest
from vipps_nb.sandbox.world.settings import Switches

FOLDER = Path(__file__).parent
MOST = 20_000  # things in one scenario
_LONGEST_TEXT = 100
_ONE_OR_SPAN = 2

Count = Annotated[int, Field(ge=1, le=MOST, description="How many like this.")]
MinorUnits = Annotated[int, Field(ge=100, le=10_000_000)]
Days = Annotated[int, Field(ge=0, le=700)]
Span = Annotated[list[MinorUnits], Field(min_length=_ONE_OR_SPAN, max_length=_ONE_OR_SPAN)]
DaySpan = Annotated[list[Days], Field(min_length=_ONE_OR_SPAN, max_length=_ONE_OR_SPAN)]
Value = Annotated[MinorUnits | Span, Field(description="Minor units; two numbers are from and to, by chance.")]
DaysAgo = Annotated[Days | DaySpan, Field(description="Before the moment of the world; two numbers as for a value.")]
Unit = Annotated[int, Field(ge=1, le=1000, description="Which sales unit, counted from 1.")]
Text = Annotated[str, Field(min_length=1, max_length=_LONGEST_TEXT)]
PhoneNumber = Annotated[str, Field(pattern=r"^[1-9][0-9]{8,14}$")]
PaymentState = Literal[
    "CREATED",
    "ABORTED",
    "EXPIRED",
    "TERMINATED",
    "AUTHORIZED",
    "CANCELLED",
    "PARTIALLY_CAPTURED",
    "CAPTURED",
    "PARTIALLY_REFUNDED",
    "REFUNDED",
]
AgreementState = Literal["PENDING", "ACTIVE", "STOPPED", "REJECTED", "EXPIRED"]
ChargeState = Literal["CHARGED", "REFUNDED", "FAILED", "RESERVED", "CANCELLED", "DUE", "PENDING"]


class PaymentsOf(JsonModel):
    """Payments of the ePayment API that have come equally far."""

    state: PaymentState
    count: Count = 1
    value: Value = 49900
    days_ago: DaysAgo = 0
    text: Text = "One pair of socks"
    reference: Annotated[str, Field(pattern=r"^[a-zA-Z0-9-]{1,40}$", description="How references begin.")] = "order"
    unit: Unit = 1


class AgreementsOf(JsonModel):
    """Agreements of the Recurring API that have come equally far.

    Each has a history of charges.
    """

    state: AgreementState
    count: Count = 1
    value: Value = 19900
    product: Annotated[str, Field(min_length=1, max_length=45)] = "Socks of the month"
    charges: Annotated[
        list[ChargeState],
        Field(
            default_factory=list,
            max_length=24,
            description="One each month, oldest first; DUE and PENDING are still to come.",
        ),
    ]
    unit: Unit = 1


class DonationsOf(JsonModel):
    """Gifts that came in the app."""

    count: Count = 1
    value: Value = 20000
    days_ago: DaysAgo = 0
    message: Text | None = None
    unit: Unit = 1


class Scenario(JsonModel):
    """A populated world."""

    title: Text = "A world"
    at: Annotated[
        datetime | None, Field(description="Where the clock is at the end; where it is now unless given.")
    ] = None
    held: Annotated[bool, Field(description="Whether the clock stands still afterwards.")] = True
    customers: Annotated[
        list[PhoneNumber],
        Field(default_factory=list, max_length=1000, description="Phone numbers that pay in turn; one unless given."),
    ]
    sales_units: Annotated[
        list[Switches],
        Field(default_factory=list, max_length=1000, description="What the first sales units may do, in their order."),
    ]
    payments: Annotated[list[PaymentsOf], Field(default_factory=list, max_length=1000)]
    agreements: Annotated[list[AgreementsOf], Field(default_factory=list, max_length=1000)]
    donations: Annotated[list[DonationsOf], Field(default_factory=list, max_length=1000)]


class BadScenario(Refusal):
    """It says something that no scenario can, or there is none of this name."""

    status = HTTPStatus.BAD_REQUEST
    title = "The scenario cannot be made"


@cache
def shipped() -> Mapping[str, Path]:
    """The scenarios that come with the package, by name."""
    return {file.stem: file for file in sorted(FOLDER.glob("*.toml"))}


def scenario(given: str | Mapping[str, Any]) -> Scenario:
    """The scenario of this name, or the one that is given.

    Raises:
        BadScenario: There is none of this name, or something in it is wrong.
    """
    if isinstance(given, str):
        if given not in shipped():
            raise BadScenario(_unknown(f"There is no scenario {given[:60]!r}", given, shipped()))
        given = tomllib.loads(shipped()[given].read_text("utf-8"))
    try:
        # Strict, but for moments: TOML has them, JSON writes them as text.
        found = Scenario.model_validate({**given, **({"at": _moment(given["at"])} if "at" in given else {})})
    except ValidationError as error:
        raise BadScenario(_explained(error)) from None
    things = sum(one.count for one in found.payments) + sum(one.count for one in found.agreements)
    things += sum(one.count for one in found.donations)
    if things > MOST:
        raise BadScenario(f"The scenario has {things} payments, agreements and gifts; at most {MOST} are made.")
    return found


def _moment(value: Any) -> Any:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return value
    if isinstance(moment, datetime) and moment.tzinfo is None:
        raise BadScenario("at: The moment has no zone. Expected one such as 2026-01-31T12:00:00Z.")
    return moment


_EXPECTED = {
    "list_type": "a list",
    "dict_type": "an object",
    "model_type": "an object",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "string_type": "text",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "datetime_type": "a moment such as 2026-01-31T12:00:00Z",
    "datetime_parsing": "a moment such as 2026-01-31T12:00:00Z",
    "string_pattern_mismatch": "another form",
}


def _expected(error: Any) -> str:
    """What would belong there, in our words."""
    limits = error.get("ctx", {})
    for name, words in (("ge", "at least"), ("gt", "more than"), ("le", "at most"), ("lt", "less than")):
        if name in limits:
            return f"; expected {words} {limits[name]}"
    for name, words in (("min_length", "at least"), ("max_length", "at most")):
        if name in limits:
            return f"; expected {words} {limits[name]} of them"
    return f"; expected {_EXPECTED[error['type']]}" if error["type"] in _EXPECTED else ""


def _explained(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    place = [
        part for part in first["loc"] if isinstance(part, int) or not part.startswith(("list[", "int", "constrained"))
    ]
    shown = ".".join(str(part) for part in place)
    name, kind = str(place[-1]) if place else "", _kind_at(place[:-1])
    if first["type"] == "extra_forbidden" and kind is not None:
        names = [info.alias or field for field, info in kind.model_fields.items()]
        return f"{shown}: {_unknown('There is no such name', name, names)}"
    if first["type"] == "literal_error":
        given = str(first["input"])
        return f"{shown}: {_unknown(f'There is no {given[:40]!r}', given, _words_at(place))}"
    if first["type"] == "missing":
        return f"{shown}: It is missing."
    return f"{shown}: {str(first['input'])[:60]!r} is not what belongs there{_expected(first)}."


def _unknown(sentence: str, name: str, names: Iterable[str]) -> str:
    return f"{sentence}{nearest(name, names)}{'.' if not nearest(name, names) else ''} There is: {', '.join(names)}."


def _kind_at(place: list[Any]) -> type[BaseModel] | None:
    kind: Any = Scenario
    for part in place:
        kind = _model_in(_field(kind, part)) if isinstance(part, str) else kind
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def _field(kind: Any, name: str) -> Any:
    if not (isinstance(kind, type) and issubclass(kind, BaseModel)):
        return None
    return next((info.annotation for field, info in kind.model_fields.items() if name in (field, info.alias)), None)


def _model_in(annotation: Any) -> Any:
    kind, _ = bare(annotation)
    return get_args(kind)[0] if get_args(kind) else kind


def _words_at(place: list[Any]) -> list[str]:
    """The words of a list of words, also where each item is one."""
    names = [part for part in place if isinstance(part, str)]
    kind: Any = Scenario
    for name in names:
        kind = _model_in(_field(kind, name)) if name is not names[-1] else bare(_field(kind, name))[0]
    while get_args(kind) and not isinstance(get_args(kind)[0], str):
        kind = bare(get_args(kind)[0])[0]
    return [str(word) for word in get_args(kind)]
