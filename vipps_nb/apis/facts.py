"""How a request introduces itself: which secret headers each API wants, and no others.

Most APIs want bearer and subscription key. The exceptions stand in one table below, each with its source.
"""

from __future__ import annotations

import base64
import enum
import re
from collections.abc import Mapping
from typing import Any

from vipps_nb.auth.credentials import Credentials
from vipps_nb.core.paths import path_of
from vipps_nb.errors import CredentialsError

SECRET_HEADERS = ("Authorization", "client_id", "client_secret", "Ocp-Apim-Subscription-Key")
IDEMPOTENCY_KEY = "Idempotency-Key"  # the usual name; see idempotency_header
SYSTEM_HEADER_LIMIT = 30  # characters, on most APIs ("HTTP headers" page)


class Introduction(enum.Enum):
    """The kinds of introduction."""

    BEARER = "access token and subscription key"
    BEARER_ONLY = "access token, no subscription key"
    KEYS = "the keys themselves, no access token"
    BASIC = "client ID and secret as HTTP Basic"
    NOTHING = "nothing secret"


_BY_PATH: tuple[tuple[re.Pattern[str], Introduction], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), kind)
    for pattern, kind in (
        # Access Token API: the keys buy the token. Official pages spell the path in two ways.
        (r"/accesstoken/", Introduction.KEYS),
        (r"/miami/", Introduction.BASIC),
        # Checkout API: the keys go on every call, there is no token.
        (r"/checkout/", Introduction.KEYS),
        # Login API: discovery, keys and the browser's redirect are public; token and CIBA know the client.
        (r"/access-management-1\.0/access/(\.well-known/|oauth2/auth$)", Introduction.NOTHING),
        (r"/access-management-1\.0/", Introduction.BASIC),
        (r"/vipps-login-ciba/", Introduction.BASIC),
        # Userinfo of a Login: the person's own token, and a subscription key gives 401.
        (r"/vipps-userinfo-api/userinfo/?$", Introduction.BEARER_ONLY),
        # The desk of our own sandbox and the phone of its customer need no key.
        (r"/(sandbox|landing)(/|$)", Introduction.NOTHING),
    )
)
# Management, Report and Donations find out by themselves which sales units a token may see; public pages do not care.
_WITHOUT_MSN = re.compile(
    r"/((management|report|settlement|donations|sandbox|landing)(/|$)"
    r"|access-management-1\.0/access/(\.well-known/|oauth2/auth$))",
    re.IGNORECASE,
)
# A partner shows Login its access token instead of its keys (Login API guide, "Partner keys").
_KNOWS_PARTNERS = re.compile(r"/(access-management-1\.0|vipps-login-ciba)/", re.IGNORECASE)
# The token calls and Login's forms change nothing that could be done twice.
_NOT_A_WRITE = re.compile(r"/(accesstoken|miami|access-management-1\.0|vipps-login-ciba|sandbox)(/|$)", re.IGNORECASE)

_ECOM = re.compile(r"/ecomm/", re.IGNORECASE)


def introduction_for(url: str, credentials: Credentials) -> Introduction:
    """Which introduction the API behind a URL wants from these credentials."""
    path = path_of(url)
    kind = next((kind for pattern, kind in _BY_PATH if pattern.match(path)), Introduction.BEARER)
    if kind is Introduction.BEARER and credentials.specialized:
        return Introduction.BEARER_ONLY
    if kind is Introduction.BASIC and credentials.key_type == "partner" and _KNOWS_PARTNERS.match(path):
        return Introduction.BEARER_ONLY
    return kind


# Documented for the test environment alone: in production a person approves, and nobody in their place.
_ONLY_IN_TEST = re.compile(
    r"/(epayment/v1/test|(ecomm/v2|psp/v3)/integration-test)/|/recurring/v\d+/agreements/[^/]+/accept/?$", re.IGNORECASE
)
# Takes no idempotency key, and rings a real person's phone.
_RINGS = re.compile(r"/vipps-login-ciba/api/backchannel/authentication/?$", re.IGNORECASE)


def is_only_in_test(method: str, url: str) -> bool:
    """Whether a request decides in a customer's place (force approve, force accept), which production does not do."""
    return method.upper() != "GET" and _ONLY_IN_TEST.match(path_of(url)) is not None


def changes_something(method: str, url: str) -> bool:
    """Whether a request is a write, for the guard of production; a login that rings a phone is one."""
    return takes_idempotency_key(method, url) or (method.upper() == "POST" and _is_ring(url))


def _is_ring(url: str) -> bool:
    return _RINGS.match(path_of(url)) is not None


def takes_idempotency_key(method: str, url: str) -> bool:
    """Whether a request is a write that could be done twice by accident."""
    return method.upper() in ("POST", "PUT", "PATCH", "DELETE") and not _NOT_A_WRITE.match(path_of(url))


def idempotency_header(url: str) -> str:
    """What an API calls the key that makes a write act once. eCom had a name of its own (eCom API guide)."""
    return "X-Request-Id" if _ECOM.match(path_of(url)) else IDEMPOTENCY_KEY


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


def open_headers(
    url: str, credentials: Credentials, merchant_serial_number: str | None, system: Mapping[str, str]
) -> dict[str, str]:
    """The headers that may be seen: ``Merchant-Serial-Number`` and ``Vipps-System-*``."""
    headers = {name: value[:SYSTEM_HEADER_LIMIT] for name, value in system.items()}
    if merchant_serial_number and not _WITHOUT_MSN.match(path_of(url)):
        headers["Merchant-Serial-Number"] = merchant_serial_number
    return headers


def secret_headers(kind: Introduction, credentials: Credentials, access_token: str | None) -> dict[str, str]:
    """The headers that must not be seen, for one request to the keys' own host.

    Raises:
        CredentialsError: One cannot travel in a header. Found here, because whoever finds it later quotes it.
    """
    headers: dict[str, str] = {}
    if kind in (Introduction.BEARER, Introduction.BEARER_ONLY) and access_token:
        # The word and its capital B matter ("HTTP headers" page).
        headers["Authorization"] = f"Bearer {access_token}"
    if kind is Introduction.BASIC:
        pair = f"{credentials.client_id}:{credentials.client_secret.reveal()}".encode()
        headers["Authorization"] = "Basic " + base64.b64encode(pair).decode()
    if kind is Introduction.KEYS:
        headers["client_id"] = credentials.client_id
        headers["client_secret"] = credentials.client_secret.reveal()
    if kind in (Introduction.BEARER, Introduction.KEYS) and credentials.subscription_key:
        headers["Ocp-Apim-Subscription-Key"] = credentials.subscription_key.reveal()
    unfit = [name for name, value in headers.items() if not (value.isascii() and value.isprintable())]
    if unfit:
        raise CredentialsError(
            f"What belongs into the header {unfit[0]} has a character in it that no header can carry, such as a line "
            "break or a typographic dash, so nothing was sent. Copy the keys again from the portal."
        )
    return headers


# The APIs whose documents promise that a key acts once ("HTTP headers" page). Elsewhere the header is sent as well,
# and ignored: a webhook registered twice is registered twice.
_REMEMBERS_KEYS: tuple[tuple[frozenset[str], re.Pattern[str]], ...] = tuple(
    (frozenset(methods.split()), re.compile(pattern, re.IGNORECASE))
    for methods, pattern in (
        ("POST", r"/epayment/v1/payments(/[^/]+/(capture|refund|cancel))?$"),
        ("POST PATCH PUT DELETE", r"/recurring/v3/agreements(/|$)"),
        ("POST", r"/(management/v\d+/product-orders|partner-api/v1/products/orders)$"),
        ("POST", r"/checkout/v3/session$"),
        ("POST PUT", r"/ecomm/v2/payments/[^/]+/(capture|refund|cancel)$"),
    )
)


def remembers_idempotency_keys(method: str, url: str) -> bool:
    """Whether the API behind a URL is known to act once, however often it sees the same key."""
    path = path_of(url)
    return any(method.upper() in methods and pattern.match(path) for methods, pattern in _REMEMBERS_KEYS)
