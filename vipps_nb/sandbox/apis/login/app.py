"""A login on the customer's phone, and what the customer and time do to it."""

from __future__ import annotations

from functools import partial
from typing import Any
from urllib.parse import urlencode

from vipps_nb.sandbox.apis.login.models import MOVES, BrowserLogin, Login, Logins, MerchantLogin, State
from vipps_nb.sandbox.customer.screen import PhoneScreen
from vipps_nb.sandbox.world.deeds import deed
from vipps_nb.sandbox.world.event_bus import DomainEvent, EventBus
from vipps_nb.sandbox.world.id_tokens import opaque
from vipps_nb.sandbox.world.world import World

PING = "login.merchant-initiated.ping.v1"
SHARED = {
    "name": "your name",
    "phoneNumber": "your phone number",
    "email": "your email address",
    "address": "your addresses",
    "birthDate": "your date of birth",
    "gender": "your gender",
    "nin": "your national identity number",
    "delegatedConsents": "your marketing consents",
    "customFlow": "your marketing consents",
    "paymentSourceReferences": "references to your payment sources",
}
OUTCOMES = {
    State.APPROVED: "You are logged in.",
    State.COMPLETED: "You are logged in.",
    State.EXPIRED: "This login has expired.",
    State.REJECTED: "You were not logged in.",
}
DESCRIPTIONS = {
    "access_denied": "The customer cancelled the login.",
    "server_error": "Something went wrong. Try again.",
    "outdated_app_version": "The customer's app is too old and needs to be updated.",
    "wrong_challenge": "The customer chose the wrong number.",
    "unknown_reject_reason": "Something went wrong, and nobody knows what.",
}


@deed("login.screen", about=Logins)
def phone_screen(world: World, number: int) -> PhoneScreen:
    """A login as the customer sees it."""
    login = world.records(Logins).rows[number]
    onward_url = _onward_url(login)
    return PhoneScreen(
        kind="login",
        name=("authReqId", login.auth_req_id) if isinstance(login, MerchantLogin) else None,
        msn=login.msn,
        merchant=world.unit(login.msn).name,
        text="Log in?",
        details=_details(login),
        standing=f"The login is {login.state}",
        outcome=OUTCOMES.get(login.state),
        return_url=onward_url or login.redirect_uri,
        goes_on=True,
        onward_url=onward_url,
        expires=login.expires,
        on_approve=partial(_approve, world, number),
        on_abort=partial(_reject, world, login, "access_denied", aborted=True),
        renew=phone_screen.of(world, number),
    )


def _details(login: Login) -> list[str]:
    """The word that both sides show, and what the customer shares by approving."""
    shared = list(dict.fromkeys(SHARED[name] for name in login.scope if name in SHARED))
    lines = [f"You share {', '.join(shared)}."] if shared else []
    if isinstance(login, MerchantLogin) and login.binding_message:
        lines.insert(0, f"Does the merchant show you {login.binding_message}? Go on only if it does.")
    return lines


def _onward_url(login: Login) -> str | None:
    """The merchant's page with a code or an error.

    With the merchant's own state, if there was one.
    """
    if login.redirect_uri is None:
        return None
    state = {"state": login.echo} if isinstance(login, BrowserLogin) else {}
    if login.error is not None:
        return with_query(login.redirect_uri, error=login.error, error_description=DESCRIPTIONS[login.error], **state)
    if login.code is None:
        return None
    scope = {"scope": " ".join(login.scope)} if isinstance(login, BrowserLogin) else {}
    return with_query(login.redirect_uri, code=login.code, **scope, **state)


def _approve(world: World, number: int) -> dict[str, Any]:
    """Log in and share; unless the settings order that something goes wrong."""
    login = world.records(Logins).rows[number]
    fault = world.settings.login_fails_with
    if fault is not None:
        return _reject(world, login, fault, approved=False, reason=DESCRIPTIONS[fault])
    _decide(world, login, State.APPROVED)
    if login.redirect_uri is not None:
        world.records(Logins).give_code(number, opaque())
    _ping(world, login)
    return _report(login, approved=True)


def _reject(world: World, login: Login, error: str, **outcome: Any) -> dict[str, Any]:
    _decide(world, login, State.REJECTED)
    login.error = error
    _ping(world, login)
    return _report(login, **outcome)


def _decide(world: World, login: Login, state: State) -> None:
    login.state = MOVES.move(login.state, state)
    login.decided = world.clock.now()


def _ping(world: World, login: Login) -> None:
    """Say that polling has an end.

    Not where a browser brings the code (merchant-initiated login, webhooks).
    """
    if isinstance(login, MerchantLogin) and login.redirect_uri is None:
        world.records(EventBus).publish(
            DomainEvent(
                event=PING,
                msn=login.msn,
                subject=login.auth_req_id,
                payload={"auth_req_id": login.auth_req_id},
                moment=world.clock.now(),
            )
        )


def _report(login: Login, **outcome: Any) -> dict[str, Any]:
    name = {"authReqId": login.auth_req_id} if isinstance(login, MerchantLogin) else {}
    return {**name, "msn": login.msn, "state": str(login.state), **outcome}


def find_on_phone(world: World, auth_req_id: str) -> list[PhoneScreen]:
    """The merchant-initiated login of this name."""
    number = world.records(Logins).numbered(auth_req_id)
    return [phone_screen(world, number)] if number is not None else []


def put_on_phone(world: World, login: Login, token: str) -> None:
    """Let the customer decide, until time is up."""
    number = world.records(Logins).store(login)
    world.phone.show(token, phone_screen.of(world, number))
    world.clock.at(login.expires, expire.of(world, number))


@deed("login.expire", about=Logins)
def expire(world: World, number: int) -> None:
    """Time is up, and nobody has decided."""
    login = world.records(Logins).rows[number]
    if login.state is State.PENDING:
        login.state = MOVES.move(login.state, State.EXPIRED)


def with_query(url: str, **values: str) -> str:
    """The URL with these values behind it, whether or not it has a query already."""
    joint = "?" if "?" not in url else "" if url.endswith(("?", "&")) else "&"
    return f"{url}{joint}{urlencode(values)}"
