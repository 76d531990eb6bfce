"""The operations of the QR API, in the order of its guide."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from fastapi import Depends, Response

from vipps_nb.sandbox.apis.qr.errors import EXCHANGE, QR, IdTaken, NoLandingPage, NoSuchQr, TooLate
from vipps_nb.sandbox.apis.qr.models import (
    MerchantCallback,
    MerchantCallbacks,
    MerchantRedirect,
    MerchantRedirects,
    Wish,
)
from vipps_nb.sandbox.apis.qr.schemas import (
    FORMATS,
    Accept,
    BeaconId,
    CallbackName,
    CustomerExchangeRequest,
    CustomerExchangeResponse,
    ImageFormat,
    ImageSize,
    MerchantCallbackPutRequest,
    MerchantCallbackQr,
    MerchantRedirectQrRequest,
    MerchantRedirectQrResponse,
    MerchantRedirectQrUpdateRequest,
    OneTimePaymentQrRequest,
    OneTimePaymentQrResponse,
    QrExchangeRequest,
    QrExchangeResponse,
    RedirectName,
    Size,
)
from vipps_nb.sandbox.customer.codes import CustomerCodes
from vipps_nb.sandbox.customer.printed_codes import PrintedCodes, code_link, image_link, phone_link, token_in
from vipps_nb.sandbox.server.authentication import AuthPolicy
from vipps_nb.sandbox.server.problems import InvalidRequest, NotForThisSalesUnit
from vipps_nb.sandbox.server.routing import Page, TheCaller, TheWorld
from vipps_nb.sandbox.server.urls import parts_of
from vipps_nb.sandbox.world.deeds import deed
from vipps_nb.sandbox.world.world import World

DEFAULT_SIZE = 1024  # pixels
LONGEST_LIFE = timedelta(minutes=10)  # of a request whose own time is not known
one_time_page = Page(title="QR API", auth=AuthPolicy(msn="optional"), dialect=QR)
redirects_page = Page(
    title="QR API, merchant redirects",
    auth=AuthPolicy(msn="optional"),
    dialect=QR,
    counts=lambda world: {"merchantRedirects": len(world.records(MerchantRedirects))},
)
callbacks_page = Page(
    title="QR API, merchant callbacks",
    auth=AuthPolicy(),
    dialect=QR,
    counts=lambda world: {"merchantCallbacks": len(world.records(MerchantCallbacks))},
)
exchange_page = Page(title="QR API, exchange", auth=AuthPolicy(msn="optional"), dialect=EXCHANGE)
one_time = one_time_page.router
redirects = redirects_page.router
callbacks = callbacks_page.router
exchange = exchange_page.router


async def _wish(accept: Accept, size: Size = None) -> Wish:
    for one in accept.split(","):
        wanted = one.partition(";")[0].strip()
        for known in FORMATS:
            if wanted.lower() == known.lower():
                return Wish(known, size or DEFAULT_SIZE)
        if wanted == "*/*":
            return Wish("image/*", size or DEFAULT_SIZE)
    raise InvalidRequest("Which picture?", fields=[("Accept", f"Must be one of {', '.join(FORMATS)}.")])


async def _msn(caller: TheCaller) -> str:
    if caller.unit is None:
        raise NotForThisSalesUnit("Partner keys need the Merchant-Serial-Number header.")
    return caller.unit.merchant_serial_number


TheWish = Annotated[Wish, Depends(_wish)]
TheMsn = Annotated[str, Depends(_msn)]


@one_time.post("/qr/v1", response_model=OneTimePaymentQrResponse)
async def generate_otp_qr(
    order: OneTimePaymentQrRequest, wish: TheWish, msn: TheMsn, world: TheWorld
) -> OneTimePaymentQrResponse:
    """Create one-time payment QR.

    The `redirectUrl` of a payment, or the one of an agreement, as a code.
    """
    token = _token(order.url, world)
    asked = world.phone.get(token)
    if asked is None or asked.msn != msn:
        raise NoLandingPage("Nothing of this sales unit is open there.", fields=[("url", "Not known here.")])
    if asked.outcome is not None:
        raise TooLate(asked.outcome)
    now = world.clock.now()
    left = (asked.expires or now + LONGEST_LIFE) - now
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


@redirects.post("/qr/v1/merchant-redirect", response_model=MerchantRedirectQrResponse)
async def create_merchant_redirect_qr(
    order: MerchantRedirectQrRequest, wish: TheWish, msn: TheMsn, world: TheWorld
) -> MerchantRedirectQrResponse:
    """Create merchant redirect QR.

    A code that opens a page, for ever or for `ttl` seconds.
    """
    codes = world.records(MerchantRedirects)
    if codes.get(msn, order.id) is not None:
        raise IdTaken(order.id, f"This sales unit already has a code {order.id}.")
    code = MerchantRedirect(
        msn=msn,
        name=order.id,
        token=world.ids.urlsafe(16),
        redirect_url=order.redirect_url,
        expires=None if order.ttl is None else world.clock.now() + timedelta(seconds=order.ttl),
    )
    codes.put(code)
    world.records(PrintedCodes).put(code.token, code)
    if code.expires is not None:
        world.clock.at(code.expires, _end_of_life.of(world, msn, code.name, code.token))
    return _redirect_answer(code, wish, world)


@redirects.get("/qr/v1/merchant-redirect", response_model=list[MerchantRedirectQrResponse])
async def get_all_merchant_redirect_qrs(
    wish: TheWish, msn: TheMsn, world: TheWorld
) -> list[MerchantRedirectQrResponse]:
    """Get all merchant redirect QRs of this sales unit, oldest first."""
    return [_redirect_answer(code, wish, world) for code in world.records(MerchantRedirects).of(msn)]


@redirects.get("/qr/v1/merchant-redirect/{id}", response_model=MerchantRedirectQrResponse)
async def get_merchant_redirect_qr(
    name: RedirectName, wish: TheWish, msn: TheMsn, world: TheWorld
) -> MerchantRedirectQrResponse:
    """Get merchant redirect QR by id."""
    return _redirect_answer(_redirect(msn, name, world), wish, world)


@redirects.put("/qr/v1/merchant-redirect/{id}", response_model=MerchantRedirectQrResponse)
async def update_merchant_redirect_url(
    name: RedirectName, order: MerchantRedirectQrUpdateRequest, wish: TheWish, msn: TheMsn, world: TheWorld
) -> MerchantRedirectQrResponse:
    """Update redirect URL: the same code, already printed, leads somewhere else.

    Its life is not prolonged.
    """
    code = _redirect(msn, name, world)
    code.redirect_url = order.redirect_url
    return _redirect_answer(code, wish, world)


@redirects.delete("/qr/v1/merchant-redirect/{id}", response_class=Response, response_model=None)
async def delete_merchant_redirect_qr(name: RedirectName, msn: TheMsn, world: TheWorld) -> Response:
    """Delete merchant redirect QR: whoever scans it now finds nothing."""
    _remove_redirect(_redirect(msn, name, world), world)
    return Response()


def _redirect(msn: str, name: str, world: World) -> MerchantRedirect:
    code = world.records(MerchantRedirects).get(msn, name)
    if code is None:
        raise NoSuchQr("This sales unit has no merchant redirect with this id.")
    return code


def _remove_redirect(code: MerchantRedirect, world: World) -> None:
    if world.records(MerchantRedirects).remove(code):
        world.records(PrintedCodes).remove(code.token)


@deed("qr.expire")
def _end_of_life(world: World, msn: str, name: str, token: str) -> None:
    code = world.records(MerchantRedirects).get(msn, name)
    if code is not None and code.token == token:  # and not another under its name
        _remove_redirect(code, world)


def _redirect_answer(code: MerchantRedirect, wish: Wish, world: World) -> MerchantRedirectQrResponse:
    return MerchantRedirectQrResponse(
        id=code.name,
        url=wish.link(world, code.token, code_link(world, code.token)),
        redirect_url=code.redirect_url,
        expires_in=code.expires_in(world.clock.now()),
    )


@callbacks.get("/qr/v1/merchant-callback", response_model=list[MerchantCallbackQr])
async def get_merchant_callback_qrs(
    msn: TheMsn, world: TheWorld, image: ImageFormat = "SVG", size: ImageSize = DEFAULT_SIZE
) -> list[MerchantCallbackQr]:
    """Get all merchant callback QRs of this sales unit, oldest first."""
    return [_callback_answer(code, image, size, world) for code in world.records(MerchantCallbacks).of(msn)]


@callbacks.get("/qr/v1/merchant-callback/{merchantQrId}", response_model=MerchantCallbackQr)
async def get_merchant_callback_qr(
    name: CallbackName, msn: TheMsn, world: TheWorld, image: ImageFormat = "SVG", size: ImageSize = DEFAULT_SIZE
) -> MerchantCallbackQr:
    """Get merchant callback QR by id, with a link to its picture."""
    return _callback_answer(_callback(msn, name, world), image, size, world)


@callbacks.put("/qr/v1/merchant-callback/{merchantQrId}", response_class=Response, response_model=None)
async def put_merchant_callback_qr(
    name: CallbackName, order: MerchantCallbackPutRequest, msn: TheMsn, world: TheWorld
) -> Response:
    """Create or update merchant callback QR.

    Putting it again moves it; the picture stays the same.
    """
    _put_callback(msn, name, order.location_description, world)
    return Response()


@callbacks.delete("/qr/v1/merchant-callback/{merchantQrId}", response_class=Response, response_model=None)
async def delete_merchant_callback_qr(name: CallbackName, msn: TheMsn, world: TheWorld) -> Response:
    """Delete merchant callback QR: nobody can check in there any more."""
    code = _callback(msn, name, world)
    world.records(MerchantCallbacks).remove(code)
    world.records(PrintedCodes).remove(code.token)
    return Response()


@callbacks.put("/qr/v1/merchant-callback/mobilepay/{beaconId}", response_class=Response, response_model=None)
async def put_merchant_callback_mobilepay_qr(
    name: BeaconId, order: MerchantCallbackPutRequest, msn: TheMsn, world: TheWorld
) -> Response:
    """Migrate a MobilePay QR: one that is printed already stays in use.

    Its beacon id becomes the merchantQrId.
    """
    other = world.records(MerchantCallbacks).with_beacon(name)
    if other is not None and other.msn != msn:
        raise IdTaken(name, "The beacon belongs to another sales unit.")
    _put_callback(msn, name, order.location_description, world).beacon = True
    return Response()


def _put_callback(msn: str, name: str, location: str, world: World) -> MerchantCallback:
    codes = world.records(MerchantCallbacks)
    code = codes.get(msn, name)
    if code is None:
        code = MerchantCallback(msn=msn, name=name, token=world.ids.urlsafe(16), location=location)
        codes.put(code)
        world.records(PrintedCodes).put(code.token, code)
    code.location = location
    return code


def _callback(msn: str, name: str, world: World) -> MerchantCallback:
    code = world.records(MerchantCallbacks).get(msn, name)
    if code is None:
        raise NoSuchQr("This sales unit has no merchant callback with this id.")
    return code


def _callback_answer(
    code: MerchantCallback, image: Literal["PNG", "SVG"], size: int, world: World
) -> MerchantCallbackQr:
    return MerchantCallbackQr(
        merchant_serial_number=code.msn,
        merchant_qr_id=code.name,
        location_description=code.location,
        qr_image_url=image_link(world, code.token, size if image == "PNG" else None),
        qr_content=code_link(world, code.token),
    )


@exchange.post("/qr/v1/exchange", response_model=QrExchangeResponse, response_model_exclude_none=True)
async def exchange_qr(order: QrExchangeRequest, msn: TheMsn, world: TheWorld) -> QrExchangeResponse:
    """Exchange user presented QR: whose personal QR was scanned."""
    code = world.records(CustomerCodes).shown(order.qr_code)
    if code is None:
        raise InvalidRequest("No customer shows this code.", fields=[("qrCode", "Must be all that the QR says.")])
    shown = int(code.made.timestamp()) if code.version == "2.0" else None
    return QrExchangeResponse(msisdn=code.phone_number, timestamp=shown, version=code.version)


@exchange.post("/qr/v1/exchange/customer", response_model=CustomerExchangeResponse)
async def exchange_customer(order: CustomerExchangeRequest, msn: TheMsn, world: TheWorld) -> CustomerExchangeResponse:
    """Exchange customer.

    Who checked in, within 15 minutes, by the token of the event.
    """
    code = world.records(CustomerCodes).owner(order.customer.customer_token, msn, world.clock.now())
    if code is None:
        raise InvalidRequest(
            "Nobody is behind this token.",
            fields=[("customer.customerToken", "Unknown to this sales unit, or older than 15 minutes.")],
        )
    return CustomerExchangeResponse(msisdn=code.phone_number, timestamp=int(code.made.timestamp()))
