"""What a new charge may look like: its form, its day, and how much (Recurring API guide, charges and amount limits)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta

from vipps_nb.sandbox.apis.recurring import calendar
from vipps_nb.sandbox.apis.recurring import refusals as no
from vipps_nb.sandbox.apis.recurring.agreement import MOST, Agreement
from vipps_nb.sandbox.apis.recurring.bodies import CreateCharge, FlexiblePricing, Period
from vipps_nb.sandbox.apis.recurring.states import AgreementStatus
from vipps_nb.sandbox.server.problems import InvalidRequest
from vipps_nb.sandbox.world.world import World

LEAST = {"NOK": 100, "DKK": 1, "EUR": 1}
"""Those of ePayment; the Recurring guide names none."""
YEARS_AHEAD = 2
UNITS: Mapping[str, Callable[[date], int]] = {
    "DAY": lambda day: day.toordinal(),
    "WEEK": lambda day: (day.toordinal() - 1) // 7,  # the first day of the first year was a Monday
    "MONTH": lambda day: 12 * day.year + day.month,
    "YEAR": lambda day: day.year,
}


def check_charge(order: CreateCharge, world: World, msn: str) -> None:
    """Hold a charge against what can be said without knowing the agreement.

    Raises:
        Refusal: The first rule it breaks.
    """
    check_description(order.description, world)
    check_amount(order.amount, world.switches[msn].currency)
    if order.type == "UNSCHEDULED":
        _check_unscheduled(order, world, msn)
    else:
        _check_recurring(order, world, msn)


def check_description(description: str, world: World, field: str = "description") -> None:
    """Whether a description fits; how long it may be is a setting, because official texts disagree.

    Raises:
        InvalidRequest: It is too long.
    """
    longest = world.settings.longest_charge_description
    if len(description) > longest:
        raise InvalidRequest(fields=[(field, f"Must not be longer than {longest} characters.")])


def check_amount(amount: int, currency: str, field: str = "amount") -> None:
    """Whether an amount is one that a market takes at all.

    Raises:
        InvalidRequest: It is too small.
        ChargeAmountTooHigh: It is too large.
    """
    if amount < LEAST[currency]:
        raise InvalidRequest(fields=[(field, f"Must be at least {LEAST[currency]} in minor units of {currency}.")])
    if amount > MOST[currency]:
        raise no.ChargeAmountTooHigh(
            f"The highest amount is {MOST[currency]} in minor units of {currency}.", fields=[(field, "Too high.")]
        )


def check_agreement(order: CreateCharge, agreement: Agreement, now: datetime) -> None:
    """Hold a charge against its agreement.

    Raises:
        ChargeCreationFailed: The agreement is not active.
        ChargeAmountTooHigh: The charges of one interval would add up to more than may be taken.
    """
    if agreement.status is not AgreementStatus.ACTIVE:
        raise no.ChargeCreationFailed(f"The agreement {agreement.id} is {agreement.status}, not ACTIVE.")
    day = parse_day(order.due) if order.due else calendar.today(agreement.market, now)
    left = agreement.ceiling - charged_in_interval(agreement, day)
    if order.amount > left:
        raise no.ChargeAmountTooHigh(
            f"{agreement.ceiling} can be taken in each interval, and {max(left, 0)} of it is left in this one."
        )


def charged_in_interval(agreement: Agreement, day: date) -> int:
    """What the charges of the interval with this day add up to.

    Intervals are whole days, weeks, months or years of the calendar, counted from the one that the agreement started
    in (after the guide's examples). Without an interval, or with a flexible price, every charge stands for itself.
    """
    flexible = isinstance(agreement.pricing, FlexiblePricing)
    if flexible or agreement.interval is None or agreement.started is None:
        return 0
    start = calendar.today(agreement.market, agreement.started)
    this = _number(agreement.interval, start, day)
    return sum(
        charge.amount
        for charge in agreement.charges
        if charge.counts and _number(agreement.interval, start, charge.due) == this
    )


def parse_day(text: str) -> date:
    """A day from its text.

    Raises:
        InvalidRequest: The calendar does not have it.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidRequest(fields=[("due", "Must be a day, as YYYY-MM-DD.")]) from None


def _number(interval: Period, start: date, day: date) -> int:
    index = UNITS[interval.unit]
    return (index(day) - index(start)) // interval.count


def _check_recurring(order: CreateCharge, world: World, msn: str) -> None:
    missing = [name for name, value in (("due", order.due), ("retryDays", order.retry_days)) if value is None]
    if order.due is None or missing:
        raise InvalidRequest(fields=[(name, "Required for RECURRING charges.") for name in missing])
    if order.processing_mode == "SINGLE_ATTEMPT" and order.retry_days:
        raise InvalidRequest(fields=[("retryDays", "Must be 0 with SINGLE_ATTEMPT.")])
    due = parse_day(order.due)
    now = calendar.today(world.switches[msn].market, world.clock.now())
    earliest = now + timedelta(days=world.settings.charge_lead_days)
    if due < earliest:
        raise no.ChargeDueTooSoon(f"Today a charge can be due on {earliest} at the earliest.")
    latest = _years_after(now, YEARS_AHEAD)
    if due > latest:
        raise no.ChargeDueInTooLong(f"Today a charge can be due on {latest} at the latest.")


def _check_unscheduled(order: CreateCharge, world: World, msn: str) -> None:
    given = order.to_json().keys() & {"due", "retryDays", "processingMode"}
    if given:
        raise InvalidRequest(fields=[(name, "Cannot be set for UNSCHEDULED charges.") for name in sorted(given)])
    if not world.switches[msn].unscheduled_charges_allowed:
        raise no.UnsupportedFeature("UNSCHEDULED charges need an approval.")


def _years_after(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # the 29th of February
        return day.replace(year=day.year + years, day=28)
