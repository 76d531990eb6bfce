"""The customer's camera, and the code their app shows.

What the desk does with QR codes.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Literal

from vipps_nb.sandbox.customer.codes import CustomerCode, CustomerCodes
from vipps_nb.sandbox.customer.printed_codes import PrintedCodes, image_link, token_in
from vipps_nb.sandbox.server.problems import InvalidRequest, Refusal
from vipps_nb.sandbox.world.clock import timestamp
from vipps_nb.sandbox.world.world import World

JsonObject = dict[str, Any]


class NothingOnPhone(Refusal):
    """The customer has nothing by that name in front of them."""

    status = HTTPStatus.NOT_FOUND
    title = "No such request"


class SeveralOnPhone(Refusal):
    """Sales units may use the same name; then the MSN has to say which."""

    status = HTTPStatus.CONFLICT
    title = "Several requests have this name"


def look_at(
    world: World, content: str | None, merchant_qr_id: str | None, msn: str | None, phone_number: str
) -> JsonObject:
    """Scan a code, given what it says or what it is called.

    Raises:
        Refusal: It is no code of this world, or several have that name.
    """
    if (content is None) == (merchant_qr_id is None):
        raise InvalidRequest("Exactly one of content and merchantQrId is required.")
    if content is not None:
        return _read(world, content, phone_number)
    codes = [code for code in world.records(PrintedCodes).called(merchant_qr_id or "") if msn in (None, code.msn)]
    if not codes:
        raise NothingOnPhone(f"No code is called {merchant_qr_id}" + (f" by {msn}." if msn else "."))
    if len(codes) > 1:
        raise SeveralOnPhone("Say which with msn: " + ", ".join(code.msn for code in codes))
    return codes[0].scan(world, phone_number)


def hold_up(world: World, phone_number: str, version: Literal["1.0", "2.0"]) -> JsonObject:
    """Show the customer's own code, to be scanned by a merchant."""
    random = world.ids.urlsafe(16)
    code = CustomerCode(phone_number=phone_number, made=world.clock.now(), version=version)
    content = world.records(CustomerCodes).add_personal(random, code)
    return {
        "qrCode": content,
        "qrImageUrl": image_link(world, random, None),
        "version": version,
        "shownAt": timestamp(code.made),
    }


def _read(world: World, content: str, phone_number: str) -> JsonObject:
    token = token_in(content)
    code = world.records(PrintedCodes).get(token or "")
    if code is not None:
        return code.scan(world, phone_number)
    asked = world.phone.get(token or "")
    if asked is None:
        raise NothingOnPhone("This is no code of this sandbox, or it is from before a reset, expired or deleted.")
    return {
        "kind": "one-time",
        "msn": asked.msn,
        "merchant": asked.merchant,
        "price": asked.price,
        "text": asked.text,
        "open": asked.outcome is None,
    }
