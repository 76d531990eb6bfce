"""What the customer and time do.

Agreements are decided about, charges fall due and are taken.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

from vipps_nb.sandbox.apis.recurring import calendar, errors
from vipps_nb.sandbox.apis.recurring.events import agreement_happened, charge_happened
from vipps_nb.sandbox.apis.recurring.models import (
    AGREEMENT_MOVES,
    CHARGE_MOVES,
    MOST,
    Agreement,
    Agreements,
    Charge,
    Charges,
    explain_campaign,
    interval_text,
)
from vipps_nb.sandbox.apis.recurring.schemas import (
    DESCRIPTIONS,
    Actor,
    AgreementStatus,
    ChargeStatus,
    FailureReason,
    VariablePricing,
)
from vipps_nb.sandbox.customer.customer import PHONE_NUMBER, Wallet, subject
from vipps_nb.sandbox.customer.screen import Choice, PhoneScreen
from vipps_nb.sandbox.server.problems import InvalidRequest, NothingToDecide
from vipps_nb.sandbox.world.consents import Consent, Consents
from vipps_nb.sandbox.world.deeds import deed
from vipps_nb.sandbox.world.money import as_test_amount, money
from vipps_nb.sandbox.world.world import World

FAILING_AMOUNTS: dict[int, FailureReason] = {
    **dict.fromkeys((151, 182, 183, 184, 186, 187, 197, 202), "user_action_required"),
    201: "technical_error",
}
"""The special amounts of the test environment, whose reasons the Recurring API does not tell merchants apart."""


def schedule(world: World, agreement: Agreement, charge: Charge) -> None:
    """Let a recurring charge wait for its day.

    PENDING until 30 days before, DUE from then on.
    """
    visible = calendar.at(agreement.market, charge.due - calendar.VISIBLE_FOR)
    if world.clock.now() >= visible:
        fall_due(world, charge)
    else:
        world.clock.at(visible, _due.of(world, charge.msn, charge.id))
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
        world.clock.at(ready, _processed.of(world, charge.msn, charge.id))
    else:
        _finish(world, agreement, charge)


@deed("recurring.due", about=Charges, key=2)
def _due(world: World, msn: str, charge_id: str) -> None:
    fall_due(world, world.records(Charges).rows[msn, charge_id])


@deed("recurring.attempt", about=Charges, key=2)
def _attempt(world: World, msn: str, charge_id: str) -> None:
    charge = world.records(Charges).rows[msn, charge_id]
    process(world, world.records(Agreements).rows[charge.agreement_id], charge)


@deed("recurring.processed", about=Charges, key=2)
def _processed(world: World, msn: str, charge_id: str) -> None:
    charge = world.records(Charges).rows[msn, charge_id]
    _finish(world, world.records(Agreements).rows[charge.agreement_id], charge)


def release(world: World, agreement: Agreement, charge: Charge, key: str | None = None) -> None:
    """Let go of what is not captured.

    What was captured in part stays captured: the charge is CHARGED then.
    """
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
    world.clock.at(moment, _attempt.of(world, charge.msn, charge.id))
    return True


def _obstacle(world: World, agreement: Agreement, charge: Charge) -> FailureReason | None:
    """Why the amount cannot be taken just now, if so."""
    broken = world.records(Wallet).failure
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


def claim_id(order_id: str | None, msn: str, world: World) -> str:
    """The id of a new charge: the merchant's orderId if there is one.

    Raises:
        Conflict: The sales unit has used it.
    """
    if order_id is None:
        return f"chr-{world.ids.letters(7)}"
    if world.records(Charges).get(msn, order_id) is not None:
        raise errors.Conflict(f"This sales unit already has a charge {order_id}.")
    return order_id


def store_charge(world: World, agreement: Agreement, charge: Charge, key: str | None) -> None:
    """Make a charge one of an agreement."""
    world.records(Charges).store(charge)
    agreement.charges.append(charge)
    charge_happened(world, agreement, charge, "CREATE", charge.amount, key=key)


def phone_screen(world: World, agreement: Agreement) -> PhoneScreen:
    """An agreement as the customer sees it."""
    outcome = _outcome(agreement)
    return PhoneScreen(
        kind="agreement",
        name=("agreementId", agreement.id),
        msn=agreement.msn,
        merchant=world.unit(agreement.msn).name,
        price=_price(agreement),
        text=agreement.product_name,
        details=list(_terms(agreement)),
        legend="The most that may be taken",
        choices=_maxima(agreement) if outcome is None else [],
        standing=f"The agreement {agreement.id} is {agreement.status}",
        outcome=outcome,
        return_url=agreement.merchant_redirect_url,
        expires=agreement.expires,
        on_choose=partial(_choose, agreement),
        on_approve=partial(_approve, world, agreement),
        on_abort=partial(_abort, world, agreement),
        renew=partial(phone_screen, world, agreement),
    )


def _price(agreement: Agreement) -> str | None:
    """The price of an interval.

    A campaign's price takes its place, and a flexible price is none.
    """
    pricing = agreement.pricing
    if agreement.campaign is not None:
        return money(agreement.campaign.price, agreement.currency)
    if pricing.type == "LEGACY":
        return money(pricing.amount, agreement.currency)
    if pricing.type == "VARIABLE":
        return f"up to {money(agreement.max_amount or pricing.suggested_max_amount, agreement.currency)}"
    return None


def _terms(agreement: Agreement) -> Iterator[str]:
    if agreement.product_description:
        yield agreement.product_description
    yield f"{interval_text(agreement.interval).capitalize()}, until you or the shop stop it."
    if agreement.campaign is not None:
        yield explain_campaign(agreement)
    if agreement.pricing.type == "VARIABLE":
        yield f"The shop suggests at most {money(agreement.pricing.suggested_max_amount, agreement.currency)}."
    if (initial := agreement.initial_charge) is not None:
        verb = "pay" if initial.transaction_type == "DIRECT_CAPTURE" else "reserve"
        yield f"You {verb} now: {money(initial.amount, agreement.currency)} for {initial.description}."
    if agreement.scope:
        yield f"You share: {', '.join(agreement.scope.split())}."


def _outcome(agreement: Agreement) -> str | None:
    match agreement.status:
        case AgreementStatus.PENDING:
            return None
        case AgreementStatus.ACTIVE:
            return "You accepted this agreement."
        case AgreementStatus.EXPIRED:
            return "This agreement has expired."
        case AgreementStatus.STOPPED if agreement.started is None:
            return "You rejected this agreement."
    return "This agreement is stopped."


def _maxima(agreement: Agreement) -> list[Choice]:
    """The most that may be taken, with VARIABLE pricing.

    The shop's suggestion is chosen until another is.

    Which amounts the app offers beside the suggestion is not documented.
    """
    pricing = agreement.pricing
    if not isinstance(pricing, VariablePricing):
        return []
    suggested = pricing.suggested_max_amount
    chosen = agreement.max_amount or suggested
    amounts = dict.fromkeys((suggested, max(suggested // 2, 1), min(2 * suggested, MOST[pricing.currency]), chosen))
    return [Choice(str(amount), money(amount, pricing.currency), amount == chosen) for amount in amounts]


def _choose(agreement: Agreement, choice: str) -> None:
    agreement.max_amount = int(choice)


def _approve(world: World, agreement: Agreement) -> dict[str, Any]:
    """Accept. An initial charge that cannot be taken makes the agreement expire."""
    initial = agreement.initial_charge
    met = as_test_amount(initial.amount, agreement.currency, FAILING_AMOUNTS) if initial is not None else None
    reason = accept(world, agreement)
    return _report(agreement, approved=reason is None, reason=reason, testAmount=met)


def _abort(world: World, agreement: Agreement) -> dict[str, Any]:
    reject(world, agreement)
    return _report(agreement, aborted=True)


def _report(agreement: Agreement, **outcome: Any) -> dict[str, Any]:
    report = {"agreementId": agreement.id, "msn": agreement.msn, "status": str(agreement.status), **outcome}
    return {name: value for name, value in report.items() if value is not None}


@deed("recurring.screen", about=Agreements)
def on_phone(world: World, agreement_id: str) -> PhoneScreen:
    """An agreement on the phone, to be looked at later."""
    return phone_screen(world, world.records(Agreements).rows[agreement_id])


def find_on_phone(world: World, agreement_id: str) -> list[PhoneScreen]:
    """The agreement with this id, if there is one."""
    agreement = world.records(Agreements).get(agreement_id)
    return [] if agreement is None else [phone_screen(world, agreement)]


def accept(world: World, agreement: Agreement, phone_number: str | None = None) -> str | None:
    """The customer accepts; says why it came to nothing, if so.

    Only the DIRECT_CAPTURE initial charge is documented to make the agreement expire when it fails. One that cannot
    be reserved does the same here.
    """
    agreement.phone_number = phone_number or agreement.phone_number or PHONE_NUMBER
    if (initial := agreement.initial_charge) is not None:
        fall_due(world, initial)
        process(world, agreement, initial)
        if initial.failure is not None:
            _move(world, agreement, AgreementStatus.EXPIRED)
            agreement_happened(world, agreement, "EXPIRE", "USER")
            return f"the initial charge failed: {DESCRIPTIONS[initial.failure].lower()}"
    agreement.started = world.clock.now()
    if isinstance(agreement.pricing, VariablePricing) and agreement.max_amount is None:
        agreement.max_amount = agreement.pricing.suggested_max_amount
    if agreement.scope:
        agreement.sub = subject(world.seed, agreement.msn, agreement.phone_number)
        world.records(Consents).grant(
            Consent(
                sub=agreement.sub,
                msn=agreement.msn,
                phone_number=agreement.phone_number,
                scope=frozenset(agreement.scope.split()),
                granted=world.clock.now(),
            )
        )
    _move(world, agreement, AgreementStatus.ACTIVE)
    agreement_happened(world, agreement, "ACTIVATE", "USER")
    return None


def reject(world: World, agreement: Agreement) -> None:
    """The customer says no.

    That the status is STOPPED then, follows the guide's table of states.
    """
    _move(world, agreement, AgreementStatus.STOPPED)
    agreement_happened(world, agreement, "REJECT", "USER")
    _drop_charges(world, agreement, frozenset({ChargeStatus.PENDING}))


def expire(world: World, agreement: Agreement) -> None:
    """The customer's time is up, unless they have decided."""
    if agreement.status is AgreementStatus.PENDING:
        _move(world, agreement, AgreementStatus.EXPIRED)
        agreement_happened(world, agreement, "EXPIRE", "ADMIN")
        _drop_charges(world, agreement, frozenset({ChargeStatus.PENDING}))


@deed("recurring.expire", about=Agreements)
def time_is_up(world: World, agreement_id: str) -> None:
    """The customer's time is up, as a deed."""
    expire(world, world.records(Agreements).rows[agreement_id])


def stop(world: World, agreement: Agreement, actor: Actor, key: str | None = None) -> None:
    """It is over for good.

    Charges to come are cancelled; reserved ones too, unless the customer stopped it.
    """
    _move(world, agreement, AgreementStatus.STOPPED)
    agreement_happened(world, agreement, "STOP", actor)
    dropped = {ChargeStatus.PENDING, ChargeStatus.DUE}
    _drop_charges(world, agreement, frozenset(dropped if actor == "USER" else dropped | {ChargeStatus.RESERVED}), key)


def change_in_app(world: World, agreement: Agreement, *, max_amount: int | None, stopped: bool) -> None:
    """What the customer changes in the app.

    The most that may be taken, or everything ends.

    Raises:
        InvalidRequest: The agreement has no maximum, or cannot have this one.
        NothingToDecide: It is over already, or cannot be stopped before it was accepted.
    """
    if max_amount is not None:
        if not isinstance(agreement.pricing, VariablePricing) or not 0 < max_amount <= MOST[agreement.currency]:
            reason = f"Belongs to VARIABLE pricing; more than 0 and not more than {MOST[agreement.currency]}."
            raise InvalidRequest(fields=[("maxAmount", reason)])
        if agreement.status not in (AgreementStatus.PENDING, AgreementStatus.ACTIVE):
            raise NothingToDecide(f"The agreement {agreement.id} is {agreement.status}.")
        agreement.max_amount = max_amount
    if stopped:
        if agreement.status is not AgreementStatus.ACTIVE:
            raise NothingToDecide(f"The agreement {agreement.id} is {agreement.status}.")
        stop(world, agreement, "USER")


def _move(world: World, agreement: Agreement, status: AgreementStatus) -> None:
    agreement.status = AGREEMENT_MOVES.move(agreement.status, status)
    if status is AgreementStatus.STOPPED:
        agreement.stopped = world.clock.now()


def _drop_charges(
    world: World, agreement: Agreement, statuses: frozenset[ChargeStatus], key: str | None = None
) -> None:
    for charge in agreement.charges:
        if charge.status in statuses:
            release(world, agreement, charge, key)
