"""The page itself, and what all of its operations begin with: who asks, and for what."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated

from fastapi import Depends, Path

from vipps_nb.sandbox.apis.recurring import refusals as no
from vipps_nb.sandbox.apis.recurring.acceptance import find_on_phone
from vipps_nb.sandbox.apis.recurring.agreement import Agreement, Agreements
from vipps_nb.sandbox.apis.recurring.charge import Charge, Charges
from vipps_nb.sandbox.apis.recurring.terms import explain
from vipps_nb.sandbox.server.authentication import MSN, Entrance
from vipps_nb.sandbox.server.problems import NotForThisSalesUnit
from vipps_nb.sandbox.server.rate_limits import RateLimit
from vipps_nb.sandbox.server.routing import Page, Rules, TheCaller, TheWorld
from vipps_nb.sandbox.world.world import World

BASE = "/recurring/v3"
ID = re.compile(r"agr_[a-zA-Z0-9]{1,32}")


def _counts(world: World) -> Mapping[str, int]:
    return {"agreements": len(world.room(Agreements)), "charges": len(world.room(Charges))}


page = Page(
    title="Recurring API",
    entrance=Entrance(msn="optional"),
    dialect=no.problem,
    explain=explain,
    selector="agreementId",
    find_on_phone=find_on_phone,
    counts=_counts,
)
router = page.router

AgreementId = Annotated[str, Path(alias="agreementId", description="Such as `agr_5kSeqz`.")]
ChargeId = Annotated[str, Path(alias="chargeId", description="The merchant's `orderId`, or one such as `chr-4assY8f`.")]


def reads(calls: int, resource: str) -> Rules:
    """The rules of an operation that looks."""
    return Rules(limit=RateLimit(calls, resource, "merchant_serial_number"))


def writes(calls: int | None = None, resource: str = "") -> Rules:
    r"""The rules of an operation that acts: a key of 1 to 40 characters, none of them ``# ? / \``.

    Args:
        calls: How many a minute; None where no limit is documented.
        resource: What they are counted by; the sales unit alone unless given.
    """
    return Rules(
        idempotency_key="required",
        longest_key=40,
        key_pattern=r"[^#?/\\]+",
        bad_key=no.IdempotencyKeyHeader,
        conflict=no.IdempotencyConflict,
        limit=None if calls is None else RateLimit(calls, resource, "merchant_serial_number"),
    )


async def _msn(caller: TheCaller, world: TheWorld) -> str:
    """The sales unit's number. The header may be missing with merchant keys, but not with partner keys."""
    if caller.unit is None:
        raise NotForThisSalesUnit(f"Partner keys need the {MSN} header.")
    msn = caller.unit.merchant_serial_number
    if not world.switches[msn].recurring_allowed:
        raise no.InvalidSaleUnit
    return msn


TheMsn = Annotated[str, Depends(_msn)]


async def _agreement(agreement_id: AgreementId, msn: TheMsn, world: TheWorld) -> Agreement:
    if not ID.fullmatch(agreement_id):
        raise no.InvalidAgreementId(fields=[("agreementId", "Must look like agr_5kSeqz.")])
    agreement = world.room(Agreements).get(agreement_id)
    if agreement is None or agreement.msn != msn:
        raise no.ResourceNotFound(f"This sales unit has no agreement {agreement_id}.")
    return agreement


TheAgreement = Annotated[Agreement, Depends(_agreement)]


async def _charge(charge_id: ChargeId, agreement: TheAgreement, world: TheWorld) -> Charge:
    charge = world.room(Charges).get(agreement.msn, charge_id)
    if charge is None or charge.agreement_id != agreement.id:
        raise no.ResourceNotFound(f"The agreement {agreement.id} has no charge {charge_id}.")
    return charge


TheCharge = Annotated[Charge, Depends(_charge)]
