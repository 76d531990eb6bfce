"""The wire: queries and forms that come in, and answers that go out."""

# ruff: noqa: D101 - names and fields are the standards', where they are explained

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field

FORM = "application/x-www-form-urlencoded"
ACCESS = "/access-management-1.0/access"
CIBA = "/vipps-login-ciba/api"
CIBA_GRANT = "urn:openid:params:grant-type:ciba"
CIBA_REDIRECT_GRANT = "urn:vipps:params:grant-type:ciba-redirect"
FLOWS = frozenset({"app_to_app", "app_to_app_v2", "automatic_return_from_vipps_app"})
MARKETS = frozenset({"NO", "DK", "FI", "SE"})
APP_AUTHENTICATION = "urn:vipps:acr:app_auth"
LoginHint = Annotated[
    str | None, Field(description="Such as `urn:msisdn:4712345678`, or `urn:customer-token:` and a token.")
]


class TokenResponse(BaseModel):
    access_token: str
    id_token: str
    expires_in: int
    scope: str
    token_type: str


class AuthenticationResponse(BaseModel):
    auth_req_id: str
    expires_in: int
    interval: int


class UserExistsResponse(BaseModel):
    exists: bool


class JsonWebKeySet(BaseModel):
    keys: list[dict[str, Any]]


def one_of(*values: str) -> Any:
    """What the document offers.

    What else is sent is refused in OAuth's words, not in those of a validation.
    """
    return Field(json_schema_extra={"enum": list(values)})


class AuthorizeQuery(BaseModel):
    """What the browser carries.

    All may be missing, so that a refusal can be OAuth's own.
    """

    response_type: Annotated[str | None, one_of("code")] = None
    client_id: str | None = None
    msn: Annotated[str | None, Field(description="Instead of `client_id`, from partners.")] = None
    redirect_uri: Annotated[str | None, Field(description="Exactly as registered.")] = None
    scope: Annotated[str | None, Field(description="With `openid`, such as `openid name`.")] = None
    state: Annotated[str | None, Field(description="At least 8 characters, new each time; given back.")] = None
    nonce: Annotated[str | None, Field(description="Given back inside the id token.")] = None
    code_challenge: str | None = None
    code_challenge_method: Annotated[str | None, one_of("S256", "plain")] = None
    requested_flow: Annotated[str | None, one_of(*sorted(FLOWS))] = None
    app_callback_uri: str | None = None
    final_redirect_is_app: str | None = None
    market: Annotated[str | None, one_of(*sorted(MARKETS))] = None
    acr_values: str | None = None
    prompt: str | None = None
    response_mode: str | None = None
    request: str | None = None
    request_uri: str | None = None


class ClientForm(BaseModel):
    """A client that introduces itself in the form."""

    client_id: str | None = None
    client_secret: str | None = None


class TokenForm(ClientForm):
    """What is to be traded for tokens."""

    grant_type: Annotated[str | None, one_of("authorization_code", CIBA_GRANT, CIBA_REDIRECT_GRANT)] = None
    code: str | None = None
    redirect_uri: str | None = None
    code_verifier: str | None = None
    auth_req_id: str | None = None


class RevokeForm(ClientForm):
    """The token that shall open nothing any more."""

    token: str | None = None
    token_type_hint: str | None = None


class AuthenticationForm(ClientForm):
    """Whom to ask, and for what.

    The official document nests these one level too deep; the real form is flat.
    """

    scope: str | None = None
    login_hint: LoginHint = None
    binding_message: Annotated[str | None, Field(description="Shown on both screens.")] = None
    requested_expiry: Annotated[str | None, Field(description="Seconds, 60 to 900.")] = None
    requested_flow: Annotated[str | None, Field(description="`login_to_webpage`, or nothing.")] = None
    redirect_uri: str | None = None


class UserExistsForm(ClientForm):
    """Whom to look for."""

    login_hint: LoginHint = None
