"""A session: its record, and the shelf it stands on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from vipps_nb.sandbox.apis.checkout.bodies import PaymentOrder, PaymentTransaction, SessionOrder
from vipps_nb.sandbox.apis.checkout.logistics import LogisticsOption, best_first
from vipps_nb.sandbox.apis.checkout.states import State
from vipps_nb.sandbox.apis.epayment.payment import Payment
from vipps_nb.sandbox.apis.recurring.agreement import Agreement

LIFETIME = timedelta(hours=1)


@dataclass(slots=True, kw_only=True, eq=False)
class Session:
    """One session of one sales unit.

    Attributes:
        order: The request that created it, with what was changed since.
        token: Opens the session on the customer's phone.
        callback_url: Where its end is told.
        tell: Its end in the words of the version of the API that created it; None where that version keeps silent.
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
    tell: Callable[[Session], dict[str, Any] | None]
    created: datetime
    state: State = State.CREATED
    payment: Payment | None = None
    dynamic_options: list[LogisticsOption] | None = None
    chosen: str | None = None
    agreement: Agreement | None = None

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
        """The ways of delivery that the customer sees, best first: dynamic ones, or else the fixed ones."""
        if not isinstance(self.order, PaymentOrder) or self.order.logistics is None:
            return []
        return best_first(self.dynamic_options or self.order.logistics.fixed_options or [])

    @property
    def delivery(self) -> LogisticsOption | None:
        """The way of delivery that the customer chose, or what is chosen for them at first."""
        return next((option for option in self.options if option.id == self.chosen), next(iter(self.options), None))


class Sessions:
    """All sessions of one world; found by MSN and reference or id, never by search."""

    def __init__(self) -> None:
        self._by_reference: dict[tuple[str, str], Session] = {}
        self._by_id: dict[tuple[str, str], Session] = {}
        self._namesakes: dict[str, list[Session]] = {}
        self.hears_of_payments = False

    def __len__(self) -> int:
        return len(self._by_reference)

    def store(self, session: Session) -> None:
        """Put a new session on the shelf."""
        self._by_reference[session.msn, session.reference] = session
        self._by_id[session.msn, session.session_id] = session
        self._namesakes.setdefault(session.reference, []).append(session)

    def get(self, msn: str, reference: str) -> Session | None:
        """The session a sales unit calls by this reference."""
        return self._by_reference.get((msn, reference))

    def with_id(self, msn: str, session_id: str) -> Session | None:
        """A sales unit's session with this id."""
        return self._by_id.get((msn, session_id))

    def namesakes(self, reference: str) -> list[Session]:
        """Every sales unit's session with this reference; references are unique per MSN only."""
        return self._namesakes.get(reference, [])
