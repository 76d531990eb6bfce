"""What the client asks the table of facts about one request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vipps_nb.apis.facts import IDEMPOTENCY_KEY, WRITES, Limit, Poll, facts_of, matches, row_of
from vipps_nb.auth.auth_scheme import AuthScheme
from vipps_nb.auth.credentials import Credentials
from vipps_nb.core.paths import path_of


def scheme_for(url: str, credentials: Credentials) -> AuthScheme:
    """Which proof the API behind a URL wants from these credentials."""
    path = path_of(url)
    row = row_of(path)
    scheme = row.auth
    if row.auth_of:
        scheme = next((other for template, other in row.auth_of if matches(template, path)), scheme)
    if scheme is AuthScheme.BEARER and credentials.specialized:
        return AuthScheme.BEARER_ONLY
    if scheme is AuthScheme.BASIC and row.partners_by_token and credentials.key_type == "partner":
        return AuthScheme.BEARER_ONLY
    return scheme


def is_told_the_sales_unit(url: str) -> bool:
    """Whether a request names the sales unit in a header."""
    path = path_of(url)
    row = row_of(path)
    return row.msn and not (row.without_msn and any(matches(template, path) for template in row.without_msn))


def is_only_in_test(method: str, url: str) -> bool:
    """Whether a request decides in a customer's place.

    Force approve and force accept do; production does not have them.
    """
    path = path_of(url)
    return method.upper() != "GET" and any(matches(template, path) for template in facts_of(url).only_in_test)


def changes_something(method: str, url: str) -> bool:
    """Whether a request is a write, for the guard of production.

    A login that rings a phone is one.
    """
    path = path_of(url)
    rings = method.upper() == "POST" and any(matches(template, path) for template in facts_of(url).rings)
    return rings or takes_idempotency_key(method, url)


def takes_idempotency_key(method: str, url: str) -> bool:
    """Whether a request is a write that could be done twice by accident."""
    return method.upper() in WRITES and facts_of(url).idempotency is not None


def idempotency_header(url: str) -> str:
    """What an API calls the key that makes a write act once."""
    idempotency = facts_of(url).idempotency
    return idempotency.header if idempotency else IDEMPOTENCY_KEY


def idempotency_key(url: str, headers: Mapping[str, Any]) -> str:
    """The key that a request carries; empty for none.

    A key under the usual name is meant as one on every API. eCom's name is elsewhere only some id of the request.

    Args:
        url: Where the request goes.
        headers: Its own; names in any case.
    """
    by_name = {name.lower(): value for name, value in headers.items()}
    found = by_name.get(idempotency_header(url).lower()) or by_name.get(IDEMPOTENCY_KEY.lower()) or ""
    return found.decode("latin-1") if isinstance(found, bytes) else str(found)


def remembers_idempotency_keys(method: str, url: str) -> bool:
    """Whether the API behind a URL is known to act once for one key.

    However often it sees the same idempotency key.
    """
    idempotency, path = facts_of(url).idempotency, path_of(url)
    return idempotency is not None and any(route.matches(method, path) for route in idempotency.remembered)


def limit_of(method: str, url: str) -> Limit | None:
    """The documented limit for a call, if there is one."""
    path = path_of(url)
    return next((limit for limit in facts_of(url).limits if limit.route.matches(method, path)), None)


def poll_of(url: str) -> Poll | None:
    """What is known about waiting for the state of what a URL names, if anything is."""
    path = path_of(url)
    return next((poll for poll in facts_of(url).poll if matches(poll.path, path)), None)
