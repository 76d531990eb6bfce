"""The terms of an agreement: what the types cannot say, when it is drafted and when it is changed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from vipps_nb.sandbox.apis.recurring import refusals as no
from vipps_nb.sandbox.apis.recurring.agreement import MOST, Agreement
from vipps_nb.sandbox.apis.recurring.bodies import (
    Campaign,
    DraftAgreement,
    EventCampaign,
    LegacyPricing,
    PatchAgreement,
    PriceCampaign,
    Pricing,
    VariablePricing,
)
from vipps_nb.sandbox.apis.recurring.limits import check_amount, check_description
from vipps_nb.sandbox.server.problems import InvalidRequest, Refusal
from vipps_nb.sandbox.server.urls import PAGE, is_for_this_machine_alone, is_readable
from vipps_nb.sandbox.server.words import FieldError
from vipps_nb.sandbox.world.settings import Switches
from vipps_nb.sandbox.world.world import World

SCOPES = frozenset({"name", "address", "email", "phoneNumber", "birthDate", "nin"})
HTTPS = re.compile(r"https://[^\s\x00-\x20/?#]\S*", re.I)
# A custom scheme has two letters at least, and none that a browser would run or open from disk.
HTTPS_OR_APP = re.compile(
    r"(?!http:|javascript:|data:|file:|vbscript:|blob:|about:)[a-z][a-z0-9+.-]+:/?/?[^\s\x00-\x20/?#]\S*", re.I
)


def explain(errors: Sequence[FieldError]) -> Refusal:
    """The refusal for fields that break a rule."""
    if errors[0].kind == "json_invalid":
        return no.InvalidJson()
    return InvalidRequest(fields=[(error.path, error.reason) for error in errors])


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
            raise no.UnsupportedFeature("skipLandingPage needs an approval.")
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
        raise no.InvalidSuggestedMaxAmount(
            fields=[("pricing.suggestedMaxAmount", f"Must be more than 0 and not more than {most}.")]
        )


def check_phone_number(phone_number: str | None, world: World) -> None:
    """Whether there is a customer with this number.

    Raises:
        OperationFailed: There is none.
    """
    if phone_number in world.settings.unknown_phone_numbers:
        raise no.OperationFailed("No customer has this phone number.", fields=[("phoneNumber", "Unknown.")])


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
            raise no.IllegalAgreementUpdate(fields=[("pricing.amount", f"The pricing of this agreement is {kind}.")])
        if change.pricing.suggested_max_amount is not None and kind != "VARIABLE":
            raise no.IllegalAgreementUpdate(
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


def campaign_end(campaign: PriceCampaign | EventCampaign) -> datetime:
    """When a campaign with a date ends.

    Raises:
        InvalidRequest: The calendar does not have this moment.
    """
    field, text = (
        ("campaign.end", campaign.end)
        if isinstance(campaign, PriceCampaign)
        else ("campaign.eventDate", campaign.event_date)
    )
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise InvalidRequest(fields=[(field, "Must be a moment in UTC, such as 2030-12-31T00:00:00Z.")]) from None


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
        raise no.UnsupportedFeature("The scope nin needs an approval.")
