"""Wrong names are answered with the names there are, and the nearest one.

The client has the same for itself; the two share no code.
"""

from __future__ import annotations

import difflib
import functools
import inspect
from collections.abc import Callable, Iterable, Sequence
from types import FunctionType
from typing import Any, TypeVar, cast

from vipps_nb.sandbox.errors import SandboxError

Made = TypeVar("Made", bound=Callable[..., Any])


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A question to end a message with; empty where nothing is near.

    It begins with a blank.
    """
    by_lower = {one.lower(): one for one in known}
    near = difflib.get_close_matches(str(word)[:100].lower(), by_lower, 1)
    return f" Did you mean {by_lower[near[0]]}?" if near else ""


def one_of(what: str, given: str, known: Sequence[str]) -> None:
    """Refuse a word that is none of those there are.

    Raises:
        SandboxError: It names them, and the nearest one.
    """
    if given not in known:
        raise SandboxError(f"{what} is one of {', '.join(known)}, not {given!r}.{did_you_mean(given, known)}")


def with_named_options(made: Made) -> Made:
    """A function, or a class, that answers a wrong keyword with those that it has.

    Of a class its public methods and its constructor do. What takes any keyword is left as it is.
    """
    if isinstance(made, type):
        for name, member in list(vars(made).items()):
            if isinstance(member, FunctionType) and (name == "__init__" or not name.startswith("_")):
                setattr(made, name, with_named_options(member))
        return cast("Made", made)
    parameters = inspect.signature(made).parameters.values()
    if any(one.kind is one.VAR_KEYWORD for one in parameters):
        return made
    known = [one.name for one in parameters if one.kind is not one.POSITIONAL_ONLY and one.name not in ("self", "cls")]

    @functools.wraps(made)
    def call(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True  # pytest shows the test's line and not ours
        try:
            return made(*args, **kwargs)
        except TypeError:
            refuse_unknown(made.__qualname__, kwargs, known)
            raise

    return cast("Made", call)


def refuse_unknown(function: str, given: Iterable[str], known: Sequence[str]) -> None:
    """Refuse the first keyword that a function does not have.

    Raises:
        TypeError: It names the keywords that there are, and the nearest one.
    """
    name = function.removesuffix(".__init__").rpartition(".")[2]
    for word in given:
        if word not in known:
            listed = ", ".join(known) or "none"
            raise TypeError(
                f"{name}() has no option {word}.{did_you_mean(word, known)} Its options: {listed}."
            ) from None
