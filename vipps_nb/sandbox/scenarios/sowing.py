"""A scenario becomes a world.

Everything in it is done through the APIs' own operations, each at its moment.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from dateutil.relativedelta import relativedelta

from vipps_nb.sandbox.apis.donations.app import give
from vipps_nb.sandbox.apis.epayment import api as epayment
from vipps_nb.sandbox.apis.epayment.app import find_on_phone as find_payment
from vipps_nb.sandbox.apis.epayment.app import start
from vipps_nb.sandbox.apis.epayment.schemas import Amount, CancelRequest, CreatePaymentRequest, ModificationRequest
from vipps_nb.sandbox.apis.epayment.validation import check as check_order
from vipps_nb.sandbox.apis.recurring import api as recurring
from vipps_nb.sandbox.apis.recurring import api_charges as charges
from vipps_nb.sandbox.apis.recurring.app import find_on_phone as find_agreement
from vipps_nb.sandbox.apis.recurring.models import Agreements, Charges
from vipps_nb.sandbox.apis.recurring.schemas import CreateCharge, DraftAgreement, PatchAgreement, RefundCharge
from vipps_nb.sandbox.customer.customer import PHONE_NUMBER
from vipps_nb.sandbox.scenarios.schema import AgreementsOf, BadScenario, DonationsOf, PaymentsOf, Scenario
from vipps_nb.sandbox.server.authentication import Caller
from vipps_nb.sandbox.server.problems import Refusal
from vipps_nb.sandbox.world.clock import check
from vipps_nb.sandbox.world.ids import Ids
from vipps_nb.sandbox.world.world import Backend, World

FAILING = 182  # "refused by the issuer": a special amount of the test environment
A_WHILE = timedelta(minutes=2)
HOURS_OF_SALE = 8  # a sale that is days ago lies up to so many hours before the world's hour
STILL_OPEN = frozenset({"CREATED", "PENDING"})
TO_COME = {"DUE": timedelta(days=10), "PENDING": timedelta(days=45)}
RETURN_URL = "https://example.com/return"
Deed = Callable[[], Awaitable[Any] | None]


@dataclass(order=True)
class Step:
    """Something that is done at a moment.

    Of equal moments, in the order in which they were planned.
    """

    moment: datetime
    number: int
    place: str = field(compare=False)
    do: Deed = field(compare=False)


async def sow(backend: Backend, scenario: Scenario, seed: int | None) -> World:
    """The world of a scenario; the backend's own stays what it was.

    Args:
        backend: Whose keys it has.
        scenario: What there is to be.
        seed: Of ids and chance; that of the present world unless given.

    Raises:
        BadScenario: One of the APIs refuses something in it, or there is no such sales unit.
    """
    present = backend.world
    world = backend.new_world(present.seed if seed is None else seed)
    end = (scenario.at or present.clock.now()).astimezone(UTC)
    try:
        check(end - timedelta(days=800))
        check(end)
    except ValueError as error:
        raise BadScenario(f"at: {error} A scenario reaches back two years.") from None
    for msn, switches in zip(world.keys.units, scenario.sales_units, strict=False):
        world.switches[msn] = switches
    plan = Plan(world, scenario, end)
    for step in sorted(plan.steps):
        world.clock.set(now=max(step.moment, world.clock.now()) if world.clock.held else step.moment, held=True)
        try:
            done = step.do()
            if done is not None:
                await done
        except Refusal as refusal:
            reasons = "; ".join(f"{name}: {reason}" for name, reason in refusal.fields)
            raise BadScenario(f"{step.place}: {reasons or refusal.detail or refusal.title}") from None
    world.clock.set(now=end, held=True)
    world.clock.set(held=scenario.held)
    return world


class Plan:
    """What is done for a scenario, and when."""

    def __init__(self, world: World, scenario: Scenario, end: datetime) -> None:
        self._world, self._end = world, end
        self._chance = Ids(world.seed, "scenario")
        self._customers = scenario.customers or [PHONE_NUMBER]
        self._people = 0
        self._references: dict[str, int] = {}
        self.steps: list[Step] = []
        for number, payments in enumerate(scenario.payments):
            for _ in range(payments.count):
                self._pay(f"payments.{number}", payments)
        for number, agreements in enumerate(scenario.agreements):
            for _ in range(agreements.count):
                self._agree(f"agreements.{number}", agreements)
        for number, donations in enumerate(scenario.donations):
            for _ in range(donations.count):
                self._give(f"donations.{number}", donations)

    def _at(self, moment: datetime, place: str, do: Deed) -> None:
        self.steps.append(Step(moment, len(self.steps), place, do))

    def _number(self, given: int | list[int]) -> int:
        """A number as given, or by chance between two."""
        if isinstance(given, int):
            return given
        least, most = min(given), max(given)
        return least + int(self._chance.chance() * (most - least + 1))

    def _moment(self, days_ago: int | list[int]) -> datetime:
        """A moment so many days ago, by chance.

        Long enough ago for everything to have happened since.
        """
        hours = timedelta(hours=HOURS_OF_SALE * self._chance.chance())
        return self._end - timedelta(days=self._number(days_ago)) - timedelta(hours=1) - hours

    def _customer(self) -> str:
        self._people += 1
        return self._customers[(self._people - 1) % len(self._customers)]

    def _caller(self, unit: int, place: str) -> Caller:
        units = list(self._world.keys.units.values())
        if unit > len(units):
            raise BadScenario(
                f"{place}.unit: There is no sales unit {unit}; this sandbox has {len(units)}. Start it with more "
                "(--sales-units), or name another."
            )
        return Caller(units[unit - 1].keys, units[unit - 1])

    def _pay(self, place: str, wanted: PaymentsOf) -> None:
        caller, customer = self._caller(wanted.unit, place), self._customer()
        number = self._references[wanted.reference] = self._references.get(wanted.reference, 0) + 1
        reference, value = f"{wanted.reference}-{number:04}", self._number(wanted.value)
        moment = self._moment(wanted.days_ago)
        if wanted.state in STILL_OPEN:
            moment = self._end  # a customer has ten minutes
        world, amount = self._world, {"currency": world_currency(self._world, caller), "value": value}
        order = CreatePaymentRequest.model_validate(
            {
                "amount": amount,
                "paymentMethod": {"type": "WALLET"},
                "customer": {"phoneNumber": customer},
                "reference": reference,
                "userFlow": "WEB_REDIRECT",
                "returnUrl": RETURN_URL,
                "paymentDescription": wanted.text,
            }
        )
        msn = caller.merchant.merchant_serial_number

        def create() -> None:
            check_order(order, msn, world)
            start(world, msn, order, key=f"create-{reference}")

        self._at(moment, place, create)
        for step, (verb, part) in enumerate(_steps_of_payment(wanted.state, value), start=1):
            change = None
            if part:
                parts = Amount.model_validate({**amount, "value": part})
                change = ModificationRequest.model_construct(modification_amount=parts)
            key = f"{verb}-{reference}"
            self._at(moment + step * A_WHILE, place, self._change(verb, reference, change, caller, key))

    def _change(self, verb: str, reference: str, change: ModificationRequest | None, caller: Caller, key: str) -> Deed:
        world = self._world
        msn = caller.merchant.merchant_serial_number

        def decide() -> None:
            [asked] = [one for one in find_payment(world, reference) if one.msn == msn]
            said = asked.approve() if verb == "approve" else asked.abort()
            if verb == "approve" and not said["approved"]:
                raise BadScenario(f"The customer cannot approve: {said.get('reason')}. Choose another value.")

        if verb in ("approve", "abort"):
            return decide
        if verb == "cancel" or change is None:
            return lambda: epayment.cancel_payment(reference, world, caller, key, CancelRequest())
        if verb == "capture":
            return lambda: epayment.capture_payment(reference, change, world, caller, key)
        return lambda: epayment.refund_payment(reference, change, world, caller, key)

    def _agree(self, place: str, wanted: AgreementsOf) -> None:
        caller, customer, value = self._caller(wanted.unit, place), self._customer(), self._number(wanted.value)
        world, msn = self._world, caller.merchant.merchant_serial_number
        past = [state for state in wanted.charges if state not in TO_COME]
        if wanted.charges and wanted.state not in ("ACTIVE", "STOPPED"):
            raise BadScenario(f"{place}.charges: An agreement that is {wanted.state} has no charges.")
        last = self._end - timedelta(days=4)
        begun = last - relativedelta(months=len(past)) - timedelta(days=5)
        if wanted.state in STILL_OPEN:
            begun = self._end
        order = DraftAgreement.model_validate(
            {
                "pricing": {"type": "LEGACY", "amount": value, "currency": world_currency(world, caller)},
                "interval": {"unit": "MONTH", "count": 1},
                "merchantRedirectUrl": RETURN_URL,
                "merchantAgreementUrl": "https://example.com/account",
                "productName": wanted.product,
                "phoneNumber": customer,
            }
        )
        named: list[str] = []

        async def draft() -> None:
            answer = await recurring.draft_agreement(order, msn, world, f"draft-{place}-{len(self.steps)}")
            named.append(answer.agreement_id)

        self._at(begun, place, draft)
        if wanted.state in ("ACTIVE", "STOPPED", "REJECTED"):
            accepted = wanted.state != "REJECTED"
            self._at(begun + A_WHILE, place, lambda: _decide(world, named[0], accepted))
        for number, state in enumerate(past):
            due = last - relativedelta(months=len(past) - 1 - number)
            self._charge(place, state, named, msn, FAILING if state == "FAILED" else value, due)
        for state in wanted.charges:
            if state in TO_COME:
                self._charge(place, state, named, msn, value, self._end + TO_COME[state])
        if wanted.state == "STOPPED":

            async def stop() -> None:
                agreement = world.records(Agreements).rows[named[0]]
                await recurring.update_agreement(PatchAgreement(status="STOPPED"), agreement, world, None)

            self._at(self._end - timedelta(hours=1), place, stop)

    def _charge(  # noqa: PLR0917 - one call, above
        self, place: str, state: str, named: list[str], msn: str, value: int, due: datetime
    ) -> None:
        world, known = self._world, list[str]()
        order = CreateCharge.model_validate(
            {
                "amount": value,
                "description": f"{due:%B %Y}",
                "transactionType": "RESERVE_CAPTURE" if state == "RESERVED" else "DIRECT_CAPTURE",
                "due": f"{due:%Y-%m-%d}",
                "retryDays": 0,
            }
        )

        async def create() -> None:
            agreement = world.records(Agreements).rows[named[0]]
            key = f"charge-{named[0]}-{due:%Y-%m-%d}"
            known.append((await charges.create_charge(order, agreement, world, key)).charge_id)

        async def cancel() -> None:
            agreement = world.records(Agreements).rows[named[0]]
            await charges.cancel_charge(world.records(Charges).rows[msn, known[0]], agreement, world, None)

        async def refund() -> None:
            agreement = world.records(Agreements).rows[named[0]]
            back = RefundCharge.model_validate({"amount": value, "description": "Given back"})
            await charges.refund_charge(back, world.records(Charges).rows[msn, known[0]], agreement, world, None)

        created = min(due - timedelta(days=3), self._end)
        self._at(created, place, create)
        if state == "CANCELLED":
            self._at(created + A_WHILE, place, cancel)
        if state == "REFUNDED":
            self._at(due + timedelta(days=2), place, refund)

    def _give(self, place: str, wanted: DonationsOf) -> None:
        msn = self._caller(wanted.unit, place).merchant.merchant_serial_number
        value, message, world = self._number(wanted.value), wanted.message, self._world

        def gift() -> None:
            if not world.switches[msn].donations_allowed:
                raise BadScenario("The sales unit takes no donations.")
            give(world, msn, value, message=message)

        self._at(self._moment(wanted.days_ago), place, gift)


def world_currency(world: World, caller: Caller) -> str:
    """The only currency that a sales unit's wallet payments have."""
    return world.switches[caller.merchant.merchant_serial_number].currency


def _decide(world: World, agreement_id: str, accepted: bool) -> None:
    [asked] = find_agreement(world, agreement_id)
    if accepted:
        asked.approve()
    else:
        asked.abort()


def _steps_of_payment(state: str, value: int) -> Iterator[tuple[str, int]]:
    """What is done with a payment until it is so far: a verb, and how much of it."""
    if state in ("CREATED", "EXPIRED"):
        return
    if state == "TERMINATED":
        yield "cancel", 0
        return
    if state == "ABORTED":
        yield "abort", 0
        return
    yield "approve", 0
    if state == "CANCELLED":
        yield "cancel", 0
    elif state == "PARTIALLY_CAPTURED":
        yield "capture", value // 2
    elif state != "AUTHORIZED":
        yield "capture", value
    if state == "PARTIALLY_REFUNDED":
        yield "refund", value // 2
    elif state == "REFUNDED":
        yield "refund", value
