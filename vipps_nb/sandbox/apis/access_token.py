"""Access Token API: trade API keys for an access token. ``/accesstoken/get`` and ``/miami/v1/token``.

Source: Access Token API guide (standard and specialized authentication) and the official document 2.0.0. Nothing is
checked at the entrance: each call looks at the keys itself.

**Unlike the real thing**

- The token is signed by this sandbox; its claims imitate an old sample.
- The answers for a wrong client secret and from the specialized call are unconfirmed; they follow Azure AD and OAuth.
- The specialized call is said to exist in production only. Here it works, so that every lesson runs.
- A ``Merchant-Serial-Number`` and the ``Vipps-System-*`` headers are accepted and not looked at.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Any, ClassVar

from fastapi import Form, Header, Request
from pydantic import BaseModel

from vipps_nb.sandbox.server.access_tokens import RESOURCE, SKEW
from vipps_nb.sandbox.server.authentication import OPEN, SUBSCRIPTION_KEY, subscription_owner
from vipps_nb.sandbox.server.leniency import says_scheme
from vipps_nb.sandbox.server.problems import Body, Dialect, InvalidRequest, InvalidSubscriptionKey, Refusal
from vipps_nb.sandbox.server.routing import Page, Rules, ThePremises, rules
from vipps_nb.sandbox.world.sales_unit import STANDARD, KeySet, KeyType
from vipps_nb.sandbox.world.world import Premises

SPECIALIZED_LIFETIME = timedelta(minutes=15)
FORM = "application/x-www-form-urlencoded"


class StandardToken(BaseModel):
    """The answer to the standard call; strings throughout, as the official document has it."""

    token_type: str
    expires_in: str | int
    ext_expires_in: str | int
    expires_on: str | int
    not_before: str | int
    resource: str
    access_token: str


class SpecializedToken(BaseModel):
    """The answer to the specialized call."""

    token_type: str
    expires_in: str | int
    access_token: str
    scope: str | None = None


class AzureRefusal(Refusal):
    """Said by Azure AD, which issues the standard tokens."""

    error: ClassVar[str]
    number: ClassVar[int]

    def __init__(self, detail: str, moment: datetime, correlation_id: str) -> None:
        super().__init__(f"AADSTS{self.number}: {detail}")
        self.moment = moment
        self.correlation_id = correlation_id


class ParameterMissing(AzureRefusal):
    """A header that has to be there is not."""

    error, number = "invalid_request", 900144


class UnknownClient(AzureRefusal):
    """The client ID belongs to nobody here; with the real thing, often a key of the other environment."""

    error, number = "unauthorized_client", 700016


class WrongSecret(AzureRefusal):
    """The client ID is known and the secret is not its secret. Unconfirmed, by analogy with Azure AD."""

    status = HTTPStatus.UNAUTHORIZED
    error, number = "invalid_client", 7000215


class InvalidClient(Refusal):
    """The specialized call accepts neither the client nor the way it introduced itself."""

    status = HTTPStatus.UNAUTHORIZED
    title = "invalid_client"


class MalformedSpecializedCall(InvalidClient):
    """The client may be fine; what it sent is not."""

    status = HTTPStatus.BAD_REQUEST


class UnsupportedGrant(MalformedSpecializedCall):
    """Another grant type than client_credentials."""

    title = "unsupported_grant_type"


def _say(refusal: Refusal, trace_id: str) -> Body:
    """OAuth's error body; Azure's has a few fields more."""
    if not isinstance(refusal, AzureRefusal):
        error = "invalid_request" if isinstance(refusal, InvalidRequest) else refusal.title
        remarks = [refusal.detail, *(f"{name}: {reason}" for name, reason in refusal.fields)]
        content: dict[str, Any] = {"error": error, "error_description": " ".join(filter(None, remarks))}
        headers = dict(refusal.headers)
        if refusal.status == HTTPStatus.UNAUTHORIZED:
            # RFC 6749, 5.2: a client that nobody knows is told how to introduce itself.
            headers.setdefault("WWW-Authenticate", 'Basic realm="Vipps MIAMI"')
        return Body(content, headers=headers)
    moment = refusal.moment.strftime("%Y-%m-%d %H:%M:%SZ")
    description = (
        f"{refusal.detail}\r\nTrace ID: {trace_id}\r\nCorrelation ID: {refusal.correlation_id}\r\nTimestamp: {moment}"
    )
    return Body(
        {
            "error": refusal.error,
            "error_description": description,
            "error_codes": [refusal.number],
            "timestamp": moment,
            "trace_id": trace_id,
            "correlation_id": refusal.correlation_id,
            "error_uri": f"https://login.windows.net/error?code={refusal.number}",
        }
    )


OAUTH = Dialect(
    _say,
    "OAuthError",
    {
        "type": "object",
        "required": ["error", "error_description"],
        "properties": {"error": {"type": "string"}, "error_description": {"type": "string"}},
    },
)
page = Page(title="Access Token API", entrance=OPEN, dialect=OAUTH)
router = page.router


@router.post("/accesstoken/get", response_model=StandardToken)
async def fetch_authorization_token(
    request: Request,
    premises: ThePremises,
    client_id: Annotated[str | None, Header(convert_underscores=False)] = None,
    client_secret: Annotated[str | None, Header(convert_underscores=False)] = None,
) -> StandardToken:
    """Get an access token with merchant or partner keys, all three in headers. The body is empty."""
    subscription = subscription_owner(request.headers, premises.keys)
    keys = _standard_client(client_id, client_secret, premises)
    if subscription is not keys:
        raise InvalidSubscriptionKey
    now = premises.world.clock.now()
    lifetime = timedelta(seconds=premises.world.settings.token_lifetime_seconds)
    # One second less than the token lives, as the samples of the guide have it.
    left = int(lifetime.total_seconds()) - 1
    return StandardToken(
        token_type="Bearer",  # noqa: S106 - the word, not a password
        expires_in=_number(left, premises),
        ext_expires_in=_number(left, premises),
        expires_on=_number(int((now + lifetime).timestamp()), premises),
        not_before=_number(int((now - SKEW).timestamp()), premises),
        resource=RESOURCE,
        access_token=premises.mint.sign(keys, now, lifetime),
    )


@router.post("/miami/v1/token", response_model=SpecializedToken, response_model_exclude_none=True)
@rules(Rules(media_type=FORM, in_test=False))
async def fetch_token(
    request: Request,
    premises: ThePremises,
    grant_type: Annotated[str | None, Form(json_schema_extra={"enum": ["client_credentials"]})] = None,
    scope: Annotated[str | None, Form()] = None,
) -> SpecializedToken:
    """Get an access token with management, accounting or donations keys as HTTP Basic and a form. Lives 15 minutes."""
    if SUBSCRIPTION_KEY in request.headers:
        raise MalformedSpecializedCall(f"{SUBSCRIPTION_KEY} must not be sent with this call.")
    keys = _basic_client(request.headers.get("Authorization", ""), premises)
    if grant_type is None:
        raise MalformedSpecializedCall("The form needs grant_type=client_credentials.")
    if grant_type != "client_credentials":
        raise UnsupportedGrant("grant_type must be client_credentials.")
    now = premises.world.clock.now()
    return SpecializedToken(
        token_type="Bearer",  # noqa: S106 - the word, not a password
        expires_in=_number(int(SPECIALIZED_LIFETIME.total_seconds()), premises),
        access_token=premises.mint.sign(keys, now, SPECIALIZED_LIFETIME),
        scope=scope or ("donations:read" if keys.key_type is KeyType.DONATIONS else None),
    )


def _standard_client(client_id: str | None, client_secret: str | None, premises: Premises) -> KeySet:
    world = premises.world
    context = (world.clock.now(), world.traces.guid())
    for name, value in (("client_id", client_id), ("client_secret", client_secret)):
        if not value:
            raise ParameterMissing(f"The request must contain the header '{name}'.", *context)
    keys = premises.keys.by_client_id.get(client_id or "")
    if keys is None or keys.key_type not in STANDARD:
        directory = premises.mint.tenant
        raise UnknownClient(
            f"Application with identifier '{client_id}' was not found in the directory '{directory}'.", *context
        )
    if not _same(client_secret or "", keys.client_secret):
        raise WrongSecret("Invalid client secret provided.", *context)
    return keys


def _basic_client(authorization: str, premises: Premises) -> KeySet:
    scheme, _, encoded = authorization.partition(" ")
    try:
        client_id, _, client_secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        client_id, client_secret = "", ""
    keys = premises.keys.by_client_id.get(client_id)
    if keys is None or not _same(client_secret, keys.client_secret) or not says_scheme("Basic", scheme):
        raise InvalidClient("The client is unknown, or its secret is wrong.")
    if keys.key_type in STANDARD:
        raise InvalidClient(f"{keys.key_type} keys get their token from /accesstoken/get.")
    return keys


def _same(sent: str, known: str) -> bool:
    return hmac.compare_digest(sent.encode(), known.encode())


def _number(value: int, premises: Premises) -> str | int:
    return value if premises.world.settings.token_numbers_as == "number" else str(value)  # noqa: S105 - no password
