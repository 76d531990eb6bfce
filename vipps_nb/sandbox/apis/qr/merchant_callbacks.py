"""Merchant callback QR: a code on the counter. Whoever scans it checks in, and the merchant is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import Path, Query, Response
from pydantic import Field

from vipps_nb.sandbox.apis.qr.common import DEFAULT_SIZE, TheMsn
from vipps_nb.sandbox.apis.qr.refusals import QR, IdTaken, NoSuchQr
from vipps_nb.sandbox.customer.codes import CustomerCode, CustomerCodes
from vipps_nb.sandbox.customer.printed_codes import PrintedCodes, code_link, image_link
from vipps_nb.sandbox.server.authentication import Entrance
from vipps_nb.sandbox.server.routing import Page, TheWorld
from vipps_nb.sandbox.server.wire import Wire
from vipps_nb.sandbox.world.announcements import Announcement, Announcements
from vipps_nb.sandbox.world.clock import timestamp
from vipps_nb.sandbox.world.world import World

CHECKED_IN = "user.checked-in.v1"
QrId = Annotated[str, Path(alias="merchantQrId", description="The merchant's own name for the code.")]
BeaconId = Annotated[str, Path(alias="beaconId", description="The id of a MobilePay point of sale.")]
Format = Annotated[Literal["PNG", "SVG"], Query(alias="QrImageFormat", description="Of the picture.")]
Size = Annotated[int, Query(alias="QrImageSize", ge=100, le=2000, description="Pixels a side, of a PNG.")]


class MerchantCallbackPutRequest(Wire):
    """Where the code stands; the customer reads it in the app."""

    location_description: Annotated[str, Field(max_length=36)]
    category: str | None = None


class MerchantCallbackQr(Wire):
    """A code: what it is called, where it stands, what it says, and its picture."""

    merchant_serial_number: str
    merchant_qr_id: str
    location_description: str
    qr_image_url: str
    qr_content: str


@dataclass(slots=True, kw_only=True, eq=False)
class MerchantCallback:
    """One code of one sales unit."""

    world: World
    msn: str
    name: str
    token: str
    location: str
    beacon: bool = False

    @property
    def text(self) -> str:
        """Where the customer is."""
        return self.location

    @property
    def leads_to(self) -> None:
        """Nowhere: the customer checks in."""
        return

    def scan(self, phone_number: str) -> dict[str, Any]:
        """The customer checks in; the merchant gets a token that stands for them."""
        now = self.world.clock.now()
        code = CustomerCode(phone_number=phone_number, made=now, msn=self.msn)
        token = self.world.room(CustomerCodes).add_token(self.world.ids.urlsafe(24), code)
        told = {
            "customerToken": token,
            "merchantQrId": self.name,
            "msn": self.msn,
            "initiatedAt": timestamp(now),
        }
        self.world.room(Announcements).announce(
            Announcement(event=CHECKED_IN, msn=self.msn, subject=self.name, payload=told, moment=now)
        )
        return {"kind": "merchant-callback", "locationDescription": self.location, "checkedIn": told}


class MerchantCallbacks:
    """All of them; found by MSN and merchantQrId."""

    def __init__(self) -> None:
        self._by_id: dict[tuple[str, str], MerchantCallback] = {}

    def __len__(self) -> int:
        return len(self._by_id)

    def put(self, code: MerchantCallback) -> None:
        """Put one on the shelf."""
        self._by_id[code.msn, code.name] = code

    def get(self, msn: str, name: str) -> MerchantCallback | None:
        """The one a sales unit calls so."""
        return self._by_id.get((msn, name))

    def of(self, msn: str) -> list[MerchantCallback]:
        """All of a sales unit, oldest first."""
        return [code for code in self._by_id.values() if code.msn == msn]

    def with_beacon(self, beacon_id: str) -> MerchantCallback | None:
        """Whoever has this beacon; there is only one in the world."""
        return next((code for code in self._by_id.values() if code.beacon and code.name == beacon_id), None)

    def remove(self, code: MerchantCallback) -> None:
        """Take one away."""
        del self._by_id[code.msn, code.name]


page = Page(
    title="QR API, merchant callbacks",
    entrance=Entrance(),
    dialect=QR,
    counts=lambda world: {"merchantCallbacks": len(world.room(MerchantCallbacks))},
)
router = page.router


@router.get("/qr/v1/merchant-callback", response_model=list[MerchantCallbackQr])
async def get_merchant_callback_qrs(
    msn: TheMsn, world: TheWorld, image: Format = "SVG", size: Size = DEFAULT_SIZE
) -> list[MerchantCallbackQr]:
    """Get all merchant callback QRs of this sales unit, oldest first."""
    return [_answer(code, image, size, world) for code in world.room(MerchantCallbacks).of(msn)]


@router.get("/qr/v1/merchant-callback/{merchantQrId}", response_model=MerchantCallbackQr)
async def get_merchant_callback_qr(
    name: QrId, msn: TheMsn, world: TheWorld, image: Format = "SVG", size: Size = DEFAULT_SIZE
) -> MerchantCallbackQr:
    """Get merchant callback QR by id, with a link to its picture."""
    return _answer(_find(msn, name, world), image, size, world)


@router.put("/qr/v1/merchant-callback/{merchantQrId}", response_class=Response, response_model=None)
async def put_merchant_callback_qr(
    name: QrId, order: MerchantCallbackPutRequest, msn: TheMsn, world: TheWorld
) -> Response:
    """Create or update merchant callback QR. Putting it again moves it; the picture stays the same."""
    _put(msn, name, order.location_description, world)
    return Response()


@router.delete("/qr/v1/merchant-callback/{merchantQrId}", response_class=Response, response_model=None)
async def delete_merchant_callback_qr(name: QrId, msn: TheMsn, world: TheWorld) -> Response:
    """Delete merchant callback QR: nobody can check in there any more."""
    code = _find(msn, name, world)
    world.room(MerchantCallbacks).remove(code)
    world.room(PrintedCodes).remove(code.token)
    return Response()


@router.put("/qr/v1/merchant-callback/mobilepay/{beaconId}", response_class=Response, response_model=None)
async def put_merchant_callback_mobilepay_qr(
    name: BeaconId, order: MerchantCallbackPutRequest, msn: TheMsn, world: TheWorld
) -> Response:
    """Migrate a MobilePay QR: one that is printed already stays in use; its beacon id becomes the merchantQrId."""
    other = world.room(MerchantCallbacks).with_beacon(name)
    if other is not None and other.msn != msn:
        raise IdTaken(name, "The beacon belongs to another sales unit.")
    _put(msn, name, order.location_description, world).beacon = True
    return Response()


def _put(msn: str, name: str, location: str, world: World) -> MerchantCallback:
    codes = world.room(MerchantCallbacks)
    code = codes.get(msn, name)
    if code is None:
        code = MerchantCallback(world=world, msn=msn, name=name, token=world.ids.urlsafe(16), location=location)
        codes.put(code)
        world.room(PrintedCodes).put(code.token, code)
    code.location = location
    return code


def _find(msn: str, name: str, world: World) -> MerchantCallback:
    code = world.room(MerchantCallbacks).get(msn, name)
    if code is None:
        raise NoSuchQr("This sales unit has no merchant callback with this id.")
    return code


def _answer(code: MerchantCallback, image: Literal["PNG", "SVG"], size: int, world: World) -> MerchantCallbackQr:
    return MerchantCallbackQr(
        merchant_serial_number=code.msn,
        merchant_qr_id=code.name,
        location_description=code.location,
        qr_image_url=image_link(world, code.token, size if image == "PNG" else None),
        qr_content=code_link(world, code.token),
    )
