"""Sessions: their records, their moves, and how the API shows them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from vipps_nb.sandbox.apis.checkout.schemas import (
    Amount,
    BillingDetails,
    LogisticsOption,
    PaymentDetails,
    PaymentOrder,
    PaymentTransaction,
    SessionOrder,
    SessionResponse,
    ShippingDetails,
    State,
    SubscriptionDetails,
    TransactionAggregate,
    UserInfo,
)
from vipps_nb.sandbox.apis.epayment.models import Payment, Payments
from vipps_nb.sandbox.apis.epayment.schemas import State as PaymentState
from vipps_nb.sandbox.apis.recurring.models import Agreement, Agreements
from vipps_nb.sandbox.customer.customer import KARI, PHONE_NUMBER, subject
from vipps_nb.sandbox.world.clock import Moment
from vipps_nb.sandbox.world.state_machine import StateMachine
from vipps_nb.sandbox.world.tables import KeptAs, Table
from vipps_nb.sandbox.world.world import World

MOVES = StateMachine(
    {
        State.CREATED: frozenset({State.INITIATED, State.EXPIRED}),
        State.INITIATED: frozenset({State.SUCCESSFUL, State.TERMINATED}),
    }
)
LIFETIME = timedelta(hours=1)
MSISDN = re.compile(r"[1-9][0-9]{8,14}", re.ASCII)
SCOPE = "email"  # what requireUserInfo asks for, beside the sub


Version = Literal["v2", "v3"]


def _payment(world: Any, key: Any) -> Payment | None:
    found: Payment | None = world.records(Payments).get(*key)
    return found


def _agreement(world: Any, key: Any) -> Agreement | None:
    found: Agreement | None = world.records(Agreements).get(key)
    return found


_A_PAYMENT = KeptAs(lambda one: (one.msn, one.reference), _payment)
_AN_AGREEMENT = KeptAs(lambda one: one.id, _agreement)


@dataclass(slots=True, kw_only=True, eq=False)
class Session:
    """One session of one sales unit.

    Attributes:
        order: The request that created it, with what was changed since.
        token: Opens the session on the customer's phone.
        callback_url: Where its end is told.
        version: Of the API that created it, in whose words its end is told.
        payment: From the moment the customer pays; None for a subscription without a first payment.
        dynamic_options: What the merchant answered to the question for ways of delivery; None without an answer.
        chosen: The id of the delivery the customer chose; None until then.
        agreement: What the customer is asked for, in a session of the type SUBSCRIPTION; Recurring has it too.
    """

    msn: str
    reference: str
    session_id: str
    token: str
    order: SessionOrder
    callback_url: str
    version: Version
    created: Moment
    state: State = State.CREATED
    payment: Annotated[Payment, _A_PAYMENT] | None = None
    dynamic_options: list[LogisticsOption] | None = None
    chosen: str | None = None
    agreement: Annotated[Agreement, _AN_AGREEMENT] | None = None

    @property
    def expires(self) -> datetime:
        """When the customer's time is up."""
        return self.created + LIFETIME

    @property
    def transaction(self) -> PaymentTransaction | None:
        """What is paid once, if anything is."""
        return self.order.transaction

    @property
    def needs_delivery(self) -> bool:
        """Whether the customer has to choose how the goods are sent."""
        return (
            isinstance(self.order, PaymentOrder)
            and self.order.logistics is not None
            and bool(self.order.logistics.fixed_options or self.order.logistics.dynamic_options_callback)
        )

    @property
    def options(self) -> list[LogisticsOption]:
        """The ways of delivery that the customer sees, best first.

        Dynamic ones, or else the fixed ones.
        """
        if not isinstance(self.order, PaymentOrder) or self.order.logistics is None:
            return []
        return best_first(self.dynamic_options or self.order.logistics.fixed_options or [])

    @property
    def delivery(self) -> LogisticsOption | None:
        """The way of delivery that the customer chose, or what is chosen at first."""
        return next((option for option in self.options if option.id == self.chosen), next(iter(self.options), None))


class Sessions:
    """All sessions of one world; found by MSN and reference or id, never by search."""

    def __init__(self) -> None:
        self.rows: Table[tuple[str, str], Session] = Table()
        self._by_id: dict[tuple[str, str], tuple[str, str]] = {}
        self._namesakes: dict[str, list[tuple[str, str]]] = {}

    def __len__(self) -> int:
        return len(self.rows)

    def store(self, session: Session) -> None:
        """Keep a new session."""
        key = session.msn, session.reference
        self.rows[key] = session
        self._by_id[session.msn, session.session_id] = key
        self._namesakes.setdefault(session.reference, []).append(key)

    def get(self, msn: str, reference: str) -> Session | None:
        """The session a sales unit calls by this reference."""
        return self.rows.get((msn, reference))

    def with_id(self, msn: str, session_id: str) -> Session | None:
        """A sales unit's session with this id."""
        key = self._by_id.get((msn, session_id))
        return None if key is None else self.rows.get(key)

    def namesakes(self, reference: str) -> list[Session]:
        """Every sales unit's session with this reference.

        References are unique per MSN only.
        """
        return [self.rows[key] for key in self._namesakes.get(reference, [])]


def best_first(options: list[LogisticsOption]) -> list[LogisticsOption]:
    """The options as they are shown: the default, then by priority."""
    return sorted(options, key=lambda option: (not option.is_default, option.priority))


def session_answer(world: World, session: Session) -> SessionResponse:
    """The answer to a poll; what the customer entered is there once they pay."""
    answer = SessionResponse(
        session_id=session.session_id,
        merchant_serial_number=session.msn,
        reference=session.reference,
        session_state=session.state,
    )
    if session.state in (State.CREATED, State.EXPIRED):
        return answer
    if session.payment is not None:
        answer.payment_method = "Wallet"
        answer.payment_details = payment_details(session.payment)
    if session.agreement is not None:
        agreement = session.agreement
        answer.subscription_details = SubscriptionDetails(state=agreement.status, agreement_id=agreement.id)
    answer.billing_details = billing_details(session)
    answer.shipping_details = shipping_details(session)
    config = session.order.configuration
    if config is not None and session.state is State.SUCCESSFUL:
        if config.require_user_info:
            answer.user_info = UserInfo(sub=sub(world, session), email=_email(session))
        if config.custom_consent is not None:
            answer.custom_consent_provided = True
    return answer


def payment_details(payment: Payment) -> PaymentDetails:
    """The payment behind a session. Its state has fewer names here than in ePayment."""
    state: Literal["CREATED", "AUTHORIZED", "TERMINATED"] = "TERMINATED"
    if payment.state is PaymentState.CREATED:
        state = "CREATED"
    elif payment.state is PaymentState.AUTHORIZED:
        state = "AUTHORIZED"
    return PaymentDetails(
        amount=amount(payment, payment.value),
        state=state,
        aggregate=TransactionAggregate(
            cancelled_amount=amount(payment, payment.cancelled),
            captured_amount=amount(payment, payment.captured),
            refunded_amount=amount(payment, payment.refunded),
            authorized_amount=amount(payment, payment.authorized),
        ),
    )


def amount(payment: Payment, value: int) -> Amount:
    """An amount of a payment.

    Not validated: delivery may lift it over what a merchant can ask for in one request.
    """
    return Amount.model_construct(value=value, currency=payment.currency)


def shares(session: Session) -> bool:
    """Whether the merchant asks who the customer is."""
    config = session.order.configuration
    return config is not None and bool(config.require_user_info)


def phone_number(session: Session) -> str:
    """The customer's phone number.

    An invalid one they are asked to correct, and they enter their own.
    """
    filled = session.order.prefill_customer.phone_number if session.order.prefill_customer else None
    return filled if filled is not None and MSISDN.fullmatch(filled) else PHONE_NUMBER


def sub(world: World, session: Session) -> str:
    """Who the customer is towards this sales unit."""
    return subject(world.seed, session.msn, phone_number(session))


def billing_details(session: Session) -> BillingDetails | None:
    """Whom to bill, as far as the form asks."""
    elements = _elements(session)
    if elements == "PaymentOnly":
        return None
    filled = session.order.prefill_customer
    details = BillingDetails(
        first_name=(filled and filled.first_name) or KARI.first_name,
        last_name=(filled and filled.last_name) or KARI.last_name,
        email=_email(session),
        phone_number=phone_number(session),
    )
    if elements == "Full":
        details.street_address = (filled and filled.street_address) or KARI.address_line_1
        details.postal_code = (filled and filled.postal_code) or KARI.post_code
        details.city = (filled and filled.city) or KARI.city
        details.country = country(session)
    return details


def shipping_details(session: Session) -> ShippingDetails | None:
    """Where to send what was bought, and how.

    The customer takes the first pick-up point and the first time.
    """
    billing = billing_details(session)
    if billing is None and session.delivery is None:
        return None
    details = ShippingDetails(**(dict(billing) if billing else {}))
    chosen = session.delivery
    if chosen is not None:
        details.shipping_method_id = chosen.id
        details.amount = chosen.amount
        if chosen.delivery is not None:
            details.pickup_point = next(iter(chosen.delivery.pickup_points or []), None)
            details.timeslot = next(iter(chosen.delivery.timeslots or []), None)
    return details


def delivery_address(session: Session) -> dict[str, str]:
    """Where the customer wants their goods, as dynamic options are asked for."""
    filled = session.order.prefill_customer
    return {
        "streetAddress": (filled and filled.street_address) or KARI.address_line_1,
        "postalCode": (filled and filled.postal_code) or KARI.post_code,
        "region": (filled and filled.city) or KARI.city,
        "country": country(session),
    }


def country(session: Session) -> str:
    """Where the customer says they live."""
    filled = session.order.prefill_customer
    return (filled and filled.country) or KARI.country


def _elements(session: Session) -> str:
    config = session.order.configuration
    return (config and config.elements) or "Full"


def _email(session: Session) -> str:
    filled = session.order.prefill_customer
    return (filled and filled.email) or KARI.email
