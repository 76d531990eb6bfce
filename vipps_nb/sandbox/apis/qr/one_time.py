"""One-time QR: a payment or an agreement, from a screen onto the customer's phone."""

from __future__ import annotations

from datetime import datetime, timedelta

from vipps_nb.sandbox.apis.qr.common import TheMsn, TheWish
from vipps_nb.sandbox.apis.qr.refusals import QR, NoLandingPage, TooLate
from vipps_nb.sandbox.customer.customer import Expiring, PhoneRequest
from vipps_nb.sandbox.customer.printed_codes import phone_link, token_in
from vipps_nb.sandbox.server.authentication import Entrance
from vipps_nb.sandbox.server.routing import Page, TheWorld
from vipps_nb.sandbox.server.urls import parts_of
from vipps_nb.sandbox.server.wire import Wire
from vipps_nb.sandbox.world.world import World

LONGEST_LIFE = timedelta(minutes=10)  # of a request whose own time is not known

page = Page(title="QR API", entrance=Entrance(msn="optional"), dialect=QR)
router = page.router


class OneTimePaymentQrRequest(Wire):
    """Where the customer would be sent."""

    url: str


class OneTimePaymentQrResponse(Wire):
    """A picture of it."""

    url: str
    expires_in: int


@router.post("/qr/v1", response_model=OneTimePaymentQrResponse)
async def generate_otp_qr(
    order: OneTimePaymentQrRequest, wish: TheWish, msn: TheMsn, world: TheWorld
) -> OneTimePaymentQrResponse:
    """Create one-time payment QR: the `redirectUrl` of a payment, or the one of an agreement, as a code."""
    token = _token(order.url, world)
    asked = world.phone.get(token)
    if asked is None or asked.msn != msn:
        raise NoLandingPage("Nothing of this sales unit is open there.", fields=[("url", "Not known here.")])
    if asked.outcome is not None:
        raise TooLate(asked.outcome)
    left = _end(asked, world.clock.now()) - world.clock.now()
    return OneTimePaymentQrResponse(
        url=wish.link(world, token, phone_link(world, token)), expires_in=int(left.total_seconds())
    )


def _token(url: str, world: World) -> str:
    token, asked, own = token_in(url), parts_of(url.strip()), parts_of(world.base_url)
    if token is None or asked is None or own is None or asked.path != "/landing" or asked.netloc != own.netloc:
        raise NoLandingPage(
            "The url is not that of a landing page.",
            fields=[("url", "Must be the URL that a payment or an agreement was answered with.")],
        )
    return token


def _end(asked: PhoneRequest, now: datetime) -> datetime:
    return asked.expires if isinstance(asked, Expiring) else now + LONGEST_LIFE
