"""What Checkout sends to the merchant: how a session ended, and the question for ways of delivery."""

from __future__ import annotations

import json
from datetime import timedelta
from functools import partial
from http import HTTPStatus

from pydantic import ValidationError

from vipps_nb.sandbox.apis.checkout.answers import delivery_address
from vipps_nb.sandbox.apis.checkout.logistics import OPTIONS
from vipps_nb.sandbox.apis.checkout.session import Session
from vipps_nb.sandbox.outbox import Letter, Reply
from vipps_nb.sandbox.world import World

RETRY_AFTER = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=5))
"""A failed callback is sent three times more at most; when is not documented."""
PATIENCE = timedelta(seconds=8)
"""How long the customer waits for ways of delivery."""


def tell_end(world: World, session: Session) -> None:
    """Tell the merchant that a session has ended, until they have heard or it was tried often enough."""
    message = session.tell(session)
    if message is not None:
        _send(world, session, json.dumps(message, ensure_ascii=False).encode(), 0)


def _send(world: World, session: Session, body: bytes, tried: int) -> None:
    def heard(reply: Reply) -> None:
        if not reply.accepted and tried < len(RETRY_AFTER):
            world.clock.at(world.clock.now() + RETRY_AFTER[tried], partial(_send, world, session, body, tried + 1))

    world.outbox.post(Letter(url=session.callback_url, body=body, headers=_headers(session), on_reply=heard))


def ask_for_delivery(world: World, session: Session, url: str) -> None:
    """Ask the merchant how the goods can be sent to the customer's address."""
    asked = world.clock.now()

    def answered(reply: Reply) -> None:
        if reply.status != HTTPStatus.OK or world.clock.now() > asked + PATIENCE:
            return
        try:
            session.dynamic_options = OPTIONS.validate_json(reply.body)
        except ValidationError:
            return

    body = json.dumps(delivery_address(session), ensure_ascii=False).encode()
    world.outbox.post(Letter(url=url, body=body, headers=_headers(session), on_reply=answered))


def _headers(session: Session) -> dict[str, str]:
    token = session.order.merchant_info.callback_authorization_token
    return {"Authorization": token, "Content-Type": "application/json"}
