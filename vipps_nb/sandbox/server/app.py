"""The app: the shelf with all pages, and the dispatcher before it."""

from __future__ import annotations

from vipps_nb.sandbox.apis import ALSO_SPELLED, APIS, NOT_YET
from vipps_nb.sandbox.server.dispatcher import Dispatcher
from vipps_nb.sandbox.server.guests import Guests
from vipps_nb.sandbox.server.shelf import Pages, Shelf
from vipps_nb.sandbox.webhook_delivery.sender import ByHand, Sender
from vipps_nb.sandbox.world.world import Backend

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
    Pages("control.log", "The desk, requests", begins=["/sandbox/requests"]),
    Pages("control.worlds", "The desk, worlds", begins=["/sandbox/world", "/sandbox/seed"]),
    Pages("control.join", "Joining", begins=["/sandbox/join"]),
    Pages("control.board", "The board", begins=["/sandbox/board"]),
    Pages("customer.pages", "The customer's phone", begins=["/landing"]),
]


def build_app(backend: Backend, *, guests: Guests | None = None, by_hand: ByHand | None = None) -> Dispatcher:
    """The whole sandbox; it answers other machines only if there is a list of guests."""
    shelf = Shelf(APIS, OWN, NOT_YET, ALSO_SPELLED)
    return Dispatcher(backend, Sender(backend, by_hand), shelf, guests)
