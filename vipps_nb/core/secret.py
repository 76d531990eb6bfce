"""A value that may be used but never shown."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Never

MASK = "••••••••"


class Secret:
    """A string that is masked wherever one looks; :meth:`reveal` gives it.

    ``repr``, ``str``, f-strings, ``vars`` and JSON show a mask or refuse; pickling refuses, because a
    pickle is a file. No attribute holds the value either, so that a variable inspector or a debugger that
    opens everything finds nothing. Two secrets compare equal when their values do (in constant time).
    What takes a secret takes it as text too, and ``Secret(secret)`` is one as well.

    Args:
        value: The text, or a secret that holds it.

    Raises:
        TypeError: It is neither. The message does not repeat it.
    """

    __slots__ = ("__tell",)

    def __init__(self, value: Secret | str) -> None:
        if isinstance(value, Secret):
            value = value.reveal()
        if not isinstance(value, str):
            # Its value is not in the message: it may be the secret, in a form that was not meant.
            raise TypeError(
                f"A secret is text, and this is of type {type(value).__name__}. Expected a str or a Secret."
            )
        # In a closure and not in an attribute: whoever walks over attributes meets a function.
        self.__tell: Callable[[], str] = lambda: value

    def reveal(self) -> str:
        """The value itself.

        Call it where the value is used, never as the last line of a cell.
        """
        return self.__tell()

    def __repr__(self) -> str:
        return f"Secret({MASK})"

    def __str__(self) -> str:
        return MASK

    def __format__(self, format_spec: str) -> str:
        return format(MASK, format_spec)

    def __bool__(self) -> bool:
        return bool(self.reveal())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self.reveal().encode(), other.reveal().encode())

    def __hash__(self) -> int:
        return hash(hashlib.sha256(self.reveal().encode()).digest())

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: object) -> Secret:
        return self

    def __reduce_ex__(self, protocol: object) -> Never:
        raise TypeError(
            "A Secret cannot be pickled: a pickle is a file, and a secret in a file leaks. "
            "Log in again where the session is needed."
        )


_travelling: ContextVar[tuple[Secret, ...]] = ContextVar("travelling", default=())


@contextmanager
def travelling(*secrets: Secret) -> Iterator[None]:
    """While a request is made that carries these secrets on purpose.

    Nobody who remembers or shows the request writes them down.
    """
    before = _travelling.set(secrets)
    try:
        yield
    finally:
        _travelling.reset(before)


def now_travelling() -> tuple[Secret, ...]:
    """The secrets that the request being made carries; see :func:`travelling`."""
    return _travelling.get()
