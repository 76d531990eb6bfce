"""How a session begins, in whichever version of the API it was asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vipps_nb.sandbox.apis.checkout.approval import SessionOnPhone, expire, follow_payments
from vipps_nb.sandbox.apis.checkout.bodies import PaymentOrder, SessionOrder
from vipps_nb.sandbox.apis.checkout.callbacks import ask_for_delivery
from vipps_nb.sandbox.apis.checkout.logistics import OPTIONS, LogisticsOption
from vipps_nb.sandbox.apis.checkout.refusals import ReferenceTaken
from vipps_nb.sandbox.apis.checkout.session import Session, Sessions
from vipps_nb.sandbox.apis.checkout.terms import check, reference_of
from vipps_nb.sandbox.apis.epayment.payment import Payments
from vipps_nb.sandbox.world.settings import Settings
from vipps_nb.sandbox.world.world import World

Tell = Callable[[Session], dict[str, Any] | None]
ReadOptions = Callable[[bytes, Settings], list[LogisticsOption]]


def start(
    world: World,
    msn: str,
    order: SessionOrder,
    *,
    callback_url: str,
    tell: Tell,
    read_options: ReadOptions = OPTIONS.read,
) -> Session:
    """Put a new session on the shelf and on the customer's phone.

    ``tell`` puts its end into the words of the API's version, for ``callback_url``; None keeps it to itself.
    ``read_options`` understands what the merchant answers to the question for ways of delivery.

    Raises:
        Refusal: The order breaks a term, or its reference is taken.
    """
    check(order, world.switches[msn])
    reference, sessions = reference_of(order), world.room(Sessions)
    if sessions.get(msn, reference) is not None or world.room(Payments).get(msn, reference) is not None:
        raise ReferenceTaken(f"This sales unit already has a session or a payment {reference}.")
    session = Session(
        msn=msn,
        reference=reference,
        session_id=world.ids.letters(22),
        token=world.ids.urlsafe(24),
        order=order,
        callback_url=callback_url,
        tell=tell,
        created=world.clock.now(),
    )
    sessions.store(session)
    follow_payments(world)
    world.phone[session.token] = SessionOnPhone(world, session)
    world.clock.at(session.expires, lambda: expire(world, session))
    logistics = order.logistics if isinstance(order, PaymentOrder) else None
    if logistics is not None and logistics.dynamic_options_callback is not None:
        ask_for_delivery(world, session, logistics.dynamic_options_callback, read_options)
    return session
