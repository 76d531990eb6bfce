"""An operation that is called without FastAPI's solver takes and refuses what FastAPI would."""

import asyncio
import json
from functools import cache
from typing import Annotated

import pytest
from fastapi import Body, Path
from starlette.requests import Request

from tests.each import for_each
from vipps_nb.sandbox.apis import APIS
from vipps_nb.sandbox.server.app import OWN
from vipps_nb.sandbox.server.direct_call import NO_CONTENT, UnfitError
from vipps_nb.sandbox.server.fastapi_route import ApiRoute, way_to

IN_PATH = ["order-0001", "", "x" * 5000, "a\nb", "\u202e", "0"]
BODIES = [NO_CONTENT, None, [], {}, "text", {"type": "?"}, {"amount": {"value": "100"}}, {"amount": {"value": 1.5}}]


@cache
def direct():
    """The operations that are called directly, each with what calls it."""
    operations = [one for pages in (*APIS, *OWN) for page in pages.read() for one in page.router.operations]
    acts = [(one, way_to(one.route, one.endpoint, one._options)) for one in operations]
    return [(one, act) for one, act in acts if act != one.route.act]


def outcome(act, operation, in_path, content):
    """What was wrong; that nobody has put a world beside the request shows that nothing was."""
    body = b"" if content is NO_CONTENT else json.dumps(content).encode()
    headers = [(b"content-type", b"application/json")] if body else []
    scope = {"type": "http", "method": operation.methods[0], "path": operation.path, "headers": headers, "state": {}}
    names = [part.strip("{}") for part in operation.path.split("/") if part.startswith("{")]
    request = Request(scope | {"query_string": b"", "path_params": dict.fromkeys(names, in_path)})
    request._body = body
    if body:
        request._json = content
    try:
        return asyncio.run(act(request, content)).status_code
    except UnfitError as error:
        return [(one["type"], tuple(one["loc"]), one["input"]) for one in error.errors]
    except (KeyError, AttributeError, TypeError) as error:
        return type(error).__name__


def test_what_is_called_most_is_called_directly():
    found = {f"{one.methods[0]} {one.path}" for one, _ in direct()}

    assert {
        "POST /epayment/v1/payments",
        "GET /epayment/v1/payments/{reference}",
        "POST /epayment/v1/payments/{reference}/capture",
        "POST /accesstoken/get",
    } <= found


@for_each(("operation", "act"), direct)
def test_it_takes_and_refuses_what_fastapi_would(operation, act):
    for in_path in IN_PATH:
        for content in BODIES:
            ours = outcome(act, operation, in_path, content)

            assert ours == outcome(operation.route.act, operation, in_path, content), (in_path, content)


async def short(name: str = Path(max_length=4)) -> list[str]:
    return [name]


async def named_apart(name: Annotated[str, Path(alias="order", max_length=4)]) -> list[str]:
    return [name]


async def grown(numbers: list[int] = [1]) -> list[int]:  # noqa: B006 - it is what is tested
    numbers.append(2)
    return list(numbers)


async def grown_anew(numbers: Annotated[list[int], Body(default_factory=list)]) -> list[int]:
    numbers.append(2)
    return list(numbers)


async def optional(numbers: list[int] | None = Body(None)) -> dict[str, bool]:  # noqa: B008 - as above
    return {"none": numbers is None}


@pytest.mark.parametrize(
    ("endpoint", "in_path", "said"),
    [
        (short, {"name": "four"}, [b'["four"]']),
        (short, {"name": "fives"}, ["string_too_long"]),
        (named_apart, {"order": "fives"}, ["string_too_long"]),
        (grown, {}, [b"[1,2]", b"[1,2]"]),
        (grown_anew, {}, [b"[2]", b"[2]"]),
        (optional, {}, [b'{"none":true}']),
    ],
)
def test_however_a_parameter_is_declared_it_means_what_it_means_to_fastapi(endpoint, in_path, said):
    route = ApiRoute("".join(f"/{{{name}}}" for name in in_path) or "/", endpoint, methods=["POST"])
    act = way_to(route, endpoint, {})

    scope = {"type": "http", "method": "POST", "path": "/", "headers": [], "query_string": b"", "state": {}}

    def answered():
        request = Request(scope | {"path_params": in_path})
        request._body = b""
        try:
            return asyncio.run(act(request, NO_CONTENT)).body
        except UnfitError as error:
            return error.errors[0]["type"]

    assert [answered() for _ in said] == said
