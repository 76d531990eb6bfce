"""The live card of an access token: what `%vipps_login` and `%vipps_status` show.

The kernel sends moments and the browser counts, so the countdown runs while the kernel computes, and a
notebook opened a week later says "expired". Never holds a token, a key or a secret: the moments and labels
below are all it knows, and all of it may be saved in a notebook.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import anywidget
import traitlets

from vipps_nb.widgets import card

_SAVED_WORDS = "A saved copy cannot know whether the token is still valid."
_RENEWAL_FAILED = "The renewal failed unexpectedly. Run %vipps_login --refresh to see why."
_LOGOUT_FAILED = "Logging out failed unexpectedly. Run %vipps_logout to see why."
_PLACES_FAILED = "What else there is could not be looked up. %vipps_doctor looks at each file."
_SWITCH_FAILED = "Switching failed unexpectedly, and nothing was switched. Run %vipps_login to see why."
_TYPE_PRODUCTION = "Nothing was switched. Production is real money: type its name to go there."


class TokenStatus(anywidget.AnyWidget):
    """An access token's life as a card: environment, countdown, Renew, Log out.

    Change what is shown with the `show_` methods: any thread may call them, and each sends one message.

    Args:
        on_renew: Asked to renew when Renew is pressed, on a thread of its own. Gets the `issued_at` the
            person saw, so that a click about a token which is gone already can be ignored. An error of ours
            that it raises is shown as a sentence.
        on_logout: Called when Log out is pressed, on a thread of its own.
        on_writes: Called when the switch for writes is used, with its new position. Only production has the switch.
        on_places: Gives the places that the session could talk to instead: ``key``, ``environment``, ``source``,
            ``msn``, ``now`` and ``fault``. They are sent to the browser when somebody asks, and not kept.
        on_switch: Called with the key of one of them, on a thread of its own. Returns the sentence to show. An error
            of ours that it raises is shown as a sentence.
        **traits: Initial values of the traits below.
    """

    _esm = card.script("token_status.js")
    _css = card.stylesheet("token_status.css")

    # Moments: milliseconds since the epoch on the kernel's wall clock; 0 says there is no token.
    issued_at = traitlets.Int(0).tag(sync=True)
    stale_at = traitlets.Int(0).tag(sync=True)
    expires_at = traitlets.Int(0).tag(sync=True)

    zone = traitlets.List(traitlets.Any()).tag(sync=True)  # its changes, as js/shared/time.js reads them
    environment = traitlets.Unicode("sandbox").tag(sync=True)  # sandbox | test | production
    merchant_serial_number = traitlets.Unicode("").tag(sync=True)
    key_type = traitlets.Unicode("merchant").tag(sync=True)
    source = traitlets.Unicode("").tag(sync=True)  # where the keys came from, e.g. ".env"
    state = traitlets.Unicode("ready").tag(sync=True)  # ready | renewing | renewal_failed | logged_out
    message = traitlets.Unicode("").tag(sync=True)  # one sentence, or nothing
    writes_allowed = traitlets.Bool(False).tag(sync=True)  # shown only; who decides is `on_writes`

    def __init__(
        self,
        *,
        on_renew: Callable[[int], None],
        on_logout: Callable[[], None],
        on_writes: Callable[[bool], None] = lambda on: None,
        on_places: Callable[[], Sequence[Mapping[str, Any]]] = lambda: [],
        on_switch: Callable[[str], str] = lambda place: "",
        **traits: Any,
    ) -> None:
        # Messages arrive on a subshell's thread with ipykernel 7.1 to 7.3, and on the main thread elsewhere.
        self._changing = threading.RLock()
        self._renewing = False
        self._on_renew = on_renew
        self._on_logout = on_logout
        self._on_writes = on_writes
        self._on_places = on_places
        self._on_switch = on_switch
        super().__init__(**traits)
        self.on_msg(self._receive)

    def show_token(self, *, issued_at: int, stale_at: int, expires_at: int) -> None:
        """Show a token's life, from now on; moments in milliseconds since the epoch."""
        self._show(issued_at=issued_at, stale_at=stale_at, expires_at=expires_at, state="ready", message="")

    def show_renewing(self) -> None:
        """Say that a new token is being fetched."""
        self._show(state="renewing", message="")

    def show_renewal_failed(self, message: str) -> None:
        """Say that the renewal failed and why; the old token's countdown goes on."""
        self._show(state="renewal_failed", message=message)

    def show_place(
        self,
        *,
        environment: str,
        merchant_serial_number: str,
        key_type: str,
        source: str,
        writes_allowed: bool,
        zone: Sequence[Any] = (),
    ) -> None:
        """Show where the session talks to from now on, and whose keys go there."""
        self._show(
            zone=list(zone),
            environment=environment,
            merchant_serial_number=merchant_serial_number,
            key_type=key_type,
            source=source,
            writes_allowed=writes_allowed,
        )

    def show_logged_out(self) -> None:
        """Say that token and keys are forgotten."""
        self._show(issued_at=0, stale_at=0, expires_at=0, state="logged_out", message="", writes_allowed=False)

    def __repr__(self) -> str:
        """The card in one line, without seconds or addresses: nbval compares it."""
        return " · ".join(["Vipps token", *self._labels()])

    def _repr_mimebundle_(self, **kwargs: Any) -> card.MimeBundle | None:
        place = f"the {self._badge()}" if self.environment == "sandbox" else self._badge()
        state = "logged out of" if self.state == "logged_out" else "logged in to"
        html = card.twin(["Vipps access token", f"{state} {place}", *self._labels()[1:]], _SAVED_WORDS)
        return card.with_twins(super()._repr_mimebundle_(**kwargs), repr(self), html)

    def _badge(self) -> str:
        return self.environment.upper() if self.environment == "production" else self.environment

    def _labels(self) -> list[str]:
        msn, keys, source = self.merchant_serial_number, self.key_type, self.source
        # "the sandbox's pretend keys" already says that it is keys.
        found = source if source.endswith("keys") else f"keys from {source}"
        return [
            self._badge(),
            *([f"MSN {msn}"] if msn else []),
            *([f"{keys} keys"] if keys != "merchant" else []),
            *([found] if source else []),
        ]

    def _show(self, **traits: object) -> None:
        # The lock, because two threads inside hold_sync would send each other's half of the state.
        with self._changing, self.hold_sync():
            for name, value in traits.items():
                setattr(self, name, value)

    def _receive(self, _widget: object, content: object, _buffers: object) -> None:
        match content:
            case {"ask": "time", "id": int() as question}:
                self.send({"time": _now_in_milliseconds(), "id": question})
            case {"do": "renew", "issued_at": int() as seen_issued_at}:
                self._start_renewal(seen_issued_at)
            case {"do": "allow_writes", "on": bool() as on}:
                self._switch_writes(on)
            case {"do": "log_out"}:
                card.in_background(self._log_out, "log out")
            case {"ask": "places", "id": int() as question}:
                card.in_background(lambda: self._tell_places(question), "places")
            case {"do": "switch", "place": str() as place, "typed": str() as typed, "id": int() as question}:
                # At once, so that the browser knows a login that takes its time from a kernel that is gone.
                self.send({"heard": question})
                card.in_background(lambda: self._switch(place, typed, question), "switch")

    def _start_renewal(self, seen_issued_at: int) -> None:
        with self._changing:
            # A second click about the same token, or one about a token that has been replaced meanwhile.
            if self._renewing or seen_issued_at != self.issued_at or self.state == "logged_out":
                return
            self._renewing = True
            self.show_renewing()
        card.in_background(lambda: self._renew(seen_issued_at), "renewal")

    def _renew(self, seen_issued_at: int) -> None:
        try:
            self._on_renew(seen_issued_at)
            outcome = {"state": "ready"}
        except Exception as error:
            outcome = {"state": "renewal_failed", "message": card.sentence_for(error, _RENEWAL_FAILED)}
        with self._changing:
            self._renewing = False
            # Whoever listens to the token cache may have shown the outcome already, or a logout.
            if self.state == "renewing":
                self._show(**outcome)

    def _switch_writes(self, on: bool) -> None:
        with self._changing:
            if self.environment == "production" and self.state != "logged_out":
                self._on_writes(on)
                self._show(writes_allowed=on)

    def _tell_places(self, question: int) -> None:
        try:
            self.send({"id": question, "places": [dict(place) for place in self._on_places()], "say": ""})
        except Exception as error:
            self.send({"id": question, "places": [], "say": card.sentence_for(error, _PLACES_FAILED)})

    def _switch(self, place: str, typed: str, question: int) -> None:
        try:
            # Asked of the kernel too: what a page shows is no promise of what it sends.
            if place.partition(" ")[0] == "production" and typed.strip().lower() != "production":
                said, well = _TYPE_PRODUCTION, False
            else:
                said, well = self._on_switch(place), True
        except Exception as error:
            said, well = card.sentence_for(error, _SWITCH_FAILED), False
        self.send({"did": question, "say": said, "well": well})

    def _log_out(self) -> None:
        try:
            self._on_logout()
        except Exception as error:
            self._show(message=card.sentence_for(error, _LOGOUT_FAILED))
        else:
            self.show_logged_out()


def _now_in_milliseconds() -> int:
    return time.time_ns() // 1_000_000
