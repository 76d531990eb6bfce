"""What the customer and time do to a transaction.

And how the card token reaches the provider.

Source: PSP API guide.
"""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from pydantic import ValidationError

from vipps_nb.sandbox.apis.legacy.psp.models import CURRENCY, MOVES, Line, Transaction, Transactions
from vipps_nb.sandbox.apis.legacy.psp.schemas import ErrorMessage, MakePaymentResponse, PaymentInfo, State
from vipps_nb.sandbox.customer.screen import PhoneScreen
from vipps_nb.sandbox.webhook_delivery.outbox import OutgoingRequest, Reply, forget
from vipps_nb.sandbox.world.deeds import deed
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


def phone_screen(world: World, transaction: Transaction) -> PhoneScreen:
    """A provider's payment as the customer sees it.

    Afterwards they go back to the provider's page.
    """
    order, outcome = transaction.order, _outcome(transaction)
    return PhoneScreen(
        kind="payment",
        name=("reference", order.merchant_order_id),
        msn=transaction.msn,
        merchant=world.unit(transaction.msn).name,
        price=money(order.amount, CURRENCY),
        text=transaction.text,
        details=[transaction.remark] if transaction.remark and outcome is None else [],
        standing=f"The payment {order.merchant_order_id} is {transaction.state}",
        outcome=outcome,
        return_url=order.psp_redirect_url,
        expires=transaction.expires,
        on_approve=partial(_approve, world, transaction),
        on_abort=partial(_abort, world, transaction),
        renew=partial(phone_screen, world, transaction),
    )


def _outcome(transaction: Transaction) -> str | None:
    if transaction.asking:
        return "The payment service provider is working on it."
    if transaction.state is State.FAILED:
        return f"This payment has failed: {transaction.remark}"
    return OUTCOMES.get(transaction.state)


def _approve(world: World, transaction: Transaction) -> dict[str, Any]:
    """Approve: the card's token goes to the provider, whose answer decides."""
    transaction.asking = True
    hand_over(world, transaction, "ACCEPTED")
    return _report(transaction, approved=False, reason="the provider has been sent the card token")


def _abort(world: World, transaction: Transaction) -> dict[str, Any]:
    """Say no; the provider is told."""
    close(world, transaction, State.CANCELLED)
    return _report(transaction, aborted=True)


def _report(transaction: Transaction, **outcome: Any) -> dict[str, Any]:
    report = {"reference": transaction.order.merchant_order_id, "msn": transaction.msn}
    return {**report, "state": str(transaction.state), **outcome}


@deed("psp.screen", about=Transactions)
def on_phone(world: World, transaction_id: str) -> PhoneScreen:
    """A transaction on the phone, to be looked at later."""
    return phone_screen(world, world.records(Transactions).rows[transaction_id])


@deed("psp.expire", about=Transactions)
def time_is_up(world: World, transaction_id: str) -> None:
    """The customer's time is up, as a deed."""
    expire(world, world.records(Transactions).rows[transaction_id])


def find_on_phone(world: World, reference: str) -> list[PhoneScreen]:
    """The providers' payments with this merchantOrderId."""
    return [phone_screen(world, one) for one in world.records(Transactions).namesakes(reference)]


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
    outgoing = OutgoingRequest(
        url=order.make_payment_url,
        body=json.dumps(content).encode(),
        headers=headers,
        on_reply=_answered.of(world, order.psp_transaction_id) if accepted else forget,
        about=f"PSP makePayment {payment_state}",
        time_limit=TIME_TO_PAY,
    )
    world.outbox.post(outgoing)


@deed("psp.answered", about=Transactions, more=1)
def _answered(world: World, transaction_id: str, reply: Reply) -> None:
    """Take in what the provider made of the card token."""
    transaction = world.records(Transactions).rows[transaction_id]
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
