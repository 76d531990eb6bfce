"""Many requests whose answers are handed out as they come.

A generator in, a generator out, in bounded memory.
"""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sized
from concurrent.futures import CancelledError, Executor, Future
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Any

from vipps_nb.apis.questions import limit_of
from vipps_nb.client.bulk import Call, Errand, Failure, Outcome, as_exception, width, with_key
from vipps_nb.client.crew import Crew
from vipps_nb.client.pacing import MINUTE
from vipps_nb.client.progress import Progress
from vipps_nb.client.waiting import Waiting
from vipps_nb.core.paths import path_of
from vipps_nb.errors import NotSentError

if TYPE_CHECKING:
    from vipps_nb.client.session_protocol import SessionProtocol

_AHEAD = 4  # so many times as many calls as are under way are taken from the generator before their turn
_MOST_COUNTED = 10_000  # resources whose calls are counted, before those that may be asked again are left out
_LOOK = 0.2  # seconds between two looks at how far it has come


class _Slot:
    """One call, and what has become of it."""

    __slots__ = ("arrived", "call", "outcome", "position")

    def __init__(self, position: int, call: Call) -> None:
        self.position, self.call = position, call
        self.outcome: Outcome | None = None
        self.arrived = threading.Lock()  # an Event takes ten times as long to make
        self.arrived.acquire()


@dataclass
class _Told:
    """What is known of it outside.

    Apart from the iterator, so that one that nobody holds any more stops at once.
    """

    call: Call | None = None
    done: int = 0
    rest: list[Failure] = field(default_factory=list)


class LazyAnswers(Iterator[Outcome]):
    """What becomes of each call, in the order of the calls, as it comes.

    A ``for`` loop that is left early stops it, and so does ``close()`` or the end of a ``with`` block: calls under way
    come to their end, and no further one is sent.

    Attributes:
        call: The call whose answer was handed out last, a write with its idempotency key.
        done: How many were handed out.
        rest: After a stop, the calls that were taken but not handed out, with their outcomes; one that was not sent
            has a :class:`~vipps_nb.errors.NotSentError`.
    """

    def __init__(self, told: _Told, steps: Generator[_Slot, None, None]) -> None:
        self._told, self._steps = told, steps

    @property
    def call(self) -> Call | None:
        """The call whose answer was handed out last."""
        return self._told.call

    @property
    def done(self) -> int:
        """How many were handed out."""
        return self._told.done

    @property
    def rest(self) -> list[Failure]:
        """The calls that were taken but not handed out, after a stop."""
        return self._told.rest

    def __next__(self) -> Outcome:
        slot = next(self._steps)
        self._told.call, self._told.done = slot.call, slot.position + 1
        assert slot.outcome is not None  # noqa: S101 - narrows the type: it has arrived
        return slot.outcome

    def close(self) -> None:
        """Send no further call."""
        self._steps.close()

    def __enter__(self) -> LazyAnswers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<answers as they come: {self.done} so far>"


def map_lazily(
    session: SessionProtocol,
    method: str,
    calls: Iterable[str | Call | tuple[str, Mapping[str, Any]]],
    *,
    at_once: int | None,
    executor: Executor | None,
    paced: bool,
    quiet: bool | None,
    **options: Any,
) -> LazyAnswers:
    """Send many requests, answers as they come; see ``VippsSession.map``."""
    wide = width(at_once)
    method = method.upper()
    errand = Errand(session, method, options)
    number = f"{len(calls)} calls" if isinstance(calls, Sized) else "calls as they come"

    told = _Told()

    def steps() -> Generator[_Slot, None, None]:
        taken: deque[_Slot] = deque()
        source: Iterator[tuple[int, Call]] = enumerate(with_key(session, method, call, options) for call in calls)
        pace = _Pace(method) if paced else None
        with contextlib.ExitStack() as stack:
            progress = stack.enter_context(Progress(f"map {method} · {number}", quiet=quiet))
            # Before the threads are left, so that it is known then what became of the last ones.
            stack.callback(_tell_rest, told, taken)
            waiting = Waiting(session.sandbox, progress)
            send = _sender(stack, errand, executor, wide)
            most = _AHEAD * wide
            while True:
                while len(taken) < most and (step := next(source, None)) is not None:
                    slot = _Slot(*step)
                    if pace and (early := pace.early(slot.call.path, waiting.elapsed)) > 0:
                        if taken:  # others have answered meanwhile, and their answers are wanted first
                            source = _with_first(step, source)
                            break
                        progress.show(f"{told.done} done, waiting {early:.0f} s for the documented pace")
                        waiting.wait(early)
                    if pace:
                        pace.count(slot.call.path, waiting.elapsed)
                    taken.append(slot)
                    send(slot)
                if not taken:
                    return
                while not taken[0].arrived.acquire(timeout=_LOOK):
                    progress.show(f"{told.done} done")
                progress.show(f"{told.done} done")
                yield taken.popleft()

    return LazyAnswers(told, steps())


def _with_first(step: tuple[int, Call], others: Iterator[tuple[int, Call]]) -> Iterator[tuple[int, Call]]:
    yield step
    yield from others


def _sender(
    stack: contextlib.ExitStack, errand: Errand, executor: Executor | None, at_once: int
) -> Callable[[_Slot], None]:
    """What has a call sent, by threads of our own or by an executor."""
    if executor is None:

        def carry_out(slot: _Slot) -> None:
            try:
                slot.outcome = errand(slot.call)
            except BaseException as error:
                slot.outcome = as_exception(error)
            finally:
                slot.arrived.release()

        crew = stack.enter_context(Crew(carry_out, at_once))
        stack.callback(crew.drop)
        return crew.give

    room = threading.Semaphore(at_once)

    def send(slot: _Slot) -> None:
        room.acquire()

        def arrived(future: Future[Outcome]) -> None:
            try:
                slot.outcome = future.result()
            except CancelledError:
                slot.outcome = NotSentError("Not sent: the executor cancelled it.")
            except BaseException as error:
                slot.outcome = as_exception(error)
            room.release()
            slot.arrived.release()

        executor.submit(errand, slot.call).add_done_callback(arrived)

    return send


def _tell_rest(told: _Told, taken: deque[_Slot]) -> None:
    not_sent = NotSentError("Not sent: whoever asked for the answers has stopped before its turn.")
    told.rest = [Failure(slot.position, slot.call, slot.outcome or not_sent) for slot in taken]


class _Pace:
    """How often each resource was asked in its minute."""

    def __init__(self, method: str) -> None:
        self._method = method
        self._counts: dict[str, tuple[float, int]] = {}

    def early(self, path: str, now: float) -> float:
        """The seconds by which a call would come too early for the documented limit."""
        limit = limit_of(self._method, path)
        began, count = self._counts.get(path_of(path).lower(), (now, 0))
        over = limit is None or count < limit.per_minute or now >= began + MINUTE
        return 0.0 if over else began + MINUTE - now

    def count(self, path: str, now: float) -> None:
        """Note that one has left."""
        if limit_of(self._method, path) is None:
            return
        key = path_of(path).lower()
        began, count = self._counts.get(key, (now, 0))
        self._counts[key] = (now, 1) if now >= began + MINUTE else (began, count + 1)
        if len(self._counts) > _MOST_COUNTED:
            self._counts = {name: seen for name, seen in self._counts.items() if now < seen[0] + MINUTE}
