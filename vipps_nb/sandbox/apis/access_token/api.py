"""The standard call of the Access Token API.

Most programs begin with it, so nothing here needs FastAPI, whose import takes as long as all the rest of a login.
"""

from __future__ import annotations

import hmac
from datetime import timedelta
from typing import Annotated

from starlette.requests import Request

from vipps_nb.sandbox.apis.access_token.errors import OAUTH, ParameterMissing, UnknownClient, WrongSecret
from vipps_nb.sandbox.apis.access_token.schemas import StandardToken
from vipps_nb.sandbox.server.access_tokens import RESOURCE, SKEW
from vipps_nb.sandbox.server.authentication import NO_AUTH, subscription_owner
from vipps_nb.sandbox.server.direct_call import header
from vipps_nb.sandbox.server.problems import InvalidSubscriptionKey
from vipps_nb.sandbox.server.routing import Page, TheBackend
from vipps_nb.sandbox.world.sales_unit import STANDARD, KeySet
from vipps_nb.sandbox.world.world import Backend

ClientId = Annotated[str | None, header("client_id")]
ClientSecret = Annotated[str | None, header("client_secret")]
page = Page(title="Access Token API", auth=NO_AUTH, dialect=OAUTH)
router = page.router


@router.post("/accesstoken/get", response_model=StandardToken)
async def fetch_authorization_token(
    request: Request,
    backend: TheBackend,
    client_id: ClientId = None,
    client_secret: ClientSecret = None,
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
        expires_in=number(left, backend),
        ext_expires_in=number(left, backend),
        expires_on=number(int((now + lifetime).timestamp()), backend),
        not_before=number(int((now - SKEW).timestamp()), backend),
        resource=RESOURCE,
        access_token=backend.token_signer.sign(keys, now, lifetime),
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
    if not same(client_secret or "", keys.client_secret):
        raise WrongSecret("Invalid client secret provided.", *context)
    return keys


def same(sent: str, known: str) -> bool:
    """Compare secrets, in a time that says nothing of where they differ."""
    return hmac.compare_digest(sent.encode(), known.encode())


def number(value: int, backend: Backend) -> str | int:
    """A number as the settings want it in answers."""
    return value if backend.world.settings.token_numbers_as == "number" else str(value)  # noqa: S105 - no password
