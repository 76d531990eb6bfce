"""What merchants' servers answer when asked, understood leniently.

Nobody is told what was tolerated: the one who would read it is not the one who asked.
"""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter

from vipps_nb.sandbox.server.json_reader import read
from vipps_nb.sandbox.server.leniency import Leniency
from vipps_nb.sandbox.server.shapes import relaxed
from vipps_nb.sandbox.world.settings import Settings

T = TypeVar("T")


class MerchantsAnswer(Generic[T]):
    """One kind of answer.

    Args:
        kind: The type that its body has.
    """

    def __init__(self, kind: Any) -> None:
        self._adapter: TypeAdapter[T] = TypeAdapter(kind)
        self._relax = relaxed(kind)

    def read(self, body: bytes, settings: Settings) -> T:
        """What the answer says.

        Raises:
            ValueError: It is none of this kind.
        """
        reading = read(body)
        if reading.trouble is not None:
            raise ValueError(reading.trouble)
        content = reading.content
        if settings.strictness == "real" and self._relax is not None:
            content = self._relax(content, "", Leniency())
        return self._adapter.validate_python(content)
