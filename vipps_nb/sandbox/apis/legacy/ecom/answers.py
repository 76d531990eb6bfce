"""eCom payments as the API shows them."""

from __future__ import annotations

import base64
import uuid

from vipps_nb.sandbox.apis.legacy.ecom.bodies import (
    Address,
    Capture,
    Details,
    LogEntry,
    PaymentStatus,
    Refund,
    ShippingDetails,
    StatusInfo,
    TransactionInfo,
    TransactionSummary,
    UserDetails,
)
from vipps_nb.sandbox.apis.legacy.ecom.payment import Entry, Payment
from vipps_nb.sandbox.apis.legacy.ecom.states import State
from vipps_nb.sandbox.customer.customer import KARI, PHONE_NUMBER, subject
from vipps_nb.sandbox.world.clock import timestamp
from vipps_nb.sandbox.world.world import World

CARD = "Visa"
BANK_IDENTIFICATION_NUMBER = 492556
COUNTRY_CODE = "47"
DONE = {State.CAPTURE: "Captured", State.REFUND: "Refund", State.VOID: "Cancelled"}


def capture_answer(payment: Payment) -> Capture:
    """The answer to capture and cancel."""
    return Capture(
        order_id=payment.order_id,
        payment_instrument=CARD if payment.reserved else None,
        transaction_info=_transaction(payment.history[-1]),
        transaction_summary=_summary(payment),
    )


def refund_answer(payment: Payment) -> Refund:
    """The answer to refund."""
    return Refund(
        order_id=payment.order_id,
        transaction=_transaction(payment.history[-1]),
        transaction_summary=_summary(payment),
    )


def details_answer(payment: Payment, world: World) -> Details:
    """The answer to get payment details."""
    express = payment.is_express and payment.reserved > 0 and not payment.consent_removed
    return Details(
        order_id=payment.order_id,
        transaction_log_history=[_line(entry) for entry in reversed(payment.history)],
        transaction_summary=_summary(payment),
        shipping_details=shipping_details(payment) if express else None,
        user_details=user_details(payment, world) if express else None,
        sub=payment.sub,
    )


def status_answer(payment: Payment) -> PaymentStatus:
    """The answer to get order status."""
    latest = payment.history[-1]
    return PaymentStatus(
        order_id=payment.order_id,
        transaction_info=StatusInfo(
            amount=payment.value,
            status=payment.state,
            time_stamp=timestamp(latest.moment),
            transaction_id=latest.transaction_id,
        ),
    )


def shipping_details(payment: Payment) -> ShippingDetails | None:
    """Where to send it, and how."""
    if payment.shipping is None:
        return None
    return ShippingDetails(
        address=Address(address_line1=KARI.address_line_1, city=KARI.city, country="Norway", post_code=KARI.post_code),
        shipping_cost=payment.shipping.shipping_cost,
        shipping_method=payment.shipping.shipping_method,
        shipping_method_id=payment.shipping.shipping_method_id,
    )


def user_details(payment: Payment, world: World) -> UserDetails:
    """Who it is for."""
    return UserDetails(
        email=KARI.email,
        first_name=KARI.first_name,
        last_name=KARI.last_name,
        mobile_number=payment.mobile_number or PHONE_NUMBER.removeprefix(COUNTRY_CODE),
        user_id=user_id(payment, world),
    )


def user_id(payment: Payment, world: World) -> str:
    """Express's own name for the customer: the ``sub`` in another spelling."""
    sub = subject(world.seed, payment.msn, msisdn(payment))
    return base64.b64encode(uuid.UUID(sub).bytes).decode()


def msisdn(payment: Payment) -> str:
    """The customer's number as every newer API writes it."""
    return f"{COUNTRY_CODE}{payment.mobile_number}" if payment.mobile_number else PHONE_NUMBER


def _transaction(entry: Entry) -> TransactionInfo:
    return TransactionInfo.model_validate(
        {
            "amount": entry.value,
            "status": DONE[entry.operation],
            "time_stamp": timestamp(entry.moment),
            "transaction_id": entry.transaction_id,
            "transaction_text": entry.text,
        }
    )


def _line(entry: Entry) -> LogEntry:
    return LogEntry.model_validate(
        {
            "amount": entry.value,
            "operation": str(entry.operation),
            "operation_success": entry.success,
            "request_id": entry.request_id,
            "time_stamp": timestamp(entry.moment),
            "transaction_id": entry.transaction_id,
            "transaction_text": entry.text,
        }
    )


def _summary(payment: Payment) -> TransactionSummary:
    return TransactionSummary(
        captured_amount=payment.captured,
        refunded_amount=payment.refunded,
        remaining_amount_to_capture=payment.uncaptured,
        remaining_amount_to_refund=payment.refundable,
        bank_identification_number=BANK_IDENTIFICATION_NUMBER if payment.reserved else None,
    )
