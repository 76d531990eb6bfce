"""The variables that a call takes its values from, and which of them are missing.

Values are shown shortened, secrets and people's numbers masked: whoever looks wants to know which order is meant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from vipps_nb.core.secret import Secret
from vipps_nb.core.view import DOTS, View
from vipps_nb.notebook.calls.call import names_in
from vipps_nb.notebook.scope import ScopeError

_LONGEST = 40  # characters of a value


@dataclass(frozen=True)
class Used:
    """One variable of a call.

    Attributes:
        value: As it may be shown; empty where it is missing.
        missing: Whether no cell has set it.
    """

    name: str
    value: str
    missing: bool


def used_variables(
    path: str,
    body: str,
    headers: Iterable[str],
    variables: Mapping[str, Any],
    *,
    hide: Callable[[str], str],
    view: View | None = None,
) -> list[Used]:
    """The variables of a call as it is written, in the order in which they are named.

    Args:
        path: With ``{name}``.
        body: With ``${name}``; its comments do not count.
        headers: Their values, with ``{name}``.
        variables: Where names are looked up.
        hide: Takes the session's secrets out of a text.
        view: For whom.
    """
    return [_used(name, variables, hide, view or View()) for name in names_in(path, body, headers)]


def _used(name: str, variables: Mapping[str, Any], hide: Callable[[str], str], view: View) -> Used:
    try:
        value = variables[name]
    except KeyError:
        return Used(name, "", missing=True)
    except ScopeError:
        return Used(name, "…", missing=False)  # whose it is will be said when it is sent
    if isinstance(value, Secret):
        return Used(name, DOTS, missing=False)
    plain = value if isinstance(value, str | int | float) else str(value)
    masked = view.masked(str(plain), name)
    text = " ".join(str(masked).split())
    shown = hide(text)
    return Used(name, shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…", missing=False)
