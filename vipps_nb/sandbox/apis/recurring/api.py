"""The page of the Recurring API, and its operations on agreements.

In the order of the guide.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Path, Query, Response

from vipps_nb.sandbox.apis.recurring import calendar, errors
from vipps_nb.sandbox.apis.recurring.app import (
    accept,
    claim_id,
    find_on_phone,
    on_phone,
    stop,
    store_charge,
    time_is_up,
)
from vipps_nb.sandbox.apis.recurring.events import agreement_happened
from vipps_nb.sandbox.apis.recurring.models import Agreement, Agreements, Charge, Charges, agreement_answer
from vipps_nb.sandbox.apis.recurring.schemas import (
    AgreementAnswer,
    AgreementStatus,
    DraftAgreement,
    DraftAnswer,
    ForceAcceptAgreement,
    InitialCharge,
    PatchAgreement,
)
from vipps_nb.sandbox.apis.recurring.validation import (
    changed_pricing,
    check_change,
    check_draft,
    check_phone_number,
    explain,
)
from vipps_nb.sandbox.server.authentication import MSN, AuthPolicy
from vipps_nb.sandbox.server.problems import NotForThisSalesUnit
from vipps_nb.sandbox.server.rate_limits import RateLimit
from vipps_nb.sandbox.server.routing import Page, Rules, TheCaller, TheKey, TheWorld, rules
from vipps_nb.sandbox.world.world import World

BASE = "/recurring/v3"
ID = re.compile(r"agr_[a-zA-Z0-9]{1,32}")
AgreementId = Annotated[str, Path(alias="agreementId", description="Such as `agr_5kSeqz`.")]
ChargeId = Annotated[str, Path(alias="chargeId", description="The merchant's `orderId`, or one such as `chr-4assY8f`.")]
LARGEST_PAGE, USUAL_PAGE = 2000, 500
MILLISECOND = timedelta(milliseconds=1)
NO_CONTENT = HTTPStatus.NO_CONTENT


def _counts(world: World) -> Mapping[str, int]:
    return {"agreements": len(world.records(Agreements)), "charges": len(world.records(Charges))}


page = Page(
    title="Recurring API",
    auth=AuthPolicy(msn="optional"),
    dialect=errors.problem,
    explain=explain,
    selector="agreementId",
    find_on_phone=find_on_phone,
    counts=_counts,
)
router = page.router


def reads(calls: int, resource: str) -> Rules:
    """The rules of an operation that looks."""
    return Rules(limit=RateLimit(calls, resource, "merchant_serial_number"))


def writes(calls: int | None = None, resource: str = "") -> Rules:
    r"""The rules of an operation that acts.

    A key of 1 to 40 characters, none of them ``# ? / \``.

    Args:
        calls: How many a minute; None where no limit is documented.
        resource: What they are counted by; the sales unit alone unless given.
    """
    return Rules(
        idempotency_key="required",
        longest_key=40,
        key_pattern=r"[^#?/\\]+",
        bad_key=errors.IdempotencyKeyHeader,
        conflict=errors.IdempotencyConflict,
        limit=None if calls is None else RateLimit(calls, resource, "merchant_serial_number"),
    )


async def _msn(caller: TheCaller, world: TheWorld) -> str:
    """The sales unit's number.

    The header may be missing with merchant keys, but not with partner keys.
    """
    if caller.unit is None:
        raise NotForThisSalesUnit(f"Partner keys need the {MSN} header.")
    msn = caller.unit.merchant_serial_number
    if not world.switches[msn].recurring_allowed:
        raise errors.InvalidSaleUnit
    return msn


TheMsn = Annotated[str, Depends(_msn)]


async def _agreement(agreement_id: AgreementId, msn: TheMsn, world: TheWorld) -> Agreement:
    if not ID.fullmatch(agreement_id):
        raise errors.InvalidAgreementId(fields=[("agreementId", "Must look like agr_5kSeqz.")])
    agreement = world.records(Agreements).get(agreement_id)
    if agreement is None or agreement.msn != msn:
        raise errors.ResourceNotFound(f"This sales unit has no agreement {agreement_id}.")
    return agreement


TheAgreement = Annotated[Agreement, Depends(_agreement)]


async def _charge(charge_id: ChargeId, agreement: TheAgreement, world: TheWorld) -> Charge:
    charge = world.records(Charges).get(agreement.msn, charge_id)
    if charge is None or charge.agreement_id != agreement.id:
        raise errors.ResourceNotFound(f"The agreement {agreement.id} has no charge {charge_id}.")
    return charge


TheCharge = Annotated[Charge, Depends(_charge)]


@router.get(f"{BASE}/agreements", response_model=list[AgreementAnswer], response_model_exclude_unset=True)
@rules(reads(5, ""))
async def list_agreements(
    *,
    msn: TheMsn,
    world: TheWorld,
    status: AgreementStatus = AgreementStatus.ACTIVE,
    created_after: Annotated[
        int | None, Query(alias="createdAfter", ge=0, le=2**63 - 1, description="Milliseconds since 1970.")
    ] = None,
    page_number: Annotated[int, Query(alias="pageNumber", ge=1, le=2**31 - 1)] = 1,
    page_size: Annotated[int, Query(alias="pageSize", ge=1, le=LARGEST_PAGE)] = USUAL_PAGE,
) -> list[AgreementAnswer]:
    """List agreements: those with one status, oldest first, page by page."""
    found = [
        agreement
        for agreement in world.records(Agreements).of(msn)
        if agreement.status is status and (created_after is None or _milliseconds(agreement.created) > created_after)
    ]
    first = (page_number - 1) * page_size
    return [agreement_answer(agreement, world.base_url) for agreement in found[first : first + page_size]]


@router.post(
    f"{BASE}/agreements",
    status_code=HTTPStatus.CREATED,
    response_model=DraftAnswer,
    response_model_exclude_unset=True,
)
@rules(writes(300))
async def draft_agreement(order: DraftAgreement, msn: TheMsn, world: TheWorld, key: TheKey) -> DraftAnswer:
    """Draft agreement: propose it to a customer, who has 10 minutes to accept."""
    switches = world.switches[msn]
    check_draft(order, switches, world)
    initial_id = None if order.initial_charge is None else claim_id(order.initial_charge.order_id, msn, world)
    token = world.ids.urlsafe(24)
    agreement = Agreement(
        msn=msn,
        id=f"agr_{world.ids.letters(7)}",
        uuid=world.ids.guid(),
        token=token,
        confirmation_url=None if order.skip_landing_page else f"{world.base_url}/landing?v=2&token={token}",
        market=switches.market,
        created=world.clock.now(),
        product_name=order.product_name,
        product_description=order.product_description,
        pricing=order.pricing,
        interval=order.interval,
        campaign=order.campaign,
        scope=order.scope,
        merchant_redirect_url=order.merchant_redirect_url,
        merchant_agreement_url=order.merchant_agreement_url,
        external_id=order.external_id,
        phone_number=order.phone_number,
    )
    world.records(Agreements).store(agreement)
    agreement_happened(world, agreement, "CREATE", "MERCHANT")
    if order.initial_charge is not None and initial_id is not None:
        store_charge(world, agreement, _initial(agreement, order.initial_charge, initial_id), key)
    world.phone.show(token, on_phone.of(world, agreement.id))
    world.clock.at(agreement.expires, time_is_up.of(world, agreement.id))
    answer = DraftAnswer(agreement_id=agreement.id, uuid=agreement.uuid, charge_id=initial_id)
    if agreement.confirmation_url is not None:
        answer.vipps_confirmation_url = agreement.confirmation_url
    return answer


@router.get(f"{BASE}/agreements/{{agreementId}}", response_model=AgreementAnswer, response_model_exclude_unset=True)
@rules(reads(120, "agreementId"))
async def fetch_agreement(agreement: TheAgreement, world: TheWorld) -> AgreementAnswer:
    """Fetch agreement: its status and its terms."""
    return agreement_answer(agreement, world.base_url)


@router.patch(
    f"{BASE}/agreements/{{agreementId}}", status_code=NO_CONTENT, response_class=Response, response_model=None
)
@rules(writes(5, "agreementId"))
async def update_agreement(change: PatchAgreement, agreement: TheAgreement, world: TheWorld, key: TheKey) -> Response:
    """Update agreement: change its terms, or stop it.

    What is stopped cannot be started again.
    """
    if change.status is not None:
        _stop(change, agreement, world, key)
        return Response(status_code=NO_CONTENT)
    if agreement.status is not AgreementStatus.ACTIVE:
        raise errors.IllegalAgreementUpdate(
            f"The agreement is {agreement.status}.", fields=[("status", "Only an ACTIVE agreement can be modified.")]
        )
    check_change(change, agreement)
    agreement.pricing = changed_pricing(change, agreement)
    if change.interval is not None:
        agreement.interval = change.interval.period
    for name in ("product_name", "product_description", "merchant_agreement_url", "external_id"):
        value = getattr(change, name)
        if value is not None:
            setattr(agreement, name, value)
    agreement_happened(world, agreement, "UPDATE", "MERCHANT")
    return Response(status_code=NO_CONTENT)


@router.patch(
    f"{BASE}/agreements/{{agreementId}}/accept", status_code=NO_CONTENT, response_class=Response, response_model=None
)
@rules(writes())
async def force_accept_agreement(order: ForceAcceptAgreement, agreement: TheAgreement, world: TheWorld) -> Response:
    """Force accept agreement: what the customer does in the app, without the app.

    Test environment only.
    """
    check_phone_number(order.phone_number, world)
    if agreement.status is not AgreementStatus.PENDING:
        raise errors.OperationFailed(f"The agreement is {agreement.status}, not PENDING.")
    reason = accept(world, agreement, order.phone_number)
    if reason is not None:
        raise errors.OperationFailed(f"The agreement has expired: {reason}.")
    return Response(status_code=NO_CONTENT)


def _milliseconds(moment: datetime) -> int:
    return (moment - datetime.fromtimestamp(0, UTC)) // MILLISECOND


def _stop(change: PatchAgreement, agreement: Agreement, world: World, key: str | None) -> None:
    others = sorted(change.to_json().keys() - {"status"})
    if others:
        raise errors.IllegalAgreementUpdate(fields=[(name, "Cannot be changed while stopping.") for name in others])
    if agreement.status is AgreementStatus.STOPPED:
        return
    if agreement.status is not AgreementStatus.ACTIVE:
        raise errors.IllegalAgreementUpdate(
            f"The agreement is {agreement.status}.", fields=[("status", "Only an ACTIVE agreement can be stopped.")]
        )
    stop(world, agreement, "MERCHANT", key)


def _initial(agreement: Agreement, order: InitialCharge, charge_id: str) -> Charge:
    return Charge(
        msn=agreement.msn,
        agreement_id=agreement.id,
        id=charge_id,
        external_id=order.external_id,
        type="INITIAL",
        transaction_type=order.transaction_type,
        amount=order.amount,
        currency=agreement.currency,
        description=order.description,
        due=calendar.today(agreement.market, agreement.created),
        retry_days=0,
        single_attempt=True,
    )
