"""Images: pictures that categories show."""

from __future__ import annotations

import base64
import binascii
import struct
from typing import Annotated, Literal

from pydantic import Field

from vipps_nb.sandbox.apis.order_management.counter import TheMsn, WrittenOnce, page
from vipps_nb.sandbox.apis.order_management.records import Images
from vipps_nb.sandbox.server.leniency import tolerate
from vipps_nb.sandbox.server.problems import InvalidRequest
from vipps_nb.sandbox.server.routing import TheWorld
from vipps_nb.sandbox.server.wire import Wire
from vipps_nb.sandbox.world.world import World

LEAST_HEIGHT = 167  # pixels
LARGEST_FILE = 2 << 20  # 2 MB
IMAGE_ID = r"^[0-9A-Za-z_.-]+$"
PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8\xff"
# Start of frame, in all its kinds: the segment of a JPEG that has its size.
FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
LONE = frozenset({0x01, *range(0xD0, 0xD8)})  # markers without a segment

ImageId = Annotated[str, Field(pattern=IMAGE_ID, min_length=1, max_length=128)]


class Image(Wire):
    """A picture and its name."""

    image_id: ImageId
    src: Annotated[str, Field(description="PNG or JPEG as Base64, at least 167 pixels high and at most 2 MB.")]
    type: Literal["base64"]


class ImageResponse(Wire):
    """Its name."""

    image_id: str


@page.router.post("/order-management/v1/images", response_model=ImageResponse)
async def post_image(order: Image, msn: TheMsn, world: TheWorld) -> ImageResponse:
    """Add an image: under a name of its own, once. Many orders may show it."""
    images = world.room(Images)
    content = _decode(order.src)
    if images.get(msn, order.image_id) is not None:
        raise WrittenOnce(f"This sales unit already has an image {order.image_id}.")
    images.put(msn, order.image_id, content)
    return ImageResponse(image_id=order.image_id)


def check_known(image_id: str | None, msn: str, world: World) -> None:
    """See that a picture that is named exists.

    Raises:
        InvalidRequest: It does not.
    """
    if image_id is not None and world.room(Images).get(msn, image_id) is None:
        raise InvalidRequest("There is no such image.", fields=[("imageId", "Add the image first.")])


def _decode(src: str) -> bytes:
    try:
        content = base64.b64decode(src, validate=True)
    except (binascii.Error, ValueError) as error:
        raise _unfit("Must be Base64 and nothing else, neither a URL nor a data: URL.") from error
    size = png_size(content) if content.startswith(PNG) else jpeg_size(content)
    if size is None or 0 in size:
        raise _unfit("Must be a PNG or a JPEG.")
    if size[1] < LEAST_HEIGHT and not tolerate("src", f"{size[1]} pixels high where {LEAST_HEIGHT} are documented"):
        raise _unfit(f"Is {size[1]} pixels high; at least {LEAST_HEIGHT} are documented.")
    if len(content) > LARGEST_FILE and not tolerate("src", "a file larger than the documented 2 MB"):
        raise _unfit("The file is larger than 2 MB.")
    return content


def png_size(content: bytes) -> tuple[int, int] | None:
    """Width and height, from the header that every PNG begins with."""
    if content[12:16] != b"IHDR" or len(content) < 24:  # noqa: PLR2004 - signature, length, name, width, height
        return None
    width, height = struct.unpack(">II", content[16:24])
    return width, height


def jpeg_size(content: bytes) -> tuple[int, int] | None:
    """Width and height, from the start of frame of a JPEG; None if it is none."""
    if not content.startswith(JPEG):
        return None
    place = 2
    while place + 9 <= len(content) and content[place] == 0xFF:  # noqa: PLR2004 - every marker begins so
        marker = content[place + 1]
        if marker == 0xFF:  # noqa: PLR2004 - padding
            place += 1
        elif marker in LONE:
            place += 2
        elif marker in FRAMES:
            height, width = struct.unpack(">HH", content[place + 5 : place + 9])
            return width, height
        else:
            place += 2 + int.from_bytes(content[place + 2 : place + 4], "big")
    return None


def _unfit(reason: str) -> InvalidRequest:
    return InvalidRequest("The image cannot be used.", fields=[("src", reason)])
