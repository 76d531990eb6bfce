"""The operations of the Checkout API, in the order of its guide."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import Path, Response

from vipps_nb.sandbox.apis.checkout.app import end, find_on_phone, start
from vipps_nb.sandbox.apis.checkout.errors import (
    IdempotencyConflict,
    InvalidCredentials,
    SessionNotFound,
    SessionStateConflict,
    checkout_problem,
)
from vipps_nb.sandbox.apis.checkout.models import Session, Sessions, session_answer
from vipps_nb.sandbox.apis.checkout.schemas import (
    Logistics,
    PaymentOrder,
    SessionCreated,
    SessionOrder,
    SessionResponse,
    SessionUpdate,
    State,
)
from vipps_nb.sandbox.apis.checkout.validation import check_update, explain
from vipps_nb.sandbox.server.authentication import AuthPolicy, Caller
from vipps_nb.sandbox.server.routing import Page, Rules, TheCaller, TheWorld, rules
from vipps_nb.sandbox.world.world import World

WRITE = Rules(
    idempotency_key="optional", conflict=IdempotencyConflict, other_media_types=("text/json", "application/*+json")
)
Reference = Annotated[str, Path(description="The merchant's own name for the session, unique per MSN.")]


def _counts(world: World) -> Mapping[str, int]:
    return {"checkoutSessions": len(world.records(Sessions))}


page = Page(
    title="Checkout API",
    auth=AuthPolicy(by="keys", system_headers="required", token_refused=InvalidCredentials),
    dialect=checkout_problem,
    deprecated=True,
    explain=explain,
    selector="reference",
    find_on_phone=find_on_phone,
    counts=_counts,
)
router = page.router


@router.post("/checkout/v3/session", response_model=SessionCreated)
@rules(WRITE)
async def create_session(order: SessionOrder, world: TheWorld, caller: TheCaller) -> SessionCreated:
    """Create session: a checkout that a customer may pay in. It lives for one hour."""
    session = start(
        world,
        caller.merchant.merchant_serial_number,
        order,
        callback_url=order.merchant_info.callback_url,
        version="v3",
    )
    return SessionCreated(
        token=session.token,
        checkout_frontend_url=f"{world.base_url}/landing",
        polling_url=f"{world.base_url}/checkout/v3/session/{session.reference}",
    )


@router.get("/checkout/v3/session/{reference}", response_model=SessionResponse, response_model_exclude_none=True)
async def get_session(reference: Reference, world: TheWorld, caller: TheCaller) -> SessionResponse:
    """Get session.

    How far the customer has come, what they entered, and where the money is.
    """
    return session_answer(world, _find(reference, world, caller))


@router.patch("/checkout/v3/session/{reference}", response_class=Response, response_model=None)
@rules(WRITE)
async def update_session(reference: Reference, update: SessionUpdate, world: TheWorld, caller: TheCaller) -> Response:
    """Update session.

    Another amount, text or other ways of delivery, as long as the customer has not begun to pay.
    """
    session = _find(reference, world, caller)
    check_update(update, session.reference, session.order, world.switches[session.msn])
    _check_undecided(session)
    order = session.order
    if update.transaction is not None:
        order = order.model_copy(update={"transaction": update.transaction})
    if update.logistic_options is not None and isinstance(order, PaymentOrder):
        logistics = (order.logistics or Logistics()).model_copy(update={"fixed_options": update.logistic_options})
        order = order.model_copy(update={"logistics": logistics})
        session.dynamic_options = None  # they were an answer to what the merchant has changed their mind about
    session.order = order
    return Response()


@router.post("/checkout/v3/session/{reference}/expire", response_class=Response, response_model=None)
@rules(WRITE)
async def expire_session(reference: Reference, world: TheWorld, caller: TheCaller) -> Response:
    """Expire session: nobody can pay in it any more.

    Once the customer pays, cancel the payment in ePayment instead.
    """
    session = _find(reference, world, caller)
    _check_undecided(session)
    end(world, session, State.EXPIRED)
    return Response()


def _find(reference: str, world: World, caller: Caller) -> Session:
    """The caller's session.

    Another sales unit's with the same reference is as unknown as none.
    """
    session = world.records(Sessions).get(caller.merchant.merchant_serial_number, reference)
    if session is None:
        raise SessionNotFound("This sales unit has no session with this reference.")
    return session


def _check_undecided(session: Session) -> None:
    if session.state is not State.CREATED:
        raise SessionStateConflict(f"The session is in {session.state}.")
