"""What a traceback remembers, emptied.

The local variables of our own and of requests' frames hold keys, and a traceback outlives its exception:
``sys.last_traceback``, ``%debug``, ``%xmode Verbose``, error reporters that send the locals of every frame. The frames
stay, with their files and lines; what they held is gone.
"""

from __future__ import annotations

import functools
import traceback
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def leaves_no_locals(function: Callable[P, R]) -> Callable[P, R]:
    """A function whose exceptions carry no local variables of what it called.

    Ctrl-C included.
    """

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except BaseException as error:
            del args, kwargs  # this frame stays alive, and what was typed into a form may be among them
            forget_locals(error)
            raise

    return call


def forget_locals(error: BaseException) -> None:
    """Empty every frame that has ended and that an exception remembers.

    Also those of an exception that came before it or is inside it.
    """
    found, waiting = set(), [error]
    while waiting:
        one = waiting.pop()
        if id(one) in found:
            continue
        found.add(id(one))
        traceback.clear_frames(one.__traceback__)
        inside = (one.__cause__, one.__context__, *one.args, *vars(one).values())
        waiting += [each for each in inside if isinstance(each, BaseException)]
