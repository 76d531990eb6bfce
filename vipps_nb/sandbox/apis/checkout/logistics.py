"""Ways of delivery, as the official document declares them: one kind of option for each carrier."""

# ruff: noqa: D101 - names and fields are the official document's, where they are explained

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from vipps_nb.sandbox.apis.checkout.money import Amount
from vipps_nb.sandbox.shapes import Presumed
from vipps_nb.sandbox.wire import Wire

DATE = r"^\d{4}-\d{2}-\d{2}$"
TIME = r"^\d{2}:\d{2}(:\d{2})?"


class LeadTime(Wire):
    earliest: Annotated[str, Field(pattern=DATE)]
    latest: Annotated[str, Field(pattern=DATE)]


class PickupPoint(Wire):
    id: str
    name: str
    address: str
    postal_code: str
    city: str
    country: str
    opening_hours: list[str] | None = None
    lead_time: LeadTime | None = None


class Timeslot(Wire):
    id: str
    date: Annotated[str, Field(pattern=DATE)]
    start: Annotated[str, Field(pattern=TIME)]
    end: Annotated[str, Field(pattern=TIME)]


class Delivery(Wire):
    lead_time: LeadTime | None = None
    pickup_points: list[PickupPoint] | None = None
    timeslots: list[Timeslot] | None = None


class _Option(Wire):
    id: Annotated[str, Field(min_length=1, max_length=200)]
    priority: Annotated[int, Field(ge=0, description="The lowest comes first.")]
    is_default: bool
    description: str | None = None
    delivery: Delivery | None = None
    title: Annotated[str | None, Field(min_length=1, max_length=200)] = None
    amount: Amount
    tax_rate: Annotated[int | None, Field(ge=0, le=10_000)] = None


class _CarrierOption(_Option):
    custom_type: str | None = None


class PostenOption(_CarrierOption):
    brand: Annotated[Literal["POSTEN"], Presumed("POSTEN")]
    type: Literal["MAILBOX", "PICKUP_POINT", "HOME_DELIVERY"] | None = None


class BringOption(_CarrierOption):
    brand: Annotated[Literal["BRING"], Presumed("BRING")]
    type: Literal["MAILBOX", "PICKUP_POINT", "HOME_DELIVERY"] | None = None


class PostnordOption(_CarrierOption):
    brand: Annotated[Literal["POSTNORD"], Presumed("POSTNORD")]
    type: Literal["PICKUP_POINT", "HOME_DELIVERY"] | None = None


class PorterbuddyOption(_CarrierOption):
    brand: Annotated[Literal["PORTERBUDDY"], Presumed("PORTERBUDDY")]
    type: Literal["HOME_DELIVERY"] | None = None


class HelthjemOption(_CarrierOption):
    brand: Annotated[Literal["HELTHJEM"], Presumed("HELTHJEM")]
    type: Literal["HOME_DELIVERY", "PICKUP_POINT"] | None = None


class PostiOption(_CarrierOption):
    brand: Annotated[Literal["POSTI"], Presumed("POSTI")]
    type: Literal["PICKUP_POINT"] | None = None


class GlsOption(_CarrierOption):
    brand: Annotated[Literal["GLS"], Presumed("GLS")]
    type: Literal["PICKUP_POINT"] | None = None


class DaoOption(_CarrierOption):
    brand: Annotated[Literal["DAO"], Presumed("DAO")]
    type: Annotated[int | None, Field(description="A number in the official document, unlike all others.")] = None


class OtherOption(_Option):
    brand: Annotated[Literal["OTHER"], Presumed("OTHER")]
    type: Literal["HOME_DELIVERY", "PICKUP_POINT"] | None = None


LogisticsOption = Annotated[
    PostenOption
    | BringOption
    | PostnordOption
    | PorterbuddyOption
    | HelthjemOption
    | PostiOption
    | GlsOption
    | DaoOption
    | OtherOption,
    Field(discriminator="brand"),
]
OPTIONS: TypeAdapter[list[LogisticsOption]] = TypeAdapter(list[LogisticsOption])
"""Reads what a merchant answers to the question for dynamic options."""


def best_first(options: list[LogisticsOption]) -> list[LogisticsOption]:
    """The options as they are shown: the default, then by priority."""
    return sorted(options, key=lambda option: (not option.is_default, option.priority))


def label(option: LogisticsOption) -> str:
    """What an option is called on the customer's phone."""
    name = option.title or (option.brand if option.type is None else f"{option.brand} {option.type}")
    words = name if option.title else name.replace("_", " ").capitalize()
    extra = f" ({option.description})" if option.description else ""
    return f"{words}{extra} · {option.amount}"
