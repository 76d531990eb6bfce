"""What Checkout sends to the merchant.

How a session ended, and the question for ways of delivery.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from vipps_nb.sandbox.apis.checkout.logistics import OPTIONS
from vipps_nb.sandbox.apis.checkout.models import Session, Sessions, Version, delivery_address, session_answer
from vipps_nb.sandbox.apis.checkout.schemas import LogisticsOption
from vipps_nb.sandbox.webhook_delivery.outbox import OutgoingRequest, Reply
from vipps_nb.sandbox.world.deeds import deed
from vipps_nb.sandbox.world.settings import Settings
from vipps_nb.sandbox.world.world import World

RETRY_AFTER = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=5))
"""A failed callback is sent three times more at most; when is not documented."""
PATIENCE = 8.0
"""Seconds that a customer waits for ways of delivery."""


@dataclass(frozen=True)
class Words:
    """How one version of the API speaks with the merchant's server.

    Attributes:
        end: What is told of a session that has ended; None where the version keeps silent.
        options: Understands the answer to the question for ways of delivery. A ValueError says that it is none.
    """

    end: Callable[[World, Session], dict[str, Any] | None]
    options: Callable[[bytes, Settings], list[LogisticsOption]]


WORDS: dict[Version, Words] = {
    "v3": Words(end=lambda world, session: session_answer(world, session).to_json(), options=OPTIONS.read)
}
"""Each version brings its own."""


def tell_end(world: World, session: Session) -> None:
    """Tell the merchant that a session has ended.

    Tried again until they have heard, or it was tried often enough.
    """
    message = WORDS[session.version].end(world, session)
    if message is not None:
        _send(world, session, json.dumps(message, ensure_ascii=False), 0)


@deed("checkout.told", about=Sessions, key=2, more=1)
def _told(  # noqa: PLR0917 - a deed has its values in order
    world: World, msn: str, reference: str, body: str, failures: int, reply: Reply
) -> datetime | None:
    if reply.accepted or not reply.sent or failures >= len(RETRY_AFTER):
        return None
    again = world.clock.now() + RETRY_AFTER[failures]
    world.clock.at(again, _tell_again.of(world, msn, reference, body, failures + 1))
    return again


@deed("checkout.tell", about=Sessions, key=2)
def _tell_again(world: World, msn: str, reference: str, body: str, failures: int) -> None:
    _send(world, world.records(Sessions).rows[msn, reference], body, failures)


def _send(world: World, session: Session, body: str, failures: int) -> None:
    world.outbox.post(
        OutgoingRequest(
            url=session.callback_url,
            body=body.encode(),
            headers=_headers(session),
            on_reply=_told.of(world, session.msn, session.reference, body, failures),
            about=f"checkout {session.state}",
            attempt=failures + 1,
        )
    )


def ask_for_delivery(world: World, session: Session, url: str) -> None:
    """Ask the merchant how the goods can be sent to the customer's address.

    A useless answer is no answer.
    """
    world.outbox.post(
        OutgoingRequest(
            url=url,
            body=json.dumps(delivery_address(session), ensure_ascii=False).encode(),
            headers=_headers(session),
            on_reply=_answered.of(world, session.msn, session.reference),
            about="checkout dynamic options",
            time_limit=PATIENCE,
        )
    )


@deed("checkout.options", about=Sessions, key=2, more=1)
def _answered(world: World, msn: str, reference: str, reply: Reply) -> None:
    session = world.records(Sessions).rows[msn, reference]
    if reply.status == HTTPStatus.OK:
        with contextlib.suppress(ValueError):
            session.dynamic_options = WORDS[session.version].options(reply.body, world.settings)


def _headers(session: Session) -> dict[str, str]:
    token = session.order.merchant_info.callback_authorization_token
    return {"Authorization": token, "Content-Type": "application/json"}
