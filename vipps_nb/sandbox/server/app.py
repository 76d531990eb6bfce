"""The app: the shelf with all pages, and the dispatcher before it."""

from __future__ import annotations

<<<<<<< HEAD
from vipps_nb.sandbox.apis import ALSO_SPELLED, APIS, NOT_YET
=======
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
from vipps_nb.sandbox.naming import did_you_mean
>>>>>>> 36c2f94 (A wrong name is answered with the names there are and the nearest one, in Python and over HTTP)
from vipps_nb.sandbox.server.dispatcher import Dispatcher
from vipps_nb.sandbox.server.shelf import Pages, Shelf
from vipps_nb.sandbox.webhook_delivery.sender import ByHand, Sender
from vipps_nb.sandbox.world.world import Backend

<<<<<<< HEAD
OWN = [
    Pages("control.api", "The desk", begins=["/sandbox"]),
    Pages(
        "control.customer",
        "The desk: the customer",
        begins=["/sandbox/customer/card", "/sandbox/customer/agreements"],
    ),
    Pages(
        "control.live",
        "The desk, live",
        begins=["/sandbox/customer/requests", "/sandbox/customer/ignore", "/sandbox/clock/next", "/sandbox/changes"],
    ),
    Pages("control.people", "The desk", begins=["/sandbox/product-orders", "/sandbox/donations"]),
    Pages("customer.pages", "The customer's phone", begins=["/landing"]),
]
=======
DESK = "/sandbox"


class WrongMethod(GatewayRefusal):
    """The path exists, with other methods."""

    status = HTTPStatus.METHOD_NOT_ALLOWED
    title = "Method not allowed"
>>>>>>> 36c2f94 (A wrong name is answered with the names there are and the nearest one, in Python and over HTTP)


def build_app(backend: Backend, *, let_others_in: bool = False, by_hand: ByHand | None = None) -> Dispatcher:
    """The whole sandbox; it answers other machines only if they are let in."""
<<<<<<< HEAD
    shelf = Shelf(APIS, OWN, NOT_YET, ALSO_SPELLED)
    return Dispatcher(backend, Sender(backend, by_hand), shelf, let_others_in)
=======
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


def _near_desk(request: Request) -> str:
    """What of the desk was probably meant; empty for a path of the APIs, whose refusal is the real one's."""
    path = request.url.path
    if not path.startswith(DESK):
        return ""
    pages = (control_api.page, control_customer.page, control_live.page, people.page)
    known = sorted({route.path for page in pages for route in page.router.routes if isinstance(route, APIRoute)})
    return f"Resource not found: the desk has no {path}.{did_you_mean(path, known)} It has {', '.join(known)}."


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
        words = f"Resource not found: {astray}, and this sandbox is strict." if astray else _near_desk(request)
        refusal = NoSuchPath(words)
    return refuse(gateway, refusal, request.app.state.backend.world)
>>>>>>> 36c2f94 (A wrong name is answered with the names there are and the nearest one, in Python and over HTTP)
