"""Merchant redirect QR: a code on a wall that opens the merchant's page. The page may change, the code stays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Annotated, Any

from fastapi import Path, Response
from pydantic import Field

from vipps_nb.sandbox.apis.qr.common import TheMsn, TheWish, Wish
from vipps_nb.sandbox.apis.qr.refusals import QR, IdTaken, NoSuchQr
from vipps_nb.sandbox.customer.printed_codes import PrintedCodes, code_link
from vipps_nb.sandbox.server.authentication import Entrance
from vipps_nb.sandbox.server.routing import Page, TheWorld
from vipps_nb.sandbox.server.shapes import Nullable
from vipps_nb.sandbox.server.wire import Wire
from vipps_nb.sandbox.world.world import World

ENDLESS = -1
LONGEST_TTL = 2_147_483_647
RedirectUrl = Annotated[str, Field(pattern=r"^https://[\w.]+([\w#!:.?+=&%@\-/]+)?$", description="Where it leads.")]
QrId = Annotated[str, Field(pattern=r"^[-_+%æøåÆØÅ\w\s]*$", min_length=1, max_length=128)]
Id = Annotated[str, Path(alias="id", description="The merchant's own name for the code.")]


class MerchantRedirectQrRequest(Wire):
    """A new code."""

    id: QrId
    redirect_url: RedirectUrl
    ttl: Annotated[
        Nullable[int], Field(ge=300, le=LONGEST_TTL, description="Seconds to live; for ever unless given.")
    ] = None


class MerchantRedirectQrUpdateRequest(Wire):
    """Where it leads from now on."""

    redirect_url: RedirectUrl


class MerchantRedirectQrResponse(Wire):
    """A code."""

    id: str
    url: str
    redirect_url: str
    expires_in: Annotated[int, Field(description="Seconds; -1 for ever.")]


@dataclass(slots=True, kw_only=True, eq=False)
class MerchantRedirect:
    """One code of one sales unit."""

    msn: str
    name: str
    token: str
    redirect_url: str
    expires: datetime | None

    @property
    def text(self) -> str:
        """Nothing is said; a page opens."""
        return self.redirect_url

    @property
    def leads_to(self) -> str:
        """The merchant's page."""
        return self.redirect_url

    def scan(self, phone_number: str) -> dict[str, Any]:
        """The phone's browser opens the page."""
        return {"kind": "merchant-redirect", "msn": self.msn, "redirectUrl": self.redirect_url}

    def expires_in(self, now: datetime) -> int:
        """Whole seconds that are left; -1 when it never ends."""
        return ENDLESS if self.expires is None else ceil((self.expires - now).total_seconds())


class MerchantRedirects:
    """All of them; found by MSN and id."""

    def __init__(self) -> None:
        self._by_id: dict[tuple[str, str], MerchantRedirect] = {}

    def __len__(self) -> int:
        return len(self._by_id)

    def put(self, code: MerchantRedirect) -> None:
        """Put a new one on the shelf."""
        self._by_id[code.msn, code.name] = code

    def get(self, msn: str, name: str) -> MerchantRedirect | None:
        """The one a sales unit calls so."""
        return self._by_id.get((msn, name))

    def of(self, msn: str) -> list[MerchantRedirect]:
        """All of a sales unit, oldest first."""
        return [code for code in self._by_id.values() if code.msn == msn]

    def remove(self, code: MerchantRedirect) -> bool:
        """Take one away; says whether it was still there, and not another under its name."""
        there = self._by_id.get((code.msn, code.name)) is code
        if there:
            del self._by_id[code.msn, code.name]
        return there


page = Page(
    title="QR API, merchant redirects",
    entrance=Entrance(msn="optional"),
    dialect=QR,
    counts=lambda world: {"merchantRedirects": len(world.room(MerchantRedirects))},
)
router = page.router


@router.post("/qr/v1/merchant-redirect", response_model=MerchantRedirectQrResponse)
async def create_merchant_redirect_qr(
    order: MerchantRedirectQrRequest, wish: TheWish, msn: TheMsn, world: TheWorld
) -> MerchantRedirectQrResponse:
    """Create merchant redirect QR: a code that opens a page, for ever or for `ttl` seconds."""
    codes = world.room(MerchantRedirects)
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
    world.room(PrintedCodes).put(code.token, code)
    if code.expires is not None:
        world.clock.at(code.expires, lambda: _remove(code, world))
    return _answer(code, wish, world)


@router.get("/qr/v1/merchant-redirect", response_model=list[MerchantRedirectQrResponse])
async def get_all_merchant_redirect_qrs(
    wish: TheWish, msn: TheMsn, world: TheWorld
) -> list[MerchantRedirectQrResponse]:
    """Get all merchant redirect QRs of this sales unit, oldest first."""
    return [_answer(code, wish, world) for code in world.room(MerchantRedirects).of(msn)]


@router.get("/qr/v1/merchant-redirect/{id}", response_model=MerchantRedirectQrResponse)
async def get_merchant_redirect_qr(name: Id, wish: TheWish, msn: TheMsn, world: TheWorld) -> MerchantRedirectQrResponse:
    """Get merchant redirect QR by id."""
    return _answer(_find(msn, name, world), wish, world)


@router.put("/qr/v1/merchant-redirect/{id}", response_model=MerchantRedirectQrResponse)
async def update_merchant_redirect_url(
    name: Id, order: MerchantRedirectQrUpdateRequest, wish: TheWish, msn: TheMsn, world: TheWorld
) -> MerchantRedirectQrResponse:
    """Update redirect URL: the same code, already printed, leads somewhere else. Its life is not prolonged."""
    code = _find(msn, name, world)
    code.redirect_url = order.redirect_url
    return _answer(code, wish, world)


@router.delete("/qr/v1/merchant-redirect/{id}", response_class=Response, response_model=None)
async def delete_merchant_redirect_qr(name: Id, msn: TheMsn, world: TheWorld) -> Response:
    """Delete merchant redirect QR: whoever scans it now finds nothing."""
    _remove(_find(msn, name, world), world)
    return Response()


def _find(msn: str, name: str, world: World) -> MerchantRedirect:
    code = world.room(MerchantRedirects).get(msn, name)
    if code is None:
        raise NoSuchQr("This sales unit has no merchant redirect with this id.")
    return code


def _remove(code: MerchantRedirect, world: World) -> None:
    if world.room(MerchantRedirects).remove(code):
        world.room(PrintedCodes).remove(code.token)


def _answer(code: MerchantRedirect, wish: Wish, world: World) -> MerchantRedirectQrResponse:
    return MerchantRedirectQrResponse(
        id=code.name,
        url=wish.link(world, code.token, code_link(world, code.token)),
        redirect_url=code.redirect_url,
        expires_in=code.expires_in(world.clock.now()),
    )
