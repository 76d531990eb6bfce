"""Connects the token cache with the live widget.

The cache tells of new tokens, failed renewals and logouts; the widget shows them. The widget's buttons ask
for a renewal or a logout; the session does it. Neither knows the other.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from vipps_nb.auth.access_token import AccessToken, TokenState
from vipps_nb.auth.login_options import LoginOptions
from vipps_nb.auth.token_cache import TokenEvent, TokenKey
from vipps_nb.client.destinations import destinations
from vipps_nb.client.login import move
from vipps_nb.client.session import VippsSession
from vipps_nb.core.zone import time_told, zone_for_page
from vipps_nb.errors import CredentialsError
from vipps_nb.widgets.token_status import TokenStatus


class LiveToken:
    """One session's token as a live widget; any number of cells may show it.

    Args:
        session: Whose token.
        on_logout: What the widget's Log out button does.
        notices: Sentences to show with the token at first.
        options: The login that it came from: where else the session could talk to is searched from there.
    """

    def __init__(
        self,
        session: VippsSession,
        on_logout: Callable[[], None],
        notices: tuple[str, ...] = (),
        options: LoginOptions | None = None,
    ) -> None:
        self._session = session
        self._options = options or LoginOptions()
        self._key = TokenKey.of(session.credentials, session.environment)
        self.widget = TokenStatus(
            on_renew=self._renew,
            on_logout=on_logout,
            on_writes=self._switch_writes,
            on_places=self._places,
            on_switch=self._switch,
            **_labels(session),
        )
        if token := session.keys.peek():
            self.widget.show_token(**_moments(token))
        self.widget.message = " ".join(notices)
        self._unsubscribe = session.keys.cache.subscribe(self._follow)

    def shows(self, session: VippsSession) -> bool:
        """Whether this is that session's token."""
        return self._session is session

    def restate(self) -> None:
        """Show where the session talks to, and where its keys were found the last time."""
        self.widget.show_place(**_labels(self._session))

    def close(self) -> None:
        """Stop following the token; what is on the screen stays."""
        self._unsubscribe()

    def _renew(self, seen_issued_at: int) -> None:
        token = self._session.keys.peek()
        if token is None or _moments(token)["issued_at"] == seen_issued_at:
            self._session.keys.renewed(token)

    def _switch_writes(self, on: bool) -> None:
        self._session.keys.writes_switched_on = on

    def _places(self) -> list[dict[str, Any]]:
        """Where the session could talk to, and where it does; no value of a key."""
        here = (self._session.environment.name, self._session.credentials.source)
        return [
            {
                "key": place.key,
                "environment": place.environment,
                "source": place.source,
                "msn": place.merchant_serial_number,
                "now": (place.environment, place.source) == here,
                "fault": place.fault,
            }
            for place in destinations(self._options)
        ]

    def _switch(self, key: str) -> str:
        """Have the session talk to another place.

        Raises:
            VippsNbError: It is no longer there, or the login failed. The session talks to where it talked.
        """
        place = next((place for place in destinations(self._options) if place.key == key and not place.fault), None)
        if place is None:
            raise CredentialsError("That place is not there any more, so nothing was switched. Open the list again.")
        options = place.options(self._options)
        outcome = move(self._session, options)
        self._options = options
        self._key = TokenKey.of(self._session.credentials, self._session.environment)
        self.restate()
        if token := self._session.keys.peek():
            self.widget.show_token(**_moments(token))
        where = {"sandbox": "the sandbox", "production": "PRODUCTION"}.get(place.environment, place.environment)
        said = " ".join([f"Switched to {where}, with {_keys(place.source)}.", *outcome.notices])
        self.widget.message = said
        return said

    def _follow(self, event: TokenEvent) -> None:
        if event.key != self._key:
            return
        if event.token is None:
            self.widget.show_logged_out()
        elif event.problem:
            self.widget.show_renewal_failed(event.problem)
        else:
            self.widget.show_token(**_moments(event.token))


def status_text(session: VippsSession) -> str:
    """The token's state in one line, for terminals."""
    token = session.keys.peek()
    msn = f" · MSN {session.merchant_serial_number}" if session.merchant_serial_number else ""
    place = session.environment.name
    head = f"{place.upper() if place == 'production' else place}{msn} · keys: {session.credentials.source}"
    if token is None:
        return f"{head} · no token"
    if token.state() is TokenState.EXPIRED:
        return f"{head} · token expired; the next request fetches a new one"
    return f"{head} · token valid for {_duration(token.remaining())} (until {time_told(token.expires_at, still=True)})"


def _labels(session: VippsSession) -> dict[str, Any]:
    return {
        "zone": zone_for_page(),
        "writes_allowed": session.keys.writes_switched_on,
        "environment": session.environment.name,
        "merchant_serial_number": session.merchant_serial_number or "",
        "key_type": session.credentials.key_type,
        "source": session.credentials.source,
    }


def _keys(source: str) -> str:
    return source if source.endswith("keys") else f"keys from {source}"


def _duration(span: timedelta) -> str:
    minutes, seconds = divmod(int(span.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "h"), (minutes, "min"), (seconds, "s"))
    return " ".join(f"{count} {unit}" for count, unit in parts if count) or "0 s"


def _moments(token: AccessToken) -> dict[str, int]:
    """The token's moments on this machine's wall clock, as the widget wants them."""

    def here(moment: datetime) -> int:
        return round((moment - token.clock_skew).timestamp() * 1000)

    return {
        "issued_at": here(token.issued_at),
        "stale_at": here(token.stale_at),
        "expires_at": here(token.expires_at),
    }
