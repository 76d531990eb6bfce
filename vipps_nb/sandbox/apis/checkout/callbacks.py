"""What Checkout sends to the merchant.

How a session ended, and the question for ways of delivery.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from http import HTTPStatus

from vipps_nb.sandbox.apis.checkout.models import Session, delivery_address
from vipps_nb.sandbox.apis.checkout.schemas import LogisticsOption
from vipps_nb.sandbox.webhook_delivery.outbox import OutgoingRequest, Reply
from vipps_nb.sandbox.world.settings import Settings
from vipps_nb.sandbox.world.world import World

RETRY_AFTER = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=5))
"""A failed callback is sent three times more at most; when is not documented."""
PATIENCE = 8.0
"""Seconds that a customer waits for ways of delivery."""


def tell_end(world: World, session: Session) -> None:
    """Tell the merchant that a session has ended.

    Tried again until they have heard, or it was tried often enough.
    """
    message = session.tell(session)
    if message is not None:
        _send(world, session, json.dumps(message, ensure_ascii=False).encode(), 0)


def _send(world: World, session: Session, body: bytes, failures: int) -> None:
    def answered(reply: Reply) -> datetime | None:
        if reply.accepted or not reply.sent or failures == len(RETRY_AFTER):
            return None
        again = world.clock.now() + RETRY_AFTER[failures]
        world.clock.at(again, partial(_send, world, session, body, failures + 1))
        return again

    world.outbox.post(
        OutgoingRequest(
            url=session.callback_url,
            body=body,
            headers=_headers(session),
            on_reply=answered,
            about=f"checkout {session.state}",
            attempt=failures + 1,
        )
    )


def ask_for_delivery(
    world: World, session: Session, url: str, read: Callable[[bytes, Settings], list[LogisticsOption]]
) -> None:
    """Ask the merchant how the goods can be sent to the customer's address.

    A useless answer is no answer.
    """

    def answered(reply: Reply) -> None:
        if reply.status == HTTPStatus.OK:
            with contextlib.suppress(ValueError):
                session.dynamic_options = read(reply.body, world.settings)

    world.outbox.post(
        OutgoingRequest(
            url=url,
            body=json.dumps(delivery_address(session), ensure_ascii=False).encode(),
            headers=_headers(session),
            on_reply=answered,
            about="checkout dynamic options",
            time_limit=PATIENCE,
        )
    )


def _headers(session: Session) -> dict[str, str]:
    token = session.order.merchant_info.callback_authorization_token
    return {"Authorization": token, "Content-Type": "application/json"}
