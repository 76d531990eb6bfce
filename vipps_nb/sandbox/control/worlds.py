"""The desk, continued: the whole world, given out and taken in."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Request, Response
from pydantic import Field

from vipps_nb.sandbox.control.api import LARGEST_SEED, overview
from vipps_nb.sandbox.server.authentication import NO_AUTH
from vipps_nb.sandbox.server.json_model import JsonModel
from vipps_nb.sandbox.server.routing import Page, TheBackend
from vipps_nb.sandbox.server.shelf import TheShelf

JSON = "application/json"
WORLD = "/sandbox/world"
JsonObject = dict[str, object]

page = Page(title="The desk, worlds", auth=NO_AUTH, own=True)
router = page.router


class SeedOrder(JsonModel):
    """Which world to make."""

    scenario: Annotated[
        Annotated[str, Field(max_length=200)] | dict[str, Any],
        Field(description="The name of a scenario, or a whole one; docs/sandbox.md has what it may say."),
    ]
    seed: Annotated[int, Field(ge=-LARGEST_SEED, le=LARGEST_SEED)] | None = None


@router.get(WORLD, response_class=Response, responses={200: {"content": {JSON: {}}}})
async def read_world(backend: TheBackend) -> Response:
    """The whole world as a document: records, clock, ids, what is to come.

    The logs are not in it, and of access tokens only what they are known by.
    """
    from vipps_nb.sandbox.keeping import codec  # noqa: PLC0415 - it knows every API's records

    return Response(codec.written(backend), media_type=JSON)


@router.post("/sandbox/seed")
async def seed_world(order: SeedOrder, backend: TheBackend, shelf: TheShelf) -> JsonObject:
    """A new world that is populated.

    Customers, payments in every state, agreements with their charges, ledgers.

    `scenario` is the name of one that the sandbox brings, or one of your own. The same seed makes the same world.
    """
    from vipps_nb.sandbox.scenarios.schema import scenario  # noqa: PLC0415 - for whoever asks
    from vipps_nb.sandbox.scenarios.sowing import sow  # noqa: PLC0415 - it knows every API

    backend.world = await sow(backend, scenario(order.scenario), order.seed)
    return await overview(backend.world, shelf)


@router.put(WORLD)
async def put_world(request: Request, backend: TheBackend, shelf: TheShelf) -> JsonObject:
    """Put such a document in the place of the world.

    Its clock goes on from where it stood. What was on its way to merchants is sent once more.
    """
    from vipps_nb.sandbox.keeping import codec  # noqa: PLC0415 - as above

    backend.world = codec.read(backend, await request.body())
    codec.resume(backend.world)
    return await overview(backend.world, shelf)
