"""The FastAPI app, made of the pages, the desk and the customer's phone."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from vipps_nb.sandbox.apis import ALSO_SPELLED, NOT_YET, PAGES
from vipps_nb.sandbox.control import api as control_api
from vipps_nb.sandbox.control import customer as control_customer
from vipps_nb.sandbox.control import live as control_live
from vipps_nb.sandbox.control import people
from vipps_nb.sandbox.customer import pages as phone_pages
from vipps_nb.sandbox.server.dispatcher import Dispatcher
from vipps_nb.sandbox.server.path_matcher import PathMatcher
from vipps_nb.sandbox.server.problems import GatewayRefusal, NoSuchPath, NotSimulated, Refusal, gateway
from vipps_nb.sandbox.server.routing import ASTRAY, refuse
from vipps_nb.sandbox.webhook_delivery.sender import ByHand, Sender
from vipps_nb.sandbox.world.world import Backend


class WrongMethod(GatewayRefusal):
    """The path exists, with other methods."""

    status = HTTPStatus.METHOD_NOT_ALLOWED
    title = "Method not allowed"


def build_app(backend: Backend, *, let_others_in: bool = False, by_hand: ByHand | None = None) -> Dispatcher:
    """The whole sandbox; it answers other machines only if they are let in."""
    app = FastAPI(
        title="Vipps MobilePay sandbox",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        exception_handlers={HTTPException: _no_such_operation},
    )
    sender = Sender(backend, by_hand)
    app.state.backend = backend
    app.state.sender = sender
    app.state.pages = [
        *PAGES,
        control_api.page,
        control_customer.page,
        control_live.page,
        people.page,
        phone_pages.page,
    ]
    for page in app.state.pages:
        app.include_router(page.router)
    routes = [route for page in app.state.pages for route in page.router.routes if isinstance(route, APIRoute)]
    path_matcher = PathMatcher(((route.path, route.methods or ()) for route in routes), ALSO_SPELLED)
    return Dispatcher(app, backend, sender, path_matcher, let_others_in)


async def _no_such_operation(request: Request, error: Exception) -> Response:
    """Unknown paths.

    501 where a real API lives that has no page here, otherwise the gateway's 404.
    """
    path = request.url.path.lower()
    api = next((api for base, api in NOT_YET.items() if path == base or path.startswith(f"{base}/")), None)
    refusal: Refusal
    if api is not None:
        refusal = NotSimulated(f"The {api} is not simulated, so nothing was done.")
    elif isinstance(error, HTTPException) and error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        refusal = WrongMethod(headers=error.headers)
    else:
        astray = getattr(request.state, ASTRAY, None)
        refusal = NoSuchPath(f"Resource not found: {astray}, and this sandbox is strict." if astray else "")
    return refuse(gateway, refusal, request.app.state.backend.world)
