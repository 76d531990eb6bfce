"""What the customer and time do to an eCom payment.

Source: eCom API guide; Test environment, special amounts.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from vipps_nb.sandbox.apis.legacy.ecom.callbacks import ask_for_shipping, tell_consent_removed, tell_outcome
from vipps_nb.sandbox.apis.legacy.ecom.models import CURRENCY, MOVES, Entry, Payment, Payments, msisdn, ore
from vipps_nb.sandbox.apis.legacy.ecom.schemas import ShippingAnswer, State
from vipps_nb.sandbox.customer.customer import Choice, subject
from vipps_nb.sandbox.server.merchants_answers import MerchantsAnswer
from vipps_nb.sandbox.server.problems import NothingToDecide
from vipps_nb.sandbox.webhook_delivery.outbox import Reply
from vipps_nb.sandbox.world.consents import Consent, Consents
from vipps_nb.sandbox.world.money import money
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


@dataclass(frozen=True, slots=True)
class PaymentOnPhone:
    """An eCom payment as the customer sees it."""

    world: World
    payment: Payment

    @property
    def msn(self) -> str:
        """The sales unit that asks."""
        return self.payment.msn

    @property
    def merchant(self) -> str:
        """Its name."""
        return self.world.unit(self.payment.msn).name

    @property
    def price(self) -> str:
        """The amount as money."""
        return money(self.payment.value, CURRENCY)

    @property
    def text(self) -> str:
        """What it is for."""
        return self.payment.order.transaction.transaction_text

    @property
    def details(self) -> Sequence[str]:
        """What the customer shares by approving."""
        if self.payment.is_express:
            return ["You share: name, email, phone number, address."]
        scope = self.payment.order.transaction.scope
        return [f"You share: {', '.join(scope.split())}."] if scope else []

    @property
    def legend(self) -> str:
        """What the choice is about."""
        return "Delivery, added to the amount"

    @property
    def choices(self) -> list[Choice]:
        """With Express, the ways of delivery."""
        payment = self.payment
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

    def choose(self, choice: str) -> None:
        """Have the goods sent that way."""
        self.payment.choice = choice

    @property
    def kind(self) -> str:
        """What it is."""
        return "payment"

    @property
    def name(self) -> tuple[str, str]:
        """How the desk knows it."""
        return "reference", self.payment.order_id

    @property
    def outcome(self) -> str | None:
        """How it ended; None while it is open."""
        if self.payment.state is State.INITIATE:
            return None
        return OUTCOMES.get(self.payment.state, "You approved this payment.")

    @property
    def return_url(self) -> str | None:
        """Back to the shop, whether it went well or not: ``fallBack``."""
        return self.payment.order.merchant_info.fall_back

    @property
    def expires(self) -> datetime:
        """When the customer's time is up."""
        return self.payment.expires

    def approve(self) -> dict[str, Any]:
        """Approve with the first card; the special amounts of the test environment apply.

        With Express and no shipping methods that is impossible; the merchant is asked once more.
        """
        self._check_open()
        payment = self.payment
        if payment.is_express and not payment.methods:
            ask(self.world, payment)
            return self._report(approved=False, reason="no shipping methods found")
        reason = attempt(self.world, payment)
        return self._report(approved=payment.reserved > 0, reason=reason)

    def abort(self) -> dict[str, Any]:
        """Say no."""
        self._check_open()
        move(self.world, self.payment, State.CANCEL, self.payment.value)
        tell_outcome(self.world, self.payment)
        return self._report(aborted=True)

    def withdraw(self) -> dict[str, Any]:
        """Take back what was shared with Express; the merchant is told to forget it."""
        payment = self.payment
        if not payment.is_express or not payment.reserved or payment.consent_removed:
            raise NothingToDecide(f"Nothing is shared with the payment {payment.order_id}.")
        payment.consent_removed = True
        tell_consent_removed(self.world, payment)
        return self._report(withdrawn=True)

    def _check_open(self) -> None:
        if self.outcome is not None:
            raise NothingToDecide(f"The payment {self.payment.order_id} is {self.payment.state}: {self.outcome}")

    def _report(self, **outcome: Any) -> dict[str, Any]:
        payment = self.payment
        report = {"reference": payment.order_id, "msn": payment.msn, "state": str(payment.state), **outcome}
        return {name: value for name, value in report.items() if value is not None}


def find_on_phone(world: World, reference: str) -> list[PaymentOnPhone]:
    """The eCom payments with this orderId, which is what a reference was called then."""
    return [PaymentOnPhone(world, payment) for payment in world.room(Payments).namesakes(reference)]


def ask(world: World, payment: Payment) -> None:
    """Ask the merchant for shipping methods, for the customer to choose from. A useless answer is no answer."""

    def answered(reply: Reply) -> None:
        if not reply.accepted:
            return
        with contextlib.suppress(ValueError):
            answer = ANSWER.read(reply.body, world.settings)
            if answer.order_id == payment.order_id:
                payment.methods = answer.shipping_details

    ask_for_shipping(world, payment, answered)


def attempt(world: World, payment: Payment) -> str | None:
    """Try to reserve the amount on the customer's card; says why it did not work, if so."""
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
        world.clock.at(world.clock.now() + UNKNOWN_FOR, lambda: approve(world, payment))
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
    """The customer's time is up, unless they have decided or their bank is still thinking."""
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
        world.room(Movements).add(
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
    world.room(Consents).grant(
        Consent(
            sub=payment.sub,
            msn=payment.msn,
            phone_number=msisdn(payment),
            scope=frozenset(scope.split()),
            granted=world.clock.now(),
        )
    )
