"""Whose variable a name means, as Python itself would find it.

It is that of the code that called a magic. A magic gets its line as text. Python, which compiled the code around it,
does not know that a name in that text is a use of a variable. So it hands a function nothing that only the text names.
Then the notebook may have a variable of the same name that holds something else: a payment of another customer. Where
it cannot be told whose is meant, that is an error and never a choice.
"""

from __future__ import annotations

import ast
import dis
import inspect
import linecache
import re
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from vipps_nb.errors import VippsNbError

_NOT_ITS_CALLER = frozenset({"IPython", "ipykernel", "vipps_nb", "decorator"})  # between a magic and who called it
_CALLS_MAGICS = frozenset({"run_line_magic", "run_cell_magic", "magic", "run_cell"})
_COMPREHENSIONS = frozenset({"<listcomp>", "<setcomp>", "<dictcomp>"})  # run where they stand, unlike <genexpr>
_STANDARD = str(Path(sysconfig.get_path("stdlib")))
_INSTALLED = frozenset({"site-packages", "dist-packages"})
_NAMELESS = {"<module>": "the cell", "<lambda>": "the lambda", "<genexpr>": "the generator expression"}


class ScopeError(VippsNbError):
    """A variable has no value, or it cannot be told whose is meant.

    Nothing was sent.
    """


class Scope(Mapping[str, Any]):
    """The variables that the code which called a magic can see.

    The innermost first, then those of the functions around it that Python has handed on, then those of its module, then
    the notebook's. Never builtins.

    Args:
        notebook: The notebook's variables.
        texts: What was written: the magic's line, and its cell's body.
    """

    def __init__(self, notebook: Mapping[str, Any], texts: Iterable[str] = ()) -> None:
        self._notebook = notebook
        texts = tuple(texts)
        frames, direct = _users_frames(notebook)
        self._frames = frames
        written_here = bool(frames) and all(_is_written_in(text, frames[0].f_code) for text in texts if text)
        # Called through somebody's machinery, a callback say: who is next on the stack has nothing to do with it.
        known = direct or written_here
        chain = list(_chain(frames)) if known else []
        self._chain = [frame for frame, _ in chain]
        self._seen = [frame for frame, is_seen in chain if is_seen]
        self._texts = [text for text in texts if text]
        self._outer = frames[len(self._chain) :]
        self._written_here = written_here
        self._nobody = not known

    def __getitem__(self, name: str) -> Any:
        for frame in self._seen:
            found = _names_in(frame, name)
            if name in found:
                self._refuse_what_others_wrote(name, frame)
                return found[name]
            if name in _own_names(frame.f_code):
                self._refuse_what_others_wrote(name, frame)
                raise ScopeError(
                    f"The variable {name} is one of {_called(frame)}'s own and has no value there yet, or no more. "
                    "Expected it to be set above this line."
                )
            if not _is_top(frame) and _is_global_in(name, frame.f_code):
                break
        if self._nobody:
            raise ScopeError(
                f"It cannot be told whose {name} is meant: the magic was called from a thread or a callback, not from "
                f'code of yours. Put it into a function, or fill the value in yourself: f"…{{{name}}}…".'
            )
        module = self._chain[-1].f_globals if self._chain else self._notebook
        places = [module] if module is self._notebook else [module, self._notebook]
        for place in places:
            if name in place:
                self._refuse_what_cannot_be_told(name, place[name])
                return place[name]
        if self._is_around(name):
            raise self._not_captured(name)
        raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        """Whether there is such a variable.

        Raises:
            ScopeError: It cannot be told.
        """
        return super().__contains__(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self.visible())

    def __len__(self) -> int:
        return len(self.visible())

    def visible(self) -> dict[str, Any]:
        """All variables that could be meant, as far as it can be told."""
        found = dict(self._notebook)
        if self._chain and self._chain[-1].f_globals is not self._notebook:
            found |= self._chain[-1].f_globals
        for frame in reversed(self._seen):
            found |= frame.f_locals
        return {str(name): value for name, value in found.items() if name != "__builtins__"}

    def is_the_notebooks(self, name: str) -> bool:
        """Whether a name means a variable of the notebook and of nobody nearer.

        Also whether it would, if there were one.
        """
        inner = [one for one in self._seen if not _is_top(one) and one.f_locals is not self._notebook]
        bound = any(name in frame.f_locals or name in _own_names(frame.f_code) for frame in inner)
        return not bound and not self._is_around(name)

    def _refuse_what_others_wrote(self, name: str, frame: FrameType) -> None:
        """Refuse a variable of code that did not write the magic's text itself.

        Somebody else gave that code the text, as a callback gets it.
        """
        if _is_top(frame) or self._written_here:
            return
        named = [text for text in self._texts if re.search(rf"\b{re.escape(name)}\b", text)]
        if not all(any(_is_made_in(text, name, one.f_code) for one in self._chain) for text in named):
            raise ScopeError(
                f"It cannot be told whose {name} is meant: the text with it was not written in {_called(frame)}, "
                f'which has a variable {name}. Fill it in where it is known: f"…{{{name}}}…".'
            )

    def _refuse_what_cannot_be_told(self, name: str, value: Any) -> None:
        if self._is_around(name) is not False:
            raise self._not_captured(name)
        for frame in [] if self._written_here else self._outer:
            if not _is_top(frame) and name in frame.f_locals and not _is_same(frame.f_locals[name], value):
                raise ScopeError(
                    f"It cannot be told whose {name} is meant: the text with it was not written in "
                    f"{_called(self._chain[0])}, and {_called(frame)}, which called that, has a variable {name} too. "
                    f'Fill it in where it is known: f"…{{{name}}}…".'
                )

    def _is_around(self, name: str) -> bool | None:
        """Whether a function around the innermost one has such a variable.

        None where that cannot be found out.
        """
        if not self._chain or _is_top(self._chain[-1]) or any(_is_global_in(name, one.f_code) for one in self._chain):
            return False
        around = _names_around(self._chain[-1].f_code, self._outer)
        return None if around is None else name in around

    def _not_captured(self, name: str) -> ScopeError:
        called = _called(self._chain[-1])
        return ScopeError(
            f"It cannot be told whose {name} is meant: {called} stands within another function that has, or may have, "
            f"a variable {name}, and Python hands on only what {called} itself uses. Pass it as an argument, or use it "
            f"in {called}: a line of its own above the magic that says {name} will do."
        )


def filled(text: str, variables: Mapping[str, Any]) -> str:
    """An option's value, with ``{name}``, ``${name}`` and ``$name`` filled in.

    ``$NAME`` that is no variable stays.

    Raises:
        ScopeError: A variable in braces is missing, or cannot be told.
    """

    def value(found: re.Match[str]) -> str:
        name = found[1] or found[2]
        if name in variables:
            return str(variables[name])
        if found[2]:
            return found[0]
        raise ScopeError(f"There is no variable {name} to fill in. Expected it to be set in a cell above.")

    return re.sub(r"\$?\{([A-Za-z_]\w*)\}|\$([A-Za-z_]\w*)", value, text)


def _users_frames(notebook: Mapping[str, Any]) -> tuple[list[FrameType], bool]:
    """The frames of the user's code, innermost first, up to the cell.

    The second value says whether the first of them called the magic.
    """
    frames: list[FrameType] = []
    direct = True
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if _is_users(frame, notebook):
            frames.append(frame)
            if _is_top(frame):
                break
        elif not frames and not _is_between(frame):
            direct = False
        frame = frame.f_back
    return frames, direct and bool(frames)


def _is_between(frame: FrameType) -> bool:
    return str(frame.f_globals.get("__name__")).partition(".")[0] in _NOT_ITS_CALLER


def _is_users(frame: FrameType, notebook: Mapping[str, Any]) -> bool:
    if frame.f_globals is notebook:
        return True
    if _is_between(frame):
        return False
    file = frame.f_code.co_filename
    if not _INSTALLED.isdisjoint(Path(file).parts):
        # A library of somebody's that calls a magic is its caller; one that calls whatever it was given is not.
        return not _CALLS_MAGICS.isdisjoint(frame.f_code.co_names)
    return not file.startswith((_STANDARD, "<frozen "))


def _is_top(frame: FrameType) -> bool:
    """Whether a frame is a cell's, or a module's: its variables are those of all."""
    return not _is_function(frame.f_code) and (
        # While a comprehension runs in it, Python hands out a copy; a namespace given to `exec` has no name.
        frame.f_locals is frame.f_globals or (frame.f_code.co_name == "<module>" and "__name__" in frame.f_locals)
    )


def _is_function(code: CodeType) -> bool:
    return bool(code.co_flags & inspect.CO_OPTIMIZED)


def _is_written_in(text: str, code: CodeType) -> bool:
    return any(isinstance(one, str) and one == text for one in code.co_consts)


def _is_made_in(text: str, name: str, code: CodeType) -> bool:
    """Whether the code wrote the part of a text that has a name.

    The whole of it, or a piece that it puts together.
    """
    word = re.compile(rf"\b{re.escape(name)}\b")
    for one in _texts_in(code.co_consts):
        if word.search(one) and (one.strip() in text or text in one or f"{{{{{name}}}}}" in one or "%" in one):
            return True
    return False


def _texts_in(constants: Iterable[Any]) -> Iterator[str]:
    for one in constants:
        if isinstance(one, str):
            yield one
        elif isinstance(one, tuple):
            yield from _texts_in(one)


def _names_in(frame: FrameType, name: str) -> Mapping[str, Any]:
    """A frame's variables, as far as the code that runs in it right now sees them.

    Raises:
        ScopeError: It cannot be told whether it sees the one of that name.
    """
    found = frame.f_locals
    # Since Python 3.12 a comprehension runs in the frame of its class, whose names it does not see. Only then Python
    # hands out something new each time.
    if _is_function(frame.f_code) or _is_top(frame) or found is frame.f_locals:
        return found
    own = {*frame.f_code.co_varnames, *frame.f_code.co_cellvars}
    if name not in own or name not in found:
        return {}
    if any(one.argval == name and one.opname == "STORE_NAME" for one in dis.get_instructions(frame.f_code)):
        raise ScopeError(
            f"It cannot be told whose {name} is meant: {_called(frame)} has a variable {name}, and so has a "
            f'comprehension in it. Give them different names, or fill the value in yourself: f"…{{{name}}}…".'
        )
    return found


def _chain(frames: list[FrameType]) -> Iterator[tuple[FrameType, bool]]:
    """What the innermost code stands in and runs in, for certain, itself first.

    Each with whether it sees what is there: what a class, or a text with variables of its own, has is seen by nothing
    that stands within.
    """
    is_seen = True
    for frame, outer in zip(frames, [*frames[1:], None], strict=True):
        yield frame, is_seen
        if outer is None or _is_top(frame) or outer.f_globals is not frame.f_globals:
            return
        code, back = frame.f_code, frame.f_back
        stands_there = back is outer and code in outer.f_code.co_consts
        is_class = not _is_function(code) and code.co_name != "<module>"
        # exec and eval give a text the variables of who called them, unless they are told to give others.
        is_text = not _is_function(code) and not is_class and set(frame.f_locals).issuperset(outer.f_locals)
        is_timed = back is not None and str(back.f_globals.get("__name__")).startswith("IPython.core.magics")
        stands_there = stands_there and (is_class or code.co_name in _COMPREHENSIONS)
        if not (is_text or is_timed or stands_there):
            return
        if stands_there and not _is_function(outer.f_code) and not _is_top(outer):
            if outer.f_code.co_name == "<module>":
                return
            is_seen = False
        elif stands_there or is_seen:
            is_seen = True


def _is_same(one: Any, other: Any) -> bool:
    """Whether it makes no difference which of two is meant."""
    return one is other or (isinstance(one, str | int) and type(one) is type(other) and one == other)


def _own_names(code: CodeType) -> tuple[str, ...]:
    """The names that are a function's own, or were handed to it.

    Whether they have a value or not.
    """
    return (*code.co_varnames, *code.co_cellvars, *code.co_freevars) if _is_function(code) else ()


def _is_global_in(name: str, code: CodeType) -> bool:
    """Whether the code itself uses a name as one of its module's."""
    return name in code.co_names and any(
        one.argval == name and one.opname.endswith("_GLOBAL") for one in dis.get_instructions(code)
    )


def _called(frame: FrameType) -> str:
    code = frame.f_code
    name = code.co_qualname.rpartition("<locals>.")[2]
    return _NAMELESS.get(name.rpartition(".")[2], name if name.startswith("<") else f"{name}()")


def _names_around(code: CodeType, frames: Iterable[FrameType]) -> set[str] | None:
    """The names of all functions that a function stands in.

    None where they cannot be found out.
    """
    names: set[str] = set()
    known = False
    for around in _places_of(code):
        known = True
        names.update(name for one in around if _is_function(one) for name in _own_names(one))
    if known:
        return names
    # Its text is not there, or no longer the one that runs. Who made it may still be at work.
    for frame in frames:
        if code in frame.f_code.co_consts:
            outer = _names_around(frame.f_code, frames)
            return None if outer is None else outer.union(_own_names(frame.f_code))
    return None if "<locals>" in code.co_qualname else set()


def _places_of(code: CodeType) -> Iterator[list[CodeType]]:
    """What a piece of code stands in, from the module inwards.

    By the text it was compiled from.
    """
    text = "".join(linecache.getlines(code.co_filename))
    if not text:
        return
    try:
        whole = compile(text, code.co_filename, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    except (SyntaxError, ValueError):
        return
    waiting: list[tuple[CodeType, list[CodeType]]] = [(whole, [])]
    while waiting:
        one, around = waiting.pop()
        # Two on one line are taken for each other, which can only make it more careful.
        if one.co_qualname == code.co_qualname and one.co_firstlineno == code.co_firstlineno and around:
            yield around
        waiting += [(inner, [*around, one]) for inner in one.co_consts if isinstance(inner, CodeType)]
