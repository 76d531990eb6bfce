"""The operations of version 2, in the order of its guide."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

from vipps_nb.sandbox.apis.checkout.app import start
from vipps_nb.sandbox.apis.checkout.errors import InvalidCredentials, SessionNotFound, checkout_problem
from vipps_nb.sandbox.apis.checkout.models import Sessions
from vipps_nb.sandbox.apis.checkout.schemas import SessionCreated
from vipps_nb.sandbox.apis.legacy.checkout_v2.schemas import GetSession, InitiateSession
from vipps_nb.sandbox.apis.legacy.checkout_v2.translation import ELEMENTS, in_new_words, poll
from vipps_nb.sandbox.server.authentication import AuthPolicy
from vipps_nb.sandbox.server.problems import InvalidRequest
from vipps_nb.sandbox.server.routing import Page, Rules, TheCaller, TheWorld, rules

SessionId = Annotated[str, Path(description="From the answer to create, in the end of `pollingUrl`.")]
page = Page(
    title="Checkout API v2",
    auth=AuthPolicy(by="keys", token_refused=InvalidCredentials),
    dialect=checkout_problem,
    deprecated=True,
)
router = page.router


@router.post("/checkout/v2/session", response_model=SessionCreated)
@rules(Rules(other_media_types=("text/json", "application/*+json")))
async def initiate_session(order: InitiateSession, world: TheWorld, caller: TheCaller) -> SessionCreated:
    """Initiate session: a checkout that a customer may pay in. It lives for one hour."""
    if (order.contact_fields, order.address_fields) not in ELEMENTS:
        raise InvalidRequest(fields=[("addressFields", "Needs contactFields too.")])
    new = in_new_words(order)
    try:
        session = start(
            world,
            caller.merchant.merchant_serial_number,
            new,
            callback_url=new.merchant_info.callback_url,
            version="v2",
        )
    except InvalidRequest as refusal:
        refusal.fields = [(name.replace("callbackUrl", "callbackPrefix"), reason) for name, reason in refusal.fields]
        raise
    return SessionCreated(
        token=session.token,
        checkout_frontend_url=f"{world.base_url}/landing",
        polling_url=f"{world.base_url}/checkout/v2/session/{session.session_id}",
    )


@router.get("/checkout/v2/session/{session_id}", response_model=GetSession, response_model_exclude_none=True)
async def get_session(session_id: SessionId, world: TheWorld, caller: TheCaller) -> GetSession:
    """Get session.

    Whether it is still open, what the customer entered, and where the money is.
    """
    session = world.records(Sessions).with_id(caller.merchant.merchant_serial_number, session_id)
    if session is None:
        raise SessionNotFound("This sales unit has no session with this id.")
    return poll(world, session)
