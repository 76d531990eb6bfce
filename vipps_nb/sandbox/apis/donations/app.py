"""What donors do in the app, and what the calendar does with their agreements."""

from __future__ import annotations

from datetime import datetime

from dateutil.relativedelta import relativedelta

from vipps_nb.sandbox.apis.donations.models import Agreement, Donation, Donations
from vipps_nb.sandbox.customer.customer import PHONE_NUMBER
from vipps_nb.sandbox.world.clock import timestamp
from vipps_nb.sandbox.world.deeds import deed
from vipps_nb.sandbox.world.event_bus import DomainEvent, EventBus
from vipps_nb.sandbox.world.movements import Movement, Movements
from vipps_nb.sandbox.world.organisations import donation_handle
from vipps_nb.sandbox.world.world import World

HOUR = 6  # of the withdrawal day, UTC


def give(
    world: World,
    msn: str,
    value: int,
    *,
    reference: str | None = None,
    message: str | None = None,
    agreement: Agreement | None = None,
) -> Donation:
    """Somebody gives."""
    switches = world.switches[msn]
    psp_reference = world.ids.digits(11)
    gift = Donation(
        msn=msn,
        handle=agreement.handle if agreement else donation_handle(msn, switches.market),
        value=value,
        currency=agreement.currency if agreement else switches.currency,
        psp_reference=psp_reference,
        transaction_reference=psp_reference,
        moment=world.clock.now(),
        reference=reference,
        message=message,
        agreement_id=agreement.agreement_id if agreement else None,
    )
    world.records(Donations).given.append(gift)
    world.records(Movements).add(
        Movement(
            msn=msn,
            kind="capture",
            value=value,
            currency=gift.currency,
            reference=gift.transaction_reference,
            psp_reference=psp_reference,
            moment=gift.moment,
            phone_number=PHONE_NUMBER,
            message=message,
            handle=gift.handle,
        )
    )
    return gift


def start(world: World, msn: str, value: int, withdrawal_day: int, *, reference: str | None = None) -> Agreement:
    """Somebody agrees to give every month."""
    switches = world.switches[msn]
    agreement = Agreement(
        agreement_id=world.ids.guid(),
        msn=msn,
        handle=donation_handle(msn, switches.market),
        value=value,
        currency=switches.currency,
        withdrawal_day=withdrawal_day,
        started=world.clock.now(),
        reference=reference,
    )
    world.records(Donations).store(agreement)
    _announce(world, agreement, "started")
    _schedule(world, agreement)
    return agreement


def change(world: World, agreement: Agreement, *, value: int | None, withdrawal_day: int | None) -> None:
    """The donor gives another amount, or on another day.

    What stays the same is not announced.
    """
    if value is not None and value != agreement.value:
        agreement.value = value
        _announce(world, agreement, "amount-changed")
    if withdrawal_day is not None and withdrawal_day != agreement.withdrawal_day:
        agreement.withdrawal_day = withdrawal_day
        agreement.edition += 1
        _announce(world, agreement, "withdrawal-day-changed")
        _schedule(world, agreement)


def stop(world: World, agreement: Agreement) -> None:
    """The donor or the merchant ends it; a second time changes nothing."""
    if agreement.stopped is None:
        agreement.stopped = world.clock.now()
        _announce(world, agreement, "stopped")


def _schedule(world: World, agreement: Agreement) -> None:
    due = _next_withdrawal(world.clock.now(), agreement.withdrawal_day)
    world.clock.at(due, _withdraw.of(world, agreement.agreement_id, agreement.edition))


@deed("donations.withdraw", about=Donations)
def _withdraw(world: World, agreement_id: str, edition: int) -> None:
    agreement = world.records(Donations).rows[agreement_id]
    if agreement.stopped is None and agreement.edition == edition:
        give(world, agreement.msn, agreement.value, reference=agreement.reference, agreement=agreement)
        _schedule(world, agreement)


def _next_withdrawal(now: datetime, day: int) -> datetime:
    due = now.replace(day=day, hour=HOUR, minute=0, second=0, microsecond=0)
    return due if due > now else due + relativedelta(months=1)


def _announce(world: World, agreement: Agreement, what: str) -> None:
    now = world.clock.now()
    world.records(EventBus).publish(
        DomainEvent(
            event=f"donations.agreement.{what}.v1",
            msn=agreement.msn,
            subject=agreement.agreement_id,
            payload={"agreementId": agreement.agreement_id, "msn": agreement.msn, "timestamp": timestamp(now)},
            moment=now,
        )
    )
