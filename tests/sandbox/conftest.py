"""A fresh, seeded world with its clock held for every test, and a merchant who speaks plain HTTP."""

from __future__ import annotations

from uuid import uuid4

import pytest
import requests

from tests.sandbox.login_client import LoginClient
from vipps_nb.sandbox import Sandbox

NOON = "2026-01-01T12:00:00.000Z"


class Merchant:
    """One sales unit's client: requests, nothing else. `headers` are sent with every call and may be changed."""

    def __init__(self, base_url, keys, http):
        self.base_url = base_url
        self.keys = keys
        self.http = http
        self.headers = {
            "Authorization": f"Bearer {self.token()}",
            "Ocp-Apim-Subscription-Key": keys["subscription_key"],
            "Merchant-Serial-Number": keys["merchant_serial_number"],
        }

    def token(self):
        names = {"client_id", "client_secret"} & set(self.keys)
        headers = {name: self.keys[name] for name in names}
        headers["Ocp-Apim-Subscription-Key"] = self.keys["subscription_key"]
        return self.http.post(f"{self.base_url}/accesstoken/get", headers=headers).json()["access_token"]

    def send(self, method, path, body=None, key=None, **headers):
        """One request; a write gets an idempotency key, a new one unless given."""
        if method != "GET":
            headers = {"Idempotency-Key": key or str(uuid4()), **headers}
        return self.http.request(method, self.base_url + path, json=body, headers={**self.headers, **headers})

    def get(self, path, **headers):
        return self.send("GET", path, **headers)

    def post(self, path, body=None, key=None, **headers):
        return self.send("POST", path, body, key, **headers)

    def put(self, path, body=None, key=None, **headers):
        return self.send("PUT", path, body, key, **headers)

    def patch(self, path, body=None, key=None, **headers):
        return self.send("PATCH", path, body, key, **headers)

    def delete(self, path, body=None, key=None, **headers):
        return self.send("DELETE", path, body, key, **headers)

    def create(self, reference="order-0001", *, key=None, **changes):
        """Create a payment of 499.00; a change to None leaves the field out."""
        order = {
            "amount": {"currency": "NOK", "value": 49900},
            "paymentMethod": {"type": "WALLET"},
            "reference": reference,
            "userFlow": "WEB_REDIRECT",
            "returnUrl": "https://example.com/return",
            "paymentDescription": "One pair of socks",
            **changes,
        }
        order = {name: value for name, value in order.items() if value is not None}
        return self.post("/epayment/v1/payments", order, key)

    def payment(self, reference="order-0001"):
        return self.get(f"/epayment/v1/payments/{reference}").json()

    def events(self, reference="order-0001"):
        return self.get(f"/epayment/v1/payments/{reference}/events").json()

    def modify(self, verb, value, reference="order-0001", *, key=None, currency="NOK"):
        body = {"modificationAmount": {"currency": currency, "value": value}}
        return self.post(f"/epayment/v1/payments/{reference}/{verb}", body, key)

    def cancel(self, reference="order-0001", body=None, key=None):
        return self.post(f"/epayment/v1/payments/{reference}/cancel", body, key)

    def force_approve(self, reference="order-0001", body=None):
        body = {"customer": {"phoneNumber": "4712345678"}} if body is None else body
        return self.post(f"/epayment/v1/test/payments/{reference}/approve", body)

    def reserved(self, reference="order-0001", **changes):
        """A payment that the customer has approved."""
        assert self.create(reference, **changes).status_code == 201
        assert self.force_approve(reference).status_code == 200


def _code(response):
    """The business code of a refusal."""
    assert response.headers["Content-Type"] == "application/problem+json", response.text
    problem = response.json()
    assert problem["status"] == response.status_code
    codes = [item["reason"] for item in problem.get("extraDetails", []) if item["name"] == "ErrorCode"]
    return codes[0] if codes else None


@pytest.fixture(scope="session")
def running():
    with Sandbox(seed=1, sales_units=3, door="both") as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running):
    running.reset(seed=1)
    running.hold(NOON)
    return running


@pytest.fixture
def http(running):
    """A client that calls the shared sandbox, which takes half as long, and connects to every other one."""
    with requests.Session() as session:
        session.trust_env = False
        session.mount(running.base_url, running.adapter())
        yield session


@pytest.fixture
def merchant(sandbox, http):
    return Merchant(sandbox.base_url, sandbox.keys(), http)


@pytest.fixture
def other_merchant(sandbox, http):
    other = sandbox.overview()["salesUnits"][1]["merchantSerialNumber"]
    return Merchant(sandbox.base_url, sandbox.keys(msn=other), http)


@pytest.fixture
def partner(sandbox, http):
    return Merchant(sandbox.base_url, sandbox.keys("partner"), http)


@pytest.fixture
def login_client(sandbox, http):
    return LoginClient(sandbox.base_url, sandbox.keys(), http)


@pytest.fixture
def other_login_client(sandbox, http):
    other = sandbox.overview()["salesUnits"][1]["merchantSerialNumber"]
    return LoginClient(sandbox.base_url, sandbox.keys(msn=other), http)


@pytest.fixture
def code():
    return _code
