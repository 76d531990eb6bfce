"""The last step before the wire: headers, renewal, repetition.

Puts the secret headers on what goes out, renews the token after a 401, tries again after what passes.

Secrets are added here, on a copy of the request, and only when that request goes to the session's own origin. So
they are never in ``session.headers``, in ``response.request``, in an exception of requests, or on the way to a host
that a redirect names.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from copy import copy
from time import monotonic, perf_counter, sleep
from typing import Any, NamedTuple

import requests
from requests.adapters import BaseAdapter

from vipps_nb.auth.access_token import AccessToken
from vipps_nb.auth.auth_scheme import AuthScheme
from vipps_nb.client.auth_flow import AuthFlow
from vipps_nb.client.response import Retry, VippsResponse
from vipps_nb.client.retries import Retries, body_can_be_sent_again, may_be_repeated, passing_cause, pause_before
from vipps_nb.core.addresses import cut_apart
from vipps_nb.core.stopwatch import Laps, running
from vipps_nb.core.tracebacks import leaves_no_locals
from vipps_nb.core.transport import Transport, deadline
from vipps_nb.core.visible import visible
from vipps_nb.errors import UnreachableError

logger = logging.getLogger(__name__)

_UNAUTHORIZED = 401
_WITH_TOKEN = (AuthScheme.BEARER, AuthScheme.BEARER_ONLY)


class Bounds(NamedTuple):
    """What one answer may cost: how many tries, how many seconds, how many bytes."""

    retries: Retries
    seconds: float | None
    size: int


class VippsAdapter(BaseAdapter):
    """Stands in front of the real adapter for one request.

    Args:
        inner: The real adapter.
        keys: Who puts the secret headers on.
        bounds: When it is enough.
        on_fault: Called after each connection fault, before the next try.
    """

    def __init__(self, inner: BaseAdapter, keys: AuthFlow, bounds: Bounds, on_fault: Callable[[], None]) -> None:
        super().__init__()
        self._inner = inner
        self._keys = keys
        self._bounds = bounds
        self._on_fault = on_fault
        self._may_renew = True

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """Send a request until an answer comes that will not get better, or it is enough.

        Raises:
            requests.RequestException: No answer came; it holds the request as the caller made it.
            VippsNbError: There was no access token to be had, or the answer is too large.
        """
        policy = self._bounds.retries
        self._may_renew = True
        scheme = self._keys.scheme_for(str(request.url))
        began = monotonic()
        done: list[Retry] = []
        laps = Laps(seen=isinstance(self._inner, Transport))
        while True:
            outcome = self._try(request, scheme, laps, args, kwargs)
            cause = passing_cause(outcome)
            if not cause or len(done) >= policy.total:
                break
            # Without a token nothing has left, so anything may be tried again.
            at_home = self._keys.environment.owns(str(request.url))
            if not (isinstance(outcome, UnreachableError) or may_be_repeated(request, at_home=at_home)):
                break
            pause = pause_before(len(done) + 1, request, outcome)
            if monotonic() - began + pause > policy.within:
                break
            self._prepare_for_another(request, outcome, cause, pause, len(done) + 1)
            done.append(Retry(cause, round(pause, 3)))
            laps.tries.append((cause, pause))
            sleep(pause)
            # Somebody may have logged out in the meantime.
            scheme = self._keys.scheme_for(str(request.url))
        # For the history, which gets answers and errors alike.
        outcome.laps = laps  # type: ignore[union-attr]  # pyright: ignore
        if isinstance(outcome, Exception):
            if done:
                outcome.add_note(f"Tried {len(done) + 1} times in {monotonic() - began:.0f} s.")
            raise outcome
        if done and isinstance(outcome, VippsResponse):
            outcome.retries = tuple(done)
        return outcome

    def close(self) -> None:
        """Close the real adapter."""
        self._inner.close()

    def __getattr__(self, name: str) -> Any:
        """What else somebody asks of an adapter."""
        if name == "_inner":  # of one that was not made yet
            raise AttributeError(name)
        return getattr(self._inner, name)

    def _try(
        self,
        request: requests.PreparedRequest,
        scheme: AuthScheme,
        laps: Laps,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
    ) -> requests.Response | Exception:
        """One try, with one renewal of the token if it is refused.

        What would pass is returned, not raised.
        """
        uses_token = scheme in _WITH_TOKEN and "Authorization" not in request.headers
        try:
            began = perf_counter()
            token = self._keys.token() if uses_token else None
            laps.token += perf_counter() - began
            answer = self._pass(request, scheme, token, args, kwargs, laps=laps)
            renew = uses_token and self._may_renew and answer.status_code == _UNAUTHORIZED
            if renew and body_can_be_sent_again(request):
                answer.close()
                began = perf_counter()
                renewed = self._keys.renewed(token)
                laps.token += perf_counter() - began
                self._may_renew = False
                answer = self._pass(request, scheme, renewed, args, kwargs, laps=laps)
        except requests.RequestException as error:
            # What is raised keeps the request as the caller made it, not the one with the keys on.
            error.request = request
            failure: Exception = error
        except UnreachableError as error:
            failure = copy(error)  # everybody who waited for this token got the same one
        else:
            return answer
        failure.__traceback__ = failure.__context__ = None
        return failure

    @leaves_no_locals
    def _pass(
        self,
        request: requests.PreparedRequest,
        scheme: AuthScheme,
        token: AccessToken | None,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        *,
        laps: Laps,
    ) -> requests.Response:
        outgoing = self._keys.authenticated(request, scheme, token)
        whole = not kwargs.get("stream")
        limit = self._bounds.seconds
        reset = deadline.set(monotonic() + limit if whole and limit is not None else None)
        timed, began, apart = running.set(laps), perf_counter(), laps.connecting + laps.reading
        try:
            try:
                answer = self._inner.send(outgoing, *args, **kwargs)
            finally:
                answered = perf_counter()
                laps.waiting += answered - began - (laps.connecting + laps.reading - apart)
            if type(answer) is requests.Response:  # one of another class is its adapter's own, and stays it
                answer = VippsResponse.of(answer)
            answer.request = request
            if whole and isinstance(answer, VippsResponse):
                answer.read(self._bounds.size)
                laps.reading += perf_counter() - answered
        finally:
            running.reset(timed)
            deadline.reset(reset)
        return answer

    def _prepare_for_another(
        self,
        request: requests.PreparedRequest,
        outcome: requests.Response | Exception,
        cause: str,
        pause: float,
        number: int,
    ) -> None:
        if isinstance(outcome, requests.Response):
            outcome.close()
        else:
            self._on_fault()
        path = self._keys.redactor().text(visible(cut_apart(str(request.url)).path))
        logger.info("%s %s: %s; try %d follows in %.1f s", request.method, path, cause, number + 1, pause)
