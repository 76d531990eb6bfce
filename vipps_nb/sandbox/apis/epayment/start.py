"""How a payment begins, whoever asks for it: the create operation, or a checkout that ends in a payment."""

from __future__ import annotations

from vipps_nb.sandbox.apis.epayment.approval import PaymentOnPhone, expire, record
from vipps_nb.sandbox.apis.epayment.bodies import CreatePaymentRequest
from vipps_nb.sandbox.apis.epayment.payment import Payment, Payments
from vipps_nb.sandbox.apis.epayment.shipping import ask
from vipps_nb.sandbox.apis.epayment.terms import expiry
from vipps_nb.sandbox.world.receipts import Receipts
from vipps_nb.sandbox.world.world import World

DEFAULT_QR_SIZE = 1024  # pixels


def start(world: World, msn: str, order: CreatePaymentRequest, *, key: str | None = None) -> Payment:
    """Put a new payment on the shelf and on the customer's phone. Whether it may be is for the caller to check."""
    token = world.ids.urlsafe(24)
    payment = Payment(
        msn=msn,
        psp_reference=world.ids.digits(11),
        order=order,
        value=order.amount.value,
        created=world.clock.now(),
        expires=expiry(order, world.clock.now()),
        token=token,
        redirect_url=_redirect_url(order, f"{world.base_url}/landing", token),
    )
    world.room(Payments).store(payment)
    if order.receipt is not None:
        world.room(Receipts).put(msn, "ecom", order.reference, order.receipt.as_sent())
    record(world, payment, "CREATED", payment.value, key=key, psp_reference=payment.psp_reference)
    world.phone[token] = PaymentOnPhone(world, payment)
    world.clock.at(payment.expires, lambda: expire(world, payment))
    if order.shipping is not None and order.shipping.dynamic_options is not None:
        ask(world, payment, order.shipping.dynamic_options)
    return payment


def _redirect_url(order: CreatePaymentRequest, phone: str, token: str) -> str | None:
    """Where the customer goes, or the picture of it. A push message reaches the phone by itself."""
    if order.user_flow == "PUSH_MESSAGE":
        return None
    image = order.qr_format
    if order.user_flow != "QR" or (image is not None and image.format == "TEXT/TARGETURL"):
        return f"{phone}?token={token}"
    if image is not None and image.format == "IMAGE/PNG":
        return f"{phone}/qr.png?token={token}&size={image.size or DEFAULT_QR_SIZE}"
    return f"{phone}/qr.svg?token={token}"
