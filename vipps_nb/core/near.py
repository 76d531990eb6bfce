"""What somebody probably meant who misspelled one of a few words.

And which words there are.
"""

from __future__ import annotations

import difflib
import functools
import inspect
from collections.abc import Callable, Iterable, Sequence
from types import FunctionType
from typing import Any, TypeVar, cast

Made = TypeVar("Made", bound=Callable[..., Any])

_ALIKE = 0.6  # of 1; below, a proposal is a guess that confuses


def did_you_mean(word: str, known: Iterable[str], *, before: str = "") -> str:
    """A question to end a message with; empty where nothing is near.

    It begins with a blank.

    Args:
        word: What was written.
        known: What could have been meant.
        before: What stands before the proposal in what is typed, such as ``--env``.
    """
    by_lower = {one.lower(): one for one in known}
    near = difflib.get_close_matches(word.lower(), by_lower, 1, _ALIKE)
    if not near:
        return ""
    return f" Did you mean {before}{' ' if before else ''}{by_lower[near[0]]}?"


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
