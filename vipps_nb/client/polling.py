"""Asking again until something is decided.

At the documented pace, to a final state or a time limit.

The pace is that of the polling guidelines: first after 5 seconds, then every 2, less often after a 429.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import requests

from vipps_nb.apis.facts import Poll
from vipps_nb.apis.questions import poll_of
from vipps_nb.client.progress import Progress
from vipps_nb.client.response import VippsResponse
from vipps_nb.client.retries import TOO_MANY, passing_cause, retry_after
from vipps_nb.client.session_protocol import SessionProtocol
from vipps_nb.client.waiting import Waiting
from vipps_nb.errors import StillWaitingError, VippsNbError

Until = Callable[[VippsResponse], bool] | str | Collection[str]

FIRST_LOOK, NEXT_LOOK = 5.0, 2.0  # seconds (polling guidelines of the knowledge base)
SELDOM = 60.0  # after many a 429 the looks are at most this far apart
# The customer has ten minutes to decide; then the platform decides within moments.
TIME_LIMIT = 660.0
_USUAL_FIELDS = ("state", "status", "sessionState", "error")


def poll(
    session: SessionProtocol,
    path: str,
    until: Until | None = None,
    *,
    method: str = "GET",
    within: float = TIME_LIMIT,
    quiet: bool | None = None,
    **options: Any,
) -> VippsResponse:
    """Ask until it is decided; see ``VippsSession.poll``."""
    watched = poll_of(path)
    decided = _decision(until, watched, path)
    pace = watched.pace if watched else NEXT_LOOK
    pause = FIRST_LOOK
    state = ""
    with Progress(f"poll {path}", quiet=quiet) as progress:
        waiting = Waiting(session.sandbox, progress)
        while True:
            outcome = _look(session, method, path, options)
            cause = passing_cause(outcome)
            if isinstance(outcome, VippsResponse) and not cause:
                state = _state(outcome, watched) or str(outcome.status_code)
                if decided(outcome):
                    return outcome
                if state == "slow_down":
                    pause = pace = pace + 5.0  # as the standard behind CIBA asks
            elif isinstance(outcome, VippsResponse) and outcome.status_code == TOO_MANY:
                pace = min(pace * 2, SELDOM)
                pause = max(pace, retry_after(outcome) or 0.0)
            if waiting.elapsed + pause > within:
                _give_up(outcome, path, cause or state, within)
            progress.show(f"{cause or state} · {waiting.elapsed:.0f} s")
            waiting.wait(pause)
            pause = pace


def _look(session: SessionProtocol, method: str, path: str, options: dict[str, Any]) -> VippsResponse | Exception:
    try:
        # The next look is the retry.
        return session.request(method, path, **{"retries": 0, **options})
    except (requests.RequestException, VippsNbError) as error:
        if not passing_cause(error):
            raise
        return error


def _decision(until: Until | None, watched: Poll | None, path: str) -> Callable[[VippsResponse], bool]:
    if callable(until):
        return until
    if until is not None:
        wanted = {until} if isinstance(until, str) else set(until)
        # A refusal will not become a state, and a final state that was not wanted will not change any more.
        return lambda answer: _state(answer, watched) in wanted or _is_final(answer, watched)
    if watched is None:
        raise ValueError(
            f"Nothing is known about when {path} is decided. Expected until=: the state to wait for, or a function "
            "that gets the answer and says whether it is."
        )
    return lambda answer: _is_final(answer, watched)


def _is_final(answer: requests.Response, watched: Poll | None) -> bool:
    if watched is not None:
        return _state(answer, watched) not in watched.undecided
    return not answer.ok


def _state(answer: requests.Response, watched: Poll | None) -> str:
    try:
        body = answer.json()
    except (requests.JSONDecodeError, RecursionError):
        return ""
    fields = (watched.field,) if watched else _USUAL_FIELDS
    said = (body.get(field) for field in fields) if isinstance(body, dict) else ()
    return next((state for state in said if isinstance(state, str)), "")


def _give_up(outcome: requests.Response | Exception, path: str, state: str, within: float) -> None:
    if isinstance(outcome, Exception):
        raise outcome
    raise StillWaitingError(
        f"{path} is still {state} after {within:.0f} seconds. Expected a final state. Give it longer with within=, or "
        "look at the answer in this error's .response.",
        outcome,
    )
