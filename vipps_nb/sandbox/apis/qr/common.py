"""What the parts of the QR API share: whose codes they are, and which kind of picture is wanted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header

from vipps_nb.sandbox.customer.printed_codes import image_link
from vipps_nb.sandbox.server.problems import InvalidRequest, NotForThisSalesUnit
from vipps_nb.sandbox.server.routing import TheCaller
from vipps_nb.sandbox.world.world import World

TARGET_URL = "text/targetUrl"
FORMATS = ("image/*", "image/png", "image/svg+xml", TARGET_URL)
DEFAULT_SIZE = 1024  # pixels

Size = Annotated[int | None, Header(alias="Size", ge=100, le=2000, description="Pixels a side, where a PNG is wanted.")]
Accept = Annotated[
    str, Header(alias="Accept", description="Which kind of picture.", json_schema_extra={"enum": list(FORMATS)})
]


@dataclass(frozen=True, slots=True)
class Wish:
    """Which picture of a code is wanted; no format of a picture means the code's content itself."""

    media_type: str
    size: int

    def link(self, world: World, token: str, content: str) -> str:
        """The answer's ``url``."""
        if self.media_type == TARGET_URL:
            return content
        return image_link(world, token, self.size if self.media_type == "image/png" else None)


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
