"""Which requests are tried again, after what, how soon, and when it is enough.

A read changes nothing, so it may be asked again. A write is repeated only with an idempotency key, always the same
one, and only towards an API that is known to remember such keys: then it acts once, however often it is sent.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import requests

from vipps_nb.apis.questions import idempotency_header, remembers_idempotency_keys
from vipps_nb.client.pacing import seconds_per_call
from vipps_nb.core.near import with_named_options
from vipps_nb.core.visible import visible
from vipps_nb.errors import UnreachableError

# The statuses that speak of the moment, not of the request (errors page of the knowledge base: repeat these with
# the same key).
PASSING = frozenset({429, 502, 503, 504})
TOO_MANY = 429
READS = frozenset({"GET", "HEAD"})

# Without word from the server: half a second, then twice as long each time, each shortened by chance to as little
# as half, so that many who failed together do not come back together.
FIRST_WAIT, LONGEST_WAIT = 0.5, 8.0

_LONGEST_DATE = 64  # characters
_MOST_DIGITS = 9  # of seconds: thirty years

# Deterministic faults: the same request would meet them again.
_WILL_FAIL_AGAIN = (
    requests.exceptions.SSLError,
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidProxyURL,
)
_FAULTS = (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError)


@with_named_options
@dataclass(frozen=True)
class Retries:
    """How often a request is tried again, and for how long.

    A call therefore takes at most ``within``, and what its last try takes by its own time-outs.

    Attributes:
        total: At most so many more tries after the first.
        within: Seconds; no try starts later than this after the first one did. A longer ``Retry-After`` is not
            waited for: the answer that says so is handed back.
    """

    total: int = 4
    within: float = 30.0

    @classmethod
    def of(cls, given: Retries | int | bool | None, default: Retries) -> Retries:
        """What a call asked for.

        ``retries=0`` or ``False`` for none, a number, or a whole :class:`Retries`.
        """
        if given is None or given is True:
            return default
        return given if isinstance(given, Retries) else cls(int(given), default.within)


def may_be_repeated(request: requests.PreparedRequest, *, at_home: bool) -> bool:
    """Whether sending a request twice does no more than sending it once."""
    if request.method in READS:
        return body_can_be_sent_again(request)
    return (
        at_home
        and idempotency_header(str(request.url)) in request.headers
        and remembers_idempotency_keys(str(request.method), str(request.url))
        and body_can_be_sent_again(request)
    )


def body_can_be_sent_again(request: requests.PreparedRequest) -> bool:
    """Whether the body is still there after it was sent; a file or generator is not."""
    return request.body is None or isinstance(request.body, str | bytes)


def passing_cause(outcome: requests.Response | Exception) -> str:
    """Why this outcome may be better next time, in words.

    ``""`` when it is as good as it gets.
    """
    if isinstance(outcome, requests.Response):
        words = visible(f"{outcome.status_code} {outcome.reason or ''}").strip()
        return words if outcome.status_code in PASSING else ""
    if isinstance(outcome, UnreachableError):
        return "no access token" if outcome.passing else ""
    if isinstance(outcome, _FAULTS) and not isinstance(outcome, _WILL_FAIL_AGAIN):
        return type(outcome).__name__
    return ""


def pause_before(number: int, request: requests.PreparedRequest, outcome: requests.Response | Exception) -> float:
    """The seconds to wait before a try: the server's word, or our own pace.

    The first repetition is number 1.
    """
    pause: float = min(FIRST_WAIT * 2 ** (number - 1), LONGEST_WAIT) * random.uniform(0.5, 1)  # noqa: S311 - not for secrets
    if isinstance(outcome, requests.Response):
        asked = retry_after(outcome)
        if asked is not None:
            return asked
        if outcome.status_code == TOO_MANY:
            return max(pause, seconds_per_call(str(request.method), str(request.url)))
    return pause


def retry_after(response: requests.Response) -> float | None:
    """The seconds that ``Retry-After`` asks for, in either of its forms.

    ``None`` without a usable one.

    A date is read by the server's own clock, its ``Date`` header; this machine's may be wrong.
    """
    said = response.headers.get("Retry-After", "").strip()
    if said.isascii() and said.isdigit():
        return float(said[-_MOST_DIGITS:] if not said[:-_MOST_DIGITS].strip("0") else "9" * _MOST_DIGITS)
    moment = moment_of_header(said)
    if moment is None:
        return None
    now = moment_of_header(response.headers.get("Date", "")) or datetime.fromtimestamp(time.time(), UTC)
    return max(0.0, (moment - now).total_seconds())


def moment_of_header(text: str) -> datetime | None:
    """The moment that a date in a header names; None for whatever else stands there."""
    if len(text) > _LONGEST_DATE:
        return None
    try:
        date = parsedate_to_datetime(text)
        date = date if date.tzinfo else date.replace(tzinfo=UTC)
        return date.astimezone(UTC)  # a year or a zone out of all bounds shows here at the latest
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
