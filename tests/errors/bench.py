"""The bench at which refusals are provoked: a sandbox, a session that talks to it, and what else one needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import requests
from requests.adapters import HTTPAdapter

from tests.conftest import Answer, ScriptedServer, Seen
from tests.sandbox.login_client import LoginClient
from vipps_nb import Retries, VippsSession, login
from vipps_nb.sandbox import Sandbox

NOON = "2026-01-01T12:00:00Z"
DAY = 24 * 3600
PAYMENTS = "/epayment/v1/payments"
AGREEMENTS = "/recurring/v3/agreements"
ORDERS = "/ecomm/v2/payments"
KEY_HEADER = "Ocp-Apim-Subscription-Key"
MSN_HEADER = "Merchant-Serial-Number"
PAYMENT = {
    "amount": {"currency": "NOK", "value": 49900},
    "paymentMethod": {"type": "WALLET"},
    "userFlow": "WEB_REDIRECT",
    "returnUrl": "https://example.com/return",
    "paymentDescription": "One pair of socks",
}
LEGACY = {"type": "LEGACY", "amount": 49900, "currency": "NOK"}
VARIABLE = {"type": "VARIABLE", "suggestedMaxAmount": 50000, "currency": "NOK"}
DRAFT = {
    "pricing": LEGACY,
    "interval": {"unit": "MONTH", "count": 1},
    "productName": "The daily news",
    "merchantRedirectUrl": "https://example.com/done",
    "merchantAgreementUrl": "https://example.com/me",
}
CHARGE = {
    "amount": 49900,
    "description": "January",
    "transactionType": "DIRECT_CAPTURE",
    "due": "2026-01-20",
    "retryDays": 2,
}
RECEIPT = {
    "orderLines": [
        {
            "name": "Socks",
            "id": "1",
            "totalAmount": 49900,
            "totalAmountExcludingTax": 39920,
            "totalTaxAmount": 9980,
            "taxRate": 2500,
        }
    ],
    "bottomLine": {"currency": "NOK"},
}


class StandIn(HTTPAdapter):
    """Speaks to a server of ours; the answer says that it came from the host that was asked."""

    def __init__(self, base_url: str) -> None:
        super().__init__()
        self.base_url = base_url

    def send(self, request, *args, **kwargs):
        meant = request.copy()
        request.url = self.base_url + urlsplit(request.url or "").path
        response = super().send(request, *args, **kwargs)
        response.request, response.url = meant, meant.url
        return response


@dataclass
class Bench:
    """A fresh world at noon on New Year's Day, and a merchant who can do everything wrong."""

    sandbox: Sandbox
    serve: Callable[[Callable[[Seen], Answer]], ScriptedServer]

    def session(self, key_type: str = "merchant") -> VippsSession:
        session = login(key_type=key_type, quiet=True)
        session.retries = Retries(total=0)  # to see the first answer
        return session

    @cached_property
    def vipps(self) -> VippsSession:
        return self.session()

    @cached_property
    def msn(self) -> str:
        return self.vipps.merchant_serial_number or ""

    @property
    def other_msn(self) -> str:
        return self.sandbox.overview()["salesUnits"][1]["merchantSerialNumber"]

    @property
    def browser(self) -> LoginClient:
        return LoginClient(self.sandbox.base_url, self.sandbox.keys(), self.http)

    @cached_property
    def http(self) -> requests.Session:
        session = requests.Session()
        session.trust_env = False
        return session

    def plain(self, method: str, path: str, *, without: tuple[str, ...] = (), **more: Any) -> requests.Response:
        """A request of somebody who writes all headers by hand."""
        headers = {
            "Authorization": f"Bearer {self.vipps.token.reveal()}",
            KEY_HEADER: self.sandbox.keys()["subscription_key"],
            MSN_HEADER: self.msn,
            **(more.pop("headers", None) or {}),
        }
        sent = {name: value for name, value in headers.items() if name not in without}
        return self.http.request(method, self.sandbox.base_url + path, headers=sent, **more)

    def ask_for_token(self, keys: Mapping[str, str] | None = None, **more: Any) -> requests.Response:
        """The token call by hand, with keys as headers."""
        keys = self.sandbox.keys() if keys is None else keys
        names = {"client_id": "client_id", "client_secret": "client_secret", "subscription_key": KEY_HEADER}
        headers = {header: keys[name] for name, header in names.items() if name in keys}
        return self.http.post(self.sandbox.base_url + "/accesstoken/get", headers=headers, **more)

    def elsewhere(self, host: str, method: str, path: str, status: int, body: bytes) -> requests.Response:
        """What a real host would say, said by a server of ours."""
        server = self.serve(lambda seen: Answer(status, body))
        self.http.mount(f"https://{host}", StandIn(server.base_url))
        return self.http.request(method, f"https://{host}{path}")

    def allow(self, **switches: Any) -> None:
        self.sandbox.sales_unit(self.msn, **switches)

    def strict(self) -> Bench:
        """Let nothing pass that no document has."""
        self.sandbox.settings(strictness="strict")
        return self

    def refuse(self, method: str, path: str, **rule: Any) -> requests.Response:
        """Have the fault desk answer a call."""
        self._order({"method": method, "path": path, **rule})
        body = {"json": {}} if method != "GET" else {}
        return self.vipps.request(method, path, **body)

    def refuse_sending(self, body: Any, **rule: Any) -> requests.Response:
        """Have it answer a payment that has this body."""
        self._order({"method": "POST", "path": PAYMENTS, **rule})
        return self.vipps.post(PAYMENTS, json=body)

    def _order(self, rule: dict[str, Any]) -> None:
        assert self.vipps.token  # fetched before there are faults
        self.sandbox.faults([rule])

    # ePayment

    def create(self, reference: str = "order-0001", *, key: str | None = None, **changes: Any) -> requests.Response:
        order = {name: value for name, value in {"reference": reference, **PAYMENT, **changes}.items() if value}
        return self.vipps.post(PAYMENTS, json=order, headers={"Idempotency-Key": key or str(uuid4())})

    def created(self, **changes: Any) -> None:
        assert self.create(**changes).status_code == 201

    def reserved(self, **changes: Any) -> None:
        self.created(**changes)
        assert self.sandbox.approve(reference="order-0001")["approved"]

    def captured(self, value: int = 49900) -> None:
        self.reserved()
        assert self.modify("capture", value).status_code == 200

    def modify(self, verb: str, value: int, *, key: str | None = None) -> requests.Response:
        body = {"modificationAmount": {"currency": "NOK", "value": value}}
        headers = {"Idempotency-Key": key or str(uuid4())}
        return self.vipps.post(f"{PAYMENTS}/order-0001/{verb}", json=body, headers=headers)

    def cancel(self, **body: Any) -> requests.Response:
        return self.vipps.post(f"{PAYMENTS}/order-0001/cancel", json=body or None)

    def approve(self, **body: Any) -> requests.Response:
        body = body or {"customer": {"phoneNumber": "4712345678"}}
        return self.vipps.post("/epayment/v1/test/payments/order-0001/approve", json=body)

    def wait(self, days: float) -> None:
        self.sandbox.advance(days * DAY)

    # Recurring

    def draft(self, *, key: str | None = None, **changes: Any) -> requests.Response:
        return self.vipps.post(AGREEMENTS, json=DRAFT | changes, headers={"Idempotency-Key": key or str(uuid4())})

    def active(self, **changes: Any) -> str:
        agreement: str = self.draft(**changes).json()["agreementId"]
        self.sandbox.approve(agreement_id=agreement)
        return f"{AGREEMENTS}/{agreement}"

    def charge(self, agreement: str | None = None, **changes: Any) -> requests.Response:
        body = {name: value for name, value in (CHARGE | changes).items() if value is not None}
        return self.vipps.post(f"{agreement or self.active()}/charges", json=body)

    def charged(self, **changes: Any) -> str:
        """A charge's path."""
        agreement = self.active()
        return f"{agreement}/charges/{self.charge(agreement, **changes).json()['chargeId']}"

    # eCom

    def ecom(self, *, phone: str = "12345678", merchant: Any = None, **transaction: Any) -> requests.Response:
        order = {
            "customerInfo": {"mobileNumber": phone},
            "merchantInfo": {
                "merchantSerialNumber": self.msn,
                "callbackPrefix": "https://example.com/callbacks",
                "fallBack": "https://example.com/return",
                **(merchant or {}),
            },
            "transaction": {"amount": 49900, "orderId": "order-0001", "transactionText": "Socks", **transaction},
        }
        return self.vipps.post(ORDERS, json=order)
