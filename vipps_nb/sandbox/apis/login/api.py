"""The page of the Login API, and login in a browser, in the order of the guide."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any, TypeVar

from fastapi import Form, Query, Request, Response

from vipps_nb.sandbox.apis.login import errors
from vipps_nb.sandbox.apis.login.app import find_on_phone, put_on_phone, with_query
from vipps_nb.sandbox.apis.login.clients import authenticate, check_login_allowed, unit_with
from vipps_nb.sandbox.apis.login.errors import LOGIN
from vipps_nb.sandbox.apis.login.models import (
    CODE_LIFETIME,
    POLLING_INTERVAL,
    TIME_TO_APPROVE,
    BrowserLogin,
    Login,
    Logins,
    MerchantLogin,
    State,
)
from vipps_nb.sandbox.apis.login.schemas import (
    ACCESS,
    CIBA_GRANT,
    CIBA_REDIRECT_GRANT,
    FORM,
    AuthorizeQuery,
    JsonWebKeySet,
    RevokeForm,
    TokenForm,
    TokenResponse,
)
from vipps_nb.sandbox.apis.login.tokens import complete, discovery
from vipps_nb.sandbox.apis.login.validation import challenge, check_parameters, fits, granted_scope, is_registered
from vipps_nb.sandbox.customer.customer import PHONE_NUMBER
from vipps_nb.sandbox.server.authentication import NO_AUTH
from vipps_nb.sandbox.server.routing import Page, Rules, TheBackend, TheWorld, rules
from vipps_nb.sandbox.world.person_tokens import PersonTokens, token_hash
from vipps_nb.sandbox.world.sales_unit import SalesUnit
from vipps_nb.sandbox.world.world import World

AN_HOUR = {"Cache-Control": "max-age=3600"}
NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
REDIRECT: dict[int | str, dict[str, Any]] = {302: {"description": "On to the customer's phone, or back with an error"}}
Kind = TypeVar("Kind", bound=Login)


def _counts(world: World) -> Mapping[str, int]:
    return {"logins": len(world.records(Logins).all)}


page = Page(
    title="Login API",
    auth=NO_AUTH,
    dialect=LOGIN,
    selector="authReqId",
    find_on_phone=find_on_phone,
    counts=_counts,
)
router = page.router


@router.get(f"{ACCESS}/.well-known/openid-configuration")
async def discover_openid_configuration(world: TheWorld, response: Response) -> dict[str, Any]:
    """OpenID configuration: where everything is. To be cached for an hour."""
    response.headers.update(AN_HOUR)
    return discovery(world)


@router.get(f"{ACCESS}/oauth2/auth", status_code=HTTPStatus.FOUND, response_class=Response, responses=REDIRECT)
async def oauth_auth(query: Annotated[AuthorizeQuery, Query()], request: Request, world: TheWorld) -> Response:
    """Authorize: a browser brings the customer.

    On to the phone, or back to the merchant with an error.
    """
    if query.msn is not None and query.client_id is None:
        return _to_client_of(query.msn, request, world)
    unit = unit_with(query.client_id or "", world)
    if unit is None:
        raise errors.InvalidClient("No sales unit of this sandbox has this client_id.")
    check_login_allowed(unit, world)
    redirect_uri = _redirect_uri(query, unit, world)
    switches = world.switches[unit.merchant_serial_number]
    try:
        check_parameters(query.model_dump(), switches)
        login = BrowserLogin(
            msn=unit.merchant_serial_number,
            client_id=unit.keys.client_id,
            scope=granted_scope(query.scope, switches, world),
            phone_number=PHONE_NUMBER,
            asked=world.clock.now(),
            expires=world.clock.now() + TIME_TO_APPROVE,
            redirect_uri=redirect_uri,
            echo=query.state or "",
            nonce=query.nonce,
            challenge=challenge(query.code_challenge, query.code_challenge_method),
            acr=query.acr_values,
        )
    except errors.SentBack as back:
        state = {} if query.state is None else {"state": query.state}
        return _redirect(with_query(redirect_uri, error=back.error, error_description=back.description, **state))
    token = world.ids.urlsafe(24)
    put_on_phone(world, login, token)
    return _redirect(f"{world.base_url}/landing?token={token}")


@router.post(f"{ACCESS}/oauth2/token", response_model=TokenResponse)
@rules(Rules(media_type=FORM))
async def oauth2_token(
    form: Annotated[TokenForm, Form()], request: Request, response: Response, backend: TheBackend
) -> TokenResponse:
    """Token: trade a code or an `auth_req_id` for an access token and an id token.

    There is no refresh token.
    """
    unit = authenticate(request.headers, form.client_id, form.client_secret, backend)
    if not form.grant_type:
        raise errors.InvalidRequest("The form needs a grant_type.")
    if form.grant_type == "authorization_code":
        login = _by_code(form, unit, backend.world)
    elif form.grant_type == CIBA_GRANT:
        login = _by_polling(form, unit, backend.world)
    elif form.grant_type == CIBA_REDIRECT_GRANT:
        login = _of_code(form.code, unit, backend.world, MerchantLogin)
    else:
        raise errors.UnsupportedGrantType
    response.headers.update(NO_STORE)
    return complete(login, backend)


@router.post(f"{ACCESS}/oauth2/revoke", response_class=Response)
@rules(Rules(media_type=FORM))
async def revoke_token(form: Annotated[RevokeForm, Form()], request: Request, backend: TheBackend) -> Response:
    """Revoke: a person's access token opens nothing any more.

    A token nobody knows is as good as revoked (RFC 7009).
    """
    unit = authenticate(request.headers, form.client_id, form.client_secret, backend)
    if not form.token:
        raise errors.InvalidRequest("The form needs a token.")
    tokens = backend.world.records(PersonTokens)
    known = tokens.get(form.token)
    if known is not None and known.msn == unit.merchant_serial_number:
        tokens.revoke(token_hash(form.token))
    return Response(headers=NO_STORE)


@router.get(f"{ACCESS}/.well-known/jwks.json", response_model=JsonWebKeySet)
async def well_known(backend: TheBackend, response: Response) -> dict[str, Any]:
    """JSON Web Keys: what id tokens are verified with."""
    response.headers.update(AN_HOUR)
    return backend.id_token_signer.key_set()


def _to_client_of(msn: str, request: Request, world: World) -> Response:
    """Send a partner, who named the sales unit by its MSN, here with its client ID."""
    if msn not in world.keys.units:
        raise errors.InvalidClient("No sales unit of this sandbox has this MSN.")
    query = {name: value for name, value in request.query_params.items() if name != "msn"}
    query["client_id"] = world.unit(msn).keys.client_id
    return _redirect(with_query(f"{world.base_url}{request.url.path}", **query))


def _redirect_uri(query: AuthorizeQuery, unit: SalesUnit, world: World) -> str:
    """Where the browser may be sent back to.

    Without such a place the refusal has to stay here.
    """
    if not query.redirect_uri:
        raise errors.InvalidRequest("The redirect_uri is missing.")
    switches = world.switches[unit.merchant_serial_number]
    if not is_registered(query.redirect_uri, switches):
        registered = ", ".join(switches.login_redirect_uris) or "any https or loopback address without a fragment"
        raise errors.InvalidRequest(
            f"The redirect_uri {query.redirect_uri} is not registered, character by character. Known: {registered}."
        )
    return query.redirect_uri


def _by_code(form: TokenForm, unit: SalesUnit, world: World) -> Login:
    if not form.redirect_uri:
        raise errors.InvalidRequest("The form needs the redirect_uri, the same as before.")
    login = _of_code(form.code, unit, world, BrowserLogin)
    if login.redirect_uri != form.redirect_uri:
        raise errors.InvalidGrant("The redirect_uri is not the one that the login began with.")
    if not fits(form.code_verifier, login.challenge):
        raise errors.InvalidGrant("The code_verifier does not fit the code_challenge that the login began with.")
    return login


def _of_code(code: str | None, unit: SalesUnit, world: World, kind: type[Kind]) -> Kind:
    if not code:
        raise errors.InvalidRequest("The form needs the code.")
    login = world.records(Logins).with_code(code)
    if not isinstance(login, kind) or login.msn != unit.merchant_serial_number:
        raise errors.InvalidGrant("This code was not given to this client, or not for this grant type.")
    if login.state is State.COMPLETED:
        # Somebody else may have been first, so what they got is taken back (RFC 6749, section 4.1.2).
        world.records(PersonTokens).revoke(login.token_hash or "")
        raise errors.InvalidGrant("The code was used before. The access token that it gave is revoked.")
    if login.decided is None or world.clock.now() >= login.decided + CODE_LIFETIME:
        raise errors.InvalidGrant("The code has expired.")
    return login


def _by_polling(form: TokenForm, unit: SalesUnit, world: World) -> Login:
    if not form.auth_req_id:
        raise errors.InvalidRequest("The form needs the auth_req_id.")
    login = world.records(Logins).with_auth_req_id(form.auth_req_id)
    if login is None or login.msn != unit.merchant_serial_number:
        raise errors.InvalidGrant("This auth_req_id was not given to this client.")
    if login.state is State.PENDING:
        now, before = world.clock.now(), login.polled
        login.polled = now
        if before is not None and now < before + POLLING_INTERVAL:
            raise errors.SlowDown
        raise errors.AuthorizationPending
    if login.state is State.REJECTED:
        raise errors.AccessDenied(f"The reason: {login.error}.")
    if login.state is State.COMPLETED:
        raise errors.InvalidGrant("The tokens of this login were fetched before.")
    if world.clock.now() >= login.expires:  # nobody decided, or what was decided was not fetched in time
        raise errors.ExpiredToken
    return login


def _redirect(location: str) -> Response:
    return Response(status_code=HTTPStatus.FOUND, headers={"Location": location, **NO_STORE})
