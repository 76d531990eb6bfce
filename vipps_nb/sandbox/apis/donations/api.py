"""The operations of the Donations API, in the order of its guide."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Query

from vipps_nb.sandbox.apis.donations.app import stop
from vipps_nb.sandbox.apis.donations.errors import NoAccessToRecipient, NoSuchAgreement
from vipps_nb.sandbox.apis.donations.models import Agreement, Donations, agreement_answer, payment_answer, payments
from vipps_nb.sandbox.apis.donations.schemas import AgreementAnswer, AgreementId, Moment, PaymentReport
from vipps_nb.sandbox.server.authentication import AuthPolicy, Caller
from vipps_nb.sandbox.server.problems import InvalidRequest
from vipps_nb.sandbox.server.routing import Page, TheCaller, TheWorld
from vipps_nb.sandbox.world.organisations import donation_handle
from vipps_nb.sandbox.world.sales_unit import KeyType
from vipps_nb.sandbox.world.world import World


def _counts(world: World) -> Mapping[str, int]:
    donations = world.records(Donations)
    return {"donations": len(donations.gifts), "donationAgreements": len(list(donations))}


page = Page(
    title="Donations API",
    auth=AuthPolicy(keys=frozenset({KeyType.DONATIONS, KeyType.PARTNER, KeyType.MERCHANT}), msn="ignored"),
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
    """Get a list of donation payments, oldest first.

    Not always all, so go on from the last `capturedAt`.
    """
    begin, end = _moment(first, "from"), _moment(last, "to")
    if begin > end:
        raise InvalidRequest(fields=[("from", "Must not be after to.")])
    visible = _handles(world, caller)
    asked = {handle for text in handles or [] for handle in text.split(",")}
    if not asked <= visible:
        raise NoAccessToRecipient(f"These keys may not see {', '.join(sorted(asked - visible))}.")
    gifts = [gift for gift in world.records(Donations).gifts if gift.handle in (asked or visible)]
    found = payments(gifts, begin, end, world.settings.donations_page_size)
    return PaymentReport(from_=first, to=last, payments=[payment_answer(gift, personal=personal) for gift in found])


@router.get("/donations/v1/agreements/{agreementId}", response_model=AgreementAnswer)
async def get_agreement(agreement_id: AgreementId, world: TheWorld, caller: TheCaller) -> AgreementAnswer:
    """Get agreement: who gives how much, and on which day of the month."""
    return agreement_answer(_find(agreement_id, world, caller))


@router.post("/donations/v1/agreements/{agreementId}/stop", response_model=AgreementAnswer)
async def stop_agreement(agreement_id: AgreementId, world: TheWorld, caller: TheCaller) -> AgreementAnswer:
    """Stop agreement: no more withdrawals.

    A second stop changes nothing and is answered alike.
    """
    agreement = _find(agreement_id, world, caller)
    stop(world, agreement)
    return agreement_answer(agreement)


def _handles(world: World, caller: Caller) -> set[str]:
    """The numbers that the caller may see.

    One that has received gifts stays visible if the market changes.
    """
    msns = {msn for msn in world.switches if _may_see(caller, msn, world)}
    given = world.records(Donations)
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
    agreement = world.records(Donations).get(agreement_id)
    if agreement is None or not _may_see(caller, agreement.msn, world):
        raise NoSuchAgreement(f"These keys may see no agreement {agreement_id}.")
    return agreement


def _moment(text: str, name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidRequest(fields=[(name, "Must be a moment in ISO 8601.")]) from error
