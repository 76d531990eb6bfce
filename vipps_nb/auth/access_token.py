"""Access tokens: what one is, how long it lives, how it is fetched.

The source is the Access Token API. Caching, sharing and renewing them is :mod:`vipps_nb.auth.token_cache`'s work.
"""

from __future__ import annotations

import enum
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import requests

from vipps_nb.auth.auth_scheme import AuthScheme, secret_headers
from vipps_nb.auth.credentials import Credentials
from vipps_nb.core import hooks
from vipps_nb.core.displayed import Displayed
from vipps_nb.core.environment import Environment
from vipps_nb.core.problem import Problem
from vipps_nb.core.secret import Secret
from vipps_nb.core.tracebacks import leaves_no_locals
from vipps_nb.core.transport import Transport, past_proxies
from vipps_nb.core.zone import zone
from vipps_nb.errors import ConfigurationError, TokenRefusedError, UnreachableError

# Renewal begins this long before the end: a tenth of the life, because lives run from 15 minutes to 24 hours,
# but at least a minute (a renewal needs time), at most 20 (a token is there to be used), never half of it.
STALE_SHARE = 0.1
STALE_AT_LEAST = timedelta(seconds=60)
STALE_AT_MOST = timedelta(minutes=20)

# A `Date` header this far from what the token's own fields say was written by something in between.
DATE_TRUSTED_WITHIN = timedelta(minutes=10)

# A life nobody stated: long enough for the request at hand, too short to be relied on.
UNKNOWN_LIFE = timedelta(seconds=60)
# Longer than any documented life (24 hours in production); a larger number is a mistake, not a promise.
LONGEST_LIFE = timedelta(hours=48)

CONNECT_AND_READ_TIMEOUT = (5.0, 30.0)
_HTTP_OK = 200
_TOO_MANY = 429
_SERVER_ERROR = 500
_STATUS_PAGE = "https://vippsmobilepay.statuspage.io"


class TokenState(enum.Enum):
    """How much a token can be relied on."""

    FRESH = "fresh"  #: valid, nothing to do
    STALE = "stale"  #: valid, and about to be renewed in the background
    EXPIRED = "expired"  #: worth nothing any more


@dataclass(frozen=True)
class Clock:
    """The two clocks of this machine, in seconds.

    The wall clock may be wrong; the monotonic one may sleep.
    """

    wall: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic


@dataclass(frozen=True)
class AccessToken(Displayed):
    """One access token and the moments of its life.

    Frozen; its repr never shows the token. All moments are aware, in UTC, on the *server's* clock.

    Attributes:
        access_token: The token itself; see :meth:`reveal`. Given as text it becomes a ``Secret``.
        token_type: What the server calls it; ``Bearer`` when it did not say.
        issued_at: When it was asked for, so that it never seems to outlive the server's promise.
        stale_at: From here on it is renewed in the background while requests go on with it.
        expires_at: From here on it is worth nothing.
        not_before: The server's ``not_before``; ``None`` when it did not say.
        ext_expires_in: The server's unused field, as it came.
        resource: The server's field without meaning for merchants, as it came.
        clock_skew: How far the server's clock is ahead of this machine's; negative when behind.
        monotonic_deadline: When it expires by this machine's monotonic clock, in seconds; infinite when not known.
    """

    access_token: Secret
    issued_at: datetime
    expires_at: datetime
    token_type: str = "Bearer"  # noqa: S105 - the kind of token, not a token
    not_before: datetime | None = None
    ext_expires_in: str = ""
    resource: str = ""
    clock_skew: timedelta = timedelta(0)
    monotonic_deadline: float = field(default=math.inf, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "access_token", Secret(self.access_token))

    @classmethod
    def from_json(
        cls,
        answer: Mapping[str, Any],
        *,
        asked_wall: float,
        asked_monotonic: float,
        server_date: datetime | None = None,
    ) -> AccessToken:
        """Read the server's answer; every number may come as a number or as a string.

        Args:
            answer: The parsed body; needs a non-empty ``access_token``.
            asked_wall: This machine's wall clock when the request was sent, seconds since the epoch.
            asked_monotonic: The monotonic clock at the same moment.
            server_date: The answer's ``Date`` header.

        Raises:
            ValueError: There is no ``access_token`` in it.
        """
        token = answer.get("access_token")
        if not isinstance(token, str) or not token:
            raise ValueError("no access_token")
        asked = _moment(asked_wall) or datetime.now(UTC)
        expires_in, expires_on = _number(answer.get("expires_in")), _moment(answer.get("expires_on"))
        server_now = _server_time(asked, server_date, expires_in, expires_on)
        life = _life(server_now, expires_in, expires_on)
        return cls(
            access_token=Secret(token),
            token_type=str(answer.get("token_type") or "Bearer"),
            issued_at=server_now,
            expires_at=server_now + life,
            not_before=_moment(answer.get("not_before")),
            ext_expires_in=str(answer.get("ext_expires_in", "")),
            resource=str(answer.get("resource", "")),
            clock_skew=server_now - asked,
            monotonic_deadline=asked_monotonic + life.total_seconds(),
        )

    @cached_property
    def lifetime(self) -> timedelta:
        """From ``issued_at`` to ``expires_at``."""
        return self.expires_at - self.issued_at

    @cached_property
    def stale_at(self) -> datetime:
        """From here on the token is renewed in the background."""
        margin = min(max(self.lifetime * STALE_SHARE, STALE_AT_LEAST), STALE_AT_MOST, self.lifetime / 2)
        return self.expires_at - margin

    def remaining(self, clock: Clock | None = None) -> timedelta:
        """How long the token still lives; never negative.

        By whichever clock sees its end sooner.
        """
        return timedelta(seconds=max(0.0, self._left(clock or Clock())))

    def state(self, clock: Clock | None = None) -> TokenState:
        """FRESH, STALE or EXPIRED now.

        Two clocks are asked, and the more pessimistic one is believed: the wall clock (corrected by the
        server's) can be set back, the monotonic one stands still while a laptop sleeps.
        """
        left = self._left(clock or Clock())
        if left <= 0:
            return TokenState.EXPIRED
        return TokenState.STALE if left <= self._ends[1] else TokenState.FRESH

    def _left(self, clock: Clock) -> float:
        """The seconds that it still lives, negative when it is over."""
        return min(self._ends[0] - clock.wall(), self.monotonic_deadline - clock.monotonic())

    @cached_property
    def _ends(self) -> tuple[float, float]:
        """When it expires by this machine's wall clock, and for how long it is stale.

        Put together once, for it is asked for at each call.
        """
        margin = (self.expires_at - self.stale_at).total_seconds()
        return self.expires_at.timestamp() - self.clock_skew.total_seconds(), margin

    def reveal(self) -> str:
        """The token itself, on purpose.

        Never as a cell's last line: the notebook file would keep it.
        """
        return self.access_token.reveal()

    def _repr_html_(self) -> str:
        return str(hooks.token_card(self).html)

    def __repr__(self) -> str:
        try:
            until = self.expires_at.astimezone(zone(still=True))
        except ConfigurationError:  # whoever debugs just that needs a repr that works
            until = self.expires_at
        return f"<AccessToken {self.token_type}, valid until {until:%Y-%m-%d %H:%M:%S %Z}>"


@leaves_no_locals
def fetch_access_token(
    credentials: Credentials,
    environment: Environment,
    *,
    headers: Mapping[str, str] | None = None,
    timeout: tuple[float, float] = CONNECT_AND_READ_TIMEOUT,
    clock: Clock | None = None,
) -> AccessToken:
    """Trade keys for an access token.

    Access Token API, ``POST /accesstoken/get``; for the specialized key types ``POST /miami/v1/token``.

    Args:
        credentials: They travel as headers and the body is empty; the specialized key types travel as
            HTTP Basic with a form, and without subscription key.
        environment: Where to ask. A test token is worth nothing in production.
        headers: More headers, such as ``Vipps-System-Name``.
        timeout: Seconds to connect, seconds to wait for an answer.
        clock: This machine's clocks; given only by tests.

    Raises:
        TokenRefusedError: The keys were rejected; ``.problem`` has the server's own words.
        UnreachableError: No usable answer came; nothing is known about the keys.
    """
    clock = clock or Clock()
    asked_wall, asked_monotonic = clock.wall(), clock.monotonic()
    url = environment.base_url + ("/miami/v1/token" if credentials.specialized else "/accesstoken/get")
    response, failure = _ask(url, credentials, environment, dict(headers or {}), timeout)
    # Raised out here, where the exception of requests (which holds the keys) is no longer its context.
    if failure is not None:
        raise failure
    assert response is not None  # noqa: S101 - narrows the type: there is always one of the two
    _refuse_unless_ok(response, credentials, environment)
    try:
        return AccessToken.from_json(
            response.json(),
            asked_wall=asked_wall,
            asked_monotonic=asked_monotonic,
            server_date=_parse_date(response.headers.get("Date")),
        )
    except (ValueError, RecursionError, AttributeError):
        pass
    raise UnreachableError(
        f"{environment.host} answered 200 but not with a token: {_what_came(response)}. Expected JSON with an "
        "access_token. Something in between (a sign-in page of the network, a proxy) has probably answered "
        "instead; check the connection and run the cell again. The keys were not judged.",
        url,
    )


def _ask(
    url: str,
    credentials: Credentials,
    environment: Environment,
    headers: dict[str, str],
    timeout: tuple[float, float],
) -> tuple[requests.Response | None, UnreachableError | None]:
    body: dict[str, str] | bytes = {"grant_type": "client_credentials"} if credentials.specialized else b""
    kind = AuthScheme.BASIC if credentials.specialized else AuthScheme.KEYS
    headers |= secret_headers(kind, credentials, None)
    if credentials.merchant_serial_number and not credentials.specialized:
        headers["Merchant-Serial-Number"] = credentials.merchant_serial_number
    # A session of its own: the caller's would ask for a token before asking for a token.
    with requests.Session() as bare:
        bare.auth = _leave_alone  # anything set here keeps a ~/.netrc entry from replacing the keys
        bare.mount(f"{urlsplit(url).scheme}://", environment.adapter or Transport(connections=1))
        try:
            # Redirects are not followed: keys go to the host they belong to, or nowhere.
            return (
                bare.post(
                    url,
                    data=body,
                    headers=headers,
                    timeout=timeout,
                    allow_redirects=False,
                    proxies=past_proxies(url),
                ),
                None,
            )
        except requests.RequestException as error:
            passing = not isinstance(error, requests.exceptions.SSLError)
            return None, UnreachableError(no_answer_sentence(error, environment.host, timeout), url, passing=passing)


def _leave_alone(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def no_answer_sentence(error: requests.RequestException, host: str, timeout: object) -> str:
    """Say in words why no answer came.

    Without the exception's text, which may quote the request.
    """
    if isinstance(error, requests.exceptions.ProxyError):
        return (
            f"The proxy on the way to {host} could not be used. Expected an answer from {host}; check "
            "HTTPS_PROXY and NO_PROXY, then run the cell again. The keys were not judged."
        )
    if isinstance(error, requests.exceptions.SSLError):
        return (
            f"No trusted connection to {host}: its certificate was not accepted. A proxy that opens TLS is the "
            "usual reason; point REQUESTS_CA_BUNDLE to your organisation's certificate. Nothing was sent."
        )
    if isinstance(error, requests.Timeout):
        longest = max(timeout) if isinstance(timeout, tuple) else timeout
        return (
            f"{host} did not answer in time (waited up to {longest:g} s). Expected an answer within a second or "
            f"two; try again, and if it stays so look at {_STATUS_PAGE}. The keys were not judged."
        )
    return (
        f"No connection to {host}. Expected an answer from it; check the network (VPN, firewall, host name), "
        "then run the cell again. Without any network, %vipps_login --env sandbox works. The keys were not judged."
    )


def _refuse_unless_ok(response: requests.Response, credentials: Credentials, environment: Environment) -> None:
    if response.status_code == _HTTP_OK:
        return
    problem = Problem.from_response(response)
    # Too many requests are no judgement of the keys either.
    passing = response.status_code >= _SERVER_ERROR or response.status_code == _TOO_MANY
    if passing or not isinstance(problem.original, dict | list):
        raise UnreachableError(
            f"{environment.host} answered {problem.status} {problem.title} with {_what_came(response)}. Expected "
            "a token or a refusal. That is a proxy, a gateway or an outage, and says nothing about the keys; "
            f"wait a little and run the cell again ({_STATUS_PAGE} tells of outages).",
            response.url,
            passing=passing,
        )
    field, cause = _cause(problem, credentials, environment)
    raise TokenRefusedError(f"{cause}\nThe server said: {problem}", problem, field)


def _cause(problem: Problem, credentials: Credentials, environment: Environment) -> tuple[str, str]:
    """Tell the usual refusals apart: whose fault it is, and what to do.

    They are the common errors of the API's fact sheet.
    """
    words = f"{problem.title} {problem.code} {problem.detail}".lower()
    place = f"the {environment.name} environment ({environment.host})"
    other = "production" if environment.name == "test" else "test"
    if "missing subscription key" in words:
        return (
            "subscription_key",
            f"{place} got no subscription key. Expected VIPPS_SUBSCRIPTION_KEY; add it to {credentials.source}.",
        )
    if "subscription" in words:
        return (
            "subscription_key",
            f"The subscription key from {credentials.source} is not known in {place}. It is of another sales unit, "
            f"was regenerated, or belongs to the {other} environment (then choose --env {other}). "
            "Copy VIPPS_SUBSCRIPTION_KEY again from the portal.",
        )
    if "unauthorized_client" in words or "aadsts700016" in words or "aadsts70001" in words:
        return (
            "client_id",
            f"The client ID from {credentials.source} is not known in {place}. Test keys work only in test and "
            f"production keys only in production: if these are {other} keys, choose --env {other}; otherwise "
            "copy VIPPS_CLIENT_ID again from the portal.",
        )
    if "invalid_client" in words and credentials.specialized:
        return (
            "",
            f"{place} does not accept these as {credentials.key_type} keys. Expected a client ID and secret of that "
            f"type; check VIPPS_{credentials.key_type.upper()}_CLIENT_ID and _CLIENT_SECRET, or --key-type.",
        )
    if "invalid_client" in words or "aadsts7000215" in words:
        return (
            "client_secret",
            f"The client secret from {credentials.source} does not fit its client ID in {place}. It was regenerated "
            "or copied incompletely: copy VIPPS_CLIENT_SECRET again from the portal.",
        )
    return "", f"The keys from {credentials.source} were refused by {place}. Compare all four with the portal."


def _what_came(response: requests.Response) -> str:
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if "html" in kind or response.text.lstrip()[:1] == "<":
        return "an HTML page"
    return f"something of type {kind}" if kind else "something without a type"


def _server_time(
    asked: datetime, date: datetime | None, expires_in: float | None, expires_on: datetime | None
) -> datetime:
    """When the server thinks it is.

    Its `Date` header says so, unless the token's own fields contradict it.
    """
    implied = None
    if expires_in is not None and expires_on is not None:
        implied = expires_on - _bounded(expires_in)
    if date is not None and (implied is None or abs(date - implied) <= DATE_TRUSTED_WITHIN):
        # `Date` has whole seconds; a clock that agrees to within one is right, so no skew is invented.
        return asked if abs(date - asked) <= timedelta(seconds=1) else date
    if implied is not None and abs(implied - asked) > timedelta(seconds=1):
        return implied
    return asked


def _life(server_now: datetime, expires_in: float | None, expires_on: datetime | None) -> timedelta:
    promises = []
    if expires_in is not None:
        promises.append(_bounded(expires_in))
    if expires_on is not None:
        promises.append(expires_on - server_now)
    life = min(promises, default=UNKNOWN_LIFE)
    return max(timedelta(0), min(life, LONGEST_LIFE))


def _bounded(seconds: float) -> timedelta:
    return timedelta(seconds=min(max(seconds, 0.0), LONGEST_LIFE.total_seconds()))


def _number(value: object) -> float | None:
    """A number that came as a number or as text.

    ``None`` for anything else, NaN and infinity included.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _moment(value: object) -> datetime | None:
    number = _number(value)
    if number is None:
        return None
    try:
        return datetime.fromtimestamp(number, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _parse_date(header: str | None) -> datetime | None:
    if not header:
        return None
    try:
        date = parsedate_to_datetime(header)
    except ValueError:
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
