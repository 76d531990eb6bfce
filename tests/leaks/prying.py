"""What somebody sees who opens everything: every attribute of every object, every local of every frame.

Imported in the kernel that is examined. It does not look into closures: from there a value comes only by a call.
"""

from __future__ import annotations

import copy
import inspect
import io
import json
import pickle
import sys
import traceback
from types import FrameType, TracebackType
from typing import Any

DEEPEST = 12
OPENED = ("vipps_nb", "requests", "urllib3", "http", "types", "tests", "__main__", "concurrent", "ipywidgets")


def look(*things: Any) -> None:
    """Print all there is."""
    said = io.StringIO()
    _look(things, said, set(), 0)
    print(said.getvalue())


def _look(thing: Any, said: io.StringIO, seen: set[int], depth: int) -> None:
    if id(thing) in seen or depth > DEEPEST:
        return
    seen.add(id(thing))
    said.write(_shown(thing) + "\n")
    if isinstance(thing, str | bytes | int | float | type(None)):
        return
    for part in _parts(thing):
        _look(part, said, seen, depth + 1)


def _shown(thing: Any) -> str:
    try:
        return f"{thing!r} {thing!s}"
    except Exception as error:
        return f"not to be shown: {error}"


def _parts(thing: Any) -> list[Any]:
    match thing:
        case dict():
            return [*thing.keys(), *thing.values()]
        case list() | tuple() | set() | frozenset():
            return list(thing)
        case TracebackType():
            return [frame for frame, _ in traceback.walk_tb(thing)]
        case FrameType():
            return list(thing.f_locals.values())
        case BaseException():
            return [thing.args, vars(thing), thing.__cause__, thing.__context__, thing.__traceback__]
    known = type(thing).__module__.partition(".")[0] in OPENED
    return _members(thing) if known and not inspect.ismodule(thing) else []


def _members(thing: Any) -> list[Any]:
    parts = [getattr(thing, "__dict__", None)]
    for name in dir(thing):
        try:
            # Without properties: they act, and `vipps.token` fetches one.
            value = inspect.getattr_static(thing, name)
            parts.append(getattr(thing, name) if inspect.ismemberdescriptor(value) else value)
        except Exception as error:
            parts.append(error)
    return [part for part in parts if not inspect.isroutine(part)]


def last() -> None:
    """Print all there is in the last exception that reached the cell."""
    look(sys.last_value, sys.last_traceback)
    summary = traceback.TracebackException.from_exception(sys.last_value, capture_locals=True)
    print("".join(summary.format()))


def write_down(*things: Any) -> None:
    """Pickle, copy and turn into JSON whatever lets itself be, and print what comes out."""
    for thing in things:
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
            _try(lambda thing=thing, protocol=protocol: pickle.dumps(thing, protocol))
        for method in ("__getstate__", "__reduce__"):
            _try(lambda thing=thing, method=method: getattr(thing, method)())
        _try(lambda thing=thing: vars(copy.copy(thing)))
        _try(lambda thing=thing: vars(copy.deepcopy(thing)))
        _try(lambda thing=thing: json.dumps(thing))
        _try(lambda thing=thing: json.dumps(thing, default=vars))
        _try(lambda thing=thing: json.dumps(thing, default=str))


def _try(write: Any) -> None:
    try:
        print(write())
    except Exception as error:
        print(type(error).__name__, error)
