"""What the desk answers, by name, so that a misspelt key is found before anything runs."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict


class Clock(TypedDict):
    """What time it is in the world, in ISO 8601, and whether time stands still."""

    now: str
    held: bool


class NamedSalesUnit(TypedDict):
    """One of the sales units, by name."""

    merchantSerialNumber: str
    name: str


class Overview(TypedDict):
    """What is in the world."""

    baseUrl: str
    seed: int
    clock: Clock
    counts: dict[str, int]
    faults: list[dict[str, Any]]
    settings: dict[str, Any]
    salesUnits: list[NamedSalesUnit]
    simulated: list[str]
    notSimulated: list[str]


class SalesUnit(NamedSalesUnit):
    """A sales unit and its switches."""

    switches: dict[str, Any]


class ChoiceOnPhone(TypedDict):
    """Something the customer may choose before they approve."""

    id: str
    label: str
    chosen: bool


class RequestOnPhone(TypedDict):
    """Something the customer can decide now."""

    request: int
    kind: str
    selector: str | None
    value: str | None
    msn: str
    merchant: str
    price: str | None
    text: str
    details: list[str]
    choices: list[ChoiceOnPhone]
    legend: str
    since: str
    expires: str | None


class Card(TypedDict):
    """The customer's card."""

    working: bool
    reason: str


class Faults(TypedDict):
    """The rules that are on."""

    rules: list[dict[str, Any]]


class LoggedRequest(TypedDict):
    """One request to the imitated APIs, secrets masked."""

    number: int
    time: str
    ms: float
    dropped: NotRequired[str]
    tolerated: NotRequired[list[str]]
    by: NotRequired[str]
    method: str
    path: str
    query: str
    status: int | None
    headers: dict[str, str]
    body: Any
    response: Any
    cut: NotRequired[list[str]]


class LoggedDelivery(TypedDict):
    """One letter to a merchant, secrets masked."""

    time: str
    about: str
    attempt: int
    method: str
    url: str
    headers: dict[str, str]
    body: Any
    cut: NotRequired[list[str]]
    outcome: Literal["in the air", "not sent", "accepted", "failed"]
    status: int | None
    reason: str | None
    nextAttempt: str | None
