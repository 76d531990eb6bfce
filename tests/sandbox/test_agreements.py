"""However one drafts, accepts, charges, waits, captures, refunds, cancels and stops, subscriptions add up.

Hypothesis makes up the stories, and a model of a few integers says how each step must end. `--hypothesis-profile
thorough` tells thousands of them.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
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

from tests.sandbox.recurring_shop import AGREEMENTS, DAY, DRAFT, HOUR, Inside, Subscriptions, open_world
from vipps_nb.sandbox import SandboxError
from vipps_nb.sandbox.world.movements import Movements

PRICE, CEILING = 1000, 5000
START = datetime(2026, 1, 1, 12, tzinfo=UTC)
WINTER = datetime(2026, 3, 28, tzinfo=UTC)  # stories end before summer time, so that the model needs no calendar
OSLO = timedelta(hours=1)
HOURS = (timedelta(hours=9), timedelta(hours=17))  # when charges are processed, in Oslo
TIME_TO_ACCEPT, VISIBLE_FOR = timedelta(minutes=10), timedelta(days=30)
VALUES = st.integers(min_value=250, max_value=1200)  # beyond the special amounts
WAITS = st.sampled_from([1, 599, 600, HOUR, 12 * HOUR, DAY, 7 * DAY, 31 * DAY])
MOSTLY = st.sampled_from([True, True, True, False])
CAPTURABLE = ("RESERVED", "PARTIALLY_CAPTURED")
CANCELLABLE = ("PENDING", "DUE", "RESERVED", "PARTIALLY_CAPTURED")
REFUNDABLE = ("CHARGED", "PARTIALLY_CAPTURED", "PARTIALLY_REFUNDED")


def kind(reserve):
    return "RESERVE_CAPTURE" if reserve else "DIRECT_CAPTURE"


@dataclass
class Charge:
    """What a charge must look like."""

    agreement: "Agreement"
    value: int
    due: datetime
    retry_days: int
    reserve: bool
    kind: str = "RECURRING"
    status: str = "PENDING"
    captured: int = 0
    refunded: int = 0
    cancelled: int = 0
    moved: list[tuple[str, int]] = field(default_factory=list)

    @property
    def left(self):
        return self.value - self.captured - self.cancelled

    @property
    def counts(self):
        return self.kind != "INITIAL" and self.status not in ("CANCELLED", "FAILED")

    def see(self, now):
        if self.status == "PENDING" and now >= self.due - OSLO - VISIBLE_FOR:
            self.status = "DUE"

    def pass_time(self, before, now, card_works):
        """What happens to a recurring charge after one moment, up to another."""
        self.see(now)
        days = [self.due + timedelta(days=number) for number in range(self.retry_days + 1)]
        attempts = [day - OSLO + hour for day in days for hour in HOURS]
        tried = [moment for moment in attempts if before < moment <= now]
        if self.status != "DUE" or not tried:
            return
        if card_works:
            self.take()
        elif tried[-1] == attempts[-1]:
            self.fail()

    def take(self):
        if self.reserve:
            self.status = "RESERVED"
        else:
            self.status, self.captured = "CHARGED", self.value
            self.moved.append(("capture", self.value))

    def fail(self):
        self.status = "FAILED"

    def release(self):
        self.cancelled += self.left
        self.status = "CHARGED" if self.captured else "CANCELLED"


@dataclass
class Agreement:
    """What an agreement must look like."""

    created: datetime
    status: str = "PENDING"
    was_active: bool = False
    charges: list[Charge] = field(default_factory=list)

    def left(self, day):
        """What may still be taken in the month of a day."""
        return CEILING - sum(one.value for one in self.charges if one.counts and one.due.month == day.month)

    def end(self, status, dropped):
        self.status = status
        for charge in self.charges:
            if charge.status in dropped:
                charge.release()


class Publisher(RuleBasedStateMachine):
    """One sales unit, its subscribers, and a model of them."""

    inside: Inside
    http: object
    agreements = Bundle("agreements")

    @initialize(target=agreements, value=VALUES)
    def open(self, value):
        """Stories begin with a subscriber who has a reservation, something paid, and charges to come."""
        self.inside.begin()
        self.shop = Subscriptions(self.inside.merchant(self.http), self.inside.sandbox)
        self.now = START
        self.card_works = True
        self.expected = {}
        self.charges = {}
        self.done = {}
        self.touched = set()
        subscriber = self.draft(None)
        self.accept(subscriber, by_force=False)
        for days, reserve in ((1, True), (1, False), (20, True), (40, False)):
            self.charge(subscriber, value, days, 1, reserve)
        self.wait(DAY)
        return subscriber

    def send(self, method, path, body=None):
        key = str(uuid4())
        answer = self.shop.merchant.send(method, AGREEMENTS + path, body, key)
        self.done[key] = (method, path, body, answer)
        return answer.status_code in (201, 204)

    def created(self, name):
        """The id in the last answer."""
        *_, answer = list(self.done.values())[-1]
        return answer.json()[name]

    @rule(target=agreements, initial=st.none() | st.tuples(VALUES, st.booleans()))
    def draft(self, initial):
        agreement = Agreement(self.now)
        order = DRAFT | {"pricing": {"type": "LEGACY", "amount": PRICE, "currency": "NOK"}}
        if initial is not None:
            value, reserve = initial
            order["initialCharge"] = {"amount": value, "description": "welcome", "transactionType": kind(reserve)}
        assert self.send("POST", "", order)
        if initial is not None:
            charge = Charge(agreement, value, self.now, 0, reserve, kind="INITIAL")
            agreement.charges.append(charge)
            self.charges[self.created("chargeId")] = charge
        self.expected[self.created("agreementId")] = agreement
        self.touched.add(self.created("agreementId"))
        return self.created("agreementId")

    def decide(self, verb, id_):
        try:
            return getattr(self.inside.sandbox, verb)(agreement_id=id_)
        except SandboxError:
            return None

    @rule(id_=agreements, by_force=st.booleans())
    def accept(self, id_, by_force):
        agreement = self.expected[id_]
        waits = agreement.status == "PENDING"
        works = self.card_works or not agreement.charges
        if by_force:
            assert self.send("PATCH", f"/{id_}/accept", {"phoneNumber": "4712345678"}) is (waits and works)
        else:
            assert bool(self.decide("approve", id_)) is waits
        if waits:
            agreement.status, agreement.was_active = ("ACTIVE", True) if works else ("EXPIRED", False)
            for charge in agreement.charges:
                charge.take() if works else charge.fail()
        self.touched.add(id_)

    @rule(id_=agreements)
    def reject(self, id_):
        agreement = self.expected[id_]
        assert bool(self.decide("abort", id_)) is (agreement.status == "PENDING")
        if agreement.status == "PENDING":
            agreement.end("STOPPED", {"PENDING"})
        self.touched.add(id_)

    @rule(id_=agreements)
    def stop(self, id_):
        agreement = self.expected[id_]
        assert self.send("PATCH", f"/{id_}", {"status": "STOPPED"}) is (agreement.status in ("ACTIVE", "STOPPED"))
        if agreement.status == "ACTIVE":
            agreement.end("STOPPED", {"PENDING", "DUE", "RESERVED"})
        self.touched.add(id_)

    @rule(id_=agreements)
    def customer_stops(self, id_):
        agreement = self.expected[id_]
        try:
            self.inside.sandbox.change_agreement(id_, stopped=True)
        except SandboxError:
            assert agreement.status != "ACTIVE"
        else:
            assert agreement.status == "ACTIVE"
            agreement.end("STOPPED", {"PENDING", "DUE"})
        self.touched.add(id_)

    @rule(
        id_=agreements,
        value=VALUES,
        days=st.sampled_from([0, 1, 2, 3, 20, 30, 31, 40]),
        retry_days=st.integers(min_value=0, max_value=2),
        reserve=st.booleans(),
    )
    def charge(self, id_, value, days, retry_days, reserve):
        agreement = self.expected[id_]
        due = (self.now + OSLO).replace(hour=0, minute=0, second=0) + timedelta(days=days)
        fits = agreement.status == "ACTIVE" and days >= 1 and value <= agreement.left(due)
        order = {"amount": value, "description": "the news", "transactionType": kind(reserve)}
        order |= {"due": f"{due:%Y-%m-%d}", "retryDays": retry_days}
        assert self.send("POST", f"/{id_}/charges", order) is fits
        if fits:
            charge = Charge(agreement, value, due, retry_days, reserve)
            charge.see(self.now)
            agreement.charges.append(charge)
            self.charges[self.created("chargeId")] = charge
        self.touched.add(id_)

    def pick(self, data, statuses):
        """One of the charges, with its path; mostly one that something can be done with."""
        fit = [name for name, charge in self.charges.items() if charge.status in statuses]
        id_ = data.draw(st.sampled_from(fit if fit and data.draw(MOSTLY) else list(self.charges)))
        charge = self.charges[id_]
        agreement = next(name for name, one in self.expected.items() if one is charge.agreement)
        self.touched.add(agreement)
        return charge, f"/{agreement}/charges/{id_}"

    @precondition(lambda self: self.charges)
    @rule(data=st.data(), value=VALUES)
    def capture(self, data, value):
        charge, path = self.pick(data, CAPTURABLE)
        fits = charge.status in CAPTURABLE and value <= charge.left
        assert self.send("POST", f"{path}/capture", {"amount": value}) is fits
        if fits:
            charge.captured += value
            charge.status = "PARTIALLY_CAPTURED" if charge.left else "CHARGED"
            charge.moved.append(("capture", value))

    @precondition(lambda self: self.charges)
    @rule(data=st.data(), value=VALUES)
    def refund(self, data, value):
        charge, path = self.pick(data, REFUNDABLE)
        fits = charge.status in REFUNDABLE and value <= charge.captured - charge.refunded
        assert self.send("POST", f"{path}/refund", {"amount": value, "description": "sorry"}) is fits
        if fits:
            charge.refunded += value
            charge.status = "REFUNDED" if charge.refunded == charge.captured else "PARTIALLY_REFUNDED"
            charge.moved.append(("refund", value))

    @precondition(lambda self: self.charges)
    @rule(data=st.data())
    def cancel(self, data):
        charge, path = self.pick(data, CANCELLABLE)
        fits = charge.status in CANCELLABLE and charge.agreement.status != "PENDING"
        assert self.send("DELETE", path) is fits
        if fits:
            charge.release()

    @precondition(lambda self: self.done)
    @rule(data=st.data())
    def repeat(self, data):
        key = data.draw(st.sampled_from(list(self.done)))
        method, path, body, before = self.done[key]
        again = self.shop.merchant.send(method, AGREEMENTS + path, body, key)
        assert (again.status_code, again.content) == (before.status_code, before.content)
        self.touched.update(self.expected)

    @rule(works=st.booleans())
    def card(self, works):
        self.inside.sandbox.card(working=works)
        self.card_works = works

    @rule(seconds=WAITS)
    def wait(self, seconds):
        before, self.now = self.now, min(self.now + timedelta(seconds=seconds), WINTER)
        self.shop.until(self.now.isoformat())
        if self.now - before >= timedelta(days=1):
            self.done.clear()  # keys are remembered for some days only
        for agreement in self.expected.values():
            if agreement.status == "PENDING" and self.now >= agreement.created + TIME_TO_ACCEPT:
                agreement.end("EXPIRED", {"PENDING"})
            for charge in agreement.charges:
                if charge.kind == "RECURRING":
                    charge.pass_time(before, self.now, self.card_works)
        self.touched.update(self.expected)

    @invariant()
    def it_adds_up(self):
        for id_ in self.touched:
            agreement = self.expected[id_]
            assert self.shop.look(id_)["status"] == agreement.status
            listed = self.shop.merchant.get(f"{AGREEMENTS}/{id_}/charges").json()
            for found, charge in zip(listed, agreement.charges, strict=True):
                self.compare(found, charge)
        self.touched = set()

    def compare(self, found, charge):
        money = {"captured": charge.captured, "refunded": charge.refunded, "cancelled": charge.cancelled}
        assert (found["status"], found["summary"]) == (charge.status, money)
        assert money["refunded"] <= money["captured"] <= found["amount"]
        assert money["captured"] + money["cancelled"] <= found["amount"]
        [unit] = self.inside.backend.keys.units
        moved = [one for one in self.inside.records(Movements).of(unit) if one.reference == found["id"]]
        assert [(one.kind, one.value) for one in moved] == charge.moved
        assert charge.agreement.was_active or not moved
        told = [event for event in found["history"] if event["event"] in ("CAPTURE", "REFUND")]
        assert [(event["event"].lower(), event["amount"]) for event in told] == charge.moved


@pytest.fixture(scope="module")
def opened():
    with open_world() as inside:
        yield inside


def test_subscriptions_add_up(opened, http):
    class Here(Publisher):
        pass

    Here.inside, Here.http = opened, http
    run_state_machine_as_test(Here, settings=settings())
