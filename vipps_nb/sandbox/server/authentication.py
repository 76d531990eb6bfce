"""Who may come in.

Subscription key, bearer token and MSN, checked in the order the gateway does.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote_plus

from vipps_nb.sandbox.server.leniency import says_scheme, scheme_and_rest
from vipps_nb.sandbox.server.problems import (
    InvalidRequest,
    InvalidSubscriptionKey,
    MissingSubscriptionKey,
    NotForThisSalesUnit,
    Refusal,
    TokenRefused,
)
from vipps_nb.sandbox.world.sales_unit import STANDARD, KeySet, KeyStore, KeyType, SalesUnit
from vipps_nb.sandbox.world.world import Backend

SUBSCRIPTION_KEY = "Ocp-Apim-Subscription-Key"
MSN = "Merchant-Serial-Number"
MSN_PATTERN = "^[0-9]{4,10}$"
SYSTEM_HEADERS = tuple(f"Vipps-System-{name}" for name in ("Name", "Version", "Plugin-Name", "Plugin-Version"))
LONGEST_SYSTEM_HEADER = 30  # characters


@dataclass(frozen=True, kw_only=True)
class AuthPolicy:
    """What one API wants to see before it listens.

    Attributes:
        keys: The key types that open it; empty means nothing is checked here.
        by: Whether the keys are shown by the token they bought, or travel themselves on every call (Checkout).
        subscription_key: Whether standard keys need the header beside their token; with any other keys it must be
            absent (Access Token API guide, specialized authentication).
        msn: Whether the header is needed.
        system_headers: Whether the four ``Vipps-System-*`` headers are needed.
        missing_header: How this API refuses a request without a header it needs.
        token_refused: How this API refuses a token, or the keys themselves.
    """

    keys: frozenset[KeyType] = STANDARD
    by: Literal["token", "keys"] = "token"
    subscription_key: Literal["required", "optional"] = "required"
    msn: Literal["required", "optional", "ignored"] = "required"
    system_headers: Literal["required", "optional"] = "optional"
    missing_header: type[Refusal] = InvalidRequest
    token_refused: type[Refusal] = TokenRefused


NO_AUTH = AuthPolicy(keys=frozenset(), subscription_key="optional", msn="ignored")


@dataclass(frozen=True)
class Caller:
    """Who is asking.

    The owner of the token or keys, and the sales unit it acts for, if one is known.
    """

    keys: KeySet | None = None
    unit: SalesUnit | None = None
    subscription_key: str = ""

    @property
    def merchant(self) -> SalesUnit:
        """The sales unit; only for pages whose ``auth`` requires an MSN."""
        assert self.unit is not None  # noqa: S101 - the AuthPolicy has seen to it
        return self.unit

    @property
    def name(self) -> str:
        """What the caller's idempotency keys and rates are counted under."""
        if self.unit is not None:
            return self.unit.merchant_serial_number
        return self.keys.client_id if self.keys is not None else ""


def authenticate_request(auth: AuthPolicy, headers: Mapping[str, str], backend: Backend) -> Caller:
    """Let a request in.

    Raises:
        Refusal: One of the gateway's, or the API's own for a missing header.
    """
    if not auth.keys:
        return Caller()
    # The gateway asks for the subscription key first; only where some keys have none does the token come first.
    subscription: KeySet | None = None
    if auth.subscription_key == "required" and auth.keys <= STANDARD:
        subscription = subscription_owner(headers, backend.keys)
    keys = client(headers, backend.keys, auth) if auth.by == "keys" else token_owner(headers, backend, auth)
    if keys.key_type not in auth.keys:
        raise auth.token_refused(f"This API cannot be used with {keys.key_type} keys.")
    if keys.key_type not in STANDARD:
        if SUBSCRIPTION_KEY in headers:
            raise auth.token_refused(f"{SUBSCRIPTION_KEY} must not be sent with {keys.key_type} keys.")
    elif auth.subscription_key == "required" or SUBSCRIPTION_KEY in headers:
        subscription = subscription or subscription_owner(headers, backend.keys)
        if subscription is not keys:
            raise InvalidSubscriptionKey
    if auth.system_headers == "required":
        _check_system_headers(auth, headers)
    unit = None if auth.msn == "ignored" else _unit(auth, keys, headers, backend.keys)
    return Caller(keys, unit, headers.get(SUBSCRIPTION_KEY, ""))


def subscription_owner(headers: Mapping[str, str], key_store: KeyStore) -> KeySet:
    """Whose subscription key came with the request.

    Raises:
        MissingSubscriptionKey: There is none.
        InvalidSubscriptionKey: It is nobody's.
    """
    key = headers.get(SUBSCRIPTION_KEY)
    if not key:
        raise MissingSubscriptionKey
    if key not in key_store.by_subscription_key:
        raise InvalidSubscriptionKey
    return key_store.by_subscription_key[key]


def client(headers: Mapping[str, str], key_store: KeyStore, auth: AuthPolicy) -> KeySet:
    """Whose ``client_id`` and ``client_secret`` came as headers.

    For APIs that want them on every call.

    Raises:
        Refusal: As the policy refuses a token: they are missing, or do not fit.
    """
    keys = key_store.by_client_id.get(headers.get("client_id", ""))
    secret = headers.get("client_secret", "").encode("latin-1", "replace")
    if keys is None or not hmac.compare_digest(secret, keys.client_secret.encode()):
        raise auth.token_refused("The headers client_id and client_secret are missing, or do not fit.")
    return keys


def token_owner(headers: Mapping[str, str], backend: Backend, auth: AuthPolicy) -> KeySet:
    """Whose access token came with the request.

    Raises:
        Refusal: As the policy refuses a token: there is none, or it is malformed, foreign or expired.
    """
    authorization = headers.get("Authorization")
    if authorization is None:
        raise auth.token_refused("The Authorization header is missing.")
    scheme, token = scheme_and_rest(authorization)
    # Lower case "can fail" with the real thing (Access Token API guide); official collections send it all the same.
    if not token or not says_scheme("Bearer", scheme):
        raise auth.token_refused("The Authorization header must be the word Bearer, a space and the access token.")
    claims = backend.token_signer.read(token)
    if claims is None:
        raise auth.token_refused("The access token was not issued here, or it is damaged.")
    if claims.expires <= backend.world.clock.now():
        raise auth.token_refused("The access token has expired.")
    keys = backend.keys.by_client_id.get(claims.client_id)
    if keys is None:
        raise auth.token_refused("The access token was issued for keys that this sandbox does not have.")
    return keys


def basic_credentials(encoded: str) -> tuple[str, tuple[str, ...]]:
    """The client ID of HTTP Basic, and what its secret may be.

    Empty where it cannot be read.
    RFC 6749 has both percent-encoded before they are joined. Most clients do not bother; both ways are understood.
    """
    try:
        client_id, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return "", ()
    return unquote_plus(client_id), (secret, unquote_plus(secret))


def _check_system_headers(auth: AuthPolicy, headers: Mapping[str, str]) -> None:
    missing = [(name, "The header is required.") for name in SYSTEM_HEADERS if name not in headers]
    if missing:
        raise auth.missing_header("Headers that say which system is asking are missing.", fields=missing)
    long = [name for name in SYSTEM_HEADERS if len(headers[name]) > LONGEST_SYSTEM_HEADER]
    if long:
        raise InvalidRequest(fields=[(name, f"At most {LONGEST_SYSTEM_HEADER} characters.") for name in long])


def _unit(auth: AuthPolicy, keys: KeySet, headers: Mapping[str, str], key_store: KeyStore) -> SalesUnit | None:
    msn = headers.get(MSN)
    partner = keys.key_type is KeyType.PARTNER
    if msn is None:
        if partner and auth.msn == "required":
            raise NotForThisSalesUnit(f"Partner keys need the {MSN} header.")
        if auth.msn == "required":
            raise auth.missing_header(f"The {MSN} header is required.", fields=[(MSN, "The header is required.")])
        # Partner keys act for many, and specialized ones for none in particular.
        return None if keys.key_type is not KeyType.MERCHANT else key_store.units[keys.merchant_serial_number or ""]
    if not re.fullmatch(MSN_PATTERN, msn, re.ASCII):
        raise InvalidRequest(f"The {MSN} header is invalid.", fields=[(MSN, "Must be 4 to 10 digits.")])
    if keys.key_type is not KeyType.MERCHANT:
        if msn not in key_store.units:
            raise NotForThisSalesUnit(f"The sales unit {msn} is not connected to these keys.")
    elif msn != keys.merchant_serial_number:
        shown = "access token does" if auth.by == "token" else "keys do"
        raise auth.token_refused(f"The {shown} not belong to the sales unit {msn}.")
    return key_store.units[msn]
