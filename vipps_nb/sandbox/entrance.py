"""Who may come in: subscription key, bearer token and MSN, checked in the order the gateway does."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from vipps_nb.sandbox.refusals import (
    InvalidRequest,
    InvalidSubscriptionKey,
    MissingSubscriptionKey,
    NotForThisSalesUnit,
    Refusal,
    TokenRefused,
)
from vipps_nb.sandbox.sales_unit import STANDARD, KeyRing, KeySet, KeyType, SalesUnit
from vipps_nb.sandbox.world import Premises

SUBSCRIPTION_KEY = "Ocp-Apim-Subscription-Key"
MSN = "Merchant-Serial-Number"
MSN_PATTERN = "^[0-9]{4,10}$"


@dataclass(frozen=True, kw_only=True)
class Entrance:
    """What one API wants to see before it listens.

    Attributes:
        tokens: The key types whose tokens open it; empty means nothing is checked here.
        subscription_key: Whether the header is needed.
        msn: Whether the header is needed. Partner keys always need it.
        missing_header: How this API refuses a request without a header it needs.
    """

    tokens: frozenset[KeyType] = STANDARD
    subscription_key: bool = True
    msn: Literal["required", "optional", "ignored"] = "required"
    missing_header: type[Refusal] = InvalidRequest


OPEN = Entrance(tokens=frozenset(), subscription_key=False, msn="ignored")


@dataclass(frozen=True)
class Caller:
    """Who is asking: the owner of the token, and the sales unit it acts for."""

    keys: KeySet | None = None
    unit: SalesUnit | None = None
    subscription_key: str = ""

    @property
    def merchant(self) -> SalesUnit:
        """The sales unit; only for pages whose entrance requires an MSN."""
        assert self.unit is not None  # noqa: S101 - the entrance has seen to it
        return self.unit


def admit(entrance: Entrance, headers: Mapping[str, str], premises: Premises) -> Caller:
    """Let a request in.

    Raises:
        Refusal: One of the gateway's, or the API's own for a missing header.
    """
    subscription = subscription_owner(headers, premises.keys) if entrance.subscription_key else None
    if not entrance.tokens:
        return Caller()
    keys = _token_owner(headers, premises)
    if keys.key_type not in entrance.tokens:
        raise TokenRefused(f"This API cannot be used with {keys.key_type} keys.")
    if subscription is not None and subscription is not keys:
        raise InvalidSubscriptionKey
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


def _token_owner(headers: Mapping[str, str], premises: Premises) -> KeySet:
    authorization = headers.get("Authorization")
    if authorization is None:
        raise TokenRefused("The Authorization header is missing.")
    scheme, _, token = authorization.partition(" ")
    if scheme != "Bearer" or not token:
        # Lower case "can fail" with the real thing, so here it does (Access Token API guide).
        raise TokenRefused("The Authorization header must be the word Bearer, a space and the access token.")
    claims = premises.mint.read(token)
    if claims is None:
        raise TokenRefused("The access token was not issued here, or it is damaged.")
    if claims.expires <= premises.world.clock.now():
        raise TokenRefused("The access token has expired.")
    return premises.keys.by_client_id[claims.client_id]


def _unit(entrance: Entrance, keys: KeySet, headers: Mapping[str, str], ring: KeyRing) -> SalesUnit | None:
    msn = headers.get(MSN)
    partner = keys.key_type is KeyType.PARTNER
    if msn is None:
        if partner:
            raise NotForThisSalesUnit(f"Partner keys need the {MSN} header.")
        if entrance.msn == "required":
            raise entrance.missing_header(f"The {MSN} header is required.", fields=[(MSN, "The header is required.")])
        return ring.units[keys.merchant_serial_number or ""]
    if not re.fullmatch(MSN_PATTERN, msn, re.ASCII):
        raise InvalidRequest(f"The {MSN} header is invalid.", fields=[(MSN, "Must be 4 to 10 digits.")])
    if partner:
        if msn not in ring.units:
            raise NotForThisSalesUnit(f"The sales unit {msn} is not connected to these partner keys.")
    elif msn != keys.merchant_serial_number:
        raise TokenRefused(f"The access token does not belong to the sales unit {msn}.")
    return ring.units[msn]
