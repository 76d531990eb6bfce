"""What the customer and time do to a transaction, and how the card token reaches the provider.

Source: PSP API guide.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from vipps_nb.sandbox.apis.legacy.psp.models import CURRENCY, MOVES, Line, Transaction, Transactions
from vipps_nb.sandbox.apis.legacy.psp.schemas import ErrorMessage, MakePaymentResponse, PaymentInfo, State
from vipps_nb.sandbox.server.problems import NothingToDecide
from vipps_nb.sandbox.webhook_delivery.outbox import Letter, Reply
from vipps_nb.sandbox.world.money import money
from vipps_nb.sandbox.world.world import World

TIME_TO_PAY = 15.0  # seconds (PSP API guide; 20 in later text)
VISA, MASTERCARD = "VISA", "MASTERCARD"
BIN = {VISA: "492556", MASTERCARD: "520474"}
FIRST_DIGIT = {VISA: "4", MASTERCARD: "5"}
ECI = {VISA: "07", MASTERCARD: "06"}
MASTERCARD_AMOUNTS = (2200, 4300)
LATE_EXPIRY_AMOUNT = 3200
STATES_OF_THE_CALL = {State.CANCELLED: "USER_CANCEL", State.EXPIRED: "TIMEOUT"}
OUTCOMES = {
    State.APPROVED: "You approved this payment.",
    State.CANCELLED: "You cancelled this payment.",
    State.EXPIRED: "This payment has expired.",
}


@dataclass(frozen=True, slots=True)
class TransactionOnPhone:
    """A provider's payment as the customer sees it."""

    world: World
    transaction: Transaction

    @property
    def msn(self) -> str:
        """The sales unit that asks."""
        return self.transaction.msn

    @property
    def merchant(self) -> str:
        """Its name."""
        return self.world.unit(self.transaction.msn).name

    @property
    def price(self) -> str:
        """The amount as money."""
        value = self.transaction.order.amount
        return money(value, CURRENCY)

    @property
    def text(self) -> str:
        """What it is for."""
        return self.transaction.text

    @property
    def details(self) -> Sequence[str]:
        """What the provider said."""
        return [self.transaction.remark] if self.transaction.remark and self.outcome is None else []

    @property
    def kind(self) -> str:
        """What it is."""
        return "payment"

    @property
    def name(self) -> tuple[str, str]:
        """How the desk knows it."""
        return "reference", self.transaction.order.merchant_order_id

    @property
    def outcome(self) -> str | None:
        """How it ended; None while it is open."""
        if self.transaction.asking:
            return "The payment service provider is working on it."
        if self.transaction.state is State.FAILED:
            return f"This payment has failed: {self.transaction.remark}"
        return OUTCOMES.get(self.transaction.state)

    @property
    def return_url(self) -> str | None:
        """Back to the provider's page."""
        return self.transaction.order.psp_redirect_url

    @property
    def expires(self) -> datetime:
        """When the customer's time is up."""
        return self.transaction.expires

    def approve(self) -> dict[str, Any]:
        """Approve: the card's token goes to the provider, whose answer decides."""
        self._check_open()
        self.transaction.asking = True
        hand_over(self.world, self.transaction, "ACCEPTED")
        return self._report(approved=False, reason="the provider has been sent the card token")

    def abort(self) -> dict[str, Any]:
        """Say no; the provider is told."""
        self._check_open()
        close(self.world, self.transaction, State.CANCELLED)
        return self._report(aborted=True)

    def _check_open(self) -> None:
        if self.outcome is not None:
            order_id = self.transaction.order.merchant_order_id
            raise NothingToDecide(f"The payment {order_id} is {self.transaction.state}: {self.outcome}")

    def _report(self, **outcome: Any) -> dict[str, Any]:
        transaction = self.transaction
        report = {"reference": transaction.order.merchant_order_id, "msn": transaction.msn}
        return {**report, "state": str(transaction.state), **outcome}


def find_on_phone(world: World, reference: str) -> list[TransactionOnPhone]:
    """The providers' payments with this merchantOrderId."""
    return [TransactionOnPhone(world, one) for one in world.room(Transactions).namesakes(reference)]


def hand_over(world: World, transaction: Transaction, payment_state: str) -> None:
    """Call ``makePaymentUrl``; with a card only if the customer has chosen one."""
    order = transaction.order
    content: dict[str, Any] = {
        "pspTransactionId": order.psp_transaction_id,
        "merchantSerialNumber": transaction.msn,
        "paymentState": payment_state,
        "paymentInstrument": "TOKEN",
        "operations": [
            {
                "operation": f"3ds{name}",
                "url": f"{world.base_url}/landing?token={transaction.token}&responsecode={code}",
            }
            for name, code in (("success", "OK"), ("cancel", "CANCEL"), ("failure", "FAILURE"))
        ],
    }
    accepted = payment_state == "ACCEPTED"
    if accepted:
        content |= _card(world, order.amount)
    headers = {"Content-Type": "application/json;charset=UTF-8"}
    if order.make_payment_token is not None:
        headers["Authorization"] = order.make_payment_token
    letter = Letter(
        url=order.make_payment_url,
        body=json.dumps(content).encode(),
        headers=headers,
        on_reply=lambda reply: answered(world, transaction, reply) if accepted else None,
        about=f"PSP makePayment {payment_state}",
        time_limit=TIME_TO_PAY,
    )
    world.outbox.post(letter)


def answered(world: World, transaction: Transaction, reply: Reply) -> None:
    """Take in what the provider made of the card token."""
    if not transaction.asking or transaction.state is not State.INITIATED:
        return
    transaction.asking = False
    answer = _read(reply)
    info = answer.payment_info or PaymentInfo(status="FAIL")
    if info.status == "OK":
        _end(world, transaction, State.APPROVED)
    elif info.status == "SOFT_DECLINE" and not transaction.declined_softly:
        transaction.declined_softly = True
        transaction.remark = f"Your bank wants to be sure that it is you: {info.url_3d_secure or 'approve once more'}"
        if world.clock.now() >= transaction.expires:
            expire(world, transaction)
    else:
        said = answer.error_message
        transaction.remark = said.error_text if said and said.error_text else "The provider gave no reason."
        _end(world, transaction, State.FAILED)


def expire(world: World, transaction: Transaction) -> None:
    """The customer's time is up, unless they have decided."""
    if transaction.state is State.INITIATED and not transaction.asking:
        close(world, transaction, State.EXPIRED)


def close(world: World, transaction: Transaction, state: State) -> None:
    """It ends without a card; the provider is told why."""
    transaction.state = MOVES.move(transaction.state, state)
    hand_over(world, transaction, STATES_OF_THE_CALL[state])


def _end(world: World, transaction: Transaction, state: State) -> None:
    transaction.state = MOVES.move(transaction.state, state)
    value, success = transaction.order.amount, state is State.APPROVED
    if success:
        transaction.reserved = value
    transaction.history.append(Line("RESERVED", value, world.clock.now(), transaction.text, success))


def _read(reply: Reply) -> MakePaymentResponse:
    if reply.accepted:
        try:
            return MakePaymentResponse.model_validate_json(reply.body)
        except ValidationError:
            reply = Reply(status=reply.status, reason="the answer cannot be read")
    reason = reply.reason or f"the answer was {reply.status}"
    return MakePaymentResponse(error_message=ErrorMessage(error_text=f"Nothing came of the provider: {reason}."))


def _card(world: World, amount: int) -> dict[str, Any]:
    kind = MASTERCARD if amount in MASTERCARD_AMOUNTS else VISA
    return {
        "binNumber": BIN[kind],
        "networkToken": {
            "number": FIRST_DIGIT[kind] + world.ids.digits(15),
            "cryptogram": world.ids.base64(12),
            "expiryMonth": "03",
            "expiryYear": "2049" if amount == LATE_EXPIRY_AMOUNT else "2030",
            "tokenType": kind,
            "eci": ECI[kind],
        },
    }
