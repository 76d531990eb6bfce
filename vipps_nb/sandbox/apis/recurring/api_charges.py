"""The operations on charges, in the order of the guide."""

from __future__ import annotations

import json
from datetime import timedelta
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Body, Header, Query, Response

from vipps_nb.sandbox.apis.recurring import calendar, errors
from vipps_nb.sandbox.apis.recurring.api import (
    BASE,
    ID,
    ChargeId,
    TheAgreement,
    TheCharge,
    TheMsn,
    reads,
    router,
    writes,
)
from vipps_nb.sandbox.apis.recurring.app import claim_id, fall_due, move, process, release, schedule, store_charge
from vipps_nb.sandbox.apis.recurring.events import charge_happened, creation_failed
from vipps_nb.sandbox.apis.recurring.models import (
    CANCELLABLE,
    CAPTURABLE,
    REFUNDABLE,
    Agreement,
    Agreements,
    Bookmark,
    Bookmarks,
    Charge,
    Charges,
    charge_answer,
)
from vipps_nb.sandbox.apis.recurring.schemas import (
    LONGEST_BATCH,
    AgreementStatus,
    BatchAnswer,
    BatchItem,
    CaptureCharge,
    ChargeAnswer,
    ChargeReference,
    ChargeStatus,
    CreateCharge,
    CreateChargeAsync,
    InvalidCharge,
    RefundCharge,
)
from vipps_nb.sandbox.apis.recurring.validation import check_agreement, check_charge, parse_day
from vipps_nb.sandbox.server.problems import InvalidRequest, Refusal
from vipps_nb.sandbox.server.routing import KEY, TheKey, TheWorld, rules
from vipps_nb.sandbox.world.deeds import WrittenAs, deed
from vipps_nb.sandbox.world.world import World

CAPTURE_PERIOD = timedelta(days=180)
REFUND_PERIOD = timedelta(days=365)
CHARGES_ON_A_PAGE = 100  # not documented
TOKEN_LIFETIME = timedelta(minutes=5)  # "short-lived"; not "several minutes"
BATCH_TAKES = timedelta(seconds=5)  # until the second look at the charges of a batch; not documented
NO_CONTENT = HTTPStatus.NO_CONTENT
CHARGE = f"{BASE}/agreements/{{agreementId}}/charges/{{chargeId}}"


@router.get(
    f"{BASE}/agreements/{{agreementId}}/charges",
    response_model=list[ChargeAnswer],
    response_model_exclude_unset=True,
)
@rules(reads(10, "agreementId"))
async def list_charges(
    agreement: TheAgreement,
    world: TheWorld,
    response: Response,
    status: Annotated[ChargeStatus | None, Query(description="Only charges with this status.")] = None,
    continuation_token: Annotated[
        str | None, Header(description="From the answer with the page before; valid for minutes.")
    ] = None,
) -> list[ChargeAnswer]:
    """List charges.

    An agreement's charges, oldest first, with a Continuation-Token while there are more.
    """
    skip = 0 if continuation_token is None else _skip(continuation_token, agreement, status, world)
    found = [charge for charge in agreement.charges if status in (None, charge.status)]
    following = skip + CHARGES_ON_A_PAGE
    if len(found) > following:
        token = world.ids.guid()
        expires = world.clock.now() + TOKEN_LIFETIME
        world.records(Bookmarks)[token] = Bookmark(agreement.id, status, following, expires)
        response.headers["Continuation-Token"] = token
    return [charge_answer(charge, agreement) for charge in found[skip:following]]


@router.post(
    f"{BASE}/agreements/{{agreementId}}/charges", status_code=HTTPStatus.CREATED, response_model=ChargeReference
)
@rules(writes(2, KEY))
async def create_charge(order: CreateCharge, agreement: TheAgreement, world: TheWorld, key: TheKey) -> ChargeReference:
    """Create charge: take money on a day to come, or at once if it is UNSCHEDULED.

    Nobody else creates charges.
    """
    check_charge(order, world, agreement.msn)
    check_agreement(order, agreement, world.clock.now())
    charge = _create(order, agreement, world, key)
    return ChargeReference(charge_id=charge.id)


@router.post(f"{BASE}/agreements/charges", status_code=HTTPStatus.ACCEPTED, response_model_exclude_unset=True)
@rules(writes())
async def create_charges(
    orders: Annotated[list[CreateChargeAsync], Body(max_length=LONGEST_BATCH)],
    msn: TheMsn,
    world: TheWorld,
    key: TheKey,
) -> BatchAnswer:
    """Create multiple charges: up to 2000, for any agreements.

    Each is looked at now, and once more when it is made.

    What fails at the second look (the agreement, its limit, an orderId that is taken) is announced as
    `recurring.charge-creation-failed.v1` and seen nowhere else.
    """
    valid: list[CreateChargeAsync] = []
    invalid: list[InvalidCharge] = []
    seen: set[str] = set()
    for order in orders:
        errors = _errors(order, seen, world, msn)
        seen.add(order.order_id)
        if errors:
            item = BatchItem(**order.model_dump(exclude_unset=True))
            invalid.append(InvalidCharge(charge_batch_item_dto=item, errors=errors))
        else:
            valid.append(order)
    written = [order.model_dump(mode="json", by_alias=True, exclude_unset=True) for order in valid]
    world.clock.at(world.clock.now() + BATCH_TAKES, _create_all.of(world, written, msn, key))
    return BatchAnswer(valid_charges=[order.order_id for order in valid], invalid_charges=invalid)


@router.get(CHARGE, response_model=ChargeAnswer, response_model_exclude_unset=True)
@rules(reads(10, "chargeId"))
async def fetch_charge(charge: TheCharge, agreement: TheAgreement) -> ChargeAnswer:
    """Fetch charge: its status, where the money is, and its history."""
    return charge_answer(charge, agreement)


@router.get(f"{BASE}/charges/{{chargeId}}", response_model=ChargeAnswer, response_model_exclude_unset=True)
@rules(reads(100, "chargeId"))
async def fetch_charge_by_id(charge_id: ChargeId, msn: TheMsn, world: TheWorld) -> ChargeAnswer:
    """Fetch charge by id: when its agreement is not known.

    For people, not for programs.
    """
    charge = world.records(Charges).get(msn, charge_id)
    agreement = None if charge is None else world.records(Agreements).get(charge.agreement_id)
    if charge is None or agreement is None:
        raise errors.ResourceNotFound(f"This sales unit has no charge {charge_id}.")
    return charge_answer(charge, agreement)


@router.post(f"{CHARGE}/capture", status_code=NO_CONTENT, response_class=Response, response_model=None)
@rules(writes(5, "chargeId"))
async def capture_charge(
    order: CaptureCharge, charge: TheCharge, agreement: TheAgreement, world: TheWorld, key: TheKey
) -> Response:
    """Capture charge: take part or all of what is reserved, within 180 days."""
    if charge.status not in CAPTURABLE or charge.reserved_at is None:
        raise errors.ChargeCaptureFailed(f"The charge is {charge.status}.")
    if not 0 < order.amount <= charge.uncaptured:
        raise errors.ChargeCaptureFailed(
            f"{charge.uncaptured} can be captured.", fields=[("amount", f"Must be 1 to {charge.uncaptured}.")]
        )
    if world.clock.now() > charge.reserved_at + CAPTURE_PERIOD:
        raise errors.ChargeCaptureFailed(f"The charge was reserved more than {CAPTURE_PERIOD.days} days ago.")
    charge.captured += order.amount
    charge.last_captured_at = world.clock.now()
    move(charge, ChargeStatus.PARTIALLY_CAPTURED if charge.uncaptured else ChargeStatus.CHARGED)
    charge_happened(world, agreement, charge, "CAPTURE", order.amount, key=key)
    return Response(status_code=NO_CONTENT)


@router.delete(CHARGE, status_code=NO_CONTENT, response_class=Response, response_model=None)
@rules(writes(5, "chargeId"))
async def cancel_charge(charge: TheCharge, agreement: TheAgreement, world: TheWorld, key: TheKey) -> Response:
    """Cancel charge: before it is taken, or release what is reserved.

    Captured in part, it is CHARGED afterwards.
    """
    if charge.status is ChargeStatus.PROCESSING:
        raise errors.Conflict("The charge is being processed right now.")
    if charge.status not in CANCELLABLE:
        raise errors.CancelChargeFailed(f"The charge is {charge.status}.")
    if agreement.status is AgreementStatus.PENDING:
        raise errors.CancelChargeFailed("The customer has not decided about the agreement yet.")
    release(world, agreement, charge, key)
    return Response(status_code=NO_CONTENT)


@router.post(f"{CHARGE}/refund", status_code=NO_CONTENT, response_class=Response, response_model=None)
@rules(writes(5, "chargeId"))
async def refund_charge(
    order: RefundCharge, charge: TheCharge, agreement: TheAgreement, world: TheWorld, key: TheKey
) -> Response:
    """Refund charge: give back part or all of what was captured, within 365 days."""
    if charge.status not in REFUNDABLE or charge.last_captured_at is None:
        raise errors.OperationFailed(f"The charge is {charge.status}.")
    if not world.switches[charge.msn].refund_allowed:
        raise errors.UnsupportedFeature("This sales unit may not refund.")
    if not 0 < order.amount <= charge.refundable:
        raise errors.OperationFailed(
            f"{charge.refundable} can be refunded.", fields=[("amount", f"Must be 1 to {charge.refundable}.")]
        )
    if world.clock.now() > charge.last_captured_at + REFUND_PERIOD:
        raise errors.OperationFailed(f"The charge was captured more than {REFUND_PERIOD.days} days ago.")
    charge.refunded += order.amount
    move(charge, ChargeStatus.PARTIALLY_REFUNDED if charge.refundable else ChargeStatus.REFUNDED)
    charge_happened(world, agreement, charge, "REFUND", order.amount, key=key)
    return Response(status_code=NO_CONTENT)


def _create(order: CreateCharge, agreement: Agreement, world: World, key: str | None) -> Charge:
    unscheduled = order.type == "UNSCHEDULED"
    charge = Charge(
        msn=agreement.msn,
        agreement_id=agreement.id,
        id=claim_id(order.order_id, agreement.msn, world),
        external_id=order.external_id,
        type=order.type,
        transaction_type=order.transaction_type,
        amount=order.amount,
        currency=agreement.currency,
        description=order.description,
        due=parse_day(order.due) if order.due else calendar.today(agreement.market, world.clock.now()),
        retry_days=order.retry_days or 0,
        single_attempt=unscheduled or order.processing_mode == "SINGLE_ATTEMPT",
    )
    store_charge(world, agreement, charge, key)
    if unscheduled:
        fall_due(world, charge)
        process(world, agreement, charge)
    else:
        schedule(world, agreement, charge)
    return charge


def _errors(order: CreateChargeAsync, seen: set[str], world: World, msn: str) -> list[str]:
    try:
        check_charge(order.alone(), world, msn)
    except Refusal as refusal:
        return [f"{name}: {reason}" for name, reason in refusal.fields] or [refusal.detail or refusal.title]
    errors = [] if ID.fullmatch(order.agreement_id) else ["agreementId: Must look like agr_5kSeqz."]
    return errors + (["orderId: Occurs more than once in this batch."] if order.order_id in seen else [])


@deed("recurring.batch")
def _create_all(
    world: World, orders: list[Annotated[dict[str, Any], WrittenAs(CreateChargeAsync)]], msn: str, key: str | None
) -> None:
    for written in orders:
        order = CreateChargeAsync.model_validate_json(json.dumps(written))
        try:
            agreement = world.records(Agreements).get(order.agreement_id)
            if agreement is None or agreement.msn != msn:
                raise errors.ResourceNotFound(f"This sales unit has no agreement {order.agreement_id}.")
            check_agreement(order.alone(), agreement, world.clock.now())
            _create(order.alone(), agreement, world, key)
        except Refusal as refusal:
            creation_failed(world, msn, order, refusal.code, refusal.detail or refusal.title)


def _skip(token: str, agreement: Agreement, status: ChargeStatus | None, world: World) -> int:
    bookmark = world.records(Bookmarks).get(token)
    fits = bookmark is not None and (bookmark.agreement_id, bookmark.status) == (agreement.id, status)
    if bookmark is None or not fits or world.clock.now() > bookmark.expires:
        raise InvalidRequest(fields=[("Continuation-Token", "Is not one of this list, or too old. Begin anew.")])
    return bookmark.skip
