"""Agreements and charges: their records, their moves, and how the API shows them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Literal

from dateutil.relativedelta import relativedelta

from vipps_nb.sandbox.apis.recurring.schemas import (
    DESCRIPTIONS,
    Actor,
    AgreementAnswer,
    AgreementEventAnswer,
    AgreementEventName,
    AgreementStatus,
    Campaign,
    CampaignAnswer,
    ChargeAnswer,
    ChargeEventAnswer,
    ChargeEventName,
    ChargeStatus,
    ChargeType,
    EventCampaign,
    FailureReason,
    IntervalAnswer,
    LegacyPricing,
    Period,
    PeriodCampaign,
    PriceCampaign,
    Pricing,
    PricingAnswer,
    Summary,
    TransactionType,
    VariablePricing,
)
from vipps_nb.sandbox.server.problems import InvalidRequest
from vipps_nb.sandbox.world.clock import Moment, timestamp
from vipps_nb.sandbox.world.money import money
from vipps_nb.sandbox.world.state_machine import StateMachine
from vipps_nb.sandbox.world.tables import KeptAs, Table

_A = AgreementStatus
AGREEMENT_MOVES = StateMachine(
    {
        _A.PENDING: frozenset({_A.ACTIVE, _A.STOPPED, _A.EXPIRED}),
        _A.ACTIVE: frozenset({_A.STOPPED}),
    }
)
_C = ChargeStatus
CHARGE_MOVES = StateMachine(
    {
        _C.PENDING: frozenset({_C.DUE, _C.CANCELLED}),
        _C.DUE: frozenset({_C.PROCESSING, _C.CANCELLED}),
        _C.PROCESSING: frozenset({_C.DUE, _C.RESERVED, _C.CHARGED, _C.FAILED, _C.CANCELLED}),
        _C.RESERVED: frozenset({_C.PARTIALLY_CAPTURED, _C.CHARGED, _C.CANCELLED}),
        _C.PARTIALLY_CAPTURED: frozenset(
            {_C.PARTIALLY_CAPTURED, _C.CHARGED, _C.PARTIALLY_REFUNDED, _C.REFUNDED},
        ),
        _C.CHARGED: frozenset({_C.PARTIALLY_REFUNDED, _C.REFUNDED}),
        _C.PARTIALLY_REFUNDED: frozenset({_C.PARTIALLY_REFUNDED, _C.REFUNDED}),
    }
)
CANCELLABLE = frozenset({_C.PENDING, _C.DUE, _C.RESERVED, _C.PARTIALLY_CAPTURED})
CAPTURABLE = frozenset({_C.RESERVED, _C.PARTIALLY_CAPTURED})
REFUNDABLE = frozenset({_C.CHARGED, _C.PARTIALLY_CAPTURED, _C.PARTIALLY_REFUNDED})
TIME_TO_ACCEPT = timedelta(minutes=10)
MOST = {"NOK": 2_000_000, "DKK": 30_000_000, "EUR": 200_000}
"""The highest amounts (2026 text): 20 000.00 NOK, 300 000.00 DKK, 2 000.00 EUR."""
TIMES_THE_PRICE = 5


@dataclass(frozen=True, slots=True)
class ChargeEvent:
    """One line of a charge's history."""

    name: ChargeEventName
    amount: int
    key: str
    transaction_id: str | None
    moment: Moment
    success: bool = True


@dataclass(slots=True, kw_only=True, eq=False)
class Charge:
    """One charge. Amounts are integers in minor units of the agreement's currency.

    Attributes:
        due: A day in the market's time zone.
        single_attempt: Whether it is tried once and never again.
        failure: Why it failed.
    """

    msn: str
    agreement_id: str
    id: str
    external_id: str | None
    type: ChargeType
    transaction_type: TransactionType
    amount: int
    currency: str
    description: str
    due: date
    retry_days: int
    single_attempt: bool
    status: ChargeStatus = ChargeStatus.PENDING
    transaction_id: str | None = None
    captured: int = 0
    refunded: int = 0
    cancelled: int = 0
    reserved_at: Moment | None = None
    last_captured_at: Moment | None = None
    failure: FailureReason | None = None
    history: list[ChargeEvent] = field(default_factory=list)

    @property
    def uncaptured(self) -> int:
        """What is not taken and not let go."""
        return self.amount - self.captured - self.cancelled

    @property
    def refundable(self) -> int:
        """What was taken and not given back."""
        return self.captured - self.refunded

    @property
    def counts(self) -> bool:
        """Whether it uses up what may be taken in its interval.

        There is no limit on initial charges.
        """
        return self.type != "INITIAL" and self.status not in (ChargeStatus.CANCELLED, ChargeStatus.FAILED)


class Charges:
    """All charges of one world, by MSN and id."""

    def __init__(self) -> None:
        self.rows: Table[tuple[str, str], Charge] = Table()

    def __len__(self) -> int:
        return len(self.rows)

    def store(self, charge: Charge) -> None:
        """Keep a new charge."""
        self.rows[charge.msn, charge.id] = charge

    def get(self, msn: str, charge_id: str) -> Charge | None:
        """The charge of a sales unit with this id."""
        return self.rows.get((msn, charge_id))


def _find_charge(world: Any, key: Any) -> Charge | None:
    found: Charge | None = world.records(Charges).get(*key)
    return found


@dataclass(frozen=True, slots=True)
class AgreementEvent:
    """One line of an agreement's history.

    The names of its events are not documented; these follow the charges'.
    """

    name: AgreementEventName
    actor: Actor
    moment: Moment


@dataclass(slots=True, kw_only=True, eq=False)
class Agreement:
    """One agreement.

    What a merchant may update is a field of its own; amounts are integers in minor units.

    Attributes:
        token: Opens the agreement on the customer's phone.
        confirmation_url: Leads there; None when the landing page is skipped.
        max_amount: With VARIABLE pricing, what the customer picked; before they accept, what they will pick.
    """

    msn: str
    id: str
    uuid: str
    token: str
    confirmation_url: str | None
    market: Literal["NO", "DK", "FI"]
    created: Moment
    product_name: str
    product_description: str | None
    pricing: Pricing
    interval: Period | None
    campaign: Campaign | None
    scope: str | None
    merchant_redirect_url: str
    merchant_agreement_url: str | None
    external_id: str | None
    phone_number: str | None
    status: AgreementStatus = AgreementStatus.PENDING
    started: Moment | None = None
    stopped: Moment | None = None
    max_amount: int | None = None
    sub: str | None = None
    charges: list[Annotated[Charge, KeptAs(lambda one: (one.msn, one.id), _find_charge)]] = field(default_factory=list)
    history: list[AgreementEvent] = field(default_factory=list)

    @property
    def expires(self) -> datetime:
        """When the customer's time to accept is up."""
        return self.created + TIME_TO_ACCEPT

    @property
    def currency(self) -> str:
        """ISO 4217."""
        return self.pricing.currency

    @property
    def ceiling(self) -> int:
        """What charges may add up to in one interval.

        Source: Recurring API guide, amount limits.
        """
        if isinstance(self.pricing, LegacyPricing):
            return min(TIMES_THE_PRICE * self.pricing.amount, MOST[self.currency])
        if isinstance(self.pricing, VariablePricing):
            return max(self.pricing.suggested_max_amount, self.max_amount or 0)
        return MOST[self.currency]

    @property
    def initial_charge(self) -> Charge | None:
        """The charge that goes with accepting, if there is one."""
        return next((charge for charge in self.charges if charge.type == "INITIAL"), None)


class Agreements:
    """All agreements of one world; ids are unique among all sales units."""

    def __init__(self) -> None:
        self.rows: Table[str, Agreement] = Table()
        self._of: dict[str, list[Agreement]] = {}

    def __len__(self) -> int:
        return len(self.rows)

    def store(self, agreement: Agreement) -> None:
        """Keep a new agreement."""
        self.rows[agreement.id] = agreement
        self._of.setdefault(agreement.msn, []).append(agreement)

    def get(self, agreement_id: str) -> Agreement | None:
        """The agreement with this id, whoever's it is."""
        return self.rows.get(agreement_id)

    def of(self, msn: str) -> list[Agreement]:
        """Those of one sales unit, oldest first."""
        return self._of.get(msn, [])


@dataclass(frozen=True, slots=True)
class Bookmark:
    """Where the next page of charges begins."""

    agreement_id: str
    status: ChargeStatus | None
    skip: int
    expires: Moment


class Bookmarks(Table[str, Bookmark]):
    """Those of one world, by the Continuation-Token that was handed out."""


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
    """A period starts when the customer accepts.

    Until then it is counted from the draft.
    """
    campaign = agreement.campaign
    if isinstance(campaign, PriceCampaign | EventCampaign):
        return campaign_end(campaign)
    assert isinstance(campaign, PeriodCampaign)  # noqa: S101 - whoever asks has seen that there is a campaign
    return after(agreement.started or agreement.created, campaign.period)


def after(moment: datetime, period: Period) -> datetime:
    """The moment a period later; the 31st of a month without one is its last day."""
    match period.unit:
        case "DAY":
            return moment + relativedelta(days=period.count)
        case "WEEK":
            return moment + relativedelta(weeks=period.count)
        case "MONTH":
            return moment + relativedelta(months=period.count)
        case "YEAR":
            return moment + relativedelta(years=period.count)


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
