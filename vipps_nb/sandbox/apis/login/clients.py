"""Who is the client?

Three ways to tell (Login API guide, token endpoint authentication method; partner keys).
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence

from vipps_nb.sandbox.apis.login.errors import BEARER, CHALLENGE, InvalidClient, InvalidRequest, UnauthorizedClient
from vipps_nb.sandbox.server.authentication import AuthPolicy, authenticate_request, basic_credentials
from vipps_nb.sandbox.server.leniency import says_scheme, scheme_and_rest
from vipps_nb.sandbox.world.sales_unit import KeySet, KeyType, SalesUnit
from vipps_nb.sandbox.world.world import Backend, World

PARTNERS = AuthPolicy(
    keys=frozenset({KeyType.PARTNER}),
    subscription_key="optional",
    missing_header=InvalidRequest,
    token_refused=InvalidClient,
)


def authenticate(
    headers: Mapping[str, str], client_id: str | None, client_secret: str | None, backend: Backend
) -> SalesUnit:
    """The sales unit that a call is made for.

    Args:
        headers: May have Basic or, from a partner, Bearer.
        client_id: From the form, with ``client_secret_post``; beside Basic it is only a repetition.
        client_secret: Likewise.
        backend: Where the keys are.

    Raises:
        InvalidClient: Unknown, or introduced in another way than the sales unit is set up for.
        InvalidRequest: Introduced in two ways at once.
        UnauthorizedClient: The sales unit has no Login.
    """
    authorization = headers.get("Authorization")
    if authorization is None:
        used = "client_secret_post"
        if client_id is None or client_secret is None:
            raise InvalidClient("There is neither an Authorization header nor client_id and client_secret in the form.")
        unit = _unit(client_id, [client_secret], backend)
    elif client_secret is not None:
        raise InvalidRequest("The client introduced itself twice: in the Authorization header and in the form.")
    else:
        used = "client_secret_basic"  # a partner's target must be set up for it, although the partner uses Bearer
        unit = _introduced(authorization, headers, backend)
    switches = backend.world.switches[unit.merchant_serial_number]
    expected = switches.login_token_endpoint_auth_method
    if used != expected:
        raise InvalidClient(f"The sales unit is set up for {expected}, and this is {used}.")
    check_login_allowed(unit, backend.world)
    return unit


def check_login_allowed(unit: SalesUnit, world: World) -> None:
    """Refuse a sales unit without Login."""
    if not world.switches[unit.merchant_serial_number].login_allowed:
        raise UnauthorizedClient


def unit_with(client_id: str, world: World) -> SalesUnit | None:
    """The sales unit that has this client ID."""
    keys = world.keys.by_client_id.get(client_id)
    if keys is None or keys.key_type is not KeyType.MERCHANT:
        return None
    return world.unit(keys.merchant_serial_number or "")


def _introduced(authorization: str, headers: Mapping[str, str], backend: Backend) -> SalesUnit:
    scheme, rest = scheme_and_rest(authorization)
    if scheme.lower() == "bearer":
        try:
            return authenticate_request(PARTNERS, headers, backend).merchant
        except InvalidClient as refused:
            refused.headers[CHALLENGE] = BEARER
            raise
    client_id, secrets = basic_credentials(rest)
    if not client_id or not says_scheme("Basic", scheme):
        raise InvalidClient("The Authorization header is not Basic with client_id:client_secret in Base64.")
    return _unit(client_id, secrets, backend)


def _unit(client_id: str, secrets: Sequence[str], backend: Backend) -> SalesUnit:
    unit = unit_with(client_id, backend.world)
    if unit is None or not any(_fits(secret, unit.keys) for secret in secrets):
        raise InvalidClient("The client_id is not a sales unit's of this sandbox, or the client_secret is wrong.")
    return unit


def _fits(secret: str, keys: KeySet) -> bool:
    return hmac.compare_digest(secret.encode(), keys.client_secret.encode())
