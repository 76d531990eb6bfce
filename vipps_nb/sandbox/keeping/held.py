"""What a world holds, and what each thing looks like in a file.

Table by table and part by part.

The order is that of reading: a record comes after those that it names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

# Their deeds: the functions that a file may name.
import vipps_nb.sandbox.apis.checkout.app
import vipps_nb.sandbox.apis.checkout.callbacks
import vipps_nb.sandbox.apis.donations.app
import vipps_nb.sandbox.apis.epayment.app
import vipps_nb.sandbox.apis.epayment.shipping
import vipps_nb.sandbox.apis.legacy.checkout_v2.translation
import vipps_nb.sandbox.apis.legacy.ecom.app
import vipps_nb.sandbox.apis.legacy.psp.api
import vipps_nb.sandbox.apis.legacy.psp.app
import vipps_nb.sandbox.apis.legacy.psp_signup.api
import vipps_nb.sandbox.apis.login.app
import vipps_nb.sandbox.apis.management.app
import vipps_nb.sandbox.apis.qr.api
import vipps_nb.sandbox.apis.recurring.api_charges
import vipps_nb.sandbox.apis.recurring.app
import vipps_nb.sandbox.apis.webhooks.app  # noqa: F401
from vipps_nb.sandbox.apis.check_in.models import CheckIn, CheckIns
from vipps_nb.sandbox.apis.checkout.models import Session, Sessions
from vipps_nb.sandbox.apis.donations.models import Agreement as DonationAgreement
from vipps_nb.sandbox.apis.donations.models import Donation, Donations
from vipps_nb.sandbox.apis.epayment.models import Payment, Payments
from vipps_nb.sandbox.apis.legacy.ecom.models import Payment as EcomPayment
from vipps_nb.sandbox.apis.legacy.ecom.models import Payments as EcomPayments
from vipps_nb.sandbox.apis.legacy.partner.models import ProductOrders as PartnerOrders
from vipps_nb.sandbox.apis.legacy.partner.schemas import ProductOrderRequest
from vipps_nb.sandbox.apis.legacy.psp.models import Transaction, Transactions
from vipps_nb.sandbox.apis.legacy.psp_signup.models import MerchantRecord, Merchants
from vipps_nb.sandbox.apis.login.models import BrowserLogin, Logins, MerchantLogin
from vipps_nb.sandbox.apis.management.models import ProductOrder, ProductOrders
from vipps_nb.sandbox.apis.order_management.models import Categories, Category, Images
from vipps_nb.sandbox.apis.qr.models import MerchantCallback, MerchantCallbacks, MerchantRedirect, MerchantRedirects
from vipps_nb.sandbox.apis.recurring.models import Agreement, Agreements, Bookmark, Bookmarks, Charge, Charges
from vipps_nb.sandbox.apis.report.models import Ledgers, PastTerms
from vipps_nb.sandbox.apis.webhooks.models import Registration, Registrations
from vipps_nb.sandbox.customer.codes import CustomerCode, CustomerCodes
from vipps_nb.sandbox.customer.customer import CardFailure, Wallet
from vipps_nb.sandbox.customer.phone import Arrival
from vipps_nb.sandbox.customer.printed_codes import PrintedCodes
from vipps_nb.sandbox.server.idempotency import Remembered
from vipps_nb.sandbox.server.json_model import JsonModel
from vipps_nb.sandbox.webhook_delivery.outbox import OutgoingRequest, forget
from vipps_nb.sandbox.world.clock import Due, Moment
from vipps_nb.sandbox.world.consents import Consents, Shared
from vipps_nb.sandbox.world.deeds import KNOWN, Deed
from vipps_nb.sandbox.world.event_bus import EventBus
from vipps_nb.sandbox.world.faults import FaultRule
from vipps_nb.sandbox.world.movements import Movement, Movements
from vipps_nb.sandbox.world.person_tokens import PersonToken, PersonTokens
from vipps_nb.sandbox.world.receipts import Receipts
from vipps_nb.sandbox.world.settings import Settings, Switches
from vipps_nb.sandbox.world.tables import Blob, Table
from vipps_nb.sandbox.world.world import World

SCREEN, LISTENER = ".screen", ".hear"
"""How the names of deeds end that show something on the phone, and that hear what happens."""
Text, Number = str, int
Pair, Triple = tuple[str, str], tuple[str, str, str]


class KeptDeed(JsonModel):
    """Something to be done later.

    One of the functions that there are, and the values it gets.
    """

    do: str
    given: list[Any]

    @classmethod
    def of(cls, action: Any) -> KeptDeed:
        """A deed as it is written down.

        Raises:
            TypeError: It is a bare function, which only tests use.
        """
        if not isinstance(action, Deed):
            raise TypeError(f"{action!r} is no deed, and cannot be written down.")
        return cls(do=action.name, given=list(action.given))

    def deed(self, world: World, fits: Callable[[str, int], bool]) -> Deed[Any]:
        """The deed.

        Raises:
            ValueError: There is no such function, its values are others, or its record is not there.
        """
        later = KNOWN.get(self.do)
        if later is None or not fits(self.do, later.more):
            raise ValueError(f"nothing is done here by the name {self.do[:60]}")
        found = later.of(world, *later.values.validate_python(tuple(self.given), strict=True))
        if not later.has_its_record(found):
            raise ValueError(f"the record that {self.do} is about is not there")
        return found


class KeptDue(JsonModel):
    """Something that happens at a moment."""

    moment: Moment
    deed: KeptDeed


class KeptArrival(JsonModel):
    """A request on the customer's phone."""

    number: int
    since: Moment
    deed: KeptDeed


class KeptLetter(JsonModel):
    """Something on its way to a merchant's server."""

    url: str
    body: Blob
    headers: dict[str, str]
    method: str
    on_reply: KeptDeed | None
    about: str
    attempt: int
    time_limit: Annotated[float, Field(gt=0, le=60)]


class KeptClock(JsonModel):
    """Where the clock stands.

    ``offset`` is its distance from real time, in seconds, when it runs.
    """

    now: Moment
    held: bool
    offset: float
    moves: int
    set_so_far: int


class KeptEvents(JsonModel):
    """Who hears what happens, and how often something did."""

    listeners: list[str]
    made: int


@dataclass(frozen=True)
class Part:
    """Something of which a world has one.

    Attributes:
        kind: What it is in a file.
        read: Gives it.
        put: Puts it into a new world, unless that was made with it.
        mark: Something quickly found that differs whenever it does; the thing itself unless given.
    """

    kind: Any
    read: Callable[[World], Any]
    put: Callable[[World, Any], None] = lambda world, value: None
    mark: Callable[[World], object] | None = None

    def mark_of(self, world: World) -> object:
        """What differs whenever it does."""
        return (self.mark or self.read)(world)

    def text_of(self, world: World) -> str:
        """It as JSON."""
        return self.adapter.dump_json(self.read(world), by_alias=True, warnings=False).decode()

    @cached_property
    def adapter(self) -> TypeAdapter[Any]:
        """Writes and reads it."""
        return TypeAdapter(self.kind)


@dataclass(frozen=True)
class Held:
    """Something of which a world has many.

    Attributes:
        table: Where they are.
        key: What they are found by.
        record: What one of them is in a file.
        put: Puts one into a new world.
        pack: What one is in a file, if it is not itself.
        reach: Looks at the records that may have changed together with one.
        owned: Whether each belongs to one of the sales units, by its MSN.
    """

    table: Callable[[World], Table[Any, Any]]
    key: Any
    record: Any
    put: Callable[[World, Any, Any], object]
    pack: Callable[[Any], Any] | None = None
    reach: Callable[[World, Any], object] | None = None
    owned: bool = False

    @cached_property
    def keys(self) -> TypeAdapter[Any]:
        """Writes and reads keys."""
        return TypeAdapter(self.key)

    @cached_property
    def adapter(self) -> TypeAdapter[Any]:
        """Writes and reads records."""
        return TypeAdapter(self.record)

    def text_of(self, record: Any) -> bytes:
        """A record as JSON."""
        shown = record if self.pack is None else self.pack(record)
        return self.adapter.dump_json(shown, by_alias=True, exclude_unset=True, warnings=False)


def _simple(
    store: type[Any], key: Any, record: Any, *, owned: bool = False, reach: Callable[[World, Any], object] | None = None
) -> Held:
    """Records that their store takes in whole.

    It then finds them by whatever they are found by.
    """
    return Held(
        table=lambda world: world.records(store).rows,
        key=key,
        record=record,
        put=lambda world, _, one: world.records(store).store(one),
        reach=reach,
        owned=owned,
    )


def _plain(table: Callable[[World], Table[Any, Any]], key: Any, record: Any, *, owned: bool = False) -> Held:
    """Records of a table and nothing else."""

    def put(world: World, name: Any, one: Any) -> None:
        table(world)[name] = one

    return Held(table=table, key=key, record=record, put=put, owned=owned)


def _put_redirect(world: World, key: Any, code: MerchantRedirect) -> None:
    world.records(MerchantRedirects).put(code)
    world.records(PrintedCodes).put(code.token, code)


def _put_callback(world: World, key: Any, code: MerchantCallback) -> None:
    world.records(MerchantCallbacks).put(code)
    world.records(PrintedCodes).put(code.token, code)


def _put_due(world: World, number: int, due: KeptDue) -> None:
    deed = due.deed.deed(world, lambda name, more: not more and not name.endswith(SCREEN))
    world.clock.put(number, Due(due.moment, deed))


def _put_arrival(world: World, token: str, arrival: KeptArrival) -> None:
    screen = arrival.deed.deed(world, lambda name, more: name.endswith(SCREEN))
    screen()  # it can be shown
    world.phone.arrivals[token] = Arrival(number=arrival.number, since=arrival.since, screen=screen)
    world.phone.count = max(world.phone.count, arrival.number)


def _put_letter(world: World, number: int, letter: KeptLetter) -> None:
    then: Any = forget
    if letter.on_reply is not None:
        then = letter.on_reply.deed(world, lambda name, more: more == 1 and not name.endswith(LISTENER))
    given = {name: getattr(letter, name) for name in KeptLetter.model_fields if name != "on_reply"}
    world.outbox.unanswered[number] = OutgoingRequest(**given, on_reply=then, number=number)
    world.outbox.posted = max(world.outbox.posted, number)


def _letter(outgoing: OutgoingRequest) -> KeptLetter:
    then = None if outgoing.on_reply is forget else KeptDeed.of(outgoing.on_reply)
    given = {name: getattr(outgoing, name) for name in KeptLetter.model_fields if name not in ("on_reply", "headers")}
    return KeptLetter.model_construct(**given, headers=dict(outgoing.headers), on_reply=then)


def _reach_of_session(world: World, session: Session) -> None:
    if session.payment is not None:
        world.records(Payments).get(session.msn, session.reference)
    if session.agreement is not None:
        world.records(Agreements).get(session.agreement.id)


def _reach_of_agreement(world: World, agreement: Agreement) -> None:
    for charge in agreement.charges:
        world.records(Charges).get(charge.msn, charge.id)


_SESSIONS = _simple(Sessions, Pair, Session, owned=True, reach=_reach_of_session)
_AGREEMENTS = _simple(Agreements, Text, Agreement, owned=True, reach=_reach_of_agreement)

HELD: Mapping[str, Held] = {
    "salesUnits": _plain(lambda world: world.switches, Text, Switches),
    "movements": Held(
        table=lambda world: world.records(Movements).rows,
        key=Number,
        record=Movement,
        put=lambda world, _, one: world.records(Movements).add(one),
        owned=True,
    ),
    "payments": _simple(Payments, Pair, Payment, owned=True),
    "charges": _simple(Charges, Pair, Charge, owned=True),
    "agreements": _AGREEMENTS,
    "bookmarks": _plain(lambda world: world.records(Bookmarks), Text, Bookmark),
    "checkoutSessions": _SESSIONS,
    "ecomPayments": _simple(EcomPayments, Pair, EcomPayment, owned=True),
    "pspTransactions": _simple(Transactions, Text, Transaction, owned=True),
    "pspMerchants": _plain(lambda world: world.records(Merchants), Text, MerchantRecord),
    "partnerProductOrders": _plain(lambda world: world.records(PartnerOrders), Text, ProductOrderRequest),
    "productOrders": _simple(ProductOrders, Text, ProductOrder),
    "donations": _plain(lambda world: world.records(Donations).given, Number, Donation, owned=True),
    "donationAgreements": _simple(Donations, Text, DonationAgreement, owned=True),
    "checkIns": _plain(lambda world: world.records(CheckIns), Number, CheckIn, owned=True),
    "logins": _simple(Logins, Number, BrowserLogin | MerchantLogin, owned=True),
    "acquainted": _plain(lambda world: world.records(Logins).acquainted, Text, bool),
    "personTokens": _plain(lambda world: world.records(PersonTokens).by_hash, Text, PersonToken, owned=True),
    "consents": _plain(lambda world: world.records(Consents).by_sub, Text, Shared),
    "receipts": _plain(lambda world: world.records(Receipts).rows, Triple, dict[str, Any]),
    "categories": _plain(lambda world: world.records(Categories).rows, Text, Category, owned=True),
    "images": _plain(lambda world: world.records(Images).rows, Pair, Blob),
    "merchantRedirects": Held(
        table=lambda world: world.records(MerchantRedirects).rows,
        key=Pair,
        record=MerchantRedirect,
        put=_put_redirect,
        owned=True,
    ),
    "merchantCallbacks": Held(
        table=lambda world: world.records(MerchantCallbacks).rows,
        key=Pair,
        record=MerchantCallback,
        put=_put_callback,
        owned=True,
    ),
    "customerTokens": _plain(lambda world: world.records(CustomerCodes).tokens, Text, CustomerCode),
    "personalCodes": _plain(lambda world: world.records(CustomerCodes).personal, Text, CustomerCode),
    "webhooks": _simple(Registrations, Text, Registration),
    "pastTerms": _plain(lambda world: world.records(Ledgers).past, Number, PastTerms),
    "idempotency": Held(
        table=lambda world: world.idempotency.answers,
        key=Triple,
        record=Remembered,
        put=lambda world, slot, one: world.idempotency.keep(slot, one),
    ),
    "phone": Held(
        table=lambda world: world.phone.arrivals,
        key=Text,
        record=KeptArrival,
        put=_put_arrival,
        pack=lambda one: KeptArrival.model_construct(number=one.number, since=one.since, deed=KeptDeed.of(one.screen)),
    ),
    "due": Held(
        table=lambda world: world.clock.dues,
        key=Number,
        record=KeptDue,
        put=_put_due,
        pack=lambda one: KeptDue.model_construct(moment=one.moment, deed=KeptDeed.of(one.action)),
    ),
    "letters": Held(
        table=lambda world: world.outbox.unanswered,
        key=Number,
        record=KeptLetter,
        put=_put_letter,
        pack=_letter,
    ),
}
"""Every table of a world, by its name in a file."""


def _clock(world: World) -> KeptClock:
    held_at, offset = world.clock.position
    return KeptClock.model_construct(
        now=held_at or world.clock.now(),
        held=held_at is not None,
        offset=offset.total_seconds(),
        moves=world.clock.moves,
        set_so_far=world.clock.set_so_far,
    )


def _put_clock(world: World, clock: KeptClock) -> None:
    world.clock.resume(clock.now if clock.held else None, timedelta(seconds=clock.offset))
    world.clock.moves, world.clock.set_so_far = clock.moves, clock.set_so_far


def _events(world: World) -> KeptEvents:
    bus = world.records(EventBus)
    return KeptEvents.model_construct(
        listeners=[one.name for one in bus.listeners if isinstance(one, Deed)], made=bus.made
    )


def _put_events(world: World, events: KeptEvents) -> None:
    bus = world.records(EventBus)
    for name in events.listeners:
        if not name.endswith(LISTENER) or name not in KNOWN:
            raise ValueError(f"nobody listens by the name {name[:60]}")
        bus.subscribe_once(KNOWN[name].of(world))
    bus.made = events.made


def _put_ids(world: World, position: str) -> None:
    world.ids.position = position


def _put_traces(world: World, position: str) -> None:
    world.traces.position = position


def _put_fault_ids(world: World, position: str) -> None:
    world.faults.ids.position = position


def _put_settings(world: World, settings: Settings) -> None:
    world.settings = settings


def _put_card(world: World, failure: CardFailure | None) -> None:
    world.records(Wallet).failure = failure


def _put_phone(world: World, count: int) -> None:
    world.phone.count = count


def _put_posted(world: World, posted: int) -> None:
    world.outbox.posted = posted


PARTS: Mapping[str, Part] = {
    "seed": Part(int, lambda world: world.seed),
    "baseUrl": Part(str, lambda world: world.base_url),
    "clock": Part(
        KeptClock,
        _clock,
        _put_clock,
        mark=lambda world: (world.clock.position, world.clock.moves, world.clock.set_so_far),
    ),
    "settings": Part(
        Settings,
        lambda world: world.settings,
        _put_settings,
        mark=lambda world: world.settings_changes,
    ),
    "faults": Part(
        list[FaultRule],
        lambda world: list(world.faults.rules),
        lambda world, rules: world.faults.replace(rules),
        mark=lambda world: world.faults.changes,
    ),
    "card": Part(CardFailure | None, lambda world: world.records(Wallet).failure, _put_card),
    "events": Part(
        KeptEvents,
        _events,
        _put_events,
        mark=lambda world: (world.records(EventBus).made, len(world.records(EventBus).listeners)),
    ),
    "requestsOnPhone": Part(int, lambda world: world.phone.count, _put_phone),
    "lettersPosted": Part(int, lambda world: world.outbox.posted, _put_posted),
    "ids": Part(str, lambda world: world.ids.position, _put_ids, mark=lambda world: world.ids.mark),
    "traces": Part(str, lambda world: world.traces.position, _put_traces, mark=lambda world: world.traces.mark),
    "faultIds": Part(
        str, lambda world: world.faults.ids.position, _put_fault_ids, mark=lambda world: world.faults.ids.mark
    ),
}
"""What a world has one of, by its name in a file."""
