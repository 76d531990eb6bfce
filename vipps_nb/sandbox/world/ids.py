"""One seeded source of every id.

The same seed gives the same ids in the same order.
"""

from __future__ import annotations

import base64
import binascii
import random
import string
import struct
import uuid

_WORDS, _GENERATOR = "<625I", 3  # the state of a Mersenne twister, as Python's third version of it says it
LETTERS = string.ascii_letters + string.digits


class Ids:
    """A stream of ids. Streams with different names never disturb one another."""

    def __init__(self, seed: int, stream: str) -> None:
        self._random = random.Random(f"{seed}/{stream}")  # noqa: S311 - pretend ids that must repeat, nothing to guard

    @property
    def mark(self) -> tuple[int, int]:
        """Something that differs whenever the position does, and is quickly found."""
        words: tuple[int, ...] = self._random.getstate()[1]
        return words[0], words[-1]

    @property
    def position(self) -> str:
        """How far the stream has come, as text."""
        words: tuple[int, ...] = self._random.getstate()[1]
        return base64.b64encode(struct.pack(_WORDS, *words)).decode()

    @position.setter
    def position(self, text: str) -> None:
        try:
            words = struct.unpack(_WORDS, base64.b64decode(text, validate=True))
            if not any(words[:-1]):
                raise ValueError("it would give the same id for ever")
            self._random.setstate((_GENERATOR, words, None))
        except (binascii.Error, struct.error, ValueError, OverflowError):
            raise ValueError("this is no position of a stream of ids") from None

    def guid(self) -> str:
        """A version 4 UUID in lower case."""
        return str(uuid.UUID(bytes=self._random.randbytes(16), version=4))

    def hex(self, length: int) -> str:
        """That many hexadecimal digits."""
        return f"{self._random.getrandbits(4 * length):0{length}x}"

    def digits(self, length: int) -> str:
        """A number of exactly that many digits; the first is never 0."""
        return str(self._random.randrange(10 ** (length - 1), 10**length))

    def base64(self, size: int) -> str:
        """That many random bytes as Base64 text, as client secrets look."""
        return base64.b64encode(self._random.randbytes(size)).decode()

    def urlsafe(self, size: int) -> str:
        """That many random bytes as text fit for a URL."""
        return base64.urlsafe_b64encode(self._random.randbytes(size)).decode().rstrip("=")

    def letters(self, length: int) -> str:
        """That many letters and digits, as agreement ids have them."""
        return "".join(self._random.choices(LETTERS, k=length))

    def trace(self) -> str:
        """A W3C trace context, the shape of ``traceId`` in problem bodies."""
        return f"00-{self.hex(32)}-{self.hex(16)}-01"

    def chance(self) -> float:
        """A number from 0 up to but not including 1."""
        return self._random.random()
