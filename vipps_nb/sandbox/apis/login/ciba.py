"""Login from a phone number.

The merchant's system asks, the customer confirms in the app (CIBA).
"""

from __future__ import annotations

import re
from datetime import timedelta
from math import ceil
from typing import Annotated

from fastapi import Form, Request

from vipps_nb.sandbox.apis.login import errors
from vipps_nb.sandbox.apis.login.api import page
from vipps_nb.sandbox.apis.login.app import put_on_phone
from vipps_nb.sandbox.apis.login.clients import authenticate
from vipps_nb.sandbox.apis.login.models import POLLING_INTERVAL, TIME_TO_APPROVE, Logins, MerchantLogin, State
from vipps_nb.sandbox.apis.login.schemas import (
    CIBA,
    FORM,
    AuthenticationForm,
    AuthenticationResponse,
    UserExistsForm,
    UserExistsResponse,
)
from vipps_nb.sandbox.apis.login.validation import granted_scope, is_registered
from vipps_nb.sandbox.customer.codes import CustomerCodes, looks_like_ours
from vipps_nb.sandbox.customer.customer import PHONE_NUMBER
from vipps_nb.sandbox.server.problems import TooManyRequests
from vipps_nb.sandbox.server.routing import Rules, TheBackend, rules
from vipps_nb.sandbox.world.sales_unit import SalesUnit
from vipps_nb.sandbox.world.world import World

MSISDN = re.compile(r"urn:msisdn:([1-9][0-9]{8,14})")
NORWEGIAN = re.compile(r"urn:mobilenumber:([1-9][0-9]{7})")
"""The older way to name a number, without its country."""
CUSTOMER_TOKEN = re.compile(r"urn:customer-token:([!-~]+)")
BINDING_MESSAGE = re.compile(r"[A-Z0-9-]{5,8}")
SHORTEST, LONGEST = timedelta(seconds=60), timedelta(seconds=900)
TO_WEBPAGE = "login_to_webpage"
AT_ONCE = 5
router = page.router


@router.post(f"{CIBA}/backchannel/authentication", response_model=AuthenticationResponse)
@rules(Rules(media_type=FORM))
async def ciba_auth(
    form: Annotated[AuthenticationForm, Form()], request: Request, backend: TheBackend
) -> AuthenticationResponse:
    """CIBA authentication: ask a person to log in, by phone number.

    The phone rings; the merchant polls.
    """
    world = backend.world
    unit = authenticate(request.headers, form.client_id, form.client_secret, backend)
    phone_number = _named(form.login_hint, unit, world)
    redirect_uri = _redirect_uri(form, unit, world)
    if form.binding_message is not None and not BINDING_MESSAGE.fullmatch(form.binding_message):
        raise errors.InvalidBindingMessage
    lifetime = _lifetime(form.requested_expiry)
    try:
        scope = granted_scope(form.scope or "openid", world.switches[unit.merchant_serial_number], world)
    except errors.SentBack as back:
        raise errors.InvalidScope(back.description) from back
    if not _exists(phone_number, world):
        raise errors.InvalidUser
    if world.settings.login_fails_with == "outdated_app_version":
        raise errors.OldApp
    _check_patience(phone_number, world)
    login = MerchantLogin(
        msn=unit.merchant_serial_number,
        client_id=unit.keys.client_id,
        scope=scope,
        phone_number=phone_number,
        asked=world.clock.now(),
        expires=world.clock.now() + lifetime,
        redirect_uri=redirect_uri,
        auth_req_id=world.ids.urlsafe(20),
        binding_message=form.binding_message,
    )
    put_on_phone(world, login, login.auth_req_id)
    return AuthenticationResponse(
        auth_req_id=login.auth_req_id,
        expires_in=int(lifetime.total_seconds()),
        interval=int(POLLING_INTERVAL.total_seconds()),
    )


@router.post(f"{CIBA}/v1/user-exists", response_model=UserExistsResponse)
@rules(Rules(media_type=FORM))
async def user_exists(
    form: Annotated[UserExistsForm, Form()], request: Request, backend: TheBackend
) -> UserExistsResponse:
    """User exists.

    Whether somebody could log in with this number, before anybody is asked.
    """
    unit = authenticate(request.headers, form.client_id, form.client_secret, backend)
    phone_number = _named(form.login_hint, unit, backend.world)
    return UserExistsResponse(exists=_exists(phone_number, backend.world))


def _named(login_hint: str | None, unit: SalesUnit, world: World) -> str:
    """The phone number of whom a login hint names.

    A customer token is its owner's; a made-up one is anybody's.
    """
    if not login_hint:
        raise errors.InvalidRequest("The form needs a login_hint.")
    if found := MSISDN.fullmatch(login_hint):
        return found[1]
    if found := NORWEGIAN.fullmatch(login_hint):
        return f"47{found[1]}"
    if found := CUSTOMER_TOKEN.fullmatch(login_hint):
        owner = world.records(CustomerCodes).owner(found[1], unit.merchant_serial_number, world.clock.now())
        if owner is None and looks_like_ours(found[1]):
            raise errors.ExpiredLoginHintToken
        return owner.phone_number if owner is not None else PHONE_NUMBER
    raise errors.InvalidRequest(
        "The login_hint must be urn:msisdn: and 9 to 15 digits, the first not 0, or urn:customer-token:…"
    )


def _exists(phone_number: str, world: World) -> bool:
    return phone_number not in world.settings.unknown_phone_numbers


def _redirect_uri(form: AuthenticationForm, unit: SalesUnit, world: World) -> str | None:
    if form.requested_flow is None:
        if form.redirect_uri is not None:
            raise errors.InvalidRequest(f"A redirect_uri needs requested_flow={TO_WEBPAGE}.")
        return None
    if form.requested_flow != TO_WEBPAGE:
        raise errors.InvalidRequest(f"The requested_flow can only be {TO_WEBPAGE}.")
    if not form.redirect_uri or not is_registered(form.redirect_uri, world.switches[unit.merchant_serial_number]):
        raise errors.InvalidRequest("The redirect_uri is missing, or not one of the sales unit's.")
    return form.redirect_uri


def _lifetime(requested: str | None) -> timedelta:
    if requested is None:
        return TIME_TO_APPROVE
    if re.fullmatch("[0-9]{1,6}", requested) and SHORTEST <= timedelta(seconds=int(requested)) <= LONGEST:
        return timedelta(seconds=int(requested))
    raise errors.InvalidRequest("The requested_expiry must be a number of seconds from 60 to 900.")


def _check_patience(phone_number: str, world: World) -> None:
    """Nobody's phone rings for many at once."""
    waiting = [
        login.expires
        for login in world.records(Logins).all
        if isinstance(login, MerchantLogin) and login.phone_number == phone_number and login.state is State.PENDING
    ]
    if world.settings.rate_limits and len(waiting) >= AT_ONCE:
        seconds = max(1, ceil((min(waiting) - world.clock.now()).total_seconds()))
        raise TooManyRequests(
            f"Too many logins wait for this person. Try again in {seconds} seconds.",
            headers={"Retry-After": str(seconds)},
        )
