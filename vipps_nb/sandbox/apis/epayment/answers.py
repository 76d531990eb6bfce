"""Payments as the API shows them."""

from __future__ import annotations

from vipps_nb.sandbox.apis.epayment.bodies import (
    Address,
    Aggregate,
    Amount,
    Modification,
    PaymentEvent,
    PaymentMethodResponse,
    PaymentResponse,
    ProfileResponse,
    ShippingDetails,
    UserDetails,
)
from vipps_nb.sandbox.apis.epayment.payment import Event, Payment
from vipps_nb.sandbox.apis.epayment.states import State
from vipps_nb.sandbox.customer.customer import KARI, PHONE_NUMBER
from vipps_nb.sandbox.world.clock import timestamp


def payment_answer(payment: Payment) -> PaymentResponse:
    """The answer to get payment."""
    express = payment.is_express and payment.state is State.AUTHORIZED
    return PaymentResponse(
        aggregate=_aggregate(payment),
        amount=_amount(payment, payment.value),
        state=payment.state,
        payment_method=PaymentMethodResponse(type=payment.order.payment_method.type),
        profile=ProfileResponse(sub=payment.sub),
        psp_reference=payment.psp_reference,
        reference=payment.reference,
        redirect_url=payment.redirect_url,
        metadata=payment.order.metadata,
        shipping_details=_shipping_details(payment) if express else None,
        user_details=_user_details(payment) if express else None,
    )


def modification_answer(payment: Payment) -> Modification:
    """The answer to capture, refund and cancel; its pspReference is that of the payment's creation."""
    return Modification(
        amount=_amount(payment, payment.value),
        state=payment.state,
        aggregate=_aggregate(payment),
        psp_reference=payment.psp_reference,
        reference=payment.reference,
    )


def event_answer(payment: Payment, event: Event) -> PaymentEvent:
    """One line of the event log."""
    return PaymentEvent.model_validate(
        {
            "reference": payment.reference,
            "psp_reference": event.psp_reference,
            "name": event.name,
            "amount": _amount(payment, event.value),
            "timestamp": timestamp(event.moment),
            "success": event.success,
            "idempotency_key": event.idempotency_key,
        }
    )


def _amount(payment: Payment, value: int) -> Amount:
    # Not validated: with Express, shipping may lift it over what a merchant can ask for in one request.
    return Amount.model_construct(currency=payment.order.amount.currency, value=value)


def _aggregate(payment: Payment) -> Aggregate:
    return Aggregate(
        authorized_amount=_amount(payment, payment.authorized),
        cancelled_amount=_amount(payment, payment.cancelled),
        captured_amount=_amount(payment, payment.captured),
        refunded_amount=_amount(payment, payment.refunded),
    )


def _address() -> Address:
    return Address(address_line1=KARI.address_line_1, city=KARI.city, country=KARI.country, post_code=KARI.post_code)


def _shipping_details(payment: Payment) -> ShippingDetails | None:
    if payment.shipping is None:
        return None
    return ShippingDetails(
        address=_address(),
        shipping_cost=payment.shipping.amount.value,
        shipping_option_id=payment.shipping.id,
        shipping_option_name=payment.shipping.name,
    )


def _user_details(payment: Payment) -> UserDetails:
    return UserDetails(
        email=KARI.email,
        first_name=KARI.first_name,
        last_name=KARI.last_name,
        mobile_number=payment.phone_number or PHONE_NUMBER,
        date_of_birth=KARI.born.isoformat(),
        addresses=[_address()],
    )
