"""The operations of the Userinfo API, in the order of its guide."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import NAMESPACE_URL, uuid5

from fastapi import Request

from vipps_nb.sandbox.apis.userinfo.errors import CHALLENGE, USERINFO, TokenRefused, UnknownSub
from vipps_nb.sandbox.apis.userinfo.models import READABLE_FOR, Claims, claims_of, expired, marketing_consents
from vipps_nb.sandbox.apis.userinfo.schemas import Sub, Userinfo
from vipps_nb.sandbox.server.authentication import NO_AUTH, SUBSCRIPTION_KEY, AuthPolicy
from vipps_nb.sandbox.server.leniency import says_scheme, scheme_and_rest
from vipps_nb.sandbox.server.problems import NotForThisSalesUnit
from vipps_nb.sandbox.server.routing import Page, TheCaller, TheWorld
from vipps_nb.sandbox.world.clock import timestamp
from vipps_nb.sandbox.world.consents import Consents
from vipps_nb.sandbox.world.person_tokens import PersonToken, PersonTokens
from vipps_nb.sandbox.world.world import World

ROOT = "/vipps-userinfo-api/userinfo"
page = Page(
    title="Userinfo API",
    auth=AuthPolicy(subscription_key="optional", msn="optional", token_refused=TokenRefused),
    dialect=USERINFO,
)
page_of_logins = Page(title="Userinfo API, after a login", auth=NO_AUTH, dialect=USERINFO)


@page.router.get(f"{ROOT}/{{sub}}", response_model=Userinfo, response_model_exclude_none=True)
async def get_userinfo(sub: Sub, request: Request, world: TheWorld, caller: TheCaller) -> Claims:
    """Get userinfo: what the customer behind a payment or an agreement shares.

    For 168 hours; then `[Expired]`.
    """
    if SUBSCRIPTION_KEY in request.headers and world.settings.userinfo_with_subscription_key == "refused":
        raise TokenRefused(f"{SUBSCRIPTION_KEY} must not be sent here.")
    if caller.unit is None:
        raise NotForThisSalesUnit("Partner keys need the Merchant-Serial-Number header.")
    consent = world.records(Consents).get(sub)
    if consent is None or consent.msn != caller.unit.merchant_serial_number:
        raise UnknownSub("This sales unit knows nobody with this sub.")
    claims: Claims = {"sub": sub, "sid": str(uuid5(NAMESPACE_URL, f"{sub}/{timestamp(consent.granted)}"))}
    for scope, granted in world.records(Consents).shared(sub).items():
        readable = world.clock.now() < granted + READABLE_FOR
        found = claims_of(scope, consent.phone_number, world)
        claims |= found if readable else expired(found)
    return claims


@page_of_logins.router.get(
    f"{ROOT}/",
    response_model=Userinfo,
    response_model_exclude_none=True,
    openapi_extra={"security": [{"accessToken": []}]},
)
@page_of_logins.router.get(ROOT, response_model=Userinfo, response_model_exclude_none=True, include_in_schema=False)
async def get_userinfo_after_login(request: Request, world: TheWorld) -> Claims:
    """Get userinfo in the Login flow.

    Who has logged in, asked with the person's own access token.
    """
    if SUBSCRIPTION_KEY in request.headers:
        raise TokenRefused(f"{SUBSCRIPTION_KEY} must not be sent here: this is outside that subscription.")
    person = _person(request.headers, world)
    claims: Claims = {"sub": person.sub, "sid": person.sid}
    for scope in sorted(person.scope):
        claims |= claims_of(scope, person.phone_number, world)
    if person.first and person.scope & {"delegatedConsents", "customFlow"}:
        claims["delegatedConsents"] = marketing_consents(person.logged_in)
    return claims


def _person(headers: Mapping[str, str], world: World) -> PersonToken:
    scheme, token = scheme_and_rest(headers.get("Authorization", ""))
    if not token or not says_scheme("Bearer", scheme):
        raise TokenRefused(
            "The Authorization header must be the word Bearer, a space and the person's access token.",
            # Whoever has shown no token is told of none (RFC 6750, 3.1).
            headers=None if token else {"WWW-Authenticate": CHALLENGE},
        )
    person = world.records(PersonTokens).get(token)
    if person is None:
        raise TokenRefused("This is not the access token of a login: perhaps a merchant's, or it was revoked.")
    if person.expires <= world.clock.now():
        raise TokenRefused("The access token has expired. There is no refresh token; log in again.")
    return person
