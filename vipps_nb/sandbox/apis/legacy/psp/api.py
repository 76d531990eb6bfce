"""The operations of the PSP API, in the order of its guide."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import Header, Path, Response

from vipps_nb.sandbox.apis.legacy.psp import errors
from vipps_nb.sandbox.apis.legacy.psp.app import find_on_phone, on_phone, phone_screen, time_is_up
from vipps_nb.sandbox.apis.legacy.psp.models import TIME_TO_APPROVE, Transaction, Transactions
from vipps_nb.sandbox.apis.legacy.psp.schemas import (
    ForceApproveRequest,
    InitiatePaymentRequest,
    PaymentDetails,
    PaymentInitiation,
    PaymentStatus,
    StatusUpdate,
    TransactionLine,
    TransactionSummary,
    UpdateResponse,
)
from vipps_nb.sandbox.apis.legacy.urls import is_server, is_way_back
from vipps_nb.sandbox.server.authentication import AuthPolicy
from vipps_nb.sandbox.server.problems import InvalidRequest
from vipps_nb.sandbox.server.routing import Page, TheCaller, TheWorld
from vipps_nb.sandbox.server.urls import PAGE
from vipps_nb.sandbox.world.clock import timestamp
from vipps_nb.sandbox.world.deeds import WrittenAs, deed
from vipps_nb.sandbox.world.settings import Switches
from vipps_nb.sandbox.world.world import World

NIGHT = timedelta(hours=2)  # after midnight UTC
PspId = Annotated[str, Header(alias="Psp-Id", min_length=1, max_length=36, description="The provider's own id.")]
TransactionId = Annotated[str, Path(alias="pspTransactionId", description="The provider's name for the transaction.")]


def _counts(world: World) -> Mapping[str, int]:
    return {"pspTransactions": len(world.records(Transactions))}


page = Page(
    title="PSP API",
    auth=AuthPolicy(),
    dialect=errors.dialect,
    deprecated=True,
    selector="reference",
    find_on_phone=find_on_phone,
    counts=_counts,
)
router = page.router


@router.post("/psp/v3/psppayments/init", response_model=PaymentInitiation)
async def initiate_payment(
    order: InitiatePaymentRequest, psp_id: PspId, world: TheWorld, caller: TheCaller
) -> PaymentInitiation:
    """Initiate payment: ask a customer for a card.

    They have 10 minutes; then `makePaymentUrl` hears from us.
    """
    msn = caller.merchant.merchant_serial_number
    _check(order, world.switches[msn], world)
    if world.records(Transactions).has(msn, order):
        raise errors.AlreadyExists
    token = world.ids.urlsafe(24)
    expires = world.clock.now() + TIME_TO_APPROVE
    transaction = Transaction(psp_id=psp_id, msn=msn, order=order, token=token, expires=expires)
    world.records(Transactions).store(transaction)
    world.phone.show(token, on_phone.of(world, order.psp_transaction_id))
    world.clock.at(expires, time_is_up.of(world, order.psp_transaction_id))
    address = "vippsMT://?token=" if order.is_app else f"{world.base_url}/landing?v=2&token="
    return PaymentInitiation(
        psp_transaction_id=order.psp_transaction_id,
        merchant_order_id=order.merchant_order_id,
        vipps_redirect_url=f"{address}{token}",
    )


@router.post("/psp/v3/psppayments/updatestatus", response_model=UpdateResponse)
async def update_status(order: PaymentStatus, psp_id: PspId, world: TheWorld, caller: TheCaller) -> UpdateResponse:
    """Update status: say what became of transactions.

    Taken in at once, and applied in the night that follows.
    """
    msn = caller.merchant.merchant_serial_number
    written = [update.model_dump(mode="json", by_alias=True, exclude_unset=True) for update in order.transactions]
    world.clock.at(next_night(world.clock.now()), _apply.of(world, psp_id, msn, written))
    return UpdateResponse()


@deed("psp.update")
def _apply(
    world: World, psp_id: str, msn: str, updates: list[Annotated[dict[str, Any], WrittenAs(StatusUpdate)]]
) -> None:
    for written in updates:
        update = StatusUpdate.model_validate_json(json.dumps(written))
        transaction = world.records(Transactions).get(psp_id, msn, update.psp_transaction_id)
        if transaction is not None:
            transaction.apply(update, world.clock.now())


@router.get("/psp/v3/psppayments/{pspTransactionId}/details", response_model=PaymentDetails)
async def get_payment_details(
    psp_transaction_id: TransactionId, psp_id: PspId, world: TheWorld, caller: TheCaller
) -> PaymentDetails:
    """Get payment details.

    Where the money is, as far as the provider has said, newest first.
    """
    transaction = _find(psp_id, caller.merchant.merchant_serial_number, psp_transaction_id, world)
    return PaymentDetails(
        psp_transaction_id=psp_transaction_id,
        merchant_order_id=transaction.order.merchant_order_id,
        transaction_summary=TransactionSummary(
            captured_amount=transaction.captured,
            remaining_amount_to_capture=transaction.uncaptured,
            refunded_amount=transaction.refunded,
            remaining_amount_to_refund=transaction.refundable,
        ),
        transaction_log_history=[
            TransactionLine(
                amount=line.value,
                payment_text=line.text,
                time_stamp=timestamp(line.moment),
                operation=line.operation,
                operation_success=line.success,
            )
            for line in reversed(transaction.history)
        ],
    )


@router.post(
    "/psp/v3/integration-test/psppayments/{pspTransactionId}/approve", response_class=Response, response_model=None
)
async def force_approve_payment(
    psp_transaction_id: TransactionId, order: ForceApproveRequest, psp_id: PspId, world: TheWorld, caller: TheCaller
) -> Response:
    """Force approve payment: what the customer does in the app, without the app.

    Test environment only.
    """
    transaction = _find(psp_id, caller.merchant.merchant_serial_number, psp_transaction_id, world)
    if order.token != transaction.token:
        raise InvalidRequest(fields=[("token", "Does not belong to this transaction.")])
    if f"47{order.customer_phone_number}" in world.settings.unknown_phone_numbers:
        raise InvalidRequest(fields=[("customerPhoneNumber", "No customer has this phone number.")])
    asked = phone_screen(world, transaction)
    if asked.outcome is not None:
        raise errors.InvalidPspRequest(asked.outcome)
    asked.approve()
    return Response()


def next_night(now: datetime) -> datetime:
    """When the next batch runs."""
    tonight = now.replace(hour=0, minute=0, second=0, microsecond=0) + NIGHT
    return tonight if now < tonight else tonight + timedelta(days=1)


def _check(order: InitiatePaymentRequest, switches: Switches, world: World) -> None:
    if not switches.payment_allowed or switches.market != "NO":
        raise errors.MerchantNotAvailable
    if not is_server(order.make_payment_url):
        raise InvalidRequest(fields=[("makePaymentUrl", "Must be https:// and a host.")])
    back = order.psp_redirect_url
    if not is_way_back(back) and not (order.is_app and back):
        raise InvalidRequest(fields=[("pspRedirectUrl", PAGE)])
    number = order.customer_mobile_number
    if number is not None and f"47{number}" in world.settings.unknown_phone_numbers:
        raise InvalidRequest(fields=[("customerMobileNumber", "No customer has this phone number.")])
    if order.skip_landing_page and (number is None or not switches.skip_landing_page_allowed):
        raise InvalidRequest(fields=[("skipLandingPage", "Needs an approval and customerMobileNumber.")])


def _find(psp_id: str, msn: str, psp_transaction_id: str, world: World) -> Transaction:
    """The provider's own transaction; another's is as unknown as none."""
    transaction = world.records(Transactions).get(psp_id, msn, psp_transaction_id)
    if transaction is None:
        raise errors.UnknownTransaction("There is no such transaction.")
    return transaction
