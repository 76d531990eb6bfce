"""What time does to charges: they fall due, are tried in the market's hours, tried again, and taken or given up."""

from __future__ import annotations

from datetime import timedelta

from vipps_nb.sandbox.apis.recurring import calendar
from vipps_nb.sandbox.apis.recurring.agreement import Agreement
from vipps_nb.sandbox.apis.recurring.bodies import VariablePricing
from vipps_nb.sandbox.apis.recurring.charge import Charge, FailureReason
from vipps_nb.sandbox.apis.recurring.events import charge_happened
from vipps_nb.sandbox.apis.recurring.states import CHARGE_MOVES, AgreementStatus, ChargeStatus
from vipps_nb.sandbox.customer.customer import Wallet
from vipps_nb.sandbox.world.world import World

FAILING_AMOUNTS: dict[int, FailureReason] = {
    **dict.fromkeys((151, 182, 183, 184, 186, 187, 197, 202), "user_action_required"),
    201: "technical_error",
}
"""The special amounts of the test environment, whose reasons the Recurring API does not tell merchants apart."""
DESCRIPTIONS: dict[FailureReason, str] = {
    "user_action_required": "User action required",
    "charge_amount_too_high": "Charge amount too high",
    "non_technical_error": "Non technical error",
    "technical_error": "Technical error",
}


def schedule(world: World, agreement: Agreement, charge: Charge) -> None:
    """Let a recurring charge wait for its day: PENDING until 30 days before, DUE from then on."""
    visible = calendar.at(agreement.market, charge.due - calendar.VISIBLE_FOR)
    if world.clock.now() >= visible:
        fall_due(world, charge)
    else:
        world.clock.at(visible, lambda: fall_due(world, charge))
    _try_at_next_hour(world, agreement, charge)


def fall_due(world: World, charge: Charge) -> None:
    """The customer sees it now, and it has a transaction."""
    if charge.status is ChargeStatus.PENDING:
        move(charge, ChargeStatus.DUE)
        charge.transaction_id = world.ids.digits(10)


def process(world: World, agreement: Agreement, charge: Charge) -> None:
    """Try to take or reserve the amount; a setting says how long that takes."""
    if charge.status is not ChargeStatus.DUE:
        return
    move(charge, ChargeStatus.PROCESSING)
    seconds = world.settings.charge_processing_seconds
    if seconds and charge.type != "INITIAL":
        ready = world.clock.now() + timedelta(seconds=seconds)
        world.clock.at(ready, lambda: _finish(world, agreement, charge))
    else:
        _finish(world, agreement, charge)


def release(world: World, agreement: Agreement, charge: Charge, key: str | None = None) -> None:
    """Let go of what is not captured. What was captured in part stays captured: the charge is CHARGED then."""
    amount = charge.uncaptured
    charge.cancelled += amount
    move(charge, ChargeStatus.CHARGED if charge.captured else ChargeStatus.CANCELLED)
    charge_happened(world, agreement, charge, "CANCEL", amount, key=key)


def move(charge: Charge, status: ChargeStatus) -> None:
    """Change the status."""
    charge.status = CHARGE_MOVES.move(charge.status, status)


def _finish(world: World, agreement: Agreement, charge: Charge) -> None:
    if agreement.status is AgreementStatus.STOPPED:
        release(world, agreement, charge)  # stopped while the charge was being processed
        return
    failure = _obstacle(world, agreement, charge)
    if failure is None:
        _take(world, agreement, charge)
    elif charge.type != "RECURRING" or charge.single_attempt or not _try_again(world, agreement, charge):
        charge.failure = failure
        move(charge, ChargeStatus.FAILED)
        charge_happened(world, agreement, charge, "FAIL", charge.amount)


def _try_again(world: World, agreement: Agreement, charge: Charge) -> bool:
    if not _try_at_next_hour(world, agreement, charge):
        return False
    move(charge, ChargeStatus.DUE)
    return True


def _try_at_next_hour(world: World, agreement: Agreement, charge: Charge) -> bool:
    moment = calendar.next_attempt(agreement.market, charge.due, charge.retry_days, world.clock.now())
    if moment is None:
        return False
    world.clock.at(moment, lambda: process(world, agreement, charge))
    return True


def _obstacle(world: World, agreement: Agreement, charge: Charge) -> FailureReason | None:
    """Why the amount cannot be taken just now, if so."""
    broken = world.room(Wallet).failure
    if broken is not None:
        return broken
    variable = charge.type != "INITIAL" and isinstance(agreement.pricing, VariablePricing)
    if variable and agreement.max_amount is not None and charge.amount > agreement.max_amount:
        return "charge_amount_too_high"
    return FAILING_AMOUNTS.get(charge.amount)


def _take(world: World, agreement: Agreement, charge: Charge) -> None:
    if charge.transaction_type == "RESERVE_CAPTURE":
        charge.reserved_at = world.clock.now()
        move(charge, ChargeStatus.RESERVED)
        charge_happened(world, agreement, charge, "RESERVE", charge.amount)
        return
    charge.captured = charge.amount
    charge.last_captured_at = world.clock.now()
    move(charge, ChargeStatus.CHARGED)
    charge_happened(world, agreement, charge, "CAPTURE", charge.amount)
