"""Terms in words, and when a campaign ends: what the customer reads and the answers repeat."""

from __future__ import annotations

from datetime import datetime, timedelta

from vipps_nb.sandbox.apis.recurring.agreement import Agreement
from vipps_nb.sandbox.apis.recurring.bodies import EventCampaign, Period, PeriodCampaign, PriceCampaign
from vipps_nb.sandbox.apis.recurring.terms import campaign_end
from vipps_nb.sandbox.world.money import money

UNIT_DAYS = {"DAY": 1, "WEEK": 7}


def interval_text(interval: Period | None) -> str:
    """How often, in words."""
    if interval is None:
        return "now and then"
    return f"every {_length(interval).removeprefix('1 ')}"


def explain_campaign(agreement: Agreement) -> str:
    """What the customer is told about a campaign."""
    campaign = agreement.campaign
    ordinary = (
        f"{money(getattr(agreement.pricing, 'amount', 0), agreement.currency)} {interval_text(agreement.interval)}"
    )
    if isinstance(campaign, EventCampaign):
        return f"This price {campaign.event_text}, then {ordinary}."
    if isinstance(campaign, PeriodCampaign):
        return f"This price for {_length(campaign.period)}, then {ordinary}."
    return f"This price until {campaign_ends(agreement):%Y-%m-%d}, then {ordinary}."


def _length(period: Period) -> str:
    return f"{period.count} {period.unit.lower()}{'s' if period.count > 1 else ''}"


def campaign_ends(agreement: Agreement) -> datetime:
    """A period starts when the customer accepts; until then it is counted from the draft."""
    campaign = agreement.campaign
    if isinstance(campaign, PriceCampaign | EventCampaign):
        return campaign_end(campaign)
    assert isinstance(campaign, PeriodCampaign)  # noqa: S101 - whoever asks has seen that there is a campaign
    return after(agreement.started or agreement.created, campaign.period)


def after(moment: datetime, period: Period) -> datetime:
    """The moment a period later; the 31st of a month without one is its last day."""
    if period.unit in UNIT_DAYS:
        return moment + timedelta(days=UNIT_DAYS[period.unit] * period.count)
    months = period.count * (12 if period.unit == "YEAR" else 1)
    year, month = divmod(12 * moment.year + moment.month - 1 + months, 12)
    first = moment.replace(year=year, month=month + 1, day=1)
    following = (first + timedelta(days=31)).replace(day=1)
    return first + timedelta(days=min(moment.day, (following - first).days) - 1)
