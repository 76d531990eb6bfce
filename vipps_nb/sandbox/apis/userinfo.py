"""Userinfo API: what a customer agreed to share, by ``sub``; and who has logged in. ``/vipps-userinfo-api/userinfo``.

Source: Userinfo API guide, Login API guide (user info) and the official documents 2.0.3 and 1.1.0. Two doors under one
path. ``/{sub}`` is for payments and agreements: a merchant's or partner's bearer token. ``/`` is for logins: the
person's own access token, and no subscription key. Neither token opens the other door.

**Unlike the real thing**

- Official texts disagree about the subscription key on ``/{sub}``; the setting ``userinfoWithSubscriptionKey`` decides.
- The ``sub`` is there at once, not some milliseconds later.
- A scope that was shared with an earlier payment can be read for its own 168 hours. That it is so is unconfirmed, and
  so is what becomes of ``email_verified`` and ``phone_number_verified`` afterwards: here they are left out.
- A ``sub`` is found only after a payment or an agreement; one that was only seen in a login is unknown on ``/{sub}``.

**Not simulated**

- ``accounts``, which is deprecated, and ``other_addresses`` other than none.
"""

# ruff: noqa: D101 - a refusal's title says what it is

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Any
from uuid import NAMESPACE_URL, uuid5

from fastapi import Path, Request
from pydantic import BaseModel

from vipps_nb.sandbox.customer.customer import KARI
from vipps_nb.sandbox.server.authentication import OPEN, SUBSCRIPTION_KEY, Entrance
from vipps_nb.sandbox.server.leniency import says_scheme
from vipps_nb.sandbox.server.problems import Body, Dialect, NotForThisSalesUnit, Refusal
from vipps_nb.sandbox.server.routing import Page, TheCaller, TheWorld
from vipps_nb.sandbox.world.clock import timestamp
from vipps_nb.sandbox.world.consents import Consents
from vipps_nb.sandbox.world.person_tokens import PersonToken, PersonTokens
from vipps_nb.sandbox.world.world import World

ROOT = "/vipps-userinfo-api/userinfo"
READABLE_FOR = timedelta(hours=168)
EXPIRED = "[Expired]"
CHALLENGE = 'Bearer realm="Vipps Userinfo"'
ADDRESS_FIELDS = ("address_type", "country", "formatted", "postal_code", "region", "street_address")
Sub = Annotated[str, Path(description="From the payment or the agreement.")]
Claims = dict[str, Any]


class TokenRefused(Refusal):
    status = HTTPStatus.UNAUTHORIZED
    title = "Unauthorized"


class UnknownSub(Refusal):
    status = HTTPStatus.NOT_FOUND
    title = "Not Found"


class Address(BaseModel):
    """A postal address; all texts are empty when the customer has none."""

    address_type: str
    country: str
    formatted: str
    postal_code: str
    region: str
    street_address: str


class Userinfo(BaseModel):
    """What is shared, and nothing else."""

    sub: str
    sid: str
    name: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    birthdate: str | None = None
    gender: str | None = None
    email: str | None = None
    email_verified: bool | None = None
    phone_number: str | None = None
    phone_number_verified: bool | None = None
    nin: str | None = None
    address: Address | None = None
    other_addresses: list[Address] | None = None
    delegatedConsents: dict[str, Any] | None = None  # noqa: N815 - the only claim that the wire writes like this


def _say(refusal: Refusal, trace_id: str) -> Body:
    """A problem whose status is text, and whose details are called ``extraInfo``."""
    content: dict[str, Any] = {
        "type": f"https://httpstatuses.io/{int(refusal.status)}",
        "title": refusal.title,
        "status": str(int(refusal.status)),
        "instance": trace_id,
    }
    if refusal.detail:
        content["detail"] = refusal.detail
    if refusal.fields:
        content["extraInfo"] = {name: {"reason": reason} for name, reason in refusal.fields}
    headers = dict(refusal.headers)
    if refusal.status == HTTPStatus.UNAUTHORIZED:
        # RFC 6750, 3; the library of an OpenID client looks for it before it looks at the body.
        headers.setdefault("WWW-Authenticate", f'{CHALLENGE}, error="invalid_token"')
    return Body(content, headers=headers)


USERINFO = Dialect(
    _say,
    "UserinfoError",
    {
        "type": "object",
        "required": ["type", "title", "status"],
        "properties": {
            "type": {"type": "string", "format": "uri"},
            "title": {"type": "string"},
            "status": {"type": "string"},
            "detail": {"type": "string"},
            "instance": {"type": "string"},
            "extraInfo": {"type": "object", "additionalProperties": {"type": "object"}},
        },
    },
)
page = Page(
    title="Userinfo API",
    entrance=Entrance(subscription_key="optional", msn="optional", token_refused=TokenRefused),
    dialect=USERINFO,
)
page_of_logins = Page(title="Userinfo API, after a login", entrance=OPEN, dialect=USERINFO)


@page.router.get(f"{ROOT}/{{sub}}", response_model=Userinfo, response_model_exclude_none=True)
async def get_userinfo(sub: Sub, request: Request, world: TheWorld, caller: TheCaller) -> Claims:
    """Get userinfo: what the customer behind a payment or an agreement shares. For 168 hours; then `[Expired]`."""
    if SUBSCRIPTION_KEY in request.headers and world.settings.userinfo_with_subscription_key == "refused":
        raise TokenRefused(f"{SUBSCRIPTION_KEY} must not be sent here.")
    if caller.unit is None:
        raise NotForThisSalesUnit("Partner keys need the Merchant-Serial-Number header.")
    consent = world.room(Consents).get(sub)
    if consent is None or consent.msn != caller.unit.merchant_serial_number:
        raise UnknownSub("This sales unit knows nobody with this sub.")
    claims: Claims = {"sub": sub, "sid": str(uuid5(NAMESPACE_URL, f"{sub}/{timestamp(consent.granted)}"))}
    for scope, granted in world.room(Consents).shared(sub).items():
        readable = world.clock.now() < granted + READABLE_FOR
        found = _claims(scope, consent.phone_number, world)
        claims |= found if readable else _expired(found)
    return claims


@page_of_logins.router.get(
    f"{ROOT}/",
    response_model=Userinfo,
    response_model_exclude_none=True,
    openapi_extra={"security": [{"accessToken": []}]},
)
@page_of_logins.router.get(ROOT, response_model=Userinfo, response_model_exclude_none=True, include_in_schema=False)
async def get_userinfo_after_login(request: Request, world: TheWorld) -> Claims:
    """Get userinfo in the Login flow: who has logged in, asked with the person's own access token."""
    if SUBSCRIPTION_KEY in request.headers:
        raise TokenRefused(f"{SUBSCRIPTION_KEY} must not be sent here: this is outside that subscription.")
    person = _person(request.headers, world)
    claims: Claims = {"sub": person.sub, "sid": person.sid}
    for scope in sorted(person.scope):
        claims |= _claims(scope, person.phone_number, world)
    if person.first and person.scope & {"delegatedConsents", "customFlow"}:
        claims["delegatedConsents"] = _marketing_consents(person.logged_in)
    return claims


def _person(headers: Mapping[str, str], world: World) -> PersonToken:
    scheme, _, token = headers.get("Authorization", "").partition(" ")
    if not token or not says_scheme("Bearer", scheme):
        raise TokenRefused(
            "The Authorization header must be the word Bearer, a space and the person's access token.",
            # Whoever has shown no token is told of none (RFC 6750, 3.1).
            headers=None if token else {"WWW-Authenticate": CHALLENGE},
        )
    person = world.room(PersonTokens).get(token)
    if person is None:
        raise TokenRefused("This is not the access token of a login: perhaps a merchant's, or it was revoked.")
    if person.expires <= world.clock.now():
        raise TokenRefused("The access token has expired. There is no refresh token; log in again.")
    return person


def _claims(scope: str, phone_number: str, world: World) -> Claims:
    """What one scope lets be read."""
    full_name = f"{KARI.first_name} {KARI.last_name}"
    by_scope: dict[str, Claims] = {
        "name": {"name": full_name, "given_name": KARI.first_name, "family_name": KARI.last_name},
        "phoneNumber": {"phone_number": phone_number, "phone_number_verified": True},
        "email": {"email": KARI.email, "email_verified": True},
        "birthDate": {"birthdate": KARI.born.isoformat()},
        "gender": {"gender": KARI.gender},
        "nin": {"nin": KARI.national_identity_number},
        "address": {"address": _address(world), "other_addresses": []},
    }
    return by_scope.get(scope, {})


def _address(world: World) -> dict[str, str]:
    if not world.settings.customer_has_address:
        return dict.fromkeys(ADDRESS_FIELDS, "")
    lines = (KARI.address_line_1, KARI.post_code, KARI.city, KARI.country)
    return {
        "address_type": "home",
        "country": KARI.country,
        "formatted": "\n".join(lines),
        "postal_code": KARI.post_code,
        "region": KARI.city,
        "street_address": KARI.address_line_1,
    }


def _expired(claims: Claims) -> Claims:
    """What is left of claims that can no longer be read."""
    left: Claims = {}
    for name, value in claims.items():
        if isinstance(value, str):
            left[name] = EXPIRED
        elif isinstance(value, dict):
            left[name] = dict.fromkeys(value, EXPIRED)
        elif isinstance(value, list):
            left[name] = []
    return left


def _marketing_consents(logged_in: datetime) -> Claims:
    """What the customer was asked on the first login; in the sandbox they say yes to both."""
    texts = {"email": "News by email", "sms": "News by text message"}
    return {
        "language": "EN",
        "heading": "News from the shop",
        "termsDescription": "A pretend text of the sandbox.",
        "confirmConsentButtonText": "Confirm",
        "links": {
            "termsLinkText": "Terms",
            "termsLinkUrl": "https://example.com/terms",
            "privacyStatementLinkText": "Privacy",
            "privacyStatementLinkUrl": "https://example.com/privacy",
        },
        "timeOfConsent": timestamp(logged_in),
        "consents": [
            {"id": name, "accepted": True, "required": False, "textDisplayedToUser": text}
            for name, text in texts.items()
        ],
    }
