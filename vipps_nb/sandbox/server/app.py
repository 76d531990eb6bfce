"""The FastAPI app, put together from the pages, the desk and the customer's phone."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from vipps_nb.sandbox.apis import ALSO_SPELLED, NOT_YET, PAGES
from vipps_nb.sandbox.control import api as desk
from vipps_nb.sandbox.control import customer as customer_desk
from vipps_nb.sandbox.control import live as live_desk
from vipps_nb.sandbox.control import people
from vipps_nb.sandbox.customer import pages as landing_page
from vipps_nb.sandbox.server.dispatcher import FrontDoor
from vipps_nb.sandbox.server.problems import GatewayRefusal, NoSuchPath, NotSimulated, Refusal, gateway
from vipps_nb.sandbox.server.routing import ASTRAY, refuse
from vipps_nb.sandbox.server.signposts import Signposts
from vipps_nb.sandbox.webhook_delivery.courier import ByHand, Courier
from vipps_nb.sandbox.world.world import Premises


class WrongMethod(GatewayRefusal):
    """The path exists, with other methods."""

    status = HTTPStatus.METHOD_NOT_ALLOWED
    title = "Method not allowed"


def build_app(premises: Premises, *, let_others_in: bool = False, by_hand: ByHand | None = None) -> FrontDoor:
    """Everything behind one door, which answers to other machines only if they are let in."""
    app = FastAPI(
        title="Vipps MobilePay sandbox",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        exception_handlers={HTTPException: _no_such_operation},
    )
    courier = Courier(premises, by_hand)
    app.state.premises = premises
    app.state.courier = courier
    app.state.pages = [*PAGES, desk.page, customer_desk.page, live_desk.page, people.page, landing_page.page]
    for page in app.state.pages:
        app.include_router(page.router)
    routes = [route for page in app.state.pages for route in page.router.routes if isinstance(route, APIRoute)]
    signposts = Signposts(((route.path, route.methods or ()) for route in routes), ALSO_SPELLED)
    return FrontDoor(app, premises, courier, signposts, let_others_in)


async def _no_such_operation(request: Request, error: Exception) -> Response:
    """Unknown paths: 501 where a real API lives that has no page here, otherwise the gateway's 404."""
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
    return refuse(gateway, refusal, request.app.state.premises.world)
