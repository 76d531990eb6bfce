"""What the customer and time do to a payment, and how it begins.

Source: ePayment API, force approve; Test environment, special amounts.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any, Literal

from vipps_nb.sandbox.apis.epayment import shipping
from vipps_nb.sandbox.apis.epayment.models import (
    CAPTURE_PERIOD,
    LATE_CAPTURE_PERIOD,
    MOVES,
    Event,
    Payment,
    Payments,
    event_answer,
)
from vipps_nb.sandbox.apis.epayment.schemas import CreatePaymentRequest, State
from vipps_nb.sandbox.apis.epayment.shipping import ask
from vipps_nb.sandbox.apis.epayment.validation import expiry
from vipps_nb.sandbox.customer.codes import CustomerCodes
from vipps_nb.sandbox.customer.customer import KARI, PHONE_NUMBER, subject
from vipps_nb.sandbox.customer.screen import PhoneScreen
from vipps_nb.sandbox.world.consents import Consent, Consents
from vipps_nb.sandbox.world.deeds import deed
from vipps_nb.sandbox.world.event_bus import DomainEvent, EventBus
from vipps_nb.sandbox.world.money import as_test_amount, money
from vipps_nb.sandbox.world.movements import Movement, Movements
from vipps_nb.sandbox.world.receipts import Receipts
from vipps_nb.sandbox.world.settings import Switches
from vipps_nb.sandbox.world.world import World

FAILING_AMOUNTS = {
    151: "not enough funds",
    182: "refused by the issuer",
    183: "suspicion of fraud",
    184: "over the withdrawal limit",
    186: "the card has expired",
    187: "the card is invalid",
    197: "3-D Secure was denied",
    202: "strong customer authentication is needed",
}
UNKNOWN_OUTCOME_AMOUNT = 201
TEST_AMOUNTS = {*FAILING_AMOUNTS, UNKNOWN_OUTCOME_AMOUNT}
UNKNOWN_FOR = timedelta(hours=1)
MOVEMENTS: dict[str, Literal["capture", "refund"]] = {"CAPTURED": "capture", "REFUNDED": "refund"}
OUTCOMES = {
    State.AUTHORIZED: "You approved this payment.",
    State.ABORTED: "You aborted this payment.",
    State.EXPIRED: "This payment has expired.",
    State.TERMINATED: "The merchant cancelled this payment.",
}
DEFAULT_QR_SIZE = 1024  # pixels


def phone_screen(world: World, payment: Payment) -> PhoneScreen:
    """A payment as the customer sees it, with the ways of delivery of Express."""
    scope = payment.order.profile.scope if payment.order.profile else None
    busy = payment.busy_until is not None and payment.state is State.CREATED
    return PhoneScreen(
        kind="payment",
        name=("reference", payment.reference),
        msn=payment.msn,
        merchant=world.unit(payment.msn).name,
        price=money(payment.value, payment.currency),
        text=payment.order.payment_description or payment.reference,
        details=_details(payment, scope),
        legend="Delivery, added to the amount",
        choices=shipping.choices(payment) if payment.state is State.CREATED else [],
        standing=f"The payment {payment.reference} is {payment.state}",
        outcome="Your bank has not answered yet." if busy else OUTCOMES.get(payment.state),
        return_url=payment.order.return_url,
        expires=payment.expires,
        on_choose=partial(_choose, payment),
        on_approve=partial(_approve, world, payment),
        on_abort=partial(_abort, world, payment),
        renew=partial(phone_screen, world, payment),
    )


def _details(payment: Payment, scope: str | None) -> list[str]:
    met = as_test_amount(payment.value, payment.currency, TEST_AMOUNTS)
    said = f"{met}: {FAILING_AMOUNTS.get(payment.value, 'the outcome is unknown for one hour')}." if met else ""
    shared = f"You share: {', '.join(scope.split())}." if scope else ""
    return [line for line in (shared, said) if line]


def _choose(payment: Payment, choice: str) -> None:
    payment.shipping_choice = choice


def _approve(world: World, payment: Payment) -> dict[str, Any]:
    """Approve with the first card; the special amounts of the test environment apply."""
    met = as_test_amount(payment.value, payment.currency, TEST_AMOUNTS)
    reason = attempt(world, payment)
    return _report(payment, approved=payment.state is State.AUTHORIZED, reason=reason, testAmount=met)


def _abort(world: World, payment: Payment) -> dict[str, Any]:
    move(world, payment, State.ABORTED)
    return _report(payment, aborted=True)


def _report(payment: Payment, **outcome: Any) -> dict[str, Any]:
    report = {"reference": payment.reference, "msn": payment.msn, "state": str(payment.state), **outcome}
    return {name: value for name, value in report.items() if value is not None}


@deed("epayment.screen", about=Payments, key=2)
def _on_phone(world: World, msn: str, reference: str) -> PhoneScreen:
    return phone_screen(world, world.records(Payments).rows[msn, reference])


def find_on_phone(world: World, reference: str) -> list[PhoneScreen]:
    """The payments with this reference; every sales unit may have one."""
    return [phone_screen(world, payment) for payment in world.records(Payments).namesakes(reference)]


def attempt(world: World, payment: Payment) -> str | None:
    """Try to reserve the amount on the customer's card.

    Says why it did not work, if so.

    A failed attempt leaves the payment open and an unsuccessful AUTHORIZED event behind: that the customer may try
    another card follows the app; the event is an assumption.
    """
    age = payment.order.minimum_user_age
    if age is not None and age > KARI.age(world.clock.now()):
        return "the customer is younger than minimumUserAge"
    if (obstacle := shipping.obstacle(payment)) is not None:
        return obstacle
    if payment.value in FAILING_AMOUNTS:
        record(world, payment, "AUTHORIZED", payment.value, success=False)
        return FAILING_AMOUNTS[payment.value]
    if payment.value == UNKNOWN_OUTCOME_AMOUNT:
        payment.busy_until = world.clock.now() + UNKNOWN_FOR
        world.clock.at(payment.busy_until, _bank_answers.of(world, payment.msn, payment.reference))
        return "the outcome is unknown for one hour"
    authorize(world, payment)
    return None


def authorize(world: World, payment: Payment) -> None:
    """Reserve the amount. With Express the price of the chosen shipping is added."""
    payment.shipping = shipping.selected(payment)
    if payment.shipping is not None:
        payment.value += payment.shipping.amount.value
    payment.busy_until = None
    payment.authorized = payment.value
    payment.authorized_at = world.clock.now()
    payment.phone_number = _phone_number(world, payment)
    if payment.order.profile is not None and payment.order.profile.scope:
        payment.sub = subject(world.seed, payment.msn, payment.phone_number)
        world.records(Consents).grant(
            Consent(
                sub=payment.sub,
                msn=payment.msn,
                phone_number=payment.phone_number,
                scope=frozenset(payment.order.profile.scope.split()),
                granted=world.clock.now(),
            )
        )
    move(world, payment, State.AUTHORIZED)


def _phone_number(world: World, payment: Payment) -> str:
    customer, codes = payment.order.customer, world.records(CustomerCodes)
    if customer is None:
        return PHONE_NUMBER
    shown = codes.shown(customer.personal_qr or "")
    # A token may have grown old since; it still names who was asked.
    came = codes.owner(customer.customer_token or "", payment.msn, payment.created)
    code = shown or came
    return customer.phone_number or (code.phone_number if code else PHONE_NUMBER)


def expire(world: World, payment: Payment) -> None:
    """The customer's time is up, unless they or their bank are past that point."""
    if payment.state is State.CREATED and payment.busy_until is None:
        move(world, payment, State.EXPIRED)


@deed("epayment.expire", about=Payments, key=2)
def _time_is_up(world: World, msn: str, reference: str) -> None:
    expire(world, world.records(Payments).rows[msn, reference])


@deed("epayment.authorize", about=Payments, key=2)
def _bank_answers(world: World, msn: str, reference: str) -> None:
    authorize(world, world.records(Payments).rows[msn, reference])


def move(world: World, payment: Payment, state: State, *, key: str | None = None) -> None:
    """Change the state; each state is announced by an event of its name."""
    payment.state = MOVES.move(payment.state, state)
    record(world, payment, state, payment.value, key=key)


def record(
    world: World,
    payment: Payment,
    name: str,
    value: int,
    *,
    success: bool = True,
    key: str | None = None,
    psp_reference: str | None = None,
) -> None:
    """Write a line into the event log and announce it.

    Every event has a pspReference of its own.
    """
    psp_reference = psp_reference or world.ids.digits(11)
    event = Event(str(name), value, psp_reference, world.clock.now(), success, key)
    payment.events.append(event)
    if success and name in MOVEMENTS:
        world.records(Movements).add(
            Movement(
                msn=payment.msn,
                kind=MOVEMENTS[name],
                value=value,
                currency=payment.currency,
                reference=payment.reference,
                psp_reference=psp_reference,
                moment=event.moment,
                phone_number=payment.phone_number,
                message=payment.order.payment_description,
            )
        )
    world.records(EventBus).publish(
        DomainEvent(
            event=f"epayments.payment.{name.lower()}.v1",
            msn=payment.msn,
            subject=payment.reference,
            payload={"msn": payment.msn} | event_answer(payment, event).to_json(),
            moment=event.moment,
        )
    )


def capture_period(switches: Switches) -> timedelta:
    """How long a reservation can be captured (ePayment API, capture).

    180 days in NO, 14 in DK and FI.
    """
    return LATE_CAPTURE_PERIOD if switches.late_capture_allowed else CAPTURE_PERIOD[switches.market]


def start(
    world: World, msn: str, order: CreatePaymentRequest, *, key: str | None = None, value: int | None = None
) -> Payment:
    """Store a new payment and show it on the customer's phone.

    Whether it may be is for the caller to check. ``value`` is what the customer pays, if not what the order says.
    """
    token = world.ids.urlsafe(24)
    payment = Payment(
        msn=msn,
        psp_reference=world.ids.digits(11),
        order=order,
        value=order.amount.value if value is None else value,
        created=world.clock.now(),
        expires=expiry(order, world.clock.now()),
        token=token,
        redirect_url=_redirect_url(order, f"{world.base_url}/landing", token),
    )
    world.records(Payments).store(payment)
    if order.receipt is not None:
        world.records(Receipts).put(msn, "ecom", order.reference, order.receipt.as_sent())
    record(world, payment, "CREATED", payment.value, key=key, psp_reference=payment.psp_reference)
    world.phone.show(token, _on_phone.of(world, msn, payment.reference))
    world.clock.at(payment.expires, _time_is_up.of(world, msn, payment.reference))
    if order.shipping is not None and order.shipping.dynamic_options is not None:
        ask(world, payment, order.shipping.dynamic_options)
    return payment


def _redirect_url(order: CreatePaymentRequest, phone: str, token: str) -> str | None:
    """Where the customer goes, or the picture of it.

    A push message reaches the phone by itself.
    """
    if order.user_flow == "PUSH_MESSAGE":
        return None
    image = order.qr_format
    if order.user_flow != "QR" or (image is not None and image.format == "TEXT/TARGETURL"):
        return f"{phone}?token={token}"
    if image is not None and image.format == "IMAGE/PNG":
        return f"{phone}/qr.png?token={token}&size={image.size or DEFAULT_QR_SIZE}"
    return f"{phone}/qr.svg?token={token}"
