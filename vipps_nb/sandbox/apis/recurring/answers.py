"""Agreements and charges as the API shows them."""

# ruff: noqa: D101 - names and fields are the official document's, where they are explained

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from vipps_nb.sandbox.apis.recurring.agreement import Actor, Agreement, AgreementEventName
from vipps_nb.sandbox.apis.recurring.bodies import (
    Currency,
    EventCampaign,
    Period,
    PeriodCampaign,
    ProcessingMode,
    TransactionType,
)
from vipps_nb.sandbox.apis.recurring.charge import Charge, ChargeEventName, ChargeType, FailureReason
from vipps_nb.sandbox.apis.recurring.processing import DESCRIPTIONS
from vipps_nb.sandbox.apis.recurring.states import AgreementStatus, ChargeStatus
from vipps_nb.sandbox.apis.recurring.words import campaign_ends, explain_campaign, interval_text
from vipps_nb.sandbox.server.wire import Wire
from vipps_nb.sandbox.world.clock import timestamp


class DraftAnswer(Wire):
    agreement_id: str
    uuid: str
    vipps_confirmation_url: str | None = None
    charge_id: str | None


class PricingAnswer(Wire):
    type: str
    currency: Currency
    amount: int | None = None
    suggested_max_amount: int | None = None
    max_amount: int | None = None


class IntervalAnswer(Wire):
    """Empty for agreements without an interval."""

    unit: str | None = None
    count: int | None = None
    text: str | None = None


class CampaignAnswer(Wire):
    type: str
    price: int
    end: str | None = None
    period: Period | None = None
    event_date: str | None = None
    event_text: str | None = None
    explanation: str


class AgreementEventAnswer(Wire):
    occurred: str
    event: AgreementEventName
    actor: Actor


class AgreementAnswer(Wire):
    id: str
    uuid: str
    status: AgreementStatus
    created: str
    start: str | None
    stop: str | None
    product_name: str
    product_description: str | None = None
    pricing: PricingAnswer
    interval: IntervalAnswer
    campaign: CampaignAnswer | None = None
    merchant_agreement_url: str
    merchant_redirect_url: str
    vipps_confirmation_url: str | None = None
    country_code: str
    external_id: str | None = None
    sub: str | None
    userinfo_url: str | None
    history: list[AgreementEventAnswer]


class Summary(Wire):
    captured: int
    refunded: int
    cancelled: int


class ChargeEventAnswer(Wire):
    occurred: str
    event: ChargeEventName
    amount: int
    idempotency_key: str
    success: bool
    transaction_id: str | None = None


class ChargeAnswer(Wire):
    """``transactionId`` is null before the charge is DUE, as the document's text has it."""

    id: str
    agreement_id: str
    external_id: str
    external_agreement_id: str | None = None
    amount: int
    currency: Currency
    description: str
    due: str
    status: ChargeStatus
    type: ChargeType
    transaction_type: TransactionType
    transaction_id: str | None
    retry_days: int
    processing_mode: ProcessingMode
    summary: Summary
    history: list[ChargeEventAnswer]
    failure_reason: FailureReason | None = None
    failure_description: str | None = None


class ChargeReference(Wire):
    charge_id: str


class BatchItem(Wire):
    agreement_id: str
    amount: int
    description: str
    transaction_type: TransactionType
    due: str
    retry_days: int
    order_id: str
    processing_mode: ProcessingMode | None = None
    external_id: str | None = None


class InvalidCharge(Wire):
    charge_batch_item_dto: BatchItem
    errors: list[str]


class BatchAnswer(Wire):
    """Which charges passed the first look; the others come with their reasons."""

    valid_charges: list[str]
    invalid_charges: list[InvalidCharge]


def agreement_answer(agreement: Agreement, base_url: str) -> AgreementAnswer:
    """The answer to fetch agreement."""
    pricing = PricingAnswer(**_given(agreement.pricing.model_dump(), max_amount=agreement.max_amount))
    userinfo_url = f"{base_url}/vipps-userinfo-api/userinfo/{agreement.sub}" if agreement.sub else None
    return AgreementAnswer(
        # Absent unless the agreement has it; what follows is there always, null if need be.
        **_given(
            {},
            product_description=agreement.product_description,
            campaign=_campaign(agreement),
            vipps_confirmation_url=agreement.confirmation_url,
            external_id=agreement.external_id,
        ),
        id=agreement.id,
        uuid=agreement.uuid,
        status=agreement.status,
        created=timestamp(agreement.created),
        start=_moment(agreement.started),
        stop=_moment(agreement.stopped),
        product_name=agreement.product_name,
        pricing=pricing,
        # Required and text, also in markets where a merchant need not have one.
        merchant_agreement_url=agreement.merchant_agreement_url or "",
        interval=_interval(agreement.interval),
        merchant_redirect_url=agreement.merchant_redirect_url,
        country_code=agreement.market,
        sub=agreement.sub,
        userinfo_url=userinfo_url,
        history=[
            AgreementEventAnswer(occurred=timestamp(event.moment), event=event.name, actor=event.actor)
            for event in agreement.history
        ],
    )


def charge_answer(charge: Charge, agreement: Agreement) -> ChargeAnswer:
    """The answer to fetch charge."""
    failed = (
        {"failure_reason": charge.failure, "failure_description": DESCRIPTIONS[charge.failure]}
        if charge.failure is not None
        else {}
    )
    history = [
        ChargeEventAnswer(
            **_given({}, transaction_id=event.transaction_id),
            occurred=timestamp(event.moment),
            event=event.name,
            amount=event.amount,
            idempotency_key=event.key,
            success=event.success,
        )
        for event in charge.history
    ]
    return ChargeAnswer.model_validate(
        {
            **_given({}, external_agreement_id=agreement.external_id),
            "id": charge.id,
            "agreement_id": charge.agreement_id,
            # Required and text, also where the merchant gave none: then the id, whose place it takes in reports.
            "external_id": charge.external_id or charge.id,
            "amount": charge.amount,
            "currency": charge.currency,
            "description": charge.description,
            "due": timestamp(datetime(charge.due.year, charge.due.month, charge.due.day, tzinfo=UTC)),
            "status": charge.status,
            "type": charge.type,
            "transaction_type": charge.transaction_type,
            "transaction_id": charge.transaction_id,
            "retry_days": charge.retry_days,
            "processing_mode": "SINGLE_ATTEMPT" if charge.single_attempt else "MULTIPLE_ATTEMPTS",
            "summary": Summary(captured=charge.captured, refunded=charge.refunded, cancelled=charge.cancelled),
            "history": history,
            **failed,
        }
    )


def _campaign(agreement: Agreement) -> CampaignAnswer | None:
    campaign = agreement.campaign
    if campaign is None:
        return None
    words: dict[str, Any] = {"type": campaign.type, "price": campaign.price, "explanation": explain_campaign(agreement)}
    if isinstance(campaign, EventCampaign):
        words |= {"event_date": campaign.event_date, "event_text": campaign.event_text}
    else:
        words["end"] = timestamp(campaign_ends(agreement))
    if isinstance(campaign, PeriodCampaign):
        words["period"] = campaign.period
    return CampaignAnswer(**words)


def _interval(interval: Period | None) -> IntervalAnswer:
    if interval is None:
        return IntervalAnswer()
    return IntervalAnswer(unit=interval.unit, count=interval.count, text=interval_text(interval))


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else timestamp(moment)


def _given(values: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {name: value for name, value in (values | more).items() if value is not None}
