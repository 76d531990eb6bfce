"""What the customer and time do to an eCom payment.

Source: eCom API guide; Test environment, special amounts.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any, Literal

from vipps_nb.sandbox.apis.legacy.ecom.callbacks import ask_for_shipping, tell_consent_removed, tell_outcome
from vipps_nb.sandbox.apis.legacy.ecom.models import CURRENCY, MOVES, Entry, Payment, Payments, msisdn, ore
from vipps_nb.sandbox.apis.legacy.ecom.schemas import ShippingAnswer, State
from vipps_nb.sandbox.customer.customer import subject
from vipps_nb.sandbox.customer.screen import Choice, PhoneScreen
from vipps_nb.sandbox.server.merchants_answers import MerchantsAnswer
from vipps_nb.sandbox.server.problems import NothingToDecide
from vipps_nb.sandbox.webhook_delivery.outbox import Reply
from vipps_nb.sandbox.world.consents import Consent, Consents
from vipps_nb.sandbox.world.deeds import deed
from vipps_nb.sandbox.world.money import as_test_amount, money
from vipps_nb.sandbox.world.movements import Movement, Movements
from vipps_nb.sandbox.world.world import World

FAILING_AMOUNTS = {
    151: ("41", "not enough funds"),
    182: ("42", "refused by the issuer"),
    183: ("42", "suspicion of fraud"),
    184: ("43", "over the withdrawal limit"),
    186: ("44", "the card has expired"),
    187: ("41", "the card is invalid"),
    197: ("45", "3-D Secure was denied"),
    202: ("45", "strong customer authentication is needed"),
}
"""Amounts of the test environment; which code belongs to which is an assumption."""
UNKNOWN_OUTCOME_AMOUNT = 201
TEST_AMOUNTS = {*FAILING_AMOUNTS, UNKNOWN_OUTCOME_AMOUNT}
UNKNOWN_FOR = timedelta(hours=1)
MOVEMENTS: dict[State, Literal["capture", "refund"]] = {
    State.SALE: "capture",
    State.CAPTURE: "capture",
    State.REFUND: "refund",
}
OUTCOMES = {
    State.REGISTER: "Your bank has not answered yet.",
    State.CANCEL: "You cancelled this payment.",
    State.VOID: "The merchant cancelled this payment.",
    State.FAILED: "Your bank refused this payment.",
    State.REJECTED: "This payment has expired.",
}
ANSWER: MerchantsAnswer[ShippingAnswer] = MerchantsAnswer(ShippingAnswer)


def phone_screen(world: World, payment: Payment) -> PhoneScreen:
    """An eCom payment as the customer sees it.

    Afterwards they go to ``fallBack``, whether it went well or not.
    """
    transaction = payment.order.transaction
    return PhoneScreen(
        kind="payment",
        name=("reference", payment.order_id),
        msn=payment.msn,
        merchant=world.unit(payment.msn).name,
        price=money(payment.value, CURRENCY),
        text=transaction.transaction_text,
        details=_shared(payment),
        legend="Delivery, added to the amount",
        choices=_deliveries(payment),
        standing=f"The payment {payment.order_id} is {payment.state}",
        outcome=_outcome(payment),
        return_url=payment.order.merchant_info.fall_back,
        expires=payment.expires,
        on_choose=partial(_choose, payment),
        on_approve=partial(_approve, world, payment),
        on_abort=partial(_abort, world, payment),
        on_withdraw=partial(_withdraw, world, payment),
        renew=partial(phone_screen, world, payment),
    )


def _outcome(payment: Payment) -> str | None:
    if payment.state is State.INITIATE:
        return None
    return OUTCOMES.get(payment.state, "You approved this payment.")


def _shared(payment: Payment) -> Sequence[str]:
    """What the customer shares by approving."""
    if payment.is_express:
        return ["You share: name, email, phone number, address."]
    scope = payment.order.transaction.scope
    return [f"You share: {', '.join(scope.split())}."] if scope else []


def _deliveries(payment: Payment) -> list[Choice]:
    """With Express, the ways of delivery."""
    if payment.state is not State.INITIATE:
        return []
    return [
        Choice(
            one.shipping_method_id,
            f"{one.shipping_method} · {one.shipping_cost:.2f} {CURRENCY}",
            one is payment.selected,
        )
        for one in sorted(payment.methods, key=lambda one: one.priority or 0)
    ]


def _choose(payment: Payment, choice: str) -> None:
    payment.choice = choice


def _approve(world: World, payment: Payment) -> dict[str, Any]:
    """Approve with the first card; the special amounts of the test environment apply.

    With Express and no shipping methods that is impossible; the merchant is asked once more.
    """
    if payment.is_express and not payment.methods:
        ask(world, payment)
        return _report(payment, approved=False, reason="no shipping methods found")
    met = as_test_amount(payment.value, CURRENCY, TEST_AMOUNTS)
    reason = attempt(world, payment)
    return _report(payment, approved=payment.reserved > 0, reason=reason, testAmount=met)


def _abort(world: World, payment: Payment) -> dict[str, Any]:
    move(world, payment, State.CANCEL, payment.value)
    tell_outcome(world, payment)
    return _report(payment, aborted=True)


def _withdraw(world: World, payment: Payment) -> dict[str, Any]:
    """Take back what was shared with Express; the merchant is told to forget it."""
    if not payment.is_express or not payment.reserved or payment.consent_removed:
        raise NothingToDecide(f"Nothing is shared with the payment {payment.order_id}.")
    payment.consent_removed = True
    tell_consent_removed(world, payment)
    return _report(payment, withdrawn=True)


def _report(payment: Payment, **outcome: Any) -> dict[str, Any]:
    report = {"reference": payment.order_id, "msn": payment.msn, "state": str(payment.state), **outcome}
    return {name: value for name, value in report.items() if value is not None}


@deed("ecom.screen", about=Payments, key=2)
def on_phone(world: World, msn: str, order_id: str) -> PhoneScreen:
    """A payment on the phone, to be looked at later."""
    return phone_screen(world, world.records(Payments).rows[msn, order_id])


@deed("ecom.expire", about=Payments, key=2)
def time_is_up(world: World, msn: str, order_id: str) -> None:
    """The customer's time is up, as a deed."""
    expire(world, world.records(Payments).rows[msn, order_id])


@deed("ecom.approve", about=Payments, key=2)
def _bank_answers(world: World, msn: str, order_id: str) -> None:
    approve(world, world.records(Payments).rows[msn, order_id])


def find_on_phone(world: World, reference: str) -> list[PhoneScreen]:
    """The eCom payments with this orderId, which is what a reference was called then."""
    return [phone_screen(world, payment) for payment in world.records(Payments).namesakes(reference)]


def ask(world: World, payment: Payment) -> None:
    """Ask the merchant for shipping methods, for the customer to choose from.

    A useless answer is no answer.
    """
    ask_for_shipping(world, payment, _answered.of(world, payment.msn, payment.order_id))


@deed("ecom.shipping", about=Payments, key=2, more=1)
def _answered(world: World, msn: str, order_id: str, reply: Reply) -> None:
    if not reply.accepted:
        return
    payment = world.records(Payments).rows[msn, order_id]
    with contextlib.suppress(ValueError):
        answer = ANSWER.read(reply.body, world.settings)
        if answer.order_id == payment.order_id:
            payment.methods = answer.shipping_details


def attempt(world: World, payment: Payment) -> str | None:
    """Try to reserve the amount on the customer's card.

    Says why it did not work, if so.
    """
    value = payment.value
    if value in FAILING_AMOUNTS:
        code, reason = FAILING_AMOUNTS[value]
        payment.state = MOVES.move(payment.state, State.FAILED)
        log(world, payment, State.RESERVE, value, success=False)
        error = {"errorGroup": "Payment", "errorCode": code, "errorMessage": reason.capitalize()}
        tell_outcome(world, payment, error)
        return reason
    if value == UNKNOWN_OUTCOME_AMOUNT:
        payment.state = MOVES.move(payment.state, State.REGISTER)
        world.clock.at(world.clock.now() + UNKNOWN_FOR, _bank_answers.of(world, payment.msn, payment.order_id))
        return "the outcome is unknown for one hour"
    approve(world, payment)
    return None


def approve(world: World, payment: Payment) -> None:
    """Reserve the amount, or take it at once where the sales unit has direct capture."""
    payment.shipping = payment.selected
    if payment.shipping is not None:
        payment.value += ore(payment.shipping.shipping_cost)
    payment.reserved = payment.value
    payment.reserved_at = world.clock.now()
    payment.mobile_number = payment.mobile_number or msisdn(payment)[2:]
    _share(world, payment)
    if world.switches[payment.msn].capture_type == "DirectCapture":
        payment.captured = payment.value
        payment.last_captured_at = world.clock.now()
        move(world, payment, State.SALE, payment.value)
    else:
        move(world, payment, State.RESERVE, payment.value)
    tell_outcome(world, payment)


def expire(world: World, payment: Payment) -> None:
    """The customer's time is up, unless they or their bank are past that point."""
    if payment.state is State.INITIATE:
        payment.state = MOVES.move(payment.state, State.REJECTED)
        log(world, payment, State.CANCEL, payment.value)
        tell_outcome(world, payment)


def move(
    world: World,
    payment: Payment,
    state: State,
    value: int,
    *,
    request_id: str | None = None,
    text: str | None = None,
) -> None:
    """Change the state, write it into the history, and account for money that moved."""
    payment.state = MOVES.move(payment.state, state)
    entry = log(world, payment, state, value, request_id=request_id, text=text)
    if state in MOVEMENTS:
        world.records(Movements).add(
            Movement(
                msn=payment.msn,
                kind=MOVEMENTS[state],
                value=value,
                currency=CURRENCY,
                reference=payment.order_id,
                psp_reference=entry.transaction_id,
                moment=entry.moment,
                phone_number=msisdn(payment),
                message=entry.text,
            )
        )


def log(
    world: World,
    payment: Payment,
    operation: State,
    value: int,
    *,
    success: bool = True,
    request_id: str | None = None,
    text: str | None = None,
) -> Entry:
    """Write a line into the history."""
    entry = Entry(
        operation=operation,
        value=value,
        moment=world.clock.now(),
        transaction_id=world.ids.digits(10),
        text=payment.order.transaction.transaction_text if text is None else text,
        success=success,
        request_id=request_id,
    )
    payment.history.append(entry)
    return entry


def _share(world: World, payment: Payment) -> None:
    scope = payment.order.transaction.scope
    if not scope:
        return
    payment.sub = subject(world.seed, payment.msn, msisdn(payment))
    world.records(Consents).grant(
        Consent(
            sub=payment.sub,
            msn=payment.msn,
            phone_number=msisdn(payment),
            scope=frozenset(scope.split()),
            granted=world.clock.now(),
        )
    )
