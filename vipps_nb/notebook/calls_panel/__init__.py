"""``%vipps_calls``: this kernel's calls as a live panel.

``live`` connects the histories of all sessions with the panel's widget; ``details`` says everything about one call,
``nodes`` draws a body as a tree, ``timing`` tells where the time went.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import requests

from vipps_nb.client.recorder import History, PastCall, histories, listen
from vipps_nb.client.response import VippsResponse
from vipps_nb.core import hooks
from vipps_nb.notebook.calls_panel.live import LiveCalls

if TYPE_CHECKING:
    from vipps_nb.widgets.calls import CallsPanel

__all__ = ["calls", "panel_for", "text"]


def calls() -> CallsPanel:
    """The panel of this kernel's calls; as a cell's last value it is shown.

    The same one each time, so that any number of cells may show it. ``%vipps_calls`` does the same.
    """
    from IPython.core.getipython import get_ipython  # noqa: PLC0415 - only for whoever is in a notebook

    shell = get_ipython()
    return panel_for({} if shell is None else shell.user_ns)


def panel_for(variables: Mapping[str, Any]) -> CallsPanel:
    """The panel of this kernel.

    Args:
        variables: The notebook's namespace: code names the session as it is named there.
    """
    global _live  # noqa: PLW0603 - one kernel, one panel
    with _lock:
        if _live is None or _live.is_closed():
            _live = LiveCalls(variables)
            if not _listening:
                _listening.append(True)
                listen(_hear)
        return _live.widget


def text() -> str:
    """The same for a terminal: the calls of each session as a table."""
    tables = [hooks.calls_table(one).text for one in histories() if len(one)]
    return "\n\n".join(tables) or "No calls yet."


_lock = threading.Lock()
_live: LiveCalls | None = None
_listening: list[bool] = []


def _hear(history: History, call: PastCall, outcome: requests.Response | Exception) -> None:
    live = _live
    if live is None or live.is_closed():
        return
    if isinstance(outcome, VippsResponse):
        outcome.listed = live.key_of(history, call)
    live.add(history, call)
