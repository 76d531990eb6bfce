"""The operations of the Access Token API, in the order of its guide."""

from __future__ import annotations

import hmac
from datetime import timedelta
from typing import Annotated

from fastapi import Form, Header, Request

from vipps_nb.sandbox.apis.access_token.errors import (
    OAUTH,
    InvalidClient,
    MalformedSpecializedCall,
    ParameterMissing,
    UnknownClient,
    UnsupportedGrant,
    WrongSecret,
)
from vipps_nb.sandbox.apis.access_token.schemas import SpecializedToken, StandardToken
from vipps_nb.sandbox.server.access_tokens import RESOURCE, SKEW
from vipps_nb.sandbox.server.authentication import NO_AUTH, SUBSCRIPTION_KEY, basic_credentials, subscription_owner
from vipps_nb.sandbox.server.leniency import says_scheme, scheme_and_rest
from vipps_nb.sandbox.server.problems import InvalidSubscriptionKey
from vipps_nb.sandbox.server.routing import Page, Rules, TheBackend, rules
from vipps_nb.sandbox.world.sales_unit import STANDARD, KeySet, KeyType
from vipps_nb.sandbox.world.world import Backend

SPECIALIZED_LIFETIME = timedelta(minutes=15)
FORM = "application/x-www-form-urlencoded"
page = Page(title="Access Token API", auth=NO_AUTH, dialect=OAUTH)
router = page.router


@router.post("/accesstoken/get", response_model=StandardToken)
async def fetch_authorization_token(
    request: Request,
    backend: TheBackend,
    client_id: Annotated[str | None, Header(convert_underscores=False)] = None,
    client_secret: Annotated[str | None, Header(convert_underscores=False)] = None,
) -> StandardToken:
    """Get an access token with merchant or partner keys, all three in headers.

    The body is empty.
    """
    subscription = subscription_owner(request.headers, backend.keys)
    keys = _standard_client(client_id, client_secret, backend)
    if subscription is not keys:
        raise InvalidSubscriptionKey
    now = backend.world.clock.now()
    lifetime = timedelta(seconds=backend.world.settings.token_lifetime_seconds)
    # One second less than the token lives, as the samples of the guide have it.
    left = int(lifetime.total_seconds()) - 1
    return StandardToken(
        token_type="Bearer",  # noqa: S106 - the word, not a password
        expires_in=_number(left, backend),
        ext_expires_in=_number(left, backend),
        expires_on=_number(int((now + lifetime).timestamp()), backend),
        not_before=_number(int((now - SKEW).timestamp()), backend),
        resource=RESOURCE,
        access_token=backend.token_signer.sign(keys, now, lifetime),
    )


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
        expires_in=_number(int(SPECIALIZED_LIFETIME.total_seconds()), backend),
        access_token=backend.token_signer.sign(keys, now, SPECIALIZED_LIFETIME),
        scope=scope or ("donations:read" if keys.key_type is KeyType.DONATIONS else None),
    )


def _standard_client(client_id: str | None, client_secret: str | None, backend: Backend) -> KeySet:
    world = backend.world
    context = (world.clock.now(), world.traces.guid())
    for name, value in (("client_id", client_id), ("client_secret", client_secret)):
        if not value:
            raise ParameterMissing(f"The request must contain the header '{name}'.", *context)
    keys = backend.keys.by_client_id.get(client_id or "")
    if keys is None or keys.key_type not in STANDARD:
        directory = backend.token_signer.tenant
        raise UnknownClient(
            f"Application with identifier '{client_id}' was not found in the directory '{directory}'.", *context
        )
    if not _same(client_secret or "", keys.client_secret):
        raise WrongSecret("Invalid client secret provided.", *context)
    return keys


def _basic_client(authorization: str, backend: Backend) -> KeySet:
    scheme, encoded = scheme_and_rest(authorization)
    client_id, secrets = basic_credentials(encoded)
    keys = backend.keys.by_client_id.get(client_id)
    fits = keys is not None and any(_same(one, keys.client_secret) for one in secrets)
    if keys is None or not fits or not says_scheme("Basic", scheme):
        raise InvalidClient("The client is unknown, or its secret is wrong.")
    if keys.key_type in STANDARD:
        raise InvalidClient(f"{keys.key_type} keys get their token from /accesstoken/get.")
    return keys


def _same(sent: str, known: str) -> bool:
    return hmac.compare_digest(sent.encode(), known.encode())


def _number(value: int, backend: Backend) -> str | int:
    return value if backend.world.settings.token_numbers_as == "number" else str(value)  # noqa: S105 - no password
