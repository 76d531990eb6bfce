"""What the platform asks and tells the merchant's own server about a payment.

Source: eCom API guide, callbacks.

The outcome is told once and never again, whatever the merchant answers; who has missed it asks for the details.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from vipps_nb.sandbox.apis.legacy.ecom.models import Payment, shipping_details, user_details, user_id
from vipps_nb.sandbox.apis.legacy.ecom.schemas import State
from vipps_nb.sandbox.customer.customer import KARI
from vipps_nb.sandbox.webhook_delivery.outbox import OutgoingRequest, Reply
from vipps_nb.sandbox.world.clock import timestamp
from vipps_nb.sandbox.world.world import World

ADDRESS_ID = 100
TIME_TO_HEAR, TIME_TO_FIND_SHIPPING = 3, 10  # seconds
STATUS = {State.RESERVE: "RESERVED", State.SALE: "SALE", State.CANCEL: "CANCELLED"}


def tell_outcome(world: World, payment: Payment, error: dict[str, str] | None = None) -> None:
    """Tell the merchant how the customer, or time, decided."""
    content: dict[str, Any] = {
        "merchantSerialNumber": payment.msn,
        "orderId": payment.order_id,
        "transactionInfo": {
            "amount": payment.value,
            "status": STATUS.get(payment.state, "REJECTED"),
            "timeStamp": timestamp(payment.history[-1].moment),
            "transactionId": payment.history[-1].transaction_id,
        },
    }
    if payment.is_express and payment.reserved:
        # Express says RESERVE where the regular callback says RESERVED, and zipCode where the details say postCode.
        if payment.state is State.RESERVE:
            content["transactionInfo"]["status"] = "RESERVE"
        shipping = shipping_details(payment)
        if shipping is not None:
            content["shippingDetails"] = shipping.to_json()
            content["shippingDetails"]["address"]["zipCode"] = shipping.address.post_code
        content["userDetails"] = user_details(payment, world).to_json()
    if error is not None:
        content["errorInfo"] = error
    prefix = payment.order.merchant_info.callback_prefix
    url = f"{prefix.rstrip('/')}/v2/payments/{payment.order_id}"
    world.outbox.post(_letter(payment, url, content, about="eCom callback", time_limit=TIME_TO_HEAR))


def ask_for_shipping(world: World, payment: Payment, on_reply: Callable[[Reply], None]) -> None:
    """Ask the merchant what shipping there is to the customer's address."""
    content = {
        "addressId": ADDRESS_ID,
        "addressLine1": KARI.address_line_1,
        "addressType": "H",
        "city": KARI.city,
        "country": KARI.country,
        "postCode": KARI.post_code,
    }
    prefix = payment.order.merchant_info.shipping_details_prefix or ""
    url = f"{prefix.rstrip('/')}/v2/payments/{payment.order_id}/shippingDetails"
    outgoing = _letter(payment, url, content, about="eCom shipping details", time_limit=TIME_TO_FIND_SHIPPING)
    world.outbox.post(replace(outgoing, on_reply=on_reply))


def tell_consent_removed(world: World, payment: Payment) -> None:
    """Tell the merchant to forget the customer."""
    prefix = payment.order.merchant_info.consent_removal_prefix
    if prefix:
        url = f"{prefix.rstrip('/')}/v2/consents/{quote(user_id(payment, world), safe='')}"
        outgoing = OutgoingRequest(
            url=url, body=b"", headers=_headers(payment), method="DELETE", about="eCom consent removal"
        )
        world.outbox.post(outgoing)


def _letter(payment: Payment, url: str, content: dict[str, Any], *, about: str, time_limit: float) -> OutgoingRequest:
    headers = {"Content-Type": "application/json;charset=UTF-8", **_headers(payment)}
    body = json.dumps(content).encode()
    return OutgoingRequest(url=url, body=body, headers=headers, about=about, time_limit=time_limit)


def _headers(payment: Payment) -> dict[str, str]:
    token = payment.order.merchant_info.auth_token
    return {"Authorization": token} if token else {}
