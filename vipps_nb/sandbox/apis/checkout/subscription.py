"""The agreement of a session of the type SUBSCRIPTION: one of Recurring's, which charges it from then on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from vipps_nb.sandbox.apis.checkout.answers import SCOPE, phone_number, shares
from vipps_nb.sandbox.apis.checkout.bodies import EventCampaign, PriceCampaign, Subscription
from vipps_nb.sandbox.apis.checkout.session import Session
from vipps_nb.sandbox.apis.recurring import bodies as recurring
from vipps_nb.sandbox.apis.recurring.acceptance import accept, reject
from vipps_nb.sandbox.apis.recurring.agreement import Agreement, Agreements
from vipps_nb.sandbox.apis.recurring.events import agreement_happened
from vipps_nb.sandbox.apis.recurring.states import AgreementStatus
from vipps_nb.sandbox.world.clock import timestamp
from vipps_nb.sandbox.world.world import World


def propose(world: World, session: Session, order: Subscription) -> Agreement:
    """Put the agreement on Recurring's shelf; the customer is deciding about it."""
    agreement = Agreement(
        msn=session.msn,
        id=f"agr_{world.ids.letters(7)}",
        uuid=world.ids.guid(),
        token=session.token,
        confirmation_url=None,
        market=world.switches[session.msn].market,
        created=world.clock.now(),
        product_name=order.product_name,
        product_description=order.product_description,
        pricing=recurring.LegacyPricing.model_validate(
            {"type": "LEGACY", "amount": order.amount.value, "currency": order.amount.currency}
        ),
        interval=recurring.Period(unit=order.interval.unit, count=order.interval.count),
        campaign=_campaign(order),
        scope=SCOPE if shares(session) else None,
        merchant_redirect_url=session.order.merchant_info.return_url,
        merchant_agreement_url=order.merchant_agreement_url,
        external_id=None,
        phone_number=phone_number(session),
    )
    world.room(Agreements).store(agreement)
    agreement_happened(world, agreement, "CREATE", "MERCHANT")
    return agreement


def decide(world: World, agreement: Agreement, accepted: bool) -> None:
    """The session has ended, and with it the question; unless the agreement was decided about in another way."""
    if agreement.status is not AgreementStatus.PENDING:
        return
    if accepted:
        accept(world, agreement, agreement.phone_number)
    else:
        reject(world, agreement)


def moment(text: str) -> datetime | None:
    """When a campaign ends; the document calls it text and says no more. None if it is no moment."""
    try:
        found = datetime.fromisoformat(text)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _campaign(order: Subscription) -> recurring.Campaign | None:
    campaign = order.campaign
    if campaign is None:
        return None
    given: dict[str, Any] = campaign.model_dump()
    if isinstance(campaign, PriceCampaign) and (end := moment(campaign.end)):
        given["end"] = timestamp(end)
        return recurring.PriceCampaign(**given)
    if isinstance(campaign, EventCampaign) and (end := moment(campaign.event_date)):
        given["event_date"] = timestamp(end)
        return recurring.EventCampaign(**given)
    return recurring.PeriodCampaign(**given)
