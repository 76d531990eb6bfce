"""Connects the token cache with the live widget.

The cache tells of new tokens, failed renewals and logouts; the widget shows them. The widget's buttons ask
for a renewal or a logout; the session does it. Neither knows the other.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from vipps_nb.auth.access_token import AccessToken, TokenState
from vipps_nb.auth.token_cache import TokenEvent, TokenKey
from vipps_nb.client.session import VippsSession
from vipps_nb.widgets.token_status import TokenStatus


class LiveToken:
    """One session's token as a live widget; any number of cells may show it.

    Args:
        session: Whose token.
        on_logout: What the widget's Log out button does.
        notices: Sentences to show with the token at first.
    """

    def __init__(self, session: VippsSession, on_logout: Callable[[], None], notices: tuple[str, ...] = ()) -> None:
        self._session = session
        self._key = TokenKey.of(session.credentials, session.environment)
        self.widget = TokenStatus(
            on_renew=self._renew,
            on_logout=on_logout,
            on_writes=self._switch_writes,
            writes_allowed=session.keys.writes_switched_on,
            environment=session.environment.name,
            merchant_serial_number=session.merchant_serial_number or "",
            key_type=session.credentials.key_type,
            source=session.credentials.source,
        )
        if token := session.keys.peek():
            self.widget.show_token(**_moments(token))
        self.widget.message = " ".join(notices)
        self._unsubscribe = session.keys.cache.subscribe(self._follow)

    def shows(self, session: VippsSession) -> bool:
        """Whether this is that session's token."""
        return self._session is session

    def close(self) -> None:
        """Stop following the token; what is on the screen stays."""
        self._unsubscribe()

    def _renew(self, seen_issued_at: int) -> None:
        token = self._session.keys.peek()
        if token is None or _moments(token)["issued_at"] == seen_issued_at:
            self._session.keys.renewed(token)

    def _switch_writes(self, on: bool) -> None:
        self._session.keys.writes_switched_on = on

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
    return f"{head} · token valid for {_duration(token.remaining())} (until {token.expires_at:%H:%M:%S} UTC)"


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
