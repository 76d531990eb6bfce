"""More of the desk: what the customer does besides approving and aborting."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Path
from pydantic import Field

from vipps_nb.sandbox.apis.recurring.app import change_in_app
from vipps_nb.sandbox.apis.recurring.models import Agreements
from vipps_nb.sandbox.customer.customer import CardFailure, Wallet
from vipps_nb.sandbox.server.authentication import NO_AUTH
from vipps_nb.sandbox.server.json_model import JsonModel
from vipps_nb.sandbox.server.problems import Refusal
from vipps_nb.sandbox.server.routing import Page, TheWorld
from vipps_nb.sandbox.world.world import World

page = Page(title="The desk: the customer", auth=NO_AUTH, own=True)
router = page.router


class NoSuchAgreement(Refusal):
    """No sales unit has an agreement with this id."""

    status = HTTPStatus.NOT_FOUND
    title = "No such agreement"


class Card(JsonModel):
    """The customer's card, which recurring charges are taken from."""

    working: bool
    reason: Annotated[CardFailure, Field(description="How charges fail while it does not work.")] = (
        "user_action_required"
    )


class AgreementChange(JsonModel):
    """What the customer changes; what is left out stays as it is."""

    max_amount: Annotated[int | None, Field(description="In each interval, with VARIABLE pricing.")] = None
    stopped: bool = False


@router.get("/sandbox/customer/card", response_model=Card, response_model_exclude_none=True)
async def read_card(world: TheWorld) -> Card:
    """Whether the customer's card works."""
    return _card(world)


@router.put("/sandbox/customer/card", response_model=Card)
async def change_card(card: Card, world: TheWorld) -> Card:
    """Break or mend the customer's card.

    While it is broken, recurring charges fail and are tried again.
    """
    world.records(Wallet).failure = None if card.working else card.reason
    return _card(world)


@router.put("/sandbox/customer/agreements/{agreementId}")
async def change_agreement(
    agreement_id: Annotated[str, Path(alias="agreementId")], change: AgreementChange, world: TheWorld
) -> dict[str, Any]:
    """What the customer changes about an agreement in the app.

    The most that may be taken, or everything ends.
    """
    agreement = world.records(Agreements).get(agreement_id)
    if agreement is None:
        raise NoSuchAgreement(f"There is no agreement {agreement_id}.")
    change_in_app(world, agreement, max_amount=change.max_amount, stopped=change.stopped)
    report = {"agreementId": agreement.id, "msn": agreement.msn, "status": str(agreement.status)}
    return report | ({} if agreement.max_amount is None else {"maxAmount": agreement.max_amount})


def _card(world: World) -> Card:
    failure = world.records(Wallet).failure
    return Card(working=failure is None, reason=failure or "user_action_required")
