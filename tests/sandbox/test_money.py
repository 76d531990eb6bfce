"""However one creates, approves, aborts, captures, refunds, cancels, repeats and waits, the money adds up.

Hypothesis makes up the stories, and a model of a few integers says how each step must end. `--hypothesis-profile
thorough` tells thousands of them.
"""

from dataclasses import dataclass, field
from uuid import uuid4

import requests
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.sandbox.conftest import NOON, Merchant
from vipps_nb.sandbox import Sandbox, SandboxError

DAY = 24 * 3600
TIME_TO_APPROVE, TO_CAPTURE, TO_REFUND = 600, 180 * DAY, 365 * DAY  # seconds; a sales unit in Norway
VALUES = st.integers(min_value=100, max_value=1200).filter(lambda value: value not in range(120, 210))
WAITS = st.sampled_from([1, 60, 599, 600, 601, DAY, 179 * DAY, 181 * DAY, 366 * DAY])


@dataclass
class Expected:
    """What a payment must look like."""

    value: int
    created: int
    state: str = "CREATED"
    authorized: int = 0
    captured: int = 0
    refunded: int = 0
    cancelled: int = 0
    authorized_at: int = 0
    captured_at: int = 0
    events: list[tuple[str, int]] = field(default_factory=list)

    @property
    def left(self) -> int:
        return self.authorized - self.captured - self.cancelled

    def happened(self, name: str, value: int) -> None:
        self.events.append((name, value))


class Shop(RuleBasedStateMachine):
    """One sales unit, its payments, and a model of them."""

    sandbox: Sandbox
    http: requests.Session
    payments = Bundle("payments")

    @initialize()
    def open(self):
        self.sandbox.reset(seed=1)
        self.sandbox.hold(NOON)
        self.merchant = Merchant(self.sandbox.base_url, self.sandbox.keys(), self.http)
        self.now = 0
        self.expected = {}
        self.done = {}
        self.touched = set()

    def send(self, path, body):
        key = str(uuid4())
        answer = self.merchant.post(f"/epayment/v1/payments{path}", body, key)
        self.done[key] = (path, body, answer)
        return answer.status_code in (200, 201)

    @rule(target=payments, value=VALUES)
    def create(self, value):
        reference = f"order-{len(self.expected):04}"
        order = {"amount": {"currency": "NOK", "value": value}, "reference": reference, "userFlow": "NATIVE_REDIRECT"}
        assert self.send("", order | {"paymentMethod": {"type": "WALLET"}, "returnUrl": "shop://back"})
        assert not self.send("", order | {"paymentMethod": {"type": "WALLET"}, "returnUrl": "shop://again"})
        self.expected[reference] = Expected(value, self.now, events=[("CREATED", value)])
        self.touched.add(reference)
        return reference

    def decide(self, verb, reference):
        try:
            getattr(self.sandbox, verb)(reference=reference)
        except SandboxError:
            return False
        return True

    @rule(reference=payments)
    def approve(self, reference):
        payment = self.expected[reference]
        assert self.decide("approve", reference) is (payment.state == "CREATED")
        if payment.state == "CREATED":
            payment.state, payment.authorized, payment.authorized_at = "AUTHORIZED", payment.value, self.now
            payment.happened("AUTHORIZED", payment.value)
        self.touched.add(reference)

    @rule(reference=payments)
    def abort(self, reference):
        payment = self.expected[reference]
        assert self.decide("abort", reference) is (payment.state == "CREATED")
        if payment.state == "CREATED":
            payment.state = "ABORTED"
            payment.happened("ABORTED", payment.value)
        self.touched.add(reference)

    @rule(reference=payments, value=VALUES)
    def capture(self, reference, value):
        payment = self.expected[reference]
        fits = value <= payment.left and not payment.cancelled and self.now <= payment.authorized_at + TO_CAPTURE
        body = {"modificationAmount": {"currency": "NOK", "value": value}}
        assert self.send(f"/{reference}/capture", body) is fits
        if fits:
            payment.captured += value
            payment.captured_at = self.now
            payment.happened("CAPTURED", value)
        self.touched.add(reference)

    @rule(reference=payments, value=VALUES)
    def refund(self, reference, value):
        payment = self.expected[reference]
        fits = value <= payment.captured - payment.refunded and self.now <= payment.captured_at + TO_REFUND
        body = {"modificationAmount": {"currency": "NOK", "value": value}}
        assert self.send(f"/{reference}/refund", body) is fits
        if fits:
            payment.refunded += value
            payment.happened("REFUNDED", value)
        self.touched.add(reference)

    @rule(reference=payments)
    def cancel(self, reference):
        payment = self.expected[reference]
        in_time = self.now <= payment.authorized_at + TO_CAPTURE
        fits = payment.state == "CREATED" or (payment.left > 0 and not payment.cancelled and in_time)
        assert self.send(f"/{reference}/cancel", {}) is fits
        if fits and payment.state == "CREATED":
            payment.state = "TERMINATED"
            payment.happened("TERMINATED", payment.value)
        elif fits:
            payment.happened("CANCELLED", payment.left)
            payment.cancelled += payment.left
        self.touched.add(reference)

    @precondition(lambda self: self.done)
    @rule(data=st.data())
    def repeat(self, data):
        key = data.draw(st.sampled_from(list(self.done)))
        path, body, before = self.done[key]
        again = self.merchant.post(f"/epayment/v1/payments{path}", body, key)
        assert (again.status_code, again.content) == (before.status_code, before.content)

    @rule(seconds=WAITS)
    def wait(self, seconds):
        self.sandbox.advance(seconds)
        self.now += seconds
        self.merchant.headers["Authorization"] = f"Bearer {self.merchant.token()}"
        if seconds >= DAY:
            self.done.clear()  # keys are remembered for some days only
        for reference, payment in self.expected.items():
            if payment.state == "CREATED" and self.now >= payment.created + TIME_TO_APPROVE:
                payment.state = "EXPIRED"
                payment.happened("EXPIRED", payment.value)
                self.touched.add(reference)

    @invariant()
    def it_adds_up(self):
        for reference in self.touched:
            expected = self.expected[reference]
            found = self.merchant.payment(reference)
            money = {name: amount["value"] for name, amount in found["aggregate"].items()}
            assert found["state"] == expected.state
            assert money == {
                "authorizedAmount": expected.authorized,
                "capturedAmount": expected.captured,
                "refundedAmount": expected.refunded,
                "cancelledAmount": expected.cancelled,
            }
            assert money["refundedAmount"] <= money["capturedAmount"]
            assert money["capturedAmount"] + money["cancelledAmount"] <= money["authorizedAmount"]
            events = self.merchant.events(reference)
            assert [(event["name"], event["amount"]["value"]) for event in events] == expected.events
            assert all(event["success"] for event in events)
        self.touched = set()


def test_the_money_adds_up(sandbox, http):
    class Here(Shop):
        pass

    Here.sandbox, Here.http = sandbox, http
    run_state_machine_as_test(Here, settings=settings())
