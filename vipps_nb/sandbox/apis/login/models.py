"""Logins: their states, their records and the store that keeps them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from vipps_nb.sandbox.world.clock import Moment
from vipps_nb.sandbox.world.state_machine import StateMachine
from vipps_nb.sandbox.world.tables import Rows, Table

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
        token_hash: Of the access token that it was traded for.
    """

    msn: str
    client_id: str
    scope: Sequence[str]
    phone_number: str
    asked: Moment
    expires: Moment
    redirect_uri: str | None = None
    state: State = State.PENDING
    error: str | None = None
    decided: Moment | None = None
    code: str | None = None
    token_hash: str | None = None


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
    polled: Moment | None = None


class Logins:
    """All logins of one world."""

    def __init__(self) -> None:
        self.rows: Rows[Login] = Rows()
        self.acquainted: Table[str, bool] = Table(frozen=True)
        """The subs of those who have logged in before."""
        self._by_code: dict[str, int] = {}
        self._by_auth_req_id: dict[str, int] = {}

    @property
    def all(self) -> Collection[Login]:
        """All of them, to be read and not to be changed."""
        return self.rows.values()

    def store(self, login: Login) -> int:
        """Keep a login; tells its number."""
        number = self.rows.append(login)
        if isinstance(login, MerchantLogin):
            self._by_auth_req_id[login.auth_req_id] = number
        if login.code is not None:
            self._by_code[login.code] = number
        return number

    def give_code(self, number: int, code: str) -> None:
        """An approved login gets its code."""
        self.rows[number].code = code
        self._by_code[code] = number

    def with_code(self, code: str) -> Login | None:
        """The login that this code came from."""
        number = self._by_code.get(code)
        return None if number is None else self.rows[number]

    def numbered(self, auth_req_id: str) -> int | None:
        """The number of the merchant-initiated login of this name."""
        return self._by_auth_req_id.get(auth_req_id)

    def with_auth_req_id(self, auth_req_id: str) -> MerchantLogin | None:
        """The merchant-initiated login of this name."""
        number = self.numbered(auth_req_id)
        login = None if number is None else self.rows[number]
        return login if isinstance(login, MerchantLogin) else None
