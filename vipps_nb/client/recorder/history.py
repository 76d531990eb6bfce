"""The history of one session: it watches the way out, and keeps what may be kept."""

from __future__ import annotations

import contextlib
import itertools
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any
from weakref import WeakSet, ref

import requests
from requests.adapters import BaseAdapter

from vipps_nb.apis.questions import idempotency_key
from vipps_nb.client.recorder.calls import Calls
from vipps_nb.client.recorder.past_call import PastCall, remember
from vipps_nb.client.recorder.seen import money_seen
from vipps_nb.client.response import VippsResponse
from vipps_nb.core.bodies import body_of, parsed
from vipps_nb.core.paths import path_of
from vipps_nb.core.problem import Problem
from vipps_nb.core.redaction import Redactor
from vipps_nb.core.secret import now_travelling

if TYPE_CHECKING:
    from vipps_nb.client.session_protocol import SessionProtocol

MOST_CALLS, MOST_BYTES = 1000, 16 << 20
_AT_A_TIME = 2
_REFUSED = 400
# Refusals that stay bound to an idempotency key. The others (401, 423, 429) speak of the moment.
_BOUND = frozenset({400, 403, 404, 409, 422})


Listener = Callable[["History", PastCall, "requests.Response | Exception"], None]
_listeners: tuple[Listener, ...] = ()
_places = itertools.count(1)


def histories() -> list[History]:
    """The histories of this process's sessions, the oldest first."""
    return sorted(_all, key=lambda one: one.place)


def listen(listener: Listener) -> None:
    """Have somebody told of each call of every session, when it is kept.

    In the thread that made the call, which waits: it must be quick.
    """
    global _listeners  # noqa: PLW0603 - a tuple, so that whoever goes through it is not disturbed
    _listeners = (*_listeners, listener)


class History(Calls):
    """The session's calls, the newest 1000 of them, each hop of a redirect counted.

    As a cell's last value it is a table. ``vipps.history[7]`` is call 7 as a card, ``vipps.history.filter("refund")``
    some of them, ``vipps.history.resend(7)`` sends one again under its own idempotency key, and
    ``vipps.history.save("calls.har")`` writes them down.

    Attributes:
        place: Which history of this process it is, counted from 1.
    """

    def __init__(self, session: SessionProtocol) -> None:
        self.place = next(_places)
        self._kept: deque[PastCall] = deque(maxlen=MOST_CALLS)
        # Whoever knew the secrets of the newest calls, and the calls that still hold on to somebody who did before.
        self._knowing: ref[Redactor] | None = None
        self._behind: deque[PastCall] = deque()
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._bytes = 0
        super().__init__(session, ())
        _all.add(self)

    def __iter__(self) -> Iterator[PastCall]:
        # Threads may have come to the lock in another order than to their numbers.
        return iter(sorted((call.opened() for call in self._so_far()), key=lambda call: call.number))

    def watch(self, adapter: BaseAdapter) -> BaseAdapter:
        """A way out that is watched."""
        return _Watched(adapter, self)

    def clear(self) -> None:
        """Forget all calls; numbers go on."""
        with self._lock:
            self._kept.clear()
            self._behind.clear()
            self._bytes = 0

    def open(self) -> None:
        """Take the secrets out of all calls that nobody has looked at."""
        for call in self._so_far():
            call.opened()
        self._behind.clear()

    def add(
        self,
        request: requests.PreparedRequest,
        outcome: requests.Response | Exception,
        *,
        seconds: float,
        streamed: bool,
    ) -> None:
        """Keep a call that was made.

        A refusal is told what is known of it here, for its explanation.
        """
        keys, travelling = self._living().keys, now_travelling()
        if isinstance(outcome, VippsResponse):
            outcome.unspeakable = keys.secrets() + travelling
        if isinstance(outcome, requests.Response) and outcome.status_code >= _REFUSED:
            kept = self._so_far()
            told: Any = outcome  # an adapter of the user's own may have made it of another class
            told.refused_before = _refused_before(request, outcome, kept)
            told.seen = money_seen(path_of(str(request.url)), kept)
        redactor = keys.redactor(*travelling)
        if self._knowing is None:
            keys.tell_when_forgotten(self)
        if not travelling and (self._knowing is None or self._knowing() is not redactor):
            self._knowing, self._behind = ref(redactor), deque(self._so_far())
        call = remember(
            next(self._numbers),
            request,
            outcome,
            seconds=seconds,
            redactor=redactor,
            streamed=streamed,
            unknown=keys.forgotten,
        )
        # As little as can be under the lock: a thread that is put to sleep with it would stop all others.
        with self._lock:
            if len(self._kept) == MOST_CALLS:
                self._bytes -= self._kept.popleft().weight
            self._kept.append(call)
            self._bytes += call.weight
            while self._bytes > MOST_BYTES and len(self._kept) > 1:
                self._bytes -= self._kept.popleft().weight
        if not keys.knows(redactor):
            call.opened()  # its secrets were of this one call, or are being forgotten
        # After a renewal the former token is held by the calls of its time: a few at a time let it go, so that no
        # request waits for all.
        for _ in range(min(len(self._behind), _AT_A_TIME)):
            with contextlib.suppress(IndexError):  # another thread has taken the last one
                self._behind.popleft().opened()
        for tell in _listeners:
            tell(self, call, outcome)

    def _so_far(self) -> list[PastCall]:
        with self._lock:
            return list(self._kept)


_all: WeakSet[History] = WeakSet()


def _refused_before(request: requests.PreparedRequest, response: requests.Response, kept: Sequence[PastCall]) -> bool:
    """Whether the same idempotency key was told this before.

    By the same operation, in the same words.
    """
    key = idempotency_key(str(request.url), request.headers)
    if not key or response.status_code not in _BOUND:
        return False
    said = _what_was_said(response)
    return any(
        (call.status, call.method) == (response.status_code, request.method)
        and call.idempotency_key == key
        and call.url == request.url
        and _what_was_said(call.response) == said
        for call in kept
    )


def _what_was_said(response: requests.Response) -> tuple[Any, ...]:
    """A refusal without what differs each time."""
    problem = Problem.from_body(parsed(body_of(response)), response.status_code)
    return problem.code, problem.title, problem.detail, problem.field_errors


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

    def __getattr__(self, name: str) -> Any:
        """What else somebody asks of an adapter."""
        if name == "_inner":  # of one that was not made yet
            raise AttributeError(name)
        return getattr(self._inner, name)
