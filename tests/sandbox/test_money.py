"""However one captures, refunds, cancels, repeats and waits, the money adds up."""

from uuid import uuid4

import requests
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from vipps_nb.sandbox import Sandbox

VALUES = st.integers(min_value=1, max_value=1200)
RESERVED = 1000


class Money(RuleBasedStateMachine):
    """One reserved payment beside a model of it: three integers."""

    sandbox: Sandbox
    http: requests.Session

    @initialize()
    def reserve(self):
        self.sandbox.reset(seed=1)
        self.sandbox.hold("2026-01-01T12:00:00Z")
        keys = self.sandbox.keys()
        headers = {name: keys[name] for name in ("client_id", "client_secret")}
        headers["Ocp-Apim-Subscription-Key"] = keys["subscription_key"]
        token = self.http.post(f"{self.sandbox.base_url}/accesstoken/get", headers=headers).json()["access_token"]
        self.headers = {
            "Authorization": f"Bearer {token}",
            "Ocp-Apim-Subscription-Key": keys["subscription_key"],
            "Merchant-Serial-Number": keys["merchant_serial_number"],
        }
        self.captured = self.refunded = self.cancelled = 0
        self.done = {}
        order = {
            "amount": {"currency": "NOK", "value": RESERVED},
            "paymentMethod": {"type": "WALLET"},
            "reference": "order-0001",
            "userFlow": "QR",
        }
        assert self.send("", order).status_code == 201
        assert self.sandbox.approve(reference="order-0001")["state"] == "AUTHORIZED"

    def send(self, path, body, key=None):
        return self.http.post(
            f"{self.sandbox.base_url}/epayment/v1/payments{path}",
            json=body,
            headers={**self.headers, "Idempotency-Key": key or str(uuid4())},
        )

    def modify(self, verb, value):
        key, body = str(uuid4()), {"modificationAmount": {"currency": "NOK", "value": value}}
        answer = self.send(f"/order-0001/{verb}", body, key)
        self.done[key] = (verb, body, answer)
        return answer.status_code == 200

    @rule(value=VALUES)
    def capture(self, value):
        fits = value <= RESERVED - self.captured - self.cancelled
        assert self.modify("capture", value) is fits
        self.captured += value if fits else 0

    @rule(value=VALUES.filter(lambda value: value not in (123, 124)))
    def refund(self, value):
        fits = value <= self.captured - self.refunded
        assert self.modify("refund", value) is fits
        self.refunded += value if fits else 0

    @rule()
    def cancel(self):
        left = RESERVED - self.captured - self.cancelled
        answer = self.send("/order-0001/cancel", {})
        assert (answer.status_code == 200) is (left > 0)
        self.cancelled += left

    @precondition(lambda self: self.done)
    @rule(data=st.data())
    def repeat(self, data):
        key = data.draw(st.sampled_from(sorted(self.done)))
        verb, body, before = self.done[key]
        again = self.send(f"/order-0001/{verb}", body, key)
        assert (again.status_code, again.content) == (before.status_code, before.content)

    @rule(seconds=st.integers(min_value=0, max_value=60))
    def wait(self, seconds):
        self.sandbox.advance(seconds)

    @invariant()
    def it_adds_up(self):
        if not hasattr(self, "headers"):
            return
        url = f"{self.sandbox.base_url}/epayment/v1/payments/order-0001"
        payment = self.http.get(url, headers=self.headers).json()
        found = {name: amount["value"] for name, amount in payment["aggregate"].items()}
        assert found == {
            "authorizedAmount": RESERVED,
            "capturedAmount": self.captured,
            "refundedAmount": self.refunded,
            "cancelledAmount": self.cancelled,
        }
        assert found["refundedAmount"] <= found["capturedAmount"]
        assert found["capturedAmount"] + found["cancelledAmount"] <= found["authorizedAmount"]
        events = self.http.get(f"{url}/events", headers=self.headers).json()
        for name, total in (("CAPTURED", self.captured), ("REFUNDED", self.refunded), ("CANCELLED", self.cancelled)):
            assert sum(event["amount"]["value"] for event in events if event["name"] == name) == total
        assert payment["state"] == "AUTHORIZED"


def test_the_money_adds_up(sandbox, http):
    from hypothesis.stateful import run_state_machine_as_test

    class Here(Money):
        pass

    Here.sandbox, Here.http = sandbox, http
    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=40,
            stateful_step_count=20,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
