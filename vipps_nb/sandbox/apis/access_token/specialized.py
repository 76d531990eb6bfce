"""The specialized call of the Access Token API: keys as HTTP Basic, and a form."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import Form, Request

from vipps_nb.sandbox.apis.access_token.api import number, same
from vipps_nb.sandbox.apis.access_token.errors import (
    OAUTH,
    InvalidClient,
    MalformedSpecializedCall,
    UnsupportedGrant,
)
from vipps_nb.sandbox.apis.access_token.schemas import SpecializedToken
from vipps_nb.sandbox.server.authentication import NO_AUTH, SUBSCRIPTION_KEY, basic_credentials
from vipps_nb.sandbox.server.leniency import says_scheme, scheme_and_rest
from vipps_nb.sandbox.server.routing import Page, Rules, TheBackend, rules
from vipps_nb.sandbox.world.sales_unit import STANDARD, KeySet, KeyType
from vipps_nb.sandbox.world.world import Backend

SPECIALIZED_LIFETIME = timedelta(minutes=15)
FORM = "application/x-www-form-urlencoded"
page = Page(title="Access Token API", auth=NO_AUTH, dialect=OAUTH)
router = page.router


@router.post("/miami/v1/token", response_model=SpecializedToken, response_model_exclude_none=True)
@rules(Rules(media_type=FORM, in_test=False))
async def fetch_token(
    request: Request,
    backend: TheBackend,
    grant_type: Annotated[str | None, Form(json_schema_extra={"enum": ["client_credentials"]})] = None,
    scope: Annotated[str | None, Form()] = None,
) -> SpecializedToken:
    """Get an access token with keys as HTTP Basic and a form; it lives 15 minutes.

    For management, accounting and donations keys.
    """
    if SUBSCRIPTION_KEY in request.headers:
        raise MalformedSpecializedCall(f"{SUBSCRIPTION_KEY} must not be sent with this call.")
    keys = _basic_client(request.headers.get("Authorization", ""), backend)
    if grant_type is None:
        raise MalformedSpecializedCall("The form needs grant_type=client_credentials.")
    if grant_type != "client_credentials":
        raise UnsupportedGrant("grant_type must be client_credentials.")
    now = backend.world.clock.now()
    return SpecializedToken(
        token_type="Bearer",  # noqa: S106 - the word, not a password
        expires_in=number(int(SPECIALIZED_LIFETIME.total_seconds()), backend),
        access_token=backend.token_signer.sign(keys, now, SPECIALIZED_LIFETIME),
        scope=scope or ("donations:read" if keys.key_type is KeyType.DONATIONS else None),
    )


def _basic_client(authorization: str, backend: Backend) -> KeySet:
    scheme, encoded = scheme_and_rest(authorization)
    client_id, secrets = basic_credentials(encoded)
    keys = backend.keys.by_client_id.get(client_id)
    fits = keys is not None and any(same(one, keys.client_secret) for one in secrets)
    if keys is None or not fits or not says_scheme("Basic", scheme):
        raise InvalidClient("The client is unknown, or its secret is wrong.")
    if keys.key_type in STANDARD:
        raise InvalidClient(f"{keys.key_type} keys get their token from /accesstoken/get.")
    return keys
