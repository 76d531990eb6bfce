"""Many requests at once, in order, and no failure lost.

So many are in flight at a time, at the documented pace.

The work may be given to any ``concurrent.futures.Executor``. In this process the session itself is used. In another
process or on another machine a worker logs in by itself, from its own environment: what travels is how to log in,
never a key or a token.
"""

from __future__ import annotations

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
from vipps_nb.client.pacing import departures, pace_words
from vipps_nb.client.progress import Progress, duration, time_left
from vipps_nb.client.response import VippsResponse
from vipps_nb.client.waiting import Waiting
from vipps_nb.core import hooks
from vipps_nb.core.configuration import setting
from vipps_nb.core.displayed import Displayed
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


class Failures(Displayed, list[Failure]):
    """The calls that got a refusal, or no answer; as a cell's last value a card.

    Attributes:
        method: The method of all of them.
    """

    def __init__(self, failures: Iterable[Failure], method: str = "") -> None:
        super().__init__(failures)
        self.method = method

    def _repr_html_(self) -> str:
        return str(hooks.answers_card(self.method, self, None).html)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        alone = len(printer.stack) == 1
        printer.text(hooks.answers_card(self.method, self, None).text if alone else repr(self))


class Answers(Displayed, list[Outcome]):
    """What became of each call: an answer, or the error instead of one.

    As a cell's last value it is a card: how many went well, and the refusals by what they say.

    Attributes:
        calls: The calls, in the same order; writes with their idempotency keys.
        method: The method of all of them.
        seconds: How long all of it took, the waiting for the documented pace included; None if nobody took the time.
    """

    def __init__(
        self, outcomes: Iterable[Outcome], calls: Sequence[Call], method: str = "", seconds: float | None = None
    ) -> None:
        super().__init__(outcomes)
        self.calls = calls
        self.method = method
        self.seconds = seconds

    @property
    def ok(self) -> list[VippsResponse]:
        """The answers with a status below 400."""
        return [outcome for outcome in self if isinstance(outcome, requests.Response) and outcome.ok]

    @property
    def failed(self) -> Failures:
        """All others, each with its call."""
        failures = [
            Failure(position, call, outcome)
            for position, (call, outcome) in enumerate(zip(self.calls, self, strict=False))
            if not (isinstance(outcome, requests.Response) and outcome.ok)
        ]
        return Failures(failures, self.method)

    def __repr__(self) -> str:
        return f"<{len(self)} answers: {len(self.ok)} ok, {len(self.failed)} failed>"

    def _card(self) -> hooks.Table:
        rows = [Failure(*each) for each in zip(range(len(self)), self.calls, self, strict=True)]
        return hooks.answers_card(self.method, rows, self.seconds)

    def _repr_html_(self) -> str | None:
        # A front end that has no HTML to show takes the text; whoever has changed the list sees it as a list.
        return str(self._card().html) if len(self) == len(self.calls) else None

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        alone = len(printer.stack) == 1 and len(self) == len(self.calls)
        card = self._card().text if alone else ""
        # Where one line says it all, it is ours.
        printer.text(f"{self!r}\n{card}" if "\n" in card else repr(self))


class MapInterrupt(KeyboardInterrupt):
    """Ctrl-C while ``map`` was sending, with what had come until then.

    Attributes:
        answers: What became of each call. One that was not sent, or whose answer nobody waited for, has a
            :class:`~vipps_nb.errors.NotSentError`.
    """

    def __init__(self, answers: Answers) -> None:
        came = sum(not isinstance(outcome, NotSentError) for outcome in answers)
        super().__init__(f"Stopped: {came} of {len(answers)} calls had their answer by then. The others are not lost.")
        self.answers = answers
        self.add_note(
            "What had come until then is in this exception's .answers (sys.last_value.answers), and in the session's "
            ".interrupted: vipps.interrupted shows it, vipps.interrupted.failed has every call that is left."
        )

    def _render_traceback_(self) -> list[str]:
        """Two sentences in a notebook instead of a wall of frames.

        IPython asks for this by name.
        """
        return [f"KeyboardInterrupt: {self}", *self.__notes__]


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
    """How many calls are under way at the same time.

    As given, or else as the setting says.

    Raises:
        ValueError: Fewer than one.
    """
    wide: int = setting("at_once") if at_once is None else at_once
    if wide < 1:
        raise ValueError(f"at_once={wide} would never send anything. Expected 1 or more.")
    return wide


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

    def carry_out(position: int) -> None:
        tally.carry_out(position, errand, planned[position])

    try:
        if executor is not None:
            _run(errand, planned, tally, tally.through(executor, errand, planned), paced=paced, quiet=quiet)
        else:
            with Crew(carry_out, min(at_once, len(planned))) as crew:
                _run(errand, planned, tally, crew.give, paced=paced, quiet=quiet)
    except KeyboardInterrupt:
        # Whoever stops halfway through payments has to know which ones were sent. Those under way in threads of our
        # own have come to their end by now.
        raise MapInterrupt(tally.answers(planned, method)) from None
    return tally.answers(planned, method)


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
        self.at_once = at_once
        self.room = threading.Semaphore(at_once)
        self.all_came = threading.Event()
        self.begun: set[int] = set()
        self.seconds: float | None = None
        self._number = number
        self._came: list[int] = []  # one step for each; += would not be

    @property
    def done(self) -> int:
        """How many have come to an end."""
        return len(self._came)

    def carry_out(self, position: int, errand: Errand, call: Call) -> None:
        """Send one call here."""
        self.begun.add(position)
        try:
            outcome = errand(call)
        except BaseException as error:
            outcome = as_exception(error)
        self._end(position, outcome)

    def through(self, executor: Executor, errand: Errand, calls: Sequence[Call]) -> Callable[[int], None]:
        """What has an executor send a call, once there is room for it."""

        def send(position: int) -> None:
            self.room.acquire()
            self.begun.add(position)
            executor.submit(errand, calls[position]).add_done_callback(partial(self.note, position))

        return send

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

    def answers(self, calls: Sequence[Call], method: str) -> Answers:
        """What has become of each by now."""
        waiting = NotSentError("No answer yet: the run was interrupted before this call was sent.")
        under_way = NotSentError(
            "No answer yet: the run was interrupted while this call was under way, so it may have arrived. A write "
            "keeps its idempotency key; sent again with it, it cannot act twice where the API remembers keys."
        )
        outcomes = [
            (under_way if position in self.begun else waiting) if outcome is None else outcome
            for position, outcome in enumerate(self.outcomes)
        ]
        return Answers(outcomes, calls, method, self.seconds)


def _run(
    errand: Errand,
    calls: Sequence[Call],
    tally: _Tally,
    send: Callable[[int], None],
    *,
    paced: bool,
    quiet: bool | None,
) -> None:
    moments = departures((errand.method, call.path) for call in calls) if paced else [0.0] * len(calls)
    with Progress(f"map {errand.method} · {len(calls)} calls", quiet=quiet) as progress:
        waiting = Waiting(errand.session.sandbox, progress)
        last = max(moments, default=0.0)

        def how_far(pace: str = "") -> str:
            # Where the pace decides, what it went like so far says nothing.
            left = last - waiting.elapsed if last else _left(tally.done, len(calls), waiting.elapsed)
            return " · ".join(filter(None, [f"{tally.done} done", pace, time_left(left)]))

        for position in sorted(range(len(calls)), key=moments.__getitem__):
            early = moments[position] - waiting.elapsed if moments[position] else 0.0
            if early > 0:
                pace = pace_words(errand.method, calls[position].path)
                if not waiting.held:
                    progress.announce(
                        f"{pace}, so this takes {duration(last)} or more. paced=False does not wait for it."
                    )
                waiting.wait(early, saying=partial(how_far, f"{pace} (paced=False does not wait)"))
            send(position)
            progress.show(how_far)
        while calls and not tally.all_came.wait(timeout=0.2):
            progress.show(how_far)
        tally.seconds = waiting.elapsed


def _left(done: int, number: int, elapsed: float) -> float:
    """The seconds that are left if it goes on as it went."""
    return elapsed / done * (number - done) if done else 0.0


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
