"""The sandbox called and not connected to.

The same ASGI app and the same world, without a socket and a thread.

An event loop of our own runs on the caller's thread for as long as a call lasts, also where another loop is running,
as in a notebook. What the call has set in motion, such as a webhook to a function, is carried out before it returns.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import unquote_to_bytes, urlsplit

from vipps_nb.sandbox.errors import SandboxError
from vipps_nb.sandbox.webhook_delivery.outbox import OutgoingRequest, Reply

App = Callable[..., Awaitable[None]]
Receiver = Callable[[OutgoingRequest], Reply]
log = logging.getLogger(__name__)


class DroppedError(Exception):
    """A fault was ordered that loses the answer."""


class TooSlowError(Exception):
    """There was no answer in time; what was asked for is done all the same."""


@dataclass
class RawAnswer:
    """An answer as ASGI gives it."""

    status: int = 0
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""


class _Selector:
    """Waits for the next appointment, or for a word from another thread.

    There are no sockets to look at.
    """

    def __init__(self) -> None:
        self._word = threading.Event()

    def select(self, timeout: float | None = None) -> list[Any]:
        self._word.wait(timeout)
        self._word.clear()
        return []

    def wake(self) -> None:
        self._word.set()

    def close(self) -> None:
        """Nothing was opened."""


class _Loop(asyncio.BaseEventLoop):
    """An event loop that knows time and tasks, and no network."""

    def __init__(self) -> None:
        super().__init__()
        self._selector = _Selector()

    @property
    def has_work(self) -> bool:
        """Whether something could be done now."""
        return bool(vars(self)["_ready"])  # what BaseEventLoop has no name for

    def _process_events(self, event_list: list[Any]) -> None:
        """There are none."""

    def _write_to_self(self) -> None:
        self._selector.wake()


class InProcess(Protocol):
    """What an in-process door can do, whoever runs the loop behind it."""

    def ask(
        self, method: str, url: str, headers: Iterable[tuple[str, str]], body: bytes, *, patience: float | None = None
    ) -> RawAnswer:
        """One request."""
        ...

    def receive(self, url: str, receiver: Receiver) -> None:
        """Have a function answer what is sent to a URL, and to whatever lies below it."""

    def carry(self, outgoing: OutgoingRequest) -> Awaitable[Reply] | None:
        """What a function will answer to an outgoing request.

        None where no function waits for it.
        """

    def stop(self) -> None:
        """Let everybody go who waits."""


class Receivers:
    """The functions that wait for requests, by URL."""

    def __init__(self) -> None:
        self._by_url: dict[str, Receiver] = {}

    def receive(self, url: str, receiver: Receiver) -> None:
        """Have a function answer what is sent to a URL, and to whatever lies below it."""
        self._by_url[url] = receiver

    def of(self, outgoing: OutgoingRequest) -> Receiver | None:
        """Who waits for an outgoing request; of several the one that is nearest."""
        fitting = [url for url in self._by_url if _is_at(outgoing.url, url)]
        return self._by_url[max(fitting, key=len)] if fitting else None


class InProcessServer(Receivers):
    """Runs one app for whoever calls, one call at a time.

    A receiver that is called may call back.
    """

    def __init__(self) -> None:
        super().__init__()
        self._loop = _Loop()
        self._turn = threading.Lock()
        self._app: App | None = None
        self._on_stop: Callable[[], Awaitable[None]] | None = None
        self._to_hand_over: deque[tuple[Receiver, OutgoingRequest, asyncio.Future[Reply]]] = deque()

    def start(self, app: App, on_stop: Callable[[], Awaitable[None]] | None = None) -> None:
        """Take in the app; from now on it can be asked."""
        self._app, self._on_stop = app, on_stop

    def stop(self) -> None:
        """Let everybody go who waits, and forget the app. Does nothing the second time."""
        with self._turn:
            if self._app is None:
                return
            self._app = None
            if self._on_stop is not None:
                self._drive(_awaited(self._on_stop()))
            for task in asyncio.all_tasks(self._loop):
                task.cancel()
            self._finish()
            self._loop.close()

    def carry(self, outgoing: OutgoingRequest) -> Awaitable[Reply] | None:
        """What a function will answer to an outgoing request.

        None where no function waits for it. For the sender.
        """
        receiver = self.of(outgoing)
        if receiver is None:
            return None
        outcome: asyncio.Future[Reply] = self._loop.create_future()
        # Not from within the loop: the receiver may call the sandbox back.
        self._to_hand_over.append((receiver, outgoing, outcome))
        self._loop.stop()
        return outcome

    def ask(
        self, method: str, url: str, headers: Iterable[tuple[str, str]], body: bytes, *, patience: float | None = None
    ) -> RawAnswer:
        """One request.

        Args:
            method: In capitals.
            url: Whole.
            headers: As they would travel; a ``Host`` that is missing is taken from the URL.
            body: Whole.
            patience: Seconds to wait for the answer; None for as long as it takes.

        Raises:
            SandboxError: The sandbox is not running.
            DroppedError: A fault lost the answer.
            TooSlowError: There was none in time.
        """
        answer = RawAnswer()
        scope = _scope(method, url, headers)
        with self._turn:
            if self._app is None:
                raise SandboxError("The sandbox is not running; call start() first.")
            self._drive(_serve(self._app, scope, body, answer), patience)
        if not answer.status:
            raise DroppedError
        if method == "HEAD":
            answer.body = b""
        return answer

    def _drive(self, work: Coroutine[Any, Any, None], patience: float | None = None) -> None:
        """Run the loop until some work is done.

        And what it has set in motion, as far as that can be done now.
        """
        task = self._loop.create_task(work)
        task.add_done_callback(lambda _: self._loop.stop())
        given_up = False

        def give_up() -> None:
            nonlocal given_up
            given_up = True
            self._loop.stop()

        alarm = None if patience is None else self._loop.call_later(patience, give_up)
        # Whatever stopped the loop, a call from a receiver included: go on until this work is done.
        while not (task.done() or given_up):
            self._run()
            self._hand_over()
        if alarm is not None:
            alarm.cancel()
        if not task.done():
            raise TooSlowError
        self._finish()
        task.result()

    def _finish(self) -> None:
        while self._loop.has_work or self._to_hand_over:
            self._loop.stop()  # after what is ready
            self._run()
            self._hand_over()

    def _run(self) -> None:
        with _no_other_loop():
            self._loop.run_forever()

    def _hand_over(self) -> None:
        while self._to_hand_over:
            receiver, outgoing, outcome = self._to_hand_over.popleft()
            self._turn.release()
            try:
                reply = _received(receiver, outgoing)
            finally:
                self._turn.acquire()
            if not outcome.done():
                outcome.set_result(reply)


class BesideServer(Receivers):
    """The in-process door of a sandbox that listens as well.

    Its app runs in the loop of the HTTP server.

    Args:
        loop: Gives the loop of the HTTP server once that runs.
    """

    def __init__(self, loop: Callable[[], asyncio.AbstractEventLoop]) -> None:
        super().__init__()
        self._app: App | None = None
        self._loop = loop

    def start(self, app: App) -> None:
        """Take in the app."""
        self._app = app

    def stop(self) -> None:
        """The HTTP server stops; with its loop gone nothing is answered here."""
        self._app = None

    def ask(
        self, method: str, url: str, headers: Iterable[tuple[str, str]], body: bytes, *, patience: float | None = None
    ) -> RawAnswer:
        """One request; see :meth:`InProcessServer.ask`."""
        if self._app is None:
            raise SandboxError("The sandbox is not running; call start() first.")
        answer = RawAnswer()
        work = _serve(self._app, _scope(method, url, headers), body, answer)
        try:
            asyncio.run_coroutine_threadsafe(work, self._loop()).result(patience)
        except TimeoutError:
            raise TooSlowError from None
        except RuntimeError:
            work.close()
            raise SandboxError("The sandbox is not running; call start() first.") from None
        if not answer.status:
            raise DroppedError
        if method == "HEAD":
            answer.body = b""
        return answer

    def carry(self, outgoing: OutgoingRequest) -> Awaitable[Reply] | None:
        """What a function will answer, in a thread of its own.

        It may call the sandbox back.
        """
        receiver = self.of(outgoing)
        return None if receiver is None else asyncio.to_thread(_received, receiver, outgoing)


def _received(receiver: Receiver, outgoing: OutgoingRequest) -> Reply:
    try:
        return receiver(outgoing)
    except Exception:
        log.exception("A function that receives what is sent to %s has failed", outgoing.url)
        return Reply(status=500, reason="The function that receives it has failed.")


async def _serve(app: App, scope: dict[str, Any], body: bytes, answer: RawAnswer) -> None:
    inbox: deque[dict[str, Any]] = deque([{"type": "http.request", "body": body, "more_body": False}])

    async def receive() -> dict[str, Any]:
        return inbox.popleft() if inbox else {"type": "http.disconnect"}

    async def send(message: Mapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            answer.headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in message["headers"]]
            answer.status = int(message["status"])  # a plain number, as it comes over the wire
        else:
            answer.body += message.get("body", b"")

    await app(scope, receive, send)


@contextmanager
def _no_other_loop() -> Iterator[None]:
    """In a notebook the kernel's loop is running on this thread.

    It waits for this call like for any other. So does the task in which the cell runs: from Python 3.14 on a thread has
    one current task, whichever loop it belongs to.
    """
    running = asyncio._get_running_loop()
    task = None if running is None else asyncio.current_task(running)
    if running is not None and task is not None:
        asyncio.tasks._leave_task(running, task)
    asyncio._set_running_loop(None)
    try:
        yield
    finally:
        asyncio._set_running_loop(running)
        if running is not None and task is not None:
            asyncio.tasks._enter_task(running, task)


async def _awaited(work: Awaitable[None]) -> None:
    await work


_HOST = b"in-process.localhost"


def _is_at(url: str, base: str) -> bool:
    return url == base or url.startswith((base.rstrip("/") + "/", base + "?"))


def _scope(method: str, url: str, headers: Iterable[tuple[str, str]]) -> dict[str, Any]:
    parts = urlsplit(url)
    sent = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    # Whoever mounts the door on an address, https://apitest.vipps.no say, means this sandbox by that name. What a
    # server has to fear from other names comes from pages in a browser, which cannot get here.
    host = parts.netloc.encode("latin-1")
    sent = [(name, value) for name, value in sent if name != b"host" or value != host]
    itself = (b"origin", f"{parts.scheme}://{parts.netloc}".encode("latin-1"))  # a page of that address
    sent = [(b"origin", b"http://" + _HOST) if pair == itself else pair for pair in sent]
    if not any(name == b"host" for name, _ in sent):
        sent.insert(0, (b"host", _HOST))
    raw_path = (parts.path or "/").encode("latin-1")
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": parts.scheme or "http",
        "path": unquote_to_bytes(raw_path).decode("utf-8", "replace"),
        "raw_path": raw_path,
        "query_string": parts.query.encode("latin-1"),
        "root_path": "",
        "headers": sent,
        "client": ("127.0.0.1", 0),
        "server": (parts.hostname or "localhost", parts.port or 80),
        "state": {"hang_up": lambda: None},
    }
