"""The desk, continued: the request log.

To be read and to be asserted on, in any language.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any, cast

from fastapi import Depends, Query

from vipps_nb.sandbox.control.journal import Journal, check
from vipps_nb.sandbox.control.results import LoggedRequest
from vipps_nb.sandbox.server.authentication import NO_AUTH
from vipps_nb.sandbox.server.problems import InvalidRequest, Refusal
from vipps_nb.sandbox.server.routing import Page, TheWorld
from vipps_nb.sandbox.world.request_log import KEPT
from vipps_nb.sandbox.world.world import World

JsonObject = dict[str, Any]

page = Page(title="The desk, requests", auth=NO_AUTH, own=True)
router = page.router


class NoSuchRequest(Refusal):
    """No request in the log fits; the detail shows the nearest."""

    status = HTTPStatus.NOT_FOUND
    title = "No such request"


class SeveralRequests(Refusal):
    """There are others than was expected; the detail shows them."""

    status = HTTPStatus.CONFLICT
    title = "Not the requests that were expected"


async def _wanted(
    method: Annotated[str, Query(max_length=30, description="Such as POST; * for any.")] = "*",
    path: Annotated[
        str, Query(max_length=500, description="As it was sent; * stands for anything. With a ? the query counts.")
    ] = "*",
    status: Annotated[int | None, Query(ge=100, le=599, description="The status of the answer.")] = None,
    body: Annotated[
        str | None,
        Query(max_length=4000, description="A JSON object: fields that the body must have; others may be there too."),
    ] = None,
) -> JsonObject:
    """What is looked for, as the journal's methods take it."""
    content = None
    if body is not None:
        try:
            content = json.loads(body)
        except (ValueError, RecursionError):
            content = None
        if not isinstance(content, dict):
            raise InvalidRequest(fields=[("body", 'Must be a JSON object, such as {"captureAmount": 100}.')])
    try:
        check(method, path, status, content)
    except ValueError as error:
        raise InvalidRequest(fields=[("path", str(error))]) from None
    return {"method": method, "path": path, "status": status, "body": content}


Wanted = Annotated[JsonObject, Depends(_wanted)]


@router.get("/sandbox/requests")
async def read_requests(
    world: TheWorld,
    wanted: Wanted,
    last: Annotated[int, Query(ge=1, le=KEPT, description="How many at most, counted from the end.")] = KEPT,
) -> list[JsonObject]:
    """The request log, oldest first, secrets masked.

    Or those of its requests that fit.

    The desk's own requests are not in it.
    """
    if wanted == {"method": "*", "path": "*", "status": None, "body": None}:
        return world.log.entries(last)
    return cast("list[JsonObject]", _journal(world).all(**wanted)[-last:])


@router.get("/sandbox/requests/one")
async def read_one_request(world: TheWorld, wanted: Wanted) -> JsonObject:
    """The only request that fits, for tests in any language.

    404 where there is none, and the nearest ones in its `detail`; 409 where there are several.
    """
    return cast("JsonObject", _asserted(lambda: _journal(world).one(**wanted), world, wanted))


@router.get("/sandbox/requests/none")
async def expect_no_request(world: TheWorld, wanted: Wanted) -> JsonObject:
    """See to it that no request fits.

    409 where one does, and they are in its `detail`.
    """
    _asserted(lambda: _journal(world).none(**wanted), world, wanted)
    return {"requests": 0}


def _journal(world: World) -> Journal:
    return Journal(lambda last: cast("list[LoggedRequest]", world.log.entries() if last is None else []))


def _asserted(ask: Callable[[], object], world: World, wanted: JsonObject) -> object:
    try:
        return ask()
    except AssertionError as error:
        kind = SeveralRequests if _journal(world).all(**wanted) else NoSuchRequest
        raise kind(str(error)) from None
