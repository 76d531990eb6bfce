"""An operation that is called without FastAPI's solver takes and refuses what FastAPI would."""

import asyncio
import json
from functools import cache

from starlette.requests import Request

from tests.each import for_each
from vipps_nb.sandbox.apis import APIS
from vipps_nb.sandbox.server.app import OWN
from vipps_nb.sandbox.server.direct_call import NO_CONTENT, UnfitError
from vipps_nb.sandbox.server.fastapi_route import way_to

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
