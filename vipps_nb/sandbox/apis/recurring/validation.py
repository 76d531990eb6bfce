"""What an agreement and a charge may look like: what the types cannot say.

Source: Recurring API guide, agreements, charges and amount limits.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta

from dateutil.relativedelta import relativedelta

from vipps_nb.sandbox.apis.recurring import calendar, errors
from vipps_nb.sandbox.apis.recurring.models import MOST, Agreement, campaign_end
from vipps_nb.sandbox.apis.recurring.schemas import (
    AgreementStatus,
    Campaign,
    CreateCharge,
    DraftAgreement,
    EventCampaign,
    FlexiblePricing,
    LegacyPricing,
    PatchAgreement,
    Period,
    PriceCampaign,
    Pricing,
    VariablePricing,
)
from vipps_nb.sandbox.server.field_errors import FieldError
from vipps_nb.sandbox.server.problems import InvalidRequest, Refusal
from vipps_nb.sandbox.server.urls import PAGE, is_for_this_machine_alone, is_readable
from vipps_nb.sandbox.world.settings import Switches
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
SCOPES = frozenset({"name", "address", "email", "phoneNumber", "birthDate", "nin"})
HTTPS = re.compile(r"https://[^\s\x00-\x20/?#]\S*", re.I)
# A custom scheme has two letters at least, and none that a browser would run or open from disk.
HTTPS_OR_APP = re.compile(
    r"(?!http:|javascript:|data:|file:|vbscript:|blob:|about:)[a-z][a-z0-9+.-]+:/?/?[^\s\x00-\x20/?#]\S*", re.I
)


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
    """Whether a description fits.

    How long it may be is a setting, because official texts disagree.

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
        raise errors.ChargeAmountTooHigh(
            f"The highest amount is {MOST[currency]} in minor units of {currency}.", fields=[(field, "Too high.")]
        )


def check_agreement(order: CreateCharge, agreement: Agreement, now: datetime) -> None:
    """Hold a charge against its agreement.

    Raises:
        ChargeCreationFailed: The agreement is not active.
        ChargeAmountTooHigh: The charges of one interval would add up to more than may be taken.
    """
    if agreement.status is not AgreementStatus.ACTIVE:
        raise errors.ChargeCreationFailed(f"The agreement {agreement.id} is {agreement.status}, not ACTIVE.")
    day = parse_day(order.due) if order.due else calendar.today(agreement.market, now)
    left = agreement.ceiling - charged_in_interval(agreement, day)
    if order.amount > left:
        raise errors.ChargeAmountTooHigh(
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
        raise errors.ChargeDueTooSoon(f"Today a charge can be due on {earliest} at the earliest.")
    latest = now + relativedelta(years=YEARS_AHEAD)
    if due > latest:
        raise errors.ChargeDueInTooLong(f"Today a charge can be due on {latest} at the latest.")


def _check_unscheduled(order: CreateCharge, world: World, msn: str) -> None:
    given = order.to_json().keys() & {"due", "retryDays", "processingMode"}
    if given:
        raise InvalidRequest(fields=[(name, "Cannot be set for UNSCHEDULED charges.") for name in sorted(given)])
    if not world.switches[msn].unscheduled_charges_allowed:
        raise errors.UnsupportedFeature("UNSCHEDULED charges need an approval.")


def explain(wrong: Sequence[FieldError]) -> Refusal:
    """The refusal for fields that break a rule."""
    if wrong[0].kind == "json_invalid":
        return errors.InvalidJson()
    return InvalidRequest(fields=[(error.path, error.reason) for error in wrong])


def check_draft(order: DraftAgreement, switches: Switches, world: World) -> None:
    """Hold a new agreement against the terms.

    Raises:
        Refusal: The first term it breaks.
    """
    if order.pricing.currency != switches.currency:
        raise InvalidRequest(fields=[("pricing.currency", f"This sales unit takes {switches.currency}.")])
    check_pricing(order.pricing)
    _check_campaign(order.campaign, order.pricing, world.clock.now())
    _check_urls(order, switches)
    _check_scope(order.scope, switches)
    if order.initial_charge is not None:
        check_description(order.initial_charge.description, world, "initialCharge.description")
        check_amount(order.initial_charge.amount, switches.currency, "initialCharge.amount")
    if order.skip_landing_page:
        if not switches.skip_landing_page_allowed:
            raise errors.UnsupportedFeature("skipLandingPage needs an approval.")
        if order.phone_number is None:
            raise InvalidRequest(fields=[("phoneNumber", "Required with skipLandingPage.")])
    check_phone_number(order.phone_number, world)


def check_pricing(pricing: Pricing) -> None:
    """Whether a price is one that the market allows.

    Raises:
        InvalidRequest: The price is too high.
        InvalidSuggestedMaxAmount: The suggestion is nothing, or too high.
    """
    most = MOST[pricing.currency]
    if isinstance(pricing, LegacyPricing) and pricing.amount > most:
        raise InvalidRequest(fields=[("pricing.amount", f"Must not be more than {most}.")])
    if isinstance(pricing, VariablePricing) and not 0 < pricing.suggested_max_amount <= most:
        raise errors.InvalidSuggestedMaxAmount(
            fields=[("pricing.suggestedMaxAmount", f"Must be more than 0 and not more than {most}.")]
        )


def check_phone_number(phone_number: str | None, world: World) -> None:
    """Whether there is a customer with this number.

    Raises:
        OperationFailed: There is none.
    """
    if phone_number in world.settings.unknown_phone_numbers:
        raise errors.OperationFailed("No customer has this phone number.", fields=[("phoneNumber", "Unknown.")])


def check_change(change: PatchAgreement, agreement: Agreement) -> None:
    """Hold a change of an active agreement against the terms.

    Raises:
        Refusal: The first term it breaks.
    """
    if change.merchant_agreement_url is not None:
        _check_agreement_url(change.merchant_agreement_url)
    if change.pricing is not None:
        kind = agreement.pricing.type
        if change.pricing.amount is not None and kind != "LEGACY":
            raise errors.IllegalAgreementUpdate(
                fields=[("pricing.amount", f"The pricing of this agreement is {kind}.")]
            )
        if change.pricing.suggested_max_amount is not None and kind != "VARIABLE":
            raise errors.IllegalAgreementUpdate(
                fields=[("pricing.suggestedMaxAmount", f"The pricing of this agreement is {kind}.")]
            )
        check_pricing(changed_pricing(change, agreement))
    if change.interval is not None and (change.interval.type == "RECURRING") != (change.interval.period is not None):
        raise InvalidRequest(fields=[("interval.period", "Belongs to RECURRING, and to RECURRING only.")])


def changed_pricing(change: PatchAgreement, agreement: Agreement) -> Pricing:
    """The pricing as it will be. Its type never changes."""
    if change.pricing is None:
        return agreement.pricing
    given = {name: value for name, value in change.pricing.model_dump().items() if value is not None}
    return agreement.pricing.model_copy(update=given)


def _check_campaign(campaign: Campaign | None, pricing: Pricing, now: datetime) -> None:
    if campaign is None:
        return
    if not isinstance(pricing, LegacyPricing):
        raise InvalidRequest(fields=[("campaign", f"Cannot be combined with {pricing.type} pricing.")])
    if campaign.price > MOST[pricing.currency]:
        raise InvalidRequest(fields=[("campaign.price", f"Must not be more than {MOST[pricing.currency]}.")])
    if isinstance(campaign, PriceCampaign | EventCampaign) and campaign_end(campaign) <= now:
        raise InvalidRequest(fields=[("campaign", "Must not have ended already.")])


def _check_urls(order: DraftAgreement, switches: Switches) -> None:
    # With isApp the URLs are "not validated as regular URLs"; that a browser must not run them still holds.
    back = order.merchant_redirect_url
    if not (HTTPS_OR_APP.fullmatch(back) and is_readable(back)) or is_for_this_machine_alone(back):
        raise InvalidRequest(fields=[("merchantRedirectUrl", PAGE)])
    if order.merchant_agreement_url is not None:
        _check_agreement_url(order.merchant_agreement_url)
    elif switches.market == "NO":
        raise InvalidRequest(fields=[("merchantAgreementUrl", "Required for sales units in Norway.")])


def _check_agreement_url(url: str) -> None:
    if not (HTTPS.fullmatch(url) and is_readable(url)):
        raise InvalidRequest(fields=[("merchantAgreementUrl", "Must be https://.")])


def _check_scope(scope: str | None, switches: Switches) -> None:
    if scope is None:
        return
    asked = scope.split()
    if not asked or not SCOPES.issuperset(asked):
        raise InvalidRequest(fields=[("scope", f"Must be some of {', '.join(sorted(SCOPES))}.")])
    if "nin" in asked and not switches.national_identity_number_allowed:
        raise errors.UnsupportedFeature("The scope nin needs an approval.")
