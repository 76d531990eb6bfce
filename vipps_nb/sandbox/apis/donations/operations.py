"""The operations of the Donations API, in the order of its guide."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import Path, Query
from pydantic import Field

from vipps_nb.sandbox.apis.donations.donors import Agreement, Donation, Donations, payments, stop
from vipps_nb.sandbox.customer.customer import KARI, PHONE_NUMBER
from vipps_nb.sandbox.server.authentication import Caller, Entrance
from vipps_nb.sandbox.server.problems import InvalidRequest, Refusal
from vipps_nb.sandbox.server.routing import Page, TheCaller, TheWorld
from vipps_nb.sandbox.server.wire import Wire
from vipps_nb.sandbox.world.organisations import donation_handle
from vipps_nb.sandbox.world.sales_unit import KeyType
from vipps_nb.sandbox.world.world import World

# ruff: noqa: D101 - the guide explains the fields of these bodies

AgreementId = Annotated[str, Path(alias="agreementId", description="A UUID, from a payment or an event.")]
Moment = Annotated[str, Field(description="ISO 8601, UTC unless it says otherwise; inclusive.")]


class Payer(Wire):
    name: str
    phone_number: str


class PaymentAnswer(Wire):
    external_reference: str | None = None
    agreement_id: str | None = None
    payer: Payer
    captured_at: str
    psp_reference: str
    transaction_reference: str
    recipient_handle: str
    amount: Annotated[str, Field(description="Minor units, as text.")]
    currency: str
    message: str | None = None


class PaymentReport(Wire):
    from_: Annotated[str, Field(alias="from")]
    to: str
    payments: list[PaymentAnswer]


class Schedule(Wire):
    interval: Literal["MONTHLY"] = "MONTHLY"
    withdrawal_day: int


class Amount(Wire):
    currency: str
    value: int


class DonorAddress(Wire):
    country: str
    region: str
    postal_code: str
    address_line1: str


class Donor(Wire):
    first_name: str
    last_name: str
    phone_number: str
    address: DonorAddress
    email: str
    email_verified: bool


class AgreementAnswer(Wire):
    id: str
    recipient_handle: str
    started_at: str
    schedule: Schedule
    amount: Amount
    payer: Donor


class NoAccessToRecipient(Refusal):
    """One handle that these keys may not see spoils the whole call, so that nothing is missing silently."""

    status = HTTPStatus.FORBIDDEN
    title = "No access to a recipient handle"


class NoSuchAgreement(Refusal):
    """There is none, or these keys may not see it."""

    status = HTTPStatus.NOT_FOUND
    title = "Agreement not found"


def _counts(world: World) -> Mapping[str, int]:
    donations = world.room(Donations)
    return {"donations": len(donations.gifts), "donationAgreements": len(list(donations))}


page = Page(
    title="Donations API",
    entrance=Entrance(keys=frozenset({KeyType.DONATIONS, KeyType.PARTNER, KeyType.MERCHANT}), msn="ignored"),
    in_test=False,
    counts=_counts,
)
router = page.router


@router.get("/donations/v1/reports/payments", response_model=PaymentReport, response_model_exclude_none=True)
async def get_payments(  # noqa: PLR0917 - FastAPI passes by name; these are the operation's parameters
    world: TheWorld,
    caller: TheCaller,
    first: Annotated[Moment, Query(alias="from")],
    last: Annotated[Moment, Query(alias="to")],
    handles: Annotated[
        list[str] | None, Query(alias="recipientHandles", description="Only gifts to these, such as NO:12345.")
    ] = None,
    personal: Annotated[
        bool, Query(alias="includeGDPRSensitiveData", description="Say what donors have written.")
    ] = False,
) -> PaymentReport:
    """Get a list of donation payments, oldest first; not always all, so go on from the last `capturedAt`."""
    begin, end = _moment(first, "from"), _moment(last, "to")
    if begin > end:
        raise InvalidRequest(fields=[("from", "Must not be after to.")])
    visible = _handles(world, caller)
    asked = {handle for text in handles or [] for handle in text.split(",")}
    if not asked <= visible:
        raise NoAccessToRecipient(f"These keys may not see {', '.join(sorted(asked - visible))}.")
    gifts = [gift for gift in world.room(Donations).gifts if gift.handle in (asked or visible)]
    found = payments(gifts, begin, end, world.settings.donations_page_size)
    return PaymentReport(from_=first, to=last, payments=[_payment(gift, personal=personal) for gift in found])


@router.get("/donations/v1/agreements/{agreementId}", response_model=AgreementAnswer)
async def get_agreement(agreement_id: AgreementId, world: TheWorld, caller: TheCaller) -> AgreementAnswer:
    """Get agreement: who gives how much, and on which day of the month."""
    return _agreement(_find(agreement_id, world, caller))


@router.post("/donations/v1/agreements/{agreementId}/stop", response_model=AgreementAnswer)
async def stop_agreement(agreement_id: AgreementId, world: TheWorld, caller: TheCaller) -> AgreementAnswer:
    """Stop agreement: no more withdrawals. A second stop changes nothing and is answered alike."""
    agreement = _find(agreement_id, world, caller)
    stop(world, agreement)
    return _agreement(agreement)


def _handles(world: World, caller: Caller) -> set[str]:
    """The numbers that the caller may see; one that has received gifts stays visible if the market changes."""
    msns = {msn for msn in world.switches if _may_see(caller, msn, world)}
    given = world.room(Donations)
    handles = {donation_handle(msn, world.switches[msn].market) for msn in msns}
    return handles | {one.handle for one in (*given.gifts, *given) if one.msn in msns}


def _may_see(caller: Caller, msn: str, world: World) -> bool:
    if caller.keys is None or not world.switches[msn].donations_allowed:
        return False
    if caller.keys.key_type is KeyType.PARTNER:
        return True
    if caller.keys.key_type is KeyType.DONATIONS:
        return msn == next(iter(world.keys.units))
    return msn == caller.keys.merchant_serial_number


def _find(agreement_id: str, world: World, caller: Caller) -> Agreement:
    agreement = world.room(Donations).get(agreement_id)
    if agreement is None or not _may_see(caller, agreement.msn, world):
        raise NoSuchAgreement(f"These keys may see no agreement {agreement_id}.")
    return agreement


def _moment(text: str, name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidRequest(fields=[(name, "Must be a moment in ISO 8601.")]) from error


def _exactly(moment: datetime) -> str:
    """With microseconds: the next question is asked with this text."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _payment(gift: Donation, *, personal: bool) -> PaymentAnswer:
    return PaymentAnswer(
        external_reference=gift.reference,
        agreement_id=gift.agreement_id,
        payer=Payer(name=f"{KARI.first_name} {KARI.last_name}", phone_number=PHONE_NUMBER),
        captured_at=_exactly(gift.moment),
        psp_reference=gift.psp_reference,
        transaction_reference=gift.transaction_reference,
        recipient_handle=gift.handle,
        amount=str(gift.value),
        currency=gift.currency,
        message=gift.message if personal else None,
    )


def _agreement(agreement: Agreement) -> AgreementAnswer:
    return AgreementAnswer(
        id=agreement.agreement_id,
        recipient_handle=agreement.handle,
        started_at=_exactly(agreement.started),
        schedule=Schedule(withdrawal_day=agreement.withdrawal_day),
        amount=Amount(currency=agreement.currency, value=agreement.value),
        payer=Donor(
            first_name=KARI.first_name,
            last_name=KARI.last_name,
            phone_number=PHONE_NUMBER,
            address=DonorAddress(
                country=KARI.country, region=KARI.city, postal_code=KARI.post_code, address_line1=KARI.address_line_1
            ),
            email=KARI.email,
            email_verified=True,
        ),
    )
