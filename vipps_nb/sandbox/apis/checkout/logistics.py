"""Ways of delivery, as the official document declares them: one kind of option for each carrier."""

# ruff: noqa: D101 - names and fields are the official document's, where they are explained

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from vipps_nb.sandbox.apis.checkout.money import Amount
from vipps_nb.sandbox.server.merchants_answers import MerchantsAnswer
from vipps_nb.sandbox.server.shapes import Nullable, Presumed
from vipps_nb.sandbox.server.wire import Wire

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
    opening_hours: Nullable[list[str]] = None
    lead_time: Nullable[LeadTime] = None


class Timeslot(Wire):
    id: str
    date: Annotated[str, Field(pattern=DATE)]
    start: Annotated[str, Field(pattern=TIME)]
    end: Annotated[str, Field(pattern=TIME)]


class Delivery(Wire):
    lead_time: Nullable[LeadTime] = None
    pickup_points: Nullable[list[PickupPoint]] = None
    timeslots: Nullable[list[Timeslot]] = None


class _Option(Wire):
    id: Annotated[str, Field(min_length=1, max_length=200)]
    priority: Annotated[int, Field(ge=0, description="The lowest comes first.")]
    is_default: bool
    description: Nullable[str] = None
    delivery: Nullable[Delivery] = None
    title: Annotated[Nullable[str], Field(min_length=1, max_length=200)] = None
    amount: Amount
    tax_rate: Annotated[Nullable[int], Field(ge=0, le=10_000)] = None


class _CarrierOption(_Option):
    custom_type: Nullable[str] = None


class PostenOption(_CarrierOption):
    brand: Annotated[Literal["POSTEN"], Presumed("POSTEN")]
    type: Nullable[Literal["MAILBOX", "PICKUP_POINT", "HOME_DELIVERY"]] = None


class BringOption(_CarrierOption):
    brand: Annotated[Literal["BRING"], Presumed("BRING")]
    type: Nullable[Literal["MAILBOX", "PICKUP_POINT", "HOME_DELIVERY"]] = None


class PostnordOption(_CarrierOption):
    brand: Annotated[Literal["POSTNORD"], Presumed("POSTNORD")]
    type: Nullable[Literal["PICKUP_POINT", "HOME_DELIVERY"]] = None


class PorterbuddyOption(_CarrierOption):
    brand: Annotated[Literal["PORTERBUDDY"], Presumed("PORTERBUDDY")]
    type: Nullable[Literal["HOME_DELIVERY"]] = None


class HelthjemOption(_CarrierOption):
    brand: Annotated[Literal["HELTHJEM"], Presumed("HELTHJEM")]
    type: Nullable[Literal["HOME_DELIVERY", "PICKUP_POINT"]] = None


class PostiOption(_CarrierOption):
    brand: Annotated[Literal["POSTI"], Presumed("POSTI")]
    type: Nullable[Literal["PICKUP_POINT"]] = None


class GlsOption(_CarrierOption):
    brand: Annotated[Literal["GLS"], Presumed("GLS")]
    type: Nullable[Literal["PICKUP_POINT"]] = None


class DaoOption(_CarrierOption):
    brand: Annotated[Literal["DAO"], Presumed("DAO")]
    type: Annotated[Nullable[int], Field(description="A number in the official document, unlike all others.")] = None


class OtherOption(_Option):
    brand: Annotated[Literal["OTHER"], Presumed("OTHER")]
    type: Nullable[Literal["HOME_DELIVERY", "PICKUP_POINT"]] = None


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
OPTIONS: MerchantsAnswer[list[LogisticsOption]] = MerchantsAnswer(list[LogisticsOption])
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
