"""Webhooks: know a genuine delivery, and receive some in a notebook.

For a server of your own, `verify` is all you need; it needs nothing else of this package::

    verdict = verify(request.body, request.headers, secret, url="https://shop.example.com/hook")
    if not verdict:
        log.warning(verdict.sentence)

In a notebook, `Listener` is the server. Registering is an ordinary request: ``POST /webhooks/v1/webhooks``.
"""

from __future__ import annotations

from vipps_nb.errors import ListenerError, NothingHeardError
from vipps_nb.webhooks.delivery import Delivery
from vipps_nb.webhooks.explanation import Explanation, explain
from vipps_nb.webhooks.listener import Listener
from vipps_nb.webhooks.verification import Verdict, verify

__all__ = ["Delivery", "Explanation", "Listener", "ListenerError", "NothingHeardError", "Verdict", "explain", "verify"]
