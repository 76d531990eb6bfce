"""Sessions as the API shows them."""

from __future__ import annotations

import re
from typing import Literal

from vipps_nb.sandbox.apis.checkout.bodies import (
    BillingDetails,
    PaymentDetails,
    SessionResponse,
    ShippingDetails,
    SubscriptionDetails,
    TransactionAggregate,
    UserInfo,
)
from vipps_nb.sandbox.apis.checkout.money import Amount
from vipps_nb.sandbox.apis.checkout.session import Session
from vipps_nb.sandbox.apis.checkout.states import State
from vipps_nb.sandbox.apis.epayment.payment import Payment
from vipps_nb.sandbox.apis.epayment.states import State as PaymentState
from vipps_nb.sandbox.customer.customer import KARI, PHONE_NUMBER, subject
from vipps_nb.sandbox.world.world import World

MSISDN = re.compile(r"[1-9][0-9]{8,14}", re.ASCII)
SCOPE = "email"  # what requireUserInfo asks for, beside the sub


def session_answer(world: World, session: Session) -> SessionResponse:
    """The answer to a poll; what the customer entered is there once they pay."""
    answer = SessionResponse(
        session_id=session.session_id,
        merchant_serial_number=session.msn,
        reference=session.reference,
        session_state=session.state,
    )
    if session.state in (State.CREATED, State.EXPIRED):
        return answer
    if session.payment is not None:
        answer.payment_method = "Wallet"
        answer.payment_details = payment_details(session.payment)
    if session.agreement is not None:
        agreement = session.agreement
        answer.subscription_details = SubscriptionDetails(state=agreement.status, agreement_id=agreement.id)
    answer.billing_details = billing_details(session)
    answer.shipping_details = shipping_details(session)
    config = session.order.configuration
    if config is not None and session.state is State.SUCCESSFUL:
        if config.require_user_info:
            answer.user_info = UserInfo(sub=sub(world, session), email=_email(session))
        if config.custom_consent is not None:
            answer.custom_consent_provided = True
    return answer


def payment_details(payment: Payment) -> PaymentDetails:
    """The payment behind a session. Its state has fewer names here than in ePayment."""
    state: Literal["CREATED", "AUTHORIZED", "TERMINATED"] = "TERMINATED"
    if payment.state is PaymentState.CREATED:
        state = "CREATED"
    elif payment.state is PaymentState.AUTHORIZED:
        state = "AUTHORIZED"
    return PaymentDetails(
        amount=amount(payment, payment.value),
        state=state,
        aggregate=TransactionAggregate(
            cancelled_amount=amount(payment, payment.cancelled),
            captured_amount=amount(payment, payment.captured),
            refunded_amount=amount(payment, payment.refunded),
            authorized_amount=amount(payment, payment.authorized),
        ),
    )


def amount(payment: Payment, value: int) -> Amount:
    """An amount of a payment. Not validated: delivery may lift it over what a merchant can ask for in one request."""
    return Amount.model_construct(value=value, currency=payment.currency)


def shares(session: Session) -> bool:
    """Whether the merchant asks who the customer is."""
    config = session.order.configuration
    return config is not None and bool(config.require_user_info)


def phone_number(session: Session) -> str:
    """The customer's phone number. An invalid one they are asked to correct, and they enter their own."""
    filled = session.order.prefill_customer.phone_number if session.order.prefill_customer else None
    return filled if filled is not None and MSISDN.fullmatch(filled) else PHONE_NUMBER


def sub(world: World, session: Session) -> str:
    """Who the customer is towards this sales unit."""
    return subject(world.seed, session.msn, phone_number(session))


def billing_details(session: Session) -> BillingDetails | None:
    """Whom to bill, as far as the form asks."""
    elements = _elements(session)
    if elements == "PaymentOnly":
        return None
    filled = session.order.prefill_customer
    details = BillingDetails(
        first_name=(filled and filled.first_name) or KARI.first_name,
        last_name=(filled and filled.last_name) or KARI.last_name,
        email=_email(session),
        phone_number=phone_number(session),
    )
    if elements == "Full":
        details.street_address = (filled and filled.street_address) or KARI.address_line_1
        details.postal_code = (filled and filled.postal_code) or KARI.post_code
        details.city = (filled and filled.city) or KARI.city
        details.country = country(session)
    return details


def shipping_details(session: Session) -> ShippingDetails | None:
    """Where to send what was bought, and how; the customer takes the first pick-up point and the first time."""
    billing = billing_details(session)
    if billing is None and session.delivery is None:
        return None
    details = ShippingDetails(**(dict(billing) if billing else {}))
    chosen = session.delivery
    if chosen is not None:
        details.shipping_method_id = chosen.id
        details.amount = chosen.amount
        if chosen.delivery is not None:
            details.pickup_point = next(iter(chosen.delivery.pickup_points or []), None)
            details.timeslot = next(iter(chosen.delivery.timeslots or []), None)
    return details


def delivery_address(session: Session) -> dict[str, str]:
    """Where the customer wants their goods, as the question for dynamic options says it."""
    filled = session.order.prefill_customer
    return {
        "streetAddress": (filled and filled.street_address) or KARI.address_line_1,
        "postalCode": (filled and filled.postal_code) or KARI.post_code,
        "region": (filled and filled.city) or KARI.city,
        "country": country(session),
    }


def country(session: Session) -> str:
    """Where the customer says they live."""
    filled = session.order.prefill_customer
    return (filled and filled.country) or KARI.country


def _elements(session: Session) -> str:
    config = session.order.configuration
    return (config and config.elements) or "Full"


def _email(session: Session) -> str:
    filled = session.order.prefill_customer
    return (filled and filled.email) or KARI.email
