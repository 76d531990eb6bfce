"""A small shop that takes payments: create, webhook, capture, refund.

Flask and requests; of vipps_nb it uses `verify` alone.

Its settings are the environment's: ``VIPPS_BASE_URL``, ``VIPPS_CLIENT_ID``, ``VIPPS_CLIENT_SECRET``,
``VIPPS_SUBSCRIPTION_KEY``, ``VIPPS_MSN``.
"""

from __future__ import annotations

import os
import uuid
from dataclasses import dataclass
from typing import Any

import requests
from flask import Flask, Response, jsonify, request

from vipps_nb.webhooks import verify

HOOK = "https://shop.example/vipps/webhook"
TIMEOUT = 10  # seconds
REPEATED = (502, 503, 504)


class PaymentError(Exception):
    """Vipps did not do what was asked."""


@dataclass
class Order:
    """One order, and what is known of its payment."""

    reference: str
    amount: int
    state: str = "new"


class Vipps:
    """The calls that this shop makes."""

    def __init__(self) -> None:
        self._base_url = os.environ["VIPPS_BASE_URL"]
        self._session = requests.Session()
        self._session.headers["Ocp-Apim-Subscription-Key"] = os.environ["VIPPS_SUBSCRIPTION_KEY"]
        self._session.headers["Merchant-Serial-Number"] = os.environ["VIPPS_MSN"]
        keys = {"client_id": os.environ["VIPPS_CLIENT_ID"], "client_secret": os.environ["VIPPS_CLIENT_SECRET"]}
        token = self._ask("/accesstoken/get", headers=keys)["access_token"]
        self._session.headers["Authorization"] = f"Bearer {token}"

    def register(self) -> str:
        """Have webhooks sent here; gives the secret that they are signed with."""
        events = [f"epayments.payment.{what}.v1" for what in ("authorized", "captured", "refunded", "aborted")]
        secret: str = self._ask("/webhooks/v1/webhooks", {"url": HOOK, "events": events})["secret"]
        return secret

    def create(self, order: Order) -> str:
        """Begin a payment; gives where the customer pays."""
        body = {
            "amount": {"currency": "NOK", "value": order.amount},
            "paymentMethod": {"type": "WALLET"},
            "reference": order.reference,
            "userFlow": "WEB_REDIRECT",
            "returnUrl": f"https://shop.example/orders/{order.reference}",
        }
        url: str = self._ask("/epayment/v1/payments", body, key=f"create-{order.reference}")["redirectUrl"]
        return url

    def modify(self, order: Order, verb: str) -> None:
        """Capture or refund all of it."""
        body = {"modificationAmount": {"currency": "NOK", "value": order.amount}}
        self._ask(f"/epayment/v1/payments/{order.reference}/{verb}", body, key=f"{verb}-{order.reference}")

    def _ask(self, path: str, body: Any = None, *, key: str = "", headers: dict[str, str] | None = None) -> Any:
        """One call, made once more with the same key after a fault that passes."""
        key = key or str(uuid.uuid4())
        for last in (False, True):
            try:
                answer = self._session.post(
                    self._base_url + path,
                    json=body,
                    headers={"Idempotency-Key": key, **(headers or {})},
                    timeout=TIMEOUT,
                )
            except requests.ConnectionError as error:
                if last:
                    raise PaymentError("Vipps cannot be reached.") from error
                continue
            if answer.status_code in REPEATED and not last:
                continue
            if not answer.ok:
                raise PaymentError(f"Vipps said {answer.status_code}.")
            return answer.json()
        raise AssertionError("unreachable")


def create_app() -> Flask:
    """The shop."""
    app = Flask(__name__)
    vipps = Vipps()
    secret = vipps.register()
    orders: dict[str, Order] = {}

    @app.errorhandler(PaymentError)
    def sorry(error: PaymentError) -> tuple[Response, int]:
        return jsonify(error=str(error)), 502

    @app.post("/orders")
    def buy() -> tuple[Response, int]:
        order = Order(f"order-{len(orders) + 1:04}", int(request.get_json()["amount"]))
        pay_at = vipps.create(order)
        orders[order.reference] = order
        return jsonify(reference=order.reference, pay_at=pay_at), 201

    @app.get("/orders/<reference>")
    def look(reference: str) -> Response:
        return jsonify(state=orders[reference].state)

    @app.post("/orders/<reference>/ship")
    def ship(reference: str) -> Response:
        vipps.modify(orders[reference], "capture")
        return jsonify(shipped=True)

    @app.post("/orders/<reference>/return")
    def take_back(reference: str) -> Response:
        vipps.modify(orders[reference], "refund")
        return jsonify(refunded=True)

    @app.post("/vipps/webhook")
    def hear() -> tuple[str, int]:
        verdict = verify(request.get_data(), request.headers, secret, url=HOOK)
        if not verdict:
            return verdict.sentence, 401
        told = request.get_json()
        orders[told["reference"]].state = told["name"].lower()
        return "", 200

    return app
