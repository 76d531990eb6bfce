"""The money of eCom adds up too, whatever a shop, a customer and the clock do; and the ledgers hear of all of it."""

from dataclasses import dataclass
from uuid import uuid4

import pytest
import requests
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests.sandbox.conftest import NOON, Merchant
from vipps_nb.sandbox import Sandbox, SandboxError
from vipps_nb.sandbox.world.movements import Movements

DAY = 24 * 3600
TIME_TO_APPROVE, TO_CAPTURE, TO_REFUND = 600, 180 * DAY, 365 * DAY
VALUES = st.integers(min_value=100, max_value=1200).filter(lambda value: value not in range(150, 210))
WAITS = st.sampled_from([1, 599, 600, 601, DAY, 179 * DAY, 181 * DAY, 366 * DAY])


@dataclass
class Expected:
    """What an order must look like."""

    value: int
    created: int
    state: str = "INITIATE"
    reserved: int = 0
    captured: int = 0
    refunded: int = 0
    released: bool = False
    reserved_at: int = 0
    captured_at: int = 0

    @property
    def left(self):
        return 0 if self.released else self.reserved - self.captured


class Shop(RuleBasedStateMachine):
    """One sales unit, its orders, and a model of them."""

    sandbox: Sandbox
    http: requests.Session
    moved: list
    orders = Bundle("orders")

    @initialize()
    def open(self):
        self.sandbox.reset(seed=1)
        self.sandbox.hold(NOON)
        self.merchant = Merchant(self.sandbox.base_url, self.sandbox.keys(), self.http)
        self.msn = self.merchant.headers["Merchant-Serial-Number"]
        self.now, self.expected, self.touched = 0, {}, set()
        self.moved.clear()

    def send(self, method, path, transaction, **more):
        body = {"merchantInfo": {"merchantSerialNumber": self.msn}, "transaction": transaction, **more}
        headers = {"X-Request-Id": uuid4().hex}
        return self.merchant.send(method, f"/ecomm/v2/payments{path}", body, **headers)

    def touch(self, order_id):
        self.touched.add(order_id)
        return self.expected[order_id]

    @rule(target=orders, value=VALUES)
    def initiate(self, value):
        order_id = f"order-{len(self.expected)}"
        order = {
            "customerInfo": {"mobileNumber": "12345678"},
            "merchantInfo": {
                "merchantSerialNumber": self.msn,
                "callbackPrefix": "https://example.com/callbacks",
                "fallBack": "shop://back",
            },
            "transaction": {"amount": value, "orderId": order_id, "transactionText": "Socks"},
        }
        assert self.merchant.post("/ecomm/v2/payments", order).ok
        self.expected[order_id] = Expected(value, self.now)
        self.touched.add(order_id)
        return order_id

    @rule(order_id=orders, approve=st.booleans())
    def decide(self, order_id, approve):
        order = self.touch(order_id)
        try:
            (self.sandbox.approve if approve else self.sandbox.abort)(reference=order_id)
        except SandboxError:
            assert order.state != "INITIATE"
            return
        assert order.state == "INITIATE"
        order.state = "RESERVE" if approve else "CANCEL"
        if approve:
            order.reserved, order.reserved_at = order.value, self.now

    @rule(order_id=orders, value=st.none() | VALUES)
    def capture(self, order_id, value):
        order = self.touch(order_id)
        taken = order.left if value is None else value
        fits = 0 < taken <= order.left and self.now <= order.reserved_at + TO_CAPTURE
        transaction = {"transactionText": "x"} | ({} if value is None else {"amount": value})
        assert self.send("POST", f"/{order_id}/capture", transaction).ok is fits
        if fits:
            order.captured += taken
            order.captured_at, order.state = self.now, "CAPTURE"

    @rule(order_id=orders, value=st.none() | VALUES)
    def refund(self, order_id, value):
        order = self.touch(order_id)
        most = order.captured - order.refunded
        given = most if value is None else value
        fits = 0 < given <= most and self.now <= order.captured_at + TO_REFUND
        transaction = {"transactionText": "x"} | ({} if value is None else {"amount": value})
        assert self.send("POST", f"/{order_id}/refund", transaction).ok is fits
        if fits:
            order.refunded += given
            order.state = "REFUND"

    @rule(order_id=orders, rest=st.booleans())
    def cancel(self, order_id, rest):
        order = self.touch(order_id)
        open_ = order.left > 0 and (rest or not order.captured) and self.now <= order.reserved_at + TO_CAPTURE
        fits = order.state == "INITIATE" or open_
        answer = self.send("PUT", f"/{order_id}/cancel", {"transactionText": "x"}, shouldReleaseRemainingFunds=rest)
        assert answer.ok is fits
        if fits:
            order.released, order.state = True, "VOID"

    @rule(seconds=WAITS)
    def wait(self, seconds):
        self.sandbox.advance(seconds)
        self.now += seconds
        self.merchant.headers["Authorization"] = f"Bearer {self.merchant.token()}"
        for order_id, order in self.expected.items():
            if order.state == "INITIATE" and self.now >= order.created + TIME_TO_APPROVE:
                self.touch(order_id).state = "REJECTED"

    @invariant()
    def all_adds_up(self):
        for order_id in self.touched:
            order = self.expected[order_id]
            details = self.merchant.get(f"/ecomm/v2/payments/{order_id}/details").json()
            summary = {name: value for name, value in details["transactionSummary"].items() if "mount" in name}
            assert summary == {
                "capturedAmount": order.captured,
                "refundedAmount": order.refunded,
                "remainingAmountToCapture": order.left,
                "remainingAmountToRefund": order.captured - order.refunded,
            }
            assert order.refunded <= order.captured <= order.reserved <= order.value
            status = self.merchant.get(f"/ecomm/v2/payments/{order_id}/status").json()
            assert status["transactionInfo"]["status"] == order.state
            told = {"capture": 0, "refund": 0}
            for movement in self.moved:
                if movement.reference == order_id:
                    told[movement.kind] += movement.value
            assert told == {"capture": order.captured, "refund": order.refunded}
        self.touched = set()


@pytest.fixture
def moved(monkeypatch):
    """What the ledgers hear of."""
    kept = []
    monkeypatch.setattr(Movements, "add", lambda self, movement: kept.append(movement))
    return kept


def test_whatever_happens_the_money_adds_up(sandbox, http, moved):
    class Here(Shop):
        pass

    Here.sandbox, Here.http, Here.moved = sandbox, http, moved

    run_state_machine_as_test(Here, settings=settings())
