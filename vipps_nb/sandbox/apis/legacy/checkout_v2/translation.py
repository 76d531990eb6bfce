"""Between the versions: what was ordered in old words, and what is told in them."""

from __future__ import annotations

from typing import Any, Literal

from vipps_nb.sandbox.apis.checkout import schemas as v3
from vipps_nb.sandbox.apis.checkout.callbacks import WORDS, Words
from vipps_nb.sandbox.apis.checkout.models import Session, session_answer
from vipps_nb.sandbox.apis.checkout.schemas import Amount, OtherOption, State
from vipps_nb.sandbox.apis.checkout.schemas import LogisticsOption as NewOption
from vipps_nb.sandbox.apis.legacy.checkout_v2.schemas import (
    CALLBACK_OPTIONS,
    CallbackLogisticsOption,
    GetSession,
    InitiateSession,
    Logistics,
    LogisticsOption,
    OldBillingDetails,
    OldShippingDetails,
    RequestAmount,
    ResponsePaymentDetails,
    SessionCompleted,
    UserDetails,
)
from vipps_nb.sandbox.server.json_model import JsonModel
from vipps_nb.sandbox.world.settings import Settings
from vipps_nb.sandbox.world.world import World

LONGEST_TITLE = 200
LAST = 2**31 - 1  # an option without a priority comes after all that have one
ELEMENTS: dict[tuple[bool, bool], Literal["Full", "PaymentAndContactInfo", "PaymentOnly"]] = {
    (True, True): "Full",
    (True, False): "PaymentAndContactInfo",
    (False, False): "PaymentOnly",
}
"""What ``contactFields`` and ``addressFields`` are called today; there is no address without a contact."""
INTERACTIONS: dict[str, Literal["CUSTOMER_PRESENT", "CUSTOMER_NOT_PRESENT"]] = {
    "customer_present": "CUSTOMER_PRESENT",
    "customer_not_present": "CUSTOMER_NOT_PRESENT",
}
PREFIX_PATH = "/checkout/v2/order/"


def in_new_words(order: InitiateSession) -> v3.PaymentOrder:
    """An order as version 3 would have it."""
    merchant, transaction = order.merchant_info, order.transaction
    return v3.PaymentOrder(
        type="PAYMENT",
        reference=transaction.reference,
        merchant_info=v3.MerchantInfo(
            callback_url=merchant.callback_prefix.rstrip("/") + PREFIX_PATH + transaction.reference,
            return_url=merchant.return_url,
            callback_authorization_token=merchant.callback_authorization_token,
            terms_and_conditions_url=merchant.terms_and_conditions_url,
        ),
        transaction=v3.PaymentTransaction(
            amount=_amount(transaction.amount), payment_description=transaction.payment_description
        ),
        logistics=_logistics(order.logistics) if order.logistics else None,
        prefill_customer=v3.PrefillCustomer(**dict(order.prefill_customer)) if order.prefill_customer else None,
        configuration=v3.CheckoutConfig(
            elements=ELEMENTS[order.contact_fields, order.address_fields],
            customer_interaction=INTERACTIONS[order.customer_interaction] if order.customer_interaction else None,
            user_flow=order.user_flow,
            require_user_info=order.require_user_info,
        ),
    )


def _amount(amount: RequestAmount) -> Amount:
    return Amount(value=amount.value or 0, currency=amount.currency)


def _logistics(logistics: Logistics) -> v3.Logistics:
    options = logistics.fixed_options
    return v3.Logistics(
        dynamic_options_callback=logistics.dynamic_options_callback,
        fixed_options=None if options is None else [_option(option) for option in options],
        integrations=logistics.integrations,
    )


def read_options(body: bytes, settings: Settings) -> list[NewOption]:
    """What a merchant answered to the question for dynamic options.

    Raises:
        ValueError: It is none of this version's answers.
    """
    return [_option(option) for option in CALLBACK_OPTIONS.read(body, settings)]


def _option(option: LogisticsOption | CallbackLogisticsOption) -> OtherOption:
    return OtherOption(
        brand="OTHER",
        id=option.id,
        amount=_amount(option.amount),
        title=f"{option.brand} {option.product or ''}".strip()[:LONGEST_TITLE] or option.id,
        priority=LAST if option.priority is None else option.priority,
        is_default=bool(option.is_default),
        description=option.description,
        type="PICKUP_POINT" if option.is_pickup_point else None,
    )


def poll(world: World, session: Session) -> GetSession:
    """The answer to a poll."""
    over = session.state in (State.EXPIRED, State.TERMINATED)
    return GetSession(session_state="SessionTerminated" if over else "SessionStarted", **_told(world, session))


def completed(world: World, session: Session) -> dict[str, Any] | None:
    """What the callback says; nothing of a session that ended without a payment."""
    if session.payment is None:
        return None
    successful = session.state is State.SUCCESSFUL
    told = SessionCompleted(
        merchant_serial_number=session.msn,
        session_state="PaymentSuccessful" if successful else "PaymentFailed",
        **_told(world, session),
    )
    if told.payment_details is not None:
        told.payment_details.aggregate = None
    return told.to_json()


def _told(world: World, session: Session) -> dict[str, Any]:
    """What a poll and a callback have in common, made from version 3's answer."""
    said = session_answer(world, session)
    told: dict[str, Any] = {"session_id": said.session_id, "reference": said.reference}
    if said.payment_details is not None:
        paid = said.payment_details
        state = "AUTHORISED" if paid.state == "AUTHORIZED" else paid.state
        told["payment_method"] = "Wallet"
        told["payment_details"] = ResponsePaymentDetails.model_construct(
            amount=paid.amount, state=state, aggregate=paid.aggregate
        )
    if said.billing_details is not None:
        billing = said.billing_details
        told["billing_details"] = OldBillingDetails(**_with_region(billing))
        told["user_details"] = UserDetails(
            first_name=billing.first_name,
            last_name=billing.last_name,
            phone_number=billing.phone_number,
            email=billing.email,
            user_info_sub=said.user_info.sub if said.user_info else None,
        )
    if said.shipping_details is not None:
        shipping = _with_region(said.shipping_details)
        shipping.pop("timeslot")
        told["shipping_details"] = OldShippingDetails(**shipping)
    return told


def _with_region(details: JsonModel) -> dict[str, Any]:
    return {"region" if name == "city" else name: value for name, value in dict(details).items()}


WORDS["v2"] = Words(end=completed, options=read_options)
