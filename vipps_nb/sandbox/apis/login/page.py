"""The page itself, apart so that the modules with its operations can share it."""

from __future__ import annotations

from collections.abc import Mapping

from vipps_nb.sandbox.apis.login.phone import find_on_phone
from vipps_nb.sandbox.apis.login.records import Logins
from vipps_nb.sandbox.apis.login.refusals import LOGIN
from vipps_nb.sandbox.server.authentication import OPEN
from vipps_nb.sandbox.server.routing import Page
from vipps_nb.sandbox.world.world import World

FORM = "application/x-www-form-urlencoded"


def _counts(world: World) -> Mapping[str, int]:
    return {"logins": len(world.room(Logins).all)}


page = Page(
    title="Login API",
    entrance=OPEN,
    dialect=LOGIN,
    selector="authReqId",
    find_on_phone=find_on_phone,
    counts=_counts,
)
