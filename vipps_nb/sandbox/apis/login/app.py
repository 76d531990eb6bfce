"""A login on the customer's phone, and what the customer and time do to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from vipps_nb.sandbox.apis.login.models import MOVES, BrowserLogin, Login, Logins, MerchantLogin, State
from vipps_nb.sandbox.server.problems import NothingToDecide
from vipps_nb.sandbox.world.announcements import Announcement, Announcements
from vipps_nb.sandbox.world.identity import opaque
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


@dataclass(frozen=True, slots=True)
class LoginOnPhone:
    """A login as the customer sees it."""

    world: World
    login: Login

    @property
    def msn(self) -> str:
        """The sales unit that asks."""
        return self.login.msn

    @property
    def merchant(self) -> str:
        """Its name."""
        return self.world.unit(self.login.msn).name

    @property
    def price(self) -> None:
        """A login costs nothing."""
        return

    @property
    def text(self) -> str:
        """What it is for."""
        return "Log in?"

    @property
    def details(self) -> list[str]:
        """The word that both sides show, and what the customer shares by approving."""
        shared = list(dict.fromkeys(SHARED[name] for name in self.login.scope if name in SHARED))
        lines = [f"You share {', '.join(shared)}."] if shared else []
        if isinstance(self.login, MerchantLogin) and self.login.binding_message:
            lines.insert(0, f"Does the merchant show you {self.login.binding_message}? Go on only if it does.")
        return lines

    @property
    def kind(self) -> str:
        """What it is."""
        return "login"

    @property
    def name(self) -> tuple[str, str] | None:
        """How the desk knows it."""
        return ("authReqId", self.login.auth_req_id) if isinstance(self.login, MerchantLogin) else None

    @property
    def outcome(self) -> str | None:
        """How it ended; None while it is open."""
        return OUTCOMES.get(self.login.state)

    @property
    def expires(self) -> datetime:
        """When the customer's time is up."""
        return self.login.expires

    @property
    def return_url(self) -> str | None:
        """Back to the merchant, if the login leads there."""
        return self.onward_url or self.login.redirect_uri

    @property
    def onward_url(self) -> str | None:
        """The merchant's page with a code or an error; with the merchant's own state, if there was one."""
        login = self.login
        if login.redirect_uri is None:
            return None
        state = {"state": login.echo} if isinstance(login, BrowserLogin) else {}
        if login.error is not None:
            return with_query(
                login.redirect_uri, error=login.error, error_description=DESCRIPTIONS[login.error], **state
            )
        if login.code is None:
            return None
        scope = {"scope": " ".join(login.scope)} if isinstance(login, BrowserLogin) else {}
        return with_query(login.redirect_uri, code=login.code, **scope, **state)

    def approve(self) -> dict[str, Any]:
        """Log in and share; unless the desk has ordered that something goes wrong."""
        self._check_open()
        fault = self.world.settings.login_fails_with
        if fault is not None:
            return self._reject(fault, approved=False, reason=DESCRIPTIONS[fault])
        self._decide(State.APPROVED)
        if self.login.redirect_uri is not None:
            self.world.room(Logins).give_code(self.login, opaque())
        self._ping()
        return self._report(approved=True)

    def abort(self) -> dict[str, Any]:
        """Say no."""
        self._check_open()
        return self._reject("access_denied", aborted=True)

    def _reject(self, error: str, **outcome: Any) -> dict[str, Any]:
        self._decide(State.REJECTED)
        self.login.error = error
        self._ping()
        return self._report(**outcome)

    def _decide(self, state: State) -> None:
        self.login.state = MOVES.move(self.login.state, state)
        self.login.decided = self.world.clock.now()

    def _ping(self) -> None:
        """Say that polling has an end; not where a browser brings the code (merchant-initiated login, webhooks)."""
        login = self.login
        if isinstance(login, MerchantLogin) and login.redirect_uri is None:
            self.world.room(Announcements).announce(
                Announcement(
                    event=PING,
                    msn=login.msn,
                    subject=login.auth_req_id,
                    payload={"auth_req_id": login.auth_req_id},
                    moment=self.world.clock.now(),
                )
            )

    def _check_open(self) -> None:
        if self.outcome is not None:
            raise NothingToDecide(f"The login is {self.login.state}: {self.outcome}")

    def _report(self, **outcome: Any) -> dict[str, Any]:
        login = self.login
        name = {"authReqId": login.auth_req_id} if isinstance(login, MerchantLogin) else {}
        return {**name, "msn": login.msn, "state": str(login.state), **outcome}


def find_on_phone(world: World, auth_req_id: str) -> list[LoginOnPhone]:
    """The merchant-initiated login of this name."""
    login = world.room(Logins).with_auth_req_id(auth_req_id)
    return [LoginOnPhone(world, login)] if login is not None else []


def put_on_phone(world: World, login: Login, token: str) -> None:
    """Let the customer decide, until time is up."""
    world.room(Logins).store(login)
    world.phone[token] = LoginOnPhone(world, login)
    world.clock.at(login.expires, lambda: expire(login))


def expire(login: Login) -> None:
    """Time is up, and nobody has decided."""
    if login.state is State.PENDING:
        login.state = MOVES.move(login.state, State.EXPIRED)


def with_query(url: str, **values: str) -> str:
    """The URL with these values behind it, whether or not it has a query already."""
    joint = "?" if "?" not in url else "" if url.endswith(("?", "&")) else "&"
    return f"{url}{joint}{urlencode(values)}"
