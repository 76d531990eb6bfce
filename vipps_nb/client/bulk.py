"""Many requests at once, in order, and no failure lost.

So many are in flight at a time, at the documented pace.

The work may be given to any ``concurrent.futures.Executor``. In this process the session itself is used. In another
process or on another machine a worker logs in by itself, from its own environment: what travels is how to log in,
never a key or a token.
"""

from __future__ import annotations

import contextlib
import pickle
import threading
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import requests
from requests.structures import CaseInsensitiveDict

from vipps_nb.apis.questions import idempotency_header, idempotency_key, takes_idempotency_key
from vipps_nb.client.crew import Crew
from vipps_nb.client.pacing import departures
from vipps_nb.client.progress import Progress
from vipps_nb.client.response import VippsResponse
from vipps_nb.client.waiting import Waiting
from vipps_nb.core.configuration import setting
from vipps_nb.errors import NotSentError

if TYPE_CHECKING:
    from vipps_nb.client.session_protocol import SessionProtocol


Outcome = VippsResponse | Exception


class Call(NamedTuple):
    """One of many requests.

    Attributes:
        path: Where to.
        options: What ``session.request`` takes, for this one alone: ``json``, ``headers`` …
    """

    path: str
    options: Mapping[str, Any] = {}


class Failure(NamedTuple):
    """A call that got a refusal, or no answer.

    Attributes:
        position: Its place among the calls.
        call: The call, with its idempotency key; given to ``map`` again it cannot act twice.
        outcome: The refusal, or the error.
    """

    position: int
    call: Call
    outcome: Outcome


class Answers(list[Outcome]):
    """What became of each call: an answer, or the error instead of one."""

    def __init__(self, outcomes: Iterable[Outcome], calls: Sequence[Call]) -> None:
        super().__init__(outcomes)
        self.calls = calls

    @property
    def ok(self) -> list[VippsResponse]:
        """The answers with a status below 400."""
        return [outcome for outcome in self if isinstance(outcome, requests.Response) and outcome.ok]

    @property
    def failed(self) -> list[Failure]:
        """All others, each with its call."""
        return [
            Failure(position, call, outcome)
            for position, (call, outcome) in enumerate(zip(self.calls, self, strict=True))
            if not (isinstance(outcome, requests.Response) and outcome.ok)
        ]

    def __repr__(self) -> str:
        return f"<{len(self)} answers: {len(self.ok)} ok, {len(self.failed)} failed>"


@dataclass
class Errand:
    """Sends calls through a session of this process.

    Pickled, it becomes a :class:`RemoteErrand`.
    """

    session: SessionProtocol
    method: str
    options: Mapping[str, Any]

    def __call__(self, call: Call) -> Outcome:
        """Send one call; whatever goes wrong is its outcome."""
        try:
            return self.session.request(self.method, call.path, **{**self.options, **call.options})
        except Exception as error:  # one call's failure is not the end of the others
            return error.with_traceback(None)

    def __reduce__(self) -> tuple[Any, ...]:
        return RemoteErrand, (*self.session.__reduce__(), self.method, dict(self.options))


@dataclass(frozen=True)
class RemoteErrand:
    """Sends calls through a session that this process logs in for.

    Once, from its own environment.
    """

    log_in: Callable[..., SessionProtocol]
    settings: tuple[Any, ...]
    method: str
    options: Mapping[str, Any]

    def __call__(self, call: Call) -> Outcome:
        """Send one call; what comes of it can travel back."""
        try:
            session = self.log_in(*self.settings)
        except Exception as error:
            return _portable(error)
        return _portable(Errand(session, self.method, self.options)(call))


def width(at_once: int | None) -> int:
    """How many calls are under way at the same time: as given, or else as the setting says.

    Raises:
        ValueError: Fewer than one.
    """
    at_once = setting("at_once") if at_once is None else at_once
    if at_once < 1:
        raise ValueError(f"at_once={at_once} would never send anything. Expected 1 or more.")
    return at_once


def map_calls(
    session: SessionProtocol,
    method: str,
    calls: Iterable[str | Call | tuple[str, Mapping[str, Any]]],
    *,
    at_once: int | None = None,
    executor: Executor | None = None,
    paced: bool = True,
    quiet: bool | None = None,
    **options: Any,
) -> Answers:
    """Send many requests; see ``VippsSession.map``."""
    at_once = width(at_once)
    method = method.upper()
    planned = [with_key(session, method, call, options) for call in calls]
    errand = Errand(session, method, options)
    tally = _Tally(len(planned), at_once)
    crew: Crew[int] | None = None
    if executor is None:
        crew = Crew(lambda position: tally.carry_out(position, errand, planned[position]), min(at_once, len(planned)))
        send = crew.give
    else:

        def send(position: int) -> None:
            tally.room.acquire()
            executor.submit(errand, planned[position]).add_done_callback(partial(tally.note, position))

    with crew or contextlib.nullcontext():
        return _run(errand, planned, tally, send, paced=paced, quiet=quiet)


def with_key(session: SessionProtocol, method: str, call: Any, options: Mapping[str, Any]) -> Call:
    """The call, a write with its idempotency key.

    It keeps that key however often it is sent.
    """
    planned = Call(call) if isinstance(call, str) else Call(*call)
    url = planned.path if "://" in planned.path else session.base_url + "/" + planned.path.lstrip("/")
    if not (takes_idempotency_key(method, url) and session.environment.owns(url)):
        return planned
    headers: CaseInsensitiveDict[Any] = CaseInsensitiveDict(options.get("headers") or {})
    headers.update(planned.options.get("headers") or {})
    headers.setdefault(idempotency_header(url), idempotency_key(url, headers) or str(uuid.uuid4()))
    return Call(planned.path, {**planned.options, "headers": dict(headers)})


class _Tally:
    """What has become of the calls so far.

    Written by whichever thread a call ends on.
    """

    def __init__(self, number: int, at_once: int) -> None:
        self.outcomes: list[Outcome | None] = [None] * number
        self.room = threading.Semaphore(at_once)
        self.all_came = threading.Event()
        self._number = number
        self._came: list[int] = []  # one step for each; += would not be

    @property
    def done(self) -> int:
        """How many have come to an end."""
        return len(self._came)

    def carry_out(self, position: int, errand: Errand, call: Call) -> None:
        """Send one call here."""
        try:
            outcome = errand(call)
        except BaseException as error:
            outcome = as_exception(error)
        self._end(position, outcome)

    def note(self, position: int, future: Future[Outcome]) -> None:
        """Take what an executor has brought."""
        if future.cancelled():
            outcome: Outcome = NotSentError("Not sent: the executor cancelled it.")
        else:
            error = future.exception()
            outcome = future.result() if error is None else as_exception(error)
        self._end(position, outcome)
        self.room.release()

    def _end(self, position: int, outcome: Outcome) -> None:
        self.outcomes[position] = outcome
        self._came.append(position)
        if len(self._came) == self._number:
            self.all_came.set()


def _run(
    errand: Errand,
    calls: Sequence[Call],
    tally: _Tally,
    send: Callable[[int], None],
    *,
    paced: bool,
    quiet: bool | None,
) -> Answers:
    moments = departures((errand.method, call.path) for call in calls) if paced else [0.0] * len(calls)
    with Progress(f"map {errand.method} · {len(calls)} calls", quiet=quiet) as progress:
        waiting = Waiting(errand.session.sandbox, progress)
        try:
            for position in sorted(range(len(calls)), key=moments.__getitem__):
                early = moments[position] - waiting.elapsed if moments[position] else 0.0
                if early > 0:
                    progress.show(f"{tally.done} done, waiting {early:.0f} s for the documented pace")
                    waiting.wait(early)
                send(position)
                progress.show(f"{tally.done} done")
            while calls and not tally.all_came.wait(timeout=0.2):
                progress.show(f"{tally.done} done")
        except KeyboardInterrupt as interrupt:
            # Whoever stops halfway through payments has to know which ones were sent.
            interrupt.answers = _answers(tally, calls)  # type: ignore[attr-defined]  # pyright: ignore
            interrupt.add_note("What had come until then is in this exception's .answers (sys.last_value.answers).")
            raise
    return _answers(tally, calls)


def _answers(tally: _Tally, calls: Sequence[Call]) -> Answers:
    not_yet = NotSentError(
        "No answer yet: the run was interrupted before this call was sent, or while it was under way."
    )
    return Answers([not_yet if outcome is None else outcome for outcome in tally.outcomes], calls)


def _portable(outcome: Outcome) -> Outcome:
    """The outcome, or what can be said of it if it cannot be pickled."""
    try:
        pickle.loads(pickle.dumps(outcome))  # noqa: S301 - our own bytes
    except Exception:
        return requests.RequestException(f"{type(outcome).__name__}: {outcome}")
    return outcome


def as_exception(error: BaseException) -> Exception:
    """An error as an outcome."""
    return error if isinstance(error, Exception) else NotSentError(f"The executor stopped: {type(error).__name__}.")
