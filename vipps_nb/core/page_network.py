"""Addresses that lead nowhere but into this very page.

On a machine the sandbox and a webhook listener have addresses on the loopback interface, and any code reaches them:
``requests.get(vipps.base_url + …)`` in a lesson, say. A page in a browser has no loopback. There plain ``requests``
is told which addresses are answered by Python objects of the same page. Anything else is left to the browser, which
lets a page ask its own site, and other hosts only if they allow it.
"""

from __future__ import annotations

from typing import Any

import requests
from requests.adapters import BaseAdapter, HTTPAdapter

from vipps_nb.core import machine
from vipps_nb.core.addresses import host_of

_answered: dict[str, BaseAdapter] = {}


def answer_at(origin: str, adapter: BaseAdapter) -> None:
    """In a page, let an adapter answer what is sent to an origin.

    On a machine do nothing.

    Args:
        origin: Scheme, host and port, without a slash at the end. Whoever answered there before no longer does.
        adapter: Answers.
    """
    if machine.is_a_page():
        _answered[origin] = adapter
        if HTTPAdapter.send is not _send:
            # requests knows no other way to be told for sessions that are made later, by whomever.
            HTTPAdapter.send = _send  # type: ignore[method-assign]


def leave(origin: str) -> None:
    """Let nobody answer at an origin any more."""
    _answered.pop(origin, None)


_to_the_browser = HTTPAdapter.send


def _send(self: HTTPAdapter, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
    url = str(request.url)
    for origin, adapter in _answered.items():
        if url == origin or url.startswith((origin + "/", origin + "?")):
            return adapter.send(request, *args, **kwargs)
    try:
        return _to_the_browser(self, request, *args, **kwargs)
    except requests.RequestException:
        raise requests.ConnectionError(
            f"{host_of(url) or 'That host'} could not be reached from this page: a browser lets a page ask its own "
            "site only, and other hosts if they allow it (CORS). Run this on a machine, with JupyterLab.",
            request=request,
        ) from None
