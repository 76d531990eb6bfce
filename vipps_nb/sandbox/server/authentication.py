"""Who may come in: subscription key, bearer token and MSN, checked in the order the gateway does."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from vipps_nb.sandbox.server.leniency import says_scheme
from vipps_nb.sandbox.server.problems import (
    InvalidRequest,
    InvalidSubscriptionKey,
    MissingSubscriptionKey,
    NotForThisSalesUnit,
    Refusal,
    TokenRefused,
)
from vipps_nb.sandbox.world.sales_unit import STANDARD, KeyRing, KeySet, KeyType, SalesUnit
from vipps_nb.sandbox.world.world import Premises

SUBSCRIPTION_KEY = "Ocp-Apim-Subscription-Key"
MSN = "Merchant-Serial-Number"
MSN_PATTERN = "^[0-9]{4,10}$"
SYSTEM_HEADERS = tuple(f"Vipps-System-{name}" for name in ("Name", "Version", "Plugin-Name", "Plugin-Version"))
LONGEST_SYSTEM_HEADER = 30  # characters


@dataclass(frozen=True, kw_only=True)
class Entrance:
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


OPEN = Entrance(keys=frozenset(), subscription_key="optional", msn="ignored")


@dataclass(frozen=True)
class Caller:
    """Who is asking: the owner of the token or keys, and the sales unit it acts for, if one is known."""

    keys: KeySet | None = None
    unit: SalesUnit | None = None
    subscription_key: str = ""

    @property
    def merchant(self) -> SalesUnit:
        """The sales unit; only for pages whose entrance requires an MSN."""
        assert self.unit is not None  # noqa: S101 - the entrance has seen to it
        return self.unit

    @property
    def name(self) -> str:
        """What the caller's idempotency keys and rates are counted under."""
        if self.unit is not None:
            return self.unit.merchant_serial_number
        return self.keys.client_id if self.keys is not None else ""


def admit(entrance: Entrance, headers: Mapping[str, str], premises: Premises) -> Caller:
    """Let a request in.

    Raises:
        Refusal: One of the gateway's, or the API's own for a missing header.
    """
    if not entrance.keys:
        return Caller()
    # The gateway asks for the subscription key first; only where some keys have none does the token come first.
    subscription: KeySet | None = None
    if entrance.subscription_key == "required" and entrance.keys <= STANDARD:
        subscription = subscription_owner(headers, premises.keys)
    keys = (
        client(headers, premises.keys, entrance) if entrance.by == "keys" else token_owner(headers, premises, entrance)
    )
    if keys.key_type not in entrance.keys:
        raise entrance.token_refused(f"This API cannot be used with {keys.key_type} keys.")
    if keys.key_type not in STANDARD:
        if SUBSCRIPTION_KEY in headers:
            raise entrance.token_refused(f"{SUBSCRIPTION_KEY} must not be sent with {keys.key_type} keys.")
    elif entrance.subscription_key == "required" or SUBSCRIPTION_KEY in headers:
        subscription = subscription or subscription_owner(headers, premises.keys)
        if subscription is not keys:
            raise InvalidSubscriptionKey
    if entrance.system_headers == "required":
        _check_system_headers(entrance, headers)
    unit = None if entrance.msn == "ignored" else _unit(entrance, keys, headers, premises.keys)
    return Caller(keys, unit, headers.get(SUBSCRIPTION_KEY, ""))


def subscription_owner(headers: Mapping[str, str], ring: KeyRing) -> KeySet:
    """Whose subscription key came with the request.

    Raises:
        MissingSubscriptionKey: There is none.
        InvalidSubscriptionKey: It is nobody's.
    """
    key = headers.get(SUBSCRIPTION_KEY)
    if not key:
        raise MissingSubscriptionKey
    if key not in ring.by_subscription_key:
        raise InvalidSubscriptionKey
    return ring.by_subscription_key[key]


def client(headers: Mapping[str, str], ring: KeyRing, entrance: Entrance) -> KeySet:
    """Whose ``client_id`` and ``client_secret`` came as headers, for APIs that want them on every call.

    Raises:
        Refusal: As the entrance refuses a token: they are missing, or do not fit.
    """
    keys = ring.by_client_id.get(headers.get("client_id", ""))
    secret = headers.get("client_secret", "").encode("latin-1", "replace")
    if keys is None or not hmac.compare_digest(secret, keys.client_secret.encode()):
        raise entrance.token_refused("The headers client_id and client_secret are missing, or do not fit.")
    return keys


def token_owner(headers: Mapping[str, str], premises: Premises, entrance: Entrance) -> KeySet:
    """Whose access token came with the request.

    Raises:
        Refusal: As the entrance refuses a token: there is none, or it is malformed, foreign or expired.
    """
    authorization = headers.get("Authorization")
    if authorization is None:
        raise entrance.token_refused("The Authorization header is missing.")
    scheme, _, token = authorization.partition(" ")
    # Lower case "can fail" with the real thing (Access Token API guide); official collections send it all the same.
    if not token or not says_scheme("Bearer", scheme):
        raise entrance.token_refused("The Authorization header must be the word Bearer, a space and the access token.")
    claims = premises.mint.read(token)
    if claims is None:
        raise entrance.token_refused("The access token was not issued here, or it is damaged.")
    if claims.expires <= premises.world.clock.now():
        raise entrance.token_refused("The access token has expired.")
    return premises.keys.by_client_id[claims.client_id]


def _check_system_headers(entrance: Entrance, headers: Mapping[str, str]) -> None:
    missing = [(name, "The header is required.") for name in SYSTEM_HEADERS if name not in headers]
    if missing:
        raise entrance.missing_header("Headers that say which system is asking are missing.", fields=missing)
    long = [name for name in SYSTEM_HEADERS if len(headers[name]) > LONGEST_SYSTEM_HEADER]
    if long:
        raise InvalidRequest(fields=[(name, f"At most {LONGEST_SYSTEM_HEADER} characters.") for name in long])


def _unit(entrance: Entrance, keys: KeySet, headers: Mapping[str, str], ring: KeyRing) -> SalesUnit | None:
    msn = headers.get(MSN)
    partner = keys.key_type is KeyType.PARTNER
    if msn is None:
        if partner and entrance.msn == "required":
            raise NotForThisSalesUnit(f"Partner keys need the {MSN} header.")
        if entrance.msn == "required":
            raise entrance.missing_header(f"The {MSN} header is required.", fields=[(MSN, "The header is required.")])
        # Partner keys act for many, and specialized ones for none in particular.
        return None if keys.key_type is not KeyType.MERCHANT else ring.units[keys.merchant_serial_number or ""]
    if not re.fullmatch(MSN_PATTERN, msn, re.ASCII):
        raise InvalidRequest(f"The {MSN} header is invalid.", fields=[(MSN, "Must be 4 to 10 digits.")])
    if keys.key_type is not KeyType.MERCHANT:
        if msn not in ring.units:
            raise NotForThisSalesUnit(f"The sales unit {msn} is not connected to these keys.")
    elif msn != keys.merchant_serial_number:
        shown = "access token does" if entrance.by == "token" else "keys do"
        raise entrance.token_refused(f"The {shown} not belong to the sales unit {msn}.")
    return ring.units[msn]
