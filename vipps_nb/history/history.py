"""The history of one session: it watches the way out, and keeps what may be kept."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import requests
from requests.adapters import BaseAdapter

from vipps_nb.answers import VippsResponse
from vipps_nb.history.calls import Calls
from vipps_nb.history.past_call import BOUND, IDEMPOTENCY_KEY, Entry, PastCall
from vipps_nb.secret import now_travelling

if TYPE_CHECKING:
    from vipps_nb.session import VippsSession

MOST_CALLS, MOST_BYTES = 1000, 16 << 20


class History(Calls):
    """The session's calls, the newest 1000 of them, each hop of a redirect counted.

    As a cell's last value it is a table. ``vipps.history[7]`` is call 7 as a card, ``vipps.history.filter("refund")``
    some of them, ``vipps.history.resend(7)`` sends one again under its own idempotency key, and
    ``vipps.history.save("calls.har")`` writes them down.
    """

    def __init__(self, session: VippsSession) -> None:
        self._kept: deque[Entry] = deque(maxlen=MOST_CALLS)
        self._lock = threading.Lock()
        self._made = 0
        self._bytes = 0
        super().__init__(session, ())

    def __iter__(self) -> Iterator[PastCall]:
        with self._lock:
            return iter([entry.call for entry in self._kept])

    def watch(self, adapter: BaseAdapter) -> BaseAdapter:
        """A way out that is watched."""
        return _Watched(adapter, self)

    def clear(self) -> None:
        """Forget all calls; numbers go on."""
        with self._lock:
            self._kept.clear()
            self._bytes = 0

    def add(
        self,
        request: requests.PreparedRequest,
        outcome: requests.Response | Exception,
        *,
        seconds: float,
        streamed: bool,
    ) -> None:
        """Keep a call that was made. An answer that repeats a refusal is told so, for its explanation."""
        secrets = self._living().keys.secrets() + now_travelling()
        if isinstance(outcome, VippsResponse):
            outcome.unspeakable = secrets
        plain = [secret.reveal() for secret in secrets]
        with self._lock:
            self._made += 1
            if isinstance(outcome, requests.Response) and self._refused_before(request, outcome):
                vars(outcome)["refused_before"] = True
            entry = Entry(self._made, request, outcome, seconds=seconds, secrets=plain, streamed=streamed)
            if len(self._kept) == MOST_CALLS:
                self._bytes -= self._kept.popleft().weight
            self._kept.append(entry)
            self._bytes += entry.weight
            while self._bytes > MOST_BYTES and len(self._kept) > 1:
                self._bytes -= self._kept.popleft().weight

    def _refused_before(self, request: requests.PreparedRequest, response: requests.Response) -> bool:
        key = request.headers.get(IDEMPOTENCY_KEY)
        if not key or response.status_code not in BOUND:
            return False
        return any(entry.refused and entry.call.idempotency_key == key for entry in self._kept)


class _Watched(BaseAdapter):
    """An adapter that tells the history what went through it."""

    def __init__(self, inner: BaseAdapter, history: History) -> None:
        super().__init__()
        self._inner = inner
        self._history = history

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        began = time.perf_counter()
        streamed = bool(args[0] if args else kwargs.get("stream"))
        try:
            response = self._inner.send(request, *args, **kwargs)
            if not streamed:
                response.content  # noqa: B018 - the session reads it next anyhow
        except Exception as error:
            self._history.add(request, error, seconds=time.perf_counter() - began, streamed=False)
            raise
        self._history.add(request, response, seconds=time.perf_counter() - began, streamed=streamed)
        return response

    def close(self) -> None:
        self._inner.close()
