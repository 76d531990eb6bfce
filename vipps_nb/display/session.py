"""A session as a card: where it talks to, whose keys, the token's life, limits.

The last calls, what to try next.

Nothing is asked of anybody for it, and no secret is in it: what it says is what the session knows at that moment.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

from vipps_nb.apis.questions import limit_of
from vipps_nb.auth.access_token import AccessToken, TokenState
from vipps_nb.client.recorder import PastCall
from vipps_nb.client.session import VippsSession
from vipps_nb.core import machine
from vipps_nb.core.environment import is_loopback
from vipps_nb.core.paths import path_of
from vipps_nb.core.redaction import persons_in
from vipps_nb.core.view import View
from vipps_nb.core.visible import visible
from vipps_nb.display.answer import code_marked
from vipps_nb.display.frame import framed
from vipps_nb.display.history import money_of, subject_of, tone_of
from vipps_nb.display.markup import Markup, join, tag

_LAST = 5
_MINUTE = timedelta(minutes=1)
_TOO_MANY = 429


@dataclass(frozen=True)
class SessionCard:
    """A session, ready to be shown."""

    session: VippsSession

    @cached_property
    def _calls(self) -> list[PastCall]:
        return list(self.session.history)

    @cached_property
    def facts(self) -> list[tuple[str, str]]:
        """Names and what there is to say, in order."""
        session, place = self.session, self.session.environment
        where = "in this page" if machine.is_a_page() else "on this machine"
        host = f"a sandbox {where}" if is_loopback(session.base_url) else place.host
        msn = f"MSN {session.merchant_serial_number}" if session.merchant_serial_number else "no MSN"
        keys = session.credentials
        whose = f"{keys.key_type} keys from {keys.source}, {msn}" if keys.client_id else "forgotten: it was logged out"
        writes = "writes are allowed" if session.writes_allowed else "read-only until vipps.allow_writes()"
        return [
            ("Talks to", f"{place.name}: {host}" + (f"; {writes}" if place.name == "production" else "")),
            ("Keys", whose),
            ("Token", _life(session.keys.peek())),
            ("Limits", _limits(self._calls)),
        ]

    @cached_property
    def next_steps(self) -> list[str]:
        """What to try next, code in backticks."""
        session, calls = self.session, self._calls
        if not session.credentials.client_id:
            return ["`%vipps_login` logs in again."]
        if not calls:
            first = [
                "`%vipps_explore` finds an operation and fills in its form.",
                '`vipps.get("/webhooks/v1/webhooks")`',
            ]
            return [*first, *(["`%vipps_sandbox` is the customer's phone."] if session.sandbox is not None else [])]
        last, steps = calls[-1], []
        if last.status == _TOO_MANY:
            steps.append("Wait a minute: the last call was one too many.")
        elif not last.ok:
            steps.append(f"`vipps.history[{last.number}]` explains why the last call did not go well.")
        elif last.method == "POST" and path_of(last.url) == "/epayment/v1/payments":
            steps.append(f'`vipps.poll("/epayment/v1/payments/{subject_of(last)}")` waits for the customer.')
            if session.sandbox is not None:
                steps.append("`%vipps_sandbox` is the customer's phone.")
        return [*steps, "`%vipps_calls` looks into the calls, compares them, and sends one again."]

    @cached_property
    def _rows(self) -> list[tuple[str, str, str, str, str]]:
        rows = []
        for call in self._calls[: -_LAST - 1 : -1]:
            view = View(still=call.still, persons=frozenset(persons_in(call.sent_as_json())))
            when = view.time(call.shown_moment)
            rows.append((str(call.number), when, call.outcome, view.text(call.title), money_of(call)))
        return rows

    @property
    def text(self) -> str:
        """For a terminal, and for whoever reads the notebook's file."""
        lines = [repr(self.session), *(f"  {name + ':':9} {words}" for name, words in self.facts)]
        lines += [f"  {number:>4}  {' · '.join(filter(None, rest))}" for number, *rest in self._rows]
        lines += [f"  Next:     {step.replace('`', '')}" for step in self.next_steps]
        return visible("\n".join(lines))

    @property
    def html(self) -> str:
        """For a front end."""
        name = self.session.environment.name
        items = [part for key, words in self.facts for part in (tag("dt", key), " ", tag("dd", words), " ")]
        header = tag(
            "header",
            tag("span", name, class_="vipps-nb-badge"),
            " ",
            tag("strong", "Session", class_="vipps-nb-title"),
        )
        return framed(
            header,
            tag("div", tag("dl", *items), class_="vipps-nb-facts"),
            self._last(),
            tag("p", tag("b", "Next")),
            tag("ul", *(tag("li", code_marked(step)) for step in self.next_steps), class_="vipps-nb-fields"),
            environment=name,
            label="Session",
        )

    def _last(self) -> Markup | None:
        if not self._rows:
            return None
        tones = [tone_of(call) for call in self._calls[: -_LAST - 1 : -1]]
        rows = [
            tag(
                "tr",
                tag("th", number, scope="row", class_="vipps-nb-number"),
                tag("td", when),
                tag("td", tag("span", outcome, class_="vipps-nb-status", data_tone=tone)),
                tag("td", join(title, *([" · ", amount] if amount else []))),
            )
            for (number, when, outcome, title, amount), tone in zip(self._rows, tones, strict=True)
        ]
        more = len(self._calls) - len(rows)
        caption = tag("caption", f"The last calls, newest first; {more} more in vipps.history" if more else "The calls")
        return tag("table", caption, tag("tbody", *rows), class_="vipps-nb-list vipps-nb-calls")


def _life(token: AccessToken | None) -> str:
    if token is None:
        return "none yet; the first call that needs one fetches it"
    if token.state() is TokenState.EXPIRED:
        return "expired; the next call fetches a new one"
    stale = ", renewed in the background by the next call" if token.state() is TokenState.STALE else ""
    minutes = int(token.remaining().total_seconds() // 60)
    left = f"{minutes} min left when this was shown" if minutes else "less than a minute left when this was shown"
    return f"valid until {View().moment(token.expires_at - token.clock_skew)} ({left}){stale}"


def _limits(calls: list[PastCall]) -> str:
    """What is left of the documented limits that were touched within the last minute."""
    since = datetime.now(UTC) - _MINUTE
    used: Counter[tuple[str, str]] = Counter()
    allowed: dict[tuple[str, str], int] = {}
    for call in calls:
        limit = limit_of(call.method, call.url) if call.moment >= since else None
        if limit is not None:
            key = (call.method, path_of(call.url))
            used[key] += 1 + len(call.retries)
            allowed[key] = limit.per_minute
    if not used:
        return "none of the documented ones was touched within the last minute"
    # Those that are nearest to their end say most.
    nearest = sorted(used, key=lambda key: allowed[key] - used[key])[:3]
    words = [
        f"{max(0, allowed[key] - used[key])} of {allowed[key]} a minute left for {key[0]} {View().text(key[1])}"
        for key in nearest
    ]
    more = len(used) - len(words)
    return "; ".join(words) + (f"; and {more} more" if more else "")
