"""The desk, continued: the whole world, given out and taken in."""

from __future__ import annotations

from fastapi import Request, Response

from vipps_nb.sandbox.control.api import overview
from vipps_nb.sandbox.server.authentication import NO_AUTH
from vipps_nb.sandbox.server.routing import Page, TheBackend

JSON = "application/json"
WORLD = "/sandbox/world"
JsonObject = dict[str, object]

page = Page(title="The desk, worlds", auth=NO_AUTH, own=True)
router = page.router


@router.get(WORLD, response_class=Response, responses={200: {"content": {JSON: {}}}})
async def read_world(backend: TheBackend) -> Response:
    """The whole world as a document: records, clock, ids, what is to come.

    The logs are not in it, and of access tokens only what they are known by.
    """
    from vipps_nb.sandbox.keeping import codec  # noqa: PLC0415 - it knows every API's records

    return Response(codec.written(backend), media_type=JSON)


@router.put(WORLD)
async def put_world(request: Request, backend: TheBackend) -> JsonObject:
    """Put such a document in the place of the world.

    Its clock goes on from where it stood. What was on its way to merchants is sent once more.
    """
    from vipps_nb.sandbox.keeping import codec  # noqa: PLC0415 - as above

    backend.world = codec.read(backend, await request.body())
    codec.resume(backend.world)
    return await overview(backend.world)
