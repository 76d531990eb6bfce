"""What a login is traded for: access token and id token.

And the document that says where.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from typing import Any

from vipps_nb.sandbox.apis.login.models import MOVES, BrowserLogin, Login, Logins, MerchantLogin, State
from vipps_nb.sandbox.apis.login.schemas import ACCESS, CIBA, CIBA_GRANT, CIBA_REDIRECT_GRANT, TokenResponse
from vipps_nb.sandbox.customer.customer import subject
from vipps_nb.sandbox.world.id_tokens import opaque
from vipps_nb.sandbox.world.person_tokens import PersonToken, PersonTokens, token_hash
from vipps_nb.sandbox.world.world import Backend, World

SAID_LIFETIME = 3599
"""What ``expires_in`` says; how long the token really opens userinfo is a setting."""
ID_TOKEN_LIFETIME = timedelta(hours=1)
REDIRECT_ID_TOKEN_LIFETIME = timedelta(minutes=10)


def issuer(world: World) -> str:
    """Who signs; the slash at the end is part of the name."""
    return f"{world.base_url}{ACCESS}/"


def discovery(world: World) -> dict[str, Any]:
    """Everything a client needs to know, at one address (OpenID Connect Discovery)."""
    here = f"{world.base_url}{ACCESS}"
    return {
        "issuer": issuer(world),
        "authorization_endpoint": f"{here}/oauth2/auth",
        "token_endpoint": f"{here}/oauth2/token",
        "revocation_endpoint": f"{here}/oauth2/revoke",
        "jwks_uri": f"{here}/.well-known/jwks.json",
        "userinfo_endpoint": f"{world.base_url}/vipps-userinfo-api/userinfo",
        "backchannel_authentication_endpoint": f"{world.base_url}{CIBA}/backchannel/authentication",
        "backchannel_token_delivery_modes_supported": ["poll"],
        "backchannel_user_code_parameter_supported": False,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", CIBA_GRANT, CIBA_REDIRECT_GRANT],
        "subject_types_supported": ["pairwise"],
        "scopes_supported": [
            "openid",
            "name",
            "phoneNumber",
            "email",
            "address",
            "birthDate",
            "nin",
            "gender",
            "delegatedConsents",
            "customFlow",
        ],
        "claims_supported": ["sub"],
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "require_request_uri_registration": False,
        "code_challenge_methods_supported": ["S256"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
    }


def complete(login: Login, backend: Backend) -> TokenResponse:
    """Trade an approved login for its tokens, once."""
    world = backend.world
    now = world.clock.now()
    login.state = MOVES.move(login.state, State.COMPLETED)
    token = opaque()
    login.token_hash = token_hash(token)
    logins = world.records(Logins)
    sub = subject(world.seed, login.msn, login.phone_number)
    person = PersonToken(
        sub=sub,
        sid=world.ids.guid(),
        msn=login.msn,
        phone_number=login.phone_number,
        scope=frozenset(login.scope),
        first=sub not in logins.acquainted,
        logged_in=login.decided or now,
        expires=now + timedelta(seconds=world.settings.login_token_lifetime_seconds),
    )
    logins.acquainted[sub] = True
    world.records(PersonTokens).issue(token, person)
    return TokenResponse(
        access_token=token,
        id_token=_id_token(login, token, person, backend),
        expires_in=SAID_LIFETIME,
        scope=" ".join(login.scope),
        token_type="bearer",  # noqa: S106 - the word, not a password
    )


def _id_token(login: Login, access_token: str, person: PersonToken, backend: Backend) -> str:
    world = backend.world
    now = int(world.clock.now().timestamp())
    claims: dict[str, Any] = {"iss": issuer(world), "sub": person.sub, "iat": now}
    if isinstance(login, MerchantLogin) and login.redirect_uri is not None:
        # The documented sample of this flow has fewer claims, a single audience, and another algorithm.
        claims["aud"] = login.client_id
        claims["exp"] = now + int(REDIRECT_ID_TOKEN_LIFETIME.total_seconds())
        claims["auth_req_id"] = login.auth_req_id
        return backend.id_token_signer.sign(claims, "ES256")
    claims["aud"] = [login.client_id]
    claims["exp"] = now + int(ID_TOKEN_LIFETIME.total_seconds())
    claims["auth_time"] = int(person.logged_in.timestamp())
    claims["rat"] = int(login.asked.timestamp())
    claims["jti"] = world.ids.guid()
    claims["sid"] = person.sid
    claims["at_hash"] = _half_hash(access_token)
    if isinstance(login, BrowserLogin) and login.nonce is not None:
        claims["nonce"] = login.nonce
    if isinstance(login, BrowserLogin) and login.acr is not None:
        claims["acr"] = login.acr
    return backend.id_token_signer.sign(dict(sorted(claims.items())), "RS256")


def _half_hash(token: str) -> str:
    """Ties an access token to its id token: the left half of its hash.

    Source: OpenID Connect, at_hash.
    """
    digest = hashlib.sha256(token.encode()).digest()
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).decode().rstrip("=")
