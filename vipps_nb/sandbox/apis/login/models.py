"""Logins: their states, their records and the store that keeps them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from vipps_nb.sandbox.world.state_machine import StateMachine

TIME_TO_APPROVE = timedelta(minutes=10)
CODE_LIFETIME = timedelta(minutes=10)
POLLING_INTERVAL = timedelta(seconds=5)


class State(StrEnum):
    """How far a login has come."""

    PENDING = "PENDING"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    EXPIRED = "EXPIRED"
    COMPLETED = "COMPLETED"


MOVES = StateMachine(
    {
        State.PENDING: frozenset({State.APPROVED, State.REJECTED, State.EXPIRED}),
        State.APPROVED: frozenset({State.COMPLETED}),
    }
)


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a code verifier has to fit (RFC 7636)."""

    value: str
    method: str


@dataclass(slots=True, kw_only=True, eq=False)
class Login:
    """One person asked to log in, by one sales unit.

    Attributes:
        scope: What the person shares by approving, in the order it was asked for.
        redirect_uri: Where the browser goes after the decision; None where everything ends in the app.
        error: Why it was rejected, as an OAuth error code.
        code: What the browser carries to the merchant, once approved.
        token: The access token that it was traded for.
    """

    msn: str
    client_id: str
    scope: Sequence[str]
    phone_number: str
    asked: datetime
    expires: datetime
    redirect_uri: str | None = None
    state: State = State.PENDING
    error: str | None = None
    decided: datetime | None = None
    code: str | None = None
    token: str | None = None


@dataclass(slots=True, kw_only=True, eq=False)
class BrowserLogin(Login):
    """A login that began in a browser.

    Attributes:
        echo: The merchant's own ``state``, given back unread.
        acr: The assurance that was asked for, and will be claimed.
    """

    # All fields are named, so one without a default may follow; and nobody sets it to None later.
    redirect_uri: str  # pyright: ignore[reportGeneralTypeIssues, reportIncompatibleVariableOverride]
    echo: str
    nonce: str | None = None
    challenge: Challenge | None = None
    acr: str | None = None


@dataclass(slots=True, kw_only=True, eq=False)
class MerchantLogin(Login):
    """A login that the merchant's system began, with a phone number (CIBA)."""

    auth_req_id: str
    binding_message: str | None = None
    polled: datetime | None = None


@dataclass(slots=True)
class Logins:
    """All logins of one world."""

    all: list[Login] = field(default_factory=list)
    acquainted: set[str] = field(default_factory=set)
    """The subs of those who have logged in before."""
    _by_code: dict[str, Login] = field(default_factory=dict)
    _by_auth_req_id: dict[str, MerchantLogin] = field(default_factory=dict)

    def store(self, login: Login) -> None:
        """Keep a new login."""
        self.all.append(login)
        if isinstance(login, MerchantLogin):
            self._by_auth_req_id[login.auth_req_id] = login

    def give_code(self, login: Login, code: str) -> None:
        """An approved login gets its code."""
        login.code = code
        self._by_code[code] = login

    def with_code(self, code: str) -> Login | None:
        """The login that this code came from."""
        return self._by_code.get(code)

    def with_auth_req_id(self, auth_req_id: str) -> MerchantLogin | None:
        """The merchant-initiated login of this name."""
        return self._by_auth_req_id.get(auth_req_id)
