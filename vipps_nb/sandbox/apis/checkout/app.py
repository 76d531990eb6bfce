"""What the customer and time do to a session, from its start to its end.

Source: Checkout API guide.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from vipps_nb.sandbox.apis.checkout.callbacks import ask_for_delivery, tell_end
from vipps_nb.sandbox.apis.checkout.errors import ReferenceTaken
from vipps_nb.sandbox.apis.checkout.logistics import label
from vipps_nb.sandbox.apis.checkout.models import (
    MOVES,
    SCOPE,
    Session,
    Sessions,
    Version,
    country,
    phone_number,
    shares,
)
from vipps_nb.sandbox.apis.checkout.schemas import (
    EventCampaign,
    PaymentOrder,
    PaymentTransaction,
    PriceCampaign,
    SessionOrder,
    State,
    Subscription,
    SubscriptionOrder,
)
from vipps_nb.sandbox.apis.checkout.validation import check, moment, reference_of
from vipps_nb.sandbox.apis.epayment import schemas as epayment
from vipps_nb.sandbox.apis.epayment.app import phone_screen as payment_screen
from vipps_nb.sandbox.apis.epayment.app import start as start_payment
from vipps_nb.sandbox.apis.epayment.models import Payments
from vipps_nb.sandbox.apis.epayment.schemas import State as PaymentState
from vipps_nb.sandbox.apis.recurring import schemas as recurring
from vipps_nb.sandbox.apis.recurring.app import accept, reject
from vipps_nb.sandbox.apis.recurring.events import agreement_happened
from vipps_nb.sandbox.apis.recurring.models import Agreement, Agreements
from vipps_nb.sandbox.apis.recurring.schemas import AgreementStatus
from vipps_nb.sandbox.customer.screen import Choice, PhoneScreen
from vipps_nb.sandbox.world.clock import timestamp
from vipps_nb.sandbox.world.deeds import deed
from vipps_nb.sandbox.world.event_bus import DomainEvent, EventBus
from vipps_nb.sandbox.world.money import money
from vipps_nb.sandbox.world.receipts import Receipts
from vipps_nb.sandbox.world.world import World

OUTCOMES = {
    State.EXPIRED: "This checkout has expired.",
    State.SUCCESSFUL: "You agreed.",
    State.TERMINATED: "You said no.",
}
NO_DELIVERY = "the shop offers no delivery"


def phone_screen(world: World, session: Session) -> PhoneScreen:
    """A session as the customer sees it.

    Once they pay, its payment decides what it costs and how it ends.
    """
    order, paid = session.order, _payment_screen(world, session)
    chosen = session.delivery
    return PhoneScreen(
        kind="checkout",
        name=("reference", session.reference),
        msn=session.msn,
        merchant=world.unit(session.msn).name,
        price=_price(order) if paid is None else paid.price,
        text=_text(order),
        details=_details(order),
        legend="Delivery, added to the amount",
        choices=[Choice(option.id, label(option), option is chosen) for option in session.options]
        if session.state is State.CREATED
        else [],
        standing=f"The session {session.reference} is {session.state}",
        outcome=_outcome(world, session) if paid is None else paid.outcome,
        return_url=order.merchant_info.return_url,
        expires=session.expires if paid is None else paid.expires,
        on_choose=partial(_choose, session),
        on_approve=partial(_approve, world, session),
        on_abort=partial(_abort, world, session),
        renew=partial(phone_screen, world, session),
    )


def _payment_screen(world: World, session: Session) -> PhoneScreen | None:
    return None if session.payment is None else payment_screen(world, session.payment)


def _price(order: SessionOrder) -> str:
    """What the goods cost, without their delivery."""
    if isinstance(order, PaymentOrder):
        return str(order.transaction.amount)
    return str(order.transaction.amount if order.transaction else order.subscription.amount)


def _text(order: SessionOrder) -> str:
    """What it is for."""
    if isinstance(order, SubscriptionOrder):
        return order.subscription.product_name
    return order.transaction.payment_description


def _details(order: SessionOrder) -> list[str]:
    """What else there is to know.

    The goods, the agreement, what is shared, what is consented to.
    """
    config = order.configuration
    lines = []
    if config is not None and config.show_order_summary and order.transaction and order.transaction.order_summary:
        currency = order.transaction.amount.currency
        lines += [f"{line.name}: {money(line.total_amount, currency)}" for line in _order_lines(order.transaction)]
    if isinstance(order, SubscriptionOrder):
        every = order.subscription.interval
        lines.append(f"You agree to pay {order.subscription.amount} every {every.count} {every.unit.lower()}.")
    if config is not None and config.require_user_info:
        lines.append(f"You share: {SCOPE}.")
    if config is not None and config.custom_consent is not None:
        lines.append(f"You consent: {config.custom_consent.text}")
    return lines


def _outcome(world: World, session: Session) -> str | None:
    if session.state is State.CREATED and _is_taken(world, session):
        return "The shop has used the reference of this checkout for another payment."
    return OUTCOMES.get(session.state)


def _choose(session: Session, choice: str) -> None:
    """Have the goods sent that way."""
    session.chosen = choice


def _approve(world: World, session: Session) -> dict[str, Any]:
    """Fill in the form, choose the delivery, and approve in the app."""
    payment = _payment_screen(world, session)
    if payment is None:
        obstacle = _obstacle(session)
        if obstacle is not None:
            return _report(session, {"approved": False, "reason": obstacle})
        payment = pay(world, session)
    if payment is not None:
        return _report(session, payment.approve())
    end(world, session, State.SUCCESSFUL)
    return _report(session, {"approved": True})


def _abort(world: World, session: Session) -> dict[str, Any]:
    """Fill in the form, and say no in the app."""
    payment = _payment_screen(world, session) or pay(world, session)
    if payment is not None:
        return _report(session, payment.abort())
    end(world, session, State.TERMINATED)
    return _report(session, {"aborted": True})


def _obstacle(session: Session) -> str | None:
    """Why the customer cannot go on, if so."""
    if session.needs_delivery and session.delivery is None:
        return NO_DELIVERY
    config = session.order.configuration
    if config is not None and config.countries is not None:
        supported, home = config.countries.supported, country(session)
        if home not in supported:
            return f"the customer lives in {home}, which the shop does not support"
    return None


def _report(session: Session, found: dict[str, Any]) -> dict[str, Any]:
    return {"reference": session.reference, "msn": session.msn, "sessionState": str(session.state), **found}


@deed("checkout.screen", about=Sessions, key=2)
def _on_phone(world: World, msn: str, reference: str) -> PhoneScreen:
    return phone_screen(world, world.records(Sessions).rows[msn, reference])


@deed("checkout.expire", about=Sessions, key=2)
def _time_is_up(world: World, msn: str, reference: str) -> None:
    expire(world, world.records(Sessions).rows[msn, reference])


def find_on_phone(world: World, reference: str) -> list[PhoneScreen]:
    """The sessions with this reference that have no payment.

    From then on their payment is found, by ePayment's page.

    So whoever says "approve" by reference always means one thing of a sales unit, and is never asked which.
    """
    sessions = world.records(Sessions).namesakes(reference)
    return [
        phone_screen(world, session)
        for session in sessions
        if session.payment is None and not _is_taken(world, session)
    ]


def pay(world: World, session: Session) -> PhoneScreen | None:
    """The customer has filled in the form and goes on to their app.

    The app is asked for the money, or for the agreement alone.
    """
    session.state = MOVES.move(session.state, State.INITIATED)
    if isinstance(session.order, SubscriptionOrder):
        session.agreement = propose(world, session, session.order.subscription)
    if session.transaction is None:
        return None
    value = session.transaction.amount.value + (session.delivery.amount.value if session.delivery else 0)
    session.payment = start_payment(world, session.msn, _payment_order(session, session.transaction), value=value)
    if session.transaction.order_summary is not None:
        summary = session.transaction.order_summary.to_json()
        receipt = {"orderLines": summary["orderLines"], "bottomLine": summary["orderBottomLine"]}
        world.records(Receipts).put(session.msn, "ecom", session.reference, receipt)
    return payment_screen(world, session.payment)


def end(world: World, session: Session, state: State) -> None:
    """A session has ended, and its merchant is told.

    What it lets them read, its payment or agreement has seen to.
    """
    session.state = MOVES.move(session.state, state)
    if session.agreement is not None:
        decide(world, session.agreement, state is State.SUCCESSFUL)
    tell_end(world, session)


def expire(world: World, session: Session) -> None:
    """The customer's time is up, unless they are paying.

    Then it is their payment's time that counts.
    """
    if session.state is State.CREATED:
        end(world, session, State.EXPIRED)


def follow_payments(world: World) -> None:
    """Have sessions hear, from now on, how their payments end."""
    world.records(EventBus).subscribe_once(_hear.of(world))


@deed("checkout.hear", more=1)
def _hear(world: World, domain_event: DomainEvent) -> None:
    session = world.records(Sessions).get(domain_event.msn, domain_event.subject)
    if session is None or session.payment is None or session.state is not State.INITIATED:
        return
    payment = session.payment
    if payment.state is PaymentState.AUTHORIZED:
        end(world, session, State.SUCCESSFUL)
    elif payment.state is not PaymentState.CREATED:
        end(world, session, State.TERMINATED)


def _is_taken(world: World, session: Session) -> bool:
    """Whether the merchant has used the reference for a payment of their own."""
    payment = world.records(Payments).get(session.msn, session.reference)
    return payment is not None and payment is not session.payment


def _payment_order(session: Session, transaction: PaymentTransaction) -> epayment.CreatePaymentRequest:
    """What ePayment is asked for.

    Validated already, as far as ePayment's own rules apply to Checkout.
    """
    config = session.order.configuration
    return epayment.CreatePaymentRequest.model_construct(
        amount=epayment.Amount.model_construct(currency=transaction.amount.currency, value=transaction.amount.value),
        payment_method=epayment.PaymentMethod(type="WALLET"),
        reference=session.reference,
        user_flow=(config and config.user_flow) or "WEB_REDIRECT",
        customer=epayment.Customer(phone_number=phone_number(session)),
        customer_interaction=(config and config.customer_interaction) or "CUSTOMER_NOT_PRESENT",
        profile=epayment.ProfileRequest(scope=SCOPE) if shares(session) else None,
        return_url=session.order.merchant_info.return_url,
        payment_description=transaction.payment_description,
    )


def _order_lines(transaction: PaymentTransaction) -> list[Any]:
    return transaction.order_summary.order_lines if transaction.order_summary else []


def start(
    world: World,
    msn: str,
    order: SessionOrder,
    *,
    callback_url: str,
    version: Version,
) -> Session:
    """Store a new session and show it on the customer's phone.

    Its end is told at ``callback_url``, in the words of this version.

    Raises:
        Refusal: The order breaks a term, or its reference is taken.
    """
    check(order, world.switches[msn])
    reference, sessions = reference_of(order), world.records(Sessions)
    if sessions.get(msn, reference) is not None or world.records(Payments).get(msn, reference) is not None:
        raise ReferenceTaken(f"This sales unit already has a session or a payment {reference}.")
    session = Session(
        msn=msn,
        reference=reference,
        session_id=world.ids.letters(22),
        token=world.ids.urlsafe(24),
        order=order,
        callback_url=callback_url,
        version=version,
        created=world.clock.now(),
    )
    sessions.store(session)
    follow_payments(world)
    world.phone.show(session.token, _on_phone.of(world, msn, reference))
    world.clock.at(session.expires, _time_is_up.of(world, msn, reference))
    logistics = order.logistics if isinstance(order, PaymentOrder) else None
    if logistics is not None and logistics.dynamic_options_callback is not None:
        ask_for_delivery(world, session, logistics.dynamic_options_callback)
    return session


def propose(world: World, session: Session, order: Subscription) -> Agreement:
    """Store the agreement with Recurring's; the customer is deciding about it."""
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
    world.records(Agreements).store(agreement)
    agreement_happened(world, agreement, "CREATE", "MERCHANT")
    return agreement


def decide(world: World, agreement: Agreement, accepted: bool) -> None:
    """The session has ended, and with it the question.

    Unless the agreement was decided about in another way.
    """
    if agreement.status is not AgreementStatus.PENDING:
        return
    if accepted:
        accept(world, agreement, agreement.phone_number)
    else:
        reject(world, agreement)


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
