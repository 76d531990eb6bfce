"""What happened to an agreement or a charge.

Written into its history, announced, and added to the movements.
"""

from __future__ import annotations

from typing import Any, Literal

from vipps_nb.sandbox.apis.recurring.models import Agreement, AgreementEvent, Charge, ChargeEvent
from vipps_nb.sandbox.apis.recurring.schemas import Actor, AgreementEventName, ChargeEventName, CreateChargeAsync
from vipps_nb.sandbox.world.clock import timestamp
from vipps_nb.sandbox.world.event_bus import DomainEvent, EventBus
from vipps_nb.sandbox.world.movements import Movement, Movements
from vipps_nb.sandbox.world.world import World

AGREEMENT_EVENTS = {
    "ACTIVATE": "recurring.agreement-activated.v1",
    "REJECT": "recurring.agreement-rejected.v1",
    "STOP": "recurring.agreement-stopped.v1",
    "EXPIRE": "recurring.agreement-expired.v1",
}
CHARGE_EVENTS = {
    "RESERVE": "recurring.charge-reserved.v1",
    "CAPTURE": "recurring.charge-captured.v1",
    "CANCEL": "recurring.charge-canceled.v1",
    "REFUND": "recurring.charge-refunded.v1",
    "FAIL": "recurring.charge-failed.v1",
}
CREATION_FAILED = "recurring.charge-creation-failed.v1"
MOVEMENTS: dict[ChargeEventName, Literal["capture", "refund"]] = {"CAPTURE": "capture", "REFUND": "refund"}
MONEY_MOVES = frozenset({"RESERVE", "CAPTURE", "REFUND", "CANCEL"})
"""What has a ``transactionId`` of its own (Recurring API changelog, December 2025)."""


def agreement_happened(world: World, agreement: Agreement, name: AgreementEventName, actor: Actor) -> None:
    """Write a line into an agreement's history and announce it."""
    event = AgreementEvent(name, actor, world.clock.now())
    agreement.history.append(event)
    if name in AGREEMENT_EVENTS:
        payload = {
            "agreementId": agreement.id,
            "agreementUUID": agreement.uuid,
            "agreementExternalId": agreement.external_id,
            "eventType": AGREEMENT_EVENTS[name],
            "occurred": timestamp(event.moment),
            "actor": actor,
            "msn": agreement.msn,
        }
        _announce(world, AGREEMENT_EVENTS[name], agreement.msn, agreement.id, payload)


def charge_happened(
    world: World, agreement: Agreement, charge: Charge, name: ChargeEventName, amount: int, *, key: str | None = None
) -> None:
    """Write a line into a charge's history, announce it, and book what it moved.

    Args:
        world: Where it happened.
        agreement: The charge's agreement.
        charge: As it is now, after the event.
        name: Of the event.
        amount: What the event was about, in minor units.
        key: The merchant's idempotency key; the platform's own deeds get one of its making.
    """
    transaction_id = world.ids.digits(10) if name in MONEY_MOVES else None
    event = ChargeEvent(
        name=name,
        amount=amount,
        key=key or f"{charge.id}-{agreement.id}-ProcessPayment",
        transaction_id=transaction_id,
        moment=world.clock.now(),
        success=name != "FAIL",
    )
    charge.history.append(event)
    if name in MOVEMENTS:
        world.records(Movements).add(
            Movement(
                msn=charge.msn,
                kind=MOVEMENTS[name],
                value=amount,
                currency=charge.currency,
                reference=charge.id,
                psp_reference=transaction_id or "",
                moment=event.moment,
                phone_number=agreement.phone_number,
                message=f"{agreement.product_name} - {charge.description}",
            )
        )
    if name in CHARGE_EVENTS:
        payload = {
            "agreementId": agreement.id,
            "chargeId": charge.id,
            "chargeExternalId": charge.external_id,
            "transactionId": transaction_id,
            "amount": charge.amount,
            "chargeType": charge.type,
            "amountCaptured": charge.captured,
            "amountCanceled": charge.cancelled,
            "amountRefunded": charge.refunded,
            "failureCode": charge.failure,
            "failureReason": charge.failure,
            "currency": charge.currency,
            "occurred": timestamp(event.moment),
            "eventType": CHARGE_EVENTS[name],
            "msn": charge.msn,
        }
        _announce(world, CHARGE_EVENTS[name], charge.msn, charge.id, payload)


def creation_failed(world: World, msn: str, order: CreateChargeAsync, code: str | None, reason: str) -> None:
    """Announce that a charge of a batch came to nothing after all."""
    payload = {
        "agreementId": order.agreement_id,
        "chargeId": order.order_id,
        "chargeExternalId": order.external_id,
        "transactionId": None,
        "amount": order.amount,
        "chargeType": "RECURRING",
        "amountCaptured": 0,
        "amountCanceled": 0,
        "amountRefunded": 0,
        "failureCode": code,
        "failureReason": reason,
        "currency": world.switches[msn].currency,
        "occurred": timestamp(world.clock.now()),
        "eventType": CREATION_FAILED,
        "msn": msn,
    }
    _announce(world, CREATION_FAILED, msn, order.order_id, payload)


def _announce(world: World, event: str, msn: str, subject: str, payload: dict[str, Any]) -> None:
    world.records(EventBus).publish(
        DomainEvent(event=event, msn=msn, subject=subject, payload=payload, moment=world.clock.now())
    )
